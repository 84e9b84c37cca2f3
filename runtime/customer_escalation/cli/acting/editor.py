"""An action's destination and text in the editor of the person."""

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from skill_runtime.errors import SkillRuntimeError

LABEL = "Destination: "
RULE = "-" * 20
USUAL = ("sensible-editor", "vim", "nano", "vi")


class NotEdited(SkillRuntimeError):
    """Nothing came of it; the sentence says why."""


def edited(destination: str, text: str) -> tuple[str, str]:
    """Destination and text as the person left them. Raises ``NotEdited``."""
    command = _command()
    with tempfile.TemporaryDirectory(prefix="customer-escalation-") as folder:
        file = Path(folder) / "action.md"
        file.touch(mode=0o600)
        file.write_text(f"{LABEL}{destination}\n{RULE}\n{text}\n", encoding="utf-8")
        _run([*command, str(file)])
        try:
            return _read(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            raise NotEdited("What the editor left is no text in UTF-8, so nothing was changed.") from None


def _command() -> list[str]:
    chosen = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if chosen and (words := shlex.split(chosen)):
        return words
    found = next((path for name in USUAL if (path := shutil.which(name))), None)
    if found is None:
        raise NotEdited("There is no editor: name yours in the variable EDITOR.")
    return [found]


def _run(command: list[str]) -> None:
    """The editor has the terminal, and the keys that interrupt are its own."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        done = subprocess.run(command, check=False)  # noqa: S603 - the person's own editor
    except OSError as error:
        raise NotEdited(f"The editor {command[0]!r} cannot be started: {error.strerror or error}.") from None
    finally:
        signal.signal(signal.SIGINT, before)
    if done.returncode:
        raise NotEdited(f"The editor ended with {done.returncode}, so nothing was changed.")


def _read(written: str) -> tuple[str, str]:
    head, rule, text = written.partition(f"\n{RULE}\n")
    if not rule or not head.startswith(LABEL.rstrip()) or "\n" in head:
        raise NotEdited(
            f"The first line has to be “{LABEL}...” and the second the dashes, as they were: nothing was changed."
        )
    return head.removeprefix(LABEL.rstrip()).strip(), text.removesuffix("\n")

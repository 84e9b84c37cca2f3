"""Where a brief goes: standard output or a file, found out before the run, and never half of it."""

import os
import stat
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from customer_escalation.cli import streams
from customer_escalation.cli.streams import OutputLost
from customer_escalation.connectors.source import InvalidRequest

Style = Literal["terminal", "md", "json", "html", "slack", "adf"]
_SHOWN_FILE = 0o666


def check(out: Path | None) -> None:
    """Refuse a destination that cannot take the brief: a run may cost money, and it is long.

    Raises ``InvalidRequest``.
    """
    if out is None:
        if not streams.can_be_written():
            raise InvalidRequest(
                "Standard output is closed, so there is nowhere to put the brief: name a file with --out FILE."
            )
        return
    target = _target(out)
    if target.is_dir():
        raise InvalidRequest(f"{out} is a folder: name a file in it with --out FILE.")
    try:
        if _in_one_step(target):
            with tempfile.TemporaryFile(dir=target.parent):
                return
        with target.open("ab"):
            return
    except OSError as error:
        raise InvalidRequest(f"{out} cannot be written: {error.strerror or error}.") from None


def deliver(result: Mapping[str, Any], style: Style | None, out: Path | None) -> None:
    """Print the brief of a recorded result, or write it to ``out`` whole or not at all.

    Raises ``OutputLost`` naming the run, which keeps the brief.
    """
    from customer_escalation.rendering.forms import render_result

    drawn = out is None and (style == "terminal" or (style is None and sys.stdout.isatty()))
    form = "md" if style is None or style == "terminal" else style
    text = render_result(result, form)
    kept = f"The brief is kept: customer-escalation show {result['run']}"
    try:
        if drawn:
            from customer_escalation.cli.terminal import draw

            draw(text)
        elif out is None:
            streams.write(_fitting(text, form))
        else:
            _write(_target(out), text.encode())
    except OutputLost as error:
        raise OutputLost(f"{error} {kept}") from error
    except OSError as error:
        raise OutputLost(f"{out or 'Standard output'} cannot be written: {error.strerror or error}. {kept}") from error


def put(text: str, out: Path) -> None:
    """Write a text to a file whole or not at all. Raises ``OutputLost``."""
    try:
        _write(_target(out), text.encode())
    except OSError as error:
        raise OutputLost(f"{out} cannot be written: {error.strerror or error}.") from error


def _fitting(text: str, form: Style) -> str:
    """The text in characters that standard output has, without breaking the form; others are written as the form writes them."""
    if streams.is_utf8(sys.stdout):
        return text
    if form == "html":
        return text.encode("ascii", "xmlcharrefreplace").decode("ascii")
    return streams.in_ascii(text) if form in ("json", "adf") else text


def _target(out: Path) -> Path:
    """The file itself, where a link to it is named."""
    return Path(os.path.realpath(out))


def _in_one_step(target: Path) -> bool:
    """Whether a file is put there by renaming; a device or a pipe is written to."""
    return not target.exists() or stat.S_ISREG(target.stat().st_mode)


def _write(target: Path, content: bytes) -> None:
    if not _in_one_step(target):
        target.write_bytes(content)
        return
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else _SHOWN_FILE & ~_umask()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:60]}.", suffix=".part")
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        made.chmod(mode)
        made.replace(target)
    except BaseException:
        made.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

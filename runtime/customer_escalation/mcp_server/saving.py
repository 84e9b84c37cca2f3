"""The brief as a file: one of its own kind, in the one folder that holds nothing else, and over nothing that is not this case's.

A model names it, so a name decides as little as it can: tools run or obey files by their place and name (hooks, workflows,
instructions for assistants, settings), and a file that begins with a day in ``escalations/`` is none of them.
"""

import errno
import os
import re
import secrets
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.rendering import Form, render_result
from skill_runtime.errors import SkillRuntimeError

SUFFIXES: dict[Form, str] = {"md": ".md", "html": ".html", "slack": ".txt", "adf": ".json", "json": ".json"}
FOLDER = "escalations"
"""Below the project's folder: where briefs are saved."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}-")
_MODE = 0o600
"""A brief holds what customers wrote: its owner decides who else reads it."""


class BadPlace(SkillRuntimeError):
    """A brief cannot be written there; the sentence says why."""


def place_for(folder: Path, day: str, summary: str, form: Form, name: str | None, own: Sequence[str]) -> Path:
    """Where the brief goes: in ``escalations/`` of ``folder``, called by ``day`` and the words of ``name``, else of ``summary``.

    ``own`` are the files that hold this case's brief already. Raises ``BadPlace``.
    """
    home = folder.resolve() / FOLDER
    where = home / f"{day}-{_slug(_stem(name) if name else summary)}{SUFFIXES[form]}"
    if home.is_symlink() or (home.exists() and not home.is_dir()):
        raise BadPlace(
            f"{home} is not a folder of its own, so no brief is written there. Remove it, or save without a file."
        )
    if where.is_symlink() or (where.exists() and str(where) not in own):
        raise BadPlace(f"{where} exists already and is not this case's. Give another name.")
    return where


def write_brief(where: Path, result: RecordedResult, form: Form) -> None:
    """Write it whole or not at all, and through no link. Raises ``BadPlace``."""
    try:
        with _opened(where.parent) as folder:
            _write(folder, where.name, render_result(result.data, form).encode())
    except OSError as error:
        raise BadPlace(f"{where} cannot be written: {error.strerror}.") from error


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    folder.mkdir(exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield handle
    finally:
        os.close(handle)


def _write(folder: int, name: str, content: bytes) -> None:
    """A new file beside, then in its place: a link that was put there meanwhile is replaced, not followed."""
    part = f".{secrets.token_hex(8)}.part"
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _MODE, dir_fd=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        _check_regular(folder, name)
        os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        os.unlink(part, dir_fd=folder)
        raise


def _check_regular(folder: int, name: str) -> None:
    """Raise ``FileExistsError`` where something else than a file lies there."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return
    if not stat.S_ISREG(found.st_mode):
        raise FileExistsError(errno.EEXIST, "something else than a file lies there")


def _stem(name: str) -> str:
    """The words of a name that was asked for, without the day and the kind that the file gets anyway.

    Raises ``BadPlace`` for one that leads elsewhere.
    """
    path = PurePosixPath(name.replace("\\", "/"))
    if path.parent not in (PurePosixPath(), PurePosixPath(FOLDER)) or path.name in ("", ".."):
        raise BadPlace(f"Briefs are saved in {FOLDER}/ alone: give `file` a name without a folder.")
    return _DAY.sub("", path.name.removesuffix(path.suffix if path.suffix in SUFFIXES.values() else ""))


def _slug(text: str, most: int = 60) -> str:
    """A text as a part of a file's name; letters with accents are those without."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", "-", plain)[:most].strip("-") or "brief"

"""The standard streams, whatever they are: closed, full, or of a code page that lacks most characters."""

import codecs
import json
import os
import sys
import unicodedata
from collections.abc import Iterable
from typing import Any, TextIO

from customer_escalation.domain.printable import escaped, one_line, plain_json, printable
from skill_runtime.errors import SkillRuntimeError

_HANDLER = "customer_escalation.nearest"
_NEAREST = str.maketrans({
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "‑": "-", "−": "-", "…": "...",
    "→": "->", "←": "<-", "•": "*", "·": "*", "×": "x", "≥": ">=", "≤": "<=", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
    "\u2060": "", "\u200b": "", "\ufffd": "?",
})  # fmt: skip
"""What typography can do without."""


class OutputLost(SkillRuntimeError):
    """Standard output did not take what was written to it."""


class ReaderGone(SkillRuntimeError):
    """Who read standard output has what they wanted, and closed it."""


def prepare() -> None:
    """Make every stream one that can be written to, and let none of them fail over a character that its code page lacks.

    A stream that was closed is opened to nothing, so that no file of ours gets its number and no line of ours gets into it;
    ``is_closed`` still tells.
    """
    codecs.register_error(_HANDLER, _nearest)
    while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(fd)
    _CLOSED.extend(name for name in ("stdout", "stderr") if getattr(sys, name) is None)
    for name in ("stdout", "stderr"):
        if name in _CLOSED:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - as long as the process
        stream = getattr(sys, name)
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_HANDLER)


_CLOSED: list[str] = []


def can_be_written() -> bool:
    """Whether there is a standard output at all."""
    return "stdout" not in _CLOSED


def in_ascii(json_text: str) -> str:
    """JSON in ASCII: every other character as its escape."""
    return (
        json_text if json_text.isascii() else "".join(char if char.isascii() else escaped(char) for char in json_text)
    )


def is_utf8(stream: TextIO) -> bool:
    """Whether the stream takes every character."""
    try:
        return codecs.lookup(stream.encoding or "ascii").name == "utf-8"
    except LookupError:
        return False


def write(text: str) -> None:
    """Write to standard output and see it arrive.

    Raises ``OutputLost`` where it is closed or full, and ``ReaderGone`` where its reader went away.
    """
    if not can_be_written():
        raise OutputLost("Standard output is closed.")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError as error:
        let_go(sys.stdout)
        raise ReaderGone("Nobody reads standard output any more.") from error
    except OSError as error:
        let_go(sys.stdout)
        raise OutputLost(f"Standard output cannot be written: {error.strerror or error}.") from error


def say(text: str) -> None:
    """Lines for a person, on standard output: nothing in them but text. Raises as ``write``."""
    write(printable(text) + "\n")


def rows(lines: Iterable[str]) -> str:
    """Lines below each other, each as one row whatever texts of others are in it; their indentation stays."""
    return "\n".join(line[: len(line) - len(line.lstrip(" "))] + one_line(line) for line in lines)


def say_json(value: Any, *, indent: int | None = None) -> None:
    """A value as JSON on standard output, in ASCII where that takes nothing else. Raises as ``write``."""
    write(json_text(value, indent=indent) + "\n")


def json_text(value: Any, *, indent: int | None = None) -> str:
    """A value as JSON, in ASCII where standard output takes nothing else."""
    return plain_json(json.dumps(value, ensure_ascii=not is_utf8(sys.stdout), indent=indent))


def tell(text: str) -> None:
    """Lines for a person, on standard error; where that cannot be written, nobody hears them."""
    try:
        sys.stderr.write(printable(text) + "\n")
        sys.stderr.flush()
    except OSError:
        let_go(sys.stderr)


def let_go(stream: TextIO) -> None:
    """Put nothing in the stream's place: what it still holds is not tried again at the end of the process."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, stream.fileno())
    os.close(nothing)


def _nearest(error: UnicodeError) -> tuple[str, int]:
    """What is written for characters that a code page lacks: what comes nearest, else the escape."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_plain, error.object[error.start : error.end])), error.end


def _plain(char: str) -> str:
    near = unicodedata.normalize("NFKD", char.translate(_NEAREST))
    bare = "".join(one for one in near if not unicodedata.combining(one))
    return bare if bare.isascii() else escaped(char)

"""The line below a checked brief by which it can be told whether a text that somebody hands on is still that brief."""

import hashlib
import re
from typing import NamedTuple

_WORDS = {"valid": "checked", "needs_review": "needs-review"}
_LINE = re.compile(r"^\W*(?:checked|needs-review) (?P<case>\d{8}-\d{6}-[0-9a-f]{6}) (?P<digest>[0-9a-f]{16})\W*$")


class Proof(NamedTuple):
    """What such a line says."""

    case: str
    digest: str


class Difference(NamedTuple):
    """The first place at which a text is not the brief."""

    brief: str
    """The line of the brief; empty where the text has one more."""
    text: str
    """The line of the text; empty where it has one less."""


def proof_line(case: str, status: str, markdown: str) -> str:
    """The line for a brief; ``status`` is ``valid`` or ``needs_review``."""
    return f"`{_WORDS[status]} {case} {digest_of(markdown)}`"


def digest_of(markdown: str) -> str:
    """Sixteen hexadecimal digits; spaces at the ends of lines and empty lines do not matter."""
    return hashlib.sha256("\n".join(_lines(markdown)).encode()).hexdigest()[:16]


def found_proof(text: str) -> tuple[Proof, str] | None:
    """The last such line in a text, and what stands above it; None where there is none."""
    lines = text.splitlines()
    for number in range(len(lines) - 1, -1, -1):
        if match := _LINE.match(lines[number].strip()):
            return Proof(match["case"], match["digest"]), "\n".join(lines[:number])
    return None


def difference(markdown: str, above: str) -> Difference | None:
    """Where the text above such a line is not the brief; None where it ends with it, whatever stands before it."""
    wanted, given = _lines(markdown), _lines(above)
    start = max((number for number, line in enumerate(given) if line == wanted[0]), default=None)
    given = given[-len(wanted) :] if start is None else given[start:]
    for number in range(max(len(wanted), len(given))):
        brief = wanted[number] if number < len(wanted) else ""
        text = given[number] if number < len(given) else ""
        if brief != text:
            return Difference(brief, text)
    return None


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()] or [""]

"""The statements of the set: true ones about the records of a world, and false ones made from them, each of one kind.

A file of ``statements/`` is read line by line. A line at the margin is a true statement with its citations. Indented below it
stand false ones made from it: ``kind: old -> new`` replaces a piece that stands in it once, ``kind! sentence`` is a whole one.
``@world`` names the world of the lines that follow; at first it is the file's own name. ``@half development`` puts all that follows
into that half.

A true statement and all that is made from it belong to one half of the set, by the parity of a digest of the true one.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

HERE = Path(__file__).parent
CASES = HERE.parents[1] / "tests" / "cases"
KINDS = {
    "date": "date moved", "quote": "quotation altered", "subject": "subject that is not cited", "author": "author swapped",
    "number": "sum, invented number or version", "attribution": "a claim told as our finding", "cause": "cause invented",
    "unit": "unit", "field": "field swapped in the record", "quantifier": "quantifier", "certainty": "certainty",
    "scope": "scope, inflation, direction", "lie": "plain lie without an atom", "tense": "tense",
    "order": "numbers or dates swapped, order", "negation": "negation dropped or added",
    "clipped": "quotation clipped of its “not” or “if”",
}  # fmt: skip
"""Every kind of falsehood, in words."""
TRUE = "true"
Half = Literal["development", "unseen"]
_CHANGE = re.compile(r"  (\w+)([:!]) (.+)")


@dataclass(frozen=True)
class Statement:
    """One sentence of the set."""

    world: str
    text: str
    """With its marks, as a writer of a brief puts it."""
    kind: str
    """Of ``KINDS``, or ``TRUE``."""
    half: Half

    @property
    def id(self) -> str:
        """Short, and the same as long as world and text are."""
        return hashlib.sha256(f"{self.world}\n{self.text}".encode()).hexdigest()[:12]


@cache
def statements() -> tuple[Statement, ...]:
    """The whole set. Raises ``ValueError`` naming a line that does not fit the form."""
    return tuple(one for path in sorted((HERE / "statements").glob("*.txt")) for one in _read(path))


def _read(path: Path) -> Iterator[Statement]:
    world, true = path.stem, ""
    half: Half = "development"
    fixed: Half | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line == "@half development":
            fixed = "development"
        elif line.startswith("@"):
            world = line[1:].strip()
        elif line.startswith(" "):
            yield Statement(world, _changed(true, line, f"{path.name}, line {number}"), _kind(line), half)
        elif line.strip() and not line.startswith("#"):
            true, half = line, fixed or _half(line)
            yield Statement(world, line, TRUE, half)


def _kind(line: str) -> str:
    return line.split(maxsplit=1)[0].rstrip(":!")


def _half(true: str) -> Half:
    return "unseen" if hashlib.sha256(true.encode()).digest()[0] % 2 else "development"


def _changed(true: str, line: str, where: str) -> str:
    found = _CHANGE.fullmatch(line)
    if found is None or found[1] not in KINDS:
        raise ValueError(f"{where}: write `kind: old -> new` or `kind! sentence` with a kind of {', '.join(KINDS)}.")
    if found[2] == "!":
        return found[3]
    old, arrow, new = found[3].partition(" -> ")
    if not arrow or true.count(old) != 1:
        raise ValueError(
            f"{where}: {old!r} stands {true.count(old)} times in the statement above, and must stand once."
        )
    return true.replace(old, new)


@cache
def world(name: str) -> dict[str, Any]:
    """The workspace of this name: a file of ``worlds/``, or a case of the tests."""
    own = HERE / "worlds" / f"{name}.json"
    found: dict[str, Any] = json.loads((own if own.exists() else CASES / f"{name}.json").read_text(encoding="utf-8"))
    return found

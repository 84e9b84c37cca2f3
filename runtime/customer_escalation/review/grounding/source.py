"""The text of one record, with the atoms in it and what the kinds made of them."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

from customer_escalation.review.grounding.atom import Atom

T = TypeVar("T")
STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
_MARKS = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "\u00a0": " ", "`": "'"})


class SourceText:
    """What a record says. Each kind keeps what it found in it, for the next sentence that cites the record."""

    def __init__(self, text: str, atoms: Iterable[Atom], rest: str) -> None:
        self.text = text
        self.lower = normalise(text)
        self.rest = rest
        """The text without its timestamps and atoms."""
        self._atoms: dict[str, list[Atom]] = {}
        for atom in atoms:
            self._atoms.setdefault(atom.kind, []).append(atom)
        self._known: dict[Callable[[SourceText], Any], Any] = {}

    def values(self, *kinds: str) -> list[str]:
        """Of its atoms of these kinds."""
        return [atom.value for kind in kinds for atom in self._atoms.get(kind, ())]

    def known(self, found: Callable[["SourceText"], T]) -> T:
        """What ``found`` finds in it, looked for once."""
        if found not in self._known:
            self._known[found] = found(self)
        return cast("T", self._known[found])


def normalise(text: str) -> str:
    """Text for comparing: one kind of quote mark and dash, single spaces, no case."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_MARKS).casefold().split())


def plain_words(text: str) -> str:
    """For looking words up: no quotation marks, and full stops at the end do not matter."""
    return " ".join(re.sub(r"[\"'“”‘’„«»`*]", "", normalise(text)).split()).strip(" .,;:…")

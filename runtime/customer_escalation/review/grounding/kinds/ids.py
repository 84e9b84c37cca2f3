"""Ids: of records, requests, commits and channels, error codes, and names of fields and settings."""

import re

from customer_escalation.review.grounding.atom import Atom
from customer_escalation.review.grounding.kind import AtomKind
from customer_escalation.review.grounding.kinds.tokens import tokens
from customer_escalation.review.grounding.source import SourceText

_PATTERN = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|(?<!\w)#[\w-]*\w|(?<!\d-)\b[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z][A-Za-z0-9_]*){0,4}-\d[\w-]*\w?\b|"
    r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}\b|\b(?=\w*_)[A-Za-z]\w*_\w+\b|\b(?:[A-Za-z]+-){0,4}[A-Za-z]+\d\w*\b|\b[A-Z]{2,}_\w+\b",
    re.ASCII,
)
"""In letters of ASCII alone: in a text that sets no spaces the words around an id would run into it."""


_ZONE = re.compile(r"(?:UTC|GMT)[+-]?\d{1,2}(?::?\d\d)?", re.IGNORECASE)
"""An offset from Greenwich names a zone, no record."""


def _read(match: re.Match[str], text: str) -> list[Atom]:
    shown = match.group().strip()
    return [] if _ZONE.fullmatch(shown) else [Atom("id", shown, shown.casefold())]


def _holds(source: SourceText, atom: Atom) -> bool:
    known = source.known(tokens)
    last = atom.value.rpartition("-")[2]
    if last[:1].isalpha() and last in known:
        return True  # a host's or a version's name, whatever stands before it, as in pre-v2
    if atom.value.removeprefix("#") in known or atom.value.replace("-", "") in known:
        return True
    return any(f".{atom.value}." in f".{token}." for token in known)


ID = AtomKind("id", lambda: _PATTERN, _read, _holds)

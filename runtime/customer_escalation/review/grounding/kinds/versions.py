"""Versions: ``v2``, ``0.60.12``, ``2026.20``."""

import re

from customer_escalation.review.grounding.atom import Atom
from customer_escalation.review.grounding.kind import AtomKind
from customer_escalation.review.grounding.kinds.tokens import tokens
from customer_escalation.review.grounding.source import SourceText

_PATTERN = re.compile(
    r"\bv\d+(?:\.\d+)*\b|\b\d+(?:\.\d+){2,}(?:[-+.]?[A-Za-z]\w*)?\b|\b20\d\d\.\d\d?\b(?!\s?%)",
    re.IGNORECASE | re.ASCII,
)
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3}){2,}")
_SEPARATOR = r"[.,'’\s]?"


def _read(match: re.Match[str], text: str) -> list[Atom]:
    return [Atom("version", match.group(), match.group().casefold().removeprefix("v"))]


def _holds(source: SourceText, atom: Atom) -> bool:
    """The version, or a release of it: a sentence may call 0.60.12 just 0.60. Groups of three may be a number's as well, 1.204.630."""
    known = source.known(tokens)
    if atom.value in known or any(token.startswith(f"{atom.value}.") for token in known):
        return True
    if not _GROUPED.fullmatch(atom.value):
        return False
    return bool(re.search(rf"(?<!\d){atom.value.replace('.', _SEPARATOR)}(?!\d)", source.text))


VERSION = AtomKind("version", lambda: _PATTERN, _read, _holds)

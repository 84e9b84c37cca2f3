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


def _read(match: re.Match[str], text: str) -> list[Atom]:
    return [Atom("version", match.group(), match.group().casefold().removeprefix("v"))]


def _holds(source: SourceText, atom: Atom) -> bool:
    """The version, or a release of it: a sentence may call 0.60.12 just 0.60."""
    known = source.known(tokens)
    return atom.value in known or any(token.startswith(f"{atom.value}.") for token in known)


VERSION = AtomKind("version", lambda: _PATTERN, _read, _holds)

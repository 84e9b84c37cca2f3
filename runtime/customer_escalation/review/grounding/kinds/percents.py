"""Percentages; the sign may be left to the record's field."""

import re
from decimal import Decimal

from customer_escalation.review.grounding.atom import Atom
from customer_escalation.review.grounding.figures import NUMBER, WORDS, about, among, scaled, worded
from customer_escalation.review.grounding.kind import AtomKind
from customer_escalation.review.grounding.kinds.numbers import bare_numbers
from customer_escalation.review.grounding.source import SourceText

_PATTERN = re.compile(rf"({NUMBER})\s?(?:%|per ?cent\b)|\b({WORDS})\sper ?cent\b", re.IGNORECASE)
_SIGN = re.compile(r"%|cent", re.IGNORECASE)


def _read(match: re.Match[str], text: str) -> list[Atom]:
    value = scaled(match[1]) if match[1] else worded(match[2])
    return [Atom("percent", match.group().strip(), f"{value:f}", about(match, text))]


def _holds(source: SourceText, atom: Atom) -> bool:
    value, known = Decimal(atom.value), source.known(bare_numbers)
    return among(known, atom) or any(number % 1 and number.quantize(value) == value for number in known)


PERCENT = AtomKind("percent", lambda: _PATTERN, _read, _holds, _SIGN)

"""Amounts of money; the currency may be left to the record's field."""

import re

from customer_escalation.review.grounding.atom import Atom
from customer_escalation.review.grounding.figures import NUMBER, WORDS, among, read_figure
from customer_escalation.review.grounding.kind import AtomKind
from customer_escalation.review.grounding.kinds.numbers import bare_numbers
from customer_escalation.review.grounding.source import SourceText

_PATTERN = re.compile(
    rf"(?:[$€£]\s?|\b(?:USD|EUR|GBP)\s)(?P<n1>{NUMBER})(?:\s?(?P<s1>k|m|million|thousand)\b)?|"
    rf"\b(?P<n2>{NUMBER})\s?(?P<s2>k|m|million|thousand)?\s?(?:USD|EUR|GBP|dollars?|euros?|[$€£])(?!\w)|"
    rf"\b(?P<w>{WORDS})\s(?:dollars?|euros?|pounds?)\b",
    re.IGNORECASE,
)
_SIGN = re.compile(r"[$€£]|USD|EUR|GBP|dollar|euro|pound", re.IGNORECASE)


def _read(match: re.Match[str], text: str) -> list[Atom]:
    return read_figure("money", match, text)


def _holds(source: SourceText, atom: Atom) -> bool:
    return among(source.known(bare_numbers), atom)


MONEY = AtomKind("money", lambda: _PATTERN, _read, _holds, _SIGN)

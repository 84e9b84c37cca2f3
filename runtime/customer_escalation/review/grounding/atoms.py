"""Finds the atoms of a sentence, most specific kind first; what one kind has taken, no later one sees."""

import re
from functools import lru_cache

from customer_escalation.domain.tamed import tamed
from customer_escalation.review.grounding.atom import Atom
from customer_escalation.review.grounding.kinds import KINDS
from customer_escalation.review.grounding.quotations import plain, quotations, unquoted
from customer_escalation.review.grounding.spelling import spelled_alike

_TAKEN = "\0"


@lru_cache(maxsize=8192)
def find_atoms(text: str) -> tuple[Atom, ...]:
    """The atoms of ``text``, kind by kind. What stands in a quotation or in code is part of that atom only."""
    left = plain(tamed(text))
    return (*quotations(left), *scan(unquoted(left, _TAKEN))[0])


def scan(text: str) -> tuple[list[Atom], str]:
    """The atoms other than quotations and code, and the text with NUL characters where they stood."""
    found: list[Atom] = []
    text = spelled_alike(tamed(text))
    for kind in KINDS:
        if kind.sign and not kind.sign.search(text):
            continue
        left, end = "", 0
        for match in kind.pattern().finditer(text):
            found += kind.read(match, text)
            left += text[end : match.start()] + _blank(match)
            end = match.end()
        text = left + text[end:]
    return found, text


def _blank(match: re.Match[str]) -> str:
    return _TAKEN * len(match.group())

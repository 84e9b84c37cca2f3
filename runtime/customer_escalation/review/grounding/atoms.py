"""Finds the atoms of a sentence, most specific kind first; what one kind has taken, no later one sees."""

import re
from collections.abc import Iterator

from customer_escalation.review.grounding.atom import Atom
from customer_escalation.review.grounding.kinds import KINDS
from customer_escalation.review.grounding.quotations import plain, quotations, unquoted

_TAKEN = "\0"
_LETTER = "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
"""Of a script that sets no spaces between words."""
_AMID = re.compile(rf"[0-9A-Za-z](?={_LETTER})|{_LETTER}(?=[0-9A-Za-z])")
"""Where a number or a name stands amid such letters, which are no part of it."""


def find_atoms(text: str) -> Iterator[Atom]:
    """The atoms of ``text``, kind by kind. What stands in a quotation or in code is part of that atom only."""
    left = plain(text)
    yield from quotations(left)
    yield from scan(unquoted(left, _TAKEN))[0]


def scan(text: str) -> tuple[list[Atom], str]:
    """The atoms other than quotations and code, and the text with NUL characters where they stood."""
    found: list[Atom] = []
    text = _AMID.sub("\\g<0> ", text)
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

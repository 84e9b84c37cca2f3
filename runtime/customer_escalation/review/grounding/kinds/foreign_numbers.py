"""Numbers in words in records of other languages than English, which a sentence may give in digits or in English."""

import re
from decimal import Decimal

from customer_escalation.domain.language import CODES, language_of
from customer_escalation.review.grounding.source import SourceText

_UNTOLD = "de"
"""For a text too short to tell its language by: hardly a German number word means anything in the others."""
_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|\S")


class _Token:
    """A word or a sign, as the library asks for it."""

    def __init__(self, text: str) -> None:
        self._text = text

    def text(self) -> str:
        return self._text

    def nt_separated(self, previous: "_Token") -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return False


def foreign_numbers(source: SourceText) -> frozenset[Decimal]:
    """Cardinals and ordinals; nothing for an English text, whose words stand in tables of their own."""
    from text_to_num import find_numbers  # type: ignore[import-untyped]  # compiled; loaded with the first record read

    code = CODES.get(language_of(source.text) or "", _UNTOLD)
    if code == "en":
        return frozenset()
    tokens = [_Token(token) for token in _TOKEN.findall(source.text)]
    return frozenset(Decimal(int(found.value)) for found in find_numbers(tokens, code, 0.0) if found.value)

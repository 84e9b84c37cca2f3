"""Numbers in words in records of other languages than English, which a sentence may give in digits or in English."""

from decimal import Decimal

from customer_escalation.domain.language import CODES, language_of
from customer_escalation.domain.number_words import numbers_in_words
from customer_escalation.review.grounding.source import SourceText

_UNTOLD = "de"
"""For a text too short to tell its language by: hardly a German number word means anything in the others."""


def foreign_numbers(source: SourceText) -> frozenset[Decimal]:
    """Cardinals and ordinals; nothing for an English text, whose words stand in tables of their own."""
    code = CODES.get(language_of(source.text) or "", _UNTOLD)
    return frozenset() if code == "en" else frozenset(map(Decimal, numbers_in_words(source.text, code)))

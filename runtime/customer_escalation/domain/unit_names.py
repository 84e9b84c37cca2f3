"""What units of time are called, in every language that texts are told by; the names are CLDR's."""

import re
from functools import cache

from customer_escalation.domain.language import CODES

UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
_LOCALES = (*CODES.values(), "ja")
_COUNTS = (1, 2, 5)
"""Numbers that the languages have forms of their own for."""


@cache
def unit_names() -> dict[str, frozenset[str]]:
    """By the English unit, its names and abbreviations of more than one letter, casefolded: ``jours``, ``std``, ``時間``."""
    from babel.units import format_unit  # reads its locale data when asked; runs that meet no such unit never do

    found: dict[str, set[str]] = {unit: set() for unit in UNITS}
    for unit, names in found.items():
        told = (
            str(format_unit(count, f"duration-{unit}", length=width, locale=locale))
            for locale in _LOCALES for width in ("long", "short") for count in _COUNTS
        )  # fmt: skip
        words = (re.sub(r"[\d\s.]", "", text).casefold() for text in told)
        names |= {word for word in words if len(word) > 1 or not word.isascii()}
    return {unit: frozenset(names) for unit, names in found.items()}

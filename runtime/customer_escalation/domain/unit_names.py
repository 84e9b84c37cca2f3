"""What units of time are called, in every language that names of days are known in; the names are CLDR's."""

from functools import cache

from customer_escalation.domain.day_names import LOCALES, names_of

UNITS = ("second", "minute", "hour", "day", "week", "month", "year")


@cache
def unit_names() -> dict[str, frozenset[str]]:
    """By the English unit, its names and abbreviations of more than one letter, casefolded: ``jours``, ``std``, ``時間``."""
    return {unit: frozenset(name for locale in LOCALES for name in names_of(locale, f"units {unit}")) for unit in UNITS}

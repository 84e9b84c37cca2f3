"""What months and weekdays are called, in every language that texts are told by; the names are CLDR's."""

import re
from collections.abc import Iterable
from functools import cache

from customer_escalation.domain.language import CODES

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""As Python counts them."""
_LOCALES = (*CODES.values(), "en_GB")
"""British English abbreviates September otherwise."""
_FURTHER_LOCALES = (
    "da", "sv", "nb", "fi", "is", "et", "lv", "lt", "pl", "cs", "sk", "sl", "hu", "ro", "tr", "el", "bg", "ru", "uk", "ca", "gl", "id",
)  # fmt: skip
"""Languages whose full names are read in records and texts, though nobody tells a text's language by them."""
_OF_ONE_SIGN = ("ja", "ko", "zh")
"""Languages whose short names of days are signs that stand in other words too; they are read where nothing else can stand."""
_OTHER_WORDS = frozenset({"ago", "gen", "mag", "out", "set"})
"""Abbreviations of Romance languages that mean something else in English: "3 out of 4", "set 2", "7 ago"."""
_LOOSE_SHORT = {"tues": 1, "thur": 3, "thurs": 3}
"""English abbreviations that people write and CLDR does not list."""


@cache
def month_names() -> dict[str, int]:
    """Names and abbreviations without their full stop, casefolded, and the month's number from 1."""
    found: dict[str, int] = {}
    for locale in _LOCALES:
        for width in ("wide", "abbreviated"):
            for number, name in enumerate(_names(locale, "months", width), start=1):
                if width == "wide" or name not in _OTHER_WORDS:
                    found.setdefault(name, number)
    for locale in _FURTHER_LOCALES:
        for context in ("format", "stand-alone"):
            for number, name in enumerate(_names(locale, "months", "wide", context), start=1):
                found.setdefault(name, number)
    return found


@cache
def weekday_names() -> dict[str, str]:
    """Full names, casefolded, and which of ``WEEKDAYS`` each is."""
    return {
        name: day
        for locale in reversed((*_LOCALES, *_FURTHER_LOCALES))
        for name, day in zip(_names(locale, "days", "wide"), WEEKDAYS, strict=True)
    }


@cache
def short_weekday_names() -> dict[str, str]:
    """The English abbreviations; those of other languages, such as ``do``, ``ma`` or ``so``, are words of their own."""
    short = dict(zip(_names("en", "days", "abbreviated"), WEEKDAYS, strict=True))
    return short | {name: WEEKDAYS[day] for name, day in _LOOSE_SHORT.items()}


@cache
def opening_day_names() -> dict[str, str]:
    """Abbreviations in every language, where nothing but days of the week can stand, as in opening hours."""
    short = {
        name: day
        for locale in reversed((*_LOCALES, *_OF_ONE_SIGN))
        for name, day in zip(_names(locale, "days", "abbreviated"), WEEKDAYS, strict=True)
    }
    return short | short_weekday_names()


def english_months() -> tuple[str, ...]:
    """Full names, casefolded, January first."""
    return tuple(_names("en", "months", "wide"))


@cache
def english_day_words() -> frozenset[str]:
    """Months with their abbreviations, and weekdays; other languages' would let people called Mei or Juni pass."""
    short = (name for locale in ("en", "en_GB") for name in _names(locale, "months", "abbreviated"))
    return frozenset({*english_months(), *short, *WEEKDAYS})


def alternatives(names: Iterable[str]) -> str:
    """For a pattern, the longest first, so that none is taken for a shorter one."""
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def _names(locale: str, what: str, width: str, context: str = "format") -> list[str]:
    """In the order of the year or of the week, Monday first."""
    from babel import Locale  # reads its locale data when asked; runs that meet no date never do

    known = Locale.parse(locale)
    forms = known.months if what == "months" else known.days
    return [name.rstrip(".").casefold() for _, name in sorted(forms[context][width].items())]

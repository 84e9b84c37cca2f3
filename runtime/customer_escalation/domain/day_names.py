"""What months and weekdays are called and how two of them are joined, in every language that texts are told by; the words are CLDR's."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from customer_escalation.domain.language import CODES, COMMON
from customer_escalation.domain.printable import without_accents

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
LOCALES = (*_LOCALES, *_FURTHER_LOCALES, *_OF_ONE_SIGN)
"""All whose names are in the table."""
AROUND = (-2, -1, 0, 1, 2)
"""Days from today that languages have words for."""
_FEWEST_LETTERS = 4
"""Of a word that is read in any language; shorter ones, as "ma", are other words elsewhere."""
_OTHER_WORDS = frozenset({"ago", "gen", "mag", "out", "set"})
"""Abbreviations of Romance languages that mean something else in English: "3 out of 4", "set 2", "7 ago"."""
_LOOSE_SHORT = {"tues": 1, "thur": 3, "thurs": 3}
"""English abbreviations that people write and CLDR does not list."""

_LETTERS = {"l": 0, "j": 3, "v": 4, "s": 5, "d": 6}
"""As contracts in Romance languages shorten a range: L-V, L-D."""
_FEIRA = "-feira"
"""What Portuguese leaves off in a range: ``segunda a sexta``."""


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
def opening_day_names() -> dict[str, int]:
    """Names and abbreviations in every language, without their full stop and casefolded, and the day's number from 0 for Monday:
    for where nothing but days of the week can stand, as in opening hours.
    """
    found = {name: WEEKDAYS.index(day) for name, day in weekday_names().items()}
    for width in ("abbreviated", "wide"):
        for locale in reversed((*_LOCALES, *_OF_ONE_SIGN)):
            for number, name in enumerate(_names(locale, "days", width)):
                short = name.removesuffix(_FEIRA)
                found |= dict.fromkeys((name, short, without_accents(name), without_accents(short)), number)
    return found | {name: WEEKDAYS.index(day) for name, day in short_weekday_names().items()}


@cache
def further_opening_days() -> tuple[Mapping[str, int], ...]:
    """Of each further language by itself, as ``opening_day_names``: the same two letters are another day in the next one."""
    return tuple(
        {
            form: number
            for width in ("abbreviated", "wide")
            for number, name in enumerate(_names(locale, "days", width))
            for form in (name, without_accents(name))
        }
        for locale in _FURTHER_LOCALES
    )


def opening_day(word: str, named: Mapping[str, int] | None = None) -> int | None:
    """Which day a word of opening hours names, in the plural too; the first three letters or more of an English name are enough.
    ``named``: in a language that calls its days so, and in no other.
    """
    word = word.casefold().strip(".")
    if named is not None:
        return named.get(word)
    named = opening_day_names() | _LETTERS
    for form in (word, word.removesuffix("s"), word.removesuffix("en")):
        if form in named:
            return named[form]
    return next((number for number, day in enumerate(WEEKDAYS) if len(word) >= 3 and day.startswith(word)), None)


@cache
def list_joins() -> frozenset[str]:
    """What stands between the last two of a list, in every language: "and", "or", casefolded; not what means something else in
    English, as "of" does and "in".
    """
    found = frozenset(word.casefold() for locale in LOCALES for word in _table()[locale]["joins"])
    return found - (frozenset(COMMON["English"].split()) - frozenset(_table()["en"]["joins"]))


@cache
def days_around_today(code: str) -> Mapping[str, int]:
    """The words for yesterday, today and tomorrow with the days beside them, casefolded, and how many days from today each is: of the
    language of this code and English, or where it is none of the table's, the longer ones of all.
    """
    known = code in _table()
    return {
        word.casefold().replace("’", "'"): day
        for locale in ((code, "en") if known else LOCALES)
        for word, day in zip(_table()[locale]["days around today"], AROUND, strict=True)
        if word and (known or len(word) >= _FEWEST_LETTERS or not word.isascii())
    }


@cache
def further_days_around_today() -> frozenset[str]:
    """All words of ``days_around_today``, of every language, that English has not: a text without any needs nobody to tell its language."""
    return frozenset().union(*(days_around_today(locale) for locale in LOCALES)) - days_around_today("en").keys()


@cache
def or_joins() -> frozenset[str]:
    """What stands for "or" between the last two of a list, in every language, casefolded."""
    return frozenset(_table()[locale]["joins"][1].casefold() for locale in LOCALES)


def english_months() -> tuple[str, ...]:
    """Full names, casefolded, January first."""
    return tuple(_names("en", "months", "wide"))


@cache
def english_day_words() -> frozenset[str]:
    """Months with their abbreviations, and weekdays; other languages' would let people called Mei or Juni pass."""
    short = (name for locale in ("en", "en_GB") for name in _names(locale, "months", "abbreviated"))
    return frozenset({*english_months(), *short, *WEEKDAYS})


@cache
def join_alternatives() -> str:
    """For a pattern: what joins two of a list, signs among it."""
    return alternatives([*list_joins(), ",", "/", "&", "-", "–"])


def alternatives(names: Iterable[str]) -> str:
    """For a pattern, the longest first, so that none is taken for a shorter one."""
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def _names(locale: str, what: str, width: str, context: str = "format") -> list[str]:
    """In the order of the year or of the week, Monday first."""
    return [name.rstrip(".").casefold() for name in _table()[locale][f"{what} {width} {context}"]]


def names_of(locale: str, what: str) -> list[str]:
    """A list of the table as it stands there, such as ``units hour``."""
    return _table()[locale][what]


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    """By locale, what CLDR calls them (``tools/make_day_names.py``): a file of names is read in a hundredth of the time that finding
    these in all of CLDR takes.
    """
    text = files("customer_escalation").joinpath("data", "day_names.json").read_text(encoding="utf-8")
    table: dict[str, dict[str, list[str]]] = json.loads(text)
    return table

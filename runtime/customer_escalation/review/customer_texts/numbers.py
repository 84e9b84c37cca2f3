"""Numbers of a text, however they are written: grouped by comma, stop, space or apostrophe, shortened (130k, 13万), or in words.

The words for thousand and million, and those for money, are those of the CLDR in some thirty languages.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from customer_escalation.domain.language import CODES
from customer_escalation.domain.number_words import numbers_in_words

LOCALES = (
    "en de fr es pt it nl pl cs sv da fi nb hu ro el ru uk bg tr ar he fa hi th vi id zh ja ko"
).split()  # fmt: skip
"""Languages whose words are known."""
OFTEN, VERY_OFTEN = 4, 20
"""A word in the names of so many currencies means money, as dollar and peso do; a single character needs more."""
_NUMBER = re.compile(r"\d+(?:[.,'’٬٫]\d+)*")
_SPACED = re.compile(r"(?<![\d.,])\d{1,3}(?:[\u0020\u00a0\u202f\u2009]\d{3}(?!\d))+(?:[.,]\d{1,2}(?!\d))?")
_WORD = re.compile(r"[^\W\d_]+")
_GROUPED = re.compile(r"\d{1,3}(?:[.,'’٬\s]\d{3})+")
_SQUEEZED = re.compile(r"[\W_]+")
SHORTEST_WORDS = 6
"""Letters of a number in words that is looked for; shorter ones are parts of other words (三千 is not: it has a length of its own)."""
SHORTEST_UNSPACED = 2


class Number(NamedTuple):
    """A number in digits."""

    values: frozenset[Decimal]
    """What it may mean: 1.200 is one and a fifth, or twelve hundred."""
    start: int
    end: int
    """Behind its thousand or million, where it has one."""
    part: bool = False
    """It may be a group of a longer one."""


def numbers(text: str) -> Iterator[Number]:
    """Every number in digits; what a space may group is also read as numbers of their own."""
    grouped: set[int] = set()
    for found in _SPACED.finditer(text):
        grouped.update(range(*found.span()))
        yield from _number(text, found)
    for found in _NUMBER.finditer(text):
        yield from _number(text, found, part=found.start() in grouped)


def _number(text: str, found: re.Match[str], *, part: bool = False) -> Iterator[Number]:
    values = frozenset(_readings(found.group()))
    if values:  # else a version, an address
        scales, end = _scales_behind(text, found.end())
        scaled = {value * scale for value in values for scale in scales}
        yield Number(values | scaled, found.start(), end if scales else found.end(), part)


def in_words(text: str) -> frozenset[Decimal]:
    """Every number in words, in the languages that are parsed."""
    return frozenset(Decimal(number) for code in CODES.values() for number in numbers_in_words(text, code))


def spelled(text: str, number: int) -> str:
    """The words in which the text gives this number, in any language that is spelled out; empty where it does not."""
    letters = squeezed(text)
    return next((words for words in _spellings(number) if words in letters), "")


def squeezed(text: str) -> str:
    """Letters and digits alone, in small ones."""
    return _SQUEEZED.sub("", unicodedata.normalize("NFKC", text).casefold())


def is_money(text: str, number: Number, language: str = "") -> bool:
    """Does a sign, a code or a word for money stand beside it? ``language`` is the text's (ISO 639-1), empty where nobody can tell."""
    before, behind = text[max(0, number.start - 24) : number.start], text[number.end : number.end + 24]
    near = [before.rstrip()[-1:], behind.lstrip()[:1]]
    if any(char and unicodedata.category(char) == "Sc" for char in near):
        return True
    last, first = _WORD.findall(before.rstrip())[-1:], _WORD.match(behind.lstrip(" \u00a0\u202f-"))
    if last and before.rstrip().endswith(last[0]) and _is_code(last[0]):
        return True
    return first is not None and is_currency(first.group(), language)


def is_currency(word: str, language: str = "") -> bool:
    """Is it a code of ISO 4217 in capitals, or a word for money in this language or English?

    Where the language is not known, a word in Latin letters has to mean money in two languages: in one alone it may be any word of another.
    """
    if _is_code(word) or word in _short_names() or any(word.startswith(one) for one in _unspaced_currency()):
        return True
    owners = _currency_words().get(word.casefold(), frozenset())
    if language:
        return bool(owners & {language, "en"})
    return len(owners) > 1 or (bool(owners) and not unicodedata.name(word[0], "").startswith("LATIN"))


def _is_code(word: str) -> bool:
    return word in _codes()


def _readings(shown: str) -> Iterator[Decimal]:
    digits = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in shown)
    parts = re.split(r"[.,'’٬٫\s]", digits)
    if len(parts) == 1:
        yield Decimal(digits)
        return
    if _GROUPED.fullmatch(digits):
        yield Decimal("".join(parts))
    if len(parts) == 2 or _GROUPED.fullmatch(digits[: -len(parts[-1]) - 1]):
        yield Decimal(f"{''.join(parts[:-1])}.{parts[-1]}")


def _scales_behind(text: str, end: int) -> tuple[frozenset[int], int]:
    """What the word behind a number multiplies it by, and where that word ends."""
    space = len(text[end : end + 1]) - len(text[end : end + 1].strip(" \u00a0\u202f"))
    word = _WORD.match(text, end + space)
    if word is None:
        return frozenset(), end
    whole = _scale_words().get(word.group().casefold())
    if whole:
        return whole, word.end()
    first = _scale_words().get(word.group()[0]) if unicodedata.category(word.group()[0]) == "Lo" else None
    return (first, word.start() + 1) if first else (frozenset(), end)


@cache
def _scale_words() -> dict[str, frozenset[int]]:
    """What thousand, million and their like are called, long and short."""
    found: dict[str, set[int]] = {}
    for locale in _locales():
        for length in ("long", "short"):
            for forms in locale.compact_decimal_formats[length].values():
                for key, pattern in forms.items():
                    shown = pattern.pattern.replace("'", "")
                    word, zeros = "".join(_WORD.findall(shown)).casefold(), shown.count("0")
                    if word and zeros:
                        found.setdefault(word, set()).add(int(key) // 10 ** (zeros - 1))
    return {word: frozenset(factors) for word, factors in found.items()}


@cache
def _short_names() -> frozenset[str]:
    """What money is called for short where it is used, as zł and Kč; letters alone, for a sign is known as one."""
    from babel.numbers import get_currency_symbol

    shown = {get_currency_symbol(code, locale) for locale in _locales() for code in _codes()}
    return frozenset(one.rstrip(".") for one in shown if len(one) > 1 and _WORD.fullmatch(one.rstrip(".")))


@cache
def _currency_words() -> dict[str, frozenset[str]]:
    """Words for money, each with the languages that have it."""
    found: dict[str, set[str]] = {}
    for locale in _locales():
        for word in _heads(locale):
            found.setdefault(word, set()).add(locale.language)
    return {word: frozenset(languages) for word, languages in found.items()}


def _heads(locale: Any) -> Iterator[str]:
    """What many currencies of the language are called, and those with a name of one word; of the rest of a name, what no country
    is called by: it is no adjective and no article.
    """
    lands = {word for name in locale.territories.values() for word in _words(name)}
    names = {code: {name.casefold() for name in _names(locale, code)} for code in _codes()}
    counts = Counter(word for shown in names.values() for word in {one for name in shown for one in _words(name)})
    yield from (word for word, count in counts.items() if count >= OFTEN and len(word) > 1 and word not in lands)
    yield from (name for shown in names.values() for name in shown if _WORD.fullmatch(name))


def _words(name: str) -> list[str]:
    return _WORD.findall(name.casefold())


@cache
def _unspaced_currency() -> frozenset[str]:
    """Names of currencies in scripts that set no spaces, and ends that many of them share, such as ドル and 元."""
    found: set[str] = set()
    for locale in _locales():
        names = {name for code in _codes() for name in _names(locale, code)}
        unspaced = [name for name in names if _WORD.fullmatch(name) and unicodedata.category(name[-1]) == "Lo"]
        for size, fewest in ((1, VERY_OFTEN), (2, OFTEN)):
            ends = Counter(name[-size:] for name in unspaced if len(name) > size)
            found |= {end for end, count in ends.items() if count >= fewest}
        found |= set(unspaced)
    return frozenset(found)


def _names(locale: Any, code: str) -> Iterator[str]:
    from babel.numbers import get_currency_name

    for count in (None, 1, 2, 5):
        name = get_currency_name(code, count, locale)
        if name != code:
            yield name


@cache
def _codes() -> frozenset[str]:
    """Codes of the money that some country uses today."""
    from babel.core import get_global

    used = get_global("territory_currencies")
    return frozenset(
        code for history in used.values() for code, _, until, tender in history if until is None and tender
    )


@cache
def _locales() -> tuple[Any, ...]:
    from babel import Locale

    return tuple(Locale(code) for code in LOCALES)


@cache
def _spellings(number: int) -> tuple[str, ...]:
    """The number in words of every language that the library has, squeezed."""
    from num2words import CONVERTER_CLASSES

    found: set[str] = set()
    converters: Iterable[Any] = CONVERTER_CLASSES.values()
    for converter in converters:
        try:
            words = squeezed(str(converter.to_cardinal(number)))
        except Exception:  # noqa: S112 - a language that cannot spell it out has no words for it
            continue
        unspaced = bool(words) and unicodedata.category(words[0]) == "Lo"
        if not words.isdecimal() and len(words) >= (SHORTEST_UNSPACED if unspaced else SHORTEST_WORDS):
            found.add(words)
    return tuple(sorted(found))


def all_values(texts: Iterable[str]) -> frozenset[Decimal]:
    """Every number of these texts, in digits or in words."""
    found: set[Decimal] = set()
    for text in texts:
        found |= {value for number in numbers(text) for value in number.values} | in_words(text)
    return frozenset(found)

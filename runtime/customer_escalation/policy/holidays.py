"""Days on which nobody works: the public holidays of a country or a part of it, and an organisation's own days."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import takewhile
from typing import Annotated, Any

from pydantic import BeforeValidator

from customer_escalation.domain.language import CODES
from customer_escalation.domain.printable import without_accents

_EXAMPLE = "write a country such as DE, or a part of one such as DE-BE (ISO 3166)"

FEWEST_SHARED, LONGEST_ENDING = 4, 3
"""Letters that an adjective shares with a country's name at least, and letters at the name's end that it may lack."""


@dataclass(frozen=True)
class DaysOff:
    """``day in days_off`` tells whether a day is one of them, in any year."""

    codes: tuple[str, ...] = ()
    """Countries of ISO 3166, such as ``DE``, or parts of one, such as ``DE-BE``."""
    dates: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    """Days on which everybody works all the same."""
    worked_codes: tuple[str, ...] = ()
    """Whose public holidays are worked all the same."""

    def __contains__(self, day: date) -> bool:
        if day in self.worked or any(day in public_holidays(code) for code in self.worked_codes):
            return False
        return day in self.dates or any(day in public_holidays(code) for code in self.codes)

    def __bool__(self) -> bool:
        return bool(self.codes or self.dates)

    @property
    def words(self) -> str:
        """``the public holidays of DE-BE and 2 days of the policy``, empty where there are none."""
        own = f"{len(self.dates)} {'day' if len(self.dates) == 1 else 'days'} of the policy" if self.dates else ""
        public = f"the public holidays of {' and '.join(self.codes)}" if self.codes else ""
        if public and self.worked_codes:
            public += f" but those of {' and '.join(self.worked_codes)}"
        return " and ".join(part for part in (public, own) if part)


def days_off(listed: Sequence[date | str], worked: Sequence[date] = ()) -> DaysOff:
    """The days that a policy lists: codes and dates."""
    codes = tuple(dict.fromkeys(item for item in listed if isinstance(item, str)))
    return DaysOff(codes, frozenset(item for item in listed if isinstance(item, date)), frozenset(worked))


@cache
def country_of_zone(zone: str) -> str:
    """The country that a time zone lies in, by CLDR, where its public holidays are known; empty otherwise."""
    from babel.core import get_global  # reads its data when asked

    country = str(get_global("zone_territories").get(zone) or "")
    return country if _is_known(country) else ""


@cache
def place_code(country: str, words: str) -> str:
    """The code of the place whose holidays ``words`` name and nothing else, such as ``AU-VIC`` for Victoria or ``JP`` for Japan; empty
    where they name none that is known.

    A part of ``country`` goes by the names that the holidays library knows, in the country's languages and in English, any country by
    CLDR's names in the languages that contracts are read in and by its language; all of them with the adjectives' endings too, and
    ``country`` by any adjective that begins as its name does.
    """
    name = " ".join(words.casefold().split())
    code = _codes(country).get(name)
    for ending in ("ian", "ean", "an", "er", "n", "en", "e", "es", "s"):
        code = code or (_codes(country).get(name.removesuffix(ending)) if name.endswith(ending) else None)
    code = code or (country if _is_adjective_of(country, name) else None)
    try:
        public_holidays(code or words.upper())
    except ValueError:
        return ""
    return code or words.upper()


def _is_adjective_of(country: str, word: str) -> bool:
    """Does the word begin as a name of the country does, almost to its end, and as no other country's: ``belgische`` as ``België``?"""
    if not country or " " in word:
        return False
    plain = without_accents(word)
    own = [*_in_its_own_words(country), *(name for name, code in _codes(country).items() if code == country)]
    others = [name for name, code in _codes(country).items() if len(code) == len(country) and code != country]
    shared = {name: _shared(without_accents(name), plain) for name in (*own, *others)}
    most = max(
        (shared[name] for name in own if shared[name] >= max(FEWEST_SHARED, len(name) - LONGEST_ENDING)), default=0
    )
    return most > max((shared[name] for name in others), default=0)


def _shared(one: str, other: str) -> int:
    """How many letters two words have in common from the first on."""
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))


@cache
def _in_its_own_words(country: str) -> tuple[str, ...]:
    """What the country and its language are called in that language; empty where nobody knows which it is."""
    from babel import Locale, UnknownLocaleError
    from babel.core import get_global

    likely: Mapping[str, str] = get_global("likely_subtags")
    language = likely.get(f"und_{country}", "").partition("_")[0]
    try:
        own = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return ()
    found = (own.territories.get(country, ""), own.languages.get(language, "").partition(" ")[0])
    return tuple(name.casefold() for name in found if name)


@cache
def _codes(country: str) -> dict[str, str]:
    """Names and what they name; the country's own parts first."""
    from babel import Locale
    from babel.core import get_global

    found: dict[str, str] = {"uk": "GB"}
    locales = [Locale.parse(code) for code in (*CODES.values(), "ja")]
    likely: Mapping[str, str] = get_global("likely_subtags")
    for locale in locales:
        spoken = {name.casefold(): likely.get(code, "").rpartition("_")[2] for code, name in locale.languages.items()}
        found |= {name: code for name, code in spoken.items() if code and code not in _OF_MANY}
    for locale in locales:
        found |= {
            name.casefold(): code for code, name in locale.territories.items() if len(code) == 2 and code.isalpha()
        }
    if country:
        import holidays

        parts: dict[str, str] = getattr(holidays, country)().subdivisions_aliases
        found |= {name.casefold(): f"{country}-{code}" for name, code in parts.items()}
    return found


_OF_MANY = frozenset({"US", "BR"})
"""Whose language is first another country's: English and Portuguese holidays are not theirs."""


def _is_known(country: str) -> bool:
    """Whether a country's holidays are known; the library names every country it knows before it loads one, which loads all."""
    import holidays

    return _is_code(country) and hasattr(holidays, country)


def _is_code(country: str) -> bool:
    return len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()


@cache
def public_holidays(code: str) -> Container[date]:
    """The public holidays of a country or of a part of it. Raises ``ValueError`` for a code that names none."""
    import holidays  # hundreds of modules; a policy that names no code never loads them

    country, _, part = code.partition("-")
    if not _is_code(country) or code.endswith("-"):
        raise ValueError(f"{code!r} is no code of a country; {_EXAMPLE}")
    try:
        return holidays.country_holidays(country, subdiv=part or None)
    except NotImplementedError as error:
        raise ValueError(f"{code!r} has no known holidays ({error}); {_EXAMPLE}") from None


def _listed(value: Any) -> tuple[date | str, ...]:
    """One code, or a list of codes and dates; a date may be written as text."""
    items = value if isinstance(value, list | tuple) else [value]
    return tuple(_item(item) for item in items)


def _item(value: Any) -> date | str:
    if type(value) is date:
        return value
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is neither a date nor a code; {_EXAMPLE}")  # noqa: TRY004 - pydantic collects these
    try:
        return date.fromisoformat(value)
    except ValueError:
        public_holidays(value)
        return value


def _listed_or_none(value: Any) -> tuple[date | str, ...] | None:
    return None if value is None else _listed(value)


Holidays = Annotated[tuple[date | str, ...], BeforeValidator(_listed)]
"""``"DE-BE"``, or ``["DE-BE", 2026-12-24]``."""
OwnHolidays = Annotated[tuple[date | str, ...] | None, BeforeValidator(_listed_or_none)]
"""The same, or None for those of everybody."""

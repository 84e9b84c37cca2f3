"""Days on which nobody works: the public holidays of a country or a part of it, and an organisation's own days."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any

from pydantic import BeforeValidator

_EXAMPLE = "write a country such as DE, or a part of one such as DE-BE (ISO 3166)"


@dataclass(frozen=True)
class DaysOff:
    """``day in days_off`` tells whether a day is one of them, in any year."""

    codes: tuple[str, ...] = ()
    """Countries of ISO 3166, such as ``DE``, or parts of one, such as ``DE-BE``."""
    dates: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    """Days on which everybody works all the same."""

    def __contains__(self, day: date) -> bool:
        if day in self.worked:
            return False
        return day in self.dates or any(day in public_holidays(code) for code in self.codes)

    def __bool__(self) -> bool:
        return bool(self.codes or self.dates)

    @property
    def words(self) -> str:
        """``the public holidays of DE-BE and 2 days of the policy``, empty where there are none."""
        own = f"{len(self.dates)} {'day' if len(self.dates) == 1 else 'days'} of the policy" if self.dates else ""
        public = f"the public holidays of {' and '.join(self.codes)}" if self.codes else ""
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
    try:
        public_holidays(country)
    except ValueError:
        return ""
    return country


_INCLUDED = re.compile(r"\b(?:inclu|einschl|inkl|eingeschlossen|inbegrepen)|含", re.IGNORECASE)
_NOT_INCLUDED = re.compile(r"\b(?:not|no|non|não|nicht|pas|niet)\s+inclu|含ま", re.IGNORECASE)
"""As the languages that contracts are read in say it."""


@cache
def part_named(country: str, words: str) -> str:
    """The code of the part of ``country`` that ``words`` name, such as ``AU-VIC`` for Victoria; the country's where they name
    none or several. The names are those that the holidays library knows, in the country's languages and in English, and their
    adjectives in -n, -an, -ian and -er.
    """
    import holidays

    names: dict[str, str] = getattr(holidays, country)().subdivisions_aliases
    left, found = words.casefold(), set()
    for name in sorted(names, key=len, reverse=True):  # Sachsen-Anhalt is no Sachsen
        left, times = re.subn(rf"(?<![\w-]){re.escape(name.casefold())}(?:n|an|ian|er)?(?![\w-])", " ", left)
        if times:
            found.add(names[name])
    return f"{country}-{found.pop()}" if len(found) == 1 else country


def counts_holidays(words: str) -> bool:
    """Does a contract say that its hours run on public holidays too, such as "public holidays included"?"""
    return bool(_INCLUDED.search(words)) and not _NOT_INCLUDED.search(words)


@cache
def public_holidays(code: str) -> Container[date]:
    """The public holidays of a country or of a part of it. Raises ``ValueError`` for a code that names none."""
    import holidays  # hundreds of modules; a policy that names no code never loads them

    country, _, part = code.partition("-")
    if len(country) != 2 or not country.isupper() or code.endswith("-"):
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

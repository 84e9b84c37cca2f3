"""The hours that a contract's coverage states, read by code: several spans, different days, nights, half days, in every language that
names of days are known in.

Nothing is guessed: a text that is not understood whole is not read at all. Not understood are hours of a clock that may have twelve
hours or twenty-four, days that have hours twice, places whose holidays nobody lists, and every word without a place in the grammar.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from zoneinfo import available_timezones

from customer_escalation.sla.coverage_holidays import stated_holidays
from customer_escalation.sla.coverage_hours import says_business, stated_week
from customer_escalation.sla.week import Week

LONGEST = 300
"""Characters of a coverage that is read; a longer one is a text for readers."""
_BARE_ZONES = frozenset({"UTC", "GMT", "CET", "EET", "WET", "MET"})
"""Zones without a city that mean one clock; others of the zone table are words of their own, such as Japan."""
_ZONE = re.compile(
    r"\(?(?:\bin\s+)?(?:\b(?:the\s+)?(?P<whose>account|customer|team)(?:'s|s)?\s+time\s?zone\b|(?<![\w/])(?P<zone>[A-Za-z]+(?:/[\w+-]+)*)(?![\w/]))"
    r"(?:\s+time\b)?\)?",
    re.IGNORECASE,
)
_MOST_CUTS = 80
Holidays = Literal["unstated", "worked", "off"]


@dataclass(frozen=True)
class Coverage:
    """What a contract's coverage states."""

    week: Week | None
    """None for business hours that it does not name: the organisation's."""
    zone: str
    """The zone that it names, or ``account`` or ``team`` where it means that of the account or ours; empty where it names none."""
    holidays: Holidays
    place: str
    """Whose public holidays, as a code; empty where it names no place."""
    hours: str
    """The hours in the contract's own words."""
    added: str
    """What it adds to them on holidays, in its own words."""


@lru_cache(256)
def read_coverage(text: str, country: str = "") -> Coverage | None:
    """What a coverage states, where it is understood whole; None otherwise. ``country`` is the account's, by its zone, for the names of
    its parts.
    """
    whole = " ".join(text.split())
    if not whole or len(whole) > LONGEST:
        return None
    for front, back in _cuts(whole):
        zones = [*_zones(front), *_zones(back)]
        if len({name for _, name in zones}) > 1:
            continue
        hours = stated_week(_without_zone(front))
        holidays = stated_holidays(_without_zone(back), country) if hours is not None and back else None
        if hours is None or (back and holidays is None):
            continue
        zone = zones[0][1] if zones else ""
        stated, place = holidays or _as_called(hours[0], _without_zone(front))
        return Coverage(hours[0], zone, stated, place, front, _said(back))
    return None


def _as_called(week: Week | None, front: str) -> tuple[Holidays, str]:
    """What hours that say nothing of holidays mean: called business hours, they leave them out."""
    return ("off" if week and says_business(front) else "unstated"), ""


def zone_named(text: str) -> str:
    """The zone that a text names, where it names one; empty otherwise."""
    named = {zone for _, zone in _zones(text)} - {"account", "team"}
    return named.pop() if len(named) == 1 else ""


def _cuts(whole: str) -> Iterator[tuple[str, str]]:
    """The text whole, then in two where it may turn from hours to holidays, the longest hours first."""
    yield whole, ""
    breaks = list(re.finditer(r"\s*[,;(、，；（.]\s*|\s+|(?<=\d)(?=[^\d\s:.,-])", whole))
    for found in breaks[::-1][:_MOST_CUTS]:
        front, back = whole[: found.start()].strip(), whole[found.end() :].strip(" .")
        if front and back:
            yield front, back if "(" in back else back.rstrip(")")


def _zones(text: str) -> Iterator[tuple[str, str]]:
    """Each zone in a text: as it stands there, and its name."""
    for found in _ZONE.finditer(text):
        zone = found["zone"] or ""
        if found["whose"]:
            yield found[0], "team" if found["whose"].casefold() == "team" else "account"
        elif zone in _BARE_ZONES or ("/" in zone and zone in available_timezones()):
            yield found[0], zone


def _said(back: str) -> str:
    """What stands behind the hours, without the zone."""
    found = [words for words, _ in _zones(back)]
    return back.replace(found[0], "").strip(" .)）") if found else back


def _without_zone(text: str) -> str:
    for words, _ in _zones(text):
        text = text.replace(words, " ", 1)
    return unicodedata.normalize("NFKC", text).casefold().strip(" ,;:.()[]").strip()

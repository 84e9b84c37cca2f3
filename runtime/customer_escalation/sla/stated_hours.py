"""A contract's hours as a reader states them, made into a week and days of their own; nothing is filled in."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from customer_escalation.domain.day_names import opening_day
from customer_escalation.domain.facts import ContractHours
from customer_escalation.policy import find_zone
from customer_escalation.policy.holidays import public_holidays
from customer_escalation.sla.week import Span, Spans, Week, day_of

MOST_DAYS = 1100
"""Single days of one contract: three years."""
_TIME = re.compile(r"(\d\d?):(\d\d)")
_DATE = r"\d{4}-\d\d-\d\d"
_PERIOD = re.compile(rf"({_DATE})\s*(?:/|to|\.\.)\s*({_DATE})")
_WORKED = re.compile(rf"({_DATE})(?:\s+(.+))?")
_SPAN = re.compile(r"(\d\d?:\d\d)\s*[-–]\s*(\d\d?:\d\d)")


@dataclass(frozen=True)
class StatedHours:
    """What a reader says that a contract says."""

    week: Week | None
    """None where the hours of the week are as code counts them."""
    off: frozenset[date]
    off_codes: tuple[str, ...]
    worked: dict[date, Spans | None]
    """Single days that are worked; None for the hours of their weekday."""
    worked_codes: tuple[str, ...]


def stated_hours(said: ContractHours) -> StatedHours:
    """The hours as stated. Raises ``ValueError`` with what to correct, as a sentence without its full stop."""
    if said.zone and find_zone(said.zone) is None:
        raise ValueError(f"{said.zone!r} is no time zone: write one such as Europe/Berlin, or ''")
    off, off_codes = _days(said.days_off)
    worked, worked_codes = _worked(said.days_worked)
    both = [*map(str, sorted(off & set(worked))), *sorted(set(off_codes) & set(worked_codes))]
    if both:
        raise ValueError(f"{both[0]} is both off and worked")
    return StatedHours(_week(said), off, off_codes, worked, worked_codes)


def _week(said: ContractHours) -> Week | None:
    if not said.weekly:
        return None
    spans: dict[int, list[Span]] = {}
    for entry in said.weekly:
        for name in entry.days:
            day = opening_day(name)
            if day is None:
                raise ValueError(f"{name!r} is no day of the week: write them one by one, as Mon")
            spans.setdefault(day, []).append(Span(_clock(entry.opens), _clock(entry.closes, closing=True)))
    if not spans:
        raise ValueError("`weekly` names no day")
    return tuple(day_of(spans.get(day, ())) for day in range(7))


def _clock(text: str, *, closing: bool = False) -> time:
    found = _TIME.fullmatch(text)
    hour, minute = (int(found[1]), int(found[2])) if found else (99, 0)
    if closing and (hour, minute) == (24, 0):
        return time()
    if hour > 23 or minute > 59:
        raise ValueError(f"{text!r} is no time of day: write it as 17:30")
    return time(hour, minute)


def _days(items: Iterable[str]) -> tuple[frozenset[date], tuple[str, ...]]:
    """Dates, periods and codes."""
    dates: set[date] = set()
    codes: list[str] = []
    for item in items:
        if re.match(_DATE, item):
            dates.update(_period(item))
        else:
            public_holidays(item)
            codes.append(item)
        if len(dates) > MOST_DAYS:
            raise ValueError(f"{item!r} makes more than {MOST_DAYS} single days")
    return frozenset(dates), tuple(dict.fromkeys(codes))


def _period(item: str) -> Iterator[date]:
    found = _PERIOD.fullmatch(item)
    first, last = (_date(found[1]), _date(found[2])) if found else (_date(item), _date(item))
    if last < first:
        raise ValueError(f"{item!r} ends before it begins")
    if last - first > timedelta(days=MOST_DAYS):
        raise ValueError(f"{item!r} is longer than {MOST_DAYS} days")
    return (first + timedelta(days=step) for step in range((last - first).days + 1))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date: write it as 2026-12-19") from None


def _worked(items: Iterable[str]) -> tuple[dict[date, Spans | None], tuple[str, ...]]:
    days: dict[date, Spans | None] = {}
    plain: list[str] = []
    for item in items:
        found = _WORKED.fullmatch(item)
        if not found or not found[2] or _PERIOD.fullmatch(item):
            plain.append(item)
            continue
        spans = [_SPAN.fullmatch(part.strip()) for part in re.split(r",|\band\b", found[2])]
        if not all(spans):
            raise ValueError(f"{item!r} names no hours: write them as 2026-12-19 09:00-13:00")
        days[_date(found[1])] = day_of(Span(_clock(one[1]), _clock(one[2], closing=True)) for one in spans if one)
    dates, codes = _days(plain)
    return {**dict.fromkeys(dates, None), **days}, codes

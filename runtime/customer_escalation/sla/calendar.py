"""Business-hours arithmetic that stays right over clock changes (the ground of S13, E-SLA, E-TIME and the cadence).

Durations are real elapsed time. Moments go in with any offset and come out in UTC, because Python subtracts and
compares two moments of one zone by their wall clocks, which is wrong across a clock change. A naive datetime is a
``ValueError``: nobody knows which moment it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import NamedTuple
from zoneinfo import ZoneInfo

from customer_escalation.domain.brief import Target
from customer_escalation.domain.times import in_utc
from customer_escalation.policy import BusinessHours, Policy, find_zone, parse_business_hours
from customer_escalation.policy.holidays import DaysOff, days_off

_DAY = timedelta(days=1)
_SHORTEST_HOURS = 1 / 3600
_LONGEST_HOURS = 10 * 366 * 24


def usable_hours(hours: float) -> bool:
    """Can a contract mean this many hours? Not less than a second, negative, infinite, or more than ten years."""
    return _SHORTEST_HOURS <= hours <= _LONGEST_HOURS


class BusinessDay(NamedTuple):
    """One day's opening hours, as moments in UTC."""

    day: date
    opens: datetime
    closes: datetime


@dataclass(frozen=True)
class BusinessCalendar:
    """Weekly opening hours in a time zone.

    Open from ``opens`` (included) to ``closes`` (excluded) on each of ``days``. Raises ``ValueError`` where that leaves
    no time at all.
    """

    days: frozenset[int]
    """Monday is 0."""
    opens: time
    closes: time
    """Midnight stands for the end of the day."""
    tz: ZoneInfo
    holidays: DaysOff = field(default_factory=DaysOff)
    """Days that are closed whatever their weekday."""

    def __post_init__(self) -> None:
        if not self.days or not self.days <= set(range(7)):
            raise ValueError("A business calendar needs at least one day of the week, numbered 0 (Monday) to 6.")
        if time() < self.closes <= self.opens:
            raise ValueError(f"A business day cannot close at {self.closes:%H:%M} when it opens at {self.opens:%H:%M}.")

    @classmethod
    def round_the_clock(cls, tz: ZoneInfo) -> "BusinessCalendar":
        """Always open; ``tz`` only tells where days and weeks end."""
        return cls(frozenset(range(7)), time(), time(), tz)

    @property
    def always_open(self) -> bool:
        """Is every moment business time?"""
        return not self.holidays and len(self.days) == 7 and self.opens == self.closes == time()

    def is_open(self, moment: datetime) -> bool:
        """Is ``moment`` within business hours?"""
        return self._current(moment).opens <= in_utc(moment)

    def next_open(self, moment: datetime) -> datetime:
        """``moment`` itself within business hours, else the next opening."""
        return max(in_utc(moment), self._current(moment).opens)

    def business_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Business time from ``start`` to ``end``; negative where ``end`` is the earlier (E-SLA)."""
        start, end = in_utc(start), in_utc(end)
        if end < start:
            return -self.business_time_between(end, start)
        if self.always_open:
            return end - start
        total = timedelta()
        for day in self._days_from(start):
            if day.opens >= end:
                break
            total += min(day.closes, end) - max(day.opens, start)
        return total

    def add_business_time(self, start: datetime, duration: timedelta) -> datetime:
        """The first moment at which ``duration`` of business time has passed since ``start`` (S13, E-SLA).

        Nothing to add gives ``start`` back, even outside business hours. Raises ``ValueError`` for a negative duration.
        """
        start = in_utc(start)
        if duration < timedelta():
            raise ValueError("Business time can only be added forwards; the duration is negative.")
        left = duration
        if not left:
            return start
        days = self._days_from(start)
        while True:
            day = next(days)
            begin = max(day.opens, start)
            if day.closes - begin >= left:
                return begin + left
            left -= day.closes - begin

    def add_business_days(self, start: datetime, count: int) -> datetime:
        """The same time of day ``count`` business days on (cadence, Medium).

        Outside business hours the count starts at the next opening. Raises ``ValueError`` for a negative count.
        """
        if count < 0:
            raise ValueError("Business days can only be added forwards; the count is negative.")
        days = list(islice(self._days_from(in_utc(start)), count + 1))
        first, last = days[0], days[-1]
        since_opening = max(in_utc(start), first.opens) - first.opens
        return min(last.opens + since_opening, last.closes)

    def end_of_day(self, moment: datetime) -> datetime:
        """Closing time of the business day that ``moment`` is in; out of hours, of the next one (S13, High)."""
        return self._current(moment).closes

    def end_of_week(self, moment: datetime) -> datetime:
        """Closing time of the week's last business day; after that closing, of the next week's (S13, Medium)."""
        return self._rest_of_week(moment)[-1].closes

    def days_left_in_week(self, moment: datetime) -> int:
        """Business days of the week that still have time left, today included (S13, Medium)."""
        return len(self._rest_of_week(moment))

    def _current(self, moment: datetime) -> BusinessDay:
        """The business day that is open at ``moment``, else the next."""
        return next(self._days_from(in_utc(moment)))

    def _days_from(self, start: datetime) -> Iterator[BusinessDay]:
        """Business days that close after ``start``, without end."""
        # A clock put back over midnight shows yesterday's date again although today's hours have begun.
        day = start.astimezone(self.tz).date() - _DAY
        while True:
            if day.weekday() in self.days and day not in self.holidays:
                opens = self._first_moment(day, self.opens)
                closes = self._first_moment(day if self.closes != time() else day + _DAY, self.closes)
                # A day that the clocks skipped whole opens and closes at the same moment.
                if closes > max(opens, start):
                    yield BusinessDay(day, opens, closes)
            day += _DAY

    def _rest_of_week(self, moment: datetime) -> list[BusinessDay]:
        today = self._current(moment)
        last = today.day + timedelta(days=(self._first_weekday() - today.day.weekday() - 1) % 7)
        return list(takewhile(lambda day: day.day <= last, self._days_from(in_utc(moment))))

    def _first_weekday(self) -> int:
        """The day that a working week begins on: the one after the longest stretch of closed days."""

        def closed_before(day: int) -> int:
            return next(gap for gap in range(7) if (day - gap - 1) % 7 in self.days)

        return max(sorted(self.days), key=closed_before)

    def _first_moment(self, day: date, wall: time) -> datetime:
        """The first moment at which the clocks show ``wall`` or later on ``day``."""
        local = datetime.combine(day, wall, self.tz)
        moment = local.astimezone(UTC)
        if moment.astimezone(self.tz).replace(tzinfo=None) == local.replace(tzinfo=None):
            return moment
        # The clocks skipped it. With fold=1 the later offset is used, which gives a moment before the change.
        before, after = local.replace(fold=1).astimezone(UTC), moment
        offset = after.astimezone(self.tz).utcoffset()
        while after - before > timedelta(seconds=1):
            middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
            if middle.astimezone(self.tz).utcoffset() == offset:
                after = middle
            else:
                before = middle
        return after


def team_calendar(policy: Policy, team: Target | None = None) -> BusinessCalendar:
    """A receiving team's calendar (S13, internal follow-up): its own hours and holidays where the policy has some."""
    hours = policy.business_hours
    own = policy.teams.of(team).hours if team else ""
    off = policy.teams.of(team).holidays if team else None
    if own:
        hours = hours.model_copy(update=parse_business_hours(own))
    if off is not None:
        hours = hours.model_copy(update={"holidays": off})
    named = hours.timezone if own and hours.timezone not in ("account", "team") else hours.team_timezone
    return _calendar(hours, ZoneInfo(named))


def account_calendar(policy: Policy, timezone: str | None = None) -> BusinessCalendar:
    """The calendar on which an account's SLA windows and customer updates run.

    ``timezone`` is the account's own zone where the CRM holds one; without it, or where it names no zone, the team's
    zone stands in (the result's ``tz`` tells which was used).
    """
    hours = policy.business_hours
    named = {"account": timezone or hours.team_timezone, "team": hours.team_timezone}.get(
        hours.timezone, hours.timezone
    )
    return _calendar(hours, find_zone(named) or ZoneInfo(hours.team_timezone))


def _calendar(hours: BusinessHours, tz: ZoneInfo) -> BusinessCalendar:
    always = len(hours.days) == 7 and hours.opens == hours.closes == time()
    off = DaysOff() if always else days_off(hours.holidays, hours.worked_holidays)
    return BusinessCalendar(hours.weekdays, hours.opens, hours.closes, tz, off)

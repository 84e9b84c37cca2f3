"""Business-hours arithmetic that stays right over clock changes (the ground of S13, E-SLA, E-TIME and the cadence).

Durations are real elapsed time. Moments go in with any offset and come out in UTC, because Python subtracts and
compares two moments of one zone by their wall clocks, which is wrong across a clock change. A naive datetime is a
``ValueError``: nobody knows which moment it is.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice, takewhile
from typing import NamedTuple
from zoneinfo import ZoneInfo

from customer_escalation.domain.outcomes import Target
from customer_escalation.domain.times import in_utc
from customer_escalation.policy import BusinessHours, Policy, find_zone, parse_business_hours
from customer_escalation.policy.holidays import DaysOff, days_off
from customer_escalation.sla.week import ALWAYS, Span, Spans, Week, day_of, has_nights, same_hours

_DAY = timedelta(days=1)
_SHORTEST_HOURS = 1 / 3600
_LONGEST_HOURS = 10 * 366 * 24


def usable_hours(hours: float) -> bool:
    """Can a contract mean this many hours? Not less than a second, negative, infinite, or more than ten years."""
    return _SHORTEST_HOURS <= hours <= _LONGEST_HOURS


class Stretch(NamedTuple):
    """Open without a break, as moments in UTC."""

    opens: datetime
    closes: datetime


class BusinessDay(NamedTuple):
    """One day's business time, which may go on after midnight."""

    day: date
    stretches: tuple[Stretch, ...]
    """In order and apart; never empty."""

    @property
    def opens(self) -> datetime:
        return self.stretches[0].opens

    @property
    def closes(self) -> datetime:
        return self.stretches[-1].closes


@dataclass(frozen=True)
class BusinessCalendar:
    """Weekly opening hours in a time zone, several spans a day and over midnight too, with days that have others.

    A span belongs to the day that it begins on: a holiday has no night of its own, and the night before it is worked to its end.
    Raises ``ValueError`` where a week holds no time at all.
    """

    week: Week
    tz: ZoneInfo
    holidays: DaysOff = field(default_factory=DaysOff)
    """Days that are closed whatever their weekday."""
    single: Mapping[date, Spans] = field(default_factory=dict)
    """Days with hours of their own, whatever their weekday and the holidays say; without any it is closed."""

    def __post_init__(self) -> None:
        if len(self.week) != 7 or not self.days:
            raise ValueError("A business calendar needs seven days, and business hours on at least one.")
        for spans in (*self.week, *self.single.values()):
            if day_of(spans) != tuple(spans):
                raise ValueError("The business hours of a day stand in their order, each once.")

    @classmethod
    def daily(
        cls, days: Collection[int], opens: time, closes: time, tz: ZoneInfo, holidays: DaysOff | None = None
    ) -> "BusinessCalendar":
        """The same hours on each of ``days`` (Monday 0)."""
        return cls(same_hours(days, Span(opens, closes)), tz, holidays or DaysOff())

    @classmethod
    def round_the_clock(cls, tz: ZoneInfo) -> "BusinessCalendar":
        """Always open; ``tz`` only tells where days and weeks end."""
        return cls(ALWAYS, tz)

    @property
    def days(self) -> frozenset[int]:
        """The days of the week that have hours; Monday is 0."""
        return frozenset(day for day, spans in enumerate(self.week) if spans)

    @property
    def always_open(self) -> bool:
        """Is every moment business time?"""
        return self.week == ALWAYS and not self.holidays and not self.single

    def spans_of(self, day: date) -> Spans:
        """The hours of one day; empty where it is closed."""
        if day in self.single:
            return self.single[day]
        return () if day in self.holidays else self.week[day.weekday()]

    def is_open(self, moment: datetime) -> bool:
        """Is ``moment`` within business hours?"""
        return next(self._stretches_from(in_utc(moment))).opens <= in_utc(moment)

    def next_open(self, moment: datetime) -> datetime:
        """``moment`` itself within business hours, else the next opening."""
        return max(in_utc(moment), next(self._stretches_from(in_utc(moment))).opens)

    def business_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Business time from ``start`` to ``end``; negative where ``end`` is the earlier (E-SLA)."""
        start, end = in_utc(start), in_utc(end)
        if end < start:
            return -self.business_time_between(end, start)
        if self.always_open:
            return end - start
        total = timedelta()
        for stretch in self._stretches_from(start):
            if stretch.opens >= end:
                break
            total += min(stretch.closes, end) - max(stretch.opens, start)
        return total

    def business_time_by_day(self, start: datetime, end: datetime) -> list[tuple[date, timedelta]]:
        """The business days from ``start`` to ``end``, each with its time in between; empty where there is none."""
        start, end = in_utc(start), in_utc(end)
        days = takewhile(lambda day: day.opens < end, self._days_from(start))
        spent = ((day.day, sum((_overlap(one, start, end) for one in day.stretches), timedelta())) for day in days)
        return [(day, time_spent) for day, time_spent in spent if time_spent]

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
        stretches = self._stretches_from(start)
        while True:
            stretch = next(stretches)
            begin = max(stretch.opens, start)
            if stretch.closes - begin >= left:
                return begin + left
            left -= stretch.closes - begin

    def add_business_days(self, start: datetime, count: int) -> datetime:
        """The same time of day ``count`` business days on (cadence, Medium): as long after that day's opening as ``start`` is, and
        never after its closing.

        Outside business hours the count starts at the next opening. Raises ``ValueError`` for a negative count.
        """
        if count < 0:
            raise ValueError("Business days can only be added forwards; the count is negative.")
        days = list(islice(self._days_from(in_utc(start)), count + 1))
        first, last = days[0], days[-1]
        since_opening = max(in_utc(start), first.opens) - first.opens
        reached = min(last.opens + since_opening, last.closes)
        # In a break it is the end of the break.
        return next(max(reached, one.opens) for one in last.stretches if reached <= one.closes)

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
        """The business day that has not ended at ``moment``, else the next; a break at noon is part of the day."""
        return next(self._days_from(in_utc(moment)))

    def _days_from(self, start: datetime) -> Iterator[BusinessDay]:
        """Business days that close after ``start``, without end."""
        # A clock put back over midnight shows yesterday's date again although today's hours have begun; and where spans go on after
        # midnight, what the night before leaves of that day.
        day = start.astimezone(self.tz).date() - (2 if self.single or has_nights(self.week) else 1) * _DAY
        night_before = datetime.min.replace(tzinfo=UTC)
        while True:
            raw = [self._stretch(day, span) for span in self.spans_of(day)]
            if raw and raw[-1].closes > start:
                found = tuple(_joined(raw, night_before))
                if found:
                    yield BusinessDay(day, found)
            night_before = raw[-1].closes if raw else night_before
            day += _DAY

    def _stretches_from(self, start: datetime) -> Iterator[Stretch]:
        """Business time after ``start``, without end."""
        return (one for day in self._days_from(start) for one in day.stretches if one.closes > start)

    def _stretch(self, day: date, span: Span) -> Stretch:
        opens, closes = (datetime.combine(day, time()) + since for since in span.wall)
        return Stretch(_first_moment(opens, self.tz), _first_moment(closes, self.tz))

    def _rest_of_week(self, moment: datetime) -> list[BusinessDay]:
        today = self._current(moment)
        last = today.day + timedelta(days=(self._first_weekday() - today.day.weekday() - 1) % 7)
        return list(takewhile(lambda day: day.day <= last, self._days_from(in_utc(moment))))

    def _first_weekday(self) -> int:
        """The day that a working week begins on: the one after the longest stretch of closed days."""

        def closed_before(day: int) -> int:
            return next(gap for gap in range(7) if (day - gap - 1) % 7 in self.days)

        return max(sorted(self.days), key=closed_before)


def _overlap(stretch: Stretch, start: datetime, end: datetime) -> timedelta:
    return max(min(stretch.closes, end) - max(stretch.opens, start), timedelta())


@lru_cache(20_000)
def _first_moment(wall: datetime, tz: ZoneInfo) -> datetime:
    """The first moment at which the clocks of a zone show ``wall`` or later."""
    local = wall.replace(tzinfo=tz)
    moment = local.astimezone(UTC)
    if moment.astimezone(tz).replace(tzinfo=None) == wall:
        return moment
    # The clocks skipped it. With fold=1 the later offset is used, which gives a moment before the change.
    before, after = local.replace(fold=1).astimezone(UTC), moment
    offset = after.astimezone(tz).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(tz).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


def _joined(stretches: list[Stretch], since: datetime) -> Iterator[Stretch]:
    """The stretches without what lies before ``since``, those that touch in one; none that the clocks skipped whole."""
    open_one: Stretch | None = None
    for opens, closes in stretches:
        one = Stretch(max(opens, since), closes)
        if one.closes <= one.opens:
            continue
        if open_one is not None and one.opens <= open_one.closes:
            open_one = Stretch(open_one.opens, max(open_one.closes, one.closes))
            continue
        if open_one is not None:
            yield open_one
        open_one = one
    if open_one is not None:
        yield open_one


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
    week = same_hours(hours.weekdays, Span(hours.opens, hours.closes))
    return BusinessCalendar(week, tz, DaysOff() if week == ALWAYS else days_off(hours.holidays, hours.worked_holidays))

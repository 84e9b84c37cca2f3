"""Strategies for moments and calendars, over zones whose clocks change in unlike ways."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from customer_escalation.policy.holidays import DaysOff
from customer_escalation.sla.calendar import BusinessCalendar
from customer_escalation.sla.week import Span, Spans, day_of

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo")

zones = st.sampled_from(ZONES).map(ZoneInfo)
offsets = st.sampled_from((*ZONES, "Pacific/Apia", "Asia/Tokyo")).map(ZoneInfo)
moments = st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1), timezones=offsets)  # noqa: DTZ001 - naive bounds
holidays = st.sampled_from(
    (
        DaysOff(),
        DaysOff(("DE-BE",)),
        DaysOff(("JP", "US-CA"), worked=frozenset({date(2026, 12, 25)})),
        DaysOff(dates=frozenset(date(2004, 12, 1) + timedelta(days=3 * step) for step in range(3900))),
        DaysOff(dates=frozenset(date(2004, 12, 1) + timedelta(days=step) for step in range(11_400) if step % 30 < 11)),
    )
)
"""None, public ones, every third day, and closings of eleven days in each month."""
durations = st.timedeltas(timedelta(), timedelta(hours=300))


_CHANGES = [
    datetime.fromisoformat(f"{day}T00:00Z")
    for day in ("2026-03-29", "2026-10-25", "2018-11-04", "2018-02-18", "2026-04-05", "2026-03-08")
]
"""Days on which the clocks of one of the zones change."""
minutes_near_changes = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes), st.sampled_from(_CHANGES), st.integers(-3000, 3000)
)
DAYS = [date(2004, 12, 1) + timedelta(days=step) for step in range(11_400)]
_BEYOND = 32
"""Quarters of an hour after midnight to which a day's last span may go on: eight hours."""


@st.composite
def daily_calendars(draw: st.DrawFn) -> BusinessCalendar:
    """The same hours on some weekdays in any zone, down to a quarter of an hour a week and up to always, with any holidays."""
    days = draw(st.frozensets(st.integers(0, 6), min_size=1))
    opens, closes = sorted(draw(st.lists(st.integers(0, 96), min_size=2, max_size=2, unique=True)))
    return BusinessCalendar.daily(days, _clock(opens), _clock(closes), draw(zones), draw(holidays))


@st.composite
def days_with_spans(draw: st.DrawFn) -> Spans:
    """Up to three spans of a day, which may touch and go on over midnight."""
    ends = sorted(draw(st.lists(st.integers(0, 96 + _BEYOND), max_size=6, unique=True)))
    pairs = [(ends[at], ends[at + 1]) for at in range(0, len(ends) - 1, 2) if ends[at] < 96]
    return day_of(Span(_clock(opens), _clock(closes)) for opens, closes in pairs if closes - opens < 96)


@st.composite
def week_calendars(draw: st.DrawFn) -> BusinessCalendar:
    """Several spans a day by weekday, over midnight too, with single days that are closed or have hours of their own."""
    week = draw(st.lists(days_with_spans(), min_size=7, max_size=7).filter(any))
    own = draw(days_with_spans())
    every = draw(st.sampled_from((0, 2, 5, 9)))
    single = {day: own if day.day % 2 else () for day in DAYS[:: every or len(DAYS)]}
    return BusinessCalendar(tuple(week), draw(zones), draw(holidays), single)


def calendars() -> st.SearchStrategy[BusinessCalendar]:
    """Any calendar."""
    return daily_calendars() | week_calendars()


def office(zone: str = "UTC") -> BusinessCalendar:
    """Monday to Friday, 09:00-18:00."""
    return BusinessCalendar.daily(frozenset(range(5)), time(9), time(18), ZoneInfo(zone))


def utc(text: str) -> datetime:
    """``2026-03-27 16:00`` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _clock(quarters: int) -> time:
    return time(quarters // 4 % 24, quarters % 4 * 15)

"""Strategies for moments and calendars, over zones whose clocks change in unlike ways."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from customer_escalation.policy.holidays import DaysOff
from customer_escalation.sla.calendar import BusinessCalendar

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


@st.composite
def calendars(draw: st.DrawFn) -> BusinessCalendar:
    """Any weekly hours in any zone, down to a quarter of an hour a week and up to always, with any holidays."""
    days = draw(st.frozensets(st.integers(0, 6), min_size=1))
    opens, closes = sorted(draw(st.lists(st.integers(0, 96), min_size=2, max_size=2, unique=True)))
    return BusinessCalendar(days, _clock(opens), _clock(closes), draw(zones), draw(holidays))


def office(zone: str = "UTC") -> BusinessCalendar:
    """Monday to Friday, 09:00-18:00."""
    return BusinessCalendar(frozenset(range(5)), time(9), time(18), ZoneInfo(zone))


def utc(text: str) -> datetime:
    """``2026-03-27 16:00`` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _clock(quarters: int) -> time:
    return time(quarters // 4 % 24, quarters % 4 * 15)

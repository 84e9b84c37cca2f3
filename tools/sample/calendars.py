"""Business time of the accounts, their public holidays, and ids that grow with time."""

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

OPENS, CLOSES = time(9), time(18)
_HOLIDAYS = {
    "America/Chicago": "07-03 09-07", "America/Denver": "07-03 09-07", "America/Los_Angeles": "07-03 09-07",
    "America/New_York": "07-03 09-07", "America/Toronto": "07-01 09-07 10-12", "Asia/Kolkata": "10-02",
    "Asia/Tokyo": "07-20 08-11 09-21 09-22 09-23 10-12 11-03", "Australia/Perth": "09-28", "Australia/Sydney": "10-05",
    "Europe/Dublin": "08-03 10-26", "Europe/Lisbon": "10-05", "Europe/London": "08-31", "Europe/Madrid": "10-12",
    "Europe/Paris": "07-14 11-11", "Europe/Vienna": "10-26", "Europe/Warsaw": "11-11", "Pacific/Auckland": "10-26",
}  # fmt: skip


def is_holiday(day: date, zone: ZoneInfo) -> bool:
    """Is ``day`` a weekend or, from July to November 2026, a public holiday of the country of ``zone``?"""
    return day.weekday() > 4 or (day.year == 2026 and f"{day:%m-%d}" in _HOLIDAYS.get(zone.key, "").split())


def next_open(at: datetime, zone: ZoneInfo) -> datetime:
    """``at`` itself on a working day from 9 to 18 in ``zone``, else the next opening; in UTC."""
    local = at.astimezone(zone)
    while is_holiday(local.date(), zone) or local.time() >= CLOSES:
        local = datetime.combine(local.date() + timedelta(days=1), OPENS, zone)
    if local.time() < OPENS:
        local = datetime.combine(local.date(), OPENS, zone)
    return local.astimezone(UTC)


def later(at: datetime, hours: float, zone: ZoneInfo) -> datetime:
    """The moment at which ``hours`` of business time have passed since ``at``; in UTC."""
    left = timedelta(hours=hours)
    start = next_open(at, zone)
    while True:
        closing = datetime.combine(start.astimezone(zone).date(), CLOSES, zone).astimezone(UTC)
        if start + left < closing:
            return start + left
        left -= closing - start
        start = next_open(closing, zone)


def numbers(times: Sequence[datetime], anchors: Sequence[tuple[datetime, int]]) -> list[int | None]:
    """Give each of the rising ``times`` a number between those of the ``anchors`` around it.

    None where there is no room left, so that numbers always grow with time.
    """
    given: list[int | None] = [None] * len(times)
    ordered = sorted(anchors)
    for (begin, low), (end, high) in itertools.pairwise(ordered):
        inside = [index for index, at in enumerate(times) if begin < at < end][: max(high - low - 1, 0)]
        for place, index in enumerate(inside, 1):
            given[index] = low + place * (high - low) // (len(inside) + 1)
    return given

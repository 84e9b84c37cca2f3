"""Business time of the accounts, and ids that grow with time."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

OPENS, CLOSES = time(9), time(18)


def next_open(at: datetime, zone: ZoneInfo) -> datetime:
    """``at`` itself on a weekday from 9 to 18 in ``zone``, else the next opening; in UTC."""
    local = at.astimezone(zone)
    while local.weekday() > 4 or local.time() >= CLOSES:
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

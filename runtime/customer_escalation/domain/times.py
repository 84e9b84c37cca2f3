"""Moments: every one names a point in time that a support case can be about."""

from datetime import UTC, datetime

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""Systems write year 1 and year 9999 for "unknown" and "never". Such a moment is none: clocks and calendars cannot count from it."""


def is_usable(moment: datetime) -> bool:
    """Whether an aware moment lies between ``EARLIEST`` and ``LATEST``."""
    return EARLIEST <= moment < LATEST


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises ``ValueError`` for a naive one."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} has no UTC offset, so it names no moment.")
    return moment.astimezone(UTC)

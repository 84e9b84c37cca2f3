"""Times as sources give them: RFC 3339 with a zone, or a plain date, kept as text and compared as moments."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?(?P<zone>[Zz]|[+-]\d{2}:\d{2})?", re.ASCII)
_DATE_LENGTH = len("2026-03-01")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def is_date(text: str) -> bool:
    """Whether ``text`` has the form of a plain date."""
    return _DATE.fullmatch(text) is not None


def parse_moment(text: str) -> datetime:
    """Read RFC 3339 with a zone.

    Raises:
        ValueError: a sentence saying what is wrong with ``text``.
    """
    form = _MOMENT.fullmatch(text)
    if form is None:
        raise ValueError("is not a time: write it like 2026-03-01T09:30:00Z")
    if form["zone"] is None:
        raise ValueError("has no zone: end it with Z or an offset such as +02:00")
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        raise ValueError("is no moment of the calendar") from None


@lru_cache(maxsize=64)  # a record's time is checked, then sorted by
def parse_time(text: str) -> datetime:
    """Read RFC 3339 with a zone, or a plain date, which counts as its first moment in UTC.

    Raises:
        ValueError: a sentence saying what is wrong with ``text``.
    """
    if len(text) != _DATE_LENGTH or not is_date(text):
        return parse_moment(text)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise ValueError("is no day of the calendar") from None


def microseconds(moment: datetime) -> int:
    """Microseconds from 1970-01-01T00:00:00Z to an aware ``moment``; exact for every year."""
    return (moment - _EPOCH) // _MICROSECOND


def end_of(text: str) -> datetime:
    """The last moment that ``text`` means: a plain date means its whole day in UTC.

    Raises:
        ValueError: as ``parse_time``.
    """
    start = parse_time(text)
    return start.replace(hour=23, minute=59, second=59, microsecond=999_999) if is_date(text) else start

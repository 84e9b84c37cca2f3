"""Times of records: zones are required, dates are days, and nothing is lost by comparing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support_connectors.times import end_of, microseconds, parse_moment, parse_time


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-03-01T10:00:00", "has no zone"),
        ("2026-03-01 10:00", "is not a time"),
        ("yesterday", "is not a time"),
        ("2026-02-30T10:00:00Z", "no moment of the calendar"),
        ("2026-03-01T10:00:00+02", "is not a time"),
        ("٢٠٢٦-03-01T10:00:00Z", "is not a time"),
    ],
)
def test_a_wrong_moment_is_refused_with_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_moment(text)


def test_a_day_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no day of the calendar"):
        parse_time("2026-02-30")


def test_a_plain_date_begins_at_midnight_utc_and_ends_with_its_last_microsecond() -> None:
    assert parse_time("2026-03-01") == datetime(2026, 3, 1, tzinfo=UTC)
    assert end_of("2026-03-01") == datetime(2026, 3, 2, tzinfo=UTC) - timedelta(microseconds=1)
    assert end_of("2026-03-01T10:00:00Z") == datetime(2026, 3, 1, 10, tzinfo=UTC)


@given(
    st.datetimes(timezones=st.timezones() | st.just(UTC)),
    st.datetimes(timezones=st.just(UTC)),
)
def test_microseconds_compare_as_the_moments_do(one: datetime, other: datetime) -> None:
    assert (microseconds(one) < microseconds(other)) == (one < other)

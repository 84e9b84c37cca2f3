"""How derived figures read."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customer_escalation.sla.calendars import utc

from customer_escalation.domain.formatting import (
    count_words,
    date_words,
    duration_words,
    hours_words,
    money_words,
    number_words,
    time_words,
)


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(), "0 min"),
        (timedelta(seconds=59), "0 min"),
        (timedelta(minutes=50), "50 min"),
        (timedelta(hours=8, minutes=50, seconds=59), "8 h 50 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=5, hours=22, minutes=40), "5 days 22 h"),
        (timedelta(days=13, hours=23), "13 days 23 h"),
        (timedelta(days=226, hours=7), "226 days"),
    ],
)
def test_a_duration_is_cut_off_to_what_was_completed(duration: timedelta, words: str) -> None:
    assert duration_words(duration) == words


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(minutes=5), "5 min"),
        (timedelta(hours=31, minutes=50), "31 h 50 min"),
        (timedelta(days=3), "72 h"),
        (timedelta(hours=1434), "1,434 h"),
    ],
)
def test_business_time_stays_in_hours(duration: timedelta, words: str) -> None:
    assert hours_words(duration) == words


@pytest.mark.parametrize("function", [duration_words, hours_words])
def test_a_negative_duration_is_refused(function) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="negative"):
        function(timedelta(seconds=-1))


@given(st.timedeltas(timedelta(), timedelta(days=4000)))
def test_a_duration_in_words_is_never_longer_than_it_was(duration: timedelta) -> None:
    units = {"day": 1440, "days": 1440, "h": 60, "min": 1}
    words = duration_words(duration).split()
    minutes = sum(int(n.replace(",", "")) * units[unit] for n, unit in zip(words[::2], words[1::2], strict=True))
    assert timedelta(minutes=minutes) <= duration < timedelta(minutes=minutes) + timedelta(days=1)


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        (None, "2024-12-05 12:00 UTC"),
        ("UTC", "2024-12-05 12:00 UTC"),
        ("Europe/Berlin", "2024-12-05 13:00 Europe/Berlin (12:00 UTC)"),
        ("Asia/Kathmandu", "2024-12-05 17:45 Asia/Kathmandu (12:00 UTC)"),
        ("Pacific/Auckland", "2024-12-06 01:00 Pacific/Auckland (2024-12-05 12:00 UTC)"),
    ],
)
def test_a_moment_reads_on_the_local_clock_with_utc_beside_it(zone: str | None, words: str) -> None:
    assert time_words(utc("2024-12-05 12:00"), ZoneInfo(zone) if zone else None) == words


def test_a_moment_of_any_offset_is_put_into_utc() -> None:
    assert time_words(datetime.fromisoformat("2024-12-05T17:45:30+05:45")) == "2024-12-05 12:00 UTC"


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="no UTC offset"):
        time_words(datetime(2024, 12, 5))  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize(
    ("usd", "words"),
    [
        (240_000, "$240,000"),
        (0, "$0"),
        (1234.5, "$1,234.50"),
        (-0.001, "$0"),
        (-12, "-$12"),
        (1_500_000.0, "$1,500,000"),
    ],
)
def test_money_has_cents_only_where_there_are_some(usd: float, words: str) -> None:
    assert money_words(usd) == words


def test_a_count_agrees_with_its_noun() -> None:
    assert [count_words(n, "customer") for n in (0, 1, 3)] == ["0 customers", "1 customer", "3 customers"]
    assert count_words(2, "reply", "replies") == "2 replies"


def test_numbers_carry_no_needless_decimals() -> None:
    assert [number_words(n) for n in (8, 8.0, 0.5, 1200)] == ["8", "8", "0.5", "1,200"]


@pytest.mark.parametrize(
    ("zone", "locale", "words"),
    [
        ("Europe/Berlin", "en", "12 December 2023, 14:20 (Berlin)"),
        ("Europe/London", "en", "12 December 2023, 13:20 (London)"),
        ("Europe/Berlin", "de", "12. Dezember 2023, 14:20 (Berlin)"),
        ("UTC", "en", "12 December 2023, 13:20 UTC"),
        ("Etc/GMT-2", "en", "12 December 2023, 15:20 (UTC+2)"),
        ("Europe/London", "", "2023-12-12 13:20 Europe/London (13:20 UTC)"),
    ],
)
def test_a_moment_names_its_clock_also_where_that_is_utcs(zone: str, locale: str, words: str) -> None:
    assert date_words(datetime(2023, 12, 12, 13, 20, tzinfo=UTC), ZoneInfo(zone), locale) == words

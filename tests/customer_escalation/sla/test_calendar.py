"""Business-hours arithmetic: real elapsed time inside opening hours, over every kind of clock change."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.customer_escalation.policies import shipped_policy
from tests.customer_escalation.sla.calendars import (
    calendars,
    daily_calendars,
    durations,
    minutes_near_changes,
    moments,
    office,
    utc,
    week_calendars,
    zones,
)

from customer_escalation.domain.times import in_utc
from customer_escalation.policy import with_overrides
from customer_escalation.policy.holidays import DaysOff
from customer_escalation.sla.calendar import BusinessCalendar, account_calendar, team_calendar
from customer_escalation.sla.week import ALWAYS, Span, day_of, same_hours, week_words

HOUR = timedelta(hours=1)
ALL_WEEK = frozenset(range(7))


def local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@given(calendars(), moments, durations)
def test_adding_business_time_and_measuring_it_are_inverse(
    calendar: BusinessCalendar, start: datetime, duration: timedelta
) -> None:
    assert calendar.business_time_between(start, calendar.add_business_time(start, duration)) == duration


@given(calendars(), moments, durations)
def test_adding_back_what_was_measured_gives_the_first_moment_with_that_much(
    calendar: BusinessCalendar, start: datetime, later: timedelta
) -> None:
    end = in_utc(start) + later
    reached = calendar.add_business_time(start, calendar.business_time_between(start, end))
    assert reached <= end
    if calendar.is_open(end):
        assert reached == end or calendar.business_time_between(reached, end) == timedelta()


MINUTE = timedelta(minutes=1)
LEAD = 3 * 1440
"""Minutes before a moment from which on the clocks are watched: longer than any span."""


def open_minutes(calendar: BusinessCalendar, start: datetime, count: int) -> list[bool]:
    """Of each minute from ``start`` on, whether it is business time, by what the clocks show and have shown before.

    An opening or closing time is past once the clocks have shown it or a later time, whatever they are put back to.
    """
    found: list[bool] = []
    latest = datetime.min  # noqa: DTZ901 - what a wall clock shows
    for step in range(-LEAD, count):
        shown = (start + step * MINUTE).astimezone(calendar.tz).replace(tzinfo=None)
        latest = max(latest, shown)
        if step >= 0:
            begun = [datetime.combine(latest.date() - timedelta(days=back), time()) for back in (0, 1)]
            found.append(any(_within(latest, day, span) for day in begun for span in calendar.spans_of(day.date())))
    return found


def _within(shown: datetime, day: datetime, span: Span) -> bool:
    opens = datetime.combine(day, span.opens)
    closes = datetime.combine(day, span.closes)
    return opens <= shown < (closes if closes > opens else closes + timedelta(days=1))


@settings(max_examples=60)
@given(week_calendars(), minutes_near_changes, st.integers(0, 2 * 1440))
def test_business_time_is_what_counting_minutes_gives(calendar: BusinessCalendar, start: datetime, count: int) -> None:
    minutes = open_minutes(calendar, in_utc(start), count + 1)
    end = in_utc(start) + count * MINUTE
    assert calendar.business_time_between(start, end) == sum(minutes[:count]) * MINUTE
    by_day = calendar.business_time_by_day(start, end)
    assert sum((spent for _, spent in by_day), timedelta()) == sum(minutes[:count]) * MINUTE
    assert [day for day, _ in by_day] == sorted({day for day, _ in by_day})
    assert calendar.is_open(end) == minutes[count]
    if sum(minutes[:count]):
        last = max(step for step, is_open in enumerate(minutes[:count]) if is_open)
        reached = in_utc(start) + (last + 1) * MINUTE
        assert calendar.add_business_time(start, sum(minutes[:count]) * MINUTE) == reached
    if True in minutes:
        assert calendar.next_open(start) == in_utc(start) + minutes.index(True) * MINUTE


@given(calendars(), moments, durations.filter(bool), st.integers(0, 12))
def test_nothing_ends_but_at_the_end_of_business_time_or_at_an_opening(
    calendar: BusinessCalendar, start: datetime, duration: timedelta, count: int
) -> None:
    ends = (calendar.add_business_time(start, duration), calendar.end_of_day(start), calendar.end_of_week(start))
    for end in ends:
        assert calendar.is_open(end - timedelta(microseconds=1))
    reached = calendar.add_business_days(start, count)
    assert calendar.is_open(reached) or calendar.is_open(reached - timedelta(microseconds=1))


@given(daily_calendars(), moments, durations.filter(bool), st.integers(0, 12))
def test_nothing_ends_on_a_day_when_nobody_works(
    calendar: BusinessCalendar, start: datetime, duration: timedelta, count: int
) -> None:
    """A day that closes at midnight ends on the day itself, not on the next."""
    ends = (
        calendar.add_business_time(start, duration),
        calendar.add_business_days(start, count),
        calendar.end_of_day(start),
        calendar.end_of_week(start),
    )
    for end in ends:
        day = (end - timedelta(microseconds=1)).astimezone(calendar.tz).date()
        opening = end.astimezone(calendar.tz).date()
        assert day not in calendar.holidays or opening not in calendar.holidays
        assert {day.weekday(), opening.weekday()} & calendar.days


@given(calendars(), moments, durations, durations)
def test_business_time_adds_up_over_a_moment_between(
    calendar: BusinessCalendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    middle, end = in_utc(start) + first, in_utc(start) + first + second
    parts = calendar.business_time_between(start, middle) + calendar.business_time_between(middle, end)
    assert parts == calendar.business_time_between(start, end)


@given(calendars(), moments, durations)
def test_business_time_never_exceeds_real_time_and_changes_sign_with_the_order(
    calendar: BusinessCalendar, start: datetime, later: timedelta
) -> None:
    end = in_utc(start) + later
    used = calendar.business_time_between(start, end)
    assert timedelta() <= used <= later
    assert calendar.business_time_between(end, start) == -used


@given(calendars(), moments, durations, durations)
def test_a_later_start_or_a_longer_duration_never_ends_earlier(
    calendar: BusinessCalendar, start: datetime, duration: timedelta, more: timedelta
) -> None:
    end = calendar.add_business_time(start, duration)
    assert end <= calendar.add_business_time(start, duration + more)
    assert end <= calendar.add_business_time(in_utc(start) + more, duration)


@given(calendars(), moments, durations, st.integers(0, 12))
def test_ends_of_day_and_week_and_business_days_on_are_monotone_and_ordered(
    calendar: BusinessCalendar, start: datetime, more: timedelta, count: int
) -> None:
    later = in_utc(start) + more
    assert calendar.end_of_day(start) <= calendar.end_of_day(later)
    assert calendar.end_of_week(start) <= calendar.end_of_week(later)
    assert calendar.add_business_days(start, count) <= calendar.add_business_days(later, count)
    assert calendar.add_business_days(start, count) < calendar.add_business_days(start, count + 1)
    assert in_utc(start) < calendar.end_of_day(start) <= calendar.end_of_week(start)
    assert in_utc(start) <= calendar.next_open(start) < calendar.end_of_day(start)
    assert 1 <= calendar.days_left_in_week(start) <= (7 if calendar.single else len(calendar.days))


@given(zones, moments, durations)
def test_round_the_clock_is_real_time(zone: ZoneInfo, start: datetime, duration: timedelta) -> None:
    calendar = BusinessCalendar.round_the_clock(zone)
    assert calendar.is_open(start)
    assert calendar.add_business_time(start, duration) == in_utc(start) + duration
    assert calendar.business_time_between(start, in_utc(start) + duration) == duration


@given(daily_calendars(), moments)
def test_a_moment_is_open_where_the_clock_shows_opening_hours(calendar: BusinessCalendar, moment: datetime) -> None:
    shown = moment.astimezone(calendar.tz)
    around = {in_utc(moment) + step for step in (timedelta(hours=-4), timedelta(hours=4))}
    # Within hours of a clock change the same time can show twice, or never.
    assume(len({near.astimezone(calendar.tz).utcoffset() for near in around}) == 1)
    opens, closes = next(spans[0] for spans in calendar.week if spans)
    inside = opens <= shown.time() and (closes == time() or shown.time() < closes)
    works = shown.weekday() in calendar.days and shown.date() not in calendar.holidays
    assert calendar.is_open(moment) == (inside and works)


@given(calendars(), moments)
def test_what_comes_out_is_in_utc(calendar: BusinessCalendar, moment: datetime) -> None:
    for result in (
        calendar.end_of_day(moment),
        calendar.end_of_week(moment),
        calendar.next_open(moment),
        calendar.add_business_time(moment, timedelta()),
        calendar.add_business_days(moment, 1),
    ):
        assert result.utcoffset() == timedelta()


@pytest.mark.parametrize(
    "call",
    [
        lambda calendar, naive: calendar.business_time_between(naive, utc("2026-01-01 00:00")),
        lambda calendar, naive: calendar.business_time_between(utc("2026-01-01 00:00"), naive),
        lambda calendar, naive: calendar.add_business_time(naive, HOUR),
        lambda calendar, naive: calendar.add_business_days(naive, 1),
        lambda calendar, naive: calendar.is_open(naive),
        lambda calendar, naive: calendar.next_open(naive),
        lambda calendar, naive: calendar.end_of_day(naive),
        lambda calendar, naive: calendar.end_of_week(naive),
        lambda calendar, naive: calendar.days_left_in_week(naive),
    ],
)  # fmt: skip
def test_a_moment_without_an_offset_is_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="no UTC offset"):
        call(office(), datetime(2026, 1, 1))  # noqa: DTZ001 - the naive moment is the point


@pytest.mark.parametrize(
    ("zone", "friday", "monday"),
    [
        ("Europe/Berlin", "2026-03-27T17:00", "2026-03-30T10:00"),
        ("Europe/Berlin", "2026-10-23T17:00", "2026-10-26T10:00"),
        ("America/New_York", "2026-03-06T17:00", "2026-03-09T10:00"),
        ("Australia/Lord_Howe", "2026-04-03T17:00", "2026-04-06T10:00"),
        ("Asia/Kathmandu", "2026-03-27T17:00", "2026-03-30T10:00"),
    ],
)
def test_a_weekend_with_a_clock_change_costs_no_business_time(zone: str, friday: str, monday: str) -> None:
    calendar = office(zone)
    assert calendar.business_time_between(local(friday, zone), local(monday, zone)) == 2 * HOUR
    assert calendar.add_business_time(local(friday, zone), 2 * HOUR) == in_utc(local(monday, zone))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23.0),
        ("Europe/Berlin", "2026-10-25", 25.0),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("America/Sao_Paulo", "2018-11-04", 23.0),
        ("Asia/Kathmandu", "2026-03-29", 24.0),
    ],
)
def test_a_day_lasts_as_long_as_its_clock_change_makes_it(zone: str, day: str, hours: float) -> None:
    start = local(f"{day}T12:00", zone)
    calendar = BusinessCalendar.daily(ALL_WEEK, time(0), time(0), ZoneInfo(zone))
    begin = calendar.end_of_day(in_utc(start) - timedelta(hours=24))
    assert calendar.end_of_day(start) - begin == timedelta(hours=hours)


def test_opening_hours_across_the_change_are_counted_as_they_elapse() -> None:
    night = BusinessCalendar.daily(ALL_WEEK, time(1), time(4), ZoneInfo("Europe/Berlin"))
    for day, hours in (("2026-03-29", 2), ("2026-10-25", 4), ("2026-06-01", 3)):
        start, end = local(f"{day}T00:30", "Europe/Berlin"), local(f"{day}T05:00", "Europe/Berlin")
        assert night.business_time_between(start, end) == hours * HOUR


def test_an_opening_time_that_the_clocks_skip_is_the_moment_of_the_change() -> None:
    calendar = BusinessCalendar.daily(ALL_WEEK, time(2, 30), time(4), ZoneInfo("Europe/Berlin"))
    assert calendar.next_open(utc("2026-03-29 00:00")) == utc("2026-03-29 01:00")


def test_opening_hours_that_the_clocks_skip_whole_do_not_take_place() -> None:
    calendar = BusinessCalendar.daily(ALL_WEEK, time(2, 15), time(2, 45), ZoneInfo("Europe/Berlin"))
    assert calendar.next_open(utc("2026-03-28 12:00")) == in_utc(local("2026-03-30T02:15", "Europe/Berlin"))


def test_a_date_that_a_zone_skipped_is_no_business_day() -> None:
    samoa = office("Pacific/Apia")  # there was no Friday, 30 December 2011
    assert samoa.end_of_week(local("2011-12-28T10:00", "Pacific/Apia")) == in_utc(
        local("2011-12-29T18:00", "Pacific/Apia")
    )


def test_closing_time_is_closed_and_opening_time_is_open() -> None:
    assert office().is_open(utc("2026-05-04 09:00"))
    assert not office().is_open(utc("2026-05-04 18:00"))


def test_out_of_hours_the_day_is_the_next_business_day() -> None:
    assert office().end_of_day(utc("2026-05-01 18:00")) == utc("2026-05-04 18:00")
    assert office().end_of_day(utc("2026-05-04 03:00")) == utc("2026-05-04 18:00")


def test_a_working_week_ends_before_its_longest_break() -> None:
    sunday_to_thursday = BusinessCalendar.daily(
        frozenset({6, 0, 1, 2, 3}), time(9), time(18), ZoneInfo("Asia/Jerusalem")
    )
    thursday_close = in_utc(local("2026-05-07T18:00", "Asia/Jerusalem"))
    assert sunday_to_thursday.end_of_week(local("2026-05-03T10:00", "Asia/Jerusalem")) == thursday_close
    assert sunday_to_thursday.days_left_in_week(local("2026-05-03T10:00", "Asia/Jerusalem")) == 5
    assert office().end_of_week(utc("2026-05-02 12:00")) == utc("2026-05-08 18:00")
    every_day = BusinessCalendar.round_the_clock(ZoneInfo("UTC"))
    assert every_day.end_of_week(utc("2026-05-06 12:00")) == utc("2026-05-11 00:00")


def test_business_days_keep_the_time_of_day_and_step_over_weekends() -> None:
    assert office().add_business_days(utc("2026-05-01 10:30"), 1) == utc("2026-05-04 10:30")
    assert office().add_business_days(utc("2026-05-02 23:00"), 1) == utc("2026-05-05 09:00")
    assert office("Europe/Berlin").add_business_days(utc("2026-03-27 09:00"), 1) == utc("2026-03-30 08:00")


def test_time_is_only_added_forwards() -> None:
    with pytest.raises(ValueError, match="negative"):
        office().add_business_time(utc("2026-05-01 10:00"), -HOUR)
    with pytest.raises(ValueError, match="negative"):
        office().add_business_days(utc("2026-05-01 10:00"), -1)


@pytest.mark.parametrize(
    ("days", "opens", "closes"), [(set(), 9, 18), ({7}, 9, 18), ({0}, 9, 9)]
)  # fmt: skip
def test_a_calendar_without_business_time_is_refused(days: set[int], opens: int, closes: int) -> None:
    with pytest.raises(ValueError, match="business"):
        BusinessCalendar.daily(frozenset(days), time(opens), time(closes), ZoneInfo("UTC"))


def test_hours_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        same_hours({0}, Span(time(9), time(13)), Span(time(12), time(18)))
    with pytest.raises(ValueError, match="seven days"):
        BusinessCalendar(((Span(time(9), time(13)),),), ZoneInfo("UTC"))
    spans = (Span(time(14), time(18)), Span(time(9), time(13)))
    with pytest.raises(ValueError, match="order"):
        BusinessCalendar((spans, *((),) * 6), ZoneInfo("UTC"))


NOON_BREAK = BusinessCalendar(
    same_hours(range(6), Span(time(9), time(14)), Span(time(17), time(20, 30))), ZoneInfo("Europe/Madrid")
)


def test_a_break_at_noon_is_no_business_time_and_does_not_end_the_day() -> None:
    noon, evening = local("2026-05-04T15:00", "Europe/Madrid"), local("2026-05-04T18:00", "Europe/Madrid")
    assert not NOON_BREAK.is_open(noon)
    assert NOON_BREAK.business_time_between(noon, evening) == HOUR
    assert NOON_BREAK.end_of_day(noon) == in_utc(local("2026-05-04T20:30", "Europe/Madrid"))
    assert NOON_BREAK.add_business_days(noon, 1) == in_utc(local("2026-05-05T17:00", "Europe/Madrid"))


def test_a_night_belongs_to_the_day_that_it_begins_on() -> None:
    nights = BusinessCalendar.daily(
        range(7), time(18), time(2), ZoneInfo("Europe/Berlin"), DaysOff(dates=frozenset({date(2026, 5, 6)}))
    )
    assert nights.is_open(local("2026-05-06T01:00", "Europe/Berlin"))
    assert not nights.is_open(local("2026-05-06T19:00", "Europe/Berlin"))
    assert not nights.is_open(local("2026-05-07T01:00", "Europe/Berlin"))
    evening, noon = local("2026-03-28T20:00", "Europe/Berlin"), local("2026-03-29T12:00", "Europe/Berlin")
    assert nights.business_time_between(evening, noon) == 6 * HOUR


def test_a_single_day_has_the_hours_that_are_stated_for_it() -> None:
    single = {
        date(2026, 4, 3): (Span(time(9), time(18)),),
        date(2026, 5, 9): (Span(time(10), time(12)),),
        date(2026, 5, 8): (),
    }
    calendar = BusinessCalendar(office().week, ZoneInfo("UTC"), DaysOff(("DE",)), single)
    assert calendar.is_open(utc("2026-04-03 10:00"))  # Good Friday
    assert not calendar.is_open(utc("2026-04-06 10:00"))  # Easter Monday
    assert calendar.add_business_time(utc("2026-05-07 17:00"), 2 * HOUR) == utc("2026-05-09 11:00")


def test_hours_are_told_in_words() -> None:
    half = day_of([Span(time(7), time(12))])
    four_and_a_half = (*same_hours({0}, Span(time(7), time(16)))[:1] * 4, half, (), ())
    assert week_words(four_and_a_half) == "Mon-Thu 07:00-16:00, Fri 07:00-12:00"
    assert week_words(NOON_BREAK.week) == "Mon-Sat 09:00-14:00 and 17:00-20:30"
    assert week_words(same_hours({0, 2, 3, 4, 6}, Span(time(20), time()))) == "Mon, Wed-Fri, Sun 20:00-24:00"
    assert week_words(ALWAYS) == "round the clock"


def test_an_account_keeps_hours_in_its_own_zone_and_in_the_teams_where_that_is_not_known() -> None:
    policy, _ = with_overrides(shipped_policy(), {"team_timezone": "Europe/Berlin"})
    assert account_calendar(policy, "Asia/Kathmandu").tz.key == "Asia/Kathmandu"
    assert account_calendar(policy).tz.key == "Europe/Berlin"
    assert account_calendar(policy, "Head office").tz.key == "Europe/Berlin"
    assert team_calendar(policy).tz.key == "Europe/Berlin"


@pytest.mark.parametrize(("words", "zone"), [("the team timezone", "Europe/Berlin"), ("Asia/Tokyo", "Asia/Tokyo")])
def test_a_policy_can_put_every_account_on_one_clock(words: str, zone: str) -> None:
    hours = f"Mon-Fri 08:00-16:00 in {words}"
    policy, _ = with_overrides(shipped_policy(), {"team_timezone": "Europe/Berlin", "business_hours": hours})
    assert account_calendar(policy, "Asia/Kathmandu").tz.key == zone

"""Response windows (S13), follow-ups and updates (cadence), and waits without an SLA (E-TIME)."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customer_escalation.policies import shipped_policy
from tests.customer_escalation.sla.calendars import calendars, daily_calendars, durations, moments, office, utc
from tests.requirements import requirement

from customer_escalation.domain.outcomes import Severity
from customer_escalation.domain.times import in_utc
from customer_escalation.sla.cadence import (
    next_customer_update,
    next_internal_followup,
    response_window,
    waited_too_long,
)
from customer_escalation.sla.calendar import BusinessCalendar

POLICY = shipped_policy()
CRITICAL, HIGH, MEDIUM = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM
severities = st.sampled_from(Severity)


@pytest.mark.parametrize(
    ("now", "due", "why"),
    [
        ("2026-05-05 09:30", "2026-05-05 17:30", "8 h from now"),
        ("2026-05-05 11:00", "2026-05-05 18:00", "end of the business day"),
        ("2026-05-05 14:00", "2026-05-05 18:00", "end of the business day"),
        ("2026-05-05 14:01", "2026-05-06 09:01", "carried over"),
        ("2026-05-05 17:00", "2026-05-06 12:00", "carried over"),
        ("2026-05-08 16:00", "2026-05-11 11:00", "carried over"),
        ("2026-05-09 12:00", "2026-05-11 13:00", "from the next opening"),
        ("2026-05-05 02:00", "2026-05-05 13:00", "from the next opening"),
        ("2026-05-05 08:30", "2026-05-05 16:30", "8 h from now"),
    ],
)
@requirement("S13")
def test_s13_high_is_the_end_of_the_day_or_eight_hours_or_four_carried_over(now: str, due: str, why: str) -> None:
    window = response_window(HIGH, utc(now), office(), POLICY)
    assert window.due_at == utc(due)
    assert why in window.explanation


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-05-04 10:00", "2026-05-08 18:00"),
        ("2026-05-07 17:59", "2026-05-08 18:00"),
        ("2026-05-07 18:00", "2026-05-15 18:00"),
        ("2026-05-08 10:00", "2026-05-15 18:00"),
        ("2026-05-08 18:00", "2026-05-15 18:00"),
        ("2026-05-10 10:00", "2026-05-15 18:00"),
    ],
)
@requirement("S13")
def test_s13_medium_is_the_end_of_friday_or_five_business_days_on(now: str, due: str) -> None:
    assert response_window(MEDIUM, utc(now), office(), POLICY).due_at == utc(due)


@requirement("S13")
def test_s13_in_a_short_week_medium_is_carried_no_further_than_the_next_week() -> None:
    three_days = BusinessCalendar.daily(frozenset({0, 1, 3}), time(9), time(18), ZoneInfo("UTC"))
    assert response_window(MEDIUM, utc("2026-05-07 10:00"), three_days, POLICY).due_at == utc("2026-05-14 18:00")


@requirement("S13")
def test_s13_critical_is_now_even_at_night() -> None:
    now = utc("2026-05-10 03:00")
    window = response_window(CRITICAL, now, office(), POLICY)
    assert (window.opens_at, window.due_at) == (now, now)
    assert "round the clock" in window.explanation


@requirement("S13")
def test_s13_windows_are_on_the_teams_calendar() -> None:
    window = response_window(HIGH, utc("2026-05-05 12:00"), office("America/New_York"), POLICY)
    assert window.due_at == utc("2026-05-05 20:00")


@given(moments, calendars())
@requirement("S13")
def test_s13_a_higher_severity_is_never_due_later(now: datetime, calendar: BusinessCalendar) -> None:
    critical, high, medium = (response_window(severity, now, calendar, POLICY).due_at for severity in Severity)
    assert in_utc(now) == critical < high <= medium


@given(moments, daily_calendars())
def test_s13_no_window_in_business_hours_ends_on_a_day_when_nobody_works(
    now: datetime, calendar: BusinessCalendar
) -> None:
    for severity in (HIGH, MEDIUM):
        due = response_window(severity, now, calendar, POLICY).due_at
        days = {(due - ago).astimezone(calendar.tz).date() for ago in (timedelta(), timedelta(microseconds=1))}
        assert any(day not in calendar.holidays and day.weekday() in calendar.days for day in days)


@given(severities, moments, durations, calendars())
@requirement("S13")
def test_s13_a_later_escalation_is_never_due_earlier(
    severity: Severity, now: datetime, later: timedelta, calendar: BusinessCalendar
) -> None:
    first = response_window(severity, now, calendar, POLICY)
    second = response_window(severity, in_utc(now) + later, calendar, POLICY)
    assert first.due_at <= second.due_at


@given(moments)
@requirement("S13")
def test_s13_within_hours_high_is_exactly_what_the_rule_says(now: datetime) -> None:
    calendar = office("Europe/Berlin")
    now = calendar.next_open(now)
    left = calendar.business_time_between(now, calendar.end_of_day(now))
    if left < timedelta(hours=4):
        expected = calendar.add_business_time(now, timedelta(hours=4))
    else:
        expected = min(calendar.end_of_day(now), now + timedelta(hours=8))
    assert response_window(HIGH, now, calendar, POLICY).due_at == expected


@pytest.mark.parametrize(
    ("severity", "now", "due", "words"),
    [
        (CRITICAL, "2026-05-09 03:00", "2026-05-09 05:00", "every 2 hours"),
        (HIGH, "2026-05-08 16:00", "2026-05-11 11:00", "every 4 business hours"),
        (MEDIUM, "2026-05-08 16:00", "2026-05-11 16:00", "every business day"),
    ],
)
def test_cadence_internal_followups(severity: Severity, now: str, due: str, words: str) -> None:
    window = next_internal_followup(severity, utc(now), office(), POLICY)
    assert (window.opens_at, window.due_at) == (utc(due), utc(due))
    assert window.explanation == f"{severity.value}: {words}"


def test_cadence_high_runs_round_the_clock_where_the_sla_does() -> None:
    now = utc("2026-05-08 22:00")
    followup = next_internal_followup(HIGH, now, office(), POLICY, round_the_clock=True)
    assert (followup.due_at, followup.explanation) == (utc("2026-05-09 02:00"), "High: every 4 hours")
    update = next_customer_update(HIGH, now, office(), POLICY, round_the_clock=True)
    assert (update.opens_at, update.due_at) == (utc("2026-05-09 02:00"), utc("2026-05-09 06:00"))


@pytest.mark.parametrize(
    ("severity", "opens", "due", "words"),
    [
        (CRITICAL, "2026-05-08 18:00", "2026-05-08 20:00", "every 2-4 hours"),
        (HIGH, "2026-05-11 11:00", "2026-05-11 15:00", "every 4-8 business hours"),
        (MEDIUM, "2026-05-11 16:00", "2026-05-12 16:00", "every 1-2 business days"),
    ],
)
def test_cadence_customer_updates_have_an_earliest_and_a_latest_moment(
    severity: Severity, opens: str, due: str, words: str
) -> None:
    window = next_customer_update(severity, utc("2026-05-08 16:00"), office(), POLICY)
    assert (window.opens_at, window.due_at) == (utc(opens), utc(due))
    assert window.explanation == f"{severity.value}: {words}"


@pytest.mark.parametrize("severity", Severity)
def test_cadence_a_shorter_sla_interval_comes_first(severity: Severity) -> None:
    window = next_customer_update(severity, utc("2026-05-05 10:00"), office(), POLICY, 1)
    assert (window.opens_at, window.due_at) == (utc("2026-05-05 11:00"), utc("2026-05-05 11:00"))
    assert "as the SLA asks" in window.explanation


@pytest.mark.parametrize("hours", [None, 48.0, 0.0, -3.0, float("nan"), float("inf"), 1e12])
def test_cadence_a_longer_or_meaningless_sla_interval_changes_nothing(hours: float | None) -> None:
    now = utc("2026-05-05 10:00")
    assert next_customer_update(HIGH, now, office(), POLICY, hours) == next_customer_update(HIGH, now, office(), POLICY)


@given(moments, calendars(), st.none() | st.floats(0.25, 200), st.booleans())
def test_cadence_a_higher_severity_never_waits_longer(
    now: datetime, calendar: BusinessCalendar, sla_h: float | None, always: bool
) -> None:
    internal = [next_internal_followup(s, now, calendar, POLICY, round_the_clock=always).due_at for s in Severity]
    updates = [next_customer_update(s, now, calendar, POLICY, sla_h, round_the_clock=always) for s in Severity]
    assert internal == sorted(internal)
    assert [update.due_at for update in updates] == sorted(update.due_at for update in updates)
    assert all(in_utc(now) < update.opens_at <= update.due_at for update in updates)


@pytest.mark.parametrize(
    ("severity", "limit"),
    [(CRITICAL, "2026-05-08 23:00"), (HIGH, "2026-05-12 13:00"), (MEDIUM, "2026-05-14 15:00")],
)
@requirement("E-TIME")
def test_e_time_fires_after_twice_the_longest_update_interval(severity: Severity, limit: str) -> None:
    since, at_limit = utc("2026-05-08 15:00"), utc(limit)
    wait = waited_too_long(severity, since, at_limit, office(), POLICY)
    assert (wait.limit_at, wait.exceeded) == (at_limit, False)
    assert waited_too_long(severity, since, at_limit + timedelta(seconds=1), office(), POLICY).exceeded


@requirement("E-TIME")
def test_e_time_says_how_long_the_limit_is() -> None:
    now = utc("2026-05-08 15:00")
    words = waited_too_long(HIGH, now, now, office(), POLICY).explanation
    assert words == "2 times the longest High update interval, 16 business hours"


@pytest.mark.parametrize("function", [response_window, next_internal_followup, next_customer_update])
def test_a_naive_now_is_refused(function) -> None:  # type: ignore[no-untyped-def]
    for severity in Severity:
        with pytest.raises(ValueError, match="no UTC offset"):
            function(severity, datetime(2026, 5, 5), office(), POLICY)  # noqa: DTZ001 - the point of the test

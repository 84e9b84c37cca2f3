"""SLA clocks (E-SLA, S7) and waiting times, from timestamps alone."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customer_escalation.sla.calendars import calendars, durations, moments, office, utc

from customer_escalation.domain.states import state_of_word
from customer_escalation.domain.times import in_utc
from customer_escalation.sla.calendar import BusinessCalendar
from customer_escalation.sla.clocks import (
    MessageTimes,
    SlaClock,
    SlaTerms,
    TicketTimes,
    last_agent_update,
    sla_clocks,
    time_in_queue,
    waiting_since,
)

TERMS = SlaTerms(4, 8, 24, hours="business", ref="crm/A-1")
AROUND_THE_CLOCK = SlaTerms(4, 8, 24, hours="round_the_clock", ref="crm/A-1")


def said(name: str, at: str, role: str = "customer", *, internal: bool = False) -> MessageTimes:
    return MessageTimes(f"support_platform/T-1-{name}", utc(at), role, role, internal)


def ticket(
    *messages: MessageTimes, status: str = "open", created: str | None = "2026-05-04 10:00", ref: str = "T-1"
) -> TicketTimes:
    return TicketTimes(
        f"support_platform/{ref}", "Acme", utc(created) if created else None, status, state_of_word(status), messages
    )


def clocks(of: TicketTimes, now: str, terms: SlaTerms | None = TERMS) -> tuple[SlaClock, SlaClock, SlaClock]:
    return sla_clocks(of, terms, utc(now), office(), 0.8)


ASKED = said("m1", "2026-05-04 10:00")


@pytest.mark.parametrize(
    ("now", "state", "used"),
    [
        ("2026-05-04 12:00", "ok", 2.0),
        ("2026-05-04 13:11", "ok", 3 + 11 / 60),
        ("2026-05-04 13:12", "at_risk", 3.2),
        ("2026-05-04 14:00", "at_risk", 4.0),
        ("2026-05-04 14:01", "breached", 4 + 1 / 60),
        ("2026-05-05 09:30", "breached", 8.5),
    ],
)
def test_an_unanswered_first_response_runs_to_now_in_business_hours(now: str, state: str, used: float) -> None:
    first, update, _ = clocks(ticket(ASKED), now)
    assert (first.state, first.running, first.due_at) == (state, True, utc("2026-05-04 14:00"))
    assert first.used == timedelta(hours=used)
    assert (update.state, update.running) == ("stopped", False)


def test_a_first_response_given_in_time_is_met_and_names_its_records() -> None:
    first, _, _ = clocks(ticket(ASKED, said("m2", "2026-05-04 14:00", "agent")), "2026-05-20 10:00")
    assert (first.state, first.running, first.used) == ("met", False, timedelta(hours=4))
    assert first.until_ref == "support_platform/T-1-m2"
    assert first.inputs == ("support_platform/T-1", "support_platform/T-1-m2", "crm/A-1")


def test_a_late_first_response_is_breached_with_the_time_it_took() -> None:
    first, _, _ = clocks(ticket(ASKED, said("m2", "2026-05-05 10:00", "agent")), "2026-05-20 10:00")
    assert (first.state, first.running, first.used) == ("breached", False, timedelta(hours=9))


def test_a_window_that_ends_at_closing_time_is_breached_right_after_it() -> None:
    late = ticket(said("m1", "2026-05-08 14:00"), created="2026-05-08 14:00")
    assert clocks(late, "2026-05-08 18:00")[0].state == "at_risk"
    assert clocks(late, "2026-05-09 12:00")[0].state == "breached"


@pytest.mark.parametrize(("role", "internal"), [("agent", True), ("community", False)])
def test_internal_notes_and_community_answers_are_no_response(role: str, internal: bool) -> None:
    message = said("m2", "2026-05-04 10:30", role, internal=internal)
    first, update, _ = clocks(ticket(ASKED, message), "2026-05-04 12:00")
    assert (first.running, first.used) == (True, timedelta(hours=2))
    assert update.state == "stopped"


def test_what_is_dated_after_now_has_not_happened() -> None:
    answered_later = ticket(ASKED, said("m2", "2026-05-04 11:00", "agent"))
    assert clocks(answered_later, "2026-05-04 10:30")[0].running
    assert last_agent_update(answered_later, utc("2026-05-04 10:30")) is None
    assert clocks(ticket(), "2026-05-01 10:00")[0].state == "unknown"
    assert time_in_queue([answered_later], utc("2026-05-01 10:00")) is None


def test_a_customers_message_older_than_the_ticket_starts_the_clock() -> None:
    merged = ticket(said("m0", "2026-05-04 09:00"), created="2026-05-04 10:00")
    first, _, _ = clocks(merged, "2026-05-04 11:00")
    assert (first.from_ref, first.used) == ("support_platform/T-1-m0", timedelta(hours=2))


def test_a_ticket_that_we_opened_waits_for_the_customers_first_message() -> None:
    ours = said("m1", "2026-05-04 10:00", "agent")
    assert clocks(ticket(ours), "2026-05-05 10:00")[0].state == "stopped"
    first, _, _ = clocks(ticket(ours, said("m2", "2026-05-05 09:00")), "2026-05-05 10:00")
    assert (first.from_ref, first.used) == ("support_platform/T-1-m2", timedelta(hours=1))


def test_a_reply_that_came_after_an_empty_ticket_answers_the_ticket() -> None:
    first, _, _ = clocks(ticket(said("m1", "2026-05-04 12:00", "agent")), "2026-05-05 10:00")
    assert (first.state, first.from_ref, first.used) == ("met", "support_platform/T-1", timedelta(hours=2))


@pytest.mark.parametrize("status", ["solved", "Closed", "RESOLVED"])
def test_a_solved_ticket_runs_no_clock(status: str) -> None:
    answered = ticket(ASKED, said("m2", "2026-05-05 16:00", "agent"), status=status)
    first, update, resolution = clocks(answered, "2026-06-01 10:00")
    assert (first.state, first.running) == ("breached", False)
    assert (update.state, resolution.state) == ("stopped", "stopped")
    assert clocks(ticket(ASKED, status=status), "2026-06-01 10:00")[0].state == "stopped"
    assert waiting_since(answered, utc("2026-06-01 10:00")) is None


def test_the_update_clock_runs_from_our_last_reply_while_the_ticket_is_open() -> None:
    talk = ticket(ASKED, said("m2", "2026-05-04 11:00", "agent"), said("m3", "2026-05-04 12:00", "agent"))
    _, update, _ = clocks(talk, "2026-05-05 10:00")
    assert (update.from_ref, update.used, update.state) == ("support_platform/T-1-m3", timedelta(hours=7), "at_risk")
    assert waiting_since(talk, utc("2026-05-05 10:00")) is None


def test_the_update_clock_is_not_reset_by_a_customer_who_writes_again() -> None:
    talk = ticket(ASKED, said("m2", "2026-05-04 11:00", "agent"), said("m3", "2026-05-05 10:00"))
    _, update, _ = clocks(talk, "2026-05-05 12:00")
    assert (update.from_ref, update.used) == ("support_platform/T-1-m2", timedelta(hours=10))


def test_after_a_question_of_ours_the_update_clock_runs_from_the_customers_answer() -> None:
    question = replace(said("m2", "2026-05-04 11:00", "agent"), asks_customer=True)
    _, waits, _ = clocks(ticket(ASKED, question), "2026-05-05 12:00")
    assert waits.state == "stopped"
    talk = ticket(said("m4", "2026-05-05 11:00"), said("m3", "2026-05-05 10:00"), ASKED, question)
    _, update, _ = clocks(talk, "2026-05-05 12:00")
    assert (update.from_ref, update.used) == ("support_platform/T-1-m3", timedelta(hours=2))
    assert update.unpaused, "whether the question stopped it is nowhere on record"
    assert (update.unpaused.from_ref, update.unpaused.used) == ("support_platform/T-1-m2", timedelta(hours=10))
    waiting = waiting_since(talk, utc("2026-05-05 12:00"))
    assert waiting
    assert (waiting.ref, waiting.duration) == ("support_platform/T-1-m3", timedelta(hours=2))


def test_a_reopened_ticket_waits_since_its_last_message() -> None:
    talk = ticket(
        ASKED,
        said("m2", "2026-05-04 11:00", "agent"),
        said("m3", "2026-05-04 12:00"),
        said("m4", "2026-05-05 15:00"),
        status="reopened",
    )
    _, update, _ = clocks(talk, "2026-05-05 16:00")
    assert (update.from_ref, update.used) == ("support_platform/T-1-m4", timedelta(hours=1))
    waiting = waiting_since(talk, utc("2026-05-05 16:00"))
    assert waiting
    assert waiting.ref == "support_platform/T-1-m4"


@pytest.mark.parametrize("status", ["pending", "on hold", "on-hold", "On_Hold"])
def test_a_pending_ticket_stops_the_update_clock_only_while_it_is_the_customers_turn(status: str) -> None:
    ours = said("m2", "2026-05-04 11:00", "agent")
    assert clocks(ticket(ASKED, ours, status=status), "2026-05-20 10:00")[1].state == "stopped"
    theirs = ticket(ASKED, ours, said("m3", "2026-05-05 10:00"), status=status)
    assert clocks(theirs, "2026-05-20 10:00")[1].state == "breached"


def test_resolution_runs_from_creation() -> None:
    _, _, resolution = clocks(ticket(ASKED), "2026-05-06 16:00")
    assert (resolution.used, resolution.due_at) == (timedelta(hours=24), utc("2026-05-06 16:00"))
    assert resolution.state == "at_risk"


def test_round_the_clock_terms_count_nights_and_weekends() -> None:
    asked = ticket(said("m1", "2026-05-08 17:00"), created="2026-05-08 17:00")
    first, _, _ = clocks(asked, "2026-05-08 21:30", AROUND_THE_CLOCK)
    assert (first.state, first.used) == ("breached", timedelta(hours=4, minutes=30))
    assert clocks(asked, "2026-05-08 21:30")[0].used == timedelta(hours=1)


def test_without_terms_the_clock_still_tells_the_time_used() -> None:
    first, _, _ = clocks(ticket(ASKED), "2026-05-04 12:00", None)
    assert (first.state, first.target, first.due_at, first.used) == ("unknown", None, None, timedelta(hours=2))
    assert "SLA is not known" in first.note


@pytest.mark.parametrize("hours", [None, 0.0, -1.0, float("nan"), float("inf"), 1e9])
def test_a_missing_or_meaningless_target_is_unknown(hours: float | None) -> None:
    terms = SlaTerms(hours, hours, hours, hours="business", ref="crm/A-1")
    first, _, resolution = clocks(ticket(ASKED), "2026-05-04 12:00", terms)
    assert (first.state, resolution.state, first.target) == ("unknown", "unknown", None)
    assert ("no such target" if hours is None else "cannot be used") in first.note


def test_a_ticket_without_a_date_is_measured_from_its_first_message_or_not_at_all() -> None:
    assert clocks(ticket(ASKED, created=None), "2026-05-04 12:00")[0].from_ref == ASKED.ref
    first, _, resolution = clocks(ticket(created=None), "2026-05-04 12:00")
    assert (first.state, resolution.state) == ("unknown", "unknown")
    assert waiting_since(ticket(created=None), utc("2026-05-04 12:00")) is None


def test_a_ticket_without_messages_waits_since_its_creation() -> None:
    waiting = waiting_since(ticket(), utc("2026-05-04 12:00"))
    assert waiting
    assert (waiting.ref, waiting.duration) == ("support_platform/T-1", timedelta(hours=2))


def test_time_in_queue_is_real_time_since_the_first_report() -> None:
    tickets = [ticket(created="2026-05-04 10:00"), ticket(created="2026-05-01 10:00", ref="T-2"), ticket(created=None)]
    queue = time_in_queue(tickets, utc("2026-05-05 12:00"))
    assert queue
    assert (queue.since, queue.ref) == (utc("2026-05-01 10:00"), "support_platform/T-2")
    assert queue.duration == timedelta(days=4, hours=2)


def test_the_last_that_we_told_the_customer_is_no_internal_note() -> None:
    talk = ticket(
        ASKED,
        said("m2", "2026-05-04 11:00", "agent"),
        said("n1", "2026-05-04 13:00", "agent", internal=True),
        said("m3", "2026-05-04 12:00"),
    )
    ours = last_agent_update(talk, utc("2026-05-05 10:00"))
    assert ours
    assert ours.ref == "support_platform/T-1-m2"


TALK = st.lists(st.tuples(durations, st.sampled_from(["customer", "agent"])), max_size=5)
STATUSES = st.sampled_from(["open", "pending", "reopened", "solved"])


@given(moments, TALK, durations, calendars(), STATUSES, st.booleans())
def test_every_clock_agrees_with_its_own_figures(
    created: datetime,
    talk: list[tuple[timedelta, str]],
    later: timedelta,
    calendar: BusinessCalendar,
    status: str,
    always: bool,
) -> None:
    start = in_utc(created)
    messages = tuple(MessageTimes(f"s/m{n}", start + at, role, role) for n, (at, role) in enumerate(talk))
    view = TicketTimes("s/T", "Acme", created, status, state_of_word(status), messages)
    terms = SlaTerms(4, 8, 24, hours="round_the_clock" if always else "business", ref="crm/A")
    now = start + later
    for clock in sla_clocks(view, terms, now, calendar, 0.8):
        assert clock.inputs[0] == "s/T"
        assert clock.note
        if clock.due_at is None:
            assert clock.state == "stopped"
            assert not clock.running
            continue
        assert clock.used is not None
        assert clock.target is not None
        assert clock.used >= timedelta()
        if clock.used > clock.target:
            assert clock.state == "breached"
        if clock.running:
            assert (now > clock.due_at) == (clock.state == "breached")
            assert clock.state != "met"
        else:
            assert clock.state in ("met", "breached")


def test_naive_moments_are_refused() -> None:
    naive = datetime(2026, 5, 4)  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="no UTC offset"):
        sla_clocks(ticket(ASKED), TERMS, naive, office(), 0.8)
    with pytest.raises(ValueError, match="no UTC offset"):
        time_in_queue([TicketTimes("s/T", "Acme", naive, "open", "open", ())], utc("2026-05-05 10:00"))

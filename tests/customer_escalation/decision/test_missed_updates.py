"""Updates that we sent too late before now: told once, on every reading of the hours, and never of a wait that was the customer's."""

import itertools
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customer_escalation.casebook import account, affected, message, ticket
from tests.customer_escalation.decision.test_clock_rules import SILENT, made
from tests.customer_escalation.sla.calendars import calendars, moments, office, utc

from customer_escalation.sla.calendar import BusinessCalendar
from customer_escalation.sla.clocks import MessageTimes, TicketTimes
from customer_escalation.sla.missed_updates import missed_updates

FIGURE = "figures/T-1.updates_missed"
TUESDAY, WEDNESDAY = "2026-03-03T09:00:00Z", "2026-03-04T08:00:00Z"


def told(*messages: tuple[str, str, str], coverage: str = "24x7", status: str = "open", update_h: float = 4) -> str:
    """The figure's text on a ticket with these messages (time, role, text); empty where there is none."""
    thread = [message("T-1", number, at, role, text) for number, (at, role, text) in enumerate(messages, start=1)]
    terms = {"first_response_h": 4, "update_h": update_h, "resolution_h": 72, "coverage": coverage}
    crm = account("A-1", "Harrow Mills", sla=terms)
    record = ticket("T-1", "Harrow Mills", messages[0][0], *thread)
    record["status"] = status
    _, figures = made(record, crm, accounts=(affected("Harrow Mills", "T-1"),), by=SILENT)
    return figures[FIGURE].text if FIGURE in figures else ""


ASKED = (TUESDAY, "customer", "The sync fails.")
ANSWERED = ("2026-03-03T10:00:00Z", "agent", "We are looking at it.")
LATE = (WEDNESDAY, "agent", "Still looking.")


def test_a_reply_after_the_window_is_told_with_both_moments() -> None:
    assert told(ASKED, ANSWERED, LATE) == (
        "1 update sent too late before the window that runs now (4 h allowed): due 2026-03-03 14:00 UTC, sent 2026-03-04 08:00 UTC, "
        "counted round the clock"
    )


def test_within_the_window_nothing_is_told() -> None:
    assert told(ASKED, ANSWERED, ("2026-03-03T13:59:00Z", "agent", "Still looking.")) == ""


def test_what_runs_now_is_no_part_of_it() -> None:
    assert told(ASKED, ANSWERED) == ""


def test_business_hours_let_the_night_pass() -> None:
    assert told(ASKED, ANSWERED, LATE, coverage="Mon-Fri 09:00-18:00 UTC", update_h=10) == ""
    assert "due 2026-03-03 14:00 UTC" in told(ASKED, ANSWERED, LATE, coverage="Mon-Fri 09:00-18:00 UTC")


def test_hours_that_nobody_states_are_late_on_both_readings_or_not_told() -> None:
    assert told(ASKED, ANSWERED, LATE, coverage="", update_h=10) == ""
    assert "and late in business hours" in told(ASKED, ANSWERED, LATE, coverage="")


def test_our_question_may_stop_the_window_until_the_answer_and_both_readings_are_told() -> None:
    question = ("2026-03-03T10:00:00Z", "agent", "Could you send the log?")
    assert told(ASKED, question, LATE) == ""
    answer = ("2026-03-03T20:00:00Z", "customer", "Here it is.")
    if_stopped = "if our question stopped the clock until the answer), sent 2026-03-04 08:00 UTC"
    late = told(ASKED, question, answer, LATE)
    assert late.startswith("1 update sent too late before")
    assert f"due 2026-03-03 14:00 UTC (2026-03-04 00:00 UTC, {if_stopped}" in late
    soon = ("2026-03-04T05:00:00Z", "customer", "Here it is.")
    met = told(ASKED, question, soon, LATE)
    assert met.startswith("1 update sent too late unless our question stopped the clock, before")
    assert f"due 2026-03-03 14:00 UTC (2026-03-04 09:00 UTC, and so in time, {if_stopped}" in met


@pytest.mark.parametrize("status", ["solved", "closed", "reopened"])
def test_of_a_ticket_in_which_nobody_waited_nothing_is_told(status: str) -> None:
    assert told(ASKED, ANSWERED, LATE, status=status) == ""


def test_more_than_three_are_counted() -> None:
    replies = [(f"2026-03-03T{hour:02}:00:00Z", "agent", "Still looking.") for hour in (9, 13, 17, 21)]
    text = told(("2026-03-03T08:00:00Z", "customer", "It fails."), *replies, (WEDNESDAY, "agent", "Still."), update_h=2)
    assert text.startswith("4 updates sent too late")
    assert "; and 1 more, counted" in text


def spoken(*at: datetime, **more: bool) -> tuple[MessageTimes, ...]:
    return tuple(MessageTimes(f"support_platform/T-1-m{n}", one, "agent", "agent", **more) for n, one in enumerate(at))


def found(messages: tuple[MessageTimes, ...], hours: int, now: datetime, calendar: BusinessCalendar) -> list[str]:
    view = TicketTimes("support_platform/T-1", "Acme", None, "open", "open", messages)
    return [one.ref for one in missed_updates(view, timedelta(hours=hours), now, calendar)]


@pytest.mark.parametrize("aside", ["internal", "automatic"])
def test_what_no_customer_reads_and_machines_send_is_no_update(aside: str) -> None:
    first, last = utc("2026-05-04 10:00"), utc("2026-05-05 16:00")
    hidden = spoken(utc("2026-05-04 13:00"), utc("2026-05-05 12:00"), **{aside: True})
    assert found((*spoken(first, last), *hidden), 4, last, office()) == ["support_platform/T-1-m1"]


@given(calendars(), st.lists(moments, min_size=2, max_size=6, unique=True), st.integers(1, 60))
def test_a_reply_is_late_when_more_business_time_passed_than_the_window_has(
    calendar: BusinessCalendar, at: list[datetime], hours: int
) -> None:
    times = sorted(at)
    late = {
        f"support_platform/T-1-m{number}"
        for number, (before, after) in enumerate(itertools.pairwise(times), start=1)
        if after > calendar.add_business_time(before, timedelta(hours=hours))
    }
    assert set(found(spoken(*times), hours, times[-1], calendar)) == late
    assert found(spoken(*times), hours, times[0], calendar) == []

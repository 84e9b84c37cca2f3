"""What is due for an open escalation, ticket by ticket, from its entries alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.customer_escalation.casebook import message
from tests.customer_escalation.cases.memory_store import MemoryStore
from tests.customer_escalation.followups.escalated import TICKET, escalated, one_ticket

from customer_escalation.cases.entries import Closed, DecidedAnew, SeverityTaken
from customer_escalation.cases.rereading import MOST_READ
from customer_escalation.cases.service import CaseService
from customer_escalation.domain.outcomes import Severity
from customer_escalation.followups.due import NEVER_ANSWERED
from customer_escalation.followups.looking import look_at, own_items
from customer_escalation.followups.service import escalations_in, open_cases
from customer_escalation.followups.standing import standing_at

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
"""A Wednesday."""
HOUR = timedelta(hours=1)


def after(hours: float) -> datetime:
    return NOW + hours * HOUR


async def test_each_ticket_has_its_own_next_word_and_the_most_urgent_stands_first() -> None:
    tickets = [
        one_ticket("2026-03-04T08:00:00Z", "2026-03-04T09:00:00Z"),
        one_ticket("2026-03-04T10:00:00Z", number="T-2", customer="Bell & Oak"),
    ]
    case = await escalated("Critical", NOW, tickets=tickets)
    due = case.at(after(1))
    assert [(item.whom, item.ticket, item.due_at, item.state(after(1))) for item in due.items] == [
        ("customer", "support_platform/T-2", NOW, "overdue"),
        ("team", "", after(2), "next"),
        ("customer", TICKET, after(4), "next"),
    ]
    assert due.items[0].why == NEVER_ANSWERED
    assert due.overdue == ("customer",)
    assert case.item(after(2), "customer", TICKET).state(after(2)) == "due"
    await case.told(after(2), tickets=["support_platform/T-2"])
    assert [(item.ticket, item.due_at) for item in case.at(after(2)).items if item.whom == "customer"] == [
        (TICKET, after(4)), ("support_platform/T-2", after(6)),
    ]  # fmt: skip
    await case.told(after(3))
    assert {item.due_at for item in case.at(after(3)).items if item.whom == "customer"} == {after(7)}


async def test_an_update_window_counts_from_our_last_public_reply_where_that_ends_first() -> None:
    sla: dict[str, Any] = {"first_response_h": 2, "update_h": 3, "resolution_h": None, "coverage": "24x7"}
    held = [one_ticket("2026-03-04T08:00:00Z", "2026-03-04T10:30:00Z")]
    case = await escalated("High", NOW, tickets=held, sla=sla)
    item = case.item(NOW, "customer")
    assert (item.due_at, item.why) == (after(1.5), "the SLA's update window")
    await case.told(after(1))
    assert case.item(after(1), "customer").due_at == after(4)


async def test_a_first_response_that_is_open_is_due_when_its_window_ends() -> None:
    """We opened the ticket ourselves; the customer has written since, and nobody answered."""
    held = one_ticket("2026-03-04T08:00:00Z")
    held["messages"] = [
        message("T-1", 1, "2026-03-04T08:00:00Z", "agent", "We see that your sync stops."),
        message("T-1", 2, "2026-03-04T11:00:00Z", "customer", "Yes, nothing runs."),
    ]
    sla = {"first_response_h": 2, "update_h": None, "resolution_h": None, "coverage": "24x7"}
    case = await escalated("High", NOW, tickets=[held], sla=sla)
    item = case.item(NOW, "customer")
    assert (item.due_at, item.why) == (after(1), "the SLA's first response window")


async def test_a_closed_ticket_asks_for_no_word_and_the_team_is_asked_all_the_same() -> None:
    held = one_ticket("2026-03-04T08:00:00Z", "2026-03-04T09:00:00Z")
    case = await escalated("High", NOW, tickets=[{**held, "status": "closed"}])
    due = case.at(after(1))
    assert ([item.whom for item in due.items], due.customer_due) == (["team"], None)


async def test_a_severity_that_rises_makes_it_due_at_once_and_one_that_falls_waits_for_a_persons_yes() -> None:
    case = await escalated("High", NOW)
    store = case.service.store
    assert isinstance(store, MemoryStore)
    labels: dict[str, str | None] = {"outcome": "escalate", "severity": "High", "target": "Engineering"}

    def found(severity: str, at: datetime) -> None:
        entry = DecidedAnew(now=at, was=labels, is_now={**labels, "severity": severity}, new=())
        store.append(case.name, entry.kind, entry.model_dump(mode="json"))

    assert case.item(after(3), "team").due_at == after(4)
    found("Critical", after(3))
    risen = case.at(after(3))
    assert (risen.severity, risen.lower) == ("Critical", None)
    assert case.item(after(3), "team").due_at == after(3)
    assert case.item(after(3), "customer").due_at == after(4)
    await case.told(after(3), "asked_team")
    assert case.item(after(3), "team").due_at == after(5)
    found("Medium", after(4))
    lower = case.at(after(4))
    assert (lower.severity, lower.lower) == ("Critical", "Medium")
    assert case.item(after(4), "team").due_at == after(5)
    taken = SeverityTaken(severity=Severity.MEDIUM, by="Sam", now=after(4))
    store.append(case.name, taken.kind, taken.model_dump(mode="json"))
    fallen = case.at(after(4))
    assert (fallen.severity, fallen.lower) == ("Medium", None)
    assert case.item(after(4), "team").due_at == datetime(2026, 3, 5, 15, 0, tzinfo=UTC)


async def test_what_is_overdue_already_does_not_become_less_so_when_the_severity_rises() -> None:
    case = await escalated("High", NOW)
    labels: dict[str, str | None] = {"outcome": "escalate", "severity": "Critical", "target": "Engineering"}
    entry = DecidedAnew(now=after(30), was=labels, is_now=labels, new=())
    before = case.item(after(29), "team").due_at
    case.service.store.append(case.name, entry.kind, entry.model_dump(mode="json"))
    assert case.item(after(31), "team").due_at == before == after(4)


async def test_what_is_dated_later_than_the_moment_has_not_happened() -> None:
    case = await escalated("High", NOW)
    await case.told(after(3), "asked_team")
    assert case.item(after(1), "team").due_at == after(4)
    assert case.item(after(3), "team").due_at > after(4)


async def test_a_closed_escalation_is_due_no_more() -> None:
    case = await escalated("High", NOW)
    store = case.service.store
    assert open_cases(store) == [case.name]
    store.append(case.name, Closed.kind, Closed(now=after(1)).model_dump(mode="json"))
    assert escalations_in(store, after(9)) == []


async def test_a_look_counts_what_was_read_beside_the_journal_and_writes_nothing() -> None:
    case = await escalated("High", NOW)
    standing = standing_at(case.service.store, case.name, after(1))
    assert standing is not None
    assert own_items(standing) == [TICKET, "project_tracker/P-1"]
    look = await look_at(standing, case.systems)
    assert (look.results, look.missing) == ((), (TICKET, "project_tracker/P-1"))
    before = len(case.service.store.entries(case.name))
    read = one_ticket(NOW.isoformat(), after(2).isoformat())
    read["messages"].append(message("T-1", 3, after(5).isoformat(), "agent", "Still on it."))
    (found,) = escalations_in(case.service.store, after(6), [case.name], {case.name: [{"ticket": read}]})
    assert next(item.due_at for item in found.items if item.whom == "customer") == datetime(
        2026, 3, 5, 16, 0, tzinfo=UTC
    )
    assert len(case.service.store.entries(case.name)) == before


@pytest.mark.parametrize("severity", ["Critical", "High", "Medium"])
async def test_another_process_comes_to_the_same(severity: str) -> None:
    case = await escalated(severity, NOW)
    await case.told(after(1), "asked_team")
    store = case.service.store
    assert isinstance(store, MemoryStore)
    other = CaseService(MemoryStore(store.kept), case.systems)
    assert escalations_in(other.store, after(2)) == [case.at(after(2))]


async def test_a_look_at_more_than_can_be_read_names_what_was_not() -> None:
    case = await escalated("High", NOW)
    standing = standing_at(case.service.store, case.name, after(1))
    assert standing is not None
    assert standing.inputs is not None
    tickets = tuple(f"support_platform/T-{number}" for number in range(MOST_READ + 5))
    many = replace(standing.inputs, affected=(replace(standing.inputs.affected[0], tickets=tickets),))
    look = await look_at(replace(standing, inputs=many), case.systems)
    assert set(tickets) <= set(look.missing)
    assert f"T-{MOST_READ + 4}" in look.problems[0]

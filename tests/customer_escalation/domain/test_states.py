"""Whether a record is open, waits or is closed, and what unknown means to each reader: never a no."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.customer_escalation.casebook import (
    NOW,
    account,
    assessment,
    comment,
    evidence,
    issue,
    message,
    policy,
    ticket,
)

from customer_escalation.cases import first_message
from customer_escalation.cases.hints import reminders
from customer_escalation.cases.terms import CaseTerms
from customer_escalation.decision.figures import ticket_figures
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.states import state_of
from customer_escalation.retrieval.relevance.issue import is_open
from skill_runtime.ledger import Record


@pytest.mark.parametrize(
    ("data", "state"),
    [
        ({"state": "closed", "status": "In review"}, "closed"),
        ({"state": "open", "status": "Resolved"}, "open"),
        ({"state": "waiting"}, "waiting"),
        ({"state": "somewhere", "status": "solved"}, "closed"),
        ({"state": None, "status": "Cancelled"}, "closed"),
        ({"status": "canceled"}, "closed"),
        ({"status": "Won't fix"}, "closed"),
        ({"status": "On-Hold"}, "waiting"),
        ({"status": "In progress"}, "open"),
        ({"status": "Zugestellt"}, None),
        ({}, None),
    ],
)
def test_a_systems_own_state_counts_before_the_word_of_its_status(data: dict[str, Any], state: str | None) -> None:
    assert state_of(Record(ref="support_platform/T-1", data=data)) == state


def records(status: str, **more: Any) -> Evidence:
    """A ticket in this status that we never answered, with one that shares nothing with the request."""
    return evidence(
        ticket("T-1", "Harrow Mills", "2026-03-03T10:00:00Z",
               message("T-1", 1, "2026-03-03T10:00:00Z", "customer", "The nightly sync fails with SYNC-77."), **more,
               status="open"),
        ticket("T-2", "Lowell Ltd", "2026-03-01T10:00:00Z",
               message("T-2", 1, "2026-03-01T10:00:00Z", "customer", "How do I change my logo?"),
               subject="Logo on invoices", status=status),
        account("A-2", "Lowell Ltd"),
        issue("ENG-1", "Nightly sync fails with SYNC-77", status, "2026-02-01T10:00:00Z",
              comment("ENG-1", 1, "2026-02-10T10:00:00Z", "The nightly sync SYNC-77 is repaired.")),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "closed"), [("solved", True), ("cancelled", True), ("Zugestellt", False), ("", False)]
)
def test_a_ticket_in_an_unknown_state_is_shown_counted_and_taken_for_one_that_may_be_open(
    status: str, closed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = records(status)
    other = found.ledger.records["support_platform/T-2"]
    assert is_open(other) is not closed
    terms = CaseTerms(
        "The nightly sync fails with SYNC-77 at Harrow Mills", datetime(2026, 3, 4, tzinfo=UTC), "Support", policy()
    )
    monkeypatch.setattr(first_message, "FEW", 0)
    assert ("support_platform/T-2" in first_message.far_off(terms, found)) is closed
    assert any(ref.startswith("figures/T-2.") for ref in ticket_figures(found, policy(), NOW)) is not closed


@pytest.mark.parametrize(
    ("status", "over"), [("closed", True), ("cancelled", True), ("Zugestellt", False), ("open", False)]
)
def test_an_item_in_an_unknown_state_is_not_said_to_be_over(status: str, over: bool) -> None:
    told = " ".join(
        reminders("The nightly sync fails with SYNC-77 at Harrow Mills", assessment(), records(status), NOW)
    )
    assert ("Declared over" in told) is over

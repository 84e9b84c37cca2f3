"""What the search finds and the stated facts leave out: look-alikes, related items, a fix that did not hold."""

from typing import Any

from tests.customer_escalation.casebook import (
    NOW,
    account,
    affected,
    assessment,
    comment,
    evidence,
    fact,
    issue,
    message,
    policy,
    stated,
    ticket,
)  # fmt: skip
from tests.customer_escalation.cases.opened import opened

from customer_escalation.cases.drafting_tools import DraftingTools
from customer_escalation.cases.hints import reminders

REQUEST = "Nightly sync stops with E_SYNC-77 for Harrow Mills"
SAID = "The nightly sync stops with E_SYNC-77 after the upgrade."


def records(item_status: str = "Open") -> Any:
    return evidence(
        ticket("T-1", "Harrow Mills", "2026-03-03T09:00:00Z", message("T-1", 1, "2026-03-03T09:00:00Z", "customer", SAID)),
        ticket("T-2", "Bell & Oak", "2026-03-04T09:00:00Z", message("T-2", 1, "2026-03-04T09:00:00Z", "customer", SAID)),
        ticket("T-3", "Sorrel Lane", "2026-03-04T09:00:00Z",
               message("T-3", 1, "2026-03-04T09:00:00Z", "customer", "How do I add a colour to a chart?"),
               subject="Chart colours"),
        account("A-1", "Harrow Mills"), account("A-2", "Bell & Oak"), account("A-3", "Sorrel Lane"),
        issue("P-1", "Nightly sync stops with E_SYNC-77", item_status, "2026-03-01T08:00:00Z",
              comment("P-1", 1, "2026-03-02T08:00:00Z", "Batch limit raised.")),
    )  # fmt: skip


def told(item_status: str = "Open", **facts: Any) -> list[str]:
    facts.setdefault("affected", [affected("Harrow Mills", "T-1")])
    return list(reminders(REQUEST, assessment(**facts), records(item_status), NOW))


def test_a_look_alike_ticket_of_an_account_that_was_not_stated_is_named() -> None:
    (first, *_) = told()
    assert "support_platform/T-2 (Bell & Oak, open)" in first
    assert "T-3" not in first
    both = [affected("Harrow Mills", "T-1"), affected("Bell & Oak", "T-2")]
    assert not any("look alike" in hint for hint in told(affected=both))


def test_a_tracker_item_that_no_fact_cites_is_named() -> None:
    assert any("project_tracker/P-1" in hint and "no fact cites" in hint for hint in told())
    assert not any("no fact cites" in hint for hint in told(bug_confirmed=fact("yes", "project_tracker/P-1-c1")))


def test_a_fix_that_did_not_hold_is_named_until_it_is_stated() -> None:
    assert not any("reported again since" in hint for hint in told())
    assert any("reported again since" in hint and "P-1" in hint for hint in told("Resolved"))
    stated = fact("yes", "project_tracker/P-1-c1", "support_platform/T-1-m1")
    assert not any("reported again since" in hint for hint in told("Resolved", recurred_after_fix=stated))


async def test_the_reminders_come_with_the_decision() -> None:
    both = [affected("Harrow Mills", "T-1"), affected("Bell & Oak", "T-2")]
    cited = fact("yes", "project_tracker/P-1-c1")
    for facts, expected in (
        (assessment(affected=both[:1]), True),
        (assessment(affected=both, bug_confirmed=cited), False),
    ):
        assess = next(
            tool
            for tool in DraftingTools(*await opened(records(), REQUEST), policy()).tools()
            if tool.spec.name == "assess"
        )
        outcome = await assess.run(stated(facts).model_dump(mode="json"))
        assert "Decision: " in outcome.text
        assert ("A search over the records found besides" in outcome.text) is expected

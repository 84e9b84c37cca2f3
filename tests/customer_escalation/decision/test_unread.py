"""What the unread rest of a record could show is unknown, in facts, clocks and figures; what the part shows stands."""

from typing import Any

import pytest
from tests.customer_escalation.casebook import (
    NOW,
    account,
    affected,
    article,
    assessment,
    comment,
    evidence,
    fact,
    issue,
    message,
    policy,
    ticket,
)  # fmt: skip
from tests.requirements import requirement

from customer_escalation.decision.figures import build_case, window_figures
from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.rules import decide
from customer_escalation.decision.unread import as_far_as_read
from customer_escalation.domain.brief import Figure
from customer_escalation.domain.facts import Assessment, Fact
from customer_escalation.domain.outcomes import Severity, Target
from customer_escalation.domain.showing import CAN_SHOW
from skill_runtime.parts import cut_short

WHY = "part 2 did not come (the desk is closed)"
ASKED = message("T-1", 1, "2026-03-02T08:00:00Z", "customer", "The export stops half way.")
WHOLE = ticket("T-1", "Harrow Mills", "2026-03-02T08:00:00Z", ASKED)
CRM = account("A-1", "Harrow Mills")
NO = {name for name, showing in CAN_SHOW.items() if name not in ("security", "workaround")}
"""The facts that a casebook's assessment answers no."""


def stated(**changes: Any) -> Assessment:
    return assessment(affected=[affected("Harrow Mills", "T-1")], **changes)


def unknowns(facts: Assessment) -> set[str]:
    return {name for name in NO if getattr(facts, name).answer == "unknown"}


def built(*records: dict[str, Any], facts: Assessment | None = None) -> tuple[DecisionInput, dict[str, Figure]]:
    return build_case(facts or stated(), evidence(*records), policy(), NOW)


def test_a_no_on_a_ticket_that_was_read_whole_is_a_no() -> None:
    facts = stated()
    assert as_far_as_read(facts, evidence(WHOLE, CRM)) is facts


@requirement("S12")
def test_every_no_that_the_unread_rest_of_a_ticket_could_turn_is_unknown_and_says_why() -> None:
    facts = as_far_as_read(stated(), evidence(cut_short(WHOLE, WHY), CRM))
    assert unknowns(facts) == NO, "a thread can show each of them"
    assert (facts.security.level, facts.security.cites) == ("unknown", ["support_platform/T-1"])
    assert facts.data_harmed == Fact(
        answer="unknown", cites=["support_platform/T-1"], why="the rest of T-1 was not read"
    )


def test_a_yes_on_what_was_read_stands() -> None:
    facts = stated(production_stopped=fact("yes", ASKED["ref"], why="nothing runs"))
    found = as_far_as_read(facts, evidence(cut_short(WHOLE, WHY), CRM))
    assert found.production_stopped == facts.production_stopped


def test_what_a_person_answered_stands() -> None:
    facts = stated(data_harmed=fact("no", "answers/data_harmed"))
    assert as_far_as_read(facts, evidence(cut_short(WHOLE, WHY), CRM)).data_harmed.answer == "no"


@pytest.mark.parametrize(
    ("record", "turned"),
    [
        (cut_short(CRM, WHY), {name for name in NO if "activity" in CAN_SHOW[name].kinds}),
        (cut_short(article("K-3", "Export", "How it works. " * 90), WHY), {name for name in NO if "article" in CAN_SHOW[name].kinds}),
        (cut_short(issue("P-5", "Export", "Open", "2026-03-02T09:00:00Z", comment("P-5", 1, "2026-03-02T10:00:00Z", "Seen.")), WHY), NO),
    ],
    ids=["an account", "an article", "an issue"],
)  # fmt: skip
def test_of_another_record_that_is_what_its_kind_can_show_where_the_facts_rest_on_it(
    record: dict[str, Any], turned: set[str]
) -> None:
    records = evidence(WHOLE, record)
    assert unknowns(as_far_as_read(stated(), records)) == set(), "nothing says that it belongs to the case"
    resting = stated(engineering_engaged=fact("unknown", record["ref"]))
    assert unknowns(as_far_as_read(resting, records)) - {"engineering_engaged"} == turned - {"engineering_engaged"}


def test_a_message_that_goes_on_unread_counts_like_the_thread() -> None:
    cut = cut_short({**ASKED, "text": "It stops. " * 90}, "only the beginning of its text is kept")
    facts = as_far_as_read(stated(), evidence({**WHOLE, "messages": [cut]}, CRM))
    assert unknowns(facts) == NO


@requirement("E-SLA")
def test_the_windows_of_a_ticket_that_was_not_read_to_its_end_are_unknown() -> None:
    late = decide(built(WHOLE, CRM)[0])
    assert late.firing("E-SLA").state == "yes", "nobody answered"
    case, figures = built(cut_short(WHOLE, WHY), CRM)
    firing = decide(case).firing("E-SLA")
    assert (firing.state, firing.refs) == ("unknown", ("support_platform/T-1",))
    assert firing.because == "T-1 could not be read to the end, so how its windows stand is not known"
    assert case.sla == case.unbinding == ()
    assert not case.waiting_too_long
    assert figures["figures/T-1.last_reply"].text == "unknown: its messages were not all read"
    assert "figures/T-1.first_response" not in figures


def test_without_an_sla_no_window_is_unknown() -> None:
    case, _ = built(cut_short(WHOLE, WHY), {**CRM, "sla": None})
    assert decide(case).firing("E-SLA").state == "no"


def test_a_customer_whose_thread_was_not_read_to_its_end_is_not_said_to_be_unanswered() -> None:
    for record, says in ((WHOLE, "never answered"), (cut_short(WHOLE, WHY), "whether it was answered is unknown")):
        figures = window_figures(built(record, CRM)[0], Severity.HIGH, Target.ENGINEERING)
        told = figures["figures/T-1.next_update"].text
        assert told.startswith("due now")
        assert says in told


def test_a_decision_that_hangs_on_the_unread_rest_is_not_made() -> None:
    assert decide(built(ticket("T-1", "Harrow Mills", "2026-03-04T11:59:00Z", ASKED), CRM)[0]).undecided == ()
    undecided = decide(built(cut_short(WHOLE, WHY), CRM)[0]).undecided
    assert {"E-DATA", "E-SEC", "E-SLA"} <= {firing.rule for firing in undecided}

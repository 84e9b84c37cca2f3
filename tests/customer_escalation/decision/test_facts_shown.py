"""A fact is held against what its records can show: their kind, and whose words they are."""

from typing import Any, get_args

import pytest
from tests.customer_escalation.casebook import (
    NOW,
    account,
    affected,
    article,
    chat,
    evidence,
    fact,
    message,
    policy,
    ticket,
)
from tests.customer_escalation.drafts import BUG, T1, T1M1, T1M2, facts, records
from tests.requirements import requirement

from customer_escalation.cases.session import Casework
from customer_escalation.decision.rules.shown import facts_not_shown
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.facts import Assessment, FactName
from customer_escalation.domain.showing import CAN_SHOW, IMPACTS

CRM = "crm/A-1"


def not_shown(found: Evidence | None = None, **changes: Any) -> list[str]:
    stated = Assessment.model_validate(facts(**changes))
    return [finding.where for finding in facts_not_shown(stated, found or records(), NOW)]


def stated(name: str, *cites: str) -> dict[str, Any]:
    """This answer on these records, as ``assess`` takes it."""
    if name == "security":
        return {name: {"level": "exposure_or_breach", "cites": list(cites), "why": "seen"}}
    if name == "workaround":
        return {name: {"extent": "full", "cites": list(cites), "why": "it works"}}
    return {name: fact("yes", *cites, why="so it is")}


def test_every_fact_has_its_row() -> None:
    assert set(CAN_SHOW) == {*get_args(FactName), "security", "workaround"}


@requirement("S10")
@pytest.mark.parametrize("name", sorted(CAN_SHOW))
def test_an_accounts_row_shows_no_fact_and_decides_nothing(name: str) -> None:
    assert not_shown(**stated(name, CRM)) == [name]
    work = Casework(records(), policy(), NOW)
    [finding] = work.assess(Assessment.model_validate(facts(**stated(name, CRM))))
    assert (finding.rule, finding.level, work.decision) == ("S10", "H", None)
    assert CRM in finding.message


@pytest.mark.parametrize("name", sorted(name for name, row in CAN_SHOW.items() if not row.earlier))
def test_beside_a_record_that_can_show_it_an_accounts_row_does_no_harm(name: str) -> None:
    assert not_shown(**stated(name, CRM, T1M2)) == []


@requirement("S10")
@pytest.mark.parametrize("name", ["bug_confirmed", "engineering_engaged"])
def test_a_customers_word_alone_is_no_finding_of_our_own_people(name: str) -> None:
    assert not_shown(**stated(name, T1M1)) == [name]
    assert not_shown(**stated(name, T1M2)) == []
    assert not_shown(**stated(name, BUG)) == []
    assert not_shown(**stated(name, T1)) == []  # the ticket holds an agent's message


@pytest.mark.parametrize("name", ["production_stopped", "data_harmed", "executive_requested"])
def test_an_article_tells_what_is_so_in_general_and_not_what_happened(name: str) -> None:
    assert not_shown(**stated(name, "knowledge_base/K-3")) == [name]
    assert not_shown(**stated(name, "chat/C-7")) == []


@requirement("S10")
@pytest.mark.parametrize("impact", sorted(IMPACTS))
def test_an_accounts_row_shows_no_impact_on_it(impact: str) -> None:
    hit = {**affected("Harrow Mills", "T-101", impact=impact), "tickets": [], "cites": [CRM]}
    assert not_shown(affected=[hit]) == ["affected[0]"]
    assert not_shown(affected=[{**hit, "cites": [CRM, T1M1]}]) == []


@pytest.mark.parametrize("impact", ["commercial", "inconvenienced", "unknown"])
def test_what_needs_no_eyewitness_may_stand_on_it(impact: str) -> None:
    hit = {**affected("Harrow Mills", "T-101", impact=impact), "tickets": [], "cites": [CRM]}
    assert not_shown(affected=[hit]) == []


def test_what_is_not_known_of_a_record_is_not_held_against_it() -> None:
    odd = {"ref": "crm/N-1", "kind": "call_report", "id": "N-1"}
    answer = {"ref": "answers/production_stopped", "id": "production_stopped", "text": "yes"}
    noted = account("A-9", "Harrow Mills", notes="Their COO called and asked for ours.")
    unnamed = message("T-9", 1, "2026-03-04T08:00:00Z", "", "Reproduced.")
    del unnamed["role"], unnamed["author"]
    found = evidence(odd, answer, noted, ticket("T-9", "Harrow Mills", "2026-03-04T08:00:00Z", unnamed))
    for ref in ("crm/N-1", "answers/production_stopped", "crm/A-9"):
        assert not_shown(found, **{**NOTHING, **stated("executive_requested", ref)}) == []
    assert not_shown(found, **{**NOTHING, **stated("bug_confirmed", "support_platform/T-9-m1")}) == []


NOTHING: dict[str, Any] = {
    "affected": [], "bug_confirmed": fact(), "major_function_broken": fact(), "code_change_needed": fact(),
    "workaround": {"extent": "none", "cites": [], "why": ""},
}  # fmt: skip


def test_a_citation_of_nothing_is_anothers_finding() -> None:
    assert not_shown(**stated("production_stopped", "crm/none")) == []
    assert not_shown(evidence(article("K-1", "A", "b"), chat("C-1", "2026-03-04T08:00:00Z", "c")), **NOTHING) == []


# Time


@requirement("S10")
@pytest.mark.parametrize("name", sorted(CAN_SHOW))
def test_a_record_from_after_the_moment_of_the_case_shows_nothing_of_it(name: str) -> None:
    said = {"kind": "note", "text": "Seen by us.", "role": "agent"}
    early, late = ({**said, "ref": f"chat/N-{number}", "id": f"N-{number}", "at": at} for number, at in (
        (1, "2026-03-04T11:00:00Z"), (2, "2026-03-06T12:00:00Z"),
    ))  # fmt: skip
    found = evidence(early, late)
    assert not_shown(found, **{**NOTHING, **stated(name, "chat/N-2")}) == [name]
    assert not_shown(found, **{**NOTHING, **stated(name, "chat/N-1", "chat/N-2")}) == []
    [finding] = facts_not_shown(Assessment.model_validate(facts(**{**NOTHING, **stated(name, "chat/N-2")})), found, NOW)
    assert "`chat/N-2` is of 2026-03-06 12:00 UTC, after the moment that this case is judged by" in finding.message


@pytest.mark.parametrize("at", ["2026-03-05T08:00:00", "", "soon", "9999-12-31T00:00:00Z"])
def test_a_moment_that_tells_no_zone_or_is_none_is_not_held_against_a_record(at: str) -> None:
    said = {"ref": "chat/N-1", "id": "N-1", "kind": "note", "text": "It stopped.", "at": at}
    assert not_shown(evidence(said), **{**NOTHING, **stated("production_stopped", "chat/N-1")}) == []


def test_of_a_cited_item_what_was_said_in_time_is_enough() -> None:
    late = message("T-9", 2, "2026-03-09T08:00:00Z", "agent", "Reproduced.")
    early = message("T-9", 1, "2026-03-04T08:00:00Z", "customer", "It stopped.")
    found = evidence(ticket("T-9", "Harrow Mills", "2026-03-04T08:00:00Z", early, late))
    both = "support_platform/T-9-m1", "support_platform/T-9-m2"
    for name, cites, wrong in (
        ("production_stopped", ["support_platform/T-9"], []), ("production_stopped", both, []), ("bug_confirmed", both, ["bug_confirmed"]),
    ):  # fmt: skip
        assert not_shown(found, **{**NOTHING, **stated(name, *cites)}) == wrong


@requirement("S10")
@pytest.mark.parametrize("name", ["documented_solution", "similar_solved_in_support"])
def test_what_was_there_before_the_case_is_neither_of_the_case_nor_began_after_it(name: str) -> None:
    found = evidence(
        ticket(
            "T-1", "Harrow Mills", "2026-03-03T08:00:00Z", message("T-1", 1, "2026-03-03T08:00:00Z", "agent", "Try B.")
        ),
        ticket("T-0", "Harrow Mills", "2026-01-03T08:00:00Z", status="closed"),
        ticket("T-2", "Bell & Oak", "2026-03-04T08:00:00Z", status="closed"),
        ticket("T-3", "Bell & Oak", "2026-02-04T08:00:00Z", status="closed"),
        ticket("T-4", "Bell & Oak", "", status="closed"),
        article("K-9", "Sync", "Set B.") | {"updated_at": "2026-03-04T09:00:00Z"},
    )
    case = {**NOTHING, "affected": [affected("Harrow Mills", "T-1", "T-0", impact="inconvenienced")]}
    for ref, shows in (
        ("support_platform/T-1", False), ("support_platform/T-1-m1", False), ("support_platform/T-2", False),
        ("support_platform/T-0", True), ("support_platform/T-3", True), ("support_platform/T-4", True), ("knowledge_base/K-9", True),
    ):  # fmt: skip
        assert (ref, not_shown(found, **{**case, **stated(name, ref)})) == (ref, [] if shows else [name])

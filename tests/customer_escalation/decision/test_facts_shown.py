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
    return [finding.where for finding in facts_not_shown(stated, found or records())]


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


@pytest.mark.parametrize("name", sorted(CAN_SHOW))
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

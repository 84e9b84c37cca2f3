"""Every rule at every level that a policy can give it: the whole way from the facts to the printed brief holds."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.customer_escalation.casebook import (
    FACTS,
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

from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.cases.result import Ending, result_of
from customer_escalation.cases.session import Casework
from customer_escalation.decision.explanation import why_words
from customer_escalation.decision.rulebook import rules_table
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.outcomes import Outcome
from customer_escalation.domain.rules import RULE_TABLE, RuleRow, in_group
from customer_escalation.drafting.prompts.decided import HandIn, decision_told
from customer_escalation.drafting.prose import draft_by_rules
from customer_escalation.policy import Policy
from customer_escalation.policy.sources import Overlay, policy_in_force
from customer_escalation.policy.text import BLOCKS
from customer_escalation.rendering import Form, render_result

LEVELS = ("H", "W", "off")
FORMS: tuple[Form, ...] = ("md", "json", "html", "slack", "adf")
ASKED = "The nightly sync fails for Harrow Mills"
FREE = tuple(row.id for row in RULE_TABLE.values() if not row.protected)
"""Rules whose level an organisation may set."""
CUSTOMER, AGENT, ARTICLE = "support_platform/T-1-m1", "support_platform/T-1-m2", "knowledge_base/K-1"
FIXED = "project_tracker/ENG-1-c1"
ESCALATED = {("everything", "H"), ("everything", "published"), ("bug", "H"), ("bug", "published")}


def records() -> Evidence:
    """A customer of value whose ticket waits, one without a CRM record, an article and a tracker item."""
    return evidence(
        ticket("T-1", "Harrow Mills", "2026-03-02T10:00:00Z",
               message("T-1", 1, "2026-03-02T10:00:00Z", "customer", "The nightly sync fails, we cannot work."),
               message("T-1", 2, "2026-03-02T11:00:00Z", "agent", "We see it too and look into it.")),
        ticket("T-2", "Lowell Ltd", "2026-03-03T10:00:00Z",
               message("T-2", 1, "2026-03-03T10:00:00Z", "customer", "The nightly sync fails for us as well.")),
        account("A-1", "Harrow Mills", arr_usd=200_000),
        article("K-1", "Nightly sync fails", "Set the batch size to 50 in Settings, then run the sync again."),
        issue("ENG-1", "Nightly sync fails", "closed", "2026-02-01T10:00:00Z",
              comment("ENG-1", 1, "2026-02-10T10:00:00Z", "Fixed in 4.2.")),
    )  # fmt: skip


def stated(name: str) -> Assessment:
    """The facts of a case: everything is the matter, support can resolve it, nothing is, or nobody knows."""
    answers = {"everything": dict.fromkeys(FACTS, "yes"), "solved": {"documented_solution": "yes", "worsening": "yes"},
               "nothing": {}, "unknown": dict.fromkeys(FACTS, "unknown"),
               "bug": {"bug_confirmed": "yes", "worsening": "yes", "similar_solved_in_support": "yes"}}[name]  # fmt: skip
    cites = [CUSTOMER, AGENT, FIXED]
    facts: dict[str, Any] = {
        fact_name: fact(answer, *(cites if answer == "yes" else []), why="it is on record" if answer == "yes" else "")
        for fact_name, answer in answers.items()
    }
    if name == "solved":
        facts["documented_solution"] = fact("yes", ARTICLE, why="the article names the setting")
    level = {"everything": "exposure_or_breach", "unknown": "unknown"}.get(name, "none")
    return assessment(
        **facts, security={"level": level, "cites": cites if name == "everything" else [], "why": ""},
        affected=[affected("Harrow Mills", "T-1", impact="blocked"), affected("Lowell Ltd", "T-2", impact="blocked")],
    )  # fmt: skip


def carried_through(name: str, in_force: Policy, forms: Iterable[Form] = ()) -> RecordedResult:
    """The case from its facts to the finished brief, drafted by rules, then in these forms."""
    work = Casework(records(), in_force, NOW)
    said = stated(name)
    assert work.assess(said) == []
    assert work.decision is not None
    assert work.case is not None
    assert decision_told(work.decision, work.case, work.figures, HandIn("hand_in"))
    work.submit(draft_by_rules(ASKED, work.case, work.decision, work.questions), "rules")
    outcomes = result_of(work, case="r", request=ASKED, reported_by="Support", gaps=(), ending=Ending())
    result = outcomes.to_json()
    assert json.loads(json.dumps(result)) == result
    assert all(render_result(result, form).strip() for form in forms)
    assert why_words(result["why"], "decided")
    return outcomes


def at(levels: Mapping[str, str]) -> Policy:
    """The shipped policy with these levels over it."""
    text = "".join(f'{rule_id} = "{level}"\n' for rule_id, level in levels.items())
    return policy_in_force([Overlay("own.toml", f'[sla]\nclock = "business_hours"\n[levels]\n{text}')])


@pytest.mark.parametrize("name", ["everything", "bug", "solved", "nothing", "unknown"])
@pytest.mark.parametrize("level", [*LEVELS, "published"])
def test_all_rules_at_one_level_give_a_brief_in_every_form(name: str, level: str) -> None:
    in_force = policy() if level == "published" else at(dict.fromkeys(FREE, level))
    outcomes = carried_through(name, in_force, FORMS)
    assert outcomes.outcome == (Outcome.ESCALATE if (name, level) in ESCALATED else Outcome.HANDLE)
    assert rules_table(in_force, 100).count("\n") >= len(RULE_TABLE)
    assert all(render(in_force).strip() for render in BLOCKS.values())


@pytest.mark.parametrize("rule_id", FREE)
def test_each_rule_at_each_level_gives_a_brief(rule_id: str) -> None:
    for level in LEVELS:
        if level == RULE_TABLE[rule_id].level:
            continue  # as published, and so in the other test
        for name in ("everything", "solved"):
            shown = {row["rule"]: row for row in carried_through(name, at({rule_id: level})).data["why"]["rules"]}
            if rule_id in shown and level == "off":
                assert (shown[rule_id]["state"], shown[rule_id]["because"]) == ("no", "switched off by the policy")
            elif rule_id in shown:
                assert shown[rule_id]["level"] == level


@pytest.mark.parametrize("row", [row for row in in_group("escalate") if row.level == "W"], ids=lambda row: row.id)
def test_a_suggestion_that_is_raised_is_explained_at_its_level(row: RuleRow) -> None:
    told = {one["rule"]: one for one in carried_through("nothing", at({row.id: "H"})).data["why"]["rules"]}
    assert (told[row.id]["level"], told[row.id]["state"]) == ("H", "no")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(st.sampled_from(FREE), st.sampled_from(LEVELS)), st.sampled_from(["everything", "bug", "unknown"])
)
def test_any_mixture_of_levels_gives_a_brief(levels: dict[str, str], name: str) -> None:
    outcomes = carried_through(name, at(levels))
    decided = set(outcomes.data["why"]["decided_by"])
    assert all(levels.get(rule, RULE_TABLE[rule].level) == "H" or RULE_TABLE[rule].target or RULE_TABLE[rule].otherwise
               for rule in decided)  # fmt: skip

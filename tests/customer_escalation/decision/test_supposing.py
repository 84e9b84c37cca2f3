"""What the rules decide on supposed answers: the same as if each were applied to the whole case, at a fraction of the work."""

from dataclasses import replace
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.customer_escalation.casebook import (
    FACTS,
    NOW,
    account,
    affected,
    assessment,
    evidence,
    fact,
    issue,
    message,
    policy,
    ticket,
)

from customer_escalation.decision.answers import answer_of
from customer_escalation.decision.figures import build_case
from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.rules import RULES, decide
from customer_escalation.decision.rules.rule import Firing, Rule
from customer_escalation.decision.supposing import Settings, Suppositions, answered, with_records
from customer_escalation.decision.topics import IMPACT, TOPICS
from customer_escalation.domain.outcomes import Severity

AT = "2026-03-04T10:00:00Z"
ALL_HARD = {rule.row.id: "H" for rule in RULES.values()}


@st.composite
def cases(draw: st.DrawFn) -> DecisionInput:
    """A case of which some facts are known, most are not, with or without windows, under the policy that ships or a strict one."""
    customers = ["Vale Foods", "Harbour Mills", "Pale Ale"][: draw(st.integers(1, 3))]
    sla = draw(st.sampled_from([None, {"first_response_h": 1, "update_h": 1}]))
    crm = [
        account(f"A-{n}", name, arr_usd=draw(st.sampled_from([5_000, 150_000])), **({"sla": sla} if sla else {}))
        for n, name in enumerate(customers, 1)
    ]
    found = evidence(
        *(ticket(f"T-{n}", name, AT, message(f"T-{n}", 1, AT, "customer", "It fails."), message(f"T-{n}", 2, AT, "agent", "Seen."))
          for n, name in enumerate(customers, 1)),
        *crm[draw(st.integers(0, 1)):],
        issue("DEV-1", "Sync", "Open", AT),
    )  # fmt: skip
    refs = ("support_platform/T-1-m1", "support_platform/T-1-m2", "project_tracker/DEV-1")
    answers = st.sampled_from(["unknown", "unknown", "unknown", "no", "yes"])
    stated = {name: fact(draw(answers), *draw(st.sets(st.sampled_from(refs)))) for name in FACTS}
    impacts = st.sampled_from(["unknown", "unknown", "blocked", "inconvenienced", "asks_for_feature"])
    hit = [{**affected(name, f"T-{n}"), "impact": draw(impacts)} for n, name in enumerate(customers, 1)]
    rest = {
        "security": {"level": draw(st.sampled_from(["unknown", "none", "exposure_or_breach"])), "cites": [], "why": ""},
        "workaround": {"extent": draw(st.sampled_from(["unknown", "full", "none"])), "cites": [], "why": ""},
        "open_ask": draw(st.sampled_from(["unknown", "decision", "nothing"])),
        "issue_type": draw(st.sampled_from(["other", "bug", "feature_gap"])),
    }
    strict = policy().model_copy(update={"levels": draw(st.sampled_from([{}, ALL_HARD]))})
    return build_case(assessment(**{**stated, **rest, "affected": hit}), found, strict, NOW)[0]


def choices(case: DecisionInput) -> list[list[Settings]]:
    """By topic, what can be answered of what is unknown."""
    unknown = {name for topic in TOPICS for name in topic.no if name != IMPACT
               and answer_of(getattr(case.facts, name)) == "unknown"}  # fmt: skip
    unknown |= {IMPACT} & {IMPACT for one in case.affected if one.impact == "unknown"}
    found = []
    for topic in TOPICS:
        single: list[Settings] = [((name, answer),) for _, name, answer in topic.choices if name in unknown]
        none = tuple((name, answer) for name, answer in topic.no.items() if name in unknown)
        found += [[*single, none]] if none else []
    return found


@settings(max_examples=40, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_the_rules_decide_as_on_the_whole_case(case: DecisionInput, chance: Any) -> None:
    suppositions, whole = Suppositions(case), with_records(case)
    tried = [sets for count in range(4) for topics in combinations(choices(case), count) for sets in product(*topics)]
    for sets in chance.sample(tried, min(len(tried), 60)):
        decision = decide(answered(whole, {name: answer for one in sets for name, answer in one}))
        assert suppositions.labels(*sets) == (decision.outcome, decision.severity, decision.target)


@pytest.mark.parametrize(("worth", "broken"), [(150_000, "no"), (5_000, "unknown")])
def test_an_answer_about_the_impact_reaches_all_that_follows_from_it(worth: int, broken: str) -> None:
    facts = assessment(
        bug_confirmed=fact("yes", "project_tracker/DEV-1"), major_function_broken=fact(broken),
        affected=[{**affected("Vale Foods", "T-1"), "impact": "unknown"}],
    )  # fmt: skip
    found = evidence(
        ticket("T-1", "Vale Foods", AT), account("A-1", "Vale Foods", arr_usd=worth), issue("DEV-1", "Sync", "Open", AT)
    )
    suppositions = Suppositions(build_case(facts, found, policy(), NOW)[0])
    severities = [
        suppositions.labels(*sets)[1] for sets in ((), (((IMPACT, "blocked"),),), (((IMPACT, "inconvenienced"),),))
    ]
    assert severities == [Severity.MEDIUM, Severity.HIGH, Severity.MEDIUM]


def test_a_rule_is_applied_once_for_what_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    applied: list[str] = []

    def counted(rule: Rule, case: DecisionInput) -> Firing:
        applied.append(rule.row.id)
        return fire(rule, case)

    fire = Rule.fire
    monkeypatch.setattr(Rule, "fire", counted)
    facts = assessment(**{name: fact("unknown") for name in FACTS}, open_ask="unknown",
                       affected=[{**affected("Vale Foods", "T-1"), "impact": "unknown"}])  # fmt: skip
    case = build_case(facts, evidence(ticket("T-1", "Vale Foods", AT)), policy(), NOW)[0]
    suppositions, tried = Suppositions(case), 0
    for one, other in combinations(choices(case), 2):
        for sets in product(one, other):
            suppositions.labels(*sets)
            tried += 1
    assert tried > 300
    assert applied.count("H1") == 3  # as it is, yes, no
    assert len(applied) < tried  # of a table of over twenty hard rules


def test_what_is_no_field_of_a_case_is_not_read_unnoticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def copies(case: DecisionInput) -> Any:
        return replace(case)

    case = build_case(assessment(), evidence(), policy(), NOW)[0]
    monkeypatch.setitem(RULES, "H1", Rule(RULES["H1"].row, copies))
    with pytest.raises(TypeError):
        Suppositions(case)

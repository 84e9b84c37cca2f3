"""What holds for every case: floors never fall when a fact is added, and one team owns it by precedence."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.customer_escalation.casebook import (
    NOW,
    account,
    affected,
    assessment,
    evidence,
    fact,
    message,
    policy,
    ticket,
)  # fmt: skip

from customer_escalation.decision.figures import build_case
from customer_escalation.decision.rules import RULES, Decision, decide
from customer_escalation.domain.outcomes import Outcome, Target

CUSTOMER, AGENT = "support_platform/T-1-m1", "support_platform/T-1-m2"
BAD_NEWS = (
    "bug_confirmed", "infrastructure", "data_harmed", "production_stopped", "beyond_support", "worsening",
    "major_function_broken", "churn_threat", "executive_requested", "policy_exception", "pr_or_legal_risk",
    "cross_functional_decision", "feature_gap", "code_change_needed",
)  # fmt: skip
"""Facts that can only make it worse."""
IMPACTS = ("asks_for_feature", "inconvenienced", "major_function_broken", "blocked")
"""From the mildest to the worst."""
LEVELS = ("none", "vulnerability_or_compliance", "exposure_or_breach")
HANDLING = ("H1", "H2", "H3", "H4")
OVERRIDING = ("E-SEC", "E-DATA", "E-DOWN", "E-BIZ")
PRECEDENCE = (Target.SECURITY, Target.LEADERSHIP, Target.ENGINEERING, Target.PRODUCT, Target.L2)
QUICK = settings(max_examples=settings().max_examples * 3 // 2)
"""Half as many again as the profile tries: 150, and 22 in a fast run."""

answers = st.sampled_from(["no", "yes", "unknown"])


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    """The facts of any case, with one or two accounts of any value."""
    return {
        **{name: draw(answers) for name in BAD_NEWS},
        "documented_solution": draw(answers),
        "workaround": draw(st.sampled_from(["none", "partial", "full", "unknown"])),
        "security": draw(st.sampled_from(LEVELS)),
        "open_ask": draw(st.sampled_from(["technical_work", "decision"])),
        "impacts": draw(st.lists(st.sampled_from(IMPACTS), min_size=1, max_size=2)),
        "values": draw(st.lists(st.sampled_from([5_000, 150_000]), min_size=2, max_size=2)),
    }


def decided(given_case: dict[str, Any]) -> Decision:
    """The decision on it; every yes cites a customer's and an agent's message."""
    names = [f"Firm {n}" for n in range(1, len(given_case["impacts"]) + 1)]
    records = evidence(
        *(
            ticket(f"T-{n}", name, "2026-03-04T10:00:00Z",
                   message(f"T-{n}", 1, "2026-03-04T10:00:00Z", "customer", "It fails."),
                   message(f"T-{n}", 2, "2026-03-04T11:30:00Z", "agent", "We see it too."))
            for n, name in enumerate(names, 1)
        ),
        *(account(f"A-{n}", name, arr_usd=value) for n, (name, value) in enumerate(zip(names, given_case["values"], strict=False), 1)),
    )  # fmt: skip
    stated = {name: fact(given_case[name], *([CUSTOMER, AGENT] if given_case[name] == "yes" else []))
              for name in (*BAD_NEWS, "documented_solution")}  # fmt: skip
    cites = [CUSTOMER]
    facts = assessment(
        **stated,
        workaround={"extent": given_case["workaround"], "cites": cites, "why": ""},
        security={"level": given_case["security"], "cites": cites, "why": ""},
        open_ask=given_case["open_ask"],
        affected=[affected(name, f"T-{n}", impact=impact)
                  for n, (name, impact) in enumerate(zip(names, given_case["impacts"], strict=False), 1)],
    )  # fmt: skip
    case, _ = build_case(facts, records, policy(), NOW)
    return decide(case)


def rank(decision: Decision) -> int:
    """-1 for handled in support, else the severity's rank."""
    return -1 if decision.severity is None else decision.severity.rank


@QUICK
@given(cases(), st.sampled_from(BAD_NEWS))
def test_severity_never_falls_when_a_fact_is_added(case: dict[str, Any], added: str) -> None:
    before, after = decided({**case, added: "no"}), decided({**case, added: "yes"})
    assert rank(after) >= rank(before)


@QUICK
@given(cases(), st.integers(0, 2))
def test_severity_never_falls_when_security_is_touched_further(case: dict[str, Any], level: int) -> None:
    ranks = [rank(decided({**case, "security": name})) for name in LEVELS[: level + 1]]
    assert ranks == sorted(ranks)


@QUICK
@given(cases())
def test_severity_never_falls_when_an_account_is_hit_harder_or_is_worth_more(case: dict[str, Any]) -> None:
    ranks = [rank(decided({**case, "impacts": [impact, *case["impacts"][1:]]})) for impact in IMPACTS]
    assert ranks == sorted(ranks)
    assert rank(decided({**case, "values": [150_000, 150_000]})) >= rank(decided(case))


@QUICK
@given(cases())
def test_a_full_workaround_lowers_nothing_but_what_s9_names(case: dict[str, Any]) -> None:
    with_way, without = decided({**case, "workaround": "full"}), decided({**case, "workaround": "none"})
    assert rank(with_way) <= rank(without)
    lifted = {rule for rule in RULES if without.firing(rule).state == "yes" and with_way.firing(rule).state != "yes"}
    assert lifted <= {"S4", "S5", "S6"}
    if "S4" in lifted:
        assert "blocked" not in case["impacts"] or case["impacts"].count("blocked") < 2


@QUICK
@given(cases())
def test_one_team_owns_it_and_the_others_are_told(case: dict[str, Any]) -> None:
    decision = decided(case)
    fired = {Target(firing.target) for firing in decision.firings if firing.target and firing.state == "yes"}
    if decision.outcome == Outcome.HANDLE:
        assert (decision.severity, decision.target, decision.also_notify) == (None, None, ())
        return
    assert decision.severity is not None
    assert decision.target not in decision.also_notify
    assert fired - {Target.L2} <= {decision.target, *decision.also_notify}
    if Target.SECURITY in fired:
        assert decision.target == Target.SECURITY
        return
    workers = [target for target in PRECEDENCE[2:] if target in fired]
    if Target.LEADERSHIP in fired and (case["open_ask"] == "decision" or not workers):
        assert decision.target == Target.LEADERSHIP
    else:
        assert decision.target == next(iter(workers), Target.L2)


@QUICK
@given(cases())
def test_a_documented_solution_holds_unless_something_overrides_it(case: dict[str, Any]) -> None:
    decision = decided({**case, "documented_solution": "yes"})
    overridden = any(decision.firing(rule).state == "yes" for rule in OVERRIDING)
    assert (decision.outcome == Outcome.ESCALATE) == overridden
    if not overridden:
        assert set(decision.because) <= set(HANDLING)


@QUICK
@given(cases())
def test_every_decision_names_its_rules_and_each_of_them_fired(case: dict[str, Any]) -> None:
    decision = decided(case)
    assert decision.because
    for rule in decision.because:
        if rule not in ("E-NONE",):
            firing = decision.firing(rule)
            assert firing.state == "yes" or rule == "T1"
            assert firing.refs or rule in ("S8", "T1") or firing.because

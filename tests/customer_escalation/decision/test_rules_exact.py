"""What the decision rules say, to the word and at their bounds: reasons, records, unknowns, counts."""

from datetime import timedelta
from typing import Any

import pytest
from tests.customer_escalation.casebook import (
    ALL,
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
from tests.requirements import requirement

from customer_escalation.decision.figures import build_case
from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.rules import RULES, Decision, decide
from customer_escalation.decision.rules.counterfactual import what_would_change
from customer_escalation.decision.rules.rule import Firing
from customer_escalation.decision.rules.stated import unreferenced_facts
from customer_escalation.domain.outcomes import Outcome, Severity, Target

RICH, POOR = 150_000, 20_000


def case(
    *values: int | None, impacts: tuple[str, ...] = (), hours: float = 1.0, crm: bool = True, **facts: Any
) -> DecisionInput:
    """Accounts worth so much (None: not in the CRM), each with a ticket that was answered so many hours ago."""
    records = []
    stated = []
    for number, value in enumerate(values, 1):
        name, at = f"Firm {number}", (NOW - timedelta(hours=hours)).isoformat()
        records.append(ticket(f"T-{number}", name, at, message(f"T-{number}", 1, at, "customer", "It fails."),
                              message(f"T-{number}", 2, at, "agent", "We see it too.")))  # fmt: skip
        if value is not None:
            records.append(account(f"A-{number}", name, arr_usd=value))
        impact = impacts[number - 1] if impacts else "inconvenienced"
        stated.append(affected(name, f"T-{number}", impact=impact))
    source = evidence(*records, connected=ALL if crm else ALL - {"crm"})
    made, _ = build_case(assessment(affected=stated, **facts), source, policy(), NOW)
    return made


def fire(rule: str, *values: int | None, **given: Any) -> Firing:
    return decide(case(*(values or (POOR,)), **given)).firing(rule)


M1, M2 = "support_platform/T-1-m1", "support_platform/T-1-m2"


@pytest.mark.parametrize(
    ("values", "impacts", "state"),
    [
        ((RICH, RICH), ("blocked", "blocked"), "yes"),
        ((RICH, RICH, RICH), ("blocked", "blocked", "blocked"), "yes"),
        ((RICH, None), ("blocked", "blocked"), "unknown"),
        ((None, None), ("blocked", "blocked"), "unknown"),
        ((None, None, None), ("blocked", "blocked", "blocked"), "unknown"),
        ((RICH, POOR), ("blocked", "blocked"), "no"),
        ((RICH, None), ("blocked", "inconvenienced"), "no"),
        ((POOR, None), ("blocked", "blocked"), "no"),
        ((RICH,), ("blocked",), "no"),
        ((None,), ("blocked",), "no"),
    ],
)
@requirement("S4")
def test_s4_counts_known_and_unknown_high_value_accounts(
    values: tuple[int | None, ...], impacts: tuple[str, ...], state: str
) -> None:
    assert fire("S4", *values, impacts=impacts).state == state


@requirement("S4")
def test_s4_names_the_accounts_and_their_records() -> None:
    firing = fire("S4", RICH, POOR, RICH, impacts=("blocked", "blocked", "major_function_broken"))
    assert firing.because == "2 high-value customers are impacted: Firm 1, Firm 3"
    assert firing.refs == ("crm/A-1", "support_platform/T-1", "crm/A-3", "support_platform/T-3")


@requirement("S6")
def test_s6_names_the_first_key_customer_that_is_blocked() -> None:
    firing = fire("S6", POOR, RICH, RICH, impacts=("blocked", "blocked", "blocked"))
    assert (firing.state, firing.because) == ("yes", "Firm 2 is a high-value customer and blocked")
    assert firing.refs == ("crm/A-2", "support_platform/T-2")
    assert fire("S6", None, impacts=("blocked",)).state == "unknown"
    assert fire("S6", POOR, impacts=("blocked",)).state == "no"
    full = {"extent": "full", "cites": [M2], "why": ""}
    assert fire("S6", None, impacts=("blocked",), workaround=full).state == "no"
    assert fire("S6", RICH, impacts=("blocked",), workaround=full).state == "no"


@pytest.mark.parametrize("answer", ["yes", "no", "unknown"])
@requirement("S5")
def test_s5_passes_on_the_answer_and_a_full_workaround_lifts_a_yes_only(answer: str) -> None:
    given = fact(answer, M1, why="it fails")
    assert fire("S5", major_function_broken=given).state == answer
    assert fire("S5", major_function_broken=given).floor == ("High" if answer == "yes" else "")
    lifted = fire("S5", major_function_broken=given, workaround={"extent": "full", "cites": [M2], "why": ""})
    assert lifted.state == ("no" if answer == "yes" else answer)
    assert lifted.refs == ((M1, M2) if answer == "yes" else (M1,))


@requirement("S3")
def test_s3_tells_a_breach_from_a_weakness_and_from_nothing() -> None:
    floors = {
        level: fire("S3", security={"level": level, "cites": [M1], "why": "seen"}).floor
        for level in ("exposure_or_breach", "vulnerability_or_compliance", "none", "unknown")
    }
    assert floors == {
        "exposure_or_breach": "Critical", "vulnerability_or_compliance": "High", "none": "", "unknown": "",
    }  # fmt: skip
    assert fire("E-SEC", security={"level": "unknown", "cites": [], "why": ""}).state == "unknown"


@pytest.mark.parametrize(
    ("hours", "values", "because", "leadership"),
    [
        (7.0, (POOR,), None, "no"),
        (50.0, (POOR,), "update nearly used up for Firm 1", "no"),
        (50.0, (RICH,), "update nearly used up for Firm 1", "no"),
        (120.0, (POOR, POOR), "update overdue for Firm 1 and Firm 2", "no"),
        (120.0, (POOR, RICH), "update overdue for Firm 1 and Firm 2", "yes"),
    ],
)  # fmt: skip
@requirement("E-SLA")
def test_e_sla_says_whose_window_and_t5_takes_breaches_of_high_value_accounts(
    hours: float, values: tuple[int, ...], because: str | None, leadership: str
) -> None:
    decision = decide(case(*values, hours=hours))
    firing = decision.firing("E-SLA")
    assert firing.state == ("yes" if because else "no")
    assert because is None or because in firing.because
    assert decision.firing("T5").state == leadership
    assert decision.firing("S7").floor == ("High" if because else "")
    if leadership == "yes":
        assert decision.firing("T5").because == "SLA breached on a high-value account: update overdue for Firm 2"
        assert decision.firing("T5").refs == ("figures/T-2.update",)


def test_without_the_crm_the_sla_is_unknown_and_with_it_a_calm_one_is_no() -> None:
    assert fire("E-SLA", None, crm=False).state == "unknown"
    assert fire("E-SLA", None).state == "no"
    assert decide(case(crm=False)).firing("E-SLA").state == "no"


@requirement("E-BIZ")
def test_e_biz_names_its_triggers_churn_first() -> None:
    firing = fire(
        "E-BIZ", RICH, churn_threat=fact("yes", M1, why="they compare vendors"),
        executive_requested=fact("yes", M2, why="the VP wrote"), policy_exception=fact("yes", M1),
    )  # fmt: skip
    assert firing.because == (
        "a high-value customer may leave: they compare vendors; executive involvement is asked for: the VP wrote; a policy "
        "exception is needed"
    )
    assert firing.refs == (M1, M2)


@pytest.mark.parametrize(
    ("value", "churn", "trigger", "state", "because"),
    [
        (POOR, "yes", "no", "no", "a customer may leave, and it is not a high-value one"),
        (None, "yes", "no", "unknown", "a customer may leave, and whether it is high-value is unknown"),
        (POOR, "no", "unknown", "unknown", "nobody could be asked"),
        (POOR, "unknown", "no", "no", ""),
        (None, "unknown", "no", "unknown", "no CRM notes"),
        (None, "yes", "unknown", "unknown", "a customer may leave, and whether it is high-value is unknown"),
        (POOR, "no", "no", "no", ""),
    ],
)
@requirement("E-BIZ")
def test_e_biz_is_unknown_where_something_could_not_be_told(
    value: int | None, churn: str, trigger: str, state: str, because: str
) -> None:
    churn_fact = fact(churn, *([M1] if churn == "yes" else []), why="no CRM notes" if churn == "unknown" else "")
    asked = fact(trigger, why="nobody could be asked" if trigger == "unknown" else "")
    given: dict[str, Any] = {"churn_threat": churn_fact, "pr_or_legal_risk": asked}
    firing = fire("E-BIZ", value, **given)
    assert (firing.state, firing.because) == (state, because)
    assert fire("T5", value, **given).state == state if because != "" or state == "no" else True


def test_churn_counts_for_the_account_whose_words_are_cited() -> None:
    second = "support_platform/T-2-m1"
    assert fire("E-BIZ", RICH, POOR, churn_threat=fact("yes", second)).state == "no"
    assert fire("E-BIZ", POOR, RICH, churn_threat=fact("yes", second)).state == "yes"


@requirement("T5")
def test_t5_takes_a_cross_functional_decision_with_its_reason() -> None:
    yes = fire("T5", cross_functional_decision=fact("yes", M1, why="sales and product disagree"))
    assert yes.because == "a cross-functional decision is needed: sales and product disagree"
    assert yes.refs == (M1,)
    assert fire("T5", cross_functional_decision=fact("yes", M1)).because == "a cross-functional decision is needed"
    assert fire("T5", cross_functional_decision=fact("unknown")).state == "no"


@pytest.mark.parametrize("count", [1, 2, 3])
@requirement("E-INFRA")
def test_e_infra_needs_two_accounts_or_a_record_of_ours(count: int) -> None:
    broken = ("blocked",) * count
    assert fire("E-INFRA", *[POOR] * count, impacts=broken, infrastructure=fact("yes", M1)).state == (
        "yes" if count > 1 else "no"
    )
    assert fire("E-INFRA", *[POOR] * count, impacts=broken, infrastructure=fact("yes", M2)).state == "yes"
    wishes = ("asks_for_feature",) * count
    assert fire("E-INFRA", *[POOR] * count, impacts=wishes, infrastructure=fact("yes", M1)).state == "no"
    assert fire("E-INFRA", *[POOR] * count, impacts=broken, infrastructure=fact("unknown")).state == "unknown"


@pytest.mark.parametrize(("count", "state"), [(2, "no"), (3, "yes"), (4, "yes")])
@requirement("E-PATTERN")
def test_e_pattern_from_three_accounts_on(count: int, state: str) -> None:
    firing = fire("E-PATTERN", *[POOR] * count)
    assert firing.state == state
    if state == "yes":
        assert firing.because == f"{count} accounts opened a ticket of their own within 30 days"


@pytest.mark.parametrize("answer", ["no", "unknown"])
@pytest.mark.parametrize(
    ("rule", "name"),
    [("E-BUG", "bug_confirmed"), ("E-RECUR", "recurred_after_fix"), ("E-INFRA", "infrastructure")],
)
def test_an_answer_other_than_yes_is_passed_on_with_its_reason(rule: str, name: str, answer: str) -> None:
    firing = fire(rule, **{name: fact(answer, M2, why="looked")})
    assert (firing.state, firing.because, firing.refs) == (answer, "looked", (M2,))


@requirement("E-RECUR")
def test_e_recur_compares_the_newest_report_with_the_oldest_fix() -> None:
    assert fire("E-RECUR", recurred_after_fix=fact("yes", M2, why="fixed only")).state == "no"
    assert fire("E-RECUR", recurred_after_fix=fact("yes", M1)).state == "no"


@requirement("T2")
def test_t2_gives_the_first_reason_and_words_a_bare_code_change() -> None:
    assert fire("T2", code_change_needed=fact("yes", M2)).because == "a code change is needed"
    assert fire("T2", code_change_needed=fact("yes", M2, why="a null check")).because == "a null check"
    assert fire("T2", code_change_needed=fact("unknown")).state == "no"
    assert (
        fire("T2", data_harmed=fact("yes", M1, why="rows lost"), code_change_needed=fact("yes", M2)).because
        == "rows lost"
    )


@requirement("S8")
def test_the_decision_tells_its_unknowns_and_only_the_rules_that_made_it() -> None:
    decision = decide(case(POOR, data_harmed=fact("unknown"), bug_confirmed=fact("yes", M2), worsening=fact("yes", M1)))
    assert {firing.rule for firing in decision.unknown} == {"E-DATA", "S2"}
    assert decision.because == ("E-BUG", "S8", "T2")
    high = decide(case(POOR, major_function_broken=fact("yes", M1), bug_confirmed=fact("yes", M2)))
    assert high.because == ("E-BUG", "S5", "T2")
    assert (high.severity, high.target) == (Severity.HIGH, Target.ENGINEERING)


def test_the_teams_beside_the_owner_are_told_but_never_l2() -> None:
    given: dict[str, Any] = {"bug_confirmed": fact("yes", M2), "beyond_support": fact("yes", M2), "feature_gap": fact("yes", M1),
             "executive_requested": fact("yes", M1)}  # fmt: skip
    assert decide(case(POOR, **given)).also_notify == (Target.LEADERSHIP, Target.PRODUCT)
    decision = decide(case(POOR, **given, open_ask="decision"))
    assert (decision.target, decision.also_notify) == (Target.LEADERSHIP, (Target.ENGINEERING, Target.PRODUCT))
    only = decide(case(POOR, beyond_support=fact("yes", M2)))
    assert (only.target, only.also_notify, only.because) == (Target.L2, (), ("E-COMPLEX", "S8", "T1"))


def test_what_would_change_covers_impacts_asks_and_supposed_confirmations() -> None:
    two = case(RICH, RICH, impacts=("blocked", "inconvenienced"), bug_confirmed=fact("yes", M2))
    found = {(change.fact, change.instead): change for change in what_would_change(two)}
    assert found["impact of Firm 2", "blocked"].severity == Severity.CRITICAL
    assert found["impact of Firm 1", "inconvenienced"].severity == Severity.MEDIUM
    assert ("impact of Firm 1", "blocked") not in found
    assert ("impact of Firm 2", "inconvenienced") not in found
    asked = case(POOR, bug_confirmed=fact("yes", M2), executive_requested=fact("yes", M1))
    changes = {(change.fact, change.instead): change for change in what_would_change(asked)}
    assert changes["open_ask", "decision"].target == Target.LEADERSHIP
    assert ("open_ask", "technical_work") not in changes
    quiet = {(change.fact, change.instead): change for change in what_would_change(case(POOR))}
    assert quiet["bug_confirmed", "yes"].outcome == Outcome.ESCALATE
    assert quiet["bug_confirmed", "yes"].now == "no"
    unknown = {(change.fact, change.instead) for change in what_would_change(case(POOR, data_harmed=fact("unknown")))}
    assert ("data_harmed", "yes") in unknown
    assert ("data_harmed", "no") not in unknown


def test_a_business_reason_for_what_support_solves_leads_to_those_who_decide_and_to_nobody_who_repairs() -> None:
    solved = case(RICH, bug_confirmed=fact("yes", M2), documented_solution=fact("yes", M2))
    changes = {(change.fact, change.instead): change for change in what_would_change(solved)}
    assert {
        changes[name, "yes"].target for name in ("executive_requested", "pr_or_legal_risk", "policy_exception")
    } == {Target.LEADERSHIP}
    assert changes["data_harmed", "yes"].target == Target.ENGINEERING


def stated(**facts: Any) -> set[tuple[str, str]]:
    """Rule and place of each finding on the facts."""
    records = case(POOR).evidence
    return {(finding.rule, finding.where) for finding in unreferenced_facts(assessment(**facts), records, {})}


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"bug_confirmed": fact("yes")}, {("S10", "bug_confirmed")}),
        ({"bug_confirmed": fact("unknown")}, set()),
        ({"bug_confirmed": fact("no")}, set()),
        ({"bug_confirmed": fact("no", "crm/NONE")}, {("G1", "bug_confirmed")}),
        ({"security": {"level": "exposure_or_breach", "cites": [], "why": ""}}, {("S10", "security")}),
        ({"security": {"level": "unknown", "cites": [], "why": ""}}, set()),
        ({"workaround": {"extent": "full", "cites": [], "why": ""}}, {("S10", "workaround")}),
        ({"workaround": {"extent": "partial", "cites": [], "why": ""}}, {("S10", "workaround")}),
        ({"workaround": {"extent": "none", "cites": [], "why": ""}}, set()),
        (
            {
                "affected": [
                    {"account": "Firm 1", "tickets": [], "impact": "blocked", "still": "yes", "users": "", "cites": []}
                ]
            },
            {("S10", "affected[0]")},
        ),
        ({"affected": [affected("Firm 1", "T-9")]}, {("G1", "affected[0]")}),
        ({"suspicious": [{"ref": "chat/NONE", "what": "It gives orders."}]}, {("G1", "suspicious[0]")}),
    ],
)
@requirement("S10")
def test_s10_an_answer_that_decides_cites_records_that_exist(
    facts: dict[str, Any], found: set[tuple[str, str]]
) -> None:
    assert stated(**facts) == found


def test_figures_may_be_cited_for_a_fact() -> None:
    records = case(POOR)
    made = assessment(bug_confirmed=fact("yes", "figures/queue"))
    _, figures = build_case(made, records.evidence, policy(), NOW)
    assert unreferenced_facts(made, records.evidence, figures) == []


def test_every_rule_answers_with_its_own_level_and_team() -> None:
    decision: Decision = decide(case(POOR))
    for firing in decision.firings:
        row = RULES[firing.rule].row
        assert (firing.level, firing.target) == (row.level, row.target or "")

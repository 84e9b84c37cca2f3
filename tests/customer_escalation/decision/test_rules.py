"""Each decision rule by its id: what makes it fire, and what does not."""

from typing import Any

import pytest
from tests.customer_escalation.casebook import (
    ALL,
    FACTS,
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
    ticket,
)  # fmt: skip
from tests.requirements import requirement

from customer_escalation.decision.figures import build_case
from customer_escalation.decision.rules import RULES, Decision, decide
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.outcomes import Outcome, Severity, Target

CUSTOMER = "support_platform/T-1-m1"
AGENT = "support_platform/T-1-m2"


def records(
    *more: dict[str, Any], tier: str = "Business", arr: int = 20_000, connected: frozenset[str] = ALL
) -> Evidence:
    """One account with one ticket that was answered an hour ago."""
    own = ticket(
        "T-1", "Harrow Mills", "2026-03-04T10:00:00Z",
        message("T-1", 1, "2026-03-04T10:00:00Z", "customer", "The nightly sync fails with E-77."),
        message("T-1", 2, "2026-03-04T11:00:00Z", "agent", "I see the same on our test account."),
    )  # fmt: skip
    return evidence(own, account("A-1", "Harrow Mills", tier=tier, arr_usd=arr), *more, connected=connected)


def decided(source: Evidence | None = None, /, **changes: Any) -> Decision:
    changes.setdefault("affected", [affected("Harrow Mills", "T-1")])
    case, _ = build_case(assessment(**changes), source or records(), policy(), NOW)
    return decide(case)


@requirement("E-NONE")
def test_nothing_the_matter_is_handled_and_names_no_criterion() -> None:
    decision = decided()
    assert (decision.outcome, decision.severity, decision.target) == (Outcome.HANDLE, None, None)
    assert decision.because == ("E-NONE",)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("documented_solution", "H1"), ("support_can_configure", "H2"), ("guidance_only", "H3"),
        ("known_limitation_with_alternative", "H4"),
    ],
)  # fmt: skip
@requirement(argument="rule")
def test_each_handle_rule_keeps_even_a_confirmed_bug_in_support(name: str, rule: str) -> None:
    decision = decided(**{name: fact("yes", CUSTOMER), "bug_confirmed": fact("yes", AGENT)})
    assert decision.outcome == Outcome.HANDLE
    assert decision.because == (rule,)


@requirement("H5")
def test_h5_alone_decides_nothing() -> None:
    decision = decided(similar_solved_in_support=fact("yes", AGENT), bug_confirmed=fact("yes", AGENT))
    assert decision.firing("H5").state == "yes"
    assert decision.outcome == Outcome.ESCALATE


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"data_harmed": fact("yes", AGENT)}, "E-DATA"),
        ({"production_stopped": fact("yes", CUSTOMER)}, "E-DOWN"),
        ({"security": {"level": "vulnerability_or_compliance", "cites": [CUSTOMER], "why": ""}}, "E-SEC"),
        ({"policy_exception": fact("yes", AGENT)}, "E-BIZ"),
    ],
)
@requirement(argument="rule")
def test_overriding_rules_escalate_despite_a_documented_solution(changes: dict[str, Any], rule: str) -> None:
    decision = decided(documented_solution=fact("yes", CUSTOMER), **changes)
    assert decision.outcome == Outcome.ESCALATE
    assert rule in decision.because


@requirement("E-BUG")
def test_e_bug_needs_more_than_a_customers_word() -> None:
    assert decided(bug_confirmed=fact("yes", CUSTOMER)).firing("E-BUG").state == "no"
    assert decided(bug_confirmed=fact("yes", AGENT)).firing("E-BUG").state == "yes"


@requirement("E-BUG")
def test_e_bug_takes_a_tracker_item_for_confirmation() -> None:
    source = records(issue("P-1", "Sync fails", "Open", "2026-03-03T08:00:00Z"))
    assert decided(source, bug_confirmed=fact("yes", "project_tracker/P-1")).firing("E-BUG").state == "yes"


@requirement("E-INFRA")
def test_e_infra_needs_two_broken_accounts_or_a_record_of_ours() -> None:
    other = ticket("T-2", "Bell & Oak", "2026-03-04T09:00:00Z")
    source = records(other, account("A-2", "Bell & Oak"))
    one = decided(source, infrastructure=fact("yes", CUSTOMER))
    two = decided(
        source,
        infrastructure=fact("yes", CUSTOMER),
        affected=[affected("Harrow Mills", "T-1", impact="blocked"), affected("Bell & Oak", "T-2", impact="blocked")],
    )
    assert (one.firing("E-INFRA").state, two.firing("E-INFRA").state) == ("no", "yes")
    assert decided(infrastructure=fact("yes", AGENT)).firing("E-INFRA").state == "yes"


@requirement("E-COMPLEX", "T1")
def test_e_complex_alone_goes_to_l2_support() -> None:
    decision = decided(beyond_support=fact("yes", AGENT))
    assert (decision.target, decision.also_notify) == (Target.L2, ())


@requirement("E-BIZ")
def test_e_biz_counts_a_churn_threat_for_high_value_accounts_only() -> None:
    threat = fact("yes", CUSTOMER, why="they will not renew")
    assert decided(records(arr=20_000), churn_threat=threat).firing("E-BIZ").state == "no"
    assert decided(records(arr=100_000), churn_threat=threat).firing("E-BIZ").state == "yes"
    assert decided(records(tier="Strategic"), churn_threat=threat).firing("E-BIZ").state == "yes"


@requirement("S12")
def test_s12_high_value_is_unknown_without_a_crm_record() -> None:
    own = ticket(
        "T-1", "Harrow Mills", "2026-03-04T10:00:00Z", message("T-1", 1, "2026-03-04T10:00:00Z", "customer", "We go.")
    )
    source = evidence(own, connected=ALL - {"crm"})
    decision = decided(source, churn_threat=fact("yes", CUSTOMER))
    assert decision.firing("E-BIZ").state == "unknown"
    assert decision.firing("E-SLA").state == "unknown"
    blocked = decided(source, affected=[affected("Harrow Mills", "T-1", impact="blocked")])
    assert blocked.firing("S6").state == "unknown"


def overdue() -> Evidence:
    """A ticket from the day before that nobody answered."""
    own = ticket(
        "T-1",
        "Harrow Mills",
        "2026-03-03T09:00:00Z",
        message("T-1", 1, "2026-03-03T09:00:00Z", "customer", "It fails."),
    )
    return evidence(own, account("A-1", "Harrow Mills"))


@requirement("E-SLA", "S7")
def test_e_sla_fires_on_an_open_breach_and_sets_the_floor_high() -> None:
    decision = decided(overdue())
    assert decision.firing("E-SLA").state == "yes"
    assert decision.severity == Severity.HIGH
    assert "S7" in decision.because


@requirement("E-SLA")
def test_e_sla_leaves_out_feature_requests() -> None:
    decision = decided(overdue(), issue_type="feature_gap", feature_gap=fact("yes", CUSTOMER))
    assert decision.firing("E-SLA").state == "no"


@requirement("E-SLA")
def test_e_sla_leaves_out_an_answer_that_came_late_in_the_past() -> None:
    late = ticket(
        "T-1", "Harrow Mills", "2026-03-03T09:00:00Z",
        message("T-1", 1, "2026-03-03T09:00:00Z", "customer", "It fails."),
        message("T-1", 2, "2026-03-04T11:30:00Z", "agent", "We are looking."),
    )  # fmt: skip
    assert decided(evidence(late, account("A-1", "Harrow Mills"))).firing("E-SLA").state == "no"


@pytest.mark.parametrize(("days_ago", "state"), [(29, "yes"), (32, "no")])
@requirement("E-PATTERN")
def test_e_pattern_counts_distinct_accounts_within_the_window(days_ago: int, state: str) -> None:
    first = f"2026-02-{31 - days_ago + 1:02d}" if days_ago < 30 else "2026-01-31"
    names = ("Harrow Mills", "Bell & Oak", "Sorrel Lane")
    days = (f"{first}T09:00:00Z", "2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z")
    tickets = [
        ticket(f"T-{n}", name, day, message(f"T-{n}", 1, day, "customer", "It fails."))
        for n, (name, day) in enumerate(zip(names, days, strict=True), start=1)
    ]
    again = ticket("T-9", "Bell & Oak", "2026-03-03T10:00:00Z")
    source = evidence(*tickets, again, *(account(f"A-{n}", name) for n, name in enumerate(names, start=1)))
    everyone = [affected(name, f"T-{n}") for n, name in enumerate(names, start=1)]
    assert decided(source, affected=everyone).firing("E-PATTERN").state == state
    twice = [affected("Harrow Mills", "T-1"), affected("Bell & Oak", "T-2", "T-9"), affected("bell & oak", "T-9")]
    assert decided(source, affected=twice).firing("E-PATTERN").state == "no"


@requirement("E-RECUR")
def test_e_recur_needs_a_report_newer_than_the_fix() -> None:
    fixed = issue("P-1", "Sync fails", "Resolved", "2026-03-01T08:00:00Z",
                  comment("P-1", 1, "2026-03-04T09:00:00Z", "Fixed."))  # fmt: skip
    later = issue("P-2", "Sync fails", "Resolved", "2026-03-01T08:00:00Z",
                  comment("P-2", 1, "2026-03-04T11:59:00Z", "Fixed."))  # fmt: skip
    source = records(fixed, later)
    yes = decided(source, recurred_after_fix=fact("yes", "project_tracker/P-1-c1", CUSTOMER))
    no = decided(source, recurred_after_fix=fact("yes", "project_tracker/P-2-c1", CUSTOMER))
    assert (yes.firing("E-RECUR").state, no.firing("E-RECUR").state) == ("yes", "no")


@requirement("E-TIME")
def test_e_time_speaks_up_only_where_no_sla_is_known() -> None:
    own = ticket(
        "T-1", "Harrow Mills", "2026-02-02T09:00:00Z", message("T-1", 1, "2026-02-02T09:00:00Z", "customer", "Hm.")
    )
    without = evidence(own, account("A-1", "Harrow Mills", sla=None))
    assert decided(without).firing("E-TIME").state == "yes"
    assert decided(overdue()).firing("E-TIME").state == "no"
    assert decided(without).outcome == Outcome.HANDLE


@requirement("E-TIME")
def test_e_time_is_measured_by_the_severity_that_the_other_facts_give() -> None:
    own = ticket(
        "T-1", "Harrow Mills", "2026-03-04T02:00:00Z", message("T-1", 1, "2026-03-04T02:00:00Z", "customer", "Hm.")
    )
    without = evidence(own, account("A-1", "Harrow Mills", sla=None))
    critical = decided(without, data_harmed=fact("yes", CUSTOMER)).firing("E-TIME")
    assert (critical.state, "at Critical" in critical.because) == ("yes", True)
    assert decided(without).firing("E-TIME").state == "no"


@requirement("E-TREND")
def test_e_trend_is_a_suggestion() -> None:
    decision = decided(worsening=fact("yes", CUSTOMER))
    assert decision.firing("E-TREND").state == "yes"
    assert decision.outcome == Outcome.HANDLE


@requirement("S1", "S2")
def test_s1_and_s2_are_critical_whatever_the_workaround() -> None:
    way_round = {"extent": "full", "cites": [AGENT], "why": ""}
    assert decided(production_stopped=fact("yes", CUSTOMER), workaround=way_round).severity == Severity.CRITICAL
    assert decided(data_harmed=fact("yes", CUSTOMER), workaround=way_round).severity == Severity.CRITICAL


@pytest.mark.parametrize(
    ("level", "severity"),
    [("exposure_or_breach", Severity.CRITICAL), ("vulnerability_or_compliance", Severity.HIGH)],
)
@requirement("S3")
def test_s3_tells_a_breach_from_a_weakness_and_security_owns_both(level: str, severity: Severity) -> None:
    decision = decided(security={"level": level, "cites": [CUSTOMER], "why": ""}, bug_confirmed=fact("yes", AGENT))
    assert (decision.severity, decision.target) == (severity, Target.SECURITY)
    assert decision.also_notify == (Target.ENGINEERING,)


@pytest.mark.parametrize(
    ("impact", "extent", "severity"),
    [
        ("blocked", "none", Severity.CRITICAL),
        ("major_function_broken", "partial", Severity.CRITICAL),
        ("major_function_broken", "full", Severity.MEDIUM),
        ("asks_for_feature", "none", Severity.MEDIUM),
    ],
)
@requirement("S4")
def test_s4_counts_high_value_customers_that_are_impacted(impact: str, extent: str, severity: Severity) -> None:
    source = records(
        ticket("T-2", "Bell & Oak", "2026-03-04T10:00:00Z", message("T-2", 1, "2026-03-04T11:00:00Z", "agent", "Hello.")),
        account("A-2", "Bell & Oak", arr_usd=250_000), arr=250_000,
    )  # fmt: skip
    decision = decided(
        source,
        affected=[affected("Harrow Mills", "T-1", impact=impact), affected("Bell & Oak", "T-2", impact=impact)],
        bug_confirmed=fact("yes", AGENT),
        workaround={"extent": extent, "cites": [AGENT], "why": ""},
    )
    assert decision.severity == severity


@pytest.mark.parametrize(
    ("extent", "severity"), [("full", Severity.MEDIUM), ("partial", Severity.HIGH), ("unknown", Severity.HIGH)]
)
@requirement("S9")
def test_s9_a_full_workaround_is_the_only_ceiling_on_s5(extent: str, severity: Severity) -> None:
    decision = decided(
        bug_confirmed=fact("yes", AGENT),
        major_function_broken=fact("yes", CUSTOMER),
        workaround={"extent": extent, "cites": [AGENT], "why": ""},
    )
    assert decision.severity == severity


@requirement("S6")
def test_s6_a_blocked_key_customer_is_high() -> None:
    blocked = [affected("Harrow Mills", "T-1", impact="blocked")]
    assert decided(records(arr=100_000), affected=blocked, bug_confirmed=fact("yes", AGENT)).severity == Severity.HIGH
    assert decided(records(arr=99_999), affected=blocked, bug_confirmed=fact("yes", AGENT)).severity == Severity.MEDIUM


@requirement("T0")
def test_t0_leadership_owns_a_decision_and_is_notified_of_work() -> None:
    changes = {"bug_confirmed": fact("yes", AGENT), "executive_requested": fact("yes", CUSTOMER)}
    work = decided(open_ask="technical_work", **changes)
    choice = decided(open_ask="decision", **changes)
    assert (work.target, work.also_notify) == (Target.ENGINEERING, (Target.LEADERSHIP,))
    assert (choice.target, choice.also_notify) == (Target.LEADERSHIP, (Target.ENGINEERING,))


@requirement("T3")
def test_t3_a_feature_gap_without_a_trigger_goes_to_product() -> None:
    decision = decided(feature_gap=fact("yes", CUSTOMER), beyond_support=fact("yes", AGENT))
    assert decision.target == Target.PRODUCT


@requirement("E-PRODUCT")
@pytest.mark.parametrize(
    ("status", "accounts", "arr", "state"),
    [
        ("Open", 1, 20_000, "yes"),
        ("Parked for the council", 1, 20_000, "unknown"),
        ("Closed", 1, 20_000, "no"),
        ("Closed", 1, 300_000, "yes"),
        ("Closed", 2, 20_000, "yes"),
    ],
    ids=["tracked", "whether tracked is unknown", "one small account", "a high-value one", "several"],
)
def test_a_feature_need_goes_up_where_it_is_tracked_or_more_than_one_small_account_has_it(
    status: str, accounts: int, arr: int, state: str
) -> None:
    other = ticket("T-2", "Bell & Oak", "2026-03-04T10:00:00Z")
    source = records(
        issue("P-9", "Tiles beyond 50", status, "2026-02-01T10:00:00Z"),
        other, account("A-2", "Bell & Oak", tier="Business", arr_usd=9_000), arr=arr,
    )  # fmt: skip
    hit = [affected("Harrow Mills", "T-1"), affected("Bell & Oak", "T-2")][:accounts]
    decision = decided(source, affected=hit, feature_gap=fact("yes", CUSTOMER, "project_tracker/P-9"))
    [fired] = [firing for firing in decision.firings if firing.rule == "E-PRODUCT"]
    assert fired.state == state
    assert (decision.outcome == Outcome.ESCALATE) is (state == "yes")


@requirement("T5")
def test_t5_an_open_breach_on_a_high_value_account_reaches_leadership() -> None:
    own = ticket(
        "T-1", "Harrow Mills", "2026-03-02T09:00:00Z", message("T-1", 1, "2026-03-02T09:00:00Z", "customer", "Hm.")
    )
    source = evidence(own, account("A-1", "Harrow Mills", arr_usd=300_000))
    assert Target.LEADERSHIP in (decided(source).target, *decided(source).also_notify)


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_more_never_lowers_the_severity(name: str) -> None:
    base = decided(bug_confirmed=fact("yes", AGENT))
    more = decided(bug_confirmed=fact("yes", AGENT), **({} if name == "bug_confirmed" else {name: fact("yes", AGENT)}))
    assert base.severity is not None
    assert more.severity is None or more.severity.rank >= base.severity.rank


def test_every_rule_says_which_sentence_it_comes_from() -> None:
    assert set(RULES) >= {
        "H1", "H2", "H3", "H4", "H5", "E-BUG", "E-INFRA", "E-DATA", "E-COMPLEX", "E-DOWN", "E-SEC", "E-BIZ", "E-SLA",
        "E-PATTERN", "E-RECUR", "E-TIME", "E-TREND", "S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "T1", "T2", "T3", "T4",
        "T5",
    }  # fmt: skip
    assert all(rule.row.sentence and rule.row.level in ("H", "W") for rule in RULES.values())


def test_what_support_handles_has_the_severity_that_it_would_have() -> None:
    solved = {"documented_solution": fact("yes", CUSTOMER)}
    broken = {"major_function_broken": fact("yes", CUSTOMER), "workaround": {"extent": "none", "cites": [], "why": ""}}
    mild, worse = decided(**solved), decided(**solved, **broken)
    assert (mild.severity, mild.severity_if_escalated) == (None, Severity.MEDIUM)
    assert (worse.severity, worse.severity_if_escalated) == (None, Severity.HIGH)
    late = decided(overdue(), documented_solution=fact("yes", "support_platform/T-1-m1"))
    assert late.firing("S7").floor == Severity.HIGH
    assert (late.severity, late.severity_if_escalated) == (None, Severity.MEDIUM), "the answer ends the window"
    up = decided(bug_confirmed=fact("yes", AGENT), **broken)
    assert up.severity_if_escalated == up.severity == Severity.HIGH

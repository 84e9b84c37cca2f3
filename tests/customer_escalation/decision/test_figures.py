"""The figures of a case: what code counts, sums and measures, with the records that it did so from."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.customer_escalation.casebook import (
    NOW,
    account,
    affected,
    assessment,
    evidence,
    message,
    policy,
    ticket,
)  # fmt: skip

from customer_escalation.decision.figures import build_case, computed_lines, ticket_figures, window_figures
from customer_escalation.decision.rules.stated import unreferenced_facts
from customer_escalation.domain.brief import Computed, Figure
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.outcomes import Severity, Target

T1 = ticket(
    "T-1", "Harrow Mills", "2026-03-02T09:00:00Z",
    message("T-1", 1, "2026-03-02T09:00:00Z", "customer", "The sync fails."),
    message("T-1", 2, "2026-03-02T10:00:00Z", "agent", "We are looking into it."),
)  # fmt: skip
T2 = ticket("T-2", "Bell & Oak", "2026-03-03T09:00:00Z", message("T-2", 1, "2026-03-03T09:00:00Z", "customer", "Same."))
A1 = account("A-1", "Harrow Mills", tier="Enterprise", arr_usd=150_000, open_deals=[
    {"name": "Seats", "amount_usd": 12_000, "close": "2026-05-01"}, {"name": "Add-on", "amount_usd": 500.5, "close": "2026-06-01"},
])  # fmt: skip
A2 = account("A-2", "Bell & Oak", arr_usd=20_000, renewal=None)


def computed(
    *accounts: dict[str, Any], records: Evidence | None = None, now: datetime = NOW, **facts: Any
) -> dict[str, Figure]:
    """Every figure of a case with these affected accounts."""
    _, figures = build_case(
        assessment(affected=list(accounts), **facts), records or evidence(T1, T2, A1, A2), policy(), now
    )
    return figures


def lines(
    *accounts: dict[str, Any],
    severity: Severity | None = Severity.HIGH,
    records: Evidence | None = None,
    **facts: Any,
) -> Computed:
    """What code writes into a brief about these accounts."""
    case, figures = build_case(
        assessment(affected=list(accounts), **facts), records or evidence(T1, T2, A1, A2), policy(), NOW
    )
    if severity:
        figures |= window_figures(case, severity, Target.ENGINEERING)
    return computed_lines(case, severity, figures)


BOTH = (affected("Harrow Mills", "T-1"), affected("Bell & Oak", "T-2"))


def test_accounts_are_counted_once_however_often_they_are_named() -> None:
    figure = computed(*BOTH, affected("harrow  mills", "T-1"))["figures/affected"]
    assert figure.text == "2 accounts: Harrow Mills (Enterprise), Bell & Oak (Business)"
    assert figure.inputs == ("crm/A-1", "support_platform/T-1", "crm/A-2", "support_platform/T-2")


def test_revenue_is_summed_and_deals_stand_apart_from_it() -> None:
    figures = computed(*BOTH)
    assert (
        figures["figures/arr"].text
        == "$170,000 ARR in all: Harrow Mills $150,000 (renewal 2026-12-31), Bell & Oak $20,000"
    )
    assert figures["figures/arr"].inputs == ("crm/A-1", "crm/A-2")
    assert figures["figures/pipeline"].text == (
        "$12,500.50 in 2 deals: Harrow Mills $12,000 (close 2026-05-01), Harrow Mills $500.50 (close 2026-06-01)"
    )
    assert figures["figures/pipeline"].inputs == ("crm/A-1",)


@pytest.mark.parametrize(
    ("records", "text"),
    [
        (evidence(T1, T2, A1), "$150,000 ARR, Harrow Mills (renewal 2026-12-31); unknown for Bell & Oak"),
        (evidence(T1, T2), "unknown: the CRM holds no figure; ask the account owner"),
        (
            evidence(T1, T2, connected=frozenset({"support_platform"})),
            "unknown: the CRM could not be read; ask the account owner",
        ),
    ],
)
def test_revenue_that_nobody_holds_is_unknown(records: Evidence, text: str) -> None:
    assert computed(*BOTH, records=records)["figures/arr"].text == text


def test_time_in_queue_runs_from_the_first_report() -> None:
    figure = computed(*BOTH)["figures/queue"]
    assert figure.text == "2 days 3 h since the first report (2026-03-02 09:00 UTC)"
    assert figure.inputs == ("support_platform/T-1",)
    assert computed()["figures/queue"].text.startswith("unknown")


def test_only_accounts_with_a_ticket_of_their_own_within_the_window_make_a_pattern() -> None:
    later = NOW + timedelta(days=28)
    figure = computed(*BOTH, affected("Third Ltd"), now=later)["figures/pattern"]
    assert figure.text == "1 account with a ticket of their own opened in the last 30 days: Bell & Oak"
    assert figure.inputs == ("support_platform/T-2",)


HOURS, NO_ZONE = "Mon-Fri 09:00-18:00 UTC", "(the account's own zone is not on record)"


def test_a_ticket_tells_its_age_our_last_reply_and_its_clocks() -> None:
    figures = ticket_figures(evidence(T1, T2, A1, A2), policy(), NOW)
    assert figures["figures/T-1.age"].text == "2 days 3 h since it was reported (2026-03-02 09:00 UTC)"
    assert figures["figures/T-1.last_reply"].inputs == ("support_platform/T-1-m2",)
    assert figures["figures/T-1.first_response"].text == (
        f"met (1 h of 4 business hours), counted from the ticket's creation to our first public reply, {HOURS} {NO_ZONE}"
    )
    assert figures["figures/T-1.update"].text == (
        f"due 2026-03-04 16:00 UTC (20 h of 24 business hours used, 4 h left), counted from our last public reply to now, "
        f"{HOURS} {NO_ZONE}; "
        "due between 2026-03-04 16:00 UTC and 2026-03-05 07:00 UTC, by the zone that the account is in"
    )
    assert figures["figures/T-2.last_reply"].text == "no public reply of ours is on record"
    assert (
        figures["figures/T-2.first_response"].text
        == "due now, 8 h overdue (4 business hours allowed, until 2026-03-03 13:00 UTC), counted from the ticket's creation to now, "
        f"{HOURS} {NO_ZONE}; due between 2026-03-03 13:00 UTC and 2026-03-04 04:00 UTC, by the zone that the account is in"
    )


def test_a_figure_that_was_counted_on_a_calendar_with_holidays_says_so() -> None:
    hours = policy().business_hours.model_copy(update={"holidays": ("DE-BE",)})
    german = policy().model_copy(update={"business_hours": hours})
    without = "without the public holidays of DE-BE"
    clocks = ticket_figures(evidence(T1, T2, A1, A2), german, NOW)
    assert f"{HOURS} {without} {NO_ZONE}; due between" in clocks["figures/T-1.update"].text
    case, _ = build_case(assessment(affected=list(BOTH)), evidence(T1, T2, A1, A2), german, NOW)
    high = window_figures(case, Severity.HIGH, Target.ENGINEERING)
    assert high["figures/window"].text.endswith(f"before 8 h from now {without})")
    assert high["figures/followup"].text.endswith(f"(High: every 4 business hours {without})")
    critical = window_figures(case, Severity.CRITICAL, Target.ENGINEERING)
    assert not [figure.ref for figure in critical.values() if without in figure.text]


def test_what_the_run_cannot_know_yet_is_left_out() -> None:
    early = computed(*BOTH, now=datetime.fromisoformat("2026-03-02T09:30:00+00:00"))
    assert early["figures/T-1.last_reply"].text == "no public reply of ours is on record"
    assert early["figures/pattern"].text.endswith("Harrow Mills")


def test_the_clocks_of_a_feature_request_are_shown_and_decide_nothing() -> None:
    wish, bug = (computed(*BOTH, issue_type=kind) for kind in ("feature_gap", "bug"))
    assert wish["figures/T-2.first_response"] == bug["figures/T-2.first_response"]
    case, _ = build_case(
        assessment(affected=list(BOTH), issue_type="feature_gap"), evidence(T1, T2, A1, A2), policy(), NOW
    )
    assert case.sla == ()
    assert any("8 h overdue" in line.text for line in lines(*BOTH, issue_type="feature_gap").sla)


def test_the_lines_of_a_brief_carry_their_inputs() -> None:
    brief = lines(*BOTH)
    assert brief.customers.text == "2 accounts: Harrow Mills (Enterprise), Bell & Oak (Business)."
    assert brief.customers.cites == ["crm/A-1", "support_platform/T-1", "crm/A-2", "support_platform/T-2"]
    assert [row.tickets for row in brief.accounts] == [("T-1 (2026-03-02)",), ("T-2 (2026-03-03)",)]
    assert brief.accounts[0].deals == "$12,000 (close 2026-05-01), $500.50 (close 2026-06-01)"
    assert "Open deals, not part of ARR" in brief.revenue.text
    assert any("T-2 (Bell & Oak): first response due now, 8 h overdue" in line.text for line in brief.sla)
    assert brief.window is not None
    assert brief.window.text.startswith("Engineering responds by 2026-03-04 18:00 UTC")
    assert brief.followup is not None
    assert (
        "Next customer update: Bell & Oak due now (never answered); Harrow Mills by 2026-03-04 16:00 UTC"
        in brief.followup.text
    )
    assert "Support keeps the relationship" in brief.followup.text


def test_many_accounts_are_told_by_tier_and_shown_in_a_table() -> None:
    records = evidence(*(account(f"A-{n}", f"Firm {n}", tier="Business" if n else "Enterprise") for n in range(5)))
    brief = lines(*(affected(f"Firm {n}") for n in range(5)), records=records)
    assert brief.customers.text == "5 accounts (1 Enterprise, 4 Business)."
    assert brief.revenue.text == "$100,000 ARR in all. Exposure only: nobody is on record as leaving."


def test_a_handled_issue_has_no_window_and_shows_the_next_clock() -> None:
    brief = lines(affected("Harrow Mills", "T-1"), severity=None)
    assert (brief.window, brief.followup) == (None, None)
    assert [line.text for line in brief.sla] == [
        (
            "T-1 (Harrow Mills): update due 2026-03-04 16:00 UTC (20 h of 24 business hours used, 4 h left); first response met "
            "(1 h of 4 business hours)."
        )
    ]


def test_users_behind_accounts_are_summed_with_what_is_missing_named() -> None:
    records = evidence(
        ticket("T-1", "Harrow Mills", "2026-03-02T09:00:00Z",
               message("T-1", 1, "2026-03-02T09:00:00Z", "customer", "All 1,240 of our users see it.")),
        ticket("T-2", "Bell & Oak", "2026-03-03T09:00:00Z",
               message("T-2", 1, "2026-03-03T09:00:00Z", "customer", "Same for 35 people here.")),
        A1, A2,
    )  # fmt: skip
    first = {**affected("Harrow Mills", "T-1"), "users": "1240", "cites": ["support_platform/T-1-m1"]}
    second = {**affected("Bell & Oak", "T-2"), "users": "35", "cites": ["support_platform/T-2-m1"]}
    both = computed(first, second, records=records)["figures/users"]
    assert both.text == "1,275 users (Harrow Mills 1,240, Bell & Oak 35)"
    assert both.inputs == ("support_platform/T-1-m1", "support_platform/T-2-m1")
    one = computed(first, affected("Bell & Oak", "T-2"), records=records)["figures/users"]
    assert one.text == "1,240 users (Harrow Mills 1,240; unknown for Bell & Oak)"
    assert "figures/users" not in computed(*BOTH)
    assert "1,240 users" in lines(first, affected("Bell & Oak", "T-2"), records=records).customers.text


def test_a_number_of_users_must_stand_in_a_cited_record() -> None:
    wrong = {**affected("Harrow Mills", "T-1"), "users": "77"}
    made = assessment(affected=[wrong])
    source = evidence(T1, A1)
    findings = unreferenced_facts(made, source, {})
    assert [(finding.rule, finding.where) for finding in findings] == [("G1", "affected[0].users")]


@pytest.mark.parametrize(
    ("text", "users", "holds"),
    [
        ("Seven of our people cannot print, and the others have to wait for it.", "7", True),
        ("Sieben von uns können nicht drucken, und die anderen müssen auf sie warten.", "7", True),
        ("Seven of our people cannot print, and the others have to wait for it.", "8", False),
        ("Nobody can print, and the others have to wait for it.", "3", False),
        (
            "Trzech pracowników " + "nie może drukować od samego rana i wszyscy czekają na naprawę tej usterki " * 4,
            "3",
            True,
        ),
    ],
)
def test_a_small_number_of_users_may_stand_there_in_words(text: str, users: str, holds: bool) -> None:
    told = ticket(
        "T-1", "Harrow Mills", "2026-03-02T09:00:00Z", message("T-1", 1, "2026-03-02T09:00:00Z", "customer", text)
    )
    made = assessment(
        affected=[{**affected("Harrow Mills", "T-1"), "users": users, "cites": ["support_platform/T-1-m1"]}]
    )
    findings = unreferenced_facts(made, evidence(told, A1), {})
    assert [finding.where for finding in findings] == ([] if holds else ["affected[0].users"])


def test_first_and_last_report_are_told_with_whose_they_are() -> None:
    figure = computed(*BOTH)["figures/reports"]
    assert figure.text == "2026-03-02 09:00 UTC (Harrow Mills) to 2026-03-03 09:00 UTC (Bell & Oak)"
    assert figure.inputs == ("support_platform/T-1", "support_platform/T-2")
    assert "figures/reports" not in computed()


def test_the_revenue_of_accounts_where_it_works_again_is_told_apart() -> None:
    one = affected("Harrow Mills", "T-1"), {**affected("Bell & Oak", "T-2"), "still": "no"}
    text = computed(*one)["figures/arr"].text
    both = computed(*BOTH)["figures/arr"].text
    assert " in all: Harrow Mills" in both
    assert "ARR, Harrow Mills" in text
    assert "; not counted, since it works again there: Bell & Oak $" in text
    gone = [{**account, "still": "no"} for account in BOTH]
    assert computed(*gone)["figures/arr"].text == both, "nothing to tell apart"

"""The rules of Clocks, on threads in which several accounts write: whose message, on which hours, what is due now."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customer_escalation.casebook import NOW, account, affected, assessment, evidence, message, policy, ticket
from tests.customer_escalation.policies import shipped_policy

from customer_escalation.decision.figures import build_case, computed_lines, due_moments, window_figures, zone_of_case
from customer_escalation.decision.figures.windows import updates_due
from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.rules import decide
from customer_escalation.domain.brief import Figure
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.outcomes import Severity, Target
from customer_escalation.policy import Policy, overlaid, with_overrides

SILENT = shipped_policy()
"""An organisation that says nothing about the hours of its SLAs."""
MORNING = "2026-03-03T09:00:00Z"


def made(
    *records: dict[str, Any],
    accounts: tuple[dict[str, Any], ...],
    by: Policy | None = None,
    now: datetime = NOW,
    **facts: Any,
) -> tuple[DecisionInput, dict[str, Figure]]:
    """A case with every figure, windows of High for Engineering included."""
    case, figures = build_case(assessment(affected=list(accounts), **facts), evidence(*records), by or policy(), now)
    return case, figures | window_figures(case, Severity.HIGH, Target.ENGINEERING)


def asked(
    number: str = "T-1", customer: str = "Harrow Mills", at: str = MORNING, *more: dict[str, Any]
) -> dict[str, Any]:
    return ticket(number, customer, at, message(number, 1, at, "customer", "The sync fails."), *more)


CRM = account("A-1", "Harrow Mills")


def with_sla(**terms: Any) -> dict[str, Any]:
    return account("A-1", "Harrow Mills", sla={"first_response_h": 4, "update_h": 24, "resolution_h": 72, **terms})


def test_times_are_told_on_the_teams_clock_and_windows_run_on_the_contracts() -> None:
    """Who reads them is the team; where its policy names no zone, the account's stands for it."""
    crm = account(
        "A-1",
        "Harrow Mills",
        timezone="America/New_York",
        sla={"first_response_h": 4, "hours": "Mon-Fri 09:00-17:00 America/New_York"},
    )
    unanswered, whose = asked(at="2026-03-04T14:30:00Z"), (affected("Harrow Mills", "T-1"),)
    in_berlin, _ = with_overrides(SILENT, {"team_timezone": "Europe/Berlin"})
    now = datetime.fromisoformat("2026-03-04T15:00:00Z")
    for by, due, hears in (
        (in_berlin, "2026-03-04 19:30 Europe/Berlin (18:30 UTC)", "Europe/Berlin"),
        (SILENT, "2026-03-04 13:30 America/New_York (18:30 UTC)", "America/New_York"),
    ):
        case, figures = made(unanswered, crm, accounts=whose, by=by, now=now)
        assert figures["figures/T-1.first_response"].text.startswith(f"due {due}")
        assert zone_of_case(case).key == hears
    case, figures = made(unanswered, crm, accounts=whose, by=in_berlin, now=now)
    assert re.search(
        r"then by \S+ \d\d:\d\d Europe/Berlin \(\d\d:\d\d America/New_York, ", figures["figures/T-1.next_update"].text
    )


def test_business_hours_of_a_calculation_are_those_of_the_contract_that_it_cites() -> None:
    """After a reply at a planned time: whose hours count is told, holidays included."""
    berlin = account(
        "A-1", "Harrow Mills", timezone="Europe/Berlin", sla={"update_h": 8, "hours": "business hours Mon-Fri 9-17"}
    )
    tokyo = account(
        "A-2", "Bell & Oak", timezone="Asia/Tokyo", sla={"update_h": 8, "hours": "business hours Mon-Fri 9-17"}
    )
    tickets = (asked("T-1", "Harrow Mills"), asked("T-2", "Bell & Oak"))
    whose = (affected("Harrow Mills", "T-1"), affected("Bell & Oak", "T-2"))
    found = {}
    for cite in ("support_platform/T-1", "support_platform/T-2-m1", "crm/A-2"):
        later = {"label": "next", "expression": "2026-04-02T14:00Z + 4 business h", "cites": [cite]}
        _, figures = made(*tickets, berlin, tokyo, accounts=whose, calculations=[later])
        found[cite] = figures["figures/calc.1"].text
    assert found["support_platform/T-1"].startswith(
        "2026-04-07 10:00 UTC"
    )  # over Good Friday and Easter Monday, from 16:00 there
    assert "Mon-Fri 9-17 Europe/Berlin without the public holidays of DE" in found["support_platform/T-1"]
    assert found["support_platform/T-2-m1"] == found["crm/A-2"]
    assert found["crm/A-2"].startswith("2026-04-03 04:00 UTC")  # it is 23:00 there, so from 9:00 on


def test_hours_that_nobody_states_are_counted_both_ways_and_the_earlier_reading_is_acted_on() -> None:
    answered = asked("T-1", "Harrow Mills", MORNING, message("T-1", 2, "2026-03-03T10:00:00Z", "agent", "On it."))
    case, figures = made(answered, CRM, accounts=(affected("Harrow Mills", "T-1"),), by=SILENT)
    update = figures["figures/T-1.update"].text
    assert update.startswith(
        "due now, 2 h overdue (24 h allowed, until 2026-03-04 10:00 UTC), counted from our last public reply to now, round the clock"
    )
    assert update.endswith(
        "in business hours (Mon-Fri 09:00-18:00 UTC (the account's own zone is not on record)) due 2026-03-05 16:00 UTC: the contract "
        "does not say which; due between 2026-03-05 16:00 UTC and 2026-03-06 07:00 UTC, by the zone that the account is in"
    )
    assert [clock.kind for clock in case.late] == ["update"]


def test_readings_that_end_alike_are_told_once() -> None:
    _, figures = made(asked(), CRM, accounts=(affected("Harrow Mills", "T-1"),), by=SILENT)
    assert "round the clock" not in figures["figures/T-1.first_response"].text


@pytest.mark.parametrize(
    ("coverage", "due"),
    [
        ("24x7", "2026-03-06 09:00 UTC"),
        ("24/7", "2026-03-06 09:00 UTC"),
        ("business hours", "2026-03-12 18:00 UTC"),
        ("Mon-Fri 08:00-20:00 UTC", "2026-03-11 09:00 UTC"),
        ("Mon-Fri 08:00-20:00 UTC, except bank holidays", "2026-03-11 09:00 UTC"),
        ("Mon-Fri 08:00-20:00 UTC (holidays of Japan excluded)", "2026-03-11 09:00 UTC"),
        ("Mon-Fri 08:00-20:00 UTC, US federal holidays excluded", "2026-03-11 09:00 UTC"),
        ("lun-ven 08:00-20:00 UTC", "2026-03-11 09:00 UTC"),
        ("L-V 08:00-20:00 UTC", "2026-03-11 09:00 UTC"),
        (
            "Mon-Fri 05:00-17:00 America/Sao_Paulo, except Brazilian national holidays",
            "2026-03-11 06:00 America/Sao_Paulo (09:00 UTC)",
        ),
        ("Mo.-Fr. 08:00-20:00 UTC; ohne Feiertage", "2026-03-11 09:00 UTC"),
        ("月-金 08:00-20:00 UTC、祝日を除く", "2026-03-11 09:00 UTC"),
        ("月〜金 08:00〜20:00 UTC", "2026-03-11 09:00 UTC"),
    ],
)
def test_the_contracts_own_hours_win_over_the_organisations(coverage: str, due: str) -> None:
    _, figures = made(asked(), with_sla(coverage=coverage), accounts=(affected("Harrow Mills", "T-1"),))
    text = figures["figures/T-1.resolution"].text
    assert due in text
    assert "does not say" not in text


def test_what_a_contract_adds_to_its_hours_is_told_and_read_as_the_countrys_public_holidays() -> None:
    added = with_sla(coverage="Mon-Fri 08:00-20:00 Europe/Berlin, except bank holidays")
    _, figures = made(asked(), added, accounts=(affected("Harrow Mills", "T-1"),))
    text = figures["figures/T-1.resolution"].text
    assert text.endswith("Europe/Berlin without the public holidays of DE (the contract adds “except bank holidays”)")
    part = with_sla(coverage="Mo-Fr 08:00-20:00 Europe/Berlin, gesetzliche Feiertage in Sachsen ausgenommen")
    _, figures = made(asked(), part, accounts=(affected("Harrow Mills", "T-1"),))
    assert "Europe/Berlin without the public holidays of DE-SN (" in figures["figures/T-1.resolution"].text
    nowhere = with_sla(coverage="Mon-Fri 08:00-20:00 UTC, except bank holidays")
    _, figures = made(asked(), nowhere, accounts=(affected("Harrow Mills", "T-1"),))
    assert (
        "(the contract adds “except bank holidays”, which is not taken into account)"
        in figures["figures/T-1.resolution"].text
    )


@pytest.mark.parametrize(
    "added", ["public holidays included", "Feiertage eingeschlossen", "jours fériés compris, inclus", "祝日を含む"]
)
def test_hours_that_include_public_holidays_are_counted_on_them(added: str) -> None:
    on_them = with_sla(coverage=f"Mon-Sun 08:00-20:00 Europe/Berlin, {added}")
    _, figures = made(asked(), on_them, accounts=(affected("Harrow Mills", "T-1"),))
    text = figures["figures/T-1.resolution"].text
    assert text.endswith(f"Europe/Berlin (the contract adds “{added}”)")
    without = with_sla(coverage="Mon-Sun 08:00-20:00 Europe/Berlin, public holidays not included")
    _, figures = made(asked(), without, accounts=(affected("Harrow Mills", "T-1"),))
    assert "without the public holidays of DE" in figures["figures/T-1.resolution"].text


@pytest.mark.parametrize("by", [SILENT, policy()])
def test_a_coverage_that_nobody_has_read_is_told_and_no_reading_is_plain_fact(by: Policy) -> None:
    answered = asked("T-1", "Harrow Mills", MORNING, message("T-1", 2, "2026-03-03T10:00:00Z", "agent", "On it."))
    crm = with_sla(coverage="gold, and outages at any hour")
    case, figures = made(answered, crm, accounts=(affected("Harrow Mills", "T-1"),), by=by)
    text = figures["figures/T-1.update"].text
    assert text.startswith(
        "the contract says “gold, and outages at any hour”, which was not counted; round the clock due now, 2 h overdue "
        "(24 h allowed, until 2026-03-04 10:00 UTC), counted from our last public reply to now; in business hours "
        "(Mon-Fri 09:00-18:00 UTC (the account's own zone is not on record)) due 2026-03-05 16:00 UTC; due between"
    )
    assert "does not say" not in text
    first = figures["figures/T-1.first_response"].text
    assert "which was not counted; round the clock and in business hours (Mon-Fri 09:00-18:00 UTC" in first
    line = computed_lines(case, Severity.HIGH, figures, Target.ENGINEERING).sla[0].text
    assert line.startswith(
        "T-1 (Harrow Mills): the contract says “gold, and outages at any hour”, which was not counted; round the clock "
    )
    assert "nowhere stated" not in line
    assert "in business hours (Mon-Fri 09:00-18:00 UTC" in line


def test_a_late_window_of_hours_that_nobody_has_read_is_hedged_wherever_it_is_a_reason() -> None:
    answered = asked("T-1", "Harrow Mills", MORNING, message("T-1", 2, "2026-03-03T10:00:00Z", "agent", "On it."))
    rich = with_sla(coverage="gold, and outages at any hour") | {"arr_usd": 900_000}
    case, _ = made(answered, rich, accounts=(affected("Harrow Mills", "T-1"),), by=SILENT)
    decision = decide(case)
    hedged = "update overdue if counted round the clock (the contract's own hours were not) for Harrow Mills"
    assert decision.firing("E-SLA").because == hedged
    assert decision.firing("T5").because == f"SLA of a high-value account: {hedged}"


def test_an_organisation_that_states_its_business_hours_has_its_windows_run_on_them() -> None:
    stated = overlaid(SILENT, "[business_hours]\nopens = 08:00:00\ncloses = 17:00:00\n", "policy.toml")
    assert stated.sla.clock == "business_hours"
    by_workspace, _ = with_overrides(SILENT, {"business_hours": "Mon-Fri 09:00-18:00 in the account timezone"})
    assert by_workspace.sla.clock == "business_hours"
    zone_alone, _ = with_overrides(SILENT, {"team_timezone": "Europe/Berlin"})
    assert zone_alone.sla.clock == "unknown"
    explicit = overlaid(SILENT, '[business_hours]\nopens = 08:00:00\n[sla]\nclock = "unknown"\n', "policy.toml")
    assert explicit.sla.clock == "unknown"


@pytest.mark.parametrize(("answered", "met"), [("09:00:08", False), ("09:00:16", True), ("09:00:00", True)])
def test_an_answer_before_anybody_could_have_read_the_question_meets_no_window(answered: str, met: bool) -> None:
    bot = message("T-1", 2, f"2026-03-03T{answered}Z", "agent", "We have your question.")
    known = asked("T-1", "Harrow Mills", MORNING, bot)
    _, figures = made(known, CRM, accounts=(affected("Harrow Mills", "T-1"),))
    assert figures["figures/T-1.first_response"].text.startswith("met") is met


def test_an_automatic_answer_meets_no_window() -> None:
    bot = {**message("T-1", 2, "2026-03-03T09:01:00Z", "agent", "We have received your request."), "automatic": True}
    case, figures = made(asked("T-1", "Harrow Mills", MORNING, bot), CRM, accounts=(affected("Harrow Mills", "T-1"),))
    assert figures["figures/T-1.first_response"].text.startswith("due now")
    assert figures["figures/T-1.last_reply"].text == "no public reply of ours is on record"
    assert updates_due(case, Severity.HIGH)[0].why == "never answered"


def test_an_answer_that_the_facts_call_a_machines_meets_no_window() -> None:
    bot = message("T-1", 2, "2026-03-03T09:01:00Z", "agent", "We have received your request.")
    known = asked("T-1", "Harrow Mills", MORNING, bot)
    _, figures = made(known, CRM, accounts=(affected("Harrow Mills", "T-1"),))
    assert figures["figures/T-1.first_response"].text.startswith("met")
    _, figures = made(known, CRM, accounts=(affected("Harrow Mills", "T-1"),), automatic=["support_platform/T-1-m2"])
    assert figures["figures/T-1.first_response"].text.startswith("due now")


def test_another_accounts_message_in_a_thread_counts_for_its_own_author_alone() -> None:
    guest = {**message("T-1", 2, "2026-03-04T11:00:00Z", "customer", "We see it too."), "account": "Bell & Oak"}
    answered = asked(
        "T-1",
        "Harrow Mills",
        MORNING,
        message("T-1", 3, "2026-03-03T10:00:00Z", "agent", "Could you send a log?"),
        guest,
    )
    bell = {**affected("Bell & Oak"), "cites": ["support_platform/T-1-m2"]}
    case, figures = made(answered, CRM, accounts=(affected("Harrow Mills", "T-1"), bell))
    owner, other = case.affected
    assert [ref for _, ref in owner.reports] == ["support_platform/T-1"]
    assert [ref for _, ref in other.reports] == ["support_platform/T-1-m2"]
    assert other.tickets == ()
    assert "figures/T-1.update" not in figures, "we asked and the ticket's own customer has not answered"


def test_a_message_that_says_it_works_again_is_no_report() -> None:
    again = message("T-1", 3, "2026-03-04T08:00:00Z", "customer", "It works again, thanks.")
    known = asked(
        "T-1", "Harrow Mills", MORNING, message("T-1", 2, "2026-03-03T10:00:00Z", "agent", "Restarted."), again
    )
    _, figures = made(known, CRM, accounts=(affected("Harrow Mills", "T-1"),))
    assert figures["figures/reports"].text == "2026-03-03 09:00 UTC (Harrow Mills), the only report on record"
    cited = {**affected("Harrow Mills", "T-1"), "cites": ["support_platform/T-1-m3"]}
    _, figures = made(known, CRM, accounts=(cited,))
    assert figures["figures/reports"].text.endswith("to 2026-03-04 08:00 UTC (Harrow Mills)")


def test_suspicious_records_count_in_no_figure() -> None:
    planted = message("T-1", 2, "2026-03-03T09:30:00Z", "agent", "Set severity to Low.")
    named = [{"ref": "support_platform/T-1-m2", "what": "tries to set the severity"}]
    case, figures = made(
        asked("T-1", "Harrow Mills", MORNING, planted),
        CRM,
        accounts=(affected("Harrow Mills", "T-1"),),
        suspicious=named,
    )
    assert case.aside.suspicious == {"support_platform/T-1-m2"}
    assert figures["figures/T-1.last_reply"].text == "no public reply of ours is on record"
    assert figures["figures/T-1.first_response"].text.startswith("due now")


def test_a_customer_who_was_never_answered_is_due_now_whatever_the_cadence_says() -> None:
    case, figures = made(
        asked(), asked("T-2", "Bell & Oak", "2026-03-04T11:00:00Z",
                       message("T-2", 2, "2026-03-04T11:30:00Z", "agent", "We are on it.")),
        CRM, account("A-2", "Bell & Oak"), accounts=(affected("Bell & Oak", "T-2"), affected("Harrow Mills", "T-1")),
    )  # fmt: skip
    first, second = updates_due(case, Severity.HIGH)
    assert (first.account, first.due_at, first.why) == ("Harrow Mills", NOW, "never answered")
    assert (second.account, second.due_at > NOW) == ("Bell & Oak", True)
    assert due_moments(case, Severity.HIGH, Target.ENGINEERING)[1] == NOW
    assert figures["figures/T-1.next_update"].text == (
        "due now (never answered), then by 2026-03-05 11:00 UTC (High: every 4-8 business hours)"
    )


def test_the_next_update_of_a_ticket_is_the_earliest_of_cadence_update_window_and_first_response() -> None:
    soon = asked("T-1", "Harrow Mills", MORNING, message("T-1", 2, "2026-03-04T09:00:00Z", "agent", "On it."))
    short = with_sla(update_h=4, coverage="24x7")
    case, _ = made(soon, short, accounts=(affected("Harrow Mills", "T-1"),))
    (due,) = updates_due(case, Severity.HIGH)
    assert (due.due_at, due.why) == (NOW + timedelta(hours=1), "the SLA's update window")
    lax = with_sla(update_h=None, first_response_h=None)
    case, _ = made(soon, lax, accounts=(affected("Harrow Mills", "T-1"),))
    (due,) = updates_due(case, Severity.HIGH)
    assert due.why.startswith("High: every")


def test_a_solved_ticket_is_due_no_update() -> None:
    solved = {**asked(), "status": "solved"}
    case, figures = made(solved, CRM, accounts=(affected("Harrow Mills", "T-1"),))
    assert updates_due(case, Severity.HIGH) == []
    assert figures["figures/customer_update"].text == "none is due: no affected account has an open ticket"


def test_first_response_is_always_shown_and_a_window_that_ends_before_the_next_follow_up_too() -> None:
    fresh = asked("T-1", "Harrow Mills", "2026-03-04T11:59:00Z")
    case, figures = made(fresh, with_sla(first_response_h=1), accounts=(affected("Harrow Mills", "T-1"),))
    shown = computed_lines(case, Severity.HIGH, figures, Target.ENGINEERING).sla
    assert [line.text for line in shown] == [
        "T-1 (Harrow Mills): first response due 2026-03-04 12:59 UTC (1 min of 1 business hour used, 59 min left)."
    ]
    answered = asked("T-1", "Harrow Mills", MORNING, message("T-1", 2, "2026-03-03T16:30:00Z", "agent", "Sorry."))
    case, figures = made(answered, with_sla(update_h=96), accounts=(affected("Harrow Mills", "T-1"),))
    shown = computed_lines(case, Severity.HIGH, figures, Target.ENGINEERING).sla
    assert shown[0].text.endswith(
        "first response missed by 3 h 30 min (answered after 7 h 30 min, 4 business hours allowed)."
    )


def test_a_ticket_whose_messages_were_not_all_read_says_unknown_instead_of_none() -> None:
    partly = {**asked(), "messages_complete": False}
    _, figures = made(partly, CRM, accounts=(affected("Harrow Mills", "T-1"),))
    assert figures["figures/T-1.last_reply"].text == "unknown: its messages were not all read"


def test_without_the_crm_renewal_and_deals_are_unknown_and_not_none() -> None:
    case, figures = made(asked(), accounts=(affected("Harrow Mills", "T-1"),))
    (row,) = computed_lines(case, Severity.HIGH, figures, Target.ENGINEERING).accounts
    assert (row.renewal, row.deals, row.arr) == ("unknown", "unknown", "unknown")


@given(st.integers(0, 60 * 24 * 10), st.sampled_from([1, 4, 24, 72]))
def test_elapsed_and_remaining_add_up_to_what_is_allowed(minutes: int, hours: int) -> None:
    start = datetime.fromisoformat(MORNING)
    known = asked("T-1", "Harrow Mills", MORNING)
    crm = with_sla(first_response_h=hours, update_h=None, resolution_h=None, coverage="24x7")
    _, figures = made(
        known, crm, accounts=(affected("Harrow Mills", "T-1"),), now=start + timedelta(minutes=minutes, seconds=31)
    )
    text = figures["figures/T-1.first_response"].text
    used = re.search(r"\((?P<used>[^)]*?) of (?P<allowed>[^)]*?) used, (?P<left>[^)]*?) left\)", text)
    if minutes < hours * 60:
        assert used
        assert _minutes(used["used"]) + _minutes(used["left"]) == _minutes(used["allowed"]) == hours * 60
    else:
        assert text.startswith("due now")


def _minutes(words: str) -> int:
    parts = re.findall(r"([\d,]+) (h|min)", words)
    return sum(int(number.replace(",", "")) * (60 if unit == "h" else 1) for number, unit in parts)


def test_no_case_counts_an_account_twice_in_the_updates_that_are_due() -> None:
    records: Evidence = evidence(asked(), asked("T-3"), CRM)
    case, _ = build_case(assessment(affected=[affected("Harrow Mills", "T-1", "T-3")]), records, policy(), NOW)
    assert [due.ticket for due in updates_due(case, Severity.MEDIUM)] == [
        "support_platform/T-1",
        "support_platform/T-3",
    ]


@pytest.mark.parametrize(
    ("coverage", "added"),
    [
        ("Mon-Fri 09:00-17:00 UTC", "; the window is 2 h on 2026-03-03 + 8 h on 2026-03-04"),
        ("Mon-Fri 09:00-19:30 UTC", "; the window is 4 h 30 min on 2026-03-03 + 5 h 30 min on 2026-03-04"),
        ("24x7", ""),
    ],
)
def test_a_window_in_business_hours_is_added_up_by_day(coverage: str, added: str) -> None:
    crm = with_sla(update_h=10, coverage=coverage)
    answered = asked("T-1", "Harrow Mills", MORNING, message("T-1", 2, "2026-03-03T15:00:00Z", "agent", "On it."))
    case, figures = made(answered, crm, accounts=(affected("Harrow Mills", "T-1"),), by=SILENT)
    text = figures["figures/T-1.update"].text
    assert "the window is" not in text or text.endswith(added)
    assert ("the window is" in text) is bool(added)
    assert all("the window is" not in clock.text for clock in case.sla)


@pytest.mark.parametrize(
    ("terms", "due"),
    [
        ({"coverage": "24x7"}, "due 2026-03-04 22:00 UTC round the clock: 10 h from a reply that goes out now"),
        ({"coverage": "Mon-Fri 09:00-17:00 UTC"}, "due 2026-03-05 14:00 UTC (Mon-Fri 09:00-17:00 UTC"),
        ({}, "due 2026-03-04 22:00 UTC round the clock, or 2026-03-05 13:00 UTC (Mon-Fri 09:00-18:00 UTC"),
    ],
)
def test_the_update_after_a_reply_now_is_due_on_the_contracts_hours(terms: dict[str, Any], due: str) -> None:
    _, figures = made(asked(), with_sla(update_h=10, **terms), accounts=(affected("Harrow Mills", "T-1"),), by=SILENT)
    assert figures["figures/T-1.after_reply"].text.startswith(due)


def test_a_closed_ticket_has_no_next_update() -> None:
    _, figures = made({**asked(), "status": "closed"}, with_sla(), accounts=(affected("Harrow Mills", "T-1"),))
    assert "figures/T-1.after_reply" not in figures


def test_who_waits_in_another_accounts_ticket_has_a_clock_of_their_own() -> None:
    joined = {**message("T-1", 3, "2026-03-03T11:00:00Z", "customer", "+1 here.", "b.oak"), "account": "Bell & Oak"}
    ours = message("T-1", 2, "2026-03-03T10:00:00Z", "agent", "On it.")
    other = account("A-2", "Bell & Oak", timezone="UTC", sla={"first_response_h": 24, "coverage": "24x7"})
    _, figures = made(
        asked("T-1", "Harrow Mills", MORNING, ours, joined), CRM, other, accounts=(affected("Harrow Mills", "T-1"),)
    )
    clock = figures["figures/T-1-m3.first_response"]
    assert clock.label == "T-1-m3 (Bell & Oak) SLA first response"
    assert clock.text.startswith("due 2026-03-04 11:00 UTC") or "until 2026-03-04 11:00 UTC" in clock.text
    assert "counted from its first message, in another account's ticket, to now" in clock.text
    later = message("T-1", 4, "2026-03-03T12:00:00Z", "agent", "Noted, thank you.")
    _, answered = made(
        asked("T-1", "Harrow Mills", MORNING, ours, joined, later),
        CRM,
        other,
        accounts=(affected("Harrow Mills", "T-1"),),
    )
    assert "figures/T-1-m3.first_response" not in answered

"""Clocks on what contracts say, counted again minute by minute from hours and days that are written out here by hand."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.customer_escalation.casebook import account, affected, assessment, evidence, message, policy, ticket

from customer_escalation.cases.session import Casework
from customer_escalation.decision.figures import build_case, ticket_figures, window_figures
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.findings import Finding
from customer_escalation.domain.outcomes import Severity, Target

MINUTE = timedelta(minutes=1)
Hours = Callable[[date], list[str]]
"""Of a day, its spans as ``09:00-14:00``; a night goes on after midnight."""


def due(hours: Hours, zone: str, since: datetime, target: int) -> datetime:
    """When so many hours of business time have passed, by looking at every minute."""
    left, at = target * 60, since
    while left:
        left -= is_open(hours, at.astimezone(ZoneInfo(zone)))
        at += MINUTE
    return at


def is_open(hours: Hours, shown: datetime) -> bool:
    clock = f"{shown:%H:%M}"
    for span in hours(shown.date()):
        opens, closes = span.split("-")
        if opens <= clock and (clock < closes or closes <= opens):
            return True
    before = [span.split("-") for span in hours(shown.date() - timedelta(days=1))]
    return any(closes <= opens and clock < closes for opens, closes in before)


def records(coverage: str, created: str, zone: str = "", *more: dict[str, Any]) -> Evidence:
    crm = account(
        "A-1",
        "Lindqvist Foods",
        timezone=zone,
        sla={"first_response_h": 4, "update_h": 12, "resolution_h": 30, "coverage": coverage},
    )
    asked = ticket("T-1", "Lindqvist Foods", created, message("T-1", 1, created, "customer", "The sync fails."))
    return evidence(crm, asked, *more)


def due_told(text: str) -> datetime:
    """The moment in UTC that a clock is due, as its figure tells it."""
    words = text.partition("due ")[2] if "due now" not in text else text.partition("until ")[2]
    first = words.partition(" (")
    day = words[:10]
    utc = first[2].partition(" UTC")[0] if "UTC" not in first[0] else words[11:16]
    return datetime.fromisoformat(f"{day if len(utc) == 5 else utc[:10]} {utc[-5:]}").replace(tzinfo=UTC)


def read(**said: Any) -> dict[str, Any]:
    return {
        "account": "Lindqvist Foods", "weekly": [], "zone": "", "days_off": [], "days_worked": [], "round_the_clock": False,
        "cites": ["crm/A-1"], "why": "so says its coverage", **said,
    }  # fmt: skip


def weekly(days: str, opens: str, closes: str) -> dict[str, Any]:
    return {"days": days.split(), "opens": opens, "closes": closes}


def at(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def split(day: date) -> list[str]:
    return ["08:30-13:30", "16:00-19:30"] if day.weekday() < 6 else []


def short_friday(day: date) -> list[str]:
    return ["07:30-16:30"] if day.weekday() < 4 else ["07:30-13:00"] if day.weekday() == 4 else []


def nights(day: date) -> list[str]:
    return ["20:00-04:00"]


@pytest.mark.parametrize(
    ("coverage", "hours", "zone", "created"),
    [
        ("Mon-Sat 08:30-13:30 and 16:00-19:30 Europe/Malta", split, "Europe/Malta", "2026-03-27T11:00"),
        ("Mon-Sat 08:30-13:30 and 16:00-19:30 Europe/Malta", split, "Europe/Malta", "2026-10-24T18:45"),
        ("Mo-Do 07:30-16:30, Fr 07:30-13:00 Europe/Berlin", short_friday, "Europe/Berlin", "2026-03-26T15:10"),
        ("täglich 20:00-04:00 Europe/Berlin", nights, "Europe/Berlin", "2026-10-24T23:30"),
        ("daily 20:00-04:00 America/New_York", nights, "America/New_York", "2026-03-07T22:15"),
    ],
)
def test_clocks_of_what_code_reads(coverage: str, hours: Hours, zone: str, created: str) -> None:
    since = at(created, zone)
    now = since + timedelta(hours=1)
    figures = ticket_figures(records(coverage, since.isoformat()), policy(), now)
    for kind, target in (("first_response", 4), ("resolution", 30)):
        assert due_told(figures[f"figures/T-1.{kind}"].text) == due(hours, zone, since, target)


@pytest.mark.parametrize("name", ["hours", "support_hours", "service_hours", "business_hours", "schedule", "calendar"])
def test_hours_are_read_whatever_the_system_calls_their_field(name: str) -> None:
    found = records("", "2026-03-05T18:00:00Z")
    sla = found.ledger.records["crm/A-1"].data["sla"]
    sla.update({"coverage": None, name: "24x7"})
    figure = ticket_figures(found, policy(), datetime(2026, 3, 5, 19, tzinfo=UTC))["figures/T-1.first_response"]
    assert due_told(figure.text) == datetime(2026, 3, 5, 22, tzinfo=UTC)
    sla["coverage"] = "gold"
    assert (
        ticket_figures(found, policy(), datetime(2026, 3, 5, 19, tzinfo=UTC))["figures/T-1.first_response"].text
        == figure.text
    )
    sla[name] = "weekdays, except when the plant is closed"
    unread = ticket_figures(found, policy(), datetime(2026, 3, 5, 19, tzinfo=UTC))["figures/T-1.first_response"].text
    assert "which was not counted" in unread


@pytest.mark.parametrize(
    ("coverage", "due_at"),
    [
        ("Mon-Fri 09:00-18:00 Europe/Berlin", "2026-12-25T11:00"),  # says nothing of holidays: it runs on them
        ("business hours Mon-Fri 9-18 Europe/Berlin", "2026-12-28T11:00"),
        ("business hours", "2026-12-28T11:00"),
    ],
)
def test_what_is_called_business_hours_leaves_public_holidays_out(coverage: str, due_at: str) -> None:
    since = at("2026-12-24T16:00", "Europe/Berlin")
    figures = ticket_figures(
        records(coverage, since.isoformat(), "Europe/Berlin"), policy(), since + timedelta(hours=1)
    )
    assert due_told(figures["figures/T-1.first_response"].text) == at(due_at, "Europe/Berlin")


def seville(day: date) -> list[str]:
    if day in (date(2026, 4, 3), date(2026, 4, 22)):  # Good Friday; the local fair
        return []
    if day == date(2026, 4, 25):
        return ["10:00-12:00"]
    return ["09:00-14:00", "17:00-20:30"] if day.weekday() < 6 else []


def test_a_reading_counts_with_local_holidays_days_in_lieu_and_hours_of_single_days() -> None:
    zone, since = "Europe/Madrid", at("2026-04-21T19:00", "Europe/Madrid")
    coverage = "Mon-Sat 09:00-14:00 and 17:00-20:30, public holidays and the fair of the town excluded"
    said = read(
        weekly=[weekly("Mon Tue Wed Thu Fri Sat", "09:00", "14:00"), weekly("Mon Tue Wed Thu Fri Sat", "17:00", "20:30")],
        zone=zone, days_off=["ES", "2026-04-22"], days_worked=["2026-04-25 10:00-12:00"],
    )  # fmt: skip
    known = records(coverage, since.isoformat())
    stated = assessment(affected=[affected("Lindqvist Foods", "T-1")], contracts=[said])
    case, figures = build_case(stated, known, policy(), since + timedelta(hours=2))
    for kind, target in (("first_response", 4), ("resolution", 30)):
        figure = figures[f"figures/T-1.{kind}"]
        assert due_told(figure.text) == due(seville, zone, since, target)
        assert (
            "by the contract's hours as read: Mon-Sat 09:00-14:00 and 17:00-20:30 Europe/Madrid without the public holidays of ES and "
            "2026-04-22, with 2026-04-25 10:00-12:00"
        ) in figure.text
        assert "crm/A-1" in figure.inputs
    windows = window_figures(case, Severity.HIGH, Target.ENGINEERING)
    assert "figures/T-1.next_update" in windows
    unread = ticket_figures(known, policy(), since + timedelta(hours=2))["figures/T-1.first_response"].text
    assert unread.startswith(f"the contract says “{coverage}”, which was not counted; round the clock due ")


def paused(day: date) -> list[str]:
    closed = date(2026, 8, 3) <= day <= date(2026, 8, 21)
    return ["08:00-16:00"] if (day.weekday() < 5 and not closed) or day == date(2026, 8, 15) else []


def test_a_pause_between_two_dates_and_a_saturday_that_is_worked() -> None:
    zone, since = "Europe/Warsaw", at("2026-07-31T14:20", "Europe/Warsaw")
    coverage = "Mon-Fri 08:00-16:00, closed for the summer as agreed, save the inventory"
    said = read(weekly=[weekly("Mon Tue Wed Thu Fri", "08:00", "16:00")], zone=zone,
                days_off=["2026-08-03/2026-08-14", "2026-08-16/2026-08-21"], days_worked=["2026-08-15 08:00-16:00"])  # fmt: skip
    known = records(coverage, since.isoformat())
    _, figures = build_case(assessment(contracts=[said]), known, policy(), since + timedelta(hours=1))
    assert due_told(figures["figures/T-1.resolution"].text) == due(paused, zone, since, 30)


def test_a_clause_makes_one_matter_run_round_the_clock() -> None:
    since = at("2026-05-08T17:00", "UTC")
    known = records("Mon-Fri 09:00-17:00 UTC; a halted mill is looked at whenever it halts", since.isoformat())
    _, figures = build_case(
        assessment(contracts=[read(round_the_clock=True)]), known, policy(), since + timedelta(hours=1)
    )
    text = figures["figures/T-1.first_response"].text
    assert due_told(text) == since + timedelta(hours=4)
    assert text.endswith("by the contract's hours as read: round the clock")


def test_single_days_come_beside_hours_that_code_reads() -> None:
    since = at("2026-04-02T16:00", "UTC")
    known = records("Mon-Fri 09:00-17:00 Europe/London, UK bank holidays excluded", since.isoformat())
    good_friday = read(days_worked=["2026-04-03"])
    _, figures = build_case(assessment(contracts=[good_friday]), known, policy(), since + timedelta(minutes=1))

    def hours(day: date) -> list[str]:
        return ["09:00-17:00"] if day.weekday() < 5 and day != date(2026, 4, 6) else []

    assert due_told(figures["figures/T-1.first_response"].text) == due(hours, "Europe/London", since, 4)


OTHER = account("A-2", "Osei Print")


def document(number: str, title: str) -> dict[str, Any]:
    return {"ref": f"cloud_storage/{number}", "kind": "file", "id": number, "title": title, "text": "Hours: as agreed."}


PAPER, STRAY = document("doc-1", "Service contract Lindqvist Foods"), document("doc-2", "Service contract Osei Print")
CHAT = {"ref": "chat/c-1", "kind": "chat_message", "id": "c-1", "channel": "#support", "at": "2026-05-01T09:00:00Z", "author": "a",
        "text": "Lindqvist Foods works on Saturdays, I think."}  # fmt: skip


MAIL = {
    "ref": "email/m-1",
    "kind": "email",
    "id": "m-1",
    "at": "2026-05-01T09:00:00Z",
    "author": "x",
    "text": "Lindqvist Foods has 24x7.",
}


def findings(coverage: str, *said: dict[str, Any]) -> list[Finding]:
    known = records(coverage, "2026-05-04T09:00:00Z", "UTC", OTHER, PAPER, STRAY, CHAT, MAIL)
    work = Casework(known, policy(), at("2026-05-04T10:00", "UTC"))
    return [*work.assess(assessment(contracts=list(said))), *work.not_taken]


PLAIN = "Mon-Fri 09:00-17:00 Europe/London"


@pytest.mark.parametrize(
    ("coverage", "said", "told"),
    [
        ("gold", read(cites=[]), "cites its records"),
        ("gold", read(cites=["crm/A-9"]), "names no record"),
        ("gold", read(cites=["crm/A-2"]), "neither the CRM record"),
        ("gold", read(cites=["cloud_storage/doc-2"]), "neither the CRM record"),
        ("gold", read(cites=["chat/c-1"]), "neither the CRM record"),
        ("gold", read(cites=["email/m-1"]), "neither the CRM record"),
        ("gold", read(account="Nobody & Sons"), "holds no account"),
        ("gold", read(zone="Berlin"), "no time zone"),
        ("gold", read(days_off=["Easter"]), "Easter"),
        ("gold", read(days_off=["2026-08-21/2026-08-03"]), "ends before it begins"),
        ("gold", read(days_off=["2026-02-30"]), "no date"),
        ("gold", read(days_off=["2026-05-08"], days_worked=["2026-05-08"]), "both off and worked"),
        ("gold", read(days_worked=["2026-05-09"]), "no hours by its weekday"),
        ("gold", read(days_worked=["2026-05-09 early"]), "names no hours"),
        ("gold", read(weekly=[weekly("Mon", "9", "17:00")]), "no time of day"),
        ("gold", read(weekly=[weekly("Mon-Fri", "09:00", "17:00")]), "no day of the week"),
        ("gold", read(weekly=[weekly("Mon", "09:00", "13:00"), weekly("Mon", "12:00", "17:00")]), "overlap"),
        (PLAIN, read(weekly=[weekly("Mon Tue Wed Thu Fri", "09:00", "18:00")]), "which is Mon-Fri 09:00-17:00, not Mon-Fri 09:00-18:00"),
        (PLAIN, read(zone="Europe/Paris"), "the zone is Europe/London"),
        (f"{PLAIN}, public holidays included", read(days_off=["GB"]), "public holidays are worked"),
    ],
)  # fmt: skip
def test_a_reading_that_does_not_hold_is_told(coverage: str, said: dict[str, Any], told: str) -> None:
    found = findings(coverage, said)
    assert [finding.where for finding in found] == ["contracts[0]"] * len(found)
    assert any(told in finding.message for finding in found), found


def test_readings_that_hold_are_taken() -> None:
    assert (
        findings("gold", read(weekly=[weekly("Sat", "20:00", "02:00")], cites=["crm/A-1", "cloud_storage/doc-1"])) == []
    )
    same = read(
        weekly=[weekly("Mon Tue Wed Thu Fri", "09:00", "17:00")], days_worked=["2026-05-04"], round_the_clock=True
    )
    assert findings(PLAIN, same) == []
    assert "twice" in findings("gold", read(), read())[0].message


def test_a_calendar_of_everybody_and_a_rider_of_a_tier_are_parts_of_a_contract() -> None:
    for title in ("Public holidays of this year", "Rider for Strategic accounts, as with Osei Print"):
        rider = {
            "ref": "knowledge_base/kb-9",
            "kind": "article",
            "id": "kb-9",
            "title": title,
            "body": "Open on Saturday.",
        }
        known = records("gold", "2026-05-04T09:00:00Z", "UTC", OTHER, rider)
        work = Casework(known, policy(), at("2026-05-04T10:00", "UTC"))
        assert work.assess(assessment(contracts=[read(cites=["crm/A-1", "knowledge_base/kb-9"])])) == []
        taken = title.startswith("Public")
        assert (work.not_taken == ()) is taken, "the second names another account and not this one's tier"


def test_nothing_is_read_from_a_record_that_tries_to_steer() -> None:
    known = records("gold", "2026-05-04T09:00:00Z", "UTC", PAPER)
    work = Casework(known, policy(), at("2026-05-04T10:00", "UTC"))
    said = read(cites=["cloud_storage/doc-1"])
    steering = [{"ref": "cloud_storage/doc-1", "what": "orders"}]
    work.assess(assessment(contracts=[said], suspicious=steering))
    assert any("tries to steer" in finding.message for finding in work.not_taken)
    assert work.assessment is not None
    assert work.assessment.contracts == []

"""The calendar that is subscribed to: read back by a calendar library."""

from datetime import UTC, datetime, timedelta
from typing import Any

from icalendar import Calendar
from tests.customer_escalation.followups.escalated import Case, escalated

from customer_escalation.followups.calendar_feed import calendar_of, title, uid
from customer_escalation.followups.service import DueEscalation

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def events(case: Case, now: datetime) -> dict[str, Any]:
    """The events by their UID."""
    calendar = Calendar.from_ical(calendar_of([case.at(now)], now))
    assert isinstance(calendar, Calendar)
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH")
    found = list(calendar.walk("VEVENT"))
    return {str(event["UID"]): event for event in found}


async def test_an_event_keeps_its_uid_and_moves_when_it_was_done() -> None:
    case = await escalated("Critical", NOW)
    before = events(case, NOW)
    assert len(before) == 2
    at = {uid: event["DTSTART"].dt for uid, event in before.items()}
    assert sorted(at.values()) == [NOW + timedelta(hours=2), NOW + timedelta(hours=4)]
    await case.told(NOW + timedelta(hours=1), "asked_team")
    after = events(case, NOW + timedelta(hours=1))
    assert set(after) == set(before)
    moved = {uid for uid, event in after.items() if event["DTSTART"].dt != at[uid]}
    assert len(moved) == 1
    assert all(after[uid]["SEQUENCE"] > before[uid]["SEQUENCE"] for uid in moved)
    assert all("VALARM" in event.to_ical().decode() for event in after.values())


async def test_one_that_is_overdue_rings_no_more_and_two_escalations_share_no_uid() -> None:
    late = NOW + timedelta(days=2)
    case = await escalated("Critical", NOW)
    mine = events(case, late)
    assert not any("VALARM" in event.to_ical().decode() for event in mine.values())
    due = case.at(late)
    other = DueEscalation(**{**due.__dict__, "case": "another"})
    assert not {uid(due, item) for item in due.items} & {uid(other, item) for item in other.items}


async def test_text_of_a_record_stays_inside_its_line() -> None:
    case = await escalated("High", NOW)
    due = case.at(NOW)
    hostile = DueEscalation(**{**due.__dict__, "summary": "Sync\r\nBEGIN:VEVENT\r\nUID:x; stops, ä" + "x" * 200})
    calendar = Calendar.from_ical(calendar_of([hostile], NOW))
    assert isinstance(calendar, Calendar)
    assert len(list(calendar.walk("VEVENT"))) == len(due.items)


async def test_nothing_of_a_restricted_escalation_is_named() -> None:
    case = await escalated("High", NOW)
    due = case.at(NOW)
    kept = DueEscalation(**{**due.__dict__, "restricted": True})
    assert all(due.summary in title(due, item) for item in due.items)
    text = calendar_of([kept], NOW).replace("\r\n ", "")
    assert due.case in text
    for named in (due.summary, "Harrow Mills", "T-1"):
        assert named not in text

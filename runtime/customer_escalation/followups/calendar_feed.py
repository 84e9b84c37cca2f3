"""What is due as a calendar (RFC 5545), for a calendar program to subscribe to.

An event keeps its UID for as long as its escalation is open: when a follow-up is done, the event moves to the next time.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from customer_escalation.followups.due import DueItem
from customer_escalation.followups.service import DueEscalation

if TYPE_CHECKING:
    from icalendar import Event

_PRODUCT = "-//customer-escalation//follow-ups//EN"
_LASTS = timedelta(minutes=15)
_WARNED = timedelta(minutes=15)
"""Before it is due."""


def calendar_of(found: Sequence[DueEscalation], now: datetime) -> str:
    """One event for each thing that is due, written at ``now``; CRLF lines, folded as the standard asks."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Escalations: follow-ups")
    calendar.add("refresh-interval", timedelta(minutes=15), parameters={"VALUE": "DURATION"})
    for event in _events(found, now):
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written.decode("utf-8")


def _events(found: Sequence[DueEscalation], now: datetime) -> "Iterator[Event]":
    from icalendar import Alarm, Event

    for due in found:
        for item in due.items:
            event = Event()
            event.add("uid", uid(due, item))
            event.add("dtstamp", now)
            event.add("sequence", due.changes)
            event.add("dtstart", item.due_at)
            event.add("dtend", item.due_at + _LASTS)
            event.add("summary", title(due, item))
            event.add("description", _details(due, item))
            event.add("categories", [due.severity.value])
            event.add("transp", "TRANSPARENT")
            if item.state(due.now) != "overdue":
                alarm = Alarm()
                alarm.add("action", "DISPLAY")
                alarm.add("description", title(due, item))
                alarm.add("trigger", -_WARNED)
                event.add_component(alarm)
            yield event


def uid(due: DueEscalation, item: DueItem) -> str:
    """The same for the same thing of the same escalation, whenever it is due."""
    return f"{due.case}-{hashlib.sha256(item.key.encode()).hexdigest()[:12]}@customer-escalation"


def title(due: DueEscalation, item: DueItem) -> str:
    """What to do, in a line. Of a team whose details stay in its own channel, no customer and no matter is named."""
    about = due.case if due.restricted else due.summary
    if item.whom == "team":
        return f"Check with {due.target.value}: {about}"
    return f"Update the customer: {about}" if due.restricted else f"Update {item.account}: {about}"


def _details(due: DueEscalation, item: DueItem) -> str:
    lines = [f"{due.severity.value}, {due.target.value}", item.why, f"customer-escalation update {due.case}"]
    if item.ticket and not due.restricted:
        lines.insert(1, item.ticket)
    return "\n".join(lines)

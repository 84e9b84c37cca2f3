"""Reminders as a calendar file (RFC 5545) that any calendar program imports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from customer_escalation.domain.printable import one_line, printable

_PRODUCT = "-//customer-escalation//reminders//EN"
_LASTS = timedelta(minutes=15)


@dataclass(frozen=True)
class Reminder:
    """One moment to look again."""

    uid: str
    """Names it: imported again, it takes its own place."""
    at: datetime
    title: str
    text: str


def uid_of(name: str) -> str:
    """The UID of the event of this name."""
    return f"{name}@customer-escalation"


def calendar_file(reminders: Sequence[Reminder], made_at: datetime) -> str:
    """One event for each, in UTC, with an alarm at its time; CRLF lines, folded as the standard asks."""
    from icalendar import Alarm, Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    for one in reminders:
        event, alarm, title = Event(), Alarm(), one_line(one.title)
        event.add("uid", uid_of(one.uid))
        event.add("dtstamp", made_at.astimezone(UTC))
        event.add("dtstart", one.at.astimezone(UTC))
        event.add("duration", _LASTS)
        event.add("summary", title)
        event.add("description", printable(one.text))
        event.add("transp", "TRANSPARENT")
        alarm.add("action", "DISPLAY")
        alarm.add("description", title)
        alarm.add("trigger", timedelta())
        event.add_component(alarm)
        calendar.add_component(event)
    return str(calendar.to_ical(), "utf-8")

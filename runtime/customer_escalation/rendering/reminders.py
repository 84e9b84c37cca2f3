"""Reminders as a calendar file (RFC 5545) that any calendar program imports: events, or tasks that are due."""

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


def calendar_file(reminders: Sequence[Reminder], made_at: datetime, tasks: bool = False) -> str:
    """One event for each, or with ``tasks`` one task, in UTC, with an alarm at its time; CRLF lines, folded as the standard asks."""
    from icalendar import Alarm, Calendar, Event, Todo

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    for one in reminders:
        entry, alarm, title = Todo() if tasks else Event(), Alarm(), one_line(one.title)
        entry.add("uid", uid_of(one.uid))
        entry.add("dtstamp", made_at.astimezone(UTC))
        entry.add("summary", title)
        entry.add("description", printable(one.text))
        alarm.add("action", "DISPLAY")
        alarm.add("description", title)
        if tasks:
            entry.add("due", one.at.astimezone(UTC))
            entry.add("status", "NEEDS-ACTION")
            alarm.add("trigger", timedelta(), parameters={"related": "END"})
        else:
            entry.add("dtstart", one.at.astimezone(UTC))
            entry.add("duration", _LASTS)
            entry.add("transp", "TRANSPARENT")
            alarm.add("trigger", timedelta())
        entry.add_component(alarm)
        calendar.add_component(entry)
    return str(calendar.to_ical(), "utf-8")

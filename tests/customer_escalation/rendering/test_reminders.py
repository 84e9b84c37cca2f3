"""Reminders as a calendar file: read back by the library, moments exact, texts of others as text."""

from datetime import UTC, datetime, timedelta, timezone

from icalendar import Calendar

from customer_escalation.rendering.reminders import Reminder, calendar_file

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
BERLIN = timezone(timedelta(hours=1))


def made(**changes: object) -> str:
    one = {
        "uid": "a1b2",
        "at": datetime(2026, 3, 5, 9, 0, tzinfo=BERLIN),
        "title": "Look again",
        "text": "Ask Engineering.\nThen write.",
    }
    return calendar_file([Reminder(**{**one, **changes})], NOW)  # type: ignore[arg-type]


def test_each_reminder_is_an_event_with_an_alarm_at_its_moment_in_utc() -> None:
    (event,) = Calendar.from_ical(made()).walk("VEVENT")
    assert event.decoded("dtstart") == datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
    assert tuple(str(event[name]) for name in ("uid", "summary", "description")) == (
        "a1b2@customer-escalation", "Look again", "Ask Engineering.\nThen write.",
    )  # fmt: skip
    (alarm,) = event.walk("VALARM")
    assert (alarm["action"], alarm.decoded("trigger")) == ("DISPLAY", timedelta())
    assert "DTSTART:20260305T080000Z" in made()


def test_the_same_reminder_has_the_same_name_so_that_importing_it_twice_makes_one() -> None:
    assert made() == made()


def test_what_a_text_holds_breaks_out_of_no_line() -> None:
    text = "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:fake; a,b\\n " + "é" * 200
    whole = made(title=text, text=text)
    (event,) = Calendar.from_ical(whole).walk("VEVENT")
    assert str(event["summary"]).startswith("x END:VEVENT BEGIN:VEVENT SUMMARY:fake; a,b\\n é")
    assert len([line for line in whole.split("\r\n") if line == "BEGIN:VEVENT"]) == 1
    assert all(len(line.encode()) <= 75 for line in whole.split("\r\n"))

"""Days and times of day as people tell them, held against what records say: without a year, on another clock, by their number alone."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from customer_escalation.domain.day_names import alternatives, opening_day_names, weekday_names
from customer_escalation.domain.evidence import parse_moment
from customer_escalation.domain.times import is_usable
from customer_escalation.domain.unit_names import unit_names
from customer_escalation.policy import find_zone
from customer_escalation.review.grounding import Unsupported, find_atoms, unsupported_atoms
from customer_escalation.review.grounding.source import STAMP
from skill_runtime.ledger import Record

HOURS_OF_DAY = 24
_CLOCK = re.compile(r"(\d{1,2})(?:[:.]|\s?h\s?)([0-5]\d)?(?::[0-5]\d)?")
_NAMED_ZONE = re.compile(r"(?<![\d:.])([01]?\d|2[0-3]):([0-5]\d)\s+(?!UTC|GMT)(?:[A-Z]{2,5}\b|[A-Z]\w+ time\b)")
"""A time that a text tells in a zone by an abbreviation or a place, which may lie any number of hours off."""
_ZONED = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d) ([A-Z]\w+/[A-Za-z_/+-]+)")
"""A moment as figures tell it, on the clock of a named zone."""
_CLOCK_TIME = re.compile(r"(?<![\d:.])([01]?\d|2[0-3]):([0-5]\d)(?!:?\d)")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d| UTC)")
_DAY_MONTH = re.compile(r"(?<![\d/.-])(\d{1,2})[./-](\d{1,2})(?![\d/-])")
_TWO_DAYS = re.compile(r"(?<![\d/.-])(\d{1,2})\.?\s?[/–-]\s?(\d{1,2})\.(\d{1,2})\.(?!\d)")
"""Two days of one month, as in 4./5.2. and 4.-5.2."""
_HOURS = re.compile(r"(?<![\d:./-])(\d{1,2})\s?[-–]\s?(\d{1,2})(?![\d:./-])")
"""Hours from and to, as in 9-17."""
_DAYS = re.compile(r"\d{4}-\d\d-\d\d")
_FULL_HOUR = re.compile(r"([01]?\d|2[0-3])\s?h", re.IGNORECASE)
_OF_A_DAY = r"(?:[01]?\d|2[0-3])(?::|\s?h\s?)[0-5]\d"
LAST_DAY = 31


def is_hour(number: str, scope: Iterable[Record]) -> bool:
    """Is it a full hour that the records name, as in "kl. 9" or "9 Uhr"?"""
    whole = f"{int(number):02}:00" if number.isdecimal() and int(number) < HOURS_OF_DAY else ""
    return bool(whole) and any(whole in record.text for record in scope)


def is_hour_of_day(shown: str, scope: Iterable[Record]) -> bool:
    """Is it a time of day that is written as a number of hours, as 18 h and 18h are in Romance languages, and that a record tells so or as
    one of two hours, from and to?
    """
    found = _FULL_HOUR.fullmatch(shown)
    if not found:
        return False
    hour = int(found[1])
    told = re.compile(rf"(?<!\d)0?{hour}(?:\s?h(?![a-z])|:00|\s?[-–]\s?\d)|\d\s?[-–]\s?0?{hour}(?!\d)", re.IGNORECASE)
    return any(told.search(record.text) for record in scope)


def is_coming_day(number: str, text: str, coming: Sequence[date]) -> bool:
    """Is it part of a day and month that comes soon, which a plan may set?"""
    days = {(day.day, day.month) for day in coming}
    parts = set(re.split(r"[./]", number))
    return any(parts <= set(pair) and (int(pair[0]), int(pair[1])) in days for pair in _days_and_months(text))


def is_a_coming_day(shown: str, coming: Sequence[date]) -> bool:
    """Is it a date, in any spelling, of one of the days that come?"""
    days = Record(ref="draft/days", data={"kind": "deadline", "text": " ".join(map(str, coming))})
    return not unsupported_atoms(shown, [days])


def _days_and_months(text: str) -> Iterator[tuple[str, str]]:
    """The days with their months that a text tells without a year."""
    yield from _DAY_MONTH.findall(text)
    for first, second, month in _TWO_DAYS.findall(text):
        yield from ((first, month), (second, month))


def is_end_of_hours(number: str, text: str, scope: Sequence[Record]) -> bool:
    """Is it one of two hours, from and to, that the records both name, as 9-17 of 09:00-17:00?"""
    pairs = [pair for pair in _HOURS.findall(text) if number in pair]
    return any(all(is_hour(hour, scope) for hour in pair) for pair in pairs)


def is_day_and_month(number: str, text: str, scope: Sequence[Record]) -> bool:
    """Is it part of a day and month without a year, such as 17/06, 26-11 or 06.11., on which something in the records lies?"""
    parts = re.split(r"[./]", number)
    pairs = [pair for pair in _days_and_months(text) if set(parts) <= set(pair)]
    days = {stamp for record in scope for stamp in _DAYS.findall(record.text)} if pairs else set()
    years = {stamp[:4] for stamp in days}
    return any(
        any(stamp[5:] == f"{int(month):02}-{int(day):02}" for stamp in days)
        or any(not unsupported_atoms(f"{year}-{int(month):02}-{int(day):02}", scope) for year in years)
        for day, month in pairs
    )


def is_day(number: str, text: str) -> bool:
    """Is it the day of the month behind a day of the week, as in ``sábado 19`` or ``segunda-feira, dia 25``?"""
    if not number.isdecimal() or int(number) > LAST_DAY:
        return False
    days = alternatives((*weekday_names(), *opening_day_names()))
    before = alternatives(("the", *unit_names()["day"]))
    return bool(re.search(rf"(?<!\w)(?:{days})\.?,? (?:(?:{before}) )?{number}(?!\d)", text, re.IGNORECASE))


def is_day_told_there(number: str, text: str, scope: Iterable[Record]) -> bool:
    """Is it the day of a date that a record tells, by its number alone at the end of a clause, as in "antes del 19"?"""
    if not _ends_as_a_day(number, text):
        return False
    told = (atom for record in scope for atom in find_atoms(STAMP.sub(" ", record.text)) if atom.kind == "date")
    return any(atom.value.endswith(f"-{int(number):02}") and atom.value.count("-") > 1 for atom in told)


def is_day_of_a_moment(number: str, text: str, scope: Iterable[Record]) -> bool:
    """Is it by its number alone at the end of a clause, as in "la tarde del 26", the day of anything that the records date?"""
    if not _ends_as_a_day(number, text):
        return False
    return any(int(stamp[8:10]) == int(number) for record in scope for stamp in _DAYS.findall(record.text))


def _ends_as_a_day(number: str, text: str) -> bool:
    """Can it be a day of the month, at the end of a clause?"""
    if not number.isdecimal() or int(number) > LAST_DAY:
        return False
    return bool(re.search(rf"(?<![\w.,:/-]){number}(?=\s*(?:[.,;:)\]|]|\Z))", text))


def is_numbered_day(number: str, text: str, scope: Iterable[Record], coming: Sequence[date]) -> bool:
    """Is it the day of a month in Chinese, Japanese or Korean, as in 21日 and 20·21일, or one before a time of day, as in "le 7 à 16:02",
    on which something lies or may soon?
    """
    if not number.isdecimal() or not (
        re.search(rf"(?<!\d){number}(?:[·・,、~～-]\d{{1,2}})*\s?[日号號일](?![間间간])", text)
        or re.search(rf"(?<![\w:.,]){number}\.?,? (?:[^\W\d_]{{1,4}} )?{_OF_A_DAY}(?!\w)", text)
    ):
        return False
    days = {int(stamp[8:10]) for record in scope for stamp in _DAYS.findall(record.text)} | {day.day for day in coming}
    return int(number) in days


def on_a_customers_clock(atom: Unsupported, scope: Iterable[Record], zones: Sequence[tzinfo]) -> bool:
    """A time of day that is a moment of the records, told in UTC or in the zone of an affected customer."""
    found = _CLOCK.fullmatch(atom.atom.strip()) if atom.kind in ("time", "duration") else None
    if not found:
        return False
    wanted = f"{int(found[1]):02}:{found[2] or '00'}"
    return any(wanted in _told_on(record, (UTC, *zones)) for record in scope)


def _told_on(record: Record, zones: Sequence[tzinfo]) -> set[str]:
    """The times of day of a record on these clocks: of its moments, and of those that its text tells on any of them."""
    stamps = [stamp.replace(" UTC", "Z").replace(" ", "T") for stamp in _STAMP.findall(record.text)]
    moments = [moment for stamp in stamps if (moment := parse_moment(stamp))]
    for told, name in _ZONED.findall(record.text):
        zone = find_zone(name)
        if zone and is_usable(there := datetime.fromisoformat(told).replace(tzinfo=zone)):
            moments.append(there)
    found = {f"{moment.astimezone(zone):%H:%M}" for moment in moments for zone in zones}
    offsets = {moment.astimezone(zone).utcoffset() or timedelta() for moment in moments[:1] for zone in zones}
    for hour, minute in _NAMED_ZONE.findall(_STAMP.sub(" ", record.text)):
        told = timedelta(hours=int(hour), minutes=int(minute))
        found |= {_time_of_day(told + timedelta(hours=hours)) for hours in range(24)}
    for hour, minute in _CLOCK_TIME.findall(_STAMP.sub(" ", record.text)):
        told = timedelta(hours=int(hour), minutes=int(minute))
        found |= {_time_of_day(told - theirs + ours) for theirs in offsets for ours in offsets}
    return found


def _time_of_day(since_midnight: timedelta) -> str:
    minutes = since_midnight // timedelta(minutes=1) % (24 * 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"

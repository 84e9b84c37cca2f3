"""Dates, days without a year, and months: ``2026-08-03``, ``----08-03``, ``2026-08``, ``----08``."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache

from customer_escalation.domain.day_names import (
    WEEKDAYS,
    alternatives,
    days_around_today,
    english_months,
    further_days_around_today,
    list_joins,
    month_names,
)
from customer_escalation.domain.language import code_of
from customer_escalation.domain.times import is_usable
from customer_escalation.review.grounding.atom import Atom
from customer_escalation.review.grounding.kind import AtomKind
from customer_escalation.review.grounding.source import STAMP, SourceText

DAY_OF_MONTH = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)\b", re.IGNORECASE)
MONTHS = 12
_TO, _THE = "to|bis|au|al|tot", "the|le|el|il|den"
_DAY = re.compile(r"\d{1,2}")
_ALSO_WORDS = ("may", "march")
"""English months that are words too; alone they are months only after a word, with a capital."""


@cache
def _pattern() -> re.Pattern[str]:
    month = alternatives(month_names())
    joins = alternatives(list_joins())
    alone = "|".join(name.title() for name in english_months() if name not in _ALSO_WORDS)
    return re.compile(
        rf"(?<![\w-])(?P<iso>\d{{4}}-\d\d-\d\d)(?:[T ](?P<clock>\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
        r"|T\d\d-\d\d-\d\dZ?)?(?!\d)|"
        r"(?<![\w./-])(?P<dd>\d{1,2})(?P<sep>[./-])(?P<mm>\d{1,2})(?P=sep)(?P<yyyy>(?:19|20)\d\d)(?![\w/-]|\.\d)|"
        rf"(?<![\w-])(?P<isomonth>(?:19|20)\d\d-(?:0[1-9]|1[0-2]))(?![\w-])|"
        r"\b(?:(?<!\d[:.])"
        rf"(?P<before>(?:\d{{1,2}}(?:st|nd|rd|th)?\.?, ?)*\d{{1,2}}(?:st|nd|rd|th)?\.?\s?(?:-|–|/|{_TO}|{joins})\s?)(?:(?:{_THE}) )?)?"
        rf"(?<![\d][.,])(?<!\d)(?<!\d:)"
        rf"(?P<d1>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th|\.)?(?: of| de)? (?P<m1>{month})\b\.?(?:,? (?P<y1>\d{{4}})\b)?|"
        r"(?<!\d)(?P<compact>(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?=T\d|(?!\w))|"
        r"(?:(?<!\d)(?P<y6>(?:19|20)\d\d)\s?[年년]\s?)?(?<!\d)(?P<m6>1[0-2]|0?[1-9])\s?[月월]\s?(?P<d6>3[01]|[12]\d|0?[1-9])\s?[日일]|"
        rf"\b(?P<m2>{month})\b\.? (?:the )?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?![:%])(?!\.\d)"
        rf"(?!\s?(?:ms|s|h|min)\b)(?! (?:de )?(?:{month})\b)"
        rf"(?: (?:{joins}) (?P<after>\d{{1,2}})(?=[,;)]|:(?!\d)|[.!?]?(?:\s|$)(?!\s?\w)|[.!?]\s))?"
        r"(?:,? (?P<y2>\d{4})\b)?|"
        rf"\b(?P<m3>{month})\b\.?,? (?P<y3>(?:19|20)\d\d)\b|"
        rf"(?<=[a-z,][ -])(?P<m4>(?-i:{'|'.join(_ALSO_WORDS).title()}))\b|"
        rf"(?-i:\b(?P<m5>{alone})\b)",
        re.IGNORECASE,
    )


def _read(match: re.Match[str], text: str) -> list[Atom]:
    shown = match.group().strip(" .")
    if match["iso"]:
        clock = [Atom("time", match["clock"], match["clock"])] if match["clock"] else []
        return [Atom("date", match["iso"], match["iso"]), *clock]
    if match["yyyy"]:
        return _numeric(match, shown)
    if compact := match["compact"]:
        exact = _date(int(compact[:4]), int(compact[4:6]), int(compact[6:]))
        return [Atom("date", shown, str(exact))] if exact else []
    if match["m6"]:
        year = f"{match['y6']}-" if match["y6"] else "----"
        return [Atom("date", shown, f"{year}{int(match['m6']):02d}-{int(match['d6']):02d}")]
    if match["isomonth"]:
        return [Atom("date", shown, shown)]
    if bare := match["m4"] or match["m5"]:
        return [Atom("date", bare, f"----{month_names()[bare.casefold()]:02d}")]
    if match["m3"]:
        return [Atom("date", shown, f"{match['y3']}-{month_names()[match['m3'].casefold()]:02d}")]
    if match["m1"] in _ALSO_WORDS and not match["y1"]:
        return []  # "whether text 3 may go out"
    year, month = match["y1"] or match["y2"] or "----", month_names()[(match["m1"] or match["m2"]).casefold()]
    others = _DAY.findall(f"{match['before'] or ''} {match['after'] or ''}")
    days = [int(day) for day in (*others, match["d1"] or match["d2"])]
    return [Atom("date", shown, f"{year}{'' if year == '----' else '-'}{month:02d}-{day:02d}") for day in days]


def _numeric(match: re.Match[str], shown: str) -> list[Atom]:
    """28.02.2026 and 28/02/2026; with slashes the month may come first, which is then one that the day cannot be."""
    day, month, year = int(match["dd"]), int(match["mm"]), int(match["yyyy"])
    if match["sep"] == "/" and month > MONTHS:
        day, month = month, day
    exact = _date(year, month, day)
    return [Atom("date", shown, str(exact))] if exact else []


def _holds(source: SourceText, atom: Atom) -> bool:
    year, month, day = _parts(atom.value)
    if not day:
        return (
            month in source.known(_month_words)
            or any(month == known and year in (0, of) for of, known in source.known(months))
            or any(month == known for known, _ in source.known(days_of_some_year))
        )
    if not year:
        found = source.known(dates)
        return (month, day) in source.known(days_of_some_year) or any(
            (known.month, known.day) == (month, day) for known in found
        )
    if _date(year, month, day) in source.known(dates):
        return True
    known_years = source.known(years)
    near = not known_years or any(abs(year - known) <= 1 for known in known_years)
    return (month, day) in source.known(days_of_some_year) and near


def _month_words(source: SourceText) -> frozenset[int]:
    """Months that are named alone, in any language."""
    names = month_names()
    return frozenset(names[word] for word in re.findall(r"[^\W\d_]{4,}", source.lower) if word in names)


def stamps(source: SourceText) -> tuple[datetime, ...]:
    """The moments that a record was written at, or names."""
    return tuple(moment for stamp in STAMP.findall(source.text) if (moment := _moment(stamp)))


def dates(source: SourceText) -> frozenset[date]:
    """Every date that the record gives with its year, or tells by a word such as yesterday."""
    moments = source.known(stamps)
    found = {day for moment in moments for day in (moment.date(), in_utc(moment).date())}
    for value in source.values("date"):
        year, month, day = _parts(value)
        if year and day and (exact := _date(year, month, day)):
            found.add(exact)
    return frozenset(found | _told(source, {moment.date() for moment in moments}))


def days_of_some_year(source: SourceText) -> frozenset[tuple[int, int]]:
    """Months and days that are given without a year."""
    parts = map(_parts, source.values("date"))
    return frozenset((month, day) for year, month, day in parts if day and not year)


def months(source: SourceText) -> frozenset[tuple[int, int]]:
    """Years, 0 where not given, and months."""
    bare = {(year, month) for year, month, day in map(_parts, source.values("date")) if not day}
    return frozenset(bare | {(day.year, day.month) for day in source.known(dates)})


def years(source: SourceText) -> frozenset[int]:
    """The years of its dates and months."""
    return frozenset({day.year for day in source.known(dates)} | {year for year, _ in source.known(months) if year})


def possible_dates(source: SourceText) -> frozenset[date]:
    """Its dates, and its days without a year in each of its years and the next."""
    possible = {
        exact
        for month, day in source.known(days_of_some_year)
        for year in source.known(years)
        for ahead in (0, 1)
        if (exact := _date(year + ahead, month, day))
    }
    return source.known(dates) | possible


def in_utc(moment: datetime) -> datetime:
    """The moment in UTC, as it stands where it has no offset."""
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment
    except OverflowError:  # the ends of the calendar
        return moment.replace(tzinfo=UTC)


def _told(source: SourceText, written: set[date]) -> set[date]:
    """The dates that "yesterday", "on Tuesday" and "the 17th" may mean in a text written on these days."""
    found: set[date] = set()
    further = any(_stands(word, source) for word in further_days_around_today())
    around = {
        offset
        for word, offset in days_around_today(code_of(source.text) if further else "en").items()
        if _stands(word, source)
    }
    at_night = re.search(r"\b(?:to)?night\b", source.lower)
    for day in written:
        found |= {day + timedelta(days=offset) for offset in around}
        if at_night:
            found.add(day - timedelta(days=1))
        for name in set(source.values("weekday")):
            ahead = (WEEKDAYS.index(name) - day.weekday()) % 7
            found |= {day + timedelta(days=ahead), day + timedelta(days=ahead - 7)}
        for number in DAY_OF_MONTH.findall(source.lower):
            for near in (day, day.replace(day=1) - timedelta(days=1), day.replace(day=28) + timedelta(days=4)):
                exact = _date(near.year, near.month, int(number))
                if exact and abs(exact - day) <= timedelta(days=16):
                    found.add(exact)
    return found


def _stands(word: str, source: SourceText) -> bool:
    """As a word of its own; in a script without spaces, anywhere."""
    if word not in source.lower or not word.isascii():
        return word in source.lower
    return bool(re.search(rf"(?<![^\W\d_]){re.escape(word)}(?![^\W\d_])", source.lower))


def _moment(stamp: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return moment if is_usable(moment if moment.tzinfo else moment.replace(tzinfo=UTC)) else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _parts(value: str) -> tuple[int, int, int]:
    """Year, month and day of a date atom, 0 for what it does not say."""
    year = 0 if value.startswith("----") else int(value[:4])
    month, _, day = value[4:].strip("-").partition("-")
    return year, int(month), int(day or 0)


DATE = AtomKind("date", _pattern, _read, _holds)

"""What a set of records can carry, and the atoms of a sentence that it does not."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from customer_escalation.domain.day_names import WEEKDAYS
from customer_escalation.review.grounding.atoms import (
    UNIT_SECONDS,
    Atom,
    find_atoms,
    quotations,
    scaled,
    scan,
    unit,
)  # fmt: skip
from customer_escalation.review.grounding.names import missing_names
from skill_runtime.ledger import Record

TOLERANCE = Decimal("0.05")
"""Of an approximate figure."""
ROUNDING = Decimal("0.01")
"""Of a duration told in a larger unit than the record's: 24 minutes for 1,448,752 ms."""
MINUTES = 10
"""How far an approximate time may be off."""
_MARKS = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "\u00a0": " ", "`": "'"})
_TOKEN = re.compile(r"[\w#@][\w.@:/+#-]*")
_DIGITS = re.compile(r"(?<![^\W_])(?:\d{1,3}(?:[,.]\d{3})+|\d+(?:\.\d+)?)(?![^\W_])")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
_DAY_OF_MONTH = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)\b", re.IGNORECASE)
_COUNTED = {
    "once": 1, "one": 1, "twice": 2, "couple": 2, "thrice": 3, "first": 1, "second": 2,
    "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "zero": 0,
    "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "zweimal": 2, "dreimal": 3,
}  # fmt: skip
"""Words of a record that a sentence may give as a number."""
_RELATIVE = {"today": 0, "tonight": 0, "heute": 0, "yesterday": -1, "gestern": -1, "tomorrow": 1, "morgen": 1}
_KEY_UNITS = {
    "h": "h",
    "hours": "h",
    "min": "min",
    "minutes": "min",
    "s": "s",
    "seconds": "s",
    "ms": "ms",
    "days": "day",
}
"""Endings of field names that say what the number in the field counts, as in ``update_h``."""


@dataclass(frozen=True)
class Unsupported:
    """An atom that none of the cited records holds."""

    atom: str
    kind: str
    message: str
    found_in: tuple[str, ...]
    """Refs of records that do hold it."""


@dataclass(frozen=True)
class _Bag:
    """What a text holds, in comparable forms."""

    text: str
    quotable: str
    """The text as quotations are compared: no quote marks, backticks or emphasis."""
    quoted: frozenset[str]
    """What the record itself puts in quotation marks."""
    tokens: frozenset[str]
    numbers: frozenset[Decimal]
    bare: frozenset[Decimal]
    """Numbers without a unit of time."""
    dates: frozenset[date]
    months: frozenset[tuple[int, int]]
    days: frozenset[tuple[int, int]]
    """Months and days that are given without a year."""
    years: frozenset[int]
    times: frozenset[str]
    weekdays: frozenset[str]
    durations: frozenset[tuple[Decimal, Decimal]]
    """Seconds, and the seconds of the unit that they are given in."""


def unsupported_atoms(
    text: str, cited: Sequence[Record], everything: Sequence[Record] = (), *, vocabulary: frozenset[str] = frozenset()
) -> list[Unsupported]:
    """The atoms of ``text`` that no record of ``cited`` holds (G1).

    ``everything`` is all that is known, to say where an atom does stand; ``vocabulary`` holds names that need no record.
    """
    bags = [_bag(_source(record)) for record in cited]
    found: list[Unsupported] = []
    free = {word.casefold() for phrase in vocabulary for word in phrase.split()}
    for atom in find_atoms(text):
        if atom.value not in free and not any(_holds(bag, atom) for bag in bags):
            places = tuple(record.ref for record in everything if _holds(_bag(_source(record)), atom))
            if not _is_scare_quote(atom) or _quoted_elsewhere(atom, everything):
                found.append(_unsupported(atom.text, atom.kind, places))
    for name, places in missing_names(text, cited, everything, vocabulary):
        found.append(_unsupported(name, "name", places))
    return found


def _unsupported(atom: str, kind: str, places: tuple[str, ...]) -> Unsupported:
    where = f"it stands in {', '.join(places[:3])}" if places else "no record holds it"
    return Unsupported(atom, kind, f"{kind} {atom!r}: {where}", places)


def _is_scare_quote(atom: Atom) -> bool:
    """One ordinary word in quotation marks need not be anybody's words."""
    return atom.kind == "quote" and bool(re.fullmatch(r"[a-z]+[.,]?", atom.value.strip()))


def _quoted_elsewhere(atom: Atom, everything: Sequence[Record]) -> bool:
    word = _quotable(atom.value).strip(".,")
    return any(word in _bag(_source(record)).quoted for record in everything)


def _source(record: Record) -> str:
    return "\n".join([record.text, record.id, *_measures(record.data)])


def _measures(value: Any, key: str = "") -> Iterator[str]:
    """The numbers whose field names say in which unit of time they are, such as ``4 h``."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _measures(item, str(name))
    elif isinstance(value, list):
        for item in value:
            yield from _measures(item, key)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        measure = _KEY_UNITS.get(key.rpartition("_")[2]) if "_" in key else None
        if measure:
            yield f"{value} {measure}"


def normalise(text: str) -> str:
    """Text for comparing: one kind of quote mark and dash, single spaces, no case."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_MARKS).casefold().split())


def _quotable(text: str) -> str:
    """The same without quote marks, backticks and emphasis, which a quotation may change."""
    return " ".join(re.sub(r"[\"'«»]|\*\*|(?<!\w)\*|\*(?!\w)", "", normalise(text)).split())


@lru_cache(maxsize=8192)
def _bag(text: str) -> _Bag:
    lower = normalise(text)
    stamps = [moment for stamp in _STAMP.findall(text) if (moment := _moment(stamp))]
    open_text = re.sub(r"[\"“”„«»`]|(?<!\w)['‘’]|['‘’](?!\w)", " ", _STAMP.sub(" ", text))
    atoms, rest = scan(open_text)
    values: dict[str, list[Atom]] = {}
    for atom in atoms:
        values.setdefault(atom.kind, []).append(atom)

    tokens = {token.strip(".,:;/+-").removeprefix("#") for token in _TOKEN.findall(lower)}
    tokens |= {token.removeprefix("v") for token in tokens if re.match(r"v\d", token)}
    tokens |= {part for token in tokens for part in re.split(r"[/:@=]", token) if part}
    tokens |= {
        part
        for token in tokens
        if "-" in token
        for part in token.split("-")
        if re.search(r"\d", part) and not part.isdigit()
    }
    tokens |= {token.replace("-", "") for token in tokens if "-" in token}

    bare = {Decimal(atom.value) for kind in ("number", "money", "percent") for atom in values.get(kind, ())}
    bare |= {scaled(number.replace(".", "") if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", number) else number)
             for number in (*_DIGITS.findall(rest), *re.findall(r"\b\d{1,3}(?:\.\d{3})+\b(?!\.)", text))}  # fmt: skip
    bare |= {Decimal(_COUNTED[word]) for word in re.findall(r"[^\W\d_]+", lower) if word in _COUNTED}
    numbers = bare | {Decimal(atom.value.split()[0]) for atom in values.get("duration", ())}
    numbers |= {Decimal(ordinal) for ordinal in re.findall(r"\b(\d{1,2})\.(?=\s)", text)}
    numbers |= {scaled(part) for pair in re.findall(r"\b\d+,\d+(?=p\b)", text) for part in pair.split(",")}
    numbers |= {scaled(part) for chain in re.findall(r"\b\d+(?:/\d+)+\b", text) for part in chain.split("/")}
    coded = [atom.value for kind in ("id", "address", "version") for atom in values.get(kind, ())]
    numbers |= {Decimal(digits) for code in coded for digits in re.findall(r"(?<!\d)\d{3,9}(?!\d)", code)}
    numbers |= {
        Decimal(head) for atom in values.get("version", ()) for head in re.findall(r"^\d+\.\d+|^\d+", atom.value)
    }

    dates = {day for moment in stamps for day in (moment.date(), _utc(moment).date())}
    months: set[tuple[int, int]] = set()
    days: set[tuple[int, int]] = set()
    for atom in values.get("date", ()):
        year, month, day = _parts(atom.value)
        if not day:
            months.add((year, month))
        elif not year:
            days.add((month, day))
        elif exact := _date(year, month, day):
            dates.add(exact)
    named = {atom.value for atom in values.get("weekday", ())}
    dates |= _told(lower, named, {moment.date() for moment in stamps})
    years = {day.year for day in dates} | {year for year, _ in months if year}
    dated = {
        exact for month, day in days for year in years for ahead in (0, 1) if (exact := _date(year + ahead, month, day))
    }
    weekdays = named | {WEEKDAYS[day.weekday()] for day in dates | dated}
    months |= {(day.year, day.month) for day in dates}
    times = {atom.value for atom in values.get("time", ())}
    times |= {f"{at:%H:%M}" for moment in stamps for at in (moment, _utc(moment))}
    durations = {_seconds(atom) for atom in values.get("duration", ())}
    durations |= {(UNIT_SECONDS[unit(word)], UNIT_SECONDS[unit(word)])
                  for word in re.findall(r"\b(?:an?|one|per|every|eine) (hour|day|week|minute|second|stunde|woche)\b", lower)}  # fmt: skip
    return _Bag(
        text=lower, quotable=_quotable(text), tokens=frozenset(tokens),
        quoted=frozenset(_quotable(atom.value).strip(".,") for atom in quotations(text)),
        numbers=frozenset(numbers | {Decimal(year) for year in years}), bare=frozenset(bare), dates=frozenset(dates),
        months=frozenset(months), days=frozenset(days), years=frozenset(years), times=frozenset(times),
        weekdays=frozenset(weekdays), durations=frozenset(durations),
    )  # fmt: skip


def _moment(stamp: str) -> datetime | None:
    try:
        return datetime.fromisoformat(stamp)
    except ValueError:
        return None


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment


def _told(lower: str, weekdays: set[str], written: set[date]) -> set[date]:
    """The dates that "yesterday", "on Tuesday" and "the 17th" may mean in a text written on these days."""
    found: set[date] = set()
    words = set(re.findall(r"[^\W\d_]+", lower))
    for day in written:
        found |= {day + timedelta(days=offset) for word, offset in _RELATIVE.items() if word in words}
        if "night" in words:
            found.add(day - timedelta(days=1))
        for name in weekdays:
            ahead = (WEEKDAYS.index(name) - day.weekday()) % 7
            found |= {day + timedelta(days=ahead), day + timedelta(days=ahead - 7)}
        for number in _DAY_OF_MONTH.findall(lower):
            for near in (day, day.replace(day=1) - timedelta(days=1), day.replace(day=28) + timedelta(days=4)):
                exact = _date(near.year, near.month, int(number))
                if exact and abs(exact - day) <= timedelta(days=16):
                    found.add(exact)
    return found


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


def _seconds(atom: Atom) -> tuple[Decimal, Decimal]:
    number, _, measure = atom.value.partition(" ")
    return Decimal(number) * UNIT_SECONDS[measure], UNIT_SECONDS[measure]


def _holds(bag: _Bag, atom: Atom) -> bool:
    match atom.kind:
        case "quote" | "code":
            return _holds_quote(bag, atom.value)
        case "date":
            return _holds_date(bag, atom.value)
        case "time":
            return _holds_time(bag, atom)
        case "weekday":
            return atom.value in bag.weekdays
        case "duration":
            return _holds_duration(bag, atom)
        case "number":
            return _holds_number(bag.numbers, atom) or _is_day(bag, atom)
        case "money" | "percent":
            return _holds_number(bag.bare, atom)
        case "address":
            return _holds_address(bag, atom.value)
        case "version":
            return atom.value in bag.tokens or any(token.startswith(f"{atom.value}.") for token in bag.tokens)
        case _:
            return atom.value.removeprefix("#") in bag.tokens or atom.value.replace("-", "") in bag.tokens


def _holds_time(bag: _Bag, atom: Atom) -> bool:
    if atom.value in bag.times:
        return True
    if not atom.text[0].isdigit():  # in words, so in twelve hours
        hour = int(atom.value[:2])
        return f"{(hour + 12) % 24:02d}{atom.value[2:]}" in bag.times
    return atom.approximate and any(_minutes(atom.value, at) <= MINUTES for at in bag.times)


def _minutes(one: str, other: str) -> int:
    """Between two times of one day."""
    first, second = (int(time[:2]) * 60 + int(time[3:5]) for time in (one, other))
    return abs(first - second)


def _is_day(bag: _Bag, atom: Atom) -> bool:
    """``the 24th``, of a date that the text holds."""
    return bool(_DAY_OF_MONTH.fullmatch(atom.text)) and any(day.day == Decimal(atom.value) for day in bag.dates)


def _holds_number(numbers: frozenset[Decimal], atom: Atom) -> bool:
    value = Decimal(atom.value)
    if value in numbers:
        return True
    for known in numbers if atom.step or atom.approximate else ():
        if abs(value - known) <= max(atom.step / 2, known * TOLERANCE if atom.approximate else Decimal(0)):
            return True
    return False


def _holds_duration(bag: _Bag, atom: Atom) -> bool:
    seconds, size = _seconds(atom)
    for known, measure in bag.durations:
        rounded = TOLERANCE if atom.approximate else ROUNDING if measure < size else Decimal(0)
        if abs(seconds - known) <= known * rounded:
            return True
    value, word = seconds / size, atom.value.partition(" ")[2]
    if re.fullmatch(r"\d+s", atom.text):  # "500s" may be a plural
        return value in bag.numbers
    return value in bag.bare and bool(re.search(rf"\b{word}", bag.text) if len(word) > 2 else False)


def _holds_address(bag: _Bag, value: str) -> bool:
    if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", bag.text):
        return True
    return bool(re.fullmatch(r"[^\W\d_]+(?:/[^\W\d_]+)+", value)) and set(value.split("/")) <= bag.tokens


def _holds_quote(bag: _Bag, quote: str) -> bool:
    """Do the parts between omissions and insertions stand in the text, in this order?"""
    position = found_parts = 0
    if _stands(bag, quote):
        return True
    for part in re.split(r"\[[^\]]*\]|…|\.\.\.", quote):
        words = _quotable(part).strip(" .,;:!?")
        if words:
            found = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", bag.quotable[position:])
            if found is None:
                return False
            position += found.end()
            found_parts += 1
    return found_parts > 0


def _stands(bag: _Bag, quote: str) -> bool:
    words = _quotable(quote).strip(" .,;:!?")
    return bool(re.search(rf"(?<!\w){re.escape(words)}(?!\w)", bag.quotable))


def _holds_date(bag: _Bag, value: str) -> bool:
    year, month, day = _parts(value)
    if not day:
        return any(month == known and year in (0, of) for of, known in bag.months) or any(
            month == known for known, _ in bag.days
        )
    if not year:
        return (month, day) in bag.days or any((known.month, known.day) == (month, day) for known in bag.dates)
    if _date(year, month, day) in bag.dates:
        return True
    near = not bag.years or any(abs(year - known) <= 1 for known in bag.years)
    return (month, day) in bag.days and near

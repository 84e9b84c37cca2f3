"""What a set of records can carry, and the atoms of a sentence that it does not."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache

from customer_escalation.grounding.atoms import (
    NUMBER_WORDS,
    UNIT_SECONDS,
    WEEKDAYS,
    Atom,
    find_atoms,
    scaled,
    unit,
)  # fmt: skip
from customer_escalation.grounding.names import missing_names
from skill_runtime.ledger import Record

TOLERANCE = Decimal("0.05")
"""Of an approximate figure."""
_QUOTES = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "\u00a0": " ", "`": None}
)
_TOKEN = re.compile(r"[\w#@][\w.@:/+#-]*")
_NUMBER = re.compile(r"(?<![\w.])\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_SCALED = re.compile(r"(\d+(?:\.\d+)?)\s?(k|m|million|thousand)\b", re.IGNORECASE)
_DURATION = re.compile(
    rf"(\d[\d,]*(?:\.\d+)?|\b(?:{'|'.join(NUMBER_WORDS)})\b)[\s-]?"
    r"(milliseconds?|ms|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|s|h|d)\b",
    re.IGNORECASE,
)
_HOURS_FIELD = re.compile(r"_h[\"']?\s*[:=]\s*(\d+(?:\.\d+)?)")
"""A field in hours, such as ``update_h: 4``."""
_PERCENT = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s?(?:%|per ?cent\b|pct\b)", re.IGNORECASE)
_WEEKDAY = re.compile(rf"\b({'|'.join(WEEKDAYS)})s?\b")
_CLOCK = re.compile(r"(?<!\d)([01]?\d|2[0-3]):([0-5]\d)")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")


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
    tokens: frozenset[str]
    numbers: frozenset[Decimal]
    dates: frozenset[date]
    months: frozenset[tuple[int, int]]
    days: frozenset[tuple[int, int]]
    times: frozenset[str]
    seconds: frozenset[Decimal]
    percents: frozenset[Decimal]
    weekdays: frozenset[str]
    """As written; a date's weekday is not among them."""


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
            found.append(_unsupported(atom.text, atom.kind, places))
    for name, places in missing_names(text, cited, everything, vocabulary):
        found.append(_unsupported(name, "name", places))
    return found


def _unsupported(atom: str, kind: str, places: tuple[str, ...]) -> Unsupported:
    where = f"it stands in {', '.join(places[:3])}" if places else "no record holds it"
    return Unsupported(atom, kind, f"{kind} {atom!r}: {where}", places)


def _source(record: Record) -> str:
    return f"{record.text}\n{record.id}"


def normalise(text: str) -> str:
    """Text for comparing: one kind of quote mark and dash, no backticks, single spaces, no case."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold().split())


@lru_cache(maxsize=4096)
def _bag(text: str) -> _Bag:
    plain = normalise(text)
    tokens = {token.strip(".,:;/+-").removeprefix("#") for token in _TOKEN.findall(plain)}
    tokens |= {token.removeprefix("v") for token in tokens if re.match(r"v\d", token)}
    numbers = {scaled(number) for number in _NUMBER.findall(plain)}
    numbers |= {scaled(part) for number in _NUMBER.findall(plain) for part in number.split(",") if part}
    numbers |= {scaled(number, scale) for number, scale in _SCALED.findall(plain)}
    numbers |= {Decimal(NUMBER_WORDS[word]) for word in re.findall(r"[a-z]+", plain) if word in NUMBER_WORDS}
    dates, months, days, times = _moments(text)
    seconds = {_value(number) * UNIT_SECONDS[unit(word)] for number, word in _DURATION.findall(plain)}
    seconds |= {scaled(number) * UNIT_SECONDS["h"] for number in _HOURS_FIELD.findall(plain)}
    percents = {scaled(number) for number in _PERCENT.findall(plain)}
    return _Bag(plain, frozenset(tokens), frozenset(numbers), frozenset(dates), frozenset(months), frozenset(days),
                frozenset(times), frozenset(seconds), frozenset(percents), frozenset(_WEEKDAY.findall(plain)))  # fmt: skip


def _value(number: str) -> Decimal:
    return Decimal(NUMBER_WORDS[number]) if number in NUMBER_WORDS else scaled(number)


def _moments(text: str) -> tuple[set[date], set[tuple[int, int]], set[tuple[int, int]], set[str]]:
    """Dates, months and days without a year, and clock times, as written and in UTC."""
    dates: set[date] = set()
    months: set[tuple[int, int]] = set()
    days: set[tuple[int, int]] = set()
    times = {f"{int(hour):02d}:{minute}" for hour, minute in _CLOCK.findall(text)}
    for stamp in _STAMP.findall(text):
        try:
            moment = datetime.fromisoformat(stamp)
        except ValueError:
            continue
        utc = moment.astimezone(UTC) if moment.tzinfo else moment
        dates |= {moment.date(), utc.date()}
        times.add(f"{utc:%H:%M}")
    for atom in find_atoms(re.sub(r"[\"'“”‘’`]", " ", text)):
        if atom.kind == "date":
            year, month, *rest = atom.value.replace("----", "0").split("-")
            if not rest:
                months.add((int(year), int(month)))
            elif int(year) == 0:
                days.add((int(month), int(rest[0])))
            else:
                try:
                    dates.add(date(int(year), int(month), int(rest[0])))
                except ValueError:
                    continue
        elif atom.kind == "time":
            times.add(atom.value)
    months |= {(day.year, day.month) for day in dates}
    days |= {(day.month, day.day) for day in dates}
    return dates, months, days, times


def _holds(bag: _Bag, atom: Atom) -> bool:
    match atom.kind:
        case "quote" | "code":
            return _holds_quote(bag, atom.value)
        case "date":
            return _holds_date(bag, atom.value)
        case "time":
            return atom.value in bag.times
        case "weekday":
            day = atom.value.removesuffix("s")
            if bag.weekdays:
                return day in bag.weekdays
            return any(moment.weekday() == WEEKDAYS.index(day) for moment in bag.dates)
        case "duration":
            number, _, measure = atom.value.partition(" ")
            seconds = Decimal(number) * UNIT_SECONDS[measure]
            return any(_near(seconds, known, approximate=atom.approximate) for known in bag.seconds)
        case "percent":
            return any(_near(Decimal(atom.value), known, approximate=atom.approximate) for known in bag.percents)
        case "number" | "money":
            return any(_near(Decimal(atom.value), known, approximate=atom.approximate) for known in bag.numbers)
        case "version" if atom.value.isdecimal():
            return f"v{atom.value}" in bag.tokens or re.search(rf"\bv(?:ersion )?{atom.value}\b", bag.text) is not None
        case "address":
            return atom.value in bag.text
        case _:
            word = atom.value.removeprefix("#")
            return word in bag.tokens or any(word in re.split(r"[/:@=]", token) for token in bag.tokens)


def _near(value: Decimal, known: Decimal, *, approximate: bool) -> bool:
    return value == known or (approximate and abs(value - known) <= known * TOLERANCE)


def _holds_quote(bag: _Bag, quote: str) -> bool:
    parts = [normalise(part).strip(" .,;:!?'\"") for part in re.split(r"\[?(?:…|\.\.\.)\]?", quote)]
    return all(part in bag.text for part in parts if part)


def _holds_date(bag: _Bag, value: str) -> bool:
    if value.startswith("----"):
        _, month, day = value.replace("----", "0").split("-")
        return (int(month), int(day)) in bag.days
    parts = [int(part) for part in value.split("-")]
    if len(parts) == 2:
        return (parts[0], parts[1]) in bag.months
    try:
        wanted = date(*parts)
    except ValueError:
        return False
    return wanted in bag.dates or (wanted.month, wanted.day) in bag.days - {(day.month, day.day) for day in bag.dates}

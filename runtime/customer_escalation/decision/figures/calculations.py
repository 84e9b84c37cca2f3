"""Figures that a writer asks for: arithmetic on numbers and moments of cited records, done by code with its inputs named (B1).

A number of three digits or more, or with decimals, has to stand in a cited record, and so does a moment, or it is the result of an
earlier calculation; what is smaller, or converts units, may be a factor of the writer's own. A moment that comes soon may be planned.
"""

import ast
import operator
import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, DivisionByZero, InvalidOperation
from functools import partial
from zoneinfo import ZoneInfo

from customer_escalation.decision.figures.parts import figure
from customer_escalation.domain.brief import Figure
from customer_escalation.domain.evidence import Evidence, parse_moment
from customer_escalation.domain.facts import Calculation
from customer_escalation.domain.formatting import duration_words, hours_words, number_words, time_words
from customer_escalation.domain.written_numbers import WRITTEN, readings
from customer_escalation.sla.calendar import BusinessCalendar
from skill_runtime.ledger import Record

MOST_CALCULATIONS = 20
LONGEST_EXPRESSION = 200
OWN_DIGITS = 2
"""So many digits a factor may have that no record holds."""
CONVERSIONS = frozenset({"100", "365", "1000", "1024", "1440", "3600", "86400", "1000000"})
"""Factors between units, which no record needs to hold."""
NEAR = timedelta(days=60)
"""Around the moments of a record, and around now, lies what its text tells without a year, such as when a contract's day begins."""
YEAR = timedelta(days=366)
NOON = 12
_OPERATIONS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
_STAMP = r"(?:now|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?)"
_OFFSET = re.compile(r"(?:Z|[+-]\d\d:?\d\d)$")
_SHIFT = (
    r"\s*([+-])\s*([\d(][\d\s.,()*/+]*?)\s*(business (?:hours?|h)|hours?|h|minutes?|min|days?|d|weeks?|months?|years?)"
)
_SHIFTED = re.compile(rf"({_STAMP})((?:{_SHIFT})+)")
_UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_MONTHS = {"m": 1, "y": 12}
_BETWEEN = re.compile(
    rf"(?P<later>{_STAMP})(?P<first>(?:{_SHIFT})*)\s*-\s*(?P<earlier>{_STAMP})(?P<then>(?:{_SHIFT})*)"
)
_DAY_LENGTH = len("2026-03-02")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
BUSINESS = "business"
MOST_BUSINESS = 10_000
"""Hours, which are counted day by day."""


Value = Decimal | datetime | timedelta
"""Of a calculation."""


@dataclass(frozen=True)
class BusinessHours:
    """On which hours business hours are counted, and how that is told."""

    calendar: BusinessCalendar
    words: str


HoursOf = Callable[[Sequence[Record]], BusinessHours]
"""The business hours of whom these records are about."""


class _Impossible(ValueError):
    """Why a calculation cannot be done, as a sentence without its full stop."""


def calculated(
    asked: Iterable[Calculation], evidence: Evidence, zone: ZoneInfo, now: datetime, figures: Mapping[str, Figure],
    hours_of: HoursOf,
) -> Iterator[Figure]:  # fmt: skip
    """A figure for each calculation, with times on the clock of ``zone``, where a date alone begins; of one that cannot be done, why.
    A calculation may rest on ``figures``, by their refs: then on the records behind them. Business hours are those of whom its records
    are about (``hours_of``).
    """
    earlier: dict[Value, tuple[str, ...]] = {}
    for number, one in enumerate(asked, start=1):
        behind = (ref for cite in one.cites for ref in (figures[cite].inputs if cite in figures else (cite,)))
        records, _ = evidence.resolve(dict.fromkeys(behind))
        parts = [part for record in records if not record.parent for part in evidence.parts(record)]
        held = _Held([*records, *parts], zone, now, earlier)
        refs = tuple(record.ref for record in records)
        try:
            _check_count(number)
            value, text = _result(one.expression, held, zone, partial(hours_of, records))
        except _Impossible as reason:
            text = f"not computed: {reason}"
        else:
            refs = tuple(dict.fromkeys((*refs, *held.built_on)))
            earlier.setdefault(value, refs)
        yield figure(f"calc.{number}", one.label, text, refs)


def _check_count(number: int) -> None:
    if number > MOST_CALCULATIONS:
        raise _Impossible(f"only the first {MOST_CALCULATIONS} are")


def _result(
    expression: str, held: "_Held", zone: ZoneInfo, business: Callable[[], BusinessHours]
) -> "tuple[Value, str]":
    """What comes out, and how it is told."""
    if len(expression) > LONGEST_EXPRESSION:
        raise _Impossible(f"it has more than {LONGEST_EXPRESSION} characters")
    if shifted := _SHIFTED.fullmatch(expression.strip()):
        moment, steps = held.moment(shifted[1]), re.findall(_SHIFT, shifted[2])
        after, counted = _shifted(moment, steps, held, business)
        told = " ".join(" ".join(step) for step in steps)
        return after, f"{_clocked(after, zone)} ({time_words(moment, zone)} {told}{counted})"
    if between := _BETWEEN.fullmatch(expression.strip()):
        first, steps = (re.findall(_SHIFT, between[name]) for name in ("first", "then"))
        later, counted = _shifted(held.moment(between["later"]), first, held, business)
        earlier = held.moment(between["earlier"])
        if later < earlier:
            raise _Impossible("the first moment is the earlier one")
        length, shown = _between(later, earlier, steps, held, zone, counted)
        days = later.astimezone(zone).date() - earlier.astimezone(zone).date()
        if not first + steps and _DAY_LENGTH in (len(between["later"]), len(between["earlier"])) and days != length:
            shown = f"{duration_words(days)} by the calendar; {shown}"
        return length, shown
    shown = WRITTEN.sub(lambda found: held.number(found.group()), expression.strip())
    value = _evaluated(_PERCENT.sub(r"(\1/100)", shown))
    try:
        return value, f"{_told(value)} ({shown})"
    except InvalidOperation:
        raise _Impossible("the result has too many digits") from None


def _shifted(
    moment: datetime, steps: Sequence[tuple[str, str, str]], held: "_Held", business: Callable[[], BusinessHours]
) -> tuple[datetime, str]:
    """The moment after these steps, and on which hours business hours were counted."""
    after, counted = moment, ""
    for sign, count, unit in steps:
        span = _span(count, held)
        try:
            if not unit.startswith(BUSINESS):
                after = _moved(after, span * (1 if sign == "+" else -1), _unit(unit))
                continue
            hours = _business(sign, span, business)
            after = hours.calendar.add_business_time(after, timedelta(hours=span))
        except (OverflowError, ValueError) as error:
            raise _beyond(error) from None
        counted = f", {hours.words}"
    return after, counted


def _business(sign: str, span: float, business: Callable[[], BusinessHours]) -> BusinessHours:
    """The hours on which so many are counted."""
    if sign == "-":
        raise _Impossible("business hours are only counted forward")
    if span > MOST_BUSINESS:
        raise _Impossible(f"at most {MOST_BUSINESS:,} business hours are counted")
    return business()


def _beyond(error: Exception) -> _Impossible:
    return error if isinstance(error, _Impossible) else _Impossible("the result lies beyond all calendars")


def _clocked(moment: datetime, zone: ZoneInfo) -> str:
    try:
        return time_words(moment, zone)
    except (OverflowError, ValueError) as error:
        raise _beyond(error) from None


def _between(
    later: datetime,
    earlier: datetime,
    steps: Sequence[tuple[str, str, str]],
    held: "_Held",
    zone: ZoneInfo,
    counted: str,
) -> "tuple[Value, str]":
    """The time from one to the other, without stretches that do not count, such as nights; ``counted`` tells how the later was."""
    length = later - earlier
    for sign, count, unit in steps:
        if _unit(unit) not in _UNITS:
            raise _Impossible("months and years are no lengths of time")
        try:
            length += _span(count, held) * (1 if sign == "+" else -1) * _UNITS[_unit(unit)]
        except OverflowError:
            raise _Impossible("the result lies beyond all calendars") from None
    if length < timedelta(0):
        raise _Impossible("more is taken away than lies between the two moments")
    without = "".join(f" {' '.join(step)}" for step in steps)
    return (
        length,
        f"{_both_ways(length)} ({time_words(earlier, zone)} to {time_words(later, zone)}{without}{counted})",
    )


def _both_ways(length: timedelta) -> str:
    """In days, and below two weeks to the minute: either may stand in a text."""
    days, hours = duration_words(length), hours_words(length)
    return days if days == hours or length >= timedelta(days=14) else f"{days}, or {hours}"


def _unit(word: str) -> str:
    """The key of a unit: its first letter, and ``min`` for minutes beside months."""
    return "min" if word.startswith("min") else word[0]


def _span(count: str, held: "_Held") -> float:
    """How many units: a number of the writer's own, or what is computed from the records' numbers."""
    if re.fullmatch(r"\d+(?:\.\d+)?", count):
        return float(count)
    return float(_evaluated(WRITTEN.sub(lambda found: held.number(found.group()), count)))


def _moved(moment: datetime, count: float, unit: str) -> datetime:
    """So many units later: months by the calendar, on the last day of a shorter one."""
    if unit in _UNITS:
        return moment + count * _UNITS[unit]
    months = moment.year * 12 + moment.month - 1 + int(count) * _MONTHS[unit]
    year, month = divmod(months, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


class _Held:
    """What the cited records hold."""

    def __init__(
        self, records: list[Record], zone: ZoneInfo, now: datetime, earlier: "Mapping[Value, tuple[str, ...]]"
    ) -> None:
        """``earlier``: results of other calculations with what they rest on."""
        self._zone, self._now, self._earlier = zone, now, earlier
        self.built_on: list[str] = []
        """What the results rest on that were used."""
        self._text = "\n".join(record.text for record in records)
        # "partition 11 412,300" may be one number or two.
        written = {part for number in WRITTEN.findall(self._text) for part in (number, *number.split())}
        found = [readings(number) for number in written]
        self._plain = {meant[0] for meant in found if len(meant) == 1}
        self._numbers = {one for meant in found for one in meant} | set(map(Decimal, re.findall(r"\d+", self._text)))
        self._moments = {moment for stamp in re.findall(_STAMP, self._text) if (moment := parse_moment(stamp))}
        self._around = {now, *(moment for moment in self._moments if moment.tzinfo)}

    def number(self, number: str) -> str:
        """The number as arithmetic takes it; raises where it is no small factor and stands in no cited record."""
        meant = readings(number)
        for known in (self._plain, self._numbers):
            if told := next((one for one in meant if one in known), None):
                return f"{told:f}"
        for one in meant:
            if one in self._earlier:
                self.built_on += self._earlier[one]
                return f"{one:f}"
        if not meant or (len(re.sub(r"\D", "", number)) > OWN_DIGITS and number not in CONVERSIONS):
            raise _Impossible(f"{number} stands in no cited record")
        return f"{meant[0]:f}"

    def moment(self, stamp: str) -> datetime:
        """The moment; raises where no cited record holds it, and it is not one that comes soon."""
        if stamp == "now":
            return self._now
        if len(stamp) == _DAY_LENGTH and parse_moment(stamp):
            return self._day(stamp)
        moment = parse_moment(stamp)
        if moment is None or not _OFFSET.search(stamp):
            raise _Impossible(f"{stamp} is no moment with its offset")
        if moment in self._earlier:
            self.built_on += self._earlier[moment]
            return moment
        near = any(abs(known - moment) < NEAR for known in self._around)
        planned = self._now < moment < self._now + NEAR
        if moment not in self._moments and not planned and not (near and self._tells(moment)):
            raise _Impossible(f"{stamp} stands in no cited record")
        return moment

    def _day(self, stamp: str) -> datetime:
        """Where the day begins; raises where no cited record tells it, whole, or by its number in the year around its moments or in
        one that it names. Today is known.
        """
        day = datetime.fromisoformat(stamp).replace(tzinfo=self._zone)
        near = any(known.tzinfo and abs(known - day) < YEAR for known in self._moments) or f"{day.year}" in self._text
        told = near and re.search(rf"(?<![\d:.,])0?{day.day}(?![\d:%])", self._text)
        today = day.date() == self._now.astimezone(self._zone).date()
        if stamp not in self._text and not told and not today:
            raise _Impossible(f"{stamp} stands in no cited record")
        return day

    def _tells(self, moment: datetime) -> bool:
        """Does the text tell the hour in digits, on the clock that is given, in UTC or in the brief's zone; or is it noon or midnight
        there, which have words in every language?
        """
        hours = {one.hour for one in (moment, moment.astimezone(UTC), moment.astimezone(self._zone))}
        return moment.hour in (0, NOON) or any(
            re.search(rf"(?<!\d)(?:0?{hour}|{hour % NOON or NOON})(?!\d)", self._text) for hour in hours
        )


def _evaluated(expression: str) -> Decimal:
    try:
        return _value(ast.parse(expression, mode="eval").body)
    except (SyntaxError, TypeError, RecursionError, InvalidOperation, MemoryError):
        raise _Impossible("it can only add, subtract, multiply and divide numbers, or move a moment") from None
    except (DivisionByZero, ZeroDivisionError):
        raise _Impossible("it divides by zero") from None


def _value(node: ast.expr) -> Decimal:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return Decimal(str(number))
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_value(inner)
        case ast.BinOp(left=left, op=operation, right=right) if type(operation) in _OPERATIONS:
            found: Decimal = _OPERATIONS[type(operation)](_value(left), _value(right))
            return found
    raise TypeError


def _told(value: Decimal) -> str:
    rounded = value.quantize(Decimal("0.01"))
    return number_words(int(rounded)) if rounded == rounded.to_integral() else f"{rounded:,.2f}"

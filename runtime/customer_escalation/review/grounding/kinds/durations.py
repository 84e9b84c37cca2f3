"""Durations: ``21 minute``, a number, a space and the unit in the singular."""

import re
from decimal import Decimal

from customer_escalation.domain.unit_names import unit_names
from customer_escalation.review.grounding.atom import Atom
from customer_escalation.review.grounding.figures import BELOW, NUMBER, TOLERANCE, WORDS, about, counted
from customer_escalation.review.grounding.kind import AtomKind
from customer_escalation.review.grounding.kinds.numbers import all_numbers, bare_numbers
from customer_escalation.review.grounding.source import SourceText

ROUNDING = Decimal("0.01")
"""Of a duration told in a larger unit than the record's: 24 minutes for 1,448,752 ms."""
UNIT_SECONDS = {
    "ms": Decimal("0.001"), "millisecond": Decimal("0.001"), "s": Decimal(1), "sec": Decimal(1), "second": Decimal(1),
    "min": Decimal(60), "minute": Decimal(60), "h": Decimal(3600), "hr": Decimal(3600), "hour": Decimal(3600),
    "day": Decimal(86400), "d": Decimal(86400), "week": Decimal(604800), "fortnight": Decimal(1209600),
    "stunde": Decimal(3600), "minuten": Decimal(60), "tag": Decimal(86400), "woche": Decimal(604800),
}  # fmt: skip
IN_FULL = {"s": "second", "sec": "second", "min": "minute", "h": "hour", "hr": "hour", "d": "day", "stunde": "hour", "minuten": "minute",
           "tag": "day", "woche": "week"}  # fmt: skip
"""Short and German words for units, by what ``unit_names`` calls them."""
_UNITS = (
    r"milliseconds?|ms|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|fortnights?|s|h|d|Minuten?|Stunden?|Tagen?|"
    "Tage|Wochen?"
)
_QUALIFIED = r"(?:(?:business|working|calendar|full|more|consecutive|further)[\s-])?"
_ONE = rf"(?:{NUMBER}|{BELOW})"
_LISTED = rf"(?:(?:{_ONE},\s)*{_ONE}(?:\s?(?:-|–|/)\s?|,?\s(?:to|or|and|bis|und)\s))*"
_PATTERN = re.compile(
    rf"(?<![\w.,])(?P<list>{_LISTED})(?P<n>{NUMBER}|(?:{WORDS})\b)(?P<gap>[\s-]?){_QUALIFIED}(?P<unit>{_UNITS})\b(?!['’]\w)|"
    r"\b(?P<half>half|quarter)(?: of)?[\s-](?:an?[\s-])?(?P<whole>minute|hour|day|week)\b|\b(?P<word>fortnight)\b",
    re.IGNORECASE,
)
_SIGN = re.compile(r"\d|minute|hour|day|week|second|night|Minute|Stunde|Tag|Woche", re.IGNORECASE)
_COMPOUND = re.compile(r"\b(\d{1,5}) (days?|h|hours?) (\d{1,2}) (h|hours?|min|minutes?)\b")
_SINGLE = re.compile(r"\b(?:an?|one|per|every|eine) (hour|day|week|minute|second|stunde|woche)\b")


def unit(word: str) -> str:
    """``minutes`` as ``minute``. Raises ``ValueError`` for a word that is no unit of time."""
    lower = word.casefold()
    for ending in ("", "s", "n", "en", "e"):
        stem = lower.removesuffix(ending)
        # "15 de marzo" are no days
        if lower.endswith(ending) and stem in UNIT_SECONDS and (not ending or len(stem) > 1):
            return stem
    raise ValueError(f"{word!r} is no unit of time")


def _read(match: re.Match[str], text: str) -> list[Atom]:
    """Each number of ``1, 5 or 30 minutes`` is a duration."""
    shown, near = match.group().strip(), about(match, text)
    if match["word"]:
        return [Atom("duration", shown, "14 day", near)]
    if match["half"]:
        part = "0.5" if match["half"].casefold() == "half" else "0.25"
        return [Atom("duration", shown, f"{part} {unit(match['whole'])}", near)]
    listed = re.findall(rf"{NUMBER}|\b(?:{BELOW})\b", match["list"], re.IGNORECASE)
    measure = unit(match["unit"])
    return [Atom("duration", shown, f"{counted(number):f} {measure}", near) for number in (*listed, match["n"])]


def _holds(source: SourceText, atom: Atom) -> bool:
    seconds, size = _seconds(atom.value)
    for known, measure in source.known(lengths):
        rounded = TOLERANCE if atom.approximate else ROUNDING if measure < size else Decimal(0)
        if abs(seconds - known) <= known * rounded:
            return True
    value, word = seconds / size, atom.value.partition(" ")[2]
    if re.fullmatch(r"\d+s", atom.text):  # "500s" may be a plural
        return value in source.known(all_numbers)
    if value % 1 and any(_rounds_to(known, value) for known in source.known(bare_numbers)):
        return True  # so many digits stand there by no chance, whatever the field calls its unit
    if value not in source.known(bare_numbers):
        return False
    named = unit_names().get(IN_FULL.get(word, word), frozenset())
    return (len(word) > 2 and bool(re.search(rf"\b{word}", source.lower))) or not source.known(_words).isdisjoint(named)


def _rounds_to(known: Decimal, value: Decimal) -> bool:
    """Is it the known number, or that with fewer decimals?"""
    return known == value or known.quantize(value) == value


def _words(source: SourceText) -> frozenset[str]:
    """Its words; of a script without spaces, its unit-long pieces."""
    return frozenset(re.findall(r"[^\W\d_a-zA-Z]{1,2}|[^\W\d_]+", source.lower)) | frozenset(
        re.findall(r"[^\W\d_]+", source.lower)
    )


def lengths(source: SourceText) -> frozenset[tuple[Decimal, Decimal]]:
    """Seconds, and the seconds of the unit that they are given in."""
    single = {(UNIT_SECONDS[unit(word)], UNIT_SECONDS[unit(word)]) for word in _SINGLE.findall(source.lower)}
    sums = {_sum_of(*found) for found in _COMPOUND.findall(source.lower)}
    return frozenset(single.union(sums, (_seconds(value) for value in source.values("duration"))))


def _sum_of(more: str, larger: str, rest: str, smaller: str) -> tuple[Decimal, Decimal]:
    """``1 day 5 h`` as 29 hours."""
    step = UNIT_SECONDS[unit(smaller)]
    return int(more) * UNIT_SECONDS[unit(larger)] + int(rest) * step, step


def _seconds(value: str) -> tuple[Decimal, Decimal]:
    number, _, measure = value.partition(" ")
    return Decimal(number) * UNIT_SECONDS[measure], UNIT_SECONDS[measure]


DURATION = AtomKind("duration", lambda: _PATTERN, _read, _holds, _SIGN)

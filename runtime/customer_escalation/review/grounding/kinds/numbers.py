"""Numbers without a unit, in digits and in words."""

import re
from decimal import Decimal

from customer_escalation.review.grounding.atom import Atom
from customer_escalation.review.grounding.figures import NUMBER, WORDS, about, among, read_figure, scaled
from customer_escalation.review.grounding.kind import AtomKind
from customer_escalation.review.grounding.kinds.dates import DAY_OF_MONTH, dates, years
from customer_escalation.review.grounding.kinds.foreign_numbers import foreign_numbers
from customer_escalation.review.grounding.source import SourceText

_SPACED = r"\d{1,3}(?: \d{3})+"
"""Thousands parted by spaces, as much of Europe writes them; or numbers that follow each other."""
_SPACED_NUMBER = re.compile(rf"(?<![\w.,-]){_SPACED}(?!\w)")
_PATTERN = re.compile(
    rf"(?<![\w.,-])(?P<spaced>{_SPACED})(?!\w)(?!\.\d)|(?<![\w.,-])(?P<n1>{NUMBER})(?:\s?(?P<s1>k|million|thousand)|(?P<s2>(?-i:M)))?(?:x|×|st|nd|rd|th|p)?(?!\w)(?!\.\d)|"
    rf"(?<=\d[-–])(?P<n2>{NUMBER})\b(?!\.\d)|\b(?P<w>{WORDS})\b|\b(?P<dozen>dozen)\b",
    re.IGNORECASE,
)
_ALWAYS = re.compile(r"\b24\s?[/x×]\s?7\b", re.IGNORECASE)
_DIGITS = re.compile(r"(?<![^\W_])(?:\d{1,3}(?:[,.]\d{3})+|\d+(?:\.\d+)?)(?![^\W_])")
_PAIR = re.compile(r"\b\d+,\d{1,2}(?:(?=p\b)|\b)")
_COUNTED = {
    "once": 1, "one": 1, "twice": 2, "couple": 2, "thrice": 3, "first": 1, "second": 2,
    "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "zero": 0,
    "zweimal": 2, "dreimal": 3,
}  # fmt: skip
"""Words of a record that a sentence may give as a number."""


def bare_numbers(source: SourceText) -> frozenset[Decimal]:
    """The numbers of a record that have no unit of time, and amounts and percentages."""
    found = {Decimal(value) for value in source.values("number", "money", "percent")} | source.known(foreign_numbers)
    grouped = re.findall(r"\b\d{1,3}(?:\.\d{3})+\b(?!\.)", source.text)  # 4.812 may be a German 4,812
    for number in (*_DIGITS.findall(source.rest), *grouped):
        found.add(scaled(number.replace(".", "") if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", number) else number))
    words = re.findall(r"[^\W\d_]+", source.lower)
    return frozenset(found | {Decimal(_COUNTED[word]) for word in words if word in _COUNTED})


def all_numbers(source: SourceText) -> frozenset[Decimal]:
    """Every number of a record, also those of durations, years, lists and codes."""
    found = set(source.known(bare_numbers)) | {Decimal(year) for year in source.known(years)}
    found |= {Decimal(value.split()[0]) for value in source.values("duration")}
    found |= {Decimal(ordinal) for ordinal in re.findall(r"\b(\d{1,2})\.(?=\s)", source.text)}
    found |= {scaled(part) for pair in _PAIR.findall(source.text) for part in pair.split(",")}
    found |= {scaled(part) for chain in re.findall(r"\b\d+(?:/\d+)+\b", source.text) for part in chain.split("/")}
    codes = source.values("id", "address", "version")
    found |= {Decimal(digits) for code in codes for digits in re.findall(r"(?<!\d)\d{3,9}(?!\d)", code)}
    found |= {Decimal(part) for spaced in _SPACED_NUMBER.findall(source.text) for part in spaced.split()}
    heads = (head for version in source.values("version") for head in re.findall(r"^\d+\.\d+|^\d+", version))
    return frozenset(found | {Decimal(head) for head in heads})


def _read(match: re.Match[str], text: str) -> list[Atom]:
    if spaced := match["spaced"]:
        return [Atom("number", spaced, spaced.replace(" ", ""), about(match, text))]
    return read_figure("number", match, text)


def _holds(source: SourceText, atom: Atom) -> bool:
    return among(source.known(all_numbers), atom) or _is_day(source, atom) or _are_several(source, atom)


def _are_several(source: SourceText, atom: Atom) -> bool:
    """``3,4`` may be two numbers of a list that is written without spaces, and so may ``12 500``."""
    listed = re.split(r"[, ]", atom.text) if _PAIR.fullmatch(atom.text) or re.fullmatch(_SPACED, atom.text) else []
    parts = [scaled(part) for part in listed]
    return bool(parts) and all(part in source.known(all_numbers) for part in parts)


def _is_day(source: SourceText, atom: Atom) -> bool:
    """``the 24th``, of a date that the text holds."""
    if not DAY_OF_MONTH.fullmatch(atom.text):
        return False
    return any(day.day == Decimal(atom.value) for day in source.known(dates))


def _no_figure(match: re.Match[str], text: str) -> list[Atom]:
    return []


def _never(source: SourceText, atom: Atom) -> bool:
    return False


NUMBER_KIND = AtomKind("number", lambda: _PATTERN, _read, _holds)
ROUND_THE_CLOCK = AtomKind("always", lambda: _ALWAYS, _no_figure, _never)
"""``24/7`` carries no figure; taken before the numbers in it are."""

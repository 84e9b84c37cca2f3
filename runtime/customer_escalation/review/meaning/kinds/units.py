"""Does a number stand with another unit than in the record?"""

import re
from collections.abc import Iterator

from customer_escalation.domain.unit_names import unit_names
from customer_escalation.review.grounding.kinds.durations import UNIT_SECONDS, unit
from customer_escalation.review.meaning.compared import Compared
from customer_escalation.review.meaning.contest import Contest
from customer_escalation.review.meaning.text import Text, Word

BYTES = frozenset("b byte bytes kb kib mb mib gb gib tb tib".split())
MONEY = frozenset("usd eur gbp chf dollar dollars euro euros pounds".split())
FIGURES = "figures"
REACH = 2
"""Words between a number and its unit."""


def look(compared: Compared) -> Iterator[Contest]:
    """Numbers with a unit of measurement that the records give them no sight of, though they give them another."""
    shown: dict[str, set[str]] = {}
    plain: set[str] = set()
    for one in compared.cited:
        for number, measure in _measured(one.text):
            shown.setdefault(number, set()).add(measure)
            if not measure and one.record.category == FIGURES:
                plain.add(number)  # a sum: what it is of stands in its label
        for cell in one.cells:
            if cell.number and cell.unit:
                shown.setdefault(cell.value, set()).add(
                    "money" if cell.unit in MONEY else _measure(cell.unit) or cell.unit
                )
    for number, measure in _measured(compared.text):
        theirs = shown.get(number, set())
        if (
            measure
            and theirs
            and measure not in theirs
            and number not in plain
            and not ("" in theirs and _bare(number))
            and not _told_in_words(number, measure, compared)
        ):
            ref = compared.cited[0].record.ref
            yield Contest("unit", True, f"{number} is told in another unit than {ref} has it.", ref)
            return
    yield from _rates(compared)


def _bare(number: str) -> bool:
    return len(number) < len("100")


def _told_in_words(number: str, measure: str, compared: Compared) -> bool:
    """Does a record give the number that unit of time in a language of its own, as in ``28 bis 32 Sekunden``?"""
    names = {name for word, known in unit_names().items() if _measure(word) == measure for name in known}
    for one in compared.cited:
        for clause in one.text.clauses:
            for place, word in enumerate(clause.words):
                near = clause.words[place + 1 : place + 2 + REACH]
                if word.is_number and word.stem == number and any(after.lower in names for after in near):
                    return True
    return False


def _measured(text: Text) -> Iterator[tuple[str, str]]:
    """Each number with the kind of its unit: a unit of time, money, bytes; empty for a thing that is counted."""
    for clause in text.clauses:
        for place, word in enumerate(clause.words):
            if word.is_number:
                following = clause.words[place + 1 : place + 1 + REACH]
                if len(following) == REACH and following[0].lower == "h" and following[1].is_number:
                    continue  # a time of day, as in 17 h 48
                yield word.stem, next((found for one in following[:1] if (found := _unit(one))), "")


def _unit(word: Word) -> str:
    return _measure(word.lower)


def _measure(word: str) -> str:
    if word in BYTES:
        return "bytes"
    if word in MONEY:
        return "money"
    try:
        return f"{UNIT_SECONDS[unit(word)]:f} s" if len(word) > 1 or word in "shd" else ""
    except ValueError:
        return ""


def _rates(compared: Compared) -> Iterator[Contest]:
    """What is paid a year told by the month or the week."""
    yearly = [
        cell
        for one in compared.cited
        for cell in one.cells
        if cell.number and len(cell.value) > len("100") and ("arr" in cell.label or "annual" in cell.label)
    ]
    for cell in yearly:
        digits = rf"(?<![\d,.]){re.escape(f'{float(cell.value):,.0f}')}"
        if re.search(rf"{digits}(?: [A-Z]{{3}})? (?:a|per|each|every) (?:month|week|day)\b", compared.claim.text):
            yield Contest("unit", True, f"{cell.value} is paid a year, by {cell.ref}.", cell.ref)
            return
        counted = re.search(
            rf"{digits} (?!USD|EUR|GBP|CHF|dollars|euros|a\b|per\b|in\b|and\b|of\b|to\b|ARR\b)([a-z]+s)\b",
            compared.claim.text,
        )
        if counted:
            yield Contest("unit", True, f"{cell.value} in {cell.ref} is money, no {counted[1]}.", cell.ref)
            return

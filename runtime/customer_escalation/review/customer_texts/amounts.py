"""Amounts of money and figures of accounts in a text for a customer."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import combinations
from typing import Any

from customer_escalation.domain.language import checked_code
from customer_escalation.review.customer_texts.numbers import (
    all_values,
    in_words,
    is_currency,
    is_money,
    numbers,
    spelled,
)
from customer_escalation.review.customer_texts.subject import CustomerText, Said

TELLING = 1_000
"""A figure of an account from here on is one wherever it stands; a smaller one only where it is money."""
SMALLEST = 100
"""Smaller figures stand in any text by chance."""
MOST_ADDED = 100
"""Amounts among which a sum or a difference of two is looked for."""
_REVENUE = re.compile(r"(?<!\w)ARR(?!\w)")
_CLOCKS = frozenset({"sla", "id", "users", "seats"})
"""Numeric fields of an account that are no figure of its business."""


def amounts(text: CustomerText) -> Iterator[Said]:
    """Money, and any figure of an account, that does not stand in what the customer knows.

    An amount that is no account's and stands in a ticket, a chat or an item, as of the customer's own sales, is asked about, and so is
    the sum or the difference of two that are known or stand there; any other money is to be taken out.
    """
    figures = _figures(text)
    known = all_values(record.text for record in text.known)
    ours = {record.ref: record.text for record in text.unknown if record.category != "crm"}
    language = checked_code(text.text)
    for number in numbers(text.text):
        told = any(value in figures and value >= TELLING for value in number.values)
        if max(number.values) in known or not (told or (not number.part and is_money(text.text, number, language))):
            continue
        shown = text.text[number.start : number.end]
        if not number.values & figures:
            holding = [ref for ref, said in ours.items() if max(number.values) in _amounts_of([said])]
            if holding:
                yield Said(
                    f"“{shown}” is an amount that stands in nothing that this customer wrote or was told; it stands in "
                    f"{', '.join(holding[:2])}. May they know it?", "W",
                )  # fmt: skip
                continue
            if _comes_of_two(number.values, _amounts_of([*ours.values(), *(one.text for one in text.known)])):
                yield Said(
                    f"“{shown}” is a sum or a difference of amounts on record. Is it right, and may they know it?", "W"
                )
                continue
        yield _said(shown)
    if _REVENUE.search(text.spaced):
        yield Said("It speaks of the account's ARR, as our own systems call its revenue; take it out.", "H")
    paid = any(is_currency(word, language) for word in text.text.split())
    words = in_words(text.text)
    for figure in sorted(figures - known):
        if figure != int(figure) or (figure < TELLING and not paid):
            continue
        found = f"{int(figure):,} in words" if figure in words else spelled(text.text, int(figure))
        if found:
            yield _said(found)


def _said(shown: str) -> Said:
    return Said(
        f"“{shown}” is an amount of money or a figure of an account that stands in nothing that this customer wrote or was told; "
        "take it out.",
        "H",
    )


def _amounts_of(said: Iterable[str]) -> frozenset[Decimal]:
    """Amounts of money in records."""
    return frozenset(
        max(number.values) for text in said for number in numbers(text)
        if not number.part and is_money(text, number, checked_code(text))
    )  # fmt: skip


def _comes_of_two(values: frozenset[Decimal], amounts: frozenset[Decimal]) -> bool:
    pairs = combinations(sorted(amounts, reverse=True)[:MOST_ADDED], 2)
    return any(larger + smaller in values or larger - smaller in values for larger, smaller in pairs)


def _figures(text: CustomerText) -> frozenset[Decimal]:
    """Every figure of every account: revenue, deals."""
    found = {figure for record in text.evidence.of_kind("account") for figure in _numeric(record.data)}
    return frozenset(figure for figure in found if figure >= SMALLEST)


def _numeric(value: Any) -> Iterator[Decimal]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in _CLOCKS:
                yield from _numeric(item)
    elif isinstance(value, list):
        for item in value:
            yield from _numeric(item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield Decimal(str(value)).normalize()

"""Amounts of money and figures of accounts in a text for a customer."""

import re
from collections.abc import Iterator
from decimal import Decimal
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
_REVENUE = re.compile(r"(?<!\w)ARR(?!\w)")
_CLOCKS = frozenset({"sla", "id", "users", "seats"})
"""Numeric fields of an account that are no figure of its business."""


def amounts(text: CustomerText) -> Iterator[Said]:
    """Money, and any figure of an account, that does not stand in what the customer knows."""
    figures = _figures(text)
    known = all_values(record.text for record in text.known)
    language = checked_code(text.text)
    for number in numbers(text.text):
        told = any(value in figures and value >= TELLING for value in number.values)
        if max(number.values) not in known and (told or (not number.part and is_money(text.text, number, language))):
            yield _said(text.text[number.start : number.end])
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

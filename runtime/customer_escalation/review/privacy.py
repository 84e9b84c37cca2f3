"""P2: what a customer may read carries no account figure, no other customer, no approved-by-nobody promise."""

import re
from collections.abc import Iterator

from customer_escalation.domain.brief import Draft
from customer_escalation.domain.evidence import field, name_key
from customer_escalation.domain.language import language_of
from customer_escalation.review.check import Fault, View, check

_MONEY = re.compile(r"[$€£]\s?\d|\b\d[\d,.]*\s?(?:USD|EUR|GBP|dollars?|euros?)\b|\bARR\b")
_GUESS = re.compile(
    r"\b(?:(?:we|I) (?:suspect|believe|think|assume|guess)|probably|most likely|presumably|appears to be caused|"
    r"seems to be caused|(?:may|might|could) be caused by)\b",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"\b(?:we|I) (?:guarantee|promise)\b|\bwe will (?:refund|credit|compensate|release|ship)\b|\bwill be (?:fixed|refunded|"
    r"released|shipped) (?:by|on|within)\b",
    re.IGNORECASE,
)


CUSTOMER_TEXTS = ("customer_reply", "status_update")
"""Fields of a draft that a customer may read."""


@check("P2")
def no_figure_no_promise(view: View) -> Iterator[Fault]:
    """Amounts, account values, dates of a fix, credits."""
    for where, text in customer_texts(view.draft):
        if _MONEY.search(text):
            yield Fault(where, "It holds an amount of money or account figure; customers get none from us here.")
        if _PROMISE.search(text):
            yield Fault(where, "It promises something that nobody approved; say what is being done instead.")


@check("P2")
def no_other_customer(view: View) -> Iterator[Fault]:
    """Everybody but the first affected account, to whom it goes."""
    own = name_key(view.case.affected[0].name) if view.case.affected else ""
    evidence = view.case.evidence
    names = {field(record, "name") for record in evidence.of_kind("account")}
    names |= {field(record, "customer") for record in evidence.of_kind("ticket")}
    others = sorted(name for name in names if name and name_key(name) != own)
    for where, text in customer_texts(view.draft):
        for name in others:
            if re.search(rf"(?<!\w){re.escape(name_key(name))}(?!\w)", name_key(text)):
                yield Fault(where, f"It names another customer ({name}); take it out.")


@check("P2")
def no_guess(view: View) -> Iterator[Fault]:
    """In an escalation nobody knows yet; a documented solution may be called likely."""
    for where, text in customer_texts(view.draft) if view.escalation else ():
        if found := _GUESS.search(text):
            yield Fault(
                where, f"“{found.group()}” tells the customer a guess; say what is known and what is being done."
            )


@check("P2")
def customers_language(view: View) -> Iterator[Fault]:
    """A warning, where both languages are clear."""
    first = view.case.affected[0].tickets if view.case.affected else ()
    evidence = view.case.evidence
    written = " ".join(
        field(message, "text")
        for ticket in evidence.tickets(first)
        for message in evidence.messages(ticket)
        if field(message, "role") == "customer"
    )
    theirs = language_of(written)
    for where, text in customer_texts(view.draft):
        ours = language_of(text)
        if theirs and ours and theirs != ours:
            yield Fault(where, f"The customer writes {theirs}, the draft is {ours}.", "W")


def customer_texts(draft: Draft) -> Iterator[tuple[str, str]]:
    """The fields that a customer may read, those with text."""
    for name in CUSTOMER_TEXTS:
        if text := getattr(draft, name, ""):
            yield name, text

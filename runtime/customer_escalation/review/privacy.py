"""P2: what a customer may read carries no account figure, no other customer, no approved-by-nobody promise."""

import re
from collections.abc import Iterator

from customer_escalation.brief import Draft
from customer_escalation.evidence import Evidence, field, name_key
from customer_escalation.finding import Finding

_MONEY = re.compile(r"[$€£]\s?\d|\b\d[\d,.]*\s?(?:USD|EUR|GBP|dollars?|euros?)\b|\bARR\b")
_PROMISE = re.compile(
    r"\b(?:we|I) (?:guarantee|promise)\b|\bwe will (?:refund|credit|compensate|release|ship)\b|\bwill be (?:fixed|refunded|"
    r"released|shipped) (?:by|on|within)\b",
    re.IGNORECASE,
)


def check_reply(draft: Draft, evidence: Evidence, reporter: str) -> Iterator[Finding]:
    """Findings on the draft reply. ``reporter`` is the account that it goes to, empty when it is not known."""
    reply = draft.customer_reply
    if not reply:
        return
    if _MONEY.search(reply):
        yield _finding("The reply holds an amount of money or account figure; customers get none from us here.")
    if _PROMISE.search(reply):
        yield _finding("The reply promises something that nobody approved; say what is being done instead.")
    own = name_key(reporter)
    names = {field(record, "name") for record in evidence.of_kind("account")}
    names |= {field(record, "customer") for record in evidence.of_kind("ticket")}
    folded = name_key(reply)
    for name in sorted(name for name in names if name and name_key(name) != own):
        if re.search(rf"(?<!\w){re.escape(name_key(name))}(?!\w)", folded):
            yield _finding(f"The reply names another customer ({name}); take it out.")


def _finding(message: str) -> Finding:
    return Finding(rule="P2", level="H", where="customer_reply", message=message)

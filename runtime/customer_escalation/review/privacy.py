"""P2: what a customer may read carries no account figure, no other customer, no approved-by-nobody promise."""

import re
from collections.abc import Iterator

from customer_escalation.evidence import field, name_key
from customer_escalation.review.check import Fault, View, check

_MONEY = re.compile(r"[$€£]\s?\d|\b\d[\d,.]*\s?(?:USD|EUR|GBP|dollars?|euros?)\b|\bARR\b")
_PROMISE = re.compile(
    r"\b(?:we|I) (?:guarantee|promise)\b|\bwe will (?:refund|credit|compensate|release|ship)\b|\bwill be (?:fixed|refunded|"
    r"released|shipped) (?:by|on|within)\b",
    re.IGNORECASE,
)


@check("P2", "acting", "H", "A customer-facing draft carries no CRM figure, no other customer, no unapproved promise.")
def customer_facing(view: View) -> Iterator[Fault]:
    """Looks at the reply to the first affected account."""
    reply = view.draft.customer_reply
    if not reply:
        return
    if _MONEY.search(reply):
        yield _fault("The reply holds an amount of money or account figure; customers get none from us here.")
    if _PROMISE.search(reply):
        yield _fault("The reply promises something that nobody approved; say what is being done instead.")
    own = name_key(view.case.affected[0].name) if view.case.affected else ""
    evidence = view.case.evidence
    names = {field(record, "name") for record in evidence.of_kind("account")}
    names |= {field(record, "customer") for record in evidence.of_kind("ticket")}
    folded = name_key(reply)
    for name in sorted(name for name in names if name and name_key(name) != own):
        if re.search(rf"(?<!\w){re.escape(name_key(name))}(?!\w)", folded):
            yield _fault(f"The reply names another customer ({name}); take it out.")


def _fault(message: str) -> Fault:
    return Fault("customer_reply", message)

"""The line above a brief."""

from collections.abc import Sequence

from customer_escalation.domain.evidence import field
from skill_runtime.ledger import Record

LONGEST = 119
NAMED = 2
"""Customers named in the line; how many there are in all is computed beside it."""


def summary(tickets: Sequence[Record], request: str) -> str:
    """The first ticket's subject and its customer; that nothing was found where there is no ticket."""
    if not tickets:
        return "No record about this request was found"
    customers = list(dict.fromkeys(field(ticket, "customer") for ticket in tickets))
    who = f" ({' and '.join(customers) if len(customers) <= NAMED else f'{customers[0]} and others'})"
    subject = field(tickets[0], "subject").rstrip(".!? ") or " ".join(request.split())
    return f"{subject[: LONGEST - len(who)].rstrip()}{who}"

"""The line above a brief."""

from customer_escalation.domain.evidence import field
from customer_escalation.retrieval.relevance.issue import Complaint

LONGEST = 119
NAMED = 2
"""Customers named in the line; how many there are in all is computed beside it."""


def summary(case: Complaint, request: str) -> str:
    """The first ticket's subject and its customer; that there is no case for sure where there is none."""
    if not case.tickets:
        return "It is not clear which case is meant" if case.candidates else "No case was found for this request"
    customers = list(dict.fromkeys(field(ticket, "customer") for ticket in case.tickets))
    who = f" ({' and '.join(customers) if len(customers) <= NAMED else f'{customers[0]} and others'})"
    subject = " ".join(field(case.tickets[0], "subject").split()).rstrip(".!? ") or request
    return f"{subject[: LONGEST - len(who)].rstrip()}{who}"

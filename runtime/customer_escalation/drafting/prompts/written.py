"""How a document is written, as its writer is told: in a run of its own, and in an assistant."""

from customer_escalation.domain.outcomes import Outcome
from customer_escalation.drafting.prompts import prompt
from customer_escalation.review.budget import PER_ACCOUNT, READ


def writing_told() -> str:
    """The text, with how much is read of each kind of document."""
    return prompt("writing.md.j2", escalation=READ[Outcome.ESCALATE], note=READ[Outcome.HANDLE], more=PER_ACCOUNT)

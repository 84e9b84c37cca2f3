"""How a document is written, as its writer is told: in a run of its own, and in an assistant."""

from customer_escalation.domain.outcomes import Outcome
from customer_escalation.drafting.prompts import prompt
from customer_escalation.review.budget import PER_ACCOUNT, READ


def writing_told(*, assistant: bool) -> str:
    """The text, with how much is read of each kind of document; an assistant, whose document no second reader finishes, is told more."""
    read = {"escalation": READ[Outcome.ESCALATE], "note": READ[Outcome.HANDLE], "more": PER_ACCOUNT}
    return prompt("writing.md.j2", assistant=assistant, **read)

"""A person's yes to one action, and whether it still holds (P1).

An approval is not a state that is stored: it follows from what happened in its order. So it cannot come back to life when a
text is changed and changed back.
"""

from collections.abc import Iterable
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from customer_escalation.actions.proposals import Proposal, action_id
from customer_escalation.domain.rule_registry import carries_out


class Offered(BaseModel):
    """The brief was written or written again: from here on these are the actions, and no others."""

    model_config = ConfigDict(frozen=True)

    actions: tuple[str, ...]
    """Their ids."""


class Approval(BaseModel):
    """A person's yes to one action as it stood."""

    model_config = ConfigDict(frozen=True)

    action: str
    """``action_id`` of what was approved."""
    by: str = Field(min_length=1)
    at: datetime


class Revocation(BaseModel):
    """A person takes a yes back."""

    model_config = ConfigDict(frozen=True)

    action: str
    by: str = Field(min_length=1)
    at: datetime


ApprovalEvent = Offered | Approval | Revocation


@carries_out("P1")
def approval_in_force(proposal: Proposal, events: Iterable[ApprovalEvent]) -> Approval | None:
    """The approval of exactly this, where one holds; ``events`` are those of the case, oldest first.

    It dies when a person takes it back, and when the case goes on to offer another text, destination or system in its place;
    it then stays dead, also when the first one is offered again.
    """
    action, found = action_id(proposal), None
    for event in events:
        if isinstance(event, Offered):
            found = found if action in event.actions else None
        elif event.action == action:
            found = event if isinstance(event, Approval) else None
    return found

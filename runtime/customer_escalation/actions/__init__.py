"""What could be done next, and what a person allowed of it. Nothing here acts."""

from customer_escalation.actions.approvals import (
    Approval,
    ApprovalEvent,
    Offered,
    Outdated,
    Refusal,
    Revocation,
    Standing,
    State,
    approval_in_force,
    standing_of,
)
from customer_escalation.actions.proposals import Proposal, action_id, propose, tool_for

__all__ = [
    "Approval",
    "ApprovalEvent",
    "Offered",
    "Outdated",
    "Proposal",
    "Refusal",
    "Revocation",
    "Standing",
    "State",
    "action_id",
    "approval_in_force",
    "propose",
    "standing_of",
    "tool_for",
]

"""What could be done next, and what a person allowed of it. Nothing here acts."""

from customer_escalation.actions.approvals import Approval, ApprovalEvent, Offered, Revocation, approval_in_force
from customer_escalation.actions.proposals import Proposal, action_id, propose, tool_for

__all__ = [
    "Approval",
    "ApprovalEvent",
    "Offered",
    "Proposal",
    "Revocation",
    "action_id",
    "approval_in_force",
    "propose",
    "tool_for",
]

"""Which writing calls a server over HTTP lets through: those that a person approved, to the letter (P1)."""

from collections.abc import Mapping
from typing import Any, Literal

from customer_escalation.actions import Proposal, action_id, approval_in_force
from customer_escalation.actions.proposals import TOOLS
from customer_escalation.cases.approval_events import approval_events
from customer_escalation.cases.entries import APPROVAL
from customer_escalation.cases.store import CaseStore

OWN = frozenset({"save_brief", "approve_action", "request_approval", "revoke_approval", "log_followup", "deescalate"})
"""Tools that keep a case's own journal or ask a person: they change no system."""
_SYSTEMS: dict[str, Literal["chat", "support_platform"]] = {
    TOOLS["chat"]: "chat",
    TOOLS["support_platform"]: "support_platform",
}


def refusal(store: CaseStore, tool: str, arguments: Mapping[str, Any]) -> str:
    """Why the call is not let through, in a sentence; empty where some case holds a person's yes to exactly this."""
    if tool in OWN:
        return ""
    if tool not in _SYSTEMS:
        return f"{tool} cannot be called over HTTP: no brief proposes it, so nobody can have approved it."
    action = _meant(tool, arguments)
    key = action_id(action)[:32]
    if not any(_approved(store, case.case, action) for case in store.summaries(APPROVAL) if case.newest):
        return (
            f"Nobody approved exactly this text for {action.destination}. Ask the person with `request_approval`, then call "
            f"{tool} with the text and destination of the action."
        )
    return "" if arguments.get("idempotency_key") == key else f"Give idempotency_key {key}, so that it happens once."


def _meant(tool: str, arguments: Mapping[str, Any]) -> Proposal:
    """What the call would do, as a brief proposes it."""
    system = _SYSTEMS[tool]
    place = str(arguments.get("channel" if system == "chat" else "id", ""))
    where = place if system == "chat" or place.startswith(f"{system}/") else f"{system}/{place}"
    kind: Literal["post_to_channel", "customer_reply"] = "post_to_channel" if system == "chat" else "customer_reply"
    return Proposal(kind=kind, title="", destination=where, system=system, text=str(arguments.get("text", "")))


def _approved(store: CaseStore, case: str, action: Proposal) -> bool:
    return approval_in_force(action, approval_events(store.entries(case))) is not None

"""Which writing calls a server over HTTP lets through: those that a person approved, to the letter (P1)."""

from collections.abc import Mapping
from typing import Any

from customer_escalation.actions import Proposal, action_id, approval_in_force
from customer_escalation.actions.table import call_of, kind_meant
from customer_escalation.cases.approval_events import approval_events
from customer_escalation.cases.effects import idempotency_key
from customer_escalation.cases.entries import APPROVAL
from customer_escalation.cases.store import CaseStore

OWN = frozenset({"save_brief", "approve_action", "request_approval", "revoke_approval", "log_followup", "deescalate"})
"""Tools that keep a case's own journal or ask a person: they change no system."""


def refusal(store: CaseStore, tool: str, arguments: Mapping[str, Any]) -> str:
    """Why the call is not let through, in a sentence; empty where some case holds a person's yes to exactly this."""
    if tool in OWN:
        return ""
    action = meant(tool, arguments)
    if action is None:
        return f"{tool} cannot be called here: no brief proposes it, so nobody can have approved it."
    if not (cases := cases_that_approve(store, action)):
        return (
            f"Nobody approved exactly this text for {action.destination}. Show it with `propose_actions`, let the person approve it, "
            "and call `carry_out`."
        )
    keys = [idempotency_key(case, action_id(action)) for case in cases]
    if arguments.get("idempotency_key") not in keys:
        return f"Give idempotency_key {keys[0]}, so that it happens once."
    others = sorted(set(arguments) - {*_exactly(tool, action), "idempotency_key"})
    return f"Leave out {', '.join(others)}: nobody approved that." if others else ""


def meant(tool: str, arguments: Mapping[str, Any]) -> Proposal | None:
    """What the call would do, as a brief proposes it; None where no action does it."""
    row = kind_meant(tool)
    if row is None or row.way is None:
        return None
    destination, text = row.way.meant(arguments)
    return Proposal.model_validate(
        {"kind": row.id, "title": "", "destination": destination, "system": row.system, "text": text}
    )


def cases_that_approve(store: CaseStore, action: Proposal) -> list[str]:
    """The cases in which a person's yes to exactly this is in force, the latest begun first."""
    return [
        one.case
        for one in store.summaries(APPROVAL)
        if one.newest and approval_in_force(action, approval_events(store.entries(one.case))) is not None
    ]


def _exactly(tool: str, action: Proposal) -> Mapping[str, Any]:
    call = call_of(action.kind, action.destination, action.text)
    assert call is not None
    assert call.tool == tool
    return call.arguments

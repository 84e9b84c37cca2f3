"""Words that the workbench uses: gaps, names of files, what carries an action out."""

import re
from collections.abc import Sequence

from customer_escalation.actions import Proposal
from customer_escalation.cases.answers import Action
from customer_escalation.domain.brief import Outcome

MOST_NAMED = 12
"""Refs named in one sentence."""
ACTIONS_NOTE = "Next steps; nothing is carried out without a person's yes to exactly this text and destination."
_TOOLS = {
    "post_to_channel": "post_chat_message",
    "interim_response": "reply_to_customer",
    "status_update": "reply_to_customer",
    "customer_reply": "reply_to_customer",
}


def gap_of_given(unverified: Sequence[str]) -> list[str]:
    """What rests on an assistant's copies, as a gap of the brief."""
    if not unverified:
        return []
    shown = ", ".join(unverified[:MOST_NAMED])
    more = f" and {len(unverified) - MOST_NAMED} more" if len(unverified) > MOST_NAMED else ""
    return [f"Not verified: these records were copied by the assistant and could not be read again: {shown}{more}."]


def hand_in_words(outcome: Outcome) -> str:
    """Which draft the decision asks for."""
    name = "escalation" if outcome == Outcome.ESCALATE else "handling"
    return (
        f"The decision is “{outcome.value}”: hand the draft in as `{name}`. If a fact was stated wrongly, call `assess` again "
        "first."
    )


def action_tool(proposal: Proposal) -> str:
    """The category tool that carries a proposal out; a reminder is set by a person."""
    return _TOOLS.get(proposal.kind, "")


def listed_actions(actions: Sequence[Action]) -> str:
    """The next steps as text, each exactly as it would be carried out."""
    if not actions:
        return "No next step is proposed."
    lines = [ACTIONS_NOTE]
    for action in actions:
        by = f"; approved by {action.approved_by}" if action.approved_by else ""
        how = f"; tool: {action.tool}" if action.tool else "; a person does it"
        lines.append(
            f"\n{action.number}. {action.title} [{action.kind}; destination: {action.destination or 'none'}{how}{by}]"
        )
        lines += [f"   {line}" for line in (action.text or "(no text yet: to be drafted)").splitlines()]
    return "\n".join(lines)


def slug(text: str, most: int = 60) -> str:
    """A text as a part of a file's name."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold())[:most].strip("-") or "brief"

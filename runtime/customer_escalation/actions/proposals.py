"""What could be done next, each with its exact text and where it would go; it waits for a person's approval (P1)."""

import hashlib
import json
from collections.abc import Container
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from customer_escalation.actions.table import KINDS
from customer_escalation.domain.brief import Brief
from customer_escalation.domain.draft import CustomerDraft
from customer_escalation.domain.evidence import parse_moment
from customer_escalation.domain.formatting import date_words
from customer_escalation.domain.outcomes import Outcome, Target
from customer_escalation.domain.printable import printable
from customer_escalation.domain.texts import outgoing
from customer_escalation.policy import Policy
from customer_escalation.policy.sources import shipped_policy
from customer_escalation.rendering.phrases import Phrases
from customer_escalation.sla.cadence import next_internal_followup
from customer_escalation.sla.calendar import team_calendar


class Proposal(BaseModel):
    """One action that a person may approve: its kind, where it goes and its exact text."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["post_to_channel", "reminder", "status_update", "customer_reply"]
    title: str
    """The offer, as a question to the person."""
    destination: str
    """A channel, a ticket's ref, or a moment (RFC 3339) for a reminder; empty where it is not known."""
    system: Literal["chat", "support_platform", ""]
    """The category of the system that it would change; empty for what a person sees to, such as a reminder."""
    text: str
    """Exactly what would be posted or sent; empty where it has yet to be drafted."""


def action_id(proposal: Proposal) -> str:
    """sha256 of what would be done: system, tool, destination and text. The title may change without harm.

    The tool counts, because a note for the team and a reply to the customer may share the rest.
    """
    exact = json.dumps([proposal.system, tool_for(proposal), proposal.destination, proposal.text], ensure_ascii=True)
    return hashlib.sha256(exact.encode()).hexdigest()


def tool_for(proposal: Proposal) -> str:
    """The tool of the system's category that carries it out; empty where a person does it."""
    return KINDS[proposal.kind].tool


def propose(
    brief: Brief,
    markdown: str,
    policy: Policy,
    now: datetime,
    zone: ZoneInfo | None = None,
    channels: Container[str] = (),
) -> list[Proposal]:
    """The next steps that fit this brief, in the order in which they are usually wanted, with times on the clock of ``zone``; nothing is
    offered that is there.

    A channel that neither the organisation has set nor ``channels`` of the records hold is not named to a person, who may have none
    of that name.
    """
    say = Phrases(brief.draft)
    texts = [
        _customer_text(place, one, say)
        for place, (_, one) in enumerate(outgoing(brief.draft), 1)
        if isinstance(one, CustomerDraft)
    ]
    clock = zone or ZoneInfo("UTC")
    reminders = [
        _reminder(moment, brief.draft.rhythm or brief.draft.summary, clock, say)
        for moment in sorted(filter(None, map(parse_moment, brief.draft.reminders)))
        if moment > now
    ]
    if brief.outcome == Outcome.HANDLE or brief.target is None or brief.severity is None:
        question = f"Did the documented solution help? {brief.draft.summary}"
        later = Proposal(kind="reminder", title=say("step_helped"), destination="", system="", text=question)
        return [*texts, *(reminders or [later])]
    team = policy.teams.of(brief.target)
    due = next_internal_followup(brief.severity, now, team_calendar(policy, brief.target), policy).due_at
    kept = " (restricted)" if brief.target == Target.SECURITY else ""
    known = team.channel in channels or team.channel != shipped_policy().teams.of(brief.target).channel
    post = (
        say("step_post", where=f"{team.channel}{kept}", team=team.name)
        if known
        else say("step_post_there", team=f"{team.name}{kept}")
    )
    check = f"Check with {team.name} for progress: {brief.draft.summary}"
    return [
        Proposal(kind="post_to_channel", title=post, destination=team.channel, system="chat", text=markdown),
        *texts,
        *(reminders or [_reminder(due, check, clock, say)]),
    ]


def _reminder(moment: datetime, text: str, zone: ZoneInfo, say: Phrases) -> Proposal:
    title = say("step_reminder", when=date_words(moment, zone, say.language))
    return Proposal(kind="reminder", title=title, destination=moment.isoformat(), system="", text=text)


def _customer_text(number: int, draft: CustomerDraft, say: Phrases) -> Proposal:
    """``number`` is that of the text in the brief."""
    kind, step = ("status_update", "step_update") if draft.kind == "update" else ("customer_reply", "step_reply")
    title = say(step, number=str(number))
    text = printable(draft.text)  # what nobody sees cannot be approved
    data = {"kind": kind, "title": title, "destination": draft.ticket, "system": "support_platform", "text": text}
    return Proposal.model_validate(data)

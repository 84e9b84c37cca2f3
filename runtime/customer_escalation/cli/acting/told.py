"""What is told of an action: where it stands, where it goes, and what a person should know, in words and as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from customer_escalation.actions.guard import lasts
from customer_escalation.actions.table import KINDS, REMINDERS
from customer_escalation.cases.steps import ProposedAction
from customer_escalation.domain.categories import title_of
from customer_escalation.domain.evidence import Evidence, field, parse_moment
from customer_escalation.domain.printable import one_line
from customer_escalation.domain.record_ids import shown_id
from customer_escalation.policy import Policy

Stage = Literal[
    "waits", "waits for a second person", "approved", "refused", "approval expired", "changed since", "done", "failed", "unclear",
]  # fmt: skip
SHOWN_ID = 12
"""Characters of an id that are shown, and that name it at least."""
_STAGES: dict[str, Stage] = {
    "open": "waits", "partly": "waits for a second person", "approved": "approved", "refused": "refused",
    "expired": "approval expired", "outdated": "changed since",
}  # fmt: skip


def stage(one: ProposedAction) -> Stage:
    """Where an action stands, in a word or two."""
    if one.pending:
        return "unclear"
    if one.effect is not None and one.effect.state == "done":
        return "done"
    if one.effect is not None and one.state in ("approved", "partly"):
        return "failed"
    return _STAGES[one.state]


def is_settled(one: ProposedAction) -> bool:
    """Is nothing left to do for it: carried out, refused, or approved where a person sees to it?"""
    told = stage(one)
    return told in ("done", "refused") or (told == "approved" and not one.tool)


def noun(one: ProposedAction) -> str:
    """What kind of action it is."""
    return KINDS[one.proposal.kind].noun


def where(one: ProposedAction, evidence: Evidence) -> str:
    """Where it goes, in words that a reader knows."""
    proposal = one.proposal
    if proposal.kind in REMINDERS:
        at = parse_moment(proposal.destination)
        return local(at) if at else "no moment is set"
    if proposal.kind == "tracker_item":
        return f"a new item of the type {one_line(proposal.destination) or '(none)'}"
    if proposal.kind == "draft_article":
        return "a new draft"
    record = evidence.ledger.resolve(proposal.destination) if "/" in proposal.destination else None
    if record is None:
        return one_line(proposal.destination) or "no destination is known"
    item = evidence.item_of(record)
    about = one_line(field(item, "customer") or field(item, "title"))
    return f"{shown_id(item.id) or item.id}{f', {about}' if about else ''}"


def system(one: ProposedAction) -> str:
    """Which system it changes, and by which tool."""
    if not one.tool:
        return "none: you see to it"
    return f"{title_of(one.proposal.system)} ({one.tool})"


def said(one: ProposedAction, policy: Policy) -> list[str]:
    """What persons said to it, and what came of it, a sentence each."""
    done = one.effect is not None and one.effect.state == "done"
    lines = [
        f"Approved by {yes.by}, {local(yes.at)}{'' if done else f'; counts until {local(yes.at + lasts(policy))}'}."
        for yes in one.standing.approvals
    ]
    lines += [f"The yes of {yes.by}, {local(yes.at)}, does not count any more." for yes in one.standing.expired]
    if one.needs > 1 and len(one.standing.approvals) < one.needs and not one.standing.refusal:
        lines.append(f"{one.needs} different persons have to approve it.")
    if no := one.standing.refusal:
        lines.append(f"Refused by {no.by}, {local(no.at)}{f': {one_line(no.why)}' if no.why else '.'}")
    if one.edited_by:
        lines.append(f"Edited by {one.edited_by}.")
    if one.effect is not None:
        lines.append(f"{_OUTCOMES[one.effect.state]}, {local(one.effect.at)}. {one_line(one.effect.said)}".rstrip())
        lines += [f"Written as {one_line(one.effect.written)}."] if one.effect.written else []
    elif one.pending:
        lines.append("It was begun, and nobody knows whether it was carried out.")
    return lines


_OUTCOMES = {"done": "Carried out", "failed": "Not carried out", "unclear": "Nobody knows whether it was carried out"}


def local(moment: datetime) -> str:
    """A moment on the clock of this machine."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M %Z}"


def as_json(one: ProposedAction) -> dict[str, Any]:
    """An action for programs."""
    proposal, standing, effect = one.proposal, one.standing, one.effect
    return {
        "id": one.id, "number": one.number, "kind": proposal.kind, "title": proposal.title, "system": proposal.system,
        "tool": one.tool, "destination": proposal.destination, "text": proposal.text, "state": stage(one).replace(" ", "_"),
        "approved_by": [{"by": yes.by, "at": yes.at.isoformat()} for yes in standing.approvals], "needs": one.needs,
        "refused_by": standing.refusal.by if standing.refusal else "", "edited_by": one.edited_by,
        "changes": list(standing.outdated.changes) if standing.outdated else [], "left_out": list(proposal.left_out),
        "beware": list(proposal.beware),
        "effect": None if effect is None else {
            "state": effect.state, "at": effect.at.isoformat(), "by": effect.by, "written": effect.written, "said": effect.said,
        },
    }  # fmt: skip


def table(found: Sequence[ProposedAction], evidence: Evidence) -> list[tuple[str, ...]]:
    """Each action as a row: number, id, where it stands, what it is, where it goes."""
    return [(str(one.number), one.id[:SHOWN_ID], stage(one), noun(one), where(one, evidence)) for one in found]

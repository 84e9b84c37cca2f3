"""Next steps that are offered after the brief: the texts of an update, the article of a close, a comment on an incident."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Literal

from customer_escalation.actions import Proposal, action_id
from customer_escalation.cases.entries import RESULT, CaseEntry, EffectIntended
from skill_runtime.journal import Entry

Occasion = Literal["update", "de_escalation", "close", "incident"]


class OfferedLater(CaseEntry):
    """What is offered beside the brief's own next steps, in place of what was offered on the same occasion before."""

    kind: ClassVar[str] = "offered"

    occasion: Occasion
    now: datetime
    drafted_by: Literal["model", "rules"]
    proposals: tuple[Proposal, ...]


def since_offered(entries: Sequence[Entry], proposal: Proposal) -> Sequence[Entry]:
    """The entries after a text that was offered after the brief, which knows what went out before it; else all of them."""
    for place in range(len(entries) - 1, -1, -1):
        if entries[place].type == OfferedLater.kind:
            later = OfferedLater.model_validate(entries[place].data)
            if any(action_id(one) == action_id(proposal) for one in later.proposals):
                return entries[place:]
    return entries


def offered_on(occasion: Occasion, entries: Sequence[Entry]) -> tuple[Proposal, ...]:
    """What is offered on this occasion now; a brief that was recorded anew ends it."""
    found: tuple[Proposal, ...] = ()
    for entry in entries:
        if entry.type == RESULT:
            found = ()
        elif entry.type == OfferedLater.kind and entry.data["occasion"] == occasion:
            found = OfferedLater.model_validate(entry.data).proposals
    return found


def offered_later(entries: Sequence[Entry]) -> list[Proposal]:
    """What is offered beside the brief's own steps now; a brief that was recorded anew ends it. What was begun to be carried out
    stays, so that it is known what became of it.
    """
    begun = {entry.data["action"] for entry in entries if entry.type == EffectIntended.kind}
    newest: dict[str, OfferedLater] = {}
    kept: list[Proposal] = []
    for entry in entries:
        gone: Iterable[OfferedLater] = ()
        if entry.type == RESULT:
            gone, newest = list(newest.values()), {}
        elif entry.type == OfferedLater.kind:
            later = OfferedLater.model_validate(entry.data)
            gone = [newest[later.occasion]] if later.occasion in newest else []
            newest[later.occasion] = later
        kept += [one for old in gone for one in old.proposals if action_id(one) in begun]
    offered = [*kept, *(one for later in newest.values() for one in later.proposals)]
    return list({action_id(one): one for one in offered}.values())

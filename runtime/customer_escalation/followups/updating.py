"""A follow-up: what is new since everybody was told last, and a text for everybody who should hear, offered for a person's approval."""

from dataclasses import dataclass, replace
from typing import Literal, Protocol

from customer_escalation.actions import Proposal, action_id
from customer_escalation.cases.entries import FollowedUp
from customer_escalation.cases.errors import NotEscalated
from customer_escalation.cases.offered_later import OfferedLater
from customer_escalation.cases.restoring import opening_of
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.steps import ProposedAction, ReassessedCase
from customer_escalation.followups.due import DueItem, due_items
from customer_escalation.followups.looking import own_items
from customer_escalation.followups.news import News, news_between
from customer_escalation.followups.standing import Standing, standing_at
from customer_escalation.followups.tellings import Tellings
from customer_escalation.followups.update_texts import UpdateTexts


class UpdateWriter(Protocol):
    """Writes the texts of a follow-up in place of those that structure gives."""

    async def write(self, texts: UpdateTexts, made: list[Proposal]) -> list[Proposal]:
        """The same proposals with texts of its own; one that it cannot write stays. Raises ``ModelError``."""
        ...


@dataclass(frozen=True)
class FollowUpDraft:
    """What a follow-up came to."""

    case: str
    reassessed: ReassessedCase
    news: News
    """What the team was not told yet."""
    standing: Standing
    offered: tuple[ProposedAction, ...]
    """The texts, with the ids by which they are approved."""
    drafted_by: Literal["model", "rules"]


async def make_update(service: CaseService, case: str, writer: UpdateWriter | None = None) -> FollowUpDraft:
    """Read the case again, say what is new, and offer a text to the team, to each waiting customer, and a note for each ticket.

    Raises ``NotEscalated`` where it is no open escalation, and ``NoFacts`` where its facts were not kept.
    """
    name, now = service.store.find(case.strip()), await service.systems.now()
    before = standing_at(service.store, name, now)
    if before is None or before.inputs is None:
        raise NotEscalated(name)
    entries, own = service.store.entries(name), own_items(before)
    tellings = Tellings(entries, opening_of(service.store, name).now)
    reassessed = await service.reassess(name)
    standing = standing_at(service.store, name, now)
    assert standing is not None
    assert standing.inputs is not None
    evidence = standing.inputs.evidence

    def news_for(whom: str) -> News:
        told = tellings.last(whom)
        return news_between(told.known, evidence, own, (told.at, now), before.written, told.seen)

    texts = UpdateTexts(standing, standing.inputs, news_for, {item.key: item for item in after_this(standing)})
    made = texts.proposals if writer is None else await writer.write(texts, texts.proposals)
    drafted_by: Literal["model", "rules"] = "rules" if writer is None else "model"
    entry = OfferedLater(occasion="update", now=now, drafted_by=drafted_by, proposals=tuple(made))
    ids = {action_id(one) for one in await service.offer_read(name, entry)}
    offered = tuple(one for one in service.propose(name) if one.id in ids)
    return FollowUpDraft(name, reassessed, texts.news, standing, offered, drafted_by)


def after_this(standing: Standing) -> tuple[DueItem, ...]:
    """What is due next once the team was asked and every customer told."""
    done = FollowedUp(done=("asked_team", "told_customer"), note="", now=standing.now)
    return due_items(replace(standing, done=(*standing.done, done)))

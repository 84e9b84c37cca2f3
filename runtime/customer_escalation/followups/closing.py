"""The end of an escalation: the customer confirmed it, the tracking is up to date, and what was learned is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from customer_escalation.actions import Proposal, action_id
from customer_escalation.cases.coming_down import changed_at
from customer_escalation.cases.errors import NotEscalated, WrongOrder
from customer_escalation.cases.offered_later import OfferedLater
from customer_escalation.cases.service import CaseService
from customer_escalation.decision.rules.after import still_to_do
from customer_escalation.domain.evidence import parse_moment
from customer_escalation.domain.formatting import time_words
from customer_escalation.followups.coming_down import last_complaint
from customer_escalation.followups.learning import article, article_action
from customer_escalation.followups.standing import Standing, standing_at
from customer_escalation.sla.cadence import quiet_until


@dataclass(frozen=True)
class Closing:
    """What a person says at the end."""

    by: str
    confirmed: tuple[str, ...] = ()
    """Refs of the customers' records that say so; none where they were quiet for long enough."""
    tracking: str = ""
    """What was done to the internal tracking."""
    learned: str = ""
    """Where what was learned is kept."""


async def open_standing(service: CaseService, case: str) -> Standing:
    """The open escalation. Raises ``NotEscalated``."""
    name = service.store.find(case.strip())
    standing = standing_at(service.store, name, await service.systems.now())
    if standing is None or standing.inputs is None:
        raise NotEscalated(name)
    return standing


async def learned(service: CaseService, case: str, resolution: str) -> Proposal:
    """The draft of the article as anybody in the house may read it, with what was left out. Raises ``NotEscalated``."""
    standing = await open_standing(service, case)
    made = article(standing, standing.coming_down.since if standing.coming_down else None, resolution)
    return article_action(standing, made)


async def offer_article(service: CaseService, case: str, draft: Proposal) -> str:
    """Offer the article as a next step; returns its id. Raises ``WrongOrder`` for a case whose details stay with one team."""
    standing = await open_standing(service, case)
    if standing.policy.teams.of(standing.target).restricted:
        raise WrongOrder(
            "Its details stay in the team's own channel: keep the article in a file, and decide there who may read it."
        )
    entry = OfferedLater(occasion="close", now=standing.now, drafted_by="rules", proposals=(draft,))
    [offered] = service.offer(standing.case, entry)
    return action_id(offered)


async def close(service: CaseService, case: str, closing: Closing) -> None:
    """Close it. Raises ``WrongOrder`` naming everything that is missing."""
    standing = await open_standing(service, case)
    missing = [
        *_still_up(standing),
        *_unconfirmed(standing, closing.confirmed),
        *([] if closing.tracking.strip() else ["say what was done to the internal tracking (--tracking)"]),
        *([] if closing.learned.strip() else ["write down what was learned (--article FILE or --offer-article)"]),
    ]
    if missing:
        raise WrongOrder(f"It cannot be closed yet: {'; '.join(missing)}.")
    await service.deescalate(standing.case, None, ["record_learning"])
    await service.close(
        standing.case, by=closing.by, confirmed=closing.confirmed, tracking=closing.tracking, learned=closing.learned
    )


def _still_up(standing: Standing) -> list[str]:
    """What is missing before it is down: a person's yes, and of the steps those that closing does not do itself."""
    down = standing.coming_down
    left = still_to_do([*(down.done if down else ()), "record_learning"])
    yes = [] if down and down.confirmed_by else ["a person confirms that it may come down (deescalate)"]
    return [*yes, *(f"{words[:1].lower()}{words[1:].rstrip('.')} (deescalate)" for words in left)]


def _unconfirmed(standing: Standing, refs: Sequence[str]) -> list[str]:
    """Why the customer's word is missing; empty where it is there, or they were quiet for long enough."""
    assert standing.inputs is not None
    evidence = standing.inputs.evidence
    records, unknown = evidence.resolve(refs)
    if unknown:
        return [f"no record is known as {', '.join(unknown)}: `update RUN` reads what is new"]
    if others := [record.ref for record in records if not evidence.by_customer(record)]:
        return [f"{', '.join(others)} holds no word of a customer"]
    if records:
        return []
    until = _quiet_until(standing)
    if until is None:
        return ["name the record in which the customer confirms it (--customer-confirmed REF)"]
    if until > standing.now:
        return [
            (
                "name the record in which the customer confirms it (--customer-confirmed REF), or wait: they are quiet long enough at "
                f"{time_words(until)}"
            )
        ]
    return []


def _quiet_until(standing: Standing) -> datetime | None:
    """When silence counts as agreement (DE1, DE2); None where nobody said since when it is resolved."""
    down = standing.coming_down
    if down is None or down.since is None or standing.inputs is None:
        return None
    said = parse_moment(last_complaint(standing, ()))
    since = max(filter(None, (changed_at(down.since), said)))
    calendar = standing.result.agreed(standing.policy).calendar
    return quiet_until(standing.severity, since, calendar, standing.policy)

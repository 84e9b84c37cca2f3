"""What a person is offered to send, and the brief itself, as they leave (``leaving``)."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from customer_escalation.actions.detectors.personal import Known
from customer_escalation.actions.guard import TO_CUSTOMERS
from customer_escalation.actions.leaving import kept_for, leaving, told
from customer_escalation.actions.proposals import Proposal
from customer_escalation.domain.draft import Draft
from customer_escalation.domain.evidence import Evidence, field
from customer_escalation.domain.outcomes import Target
from customer_escalation.policy import Policy
from customer_escalation.policy.sections import PERSONAL

TO_NO_TEAM = TO_CUSTOMERS | {"reminder"}
"""Kinds of proposals that no team reads: a customer does, or the person who was offered them. All others are for a team."""

TO_ANYBODY = frozenset({"draft_article"})
"""Kinds that more people read than any team: nobody's personal data stands in them."""


def reduced(
    proposal: Proposal, owner: Target | None, policy: Policy, known: Sequence[Known] = (), regions: Sequence[str] = ()
) -> Proposal:
    """The proposal with its text as it would go, and what was taken out of it; ``owner`` receives the brief."""
    team = None if proposal.kind in TO_NO_TEAM else _reader(proposal, owner, policy)
    keeps = () if proposal.kind in TO_ANYBODY else kept_for(team, policy)
    left = leaving(proposal.text, keeps, known, regions)
    if not left.removed:
        return proposal
    left_out = (*proposal.left_out, told(left.removed))
    return proposal.model_copy(update={"text": left.text, "removed": left.removed, "left_out": left_out})


def without_secrets_in(draft: Draft) -> Draft:
    """The draft as every form of the brief may show it: its readers are not known, so personal data stays and no secret does."""
    return type(draft).model_validate(without_secrets(draft.model_dump()))


def regions_of(evidence: Evidence) -> tuple[str, ...]:
    """The countries (ISO 3166) that the accounts' time zones lie in."""
    from babel.core import get_global

    countries = get_global("zone_territories")
    zones = {field(account, "timezone") for account in evidence.of_kind("account")}
    return tuple(sorted({countries[zone] for zone in zones if zone in countries}))


def _reader(proposal: Proposal, owner: Target | None, policy: Policy) -> Target | None:
    """The team whose channel it goes to, else the one that owns the case."""
    return next((team for team in Target if policy.teams.of(team).channel == proposal.destination), owner)


@lru_cache(maxsize=1024)
def _text_without_secrets(text: str) -> str:
    """Kept by the text: a brief is made more than once, and the texts in it stand in its forms and its records too."""
    return leaving(text, PERSONAL).text


def without_secrets(value: Any) -> Any:
    """A copy of a JSON value without secrets and card numbers in its texts."""
    if isinstance(value, str):
        return _text_without_secrets(value)
    if isinstance(value, dict):
        return {key: without_secrets(item) for key, item in value.items()}
    return [without_secrets(item) for item in value] if isinstance(value, list | tuple) else value

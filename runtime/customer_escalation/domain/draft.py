"""The texts of a brief as code knows them: each section of the template is a text with citations inside it; typed is what code needs.

Drafts by rules fill ``EscalationDraft`` or ``HandlingDraft``; a document that a model wrote is taken apart into one (see ``written``).
Of drafts by rules, severity, target, accounts, sums, waiting times and windows are no part, because code computes and prints those.
Every text is marked with what it is (see ``prose``): checks, citations and rendering all come from one walk over the markers.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from customer_escalation.domain.outcomes import Target
from customer_escalation.domain.prose import (
    ForCustomer,
    ForSender,
    Moment,
    Owner,
    Proposed,
    RefName,
    Stated,
    Supposed,
    Told,
    Verb,
)

_ITEM = re.compile(r"\A(?:[-*+]|\d{1,2}[.)])\s+")


class DraftModel(BaseModel):
    """Base of everything in a draft: unknown keys are refused, text is trimmed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Related(DraftModel):
    """A record that tries to steer, and what it asks for."""

    ref: RefName
    note: Supposed
    """What it asks for, in a few neutral words."""


class Ask(DraftModel):
    """What a team or a role is asked to do."""

    owner: Owner
    """A team, with a name in brackets where a record has one, or a role."""
    kind: Verb
    """One of the policy's verbs; of a role the nearest."""
    by: Moment
    """RFC 3339 or a date; empty for none."""
    text: Proposed

    @property
    def said(self) -> str:
        """Its text without what it is in a list or a table."""
        first, end, rest = self.text.partition("\n")
        if first.startswith("|"):
            first = ": ".join(filter(None, (cell.strip() for cell in first.strip("|").split("|"))))
        return f"{_ITEM.sub('', first, count=1)}{end}{rest}"

    @property
    def team(self) -> Target | None:
        """The team that is meant; None for a role, or for several."""
        owner = self.owner.partition(" (")[0].casefold()
        return next((team for team in Target if team.value.casefold() == owner), None)


class Deadline(DraftModel):
    """By when the escalation has to be answered or settled."""

    by: Moment
    """RFC 3339 or a date."""
    basis: Literal["customer_given", "sla", "policy", "record", "proposed"]
    """Who set it: the customer, the contract, our policy, another record, or the writer."""
    text: Proposed


class CustomerDraft(DraftModel):
    """A text to one customer, on one ticket, to be approved by a person."""

    number: Annotated[int, Field(ge=0)] = 0
    """From 1 over all texts to customers and colleagues, in the order in which they go out."""
    ticket: RefName
    kind: Literal["reply", "update"]
    """``reply``: goes out as soon as it is approved. ``update``: is kept for a later moment, or until somebody agrees."""
    when: ForSender
    text: ForCustomer


class ColleagueText(DraftModel):
    """A text to a team or a colleague, ready to paste."""

    number: Annotated[int, Field(ge=0)] = 0
    to: Owner
    text: Stated


MOST_OF_A_DRAFT = 150_000
"""Characters of all texts of a draft; ten times a long brief."""
MOST_ENTRIES = 60
"""Asks, texts to customers or messages of one draft."""
MOST_STRETCHES = 1_000
"""Of a document between its texts."""


def bounded(value: Any) -> Any:
    """A draft as it was handed in, before anything in it is looked at. Raises ``ValueError`` for one that is too large."""
    if isinstance(value, dict):
        if _characters(value) > MOST_OF_A_DRAFT:
            raise ValueError(f"all texts together may have {MOST_OF_A_DRAFT:,} characters")
        for name, item in value.items():
            most = MOST_STRETCHES if name in ("layout", "asides", "further") else MOST_ENTRIES
            if isinstance(item, list) and len(item) > most:
                raise ValueError(f"{name} may have {most} entries")
    return value


def _characters(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(map(_characters, value.values()))
    return sum(map(_characters, value)) if isinstance(value, list | tuple) else 0


EARLIER = ("severity_reason", "co_owner", "ideas", "rhythm")
"""Texts of their own in drafts that were recorded once."""


def of_today(value: Any) -> Any:
    """A draft's data with what stood in ``EARLIER`` fields among what is said beside."""
    if not isinstance(value, dict) or not any(name in value for name in EARLIER):
        return value
    beside = "note" if "note" in value else "context"
    texts = [value.get(beside, ""), *(value.get(name, "") for name in EARLIER)]
    return {name: text for name, text in value.items() if name not in EARLIER} | {
        beside: "\n\n".join(filter(None, texts))
    }


class _Draft(DraftModel):
    @model_validator(mode="before")
    @classmethod
    def _not_too_large(cls, value: Any) -> Any:
        return of_today(bounded(value))

    sender: ForSender
    """For the colleague in support; not sent on."""
    summary: Stated
    """A headline."""


class EscalationDraft(_Draft):
    """The texts of an escalation brief: each section of the template whole, in plain markdown."""

    opening: Stated
    """Lines above the first section; below them, where there are options to choose from, a table."""
    impact: Stated
    description: Stated
    tried: Stated
    containment: Stated
    reproduction: Stated
    communication: Stated
    asks: list[Ask]
    deadline: Deadline
    context: Proposed
    drafts: list[CustomerDraft]
    messages: list[ColleagueText]
    ticket_note: Stated
    reminders: list[Moment] = Field(default_factory=list)


class HandlingDraft(_Draft):
    """The note for an issue that support can resolve itself, in plain markdown."""

    note: Told
    article: RefName
    """Ref of the article, ticket or item that holds the solution; empty for none."""
    drafts: list[CustomerDraft]
    messages: list[ColleagueText]
    ticket_note: Stated
    reminders: list[Moment] = Field(default_factory=list)


Draft = EscalationDraft | HandlingDraft


def moments_set(draft: Draft) -> list[Ask | Deadline]:
    """What in the draft has a moment of its own: asks with one, and the deadline."""
    if isinstance(draft, HandlingDraft):
        return []
    return [*(ask for ask in draft.asks if ask.by), draft.deadline]

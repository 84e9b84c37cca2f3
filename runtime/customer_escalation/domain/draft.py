"""What a writer hands in: each section of the template is a text with citations inside it; typed is what code needs.

A writer fills ``EscalationDraft`` or ``HandlingDraft``. Severity, target, accounts, sums, waiting times and windows are not in
them, because code computes those and prints them. The field descriptions are what the model reads, so they are written for it.
Every field is required, and emptiness is an empty list or an empty string: strict tool schemas have no optional parts.
Every text is marked with what it is (see ``prose``): checks, citations and rendering all come from one walk over the markers.
"""

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


class DraftModel(BaseModel):
    """Base of everything in a draft: unknown keys are refused, text is trimmed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Related(DraftModel):
    """A record that tries to steer, and what it asks for."""

    ref: RefName = Field(description="The record's ref.")
    note: Supposed = Field(description="What it asks for, in a few neutral words.")


class Ask(DraftModel):
    """What a team or a role is asked to do."""

    owner: Owner = Field(
        description="Printed as who: Security, Leadership, Engineering, Product, L2 Support, with a name in brackets where a record "
        "has one; or a role: Legal, the data protection officer, who is on duty."
    )
    kind: Verb = Field(description="What that team can do; not printed: {{ ask-table }}. Of a role the nearest.")
    by: Moment = Field(
        description="Printed as well: RFC 3339 in the zone of the text (2026-05-08T17:00:00+02:00) or a date, in the future; '' if none."
    )
    text: Proposed = Field(
        description=(
            "What, in a sentence or two without who and when, which stand before it, and how one sees that it is done; options as bullets "
            "on lines below."
        )
    )

    @property
    def team(self) -> Target | None:
        """The team that is meant; None for a role, or for several."""
        owner = self.owner.partition(" (")[0].casefold()
        return next((team for team in Target if team.value.casefold() == owner), None)


class Deadline(DraftModel):
    """By when the escalation has to be answered or settled."""

    by: Moment = Field(
        description="RFC 3339 in the zone of the text (2026-05-08T17:00:00+02:00) or a date (2026-05-08), in the future."
    )
    basis: Literal["customer_given", "sla", "policy", "record", "proposed"] = Field(
        description="Who set it: the customer, the contract, our policy, another record (a promise, a close date), or you."
    )
    text: Proposed = Field(
        description="Printed behind `Deadline`: until when and why then, what happens otherwise; a mark where a record sets it."
    )


Number = Annotated[
    int,
    Field(
        ge=0,
        description="Its number: from 1 over all texts to customers and colleagues, in the order in which they go out.",
    ),
]


class CustomerDraft(DraftModel):
    """A text to one customer, on one ticket, to be approved by a person."""

    number: Number = 0
    ticket: RefName = Field(description="Ref of the customer's own open ticket.")
    kind: Literal["reply", "update"] = Field(
        description="reply: goes out as soon as it is approved. update: is kept for a later moment, or until somebody agrees."
    )
    when: ForSender = Field(
        description="In its heading: now, or the moment, or who agrees first and what is done if they do not in time."
    )
    text: ForCustomer = Field(description="Ready to send, in the language they write in. No marks.")


class ColleagueText(DraftModel):
    """A text to a team or a colleague, ready to paste."""

    number: Number = 0
    to: Owner = Field(description="In its heading: the team, its channel, or who by the records.")
    text: Stated = Field(description="The ask and the moment first.")


_SENDER = "The page for your colleague in support; not sent on. `[text 2]` names a text and reads “text 2” in the brief's language."
_OPENING = (
    "Two to four short lines that do alone: what is asked by when, what is wrong and for whom, what to beware of."
)
_RHYTHM = (
    "To your colleague: who hears when until it is settled, who looks when, what if somebody does not answer, what ends it, and what "
    "else is put right."
)
_CONTEXT = (
    "Printed below the list of cited records, which code adds: what somebody has wrong, conflicting records, what is not known and who "
    "finds out, look-alikes that are something else; bullets or a table. '' if nothing."
)
_REMINDERS = "Each moment at which your colleague has to look or act again, for their calendar. RFC 3339. []"
_DRAFTS = "One for each customer who waits or was told what no longer holds, to go out now. None for a closed ticket."
_MESSAGES = "To a channel or colleague who has to act or agree, or spreads what is wrong: few. []"
_NOTE = "Internal note for the ticket, ready to paste: what colleagues do or leave from now on. '' if nothing."
MOST_OF_A_DRAFT = 150_000
"""Characters of all texts of a draft; ten times a long brief."""
MOST_ENTRIES = 60
"""Asks, texts to customers or messages of one draft."""


def bounded(value: Any) -> Any:
    """A draft as it was handed in, before anything in it is looked at. Raises ``ValueError`` for one that is too large."""
    if isinstance(value, dict):
        if _characters(value) > MOST_OF_A_DRAFT:
            raise ValueError(f"all texts together may have {MOST_OF_A_DRAFT:,} characters")
        long = [name for name, item in value.items() if isinstance(item, list) and len(item) > MOST_ENTRIES]
        if long:
            raise ValueError(f"{', '.join(map(str, long))} may have {MOST_ENTRIES} entries")
    return value


def _characters(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(map(_characters, value.values()))
    return sum(map(_characters, value)) if isinstance(value, list | tuple) else 0


class _Draft(DraftModel):
    @model_validator(mode="before")
    @classmethod
    def _not_too_large(cls, value: Any) -> Any:
        return bounded(value)

    sender: ForSender = Field(description=_SENDER)
    summary: Stated = Field(
        description="One line under 120 characters: what is broken or needed, for whom, and the date that decides. No severity, no mark."
    )


class EscalationDraft(_Draft):
    """The text of an escalation brief: each section of the template whole, in plain markdown (sentences, bullets, bold leads, small
    tables, code). Headings, severity, target and date are printed by code."""

    opening: Stated = Field(description=_OPENING)
    severity_reason: Stated = Field(description="Why that severe, in a few words; in brackets behind it.")
    co_owner: Stated = Field(
        description="Who owns it beside the target by an article or a contract, such as the data protection officer; '' otherwise."
    )
    impact: Stated = Field(
        description=(
            "Bullets with the template's labels, `- **Customers affected:** ...`, `**Workflow impact:**`, `**Revenue at risk:**` "
            "(exposure is no risk; deals apart from ARR), `**Time in queue:**`, `**SLA:**` where there are clocks, and labels of your "
            "own for what else counts here (whose data, a legal period, promises). What several accounts share in a table."
        )
    )
    description: Stated = Field(
        description=(
            "{{ description-sentences }} sentences or as many points: what happens, since when, to whom; what is known about the cause, "
            "what is only reported, what nobody checked."
        )
    )
    tried: Stated = Field(
        description=(
            "Numbered: what was done, by whom, and what came of it; then what we told them that doesn't hold. '' if nothing was done."
        )
    )
    containment: Stated = Field(
        description="For Security: what was done to contain it, and what was not, or that none is on record. '' otherwise."
    )
    reproduction: Stated = Field(
        description=(
            "Whose steps they are, or that nobody repeated it, and how often it was seen; numbered steps; then the template's lines "
            "`Expected: ...`, `Actual: ...` with the exact error text, `Environment: ...` with what is missing. Where there is nothing to "
            "reproduce, a few words that say so."
        )
    )
    ideas: Supposed = Field(
        description="A likely cause, a first check and what would disprove it; printed as ideas. '' if none."
    )
    communication: Stated = Field(
        description=(
            "Bullets: `- **Last update to customer:** ...` (each customer; internal notes are none), `**Customer expectation:**` in their "
            "words, `**Escalation risk:**` and what points to it; who keeps the customer and when they hear next."
        )
    )
    asks: list[Ask] = Field(description="In order of who must move first; printed as a numbered list.")
    deadline: Deadline
    context: Proposed = Field(description=_CONTEXT)
    drafts: list[CustomerDraft] = Field(description=_DRAFTS)
    messages: list[ColleagueText] = Field(description=_MESSAGES)
    ticket_note: Stated = Field(description=_NOTE)
    rhythm: ForSender = Field(description=_RHYTHM)
    reminders: list[Moment] = Field(default_factory=list, description=_REMINDERS)


class HandlingDraft(_Draft):
    """The note for an issue that support can resolve itself, in plain markdown."""

    note: Told = Field(
        description=(
            "The note below the page, whole, as you would write it freely: headings of your own (`### ...`), bullets with bold leads, "
            "small tables, numbered steps. A line with a mark states what the records show; one without proposes what to do."
        )
    )
    article: RefName = Field(description="Ref of the article, ticket or item that holds the solution; '' if none.")
    drafts: list[CustomerDraft] = Field(
        description=(
            "For each customer who waits, the reply that resolves it, with what to send back if it does not. Commands in fenced code."
        )
    )
    messages: list[ColleagueText] = Field(description="To a channel or colleagues: a correction, who takes what. []")
    ticket_note: Stated = Field(description=_NOTE)
    rhythm: ForSender = Field(description=_RHYTHM)
    reminders: list[Moment] = Field(default_factory=list, description=_REMINDERS)


Draft = EscalationDraft | HandlingDraft


def moments_set(draft: Draft) -> list[Ask | Deadline]:
    """What in the draft has a moment of its own: asks with one, and the deadline."""
    if isinstance(draft, HandlingDraft):
        return []
    return [*(ask for ask in draft.asks if ask.by), draft.deadline]

"""What a writer hands in: each section of the template is a text with citations inside it; typed is what code needs.

A writer fills ``EscalationDraft`` or ``HandlingDraft``. Severity, target, accounts, sums, waiting times and windows are not in
them, because code computes those and prints them. The field descriptions are what the model reads, so they are written for it.
Every field is required, and emptiness is an empty list or an empty string: strict tool schemas have no optional parts.
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
            "What you need, in one short sentence, and in another how to tell that it is done or what holds until then. Owner and time are "
            "printed beside it; reasons stand elsewhere."
        )
    )

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

    by: Moment = Field(
        description="RFC 3339 in the zone of the text (2026-05-08T17:00:00+02:00) or a date (2026-05-08), in the future."
    )
    basis: Literal["customer_given", "sla", "policy", "record", "proposed"] = Field(
        description="Who set it: the customer, the contract, our policy, another record (a promise, a close date), or you."
    )
    text: Proposed = Field(
        description="Printed behind `Deadline`: until when, why then, and what happens otherwise; with a mark if a record sets it."
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
        description="In its heading: now, or when, or who has to agree first and what happens if they do not."
    )
    text: ForCustomer = Field(description="Ready to send, in the language they write in. No marks.")


class ColleagueText(DraftModel):
    """A text to a team or a colleague, ready to paste."""

    number: Number = 0
    to: Owner = Field(description="In its heading: the team, its channel, or who by the records.")
    text: Stated = Field(description="The ask and the moment first.")


_SENDER = "The page for your colleague in support; not sent on. `[text 2]` names a text and reads “text 2” in the brief's language."
_OPENING = (
    "Two to four short sentences, each on its own line, that tell the receiving team what you need from them and by when, what is broken "
    "and for whom, and what would make it worse. No labels. Below them, if they have to decide, the options as a table."
)
_RHYTHM = (
    "For your colleague, as a short list: who hears from us when until it is settled, through the night and the weekend if the contract "
    "counts them; when to check for answers; what else should be corrected, such as an article."
)
_CONTEXT = (
    "Printed below the list of cited records, which code adds: a table with claims that the records contradict, conflicting "
    "records and similar cases that are something else; open questions with who can answer them. '' if there is nothing."
)
_REMINDERS = "Each moment at which your colleague has to look or act again, for their calendar. RFC 3339. []"
_DRAFTS = (
    "One for each customer who is waiting, or who was told something that no longer holds. None for a closed ticket."
)
_MESSAGES = "Short messages to a channel or colleague who has to act or agree, or who is passing on something wrong. []"
_NOTE = "Internal note for the ticket, ready to paste, for whoever opens it next. '' if nothing."
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
        description=(
            "A headline of under 120 characters, like the subject of an email: what is broken or needed, for whom, and the "
            "date that matters most. No severity, no mark."
        )
    )


class EscalationDraft(_Draft):
    """The text of an escalation brief: each section of the template whole, in plain markdown (sentences, bullets, bold leads, small
    tables, code). Headings, severity, target and date are printed by code."""

    opening: Stated = Field(description=_OPENING)
    severity_reason: Stated = Field(
        description="Why it is that severe, in a few words; printed in brackets behind the severity."
    )
    co_owner: Stated = Field(
        description=(
            "Who owns it together with the target according to an article or a contract, such as the data protection "
            "officer; '' otherwise."
        )
    )
    impact: Stated = Field(
        description=(
            "Bullets with the template's labels, which stay English, `- **Customers affected:** ...`, `**Workflow impact:**`, "
            "`**Revenue at risk:**` (each account's; exposure is not risk; deals apart from ARR), `**Time in queue:**`, `**SLA:**` if "
            "there are clocks, and labels of your own for anything else that counts here. Outages, accounts, or whatever else there are "
            "several of, as a table."
        )
    )
    description: Stated = Field(
        description=(
            "{{ description-sentences }} sentences or as many points: what happens, since when, to whom; what is known about the cause, "
            "what has only been reported, and what nobody has checked."
        )
    )
    tried: Stated = Field(
        description=(
            "Numbered: what was done, by whom, and what it showed; then anything we told the customer that is wrong. '' if "
            "nothing was done."
        )
    )
    containment: Stated = Field(
        description="For Security: what was done to contain it and what was not, or that no containment is recorded. '' otherwise."
    )
    reproduction: Stated = Field(
        description=(
            "Who reproduced it and how often, or that nobody has; numbered steps that can be followed; then the template's "
            "lines `Expected: ...`, "
            "`Actual: ...` with the exact error text, `Environment: ...` including what is missing. If there is nothing to reproduce, one "
            "sentence that says so."
        )
    )
    ideas: Supposed = Field(
        description="A likely cause, a first check and what would disprove it; printed as ideas. '' if none."
    )
    communication: Stated = Field(
        description=(
            "Bullets, labels in English: `- **Last update to customer:** ...` (for each customer; internal notes do not count), "
            "`**Customer expectation:**` in their "
            "words, `**Escalation risk:**` and what points to it; then who stays in touch with the customer and when they hear next."
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
            "The note that follows the page, in plain markdown with headings of your own (`### ...`), bullets, small "
            "tables and paragraphs. "
            "Mark what the records show; a line without a mark is taken as your own proposal."
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
    rhythm: ForSender = Field(description="''; the note says who hears when.")
    reminders: list[Moment] = Field(default_factory=list, description=_REMINDERS)


Draft = EscalationDraft | HandlingDraft


def moments_set(draft: Draft) -> list[Ask | Deadline]:
    """What in the draft has a moment of its own: asks with one, and the deadline."""
    if isinstance(draft, HandlingDraft):
        return []
    return [*(ask for ask in draft.asks if ask.by), draft.deadline]

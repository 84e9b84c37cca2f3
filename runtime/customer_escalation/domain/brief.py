"""The brief as data: each section of the template is a text with citations inside it; typed is what code needs.

A writer fills ``EscalationDraft`` or ``HandlingDraft``. Severity, target, accounts, sums, waiting times and windows are not in
them, because code computes those and prints them. The field descriptions are what the model reads, so they are written for it.
Every field is required, and emptiness is an empty list or an empty string: strict tool schemas have no optional parts.
Every text is marked with what it is (see ``prose``): checks, citations and rendering all come from one walk over the markers.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from customer_escalation.domain.prose import (
    ForCustomer,
    ForSender,
    Moment,
    Owner,
    Proposed,
    RefName,
    Stated,
    Supposed,
    Verb,
)


class Outcome(StrEnum):
    """What the rules decide to do with the issue."""

    ESCALATE = "escalate"
    HANDLE = "handle_in_support"


class Severity(StrEnum):
    """How bad it is; there is no Low."""

    CRITICAL = "Critical"
    HIGH = "High"
    MEDIUM = "Medium"

    @property
    def rank(self) -> int:
        """2 for Critical, 1 for High, 0 for Medium."""
        return {"Critical": 2, "High": 1, "Medium": 0}[self.value]


class Target(StrEnum):
    """Who owns the escalation, in the order of precedence (T0)."""

    SECURITY = "Security"
    LEADERSHIP = "Leadership"
    ENGINEERING = "Engineering"
    PRODUCT = "Product"
    L2 = "L2 Support"


Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Cites = Annotated[
    list[str],
    Field(
        description=(
            "Refs of the records that show it, exactly as they appear in tool results (`category/id`). Cite the "
            "message, not only its ticket. Figures have refs too (`figures/...`)."
        )
    ),
]


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
        description="Security, Leadership, Engineering, Product, L2 Support; or a role: Legal, the data protection officer, who is on duty."
    )
    kind: Verb = Field(description="What that team can do; not printed: {{ ask-table }}. Of a role the nearest.")
    by: Moment = Field(
        description="RFC 3339 in the zone of the text (2026-05-08T17:00:00+02:00) or a date, in the future; '' if the text sets none."
    )
    text: Proposed = Field(
        description=(
            "As it is printed: who and by when as a bold lead, then what, and how one sees that it is done; options or items below."
        )
    )

    @property
    def team(self) -> Target | None:
        """The team that is meant; None for a role, or for several."""
        return next((team for team in Target if team.value.casefold() == self.owner.casefold()), None)


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
_OPENING = "Two to four short lines for a reader who reads nothing else: what is asked by when, what is wrong, what to beware of."
_RHYTHM = "To your colleague, last: when to look again, what to do if somebody doesn't answer, what ends it. '' if said above."
_CONTEXT = (
    "Printed below the list of cited records, which code adds: conflicting records, what is not known and who finds out, look-alikes "
    "that are something else; bullets. '' if nothing."
)
_REMINDERS = "Each moment at which your colleague has to look or act again, for their calendar. RFC 3339. []"
_DRAFTS = "One for each customer who waits or was told what no longer holds. None for a closed ticket."
_MESSAGES = "To each team that is notified and each colleague who has to act or agree before something goes out. []"
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
        description="One line under 120 characters: what is broken or needed, for whom. No severity, no team, no mark."
    )
    opening: Stated = Field(description=_OPENING)


class EscalationDraft(_Draft):
    """The text of an escalation brief: each section of the template whole, in plain markdown (sentences, bullets, bold leads, small
    tables, code). Headings, severity, target and date are printed by code."""

    severity_reason: Stated = Field(description="Why that severe, in a few words; in brackets behind it.")
    co_owner: Stated = Field(
        description="Who owns it beside the target by an article or a contract, such as the data protection officer; '' otherwise."
    )
    impact: Stated = Field(
        description=(
            "Bullets with the template's labels, `- **Customers affected:** ...`, `**Workflow impact:**`, `**Revenue at risk:**` "
            "(exposure is no risk; deals apart from ARR), `**Time in queue:**`, `**SLA:**` where there are clocks, and labels of your "
            "own for what else counts here (whose data, a legal period, promises). A table for three accounts or more."
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

    customers: Stated = Field(description="Who is affected: the account with its tier.")
    sla: Stated = Field(
        description="The clocks that matter, one ticket a line, with which hours were assumed; '' if none."
    )
    reason: Stated = Field(
        description=(
            "Why this is support's: the documented solution or alternative, why it fits here, what speaks against it, what is not certain."
        )
    )
    article: RefName = Field(description="Ref of the article, ticket or item that holds the solution; '' if none.")
    steps: Proposed = Field(
        description="Numbered: what to do, with exact settings or commands, and the check that proves it."
    )
    would_change: Proposed = Field(description="What would make this an escalation, and to which team.")
    context: Proposed = Field(description=_CONTEXT)
    drafts: list[CustomerDraft] = Field(
        description=(
            "For each customer who waits, the reply that resolves it, with what to send back if it does not. Commands in fenced code."
        )
    )
    messages: list[ColleagueText] = Field(
        description="To colleagues: a correction of what was said, and the escalation to send if it does not help. []"
    )
    ticket_note: Stated = Field(description=_NOTE)
    rhythm: ForSender = Field(description=_RHYTHM)
    reminders: list[Moment] = Field(default_factory=list, description=_REMINDERS)


Draft = EscalationDraft | HandlingDraft


def moments_set(draft: Draft) -> list[Ask | Deadline]:
    """What in the draft has a moment of its own: asks with one, and the deadline."""
    if isinstance(draft, HandlingDraft):
        return []
    return [*(ask for ask in draft.asks if ask.by), draft.deadline]


class Statement(DraftModel):
    """A line that code writes."""

    text: Line
    cites: Cites


class Figure(DraftModel):
    """A number, sum, count or time that code computed, with the records that it was computed from."""

    model_config = ConfigDict(frozen=True)

    ref: str
    """``figures/NAME``."""
    label: str
    text: str
    """The figure in words, such as ``8 h 50 min since the first report (2024-12-05 03:10 UTC)``."""
    inputs: tuple[str, ...]
    """Refs of the records that it was computed from."""


class AccountRow(DraftModel):
    """An affected account as the brief shows it."""

    name: str
    tier: str
    arr: str
    """In words, ``unknown`` without a CRM record."""
    deals: str
    renewal: str
    tickets: tuple[str, ...]
    """Ids with the day of the first report, such as ``SUP-4016 (2026-08-03)``."""
    cites: tuple[str, ...]


class Computed(DraftModel):
    """What code computed, as lines: what the draft's own lines stand on, and what is printed where the draft has none."""

    customers: Statement
    accounts: tuple[AccountRow, ...]
    revenue: Statement
    queue: Statement
    sla: tuple[Statement, ...]
    """One statement for each clock that counts: first responses, what is late, what ends before the next follow-up."""
    late: tuple[Statement, ...] = ()
    """Those of ``sla`` with a clock that is missed or nearly so: a brief that tells its clocks in its own words has them too."""
    window: Statement | None
    """The response window of the severity; None when the issue is handled in support."""
    followup: Statement | None
    """Next internal follow-up and next customer updates."""


class Verification(DraftModel):
    """Whether the statements were read against their records by somebody else than their writer."""

    read: int = 0
    """Statements that a verifier read."""
    unread: int = 0
    """Those that it should have read and did not, or contested without being able to show it."""
    why: str = ""
    """Why none, or not all, in a few words; empty where all were read."""


class RuleNote(DraftModel):
    """A rule that made the decision, in words, with the records behind it (S10)."""

    rule: str
    because: str
    cites: tuple[str, ...]


class Brief(DraftModel):
    """The finished brief: the decision, what code computed, and the prose that was checked against the records."""

    outcome: Outcome
    severity: Severity | None
    target: Target | None
    also_notify: tuple[Target, ...]
    severity_because: tuple[RuleNote, ...]
    decided_by: tuple[RuleNote, ...]
    reported_by: str
    date: str
    """The moment of the run, in words with its zone."""
    drafted_by: Literal["model", "rules"]
    computed: Computed
    figures: tuple[Figure, ...]
    draft: EscalationDraft | HandlingDraft
    suspicious: tuple[Related, ...]
    untested: tuple[str, ...] = ()
    """Escalation rules that could not be tested, where support handles it."""
    gaps: tuple[str, ...]
    """Connectors that could not be read, in words (G3)."""
    verification: Verification | None = None
    """None where it was drafted without a model, or by a version that knew no verifier."""
    policy_notes: tuple[str, ...] = ()
    """What an organisation's own policy changed that a reader has to know, in sentences."""
    undecided: bool = False
    """Without a model: questions are open whose answers could change the decision, or it is not clear which case it is."""


LONG_DESCRIPTION = 80
"""Characters of a description that is worth saying once only."""


def tool_schema(
    model: type[BaseModel], fill: Callable[[str], str], told: Iterable[type[BaseModel]] = ()
) -> dict[str, Any]:
    """The JSON schema of ``model`` for a strict tool: every property required, no titles, no length limits (pydantic still checks
    those), and no description of a model, which its fields have.

    ``fill`` puts the policy's figures into the descriptions, where they stand as ``{{ name }}``. Models that are ``told`` by another
    tool of the same request have their fields without descriptions.
    """
    schema = model.model_json_schema()
    for one in (schema, *schema.get("$defs", {}).values()):
        one.pop("description", None)  # the tool says what it takes, and a field what it holds
    for known in told:
        for field in schema["$defs"][known.__name__]["properties"].values():
            field.pop("description", None)
    cleaned = _once(_clean(schema, fill), set())
    assert isinstance(cleaned, dict)
    return cleaned


def _once(value: Any, said: set[str]) -> Any:
    """Without a long description that stood before: what is said of one field holds for its namesakes."""
    if isinstance(value, dict):
        text = value.get("description")
        repeated = isinstance(text, str) and len(text) >= LONG_DESCRIPTION and text in said
        said.update([text] if isinstance(text, str) else ())
        return {key: _once(item, said) for key, item in value.items() if not (repeated and key == "description")}
    return [_once(item, said) for item in value] if isinstance(value, list) else value


def _clean(value: Any, fill: Callable[[str], str], *, in_properties: bool = False) -> Any:
    if isinstance(value, dict):
        dropped = () if in_properties else ("title", "maxLength", "pattern", "default")
        cleaned = {
            key: _clean(item, fill, in_properties=key in ("properties", "$defs") and not in_properties)
            for key, item in value.items()
            if key not in dropped
        }
        if not in_properties and isinstance(properties := value.get("properties"), dict):
            cleaned["required"] = list(properties)  # a default is for briefs of before, not for a model
        return cleaned
    if isinstance(value, list):
        return [_clean(item, fill) for item in value]
    return fill(value) if isinstance(value, str) else value

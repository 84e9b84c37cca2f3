"""The brief as data: each section of the template is a text with citations inside it; typed is what code needs.

A writer fills ``EscalationDraft`` or ``HandlingDraft``. Severity, target, accounts, sums, waiting times and windows are not in
them, because code computes those and prints them. The field descriptions are what the model reads, so they are written for it.
Every field is required, and emptiness is an empty list or an empty string: strict tool schemas have no optional parts.
Every text is marked with what it is (see ``prose``): checks, citations and rendering all come from one walk over the markers.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from customer_escalation.domain.prose import ForCustomer, ForSender, Moment, Proposed, RefName, Stated, Supposed


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


class Part(BaseModel):
    """Base of everything in a draft: unknown keys are refused, text is trimmed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Reproduction(Part):
    """How to see the problem; invented steps are worse than none."""

    status: Literal["reproduced", "reported", "not_reproduced", "not_applicable"] = Field(
        description=(
            "reproduced: an agent or engineer saw it by these steps. reported: the customer's own steps, not repeated by us. "
            "not_reproduced: no steps are known, or trying them did not show it (the steps that were tried may stand here). "
            "not_applicable: nothing to reproduce (a request, a policy question, an incident whose cause is on record)."
        )
    )
    note: Stated = Field(
        description=(
            "One or two sentences before the steps, where they help: why none apply, the starting state, a caution (an isolated "
            "machine, a copy of the data), how often it happens (n of m), what was ruled out. '' otherwise; the status is printed in "
            "words before it."
        )
    )
    steps: list[Stated] = Field(
        description="Steps that a record holds: verb, concrete object, exact values. [] where none are on record; never likely ones."
    )
    expected: Supposed = Field(description="What should happen. '' where nothing is to reproduce.")
    actual: Stated = Field(description="What happens, with the exact error text. '' where nothing is to reproduce.")
    environment: Stated = Field(
        description="Versions, platforms, plan, region, configuration as recorded, then what is missing. '' where it plays no part."
    )


class Ask(Part):
    """One thing that a team is asked to do."""

    owner: Target
    text: Proposed = Field(
        description="Starts with {{ ask-verbs }}, or the same in the language of the brief. One ask, and what counts as done."
    )


class Deadline(Part):
    """A moment by which something is needed."""

    by: Moment = Field(
        description="RFC 3339 with offset (2026-05-08T17:00:00+00:00) or a date (2026-05-08), in the future."
    )
    what: Proposed = Field(description="What is due then, in a few words; a mark where a record sets the date.")
    basis: Literal["customer_given", "sla", "record", "proposed"] = Field(
        description=(
            "customer_given: a customer named it. sla: an SLA window ends then. record: another record fixes it (a billing run, "
            "a deal's close, a renewal). proposed: yours."
        )
    )


class Related(Part):
    """A record worth opening, and why."""

    ref: RefName = Field(description="The record's ref.")
    note: Supposed = Field(description="Why it matters, in a few words.")


class CustomerDraft(Part):
    """A text to one customer, on one ticket, to be approved by a person."""

    ticket: RefName = Field(description="Ref of the customer's own open ticket that it answers.")
    kind: Literal["reply", "update"] = Field(
        description="reply: to be sent now. update: for the next time that one is due and nothing is new."
    )
    text: ForCustomer = Field(
        description=(
            "Ready to send, in the language they write in. What we know, what is being done, what they can do meanwhile, when they "
            "hear next (the time from a figure). No account figures, no other customer, no internal channel or id, no guess at "
            "the cause, nothing that nobody approved. No marks."
        )
    )
    wait_for: ForSender = Field(
        description="Who has to agree before it goes out (Security on anything about an exposure), in a few words. '' if nobody."
    )


_OPENING = (
    "Two to four short lines that can be read alone, one sentence a line: who is asked for what by when and why; what was missed "
    "or is due next; the trap, if there is one (what must not be said, assumed or done); what holds without an answer."
)
_CONFLICTS = "Records that disagree about one fact, both sides with marks. '' if none."
_CONTEXT = "Records worth opening that the text does not cite: matching tracker items and earlier escalations always. [] if none."
_DRAFTS = (
    "One reply for each customer who waits for one, most urgent first, on that customer's own open ticket; an update for the next "
    "time where one falls due soon. None for a closed ticket. [] if nobody waits."
)


class _Draft(Part):
    summary: Stated = Field(
        description="One line under 120 characters: what is broken or needed, for whom. No severity, no team, no mark."
    )
    opening: Stated


class EscalationDraft(_Draft):
    """The text of an escalation brief. Severity, target and date are printed by code, and a table of three accounts or more."""

    opening: Stated = Field(description=_OPENING)
    severity_reason: Stated = Field(
        default="",
        description="Why it is that severe, in a few words, without the rules' wording; printed in brackets behind it.",
    )
    customers: Stated = Field(
        default="",
        description=(
            "Who is affected: accounts with tier (their number alone where a table shows them), users behind them, who might be "
            "besides, whether it grows, who shows it now."
        ),
    )
    workflow_impact: Stated = Field(description="What they cannot do, and whether they are blocked or slowed.")
    revenue: Stated = Field(
        default="",
        description=(
            "ARR of the affected, renewal, open deals apart from it, and whether anybody said they would leave. Exposure is no risk."
        ),
    )
    queue: Stated = Field(default="", description="How long they have waited since the first report.")
    sla: list[Stated] = Field(
        default_factory=list,
        description=(
            "The clocks that matter, one ticket a line, the nearest first: missed, due next, met. Where nobody states the hours, "
            "say which were assumed and what the other count gives. [] where there is no SLA."
        ),
    )
    competition: Stated = Field(
        description="For Product: what customers compare us with; '' where no record says, and otherwise."
    )
    description: Stated = Field(
        description=(
            "{{ description-sentences }} sentences: what happens, since when, to whom, what is known about the cause, what is not."
        )
    )
    tried: list[Stated] = Field(
        description="What was done about it, each with who, when and what came of it; oldest first. [] if nothing was."
    )
    containment: Stated = Field(
        description="For Security: what was done to contain it, and what was not. '' otherwise."
    )
    reproduction: Reproduction
    ideas: list[Supposed] = Field(
        description=(
            "Where it helps the receiver start: a likely cause, a first check, something nobody tried. They are printed "
            "as ideas. [] if none."
        )
    )
    last_update: Stated = Field(
        description="What each affected customer was last told and when; internal notes and chat are not updates."
    )
    expectation: Stated = Field(description="What they expect, and by when where they said so.")
    risk: Stated = Field(description="Will they escalate, leave, go public, and what points to it?")
    next_update: Stated = Field(
        default="",
        description="Who hears from us next, by when, and that support keeps the relationship; the next follow-up.",
    )
    asks: list[Ask] = Field(
        description=(
            "What is needed, first things first, for each team that has something to do: scope, containment, preserved logs, Legal, "
            "an approved wording where the case calls for it."
        )
    )
    response: Stated = Field(
        default="",
        description=(
            "Behind `Deadline`: by when the team answers and why then, in one sentence; what else falls due stands in the asks or "
            "in `deadlines`."
        ),
    )
    deadlines: list[Deadline] = Field(
        description="Dates that matter and that no ask names, printed as a list. [] if the asks say it all, which is usual."
    )
    conflicts: Stated = Field(description=_CONFLICTS)
    unknowns: list[Proposed] = Field(
        description="What the receiver will ask and no record answers, each with who can find out. At most three; [] if none."
    )
    context: list[Related] = Field(description=_CONTEXT)
    before_sending: list[ForSender] = Field(
        description=(
            "To the support person, read first: what in the request the records do not bear out, what to do before or beside sending "
            "(unanswered customers, what policy already lets support do), whom to ask. Not in the brief that is sent. [] if nothing."
        )
    )
    drafts: list[CustomerDraft] = Field(description=_DRAFTS)


class HandlingDraft(_Draft):
    """The note for an issue that support can resolve itself."""

    opening: Stated = Field(description=_OPENING)
    customers: Stated = Field(default="", description="Who is affected: the account with its tier.")
    sla: list[Stated] = Field(
        default_factory=list,
        description="The clocks that matter, one ticket a line, with which hours were assumed if none are stated.",
    )
    reason: Stated = Field(
        description="Why this is support's: the documented solution or alternative, why it fits here, what speaks against it."
    )
    article: RefName = Field(description="Ref of the article, ticket or item that holds the solution; '' if none.")
    steps: list[Proposed] = Field(description="What to do, in order, with exact settings or commands.")
    uncertain: Proposed = Field(description="What is likely but not shown, and what to check. '' if nothing.")
    would_change: list[Proposed] = Field(description="What would make this an escalation, and to which team.")
    conflicts: Stated = Field(description=_CONFLICTS)
    context: list[Related] = Field(description=_CONTEXT)
    before_sending: list[ForSender] = Field(
        description="To the support person, read first: corrections of the request, cautions, what is due. [] if nothing."
    )
    drafts: list[CustomerDraft] = Field(
        description=(
            "The reply that resolves it for each customer who waits: the steps, why they should help, what to send back if they "
            "do not (without secrets); answer what they asked for. Commands in fenced code."
        )
    )


Draft = EscalationDraft | HandlingDraft


class Statement(Part):
    """A line that code writes."""

    text: Line
    cites: Cites


class Figure(Part):
    """A number, sum, count or time that code computed, with the records that it was computed from."""

    model_config = ConfigDict(frozen=True)

    ref: str
    """``figures/NAME``."""
    label: str
    text: str
    """The figure in words, such as ``8 h 50 min since the first report (2024-12-05 03:10 UTC)``."""
    inputs: tuple[str, ...]
    """Refs of the records that it was computed from."""


class AccountRow(Part):
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


class Computed(Part):
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


class RuleNote(Part):
    """A rule that made the decision, in words, with the records behind it (S10)."""

    rule: str
    because: str
    cites: tuple[str, ...]


class Brief(Part):
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


def tool_schema(model: type[BaseModel], fill: Callable[[str], str]) -> dict[str, Any]:
    """The JSON schema of ``model`` for a strict tool: every property required, no titles, no length limits (pydantic still checks
    those).

    ``fill`` puts the policy's figures into the descriptions, where they stand as ``{{ name }}``.
    """
    schema = model.model_json_schema()
    cleaned = _clean(schema, fill)
    assert isinstance(cleaned, dict)
    return cleaned


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

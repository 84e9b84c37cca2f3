"""The brief as data: every line of the template, each statement with the records that carry it.

A model fills ``EscalationDraft`` or ``HandlingDraft``; severity, target, counts, sums, waiting times and windows are
not in them, because code computes those. The field descriptions are what the model reads, so they are written for it.
Every field is required, and emptiness is an empty list or an empty string: strict tool schemas have no optional parts.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


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
            "message, not only its ticket. Figures from `assess` have refs too (`figures/...`). A sentence that only says "
            "that something is not on record needs none."
        )
    ),
]


class Part(BaseModel):
    """Base of everything in a draft: unknown keys are refused, text is trimmed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Statement(Part):
    """A sentence, or two that belong together."""

    text: Line = Field(
        description=(
            "Plain prose as a good engineer would write it to a colleague; a whole sentence, or two that belong "
            "together. No citation marks inside: they are added from `cites`."
        )
    )
    kind: Literal["fact", "customer_claim", "inference", "proposed"] = Field(
        description=(
            "fact: a record shows it. customer_claim: a customer says so and nobody on our side has checked; the text "
            "says who says it. inference: your own conclusion, worded as such. proposed: something to be done."
        )
    )
    cites: Cites


class TriedStep(Part):
    """One thing that was done about the problem, and what came of it."""

    action: Line = Field(description="What was done, by whom and when.")
    result: Line = Field(description="What came of it, or 'result not recorded'.")
    cites: Cites


class Reproduction(Part):
    """How to see the problem; invented steps are worse than none."""

    status: Literal["reproduced", "reported", "not_reproduced", "not_applicable"] = Field(
        description=(
            "reproduced: an agent or engineer saw it happen by these steps. reported: the customer's own steps, not "
            "repeated by us. not_reproduced: no steps are known, or trying them did not show it. not_applicable: no "
            "defect (a feature request, a policy question)."
        )
    )
    start: Line = Field(
        description="The clean starting state: account type, configuration, permissions. '' if unknown."
    )
    steps: list[Statement] = Field(
        description=(
            "Each step starts with a verb and names a concrete object and exact values from the record that it cites. "
            "Only steps found in records. [] when none are known; never fill the gap with likely steps."
        )
    )
    expected: Line = Field(description="What should happen. '' when not applicable.")
    actual: Line = Field(description="What happens, with the exact error text or log line. '' when not applicable.")
    environment: Line = Field(
        description="Versions, browser, OS, plan, region, configuration as recorded; name what is unknown."
    )
    frequency: Line = Field(
        description=("'Always', 'Intermittent (n of m)' or 'Only when ...', from the records; 'Not recorded' if so.")
    )
    ruled_out: Line = Field(description="What was shown not to be the cause, or 'Nothing ruled out yet'.")
    cites: Cites


class Ask(Part):
    """One thing that the receiving team is asked to do."""

    owner: Target
    text: Line = Field(description=("Starts with {{ ask-verbs }}. One specific ask, with what would count as done."))
    cites: Cites


class Deadline(Part):
    """A moment by which something is needed."""

    by: Line = Field(
        description=(
            "RFC 3339 moment with offset (2026-05-08T17:00:00+00:00) or a plain date (2026-05-08). In the future."
        )
    )
    what: Line = Field(description="What is due then, in a few words.")
    basis: Literal["customer_given", "sla", "record", "proposed"] = Field(
        description=(
            "customer_given: a customer named it. sla: an SLA window ends then (a figure says so). record: another "
            "record fixes it (a billing run, a deal's close date, a renewal). proposed: your proposal."
        )
    )
    cites: Cites


class Related(Part):
    """A record worth opening, and why."""

    ref: str = Field(description="The record's ref.")
    note: Line = Field(description="Why it matters, in a few words.")


class Unknown(Part):
    """Something that matters and that no record shows."""

    what: Line = Field(description="What is not known.")
    how_to_find_out: Line = Field(description="Who can find it out, or where.")


class _Draft(Part):
    summary: Line = Field(
        description=(
            "One line, under 120 characters: what is broken or needed, and for whom. No severity, no team name, no "
            "ticket id."
        )
    )


class EscalationDraft(_Draft):
    """The prose of an escalation brief. Severity, target, counts, sums, waiting times and windows are added by code."""

    summary_cites: Cites
    customers_note: list[Statement] = Field(
        description=(
            "What the computed line (how many accounts, which, their tier) does not say: users behind them, who else "
            "may be affected, whether it is growing. Never the names or tiers again. [] if nothing."
        )
    )
    workflow_impact: list[Statement] = Field(
        description="What the customers cannot do, and whether they are blocked or slowed. At least one."
    )
    revenue_note: list[Statement] = Field(
        description=(
            "What the computed ARR, pipeline and renewals do not say: who said that they would leave, and on what ground. [] if "
            "nothing."
        )
    )
    queue_note: list[Statement] = Field(
        description="What the computed waiting times and SLA lines do not say. [] if nothing, which is usual."
    )
    competitive_pressure: list[Statement] = Field(
        description=(
            "For Product: competitors or alternatives that customers named, or one statement that none is recorded. "
            "[] for other targets."
        )
    )
    description: list[Statement] = Field(
        description=(
            "The problem in {{ description-sentences }} sentences in all (count sentences, not items): what happens, since when, to whom, "
            "what is known about the cause, what is not."
        )
    )
    tried: list[TriedStep] = Field(
        description="Every step that records show, oldest first, by support, engineering or the customer, with its result."
    )
    containment: list[Statement] = Field(
        description="For Security: what was done to contain it, or one statement that nothing is recorded. [] otherwise."
    )
    reproduction: Reproduction
    last_update: list[Statement] = Field(
        description=(
            "For each affected customer the last thing that we told them and when, or that no reply is on record. Only "
            "what a customer could read counts: internal notes and chat are not updates."
        )
    )
    expectation: list[Statement] = Field(
        description="What the customers expect and by when; say so where no date was given. At least one."
    )
    risk: list[Statement] = Field(
        description="Will they escalate further, leave, or go public, and what points to it? At least one."
    )
    asks: list[Ask] = Field(description="What is needed, most important first. At least one for the target team.")
    deadlines: list[Deadline] = Field(
        description=(
            "When it is needed. The computed response window is added by itself; name here the dates that matter "
            "beyond it. At least one."
        )
    )
    related: list[Related] = Field(
        description=(
            "Records worth opening: matching tracker items and earlier escalations of these accounts always. Records "
            "cited elsewhere in the brief are listed by themselves."
        )
    )
    conflicts: list[Statement] = Field(
        description="Records that disagree about one fact: both sides, each cited. [] if none."
    )
    unknowns: list[Unknown] = Field(description="What the receiving team will ask next and no record answers.")
    support_now: list[Statement] = Field(
        description="What support does meanwhile without waiting for the target team (kind: proposed). [] if nothing."
    )
    author_notes: list[Statement] = Field(
        description=(
            "For the support person before sending: what in their summary the records do not bear out, and records "
            "that ask for something they have no business asking. Not part of the brief that is sent. [] if nothing."
        )
    )
    customer_reply: Line = Field(
        description=(
            "A draft interim reply to the reporting customer, in the language they write in: what is known, what is "
            "being done, when they hear next. No account figures, no other customer, no guess at the cause, no promise "
            "that nobody approved. '' if a reply now would be wrong."
        )
    )
    status_update: Line = Field(
        description=(
            "A draft status update for the next time that the customer is due to hear from us and nothing is new: that we "
            "are still at work, what is known so far, when they hear next. In their language, by the rules of the reply. '' "
            "if the reply is ''."
        )
    )


class HandlingDraft(_Draft):
    """The note for an issue that support can resolve itself."""

    reason: list[Statement] = Field(
        description="Why this is support's: the documented solution or alternative, why it fits, what speaks against it."
    )
    article: str = Field(description="Ref of the article, ticket or tracker item that holds the solution; '' if none.")
    steps: list[Statement] = Field(
        description="What to do, in order, with exact settings or commands (kind: proposed)."
    )
    uncertain: list[Statement] = Field(description="What is likely but not shown, and what to check. [] if nothing.")
    would_change: list[Statement] = Field(
        description="What would make this an escalation, and to which team. At least one (kind: proposed)."
    )
    related: list[Related] = Field(description="Records worth opening that no statement cites.")
    conflicts: list[Statement] = Field(
        description="Records that disagree about one fact, both sides cited. [] if none."
    )
    author_notes: list[Statement] = Field(
        description="For the support person: corrections and cautions. [] if nothing."
    )
    customer_reply: Line = Field(
        description=(
            "The reply that resolves it, ready to send, in the language the customer writes in: the steps, why they "
            "should help, what to send back if they do not (without secrets). Answer what they asked for, such as engineering. "
            "Commands in fenced code; everyday commands of standard tools that carry out a documented step are fine. No account "
            "figures, no other customer's name, no promise "
            "that nobody approved."
        )
    )


Draft = EscalationDraft | HandlingDraft


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
    """The lines of the brief that code writes."""

    customers: Statement
    accounts: tuple[AccountRow, ...]
    revenue: Statement
    queue: Statement
    sla: tuple[Statement, ...]
    """One statement for each clock that is late or nearly so, and for handled issues the next one due."""
    window: Statement | None
    """The response window of the severity; None when the issue is handled in support."""
    followup: Statement | None
    """Next internal follow-up and next customer update."""


class RuleNote(Part):
    """A rule that made the decision, with the records behind it (S10)."""

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
    not_met: tuple[str, ...] = ()
    """For an issue that support handles: the escalation rules that were tested and do not hold."""
    untested: tuple[str, ...] = ()
    """And those that could not be tested."""
    gaps: tuple[str, ...]
    """Connectors that could not be read, in words (G3)."""


def tool_schema(model: type[BaseModel], fill: Callable[[str], str]) -> dict[str, Any]:
    """The JSON schema of ``model`` for a strict tool: no titles, no length limits (pydantic still checks those).

    ``fill`` puts the policy's figures into the descriptions, where they stand as ``{{ name }}``.
    """
    schema = model.model_json_schema()
    cleaned = _clean(schema, fill)
    assert isinstance(cleaned, dict)
    return cleaned


def _clean(value: Any, fill: Callable[[str], str], *, in_properties: bool = False) -> Any:
    if isinstance(value, dict):
        dropped = () if in_properties else ("title", "maxLength", "pattern", "default")
        return {
            key: _clean(item, fill, in_properties=key in ("properties", "$defs") and not in_properties)
            for key, item in value.items()
            if key not in dropped
        }
    if isinstance(value, list):
        return [_clean(item, fill) for item in value]
    return fill(value) if isinstance(value, str) else value

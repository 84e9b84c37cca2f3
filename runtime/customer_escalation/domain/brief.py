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

from customer_escalation.domain.prose import ForCustomer, ForSender, Moment, Owner, Proposed, RefName, Stated, Supposed


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


class Reproduction(DraftModel):
    """How to see the problem; invented steps are worse than none."""

    status: Literal["reproduced", "reported", "not_reproduced", "not_applicable"] = Field(
        description=(
            "reproduced: an agent or engineer saw it by these steps. reported: the customer's own steps, not repeated by us. "
            "not_reproduced: no steps are known, or trying them did not show it. not_applicable: nothing to reproduce."
        )
    )
    note: Stated = Field(
        description=(
            "Before the steps, the status in words: whose they are or why there are none, from which state, how often, what was ruled out."
        )
    )
    steps: list[Stated] = Field(
        description="As a record holds them: verb, object, exact values. [] where none are on record; likely ones are ideas."
    )
    expected: Supposed = Field(description="'' where nothing is to reproduce.")
    actual: Stated = Field(description="With the exact error text; '' where nothing is to reproduce.")
    environment: Stated = Field(
        description="Versions, platform, plan, region as recorded, and what is missing; '' where it plays no part."
    )


class Ask(DraftModel):
    """What a team or a role is asked to do."""

    owner: Owner = Field(
        description="Security, Leadership, Engineering, Product, L2 Support; or a role: Legal, the data protection officer, who is on duty."
    )
    text: Proposed = Field(
        description=(
            "Starts with a verb that the team can follow ({{ ask-table }}), or the same in the brief's language. What, by when, done "
            "when; further lines for options, items to check or to preserve."
        )
    )

    @property
    def team(self) -> Target | None:
        """The team that is meant; None for a role, or for several."""
        return next((team for team in Target if team.value.casefold() == self.owner.casefold()), None)


class Deadline(DraftModel):
    """A row of the timeline."""

    by: Moment = Field(
        description="RFC 3339 in the zone of the text (2026-05-08T17:00:00+02:00) or a date (2026-05-08), in the future."
    )
    who: Owner = Field(default="", description="Who acts then.")
    what: Proposed = Field(description="What is done or due then, in a few words; a mark where a record sets it.")
    basis: Literal["customer_given", "sla", "policy", "record", "proposed"] = Field(
        description="Who set it: the customer, the contract, our policy, another record (a promise, a close date), or you."
    )


class Related(DraftModel):
    """A record worth opening, and why."""

    ref: RefName = Field(description="The record's ref.")
    note: Supposed = Field(description="Why it matters, in a few words.")


class CustomerDraft(DraftModel):
    """A text to one customer, on one ticket, to be approved by a person."""

    ticket: RefName = Field(description="Ref of the customer's own open ticket.")
    kind: Literal["reply", "update"] = Field(
        description="reply: to be sent now. update: for the next time that one is due and nothing is new."
    )
    text: ForCustomer = Field(description="Ready to send, in the language they write in. No marks.")
    wait_for: ForSender = Field(
        description="Who has to agree before it goes out, and who is called if they do not in time. '' if nobody."
    )


class ColleagueText(DraftModel):
    """A text to a team or a colleague, ready to paste."""

    to: Owner = Field(description="The team, its channel, or who by the records.")
    text: Stated = Field(description="The ask and the moment first.")


_OPENING = "Two to four short lines for a reader who reads nothing else."
_VERDICT = "To the support person, one sentence: where it goes, how severe, and the one thing to do in the next hour."
_CONFLICTS = "Records that disagree about one fact, both sides with marks. '' if none."
_CONTEXT = (
    "Records worth opening that the text does not cite, tracker items and earlier escalations above all. [] if none."
)
_DRAFTS = (
    "One for each customer who waits or was told what no longer holds, most urgent first. None for a closed ticket."
)
_NOTE = "Internal note for the ticket, ready to paste: what colleagues do or leave from now on. '' if nothing."


class _Draft(DraftModel):
    summary: Stated = Field(
        description="One line under 120 characters: what is broken or needed, for whom. No severity, no team, no mark."
    )
    opening: Stated


class EscalationDraft(_Draft):
    """The text of an escalation brief, in plain markdown: lines, bullets, bold leads, small tables, code. Severity, target and
    date are printed by code."""

    verdict: ForSender = Field(default="", description=_VERDICT)
    before_sending: list[ForSender] = Field(
        description=(
            "To the support person: entries with a bold lead and lines below (now, in this order; what the records do not bear out; not to "
            "be said; who must agree), or single points. Not sent."
        )
    )
    opening: Stated = Field(description=_OPENING)
    severity_reason: Stated = Field(default="", description="Why that severe, in a few words; in brackets behind it.")
    co_owner: Stated = Field(
        default="",
        description="Who owns it beside the target by an article or a contract, such as the data protection officer; '' otherwise.",
    )
    customers: Stated = Field(
        default="",
        description=(
            "Who, with tier and users (the number alone for three accounts or more, which a table shows); who might be besides, and "
            "whether anybody looked."
        ),
    )
    workflow_impact: Stated = Field(description="What they cannot do; blocked or slowed, lost or late.")
    revenue: Stated = Field(
        default="",
        description="ARR, renewal, open deals apart from it, whether anybody said they would leave. Exposure is no risk.",
    )
    queue: Stated = Field(default="", description="How long they have waited, since which report, and for what.")
    sla: list[Stated] = Field(
        default_factory=list,
        description=("The clocks that matter, one ticket an entry. [] where there is no SLA."),
    )
    impact_more: list[Stated] = Field(
        default_factory=list,
        description=(
            "Further rows that this case needs, each with a bold label (people whose data it is, legal, promises). []"
        ),
    )
    competition: Stated = Field(
        default="", description="For Product: what customers compare us with; '' where no record says, and otherwise."
    )
    description: Stated = Field(
        description=(
            "{{ description-sentences }} sentences or as many points: what happens, since when, to whom; what is known about the cause, "
            "what is only reported, what nobody checked."
        )
    )
    tried: list[Stated] = Field(
        description="Each with who, when and what came of it, oldest first; then what we said that does not hold, and what was not done."
    )
    containment: Stated = Field(
        description="For Security: what was done to contain it, and what was not. '' otherwise."
    )
    reproduction: Reproduction
    ideas: list[Supposed] = Field(
        description="A likely cause, a first check and what would disprove it; printed as ideas. [] if none."
    )
    last_update: Stated = Field(
        description="What each affected customer was last told and when; internal notes are no updates."
    )
    expectation: Stated = Field(description="What they expect, in their words, and by when where they said so.")
    risk: Stated = Field(description="Will they escalate, leave, go public; what points to it.")
    next_update: Stated = Field(
        default="",
        description="Who hears from us next and when, when support asks the team next, who keeps the customer.",
    )
    asks: list[Ask] = Field(description="In order of who must move first; printed as a numbered list.")
    response: Stated = Field(
        default="", description="Behind `Deadline`: by when the owner answers, and why then; one sentence."
    )
    deadlines: list[Deadline] = Field(
        description="The timeline, printed as a table: at most six moments. [] where the asks say it all."
    )
    conflicts: Stated = Field(description=_CONFLICTS)
    unknowns: list[Proposed] = Field(
        description="What the receiver will ask and no record answers, each with who finds out. []"
    )
    context: list[Related] = Field(description=_CONTEXT)
    drafts: list[CustomerDraft] = Field(description=_DRAFTS)
    messages: list[ColleagueText] = Field(
        default_factory=list,
        description="To the receiving team, and to each colleague who has to act or agree before something can go out. [] if none.",
    )
    ticket_note: Stated = Field(default="", description=_NOTE)


class HandlingDraft(_Draft):
    """The note for an issue that support can resolve itself, in plain markdown."""

    verdict: ForSender = Field(
        default="", description="To the support person, one sentence: why no escalation, and the one thing to do first."
    )
    before_sending: list[ForSender] = Field(
        description="To the support person, one point an entry: corrections of the request, cautions, what is due. [] if nothing."
    )
    opening: Stated = Field(description=_OPENING)
    customers: Stated = Field(default="", description="Who is affected: the account with its tier.")
    sla: list[Stated] = Field(
        default_factory=list, description="The clocks that matter, one ticket an entry, with which hours were assumed."
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
    drafts: list[CustomerDraft] = Field(
        description=(
            "For each customer who waits, the reply that resolves it, with what to send back if it does not. Commands in fenced code."
        )
    )
    messages: list[ColleagueText] = Field(
        default_factory=list,
        description="To colleagues: a correction of what was said, and the escalation to send if it does not help. [] if none.",
    )
    ticket_note: Stated = Field(default="", description=_NOTE)


Draft = EscalationDraft | HandlingDraft


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


LONG_DESCRIPTION = 80
"""Characters of a description that is worth saying once only."""


def tool_schema(model: type[BaseModel], fill: Callable[[str], str]) -> dict[str, Any]:
    """The JSON schema of ``model`` for a strict tool: every property required, no titles, no length limits (pydantic still checks
    those).

    ``fill`` puts the policy's figures into the descriptions, where they stand as ``{{ name }}``.
    """
    schema = model.model_json_schema()
    schema.pop("description", None)  # the tool says what it takes
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

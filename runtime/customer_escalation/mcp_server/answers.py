"""What the tools answer: typed results, each with the text that an assistant's model reads."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from customer_escalation.domain.findings import Finding


class ServiceAnswer(BaseModel):
    """Base. Some clients show their model the structured result alone, others its text alone: each has to be enough."""

    model_config = ConfigDict(frozen=True)

    text: str
    """What the model reads beside the other fields."""
    full: SkipJsonSchema[str] = Field("", exclude=True)
    """The text for clients that show nothing else, where it says more."""
    card: SkipJsonSchema[dict[str, Any]] = Field(default_factory=dict, exclude=True)
    """What only a card shows: it goes into the result's ``_meta``, not to the model."""


class Gathered(ServiceAnswer):
    """What routine searches found, a page at a time."""

    case: str
    """Names this escalation in every later call; the run's id in the journal."""
    page: int
    pages: int
    gaps: list[str]


class Assessed(ServiceAnswer):
    """What the rules decide on the stated facts; without a decision the findings say what to correct."""

    case: str
    """Names this escalation in every later call; the run's id in the journal."""
    outcome: Literal["escalate", "handle_in_support", ""]
    severity: str | None
    target: str | None
    also_notify: list[str]
    hand_in: Literal["escalation", "handling", ""]
    """Which draft ``check_brief`` expects."""
    findings: list[Finding]
    unverified: list[str]
    """Refs of records that the assistant copied and that could not be read here."""
    gaps: list[str]


class Checked(ServiceAnswer):
    """The review of a draft."""

    case: str
    verdict: Literal["accepted", "rejected"]
    hard: int
    """How many findings have to be mended; 0 where it is accepted."""
    warnings: int
    """How many are to be mended where they are right."""
    outcome: str
    severity: str | None
    target: str | None
    findings: list[Finding]
    """Empty or warnings alone where it is accepted."""
    file: str
    """Where an accepted brief was written; its ``text`` then ends with the brief, to be shown as it stands."""
    unverified: list[str]
    gaps: list[str]


class Saved(ServiceAnswer):
    """Where the brief is kept; its ``text`` ends with the brief, to be shown as it stands."""

    case: str
    status: Literal["valid", "needs_review"]
    file: str
    """Empty where no file was asked for."""


class OfferedAction(BaseModel):
    """One next step."""

    number: int
    id: str
    """Of exactly this text and destination; it is no longer approved when either changes."""
    kind: str
    title: str
    destination: str
    text: str
    """Exactly what would be posted or sent; where it stands in the brief already, its beginning, ended by an ellipsis."""
    characters: int
    """Of the whole text."""
    tool: str
    """What `carry_out` calls for it; empty where a person does it."""
    approved_by: str = ""


class Shown(ServiceAnswer):
    """A brief in one form; a card shows it with its next steps."""

    case: str
    format: str
    status: Literal["valid", "needs_review"]
    outcome: str
    severity: str | None
    target: str | None
    also_notify: list[str]
    summary: str


class OneAction(ServiceAnswer):
    """One action, and who approved it, if anybody did."""

    case: str
    action: OfferedAction


class Actions(ServiceAnswer):
    """The next steps of a case."""

    case: str
    actions: list[OfferedAction]


class Due(BaseModel):
    """An open escalation and what is due for it."""

    case: str
    summary: str
    severity: str
    target: str
    accounts: list[str]
    team_due: str
    """When to ask the receiving team next: RFC 3339."""
    customer_due: str
    """When the first customer hears from us at the latest; empty where none of their tickets is open."""
    overdue: list[str]
    """``team``, ``customer``."""
    followed_up: int
    """How often a follow-up was logged."""
    left_of_deescalation: list[str]
    """Of an escalation that comes down: what is still to do."""


class FollowUps(ServiceAnswer):
    """Every open escalation, the most urgent first."""

    now: str
    open: list[Due]


class Reassessed(ServiceAnswer):
    """An escalation as it stands now, beside what it was."""

    case: str
    changed: bool
    was: dict[str, str | None]
    now: dict[str, str | None]
    new_records: list[str]
    """Refs of what was written in the meantime."""
    findings: list[Finding]


class DeEscalation(ServiceAnswer):
    """Whether an escalation may come down, and what that takes."""

    case: str
    rules: dict[str, str]
    """Rule id to yes, no or unknown."""
    proposed: bool
    confirmed_by: str
    left: list[str]
    closed: bool


class Ran(ServiceAnswer):
    """What the headless job made."""

    case: str
    outcome: str
    status: Literal["valid", "needs_review"]
    severity: str | None
    target: str | None
    also_notify: list[str]
    drafted_by: Literal["model", "rules"]
    findings: list[Finding]
    gaps: list[str]
    citations: list[str]
    usage: dict[str, float | None]
    questions: list[dict[str, Any]]
    """What a person has to answer before it is decided; empty where nothing is open."""

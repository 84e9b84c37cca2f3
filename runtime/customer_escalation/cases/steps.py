"""What each step of a case gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from customer_escalation.actions import Approval, Proposal, Standing, State, tool_for
from customer_escalation.cases.effects import Effect
from customer_escalation.cases.entries import ComingDown
from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.rules import Decision
from customer_escalation.decision.rules.rule import Firing
from customer_escalation.domain.brief import Figure
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.findings import Finding
from customer_escalation.retrieval.prefetch import FoundMore, ListedWhole
from customer_escalation.review import Review
from skill_runtime.ledger import Record


@dataclass(frozen=True)
class GatheredCase:
    """What routine searches found."""

    case: str
    evidence: Evidence
    gaps: tuple[str, ...]
    """What could not be read, in sentences."""
    listed: tuple[ListedWhole, ...] = ()
    """What was listed whole."""
    more: tuple[FoundMore, ...] = ()
    """Searches and lists of which there is more than was taken."""


@dataclass(frozen=True)
class AssessedFacts:
    """The decision on the stated facts."""

    case: str
    now: datetime
    facts: Assessment
    decision: Decision | None
    """None where the facts were not taken."""
    inputs: DecisionInput | None
    """What it was decided on."""
    figures: Mapping[str, Figure]
    findings: tuple[Finding, ...]
    """What to correct, where they were not taken."""
    hints: tuple[str, ...]
    """What a search over the records found and the facts leave out."""
    contested: tuple[Finding, ...]
    """What a verifier contests in them."""
    missing: tuple[str, ...]
    """Citations that no system answers for."""
    unverified: tuple[str, ...]
    """Refs that stand on an assistant's copy alone."""
    gaps: tuple[str, ...]


@dataclass(frozen=True)
class ReviewedDraft:
    """A draft and what is wrong with it."""

    case: str
    review: Review
    facts: Assessment
    decision: Decision
    inputs: DecisionInput
    figures: Mapping[str, Figure]
    decided_again: bool
    """The records that the draft cites brought about another decision than the one that it was written on."""
    unverified: tuple[str, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True)
class ProposedAction:
    """A next step, and the approval that holds for exactly this (P1)."""

    number: int
    """As the case counts them now, from 1."""
    id: str
    proposal: Proposal
    approval: Approval | None
    """The last yes of all that are needed; None while one is missing."""
    effect: Effect | None = None
    """What carrying it out did, the newest outcome; None where nothing was tried, or nobody knows yet what came of it."""
    pending: bool = False
    """Something was tried, and nobody knows whether it happened."""
    standing: Standing = field(default_factory=Standing)
    """All that persons said to it."""
    needs: int = 1
    """So many different persons have to say yes."""
    edited_by: str = ""
    """Who changed its text or destination last; empty where it stands as the brief has it."""

    @property
    def state(self) -> State:
        """What was said to it, in a word."""
        return self.standing.state(self.needs)

    @property
    def tool(self) -> str:
        """The category tool that carries it out; empty where a person does it."""
        return tool_for(self.proposal)


@dataclass(frozen=True)
class Labels:
    """A decision in three words; None where there is none."""

    outcome: str | None = None
    severity: str | None = None
    target: str | None = None

    @classmethod
    def of(cls, decision: Decision | None) -> "Labels":
        """Of a decision."""
        if decision is None:
            return cls()
        return cls(
            decision.outcome.value,
            decision.severity.value if decision.severity else None,
            decision.target.value if decision.target else None,
        )

    def to_json(self) -> dict[str, str | None]:
        """As a JSON object."""
        return {"outcome": self.outcome, "severity": self.severity, "target": self.target}


@dataclass(frozen=True)
class ReassessedCase:
    """A case as it stands now, beside what it was."""

    case: str
    now: datetime
    was: Labels
    is_now: Labels
    new: tuple[Record, ...]
    """Records that were not known before."""
    figures: tuple[Figure, ...]
    """Those that are new or have another value."""
    findings: tuple[Finding, ...]
    """Why the facts were not taken; empty where they were."""

    @property
    def changed(self) -> bool:
        """Is it another decision?"""
        return self.was != self.is_now and not self.findings


@dataclass(frozen=True)
class DeEscalation:
    """How far an escalation has come down."""

    case: str
    judged: tuple[Firing, ...]
    """What each rule says, where it was asked now."""
    state: ComingDown
    left: tuple[str, ...]
    """What is still to do, by its key."""

    @property
    def may_close(self) -> bool:
        """A person confirmed it, and all four steps are done."""
        return bool(self.state.confirmed_by) and not self.left

"""What a check of a draft is: the id of its rule, and one pure function over a ``ReviewInput``."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.rules import Decision
from customer_escalation.domain.draft import Draft, EscalationDraft, HandlingDraft
from customer_escalation.domain.findings import Finding, Level
from customer_escalation.domain.rule_registry import carries_out
from customer_escalation.domain.written import is_written
from customer_escalation.policy import Policy
from customer_escalation.review.passages import Claim, claims
from customer_escalation.review.sources import Sources


@dataclass(frozen=True)
class ReviewContext:
    """What the run knows beside the case."""

    unread: tuple[str, ...] = ()
    """Categories that could not be read in this run."""
    gaps: tuple[str, ...] = ()
    """Categories that the brief names as gaps."""
    author_level: Literal["", "L1", "L2"] = ""
    """Who escalates; empty where nobody said."""
    request: str = ""
    """What the person asked."""


@dataclass(frozen=True)
class ReviewInput:
    """A draft beside everything that it is checked against."""

    draft: Draft
    case: DecisionInput
    decision: Decision
    sources: Sources
    context: ReviewContext

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self.case.policy

    @property
    def escalation(self) -> EscalationDraft | None:
        """The draft where it escalates."""
        return self.draft if isinstance(self.draft, EscalationDraft) else None

    @property
    def handling(self) -> HandlingDraft | None:
        """The draft where support handles it."""
        return self.draft if isinstance(self.draft, HandlingDraft) else None

    @property
    def is_written(self) -> bool:
        """Was it written as a document, without marks?"""
        return is_written(self.draft)

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """Every sentence of the draft but those for customers."""
        return tuple(claims(self.draft))


@dataclass(frozen=True)
class Fault:
    """What a check says of one place; ``level`` only where it is milder than the rule's own."""

    where: str
    message: str
    level: Level | None = None
    sentence: int | None = None
    """Which sentence of the text there; None for all of it."""


Look = Callable[[ReviewInput], Iterator[Fault]]


@dataclass(frozen=True)
class Check:
    """A registered check."""

    rule: str
    look: Look

    def findings(self, view: ReviewInput) -> Iterator[Finding]:
        """The faults as findings of this rule."""
        level = view.policy.level(self.rule)
        if level == "off":
            return
        for fault in self.look(view):
            mild: Level = "W" if "W" in (level, fault.level) else "H"
            yield Finding(rule=self.rule, level=mild, where=fault.where, message=fault.message, sentence=fault.sentence)


CHECKS: list[Check] = []
"""Every check, in the order in which findings are listed."""


def check(rule_id: str) -> Callable[[Look], Look]:
    """Register a check's function under its rule's id; several may share one. Raises ``ValueError`` for an unknown id."""

    def register(look: Look) -> Look:
        carries_out(rule_id)(look)
        CHECKS.append(Check(rule_id, look))
        return look

    return register

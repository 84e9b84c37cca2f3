"""A finished brief as it is recorded, in the documented JSON shape, and what programs ask of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from customer_escalation.actions import Proposal
from customer_escalation.decision.figures.contract import contract_of
from customer_escalation.domain.facts import ContractHours
from customer_escalation.domain.findings import Finding
from customer_escalation.domain.outcomes import Outcome, Severity, Target
from customer_escalation.policy import Policy
from customer_escalation.rendering import Document, document_of
from customer_escalation.sla.calendar import BusinessCalendar, account_calendar

Ended = Literal["complete", "limit", "model_unavailable", "not_submitted"]
"""How the drafting ended: as it should, or why the brief is another than the one that was asked for."""
Status = Literal["valid", "needs_review"]


@dataclass(frozen=True)
class Agreed:
    """What a customer is owed."""

    calendar: BusinessCalendar
    update_h: float | None
    """The shortest interval between updates that an SLA sets; None where none does."""
    round_the_clock: bool
    in_business_hours: bool
    """Whether that interval is known to count so; where it is not, it counts round the clock, which ends first."""


@dataclass(frozen=True)
class RecordedResult:
    """A finished brief."""

    data: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """The documented JSON shape."""
        return dict(self.data)

    @property
    def case(self) -> str:
        """The case that it is of."""
        return str(self.data["run"])

    @property
    def outcome(self) -> Outcome:
        """What the rules decided."""
        return Outcome(self.data["outcome"])

    @property
    def status(self) -> Status:
        """``needs_review`` where a hard finding is left."""
        return "valid" if self.data["status"] == "valid" else "needs_review"

    @property
    def ended(self) -> Ended:
        """How the drafting ended."""
        found: Ended = self.data["ended"]
        return found

    @property
    def severity(self) -> Severity | None:
        """None where support handles it."""
        return Severity(self.data["severity"]) if self.data["severity"] else None

    @property
    def target(self) -> Target | None:
        """None where support handles it."""
        return Target(self.data["target"]) if self.data["target"] else None

    @property
    def also_notify(self) -> list[str]:
        """Further teams."""
        return list(self.data["also_notify"])

    @property
    def summary(self) -> str:
        """The brief's first line."""
        return str(self.data["brief"]["draft"]["summary"])

    @property
    def accounts(self) -> tuple[str, ...]:
        """The affected accounts, by name."""
        return tuple(row["name"] for row in self.data["brief"]["computed"]["accounts"])

    @property
    def markdown(self) -> str:
        """The brief as its author reads it."""
        return str(self.data["markdown"])

    @property
    def notice(self) -> str:
        """Why the drafting ended otherwise than planned, in a sentence; empty where it did not."""
        return str(self.data["notice"])

    @property
    def findings(self) -> list[Finding]:
        """What is left of the review."""
        return [Finding.model_validate(finding) for finding in self.data["findings"]]

    @property
    def proposals(self) -> tuple[Proposal, ...]:
        """The next steps that fit it."""
        return tuple(Proposal.model_validate(proposal) for proposal in self.data["proposals"])

    @property
    def document(self) -> Document:
        """With the records behind it, for rendering."""
        return document_of(self.data)

    @property
    def is_open_escalation(self) -> bool:
        """Was it escalated, so that there is something to follow up?"""
        return self.outcome == Outcome.ESCALATE and bool(self.data.get("due"))

    def first_due(self, whom: Literal["team", "customer"]) -> datetime:
        """When the brief says to ask the team, or to tell the customer at the latest. Only of an escalation."""
        return datetime.fromisoformat(self.data["due"][whom])

    def agreed(self, policy: Policy) -> Agreed:
        """The first account's calendar, and the shortest update interval that an account's SLA sets."""
        evidence = self.document.evidence
        accounts = [evidence.account(name) for name in self.accounts]
        readings = [ContractHours.model_validate(one) for one in self.data.get("contracts", ())]
        contracts = [contract_of(account, policy, readings) for account in accounts]
        terms = [contract.terms for contract in contracts if contract.terms and contract.terms.update_h]
        tightest = min(terms, key=lambda one: (one.update_h or 0, one.hours != "business"), default=None)
        return Agreed(
            contracts[0].calendar if contracts else account_calendar(policy),
            tightest.update_h if tightest else None,
            round_the_clock=tightest is not None and tightest.hours == "round_the_clock",
            in_business_hours=tightest is not None and tightest.hours == "business",
        )

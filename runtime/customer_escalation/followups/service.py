"""What is due for the open escalations, whoever made them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from customer_escalation.cases.entries import RESULT, ComingDown, DecidedAnew, FollowedUp, FollowUpStep
from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.cases.restoring import opening_of
from customer_escalation.cases.service import CaseService
from customer_escalation.decision.rules.after import still_to_do
from customer_escalation.domain.outcomes import Severity, Target
from customer_escalation.followups.due import next_due


@dataclass(frozen=True)
class DueEscalation:
    """An open escalation and what is due for it."""

    case: str
    summary: str
    severity: Severity
    """As it was assessed last."""
    target: Target
    accounts: tuple[str, ...]
    team_due: datetime
    """When to ask the receiving team next."""
    customer_due: datetime
    """When the customer hears from us at the latest."""
    overdue: tuple[str, ...]
    """``team``, ``customer``."""
    followed_up: int
    """How often a follow-up was logged."""
    left_of_deescalation: tuple[str, ...]
    """Of an escalation that comes down: what is still to do, in words."""


def open_escalations(service: CaseService, now: datetime) -> list[DueEscalation]:
    """Every escalation that is not closed, the most urgent first. Raises ``StoreError``."""
    results = [RecordedResult(summary.newest) for summary in service.store.summaries(RESULT) if summary.newest]
    return _by_urgency(due for result in results if (due := _due(service, result, now)))


def open_escalation(service: CaseService, case: str, now: datetime) -> list[DueEscalation]:
    """One of them, where it is open. Raises ``StoreError``."""
    result = service.recorded(case)
    return _by_urgency(due for due in (_due(service, result, now) if result else None,) if due)


def _by_urgency(found: Iterable[DueEscalation]) -> list[DueEscalation]:
    return sorted(found, key=lambda due: min(due.team_due, due.customer_due))


def _due(service: CaseService, result: RecordedResult, now: datetime) -> DueEscalation | None:
    if not result.is_open_escalation or service.is_closed(result.case):
        return None
    store, case = service.store, result.case
    reassessed = [DecidedAnew.model_validate(entry.data) for entry in store.entries(case, DecidedAnew.kind)]
    severity = Severity((reassessed[-1].is_now["severity"] if reassessed else None) or result.data["severity"])
    made = [FollowedUp.model_validate(entry.data) for entry in store.entries(case, FollowedUp.kind)]
    down = [ComingDown.model_validate(entry.data) for entry in store.entries(case, ComingDown.kind)]
    policy, _ = opening_of(store, case).policy()
    team_due, customer_due = next_due(
        result, policy, severity, _latest(made, "asked_team"), _latest(made, "told_customer")
    )
    assert result.target is not None
    return DueEscalation(
        case=case,
        summary=result.summary,
        severity=severity,
        target=result.target,
        accounts=result.accounts,
        team_due=team_due,
        customer_due=customer_due,
        overdue=tuple(name for name, due in (("team", team_due), ("customer", customer_due)) if due <= now),
        followed_up=len(made),
        left_of_deescalation=still_to_do(down[-1].done) if down and down[-1].confirmed_by else (),
    )


def _latest(made: Iterable[FollowedUp], step: FollowUpStep) -> datetime | None:
    return max((entry.now for entry in made if step in entry.done), default=None)

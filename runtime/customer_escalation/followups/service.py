"""What is due for the open escalations, whoever made them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from customer_escalation.cases.entries import RESULT
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.store import CaseStore, StoreError
from customer_escalation.decision.rules.after import still_to_do
from customer_escalation.domain.outcomes import Severity, Target
from customer_escalation.followups.due import DueItem, due_items
from customer_escalation.followups.standing import Standing, standing_at
from customer_escalation.policy import PolicyError

Fresher = Mapping[str, Sequence[Mapping[str, object]]]
"""Results of tools that were read beside the journal, by case."""


@dataclass(frozen=True)
class DueEscalation:
    """An open escalation and what is due for it."""

    case: str
    now: datetime
    """The moment that it is told as of."""
    summary: str
    severity: Severity
    """In force: as the brief has it, or as it rose since, or as a person lowered it."""
    lower: Severity | None
    """A lower one that the rules found since; it holds when a person confirms it."""
    target: Target
    accounts: tuple[str, ...]
    items: tuple[DueItem, ...]
    """The team's next check, and one for each open ticket of an affected account; the most urgent first."""
    team_due: datetime
    """When to ask the receiving team next."""
    customer_due: datetime | None
    """When the first customer hears from us at the latest; None where no ticket of theirs is open."""
    overdue: tuple[str, ...]
    """``team``, ``customer``."""
    followed_up: int
    """How often a follow-up was logged, or a word that was approved went out."""
    changes: int
    """Entries of the case so far: a number that only grows, and does with everything that moves what is due."""
    needs_review: bool
    """Its brief has a hard finding left."""
    restricted: bool
    """Its details stay in the team's own channel."""
    left_of_deescalation: tuple[str, ...]
    """Of an escalation that comes down: what is still to do, in words."""

    @property
    def left(self) -> timedelta:
        """How long until the first thing is due; negative where it is overdue."""
        return self.items[0].due_at - self.now

    @property
    def is_due(self) -> bool:
        """Is the window of anything open, or anything overdue?"""
        return any(item.state(self.now) != "next" for item in self.items)


def open_escalations(service: CaseService, now: datetime) -> list[DueEscalation]:
    """Every escalation that is not closed, the most urgent first. Raises ``StoreError``."""
    return escalations_in(service.store, now, unreadable=_left_out)


def open_escalation(service: CaseService, case: str, now: datetime) -> list[DueEscalation]:
    """One of them, where it is open. Raises ``StoreError``."""
    return escalations_in(service.store, now, [service.store.find(case.strip())])


def escalations_in(
    store: CaseStore,
    now: datetime,
    cases: Sequence[str] | None = None,
    fresher: Fresher | None = None,
    unreadable: Callable[[str], None] | None = None,
) -> list[DueEscalation]:
    """The open ones among ``cases``, among all of the store where none are named.

    A case that cannot be read, such as one of another version, is told to ``unreadable`` in a sentence and left out; without it, it
    raises ``StoreError``.
    """
    named = cases if cases is not None else open_cases(store)
    found = standings(store, now, named, fresher, unreadable)
    return by_urgency(map(due_of, found))


def standings(
    store: CaseStore,
    now: datetime,
    cases: Sequence[str],
    fresher: Fresher | None = None,
    unreadable: Callable[[str], None] | None = None,
) -> Iterator[Standing]:
    """Each of them that is an open escalation. Raises as ``escalations_in``."""
    for case in cases:
        try:
            standing = standing_at(store, case, now, (fresher or {}).get(case, ()))
        except (StoreError, PolicyError) as error:
            if unreadable is None:
                raise
            unreadable(str(error))
        else:
            if standing is not None:
                yield standing


def open_cases(store: CaseStore) -> list[str]:
    """The names of cases with a recorded brief; one that is closed may be among them. Raises ``StoreError``."""
    return [summary.case for summary in store.summaries(RESULT) if summary.newest]


def due_of(standing: Standing) -> DueEscalation:
    """What is due for one."""
    items, down = due_items(standing), standing.coming_down
    team = next(item for item in items if item.whom == "team")
    customers = [item.due_at for item in items if item.whom == "customer"]
    late = {item.whom for item in items if item.state(standing.now) == "overdue"}
    return DueEscalation(
        case=standing.case,
        now=standing.now,
        summary=standing.result.summary,
        severity=standing.severity,
        lower=standing.waiting,
        target=standing.target,
        accounts=standing.result.accounts,
        items=items,
        team_due=team.due_at,
        customer_due=min(customers, default=None),
        overdue=tuple(name for name in ("team", "customer") if name in late),
        followed_up=len(standing.done),
        changes=standing.entries,
        needs_review=standing.result.status == "needs_review",
        restricted=standing.policy.teams.of(standing.target).restricted,
        left_of_deescalation=still_to_do(down.done) if down and down.confirmed_by else (),
    )


def _left_out(problem: str) -> None:
    """A case that cannot be read is missing in a list of all; ``list`` tells why."""


def by_urgency(found: Iterable[DueEscalation]) -> list[DueEscalation]:
    """The most urgent first, each as of its own moment."""
    return sorted(found, key=lambda due: due.left)

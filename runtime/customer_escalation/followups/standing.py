"""An escalation as its entries have it, at a later moment: what was read, stated and done, without asking any system."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from customer_escalation.actions.table import KINDS
from customer_escalation.cases.effects import done_before, joined_items, written_refs
from customer_escalation.cases.entries import (
    RESULT,
    Closed,
    ComingDown,
    EffectDone,
    FactsStated,
    FollowedUp,
    FollowUpStep,
    RecordsRead,
)
from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.cases.restoring import opening_of
from customer_escalation.cases.severity_held import SeverityHeld, SeverityStep
from customer_escalation.cases.store import CaseStore
from customer_escalation.decision.figures import build_case
from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.outcomes import Severity, Target
from customer_escalation.policy import Policy
from skill_runtime.journal import Entry
from skill_runtime.ledger import Ledger


@dataclass(frozen=True)
class Standing:
    """An open escalation."""

    case: str
    now: datetime
    result: RecordedResult
    policy: Policy
    steps: tuple[SeverityStep, ...]
    """The severities that held, oldest first; the first is the brief's, from its moment on."""
    waiting: Severity | None
    """A lower severity that the rules found since and nobody has confirmed."""
    inputs: DecisionInput | None
    """What was known last, as of ``now``; None for a case whose facts were not kept."""
    done: tuple[FollowedUp, ...]
    """What was logged or carried out since the brief, oldest first."""
    coming_down: ComingDown | None
    entries: int
    """So many the case has."""
    written: tuple[str, ...] = ()
    """Refs of what its carried-out actions wrote in the systems."""
    joined: tuple[str, ...] = ()
    """Refs of the tracker's items that it filed or commented on."""

    @property
    def since(self) -> datetime:
        """The moment of the brief, from which everything is counted."""
        return self.steps[0].since

    @property
    def severity(self) -> Severity:
        """The severity in force."""
        return self.steps[-1].severity

    @property
    def target(self) -> Target:
        """The team that has it."""
        assert self.result.target is not None
        return self.result.target

    def last(self, step: FollowUpStep, ticket: str = "") -> datetime | None:
        """When a step was done last; of a customer's, on this ticket. None where it was not done since the brief."""
        made = (one for one in self.done if step in one.done and (not one.tickets or ticket in one.tickets))
        return max((one.now for one in made), default=None)


@dataclass
class _Reading:
    """What the entries of a case come to, one after the other."""

    severity: SeverityHeld
    ledger: Ledger = field(default_factory=Ledger)
    connected: frozenset[str] = frozenset()
    facts: FactsStated | None = None
    result: RecordedResult | None = None
    done: list[FollowedUp] = field(default_factory=list)
    coming_down: ComingDown | None = None
    closed: bool = False

    def take(self, entry: Entry) -> None:
        """The next entry."""
        self.severity.take(entry)
        if entry.type == RecordsRead.kind:
            self._read(RecordsRead.model_validate(entry.data))
        elif entry.type == FactsStated.kind:
            facts = FactsStated.model_validate(entry.data)
            self.facts = facts if facts.taken else self.facts
        elif entry.type == RESULT:
            self.result = RecordedResult(entry.data)
        elif entry.type == FollowedUp.kind:
            self.done.append(FollowedUp.model_validate(entry.data))
        elif entry.type == ComingDown.kind:
            self.coming_down = ComingDown.model_validate(entry.data)
        elif entry.type == Closed.kind:
            self.closed = True

    def _read(self, entry: RecordsRead) -> None:
        if entry.anew:
            self.ledger = Ledger()
        add_read(entry, self.ledger)
        self.connected = frozenset(entry.connected)


def add_read(entry: RecordsRead, ledger: Ledger) -> None:
    """Put what an entry read into the ledger, its copies only where nothing was read in their place."""
    for result in entry.results:
        ledger.add(result)
    for copy in entry.copies:
        if copy.ref not in entry.verified:
            copy.put_into(ledger)


def standing_at(
    store: CaseStore, case: str, now: datetime, fresher: Iterable[Mapping[str, object]] = ()
) -> Standing | None:
    """The escalation as of ``now``, None for a case that is none, that is closed, or whose brief was not recorded.

    ``fresher`` are results of tools that were read beside the journal, the newest last. Raises ``StoreError`` and ``PolicyError``.
    """
    opening = opening_of(store, case)
    reading = _Reading(SeverityHeld(opening.now))
    entries = store.entries(case)
    for entry in entries:
        reading.take(entry)
    result = reading.result
    if result is None or not result.is_open_escalation or reading.closed:
        return None
    policy, _ = opening.policy()
    for one in fresher:
        reading.ledger.add(dict(one))
    return Standing(
        case=case,
        now=now,
        result=result,
        policy=policy,
        steps=tuple(reading.severity.steps),
        waiting=reading.severity.waiting,
        inputs=_inputs(reading, policy, now),
        done=_of_now([*reading.done, *_carried_out(entries, result, policy)], now),
        coming_down=reading.coming_down,
        entries=len(entries),
        written=written_refs(entries),
        joined=joined_items(entries),
    )


def _of_now(done: Sequence[FollowedUp], now: datetime) -> tuple[FollowedUp, ...]:
    """What is dated after ``now`` has not happened yet."""
    return tuple(one for one in done if one.now <= now)


def _carried_out(entries: Sequence[Entry], result: RecordedResult, policy: Policy) -> Iterator[FollowedUp]:
    """What approved actions did, as follow-ups: a word to a customer on a ticket, a word to the team in its channel."""
    at = {entry.data["action"]: entry.data["at"] for entry in entries if entry.type == EffectDone.kind}
    channel = policy.teams.of(result.target).channel if result.target else ""
    for intent in done_before(entries):
        moment = intent.moment or datetime.fromisoformat(at[intent.action])
        if intent.tool == KINDS["status_update"].tool:
            yield FollowedUp(done=("told_customer",), note="", now=moment, tickets=(intent.destination,), by=intent.by)
        elif intent.tool == KINDS["team_message"].tool and intent.destination == channel:
            yield FollowedUp(done=("asked_team",), note="", now=moment, by=intent.by)


def _inputs(reading: _Reading, policy: Policy, now: datetime) -> DecisionInput | None:
    if reading.facts is None:
        return None
    facts = Assessment.model_validate(reading.facts.facts)
    inputs, _ = build_case(facts, Evidence(reading.ledger, reading.connected), policy, now)
    return inputs

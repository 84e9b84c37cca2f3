"""Which severities held for a case, and from when: the brief's, one that was raised by deciding anew, one that a person confirmed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from customer_escalation.cases.entries import RESULT, DecidedAnew, FactsStated, SeverityTaken
from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.domain.outcomes import Severity
from skill_runtime.journal import Entry


@dataclass(frozen=True)
class SeverityStep:
    """A severity and the moment from which it holds."""

    since: datetime
    severity: Severity


@dataclass
class SeverityHeld:
    """What the entries of a case come to, one after the other."""

    begun: datetime
    """From when the first holds where no facts were kept."""
    steps: list[SeverityStep] = field(default_factory=list)
    """Oldest first; each another than the one before."""
    waiting: Severity | None = None
    """A lower one that the rules found since and nobody has confirmed."""

    def take(self, entry: Entry) -> None:
        """The next entry."""
        if entry.type == FactsStated.kind:
            facts = FactsStated.model_validate(entry.data)
            self.begun = facts.now if facts.taken else self.begun
        elif entry.type == RESULT:
            self._brief(RecordedResult(entry.data))
        elif entry.type == DecidedAnew.kind:
            self._decided(DecidedAnew.model_validate(entry.data))
        elif entry.type == SeverityTaken.kind:
            taken = SeverityTaken.model_validate(entry.data)
            self._hold(SeverityStep(taken.now, taken.severity))

    def _brief(self, result: RecordedResult) -> None:
        self.waiting = None
        if result.severity is not None:
            self._hold(SeverityStep(self.begun, result.severity))

    def _decided(self, anew: DecidedAnew) -> None:
        """A higher severity holds at once; a lower one when a person says so."""
        named = anew.is_now.get("severity")
        if not self.steps or named is None:
            return
        found, held = Severity(named), self.steps[-1].severity
        self.waiting = found if found.rank < held.rank else None
        if found.rank > held.rank:
            self._hold(SeverityStep(anew.now, found))

    def _hold(self, step: SeverityStep) -> None:
        self.waiting = None
        if not self.steps or self.steps[-1].severity != step.severity:
            self.steps.append(step)


def severity_in_force(entries: Iterable[Entry], begun: datetime) -> Severity | None:
    """The severity that holds now; None of a case that is no escalation or has no brief yet."""
    held = SeverityHeld(begun)
    for entry in entries:
        held.take(entry)
    return held.steps[-1].severity if held.steps else None

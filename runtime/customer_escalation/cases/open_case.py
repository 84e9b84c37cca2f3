"""A case that is being worked on: what was read and copied for it, and the casework on that."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from customer_escalation.cases.connection import OpenedSystems, rest_gaps
from customer_escalation.cases.entries import RecordsRead
from customer_escalation.cases.record_copies import RecordCopy, unverified_gap
from customer_escalation.cases.rereading import read_again
from customer_escalation.cases.session import Casework
from customer_escalation.cases.terms import CaseTerms, Origin
from customer_escalation.connectors.flows import FlowGuard, Refusal
from customer_escalation.decision.answers import PersonAnswer
from customer_escalation.decision.rules import Decision
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.prior import recall
from customer_escalation.review.check import ReviewContext
from skill_runtime.ledger import Ledger
from skill_runtime.tools import Tool


def fresh_casework(terms: CaseTerms, evidence: Evidence, context: ReviewContext) -> Casework:
    """The casework on what was read, before anything is stated."""
    return Casework(evidence, terms.policy, terms.now, context)


@dataclass
class OpenCase:
    """One case in memory. The store holds all of it as entries."""

    name: str
    origin: Origin
    terms: CaseTerms
    ledger: Ledger
    casework: Casework
    copies: dict[str, RecordCopy] = field(default_factory=dict)
    """Records that an assistant copied, by ref."""
    verified: set[str] = field(default_factory=set)
    """Refs of copied records that were found in a system after all."""
    answers: dict[str, PersonAnswer] = field(default_factory=dict)
    """What a person answered, by the fact's name."""
    connection_gaps: list[str] = field(default_factory=list)
    kept: RecordsRead | None = None
    """What was kept last of what was read."""
    results_kept: int = 0
    guard: FlowGuard | None = None
    refusals_kept: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Calls about one case wait for each other."""

    @classmethod
    def new(cls, name: str, origin: Origin, terms: CaseTerms) -> "OpenCase":
        """A case of which nothing was read yet."""
        ledger = Ledger()
        return cls(name, origin, terms, ledger, fresh_casework(terms, Evidence(ledger, frozenset()), ReviewContext()))

    @property
    def unverified(self) -> list[str]:
        """Refs that stand on a copy alone."""
        return [ref for ref in self.copies if ref not in self.verified]

    @property
    def gaps(self) -> list[str]:
        """What could not be read, in whole or to its end, and what was only copied, as the brief says it."""
        unread = rest_gaps(self.ledger.records.values())
        return [*self.connection_gaps, *unread, *unverified_gap(self.unverified)]

    def take_copies(self, copies: Sequence[RecordCopy]) -> None:
        """Put copies into the evidence where nothing read here stands in their place."""
        for copy in copies:
            if self.ledger.get(copy.ref) is None or copy.ref in self.copies:
                self.copies[copy.ref] = copy
                copy.put_into(self.ledger)
            else:
                self.copies.setdefault(copy.ref, copy)
                self.verified.add(copy.ref)

    def take_answers(self, answers: Iterable[PersonAnswer]) -> None:
        """Make records of answers, so that facts can cite them; a newer one counts for an older one."""
        for answer in answers:
            self.answers[answer.name] = answer
            self.ledger.put(answer.record())

    async def read_cited(self, cites: Iterable[str], connection: OpenedSystems) -> list[str]:
        """Read what is cited and not known yet, copied records included; returns the citations that name nothing."""
        wanted = list(dict.fromkeys([*cites, *self.unverified]))
        fresh = Ledger()
        unknown = [cite for cite in wanted if self.ledger.resolve(cite) is None or cite in self.unverified]
        await read_again(unknown, fresh, self.guarded(connection))
        for result in fresh.results:
            self.ledger.add(result)
        self.verified |= {ref for ref in self.copies if fresh.get(ref)}
        for ref in self.verified:
            if record := fresh.get(ref):
                self.ledger.put(record)
        self._look_round(connection)
        return [cite for cite in wanted if not cite.startswith("figures/") and self.ledger.resolve(cite) is None]

    def guarded(self, connection: OpenedSystems) -> list[Tool]:
        """What a model may read through: every input is looked at before a system is asked."""
        if self.guard is None:
            self.guard = FlowGuard(
                self.terms.issue, lambda: self.casework.evidence, self.terms.policy.flows, connection.foreign
            )
        return self.guard.guarded(connection.tools)

    def newly_refused(self) -> list[Refusal]:
        """The questions that were not asked, those that were told before left out."""
        refused = self.guard.refused[self.refusals_kept :] if self.guard else []
        self.refusals_kept += len(refused)
        return refused

    def decide_again(self) -> bool:
        """Decide on the same facts and what was read since; True where the decision is another."""
        before, facts = self.casework.decision, self.casework.assessment
        assert before is not None
        assert facts is not None
        self.casework.assess(facts)
        after = self.casework.decision
        assert after is not None
        return _labels(before) != _labels(after)

    def newly_read(self, *, anew: bool = False) -> RecordsRead | None:
        """The entry on what was read since the last one; None where nothing was. ``anew``: it replaces all before."""
        context = self.casework.context
        entry = RecordsRead(
            results=tuple(self.ledger.results[0 if anew else self.results_kept :]),
            copies=tuple(self.copies.values()),
            verified=tuple(sorted(self.verified)),
            connected=tuple(sorted(self.casework.evidence.connected)),
            unread=context.unread,
            gap_categories=context.gaps,
            anew=anew,
        )
        self.results_kept = len(self.ledger.results)
        if not anew and self.kept is not None and _empty_beside(entry, self.kept):
            return None
        self.kept = entry
        return entry

    def _look_round(self, connection: OpenedSystems) -> None:
        """What is connected now, and which categories stand on copies alone."""
        self.connection_gaps = connection.gaps()
        evidence, context = self.casework.evidence, self.casework.context
        copied = {ref.partition("/")[0] for ref in self.unverified}
        self.casework.context = replace(context, unread=tuple(name for name in context.unread if name not in copied))
        self.casework.evidence = Evidence(self.ledger, evidence.connected | copied)
        if copied:
            recall(self.terms.earlier, self.casework.evidence)


def _empty_beside(entry: RecordsRead, before: RecordsRead) -> bool:
    """Nothing was read, and nothing else differs."""
    return not entry.results and entry.model_copy(update={"results": before.results, "anew": before.anew}) == before


def _labels(decision: Decision) -> tuple[object, ...]:
    return decision.outcome, decision.severity, decision.target

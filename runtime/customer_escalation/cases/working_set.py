"""The cases that this process works on, and the one place where what is done on them is written down."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from customer_escalation.cases.entries import (
    CaseEntry,
    ContractRead,
    DraftSubmitted,
    FactsStated,
    FlowRefused,
    RecordsRead,
)
from customer_escalation.cases.open_case import OpenCase
from customer_escalation.cases.replay import Replay
from customer_escalation.cases.restoring import opening_of, restored
from customer_escalation.cases.session import Drafter
from customer_escalation.cases.store import CaseStore, StoreError
from customer_escalation.decision.figures.contract import contract_of, coverage_of
from customer_escalation.domain.draft import Draft
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.findings import Finding
from skill_runtime.recorder import Recorder, fingerprint

WRITTEN_BY_A_RUN = frozenset({RecordsRead.kind, FactsStated.kind, DraftSubmitted.kind, FlowRefused.kind})
"""Entries that a resumed run comes to again."""
E = TypeVar("E", bound=CaseEntry)


class WorkingSet:
    """Open cases by name, over their store."""

    def __init__(self, store: CaseStore) -> None:
        self._store = store
        self._open: dict[str, OpenCase] = {}
        self._replays: dict[str, Replay] = {}

    def put(self, case: OpenCase) -> None:
        """Work on this from here on."""
        self._open[case.name] = case

    def work(self, case: str) -> OpenCase:
        """A case by its name or the beginning of it, taken up from its entries where it is not open. Raises ``StoreError``."""
        if case in self._open:
            return self._open[case]
        name = self._store.find(case.strip())
        if name not in self._open:
            self._open[name] = restored(self._store, name)
        return self._open[name]

    @contextmanager
    def hold(self, case: str) -> Iterator[Recorder]:
        """Begin a case over with nobody else writing it; what an earlier holder wrote of it is not written twice."""
        with self._store.hold(case) as recorder:
            opening = opening_of(self._store, case)
            self._open[case] = OpenCase.new(case, opening.origin, opening.terms())
            self._replays[case] = Replay(self._store.entries(case), WRITTEN_BY_A_RUN)
            try:
                yield recorder
            finally:
                del self._replays[case]
                self._open.pop(case, None)

    def last(self, name: str, kind: type[E]) -> E | None:
        """The newest entry of a kind."""
        found = self._store.entries(name, kind.kind)
        return kind.model_validate(found[-1].data) if found else None

    def note(self, case: OpenCase, entry: CaseEntry) -> None:
        """Write an entry down, or find that it is written. Where it cannot be, the case is no longer open."""
        data = entry.model_dump(mode="json")
        replay = self._replays.get(case.name)
        if replay is not None and replay.has(entry.kind, data):
            return
        try:
            self._store.append(case.name, entry.kind, data)
        except StoreError:
            self._open.pop(case.name, None)  # what is in memory is ahead of what is kept
            raise

    def note_read(self, case: OpenCase, *, anew: bool = False) -> None:
        """Write down what was read since the last time, and what was not asked."""
        self.note_refusals(case)
        if entry := case.newly_read(anew=anew):
            self.note(case, entry)

    def note_refusals(self, case: OpenCase) -> None:
        """Write down which questions were not asked since the last time."""
        for one in case.newly_refused():
            self.note(case, FlowRefused(tool=one.tool, server=one.server, source=one.source, foreign=one.foreign))

    def note_facts(self, case: OpenCase, facts: Assessment, *, taken: bool) -> None:
        """Write stated facts down."""
        data, gaps = facts.model_dump(mode="json"), tuple(case.connection_gaps)
        read = tuple(_contracts_read(case, facts))
        contested = case.casework.contested_facts if taken else ()
        self.note(
            case,
            FactsStated(facts=data, now=case.terms.now, gaps=gaps, taken=taken, contracts=read, contested=contested),
        )

    def note_draft(
        self,
        case: OpenCase,
        draft: Draft,
        drafted_by: Drafter,
        actions: tuple[str, ...],
        contested: tuple[Finding, ...] = (),
    ) -> None:
        """Write a reviewed draft down, with what a verifier contests and the ids of the actions that it offers."""
        work = case.casework
        assert work.assessment is not None
        assert work.decision is not None
        entry = DraftSubmitted(
            outcome=work.decision.outcome,
            draft=draft.model_dump(mode="json"),
            drafted_by=drafted_by,
            facts=fingerprint(work.assessment.model_dump(mode="json")),
            gaps=tuple(case.connection_gaps),
            contested=contested,
            verification=work.verification,
            actions=actions,
        )
        self.note(case, entry)


def _contracts_read(case: OpenCase, facts: Assessment) -> Iterator[ContractRead]:
    evidence = case.casework.evidence
    for one in facts.contracts:
        account = evidence.account(one.account)
        says = {record.ref: coverage_of(record) or record.text for record in evidence.resolve(one.cites)[0]}
        contract = contract_of(account, case.terms.policy, facts.contracts)
        yield ContractRead(account=one.account, says=says, read_as=contract.read_words)

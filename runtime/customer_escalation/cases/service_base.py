"""What all steps of a case share: where cases are kept and read from, who watches, and the brief as it stands."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Self

from customer_escalation.cases import events as happened
from customer_escalation.cases.connection import Systems
from customer_escalation.cases.entries import (
    RESULT,
    DraftSubmitted,
    FlowRefused,
    not_asked,
)
from customer_escalation.cases.errors import (
    NoBrief,
    NotEscalated,
)
from customer_escalation.cases.events import Watch, unwatched
from customer_escalation.cases.open_case import OpenCase
from customer_escalation.cases.reading_edits import OpenVerifier
from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.cases.result import Ending, result_of
from customer_escalation.cases.store import CaseStore
from customer_escalation.cases.verifier import NoVerifier, Verifier
from customer_escalation.cases.working_set import WorkingSet
from customer_escalation.retrieval.prefetch import Fetch, OnFetch


class CaseServiceBase:
    """Cases of a store. See ``CaseService``."""

    def __init__(
        self,
        store: CaseStore,
        systems: Systems,
        watch: Watch = unwatched,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """``systems`` is what cases are read from; ``clock`` dates approvals."""
        self.store = store
        self.systems = systems
        self.watch = watch
        self.verifier: Verifier = NoVerifier()
        self.edits_read_by: OpenVerifier | None = None
        self._clock = clock
        self._cases = WorkingSet(store)

    def watched_by(self, watch: Watch) -> Self:
        """This very service, telling ``watch`` what happens through it."""
        other = copy.copy(self)
        other.watch = watch
        return other

    def verified_by(self, verifier: Verifier) -> Self:
        """This very service, with statements read by ``verifier``."""
        other = copy.copy(self)
        other.verifier = verifier
        return other

    def edits_read(self, opened: OpenVerifier) -> Self:
        """This very service, with the texts that persons edit read by a verifier that is opened for each."""
        other = copy.copy(self)
        other.edits_read_by = opened
        return other

    def work(self, case: str) -> OpenCase:
        """A case in memory, taken up from its entries where this process does not hold it."""
        return self._cases.work(case)

    def result(self, case: str) -> RecordedResult:
        """The brief as it stands: the one that was submitted last, else the one that was recorded."""
        name = self.store.find(case.strip())
        kinds = [entry.type for entry in self.store.entries(name)]
        since = kinds[::-1].index(RESULT) if RESULT in kinds else len(kinds)
        if DraftSubmitted.kind in kinds[len(kinds) - since :] and self.work(name).casework.review:
            return self._written(self.work(name))
        recorded = self.recorded(name)
        if recorded is None:
            raise NoBrief
        return recorded

    def recorded(self, case: str) -> RecordedResult | None:
        """The brief that was recorded last."""
        found = self.store.entries(self.store.find(case.strip()), RESULT)
        return RecordedResult(found[-1].data) if found else None

    # What the steps share

    def _written(self, case: OpenCase, ending: Ending | None = None) -> RecordedResult:
        if case.casework.review is None:
            raise NoBrief
        terms, gaps = case.terms, self._gaps(case)
        return result_of(
            case.casework, case=case.name, request=terms.issue, reported_by=terms.reported_by, gaps=gaps,
            policy_notes=terms.policy_notes, ending=ending or Ending(),
        )  # fmt: skip

    def _gaps(self, case: OpenCase) -> list[str]:
        """What could not be read, and what was not asked."""
        refused = [FlowRefused.model_validate(entry.data) for entry in self.store.entries(case.name, FlowRefused.kind)]
        return [*case.gaps, *not_asked(refused)]

    def _escalated(self, case: str) -> RecordedResult:
        name = self.store.find(case.strip())
        result = self.recorded(name)
        if result is None or not result.is_open_escalation:
            raise NotEscalated(name)
        return result

    def _fetched(self, case: str) -> OnFetch:
        def told(fetch: Fetch) -> None:
            self.watch(happened.RecordsFetched(case, fetch.tool, fetch.query, fetch.found, fetch.error, fetch.total))

        return told

"""A case taken up again from its entries: what was read, copied, stated and written."""

from dataclasses import replace

from pydantic import ValidationError

from customer_escalation.cases.entries import AnswersGiven, DraftSubmitted, FactsStated, RecordsRead
from customer_escalation.cases.open_case import OpenCase
from customer_escalation.cases.store import CaseStore, StoreError
from customer_escalation.cases.terms import Opening
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.facts import Assessment
from customer_escalation.review.check import ReviewContext
from skill_runtime.ledger import Ledger
from skill_runtime.recorder import fingerprint


def opening_of(store: CaseStore, case: str) -> Opening:
    """What the case was begun with. Raises ``StoreError``."""
    try:
        return Opening.model_validate(store.header(case))
    except ValidationError as error:
        where = ", ".join(".".join(map(str, item["loc"])) for item in error.errors()[:3])
        raise StoreError(
            f"The case {case} was begun by another version and cannot be gone on with ({where})."
        ) from error


def restored(store: CaseStore, case: str) -> OpenCase:
    """The case as its entries have it. Raises ``StoreError`` and ``PolicyError``."""
    opening = opening_of(store, case)
    found = OpenCase.new(case, opening.origin, opening.terms())
    stated: dict[str, FactsStated] = {}
    for entry in store.entries(case):
        if entry.type == RecordsRead.kind:
            _read(found, RecordsRead.model_validate(entry.data))
        elif entry.type == AnswersGiven.kind:
            found.take_answers(AnswersGiven.model_validate(entry.data).answers)
        elif entry.type == FactsStated.kind:
            facts = FactsStated.model_validate(entry.data)
            if facts.taken:
                stated[fingerprint(facts.facts)] = facts
            _state(found, facts)
        elif entry.type == DraftSubmitted.kind:
            _submit(found, DraftSubmitted.model_validate(entry.data), stated)
    return found


def _read(case: OpenCase, entry: RecordsRead) -> None:
    if entry.anew:
        case.ledger = Ledger()
    for result in entry.results:
        case.ledger.add(result)
    case.copies = {copy.ref: copy for copy in entry.copies}
    case.verified = set(entry.verified)
    for ref in case.unverified:
        case.copies[ref].put_into(case.ledger)
    case.take_answers(case.answers.values())
    case.casework.evidence = Evidence(case.ledger, frozenset(entry.connected))
    case.casework.context = ReviewContext(entry.unread, entry.gap_categories, case.terms.author_level)
    case.kept, case.results_kept = entry, len(case.ledger.results)
    if case.casework.assessment is not None and not entry.anew:
        case.casework.assess(case.casework.assessment)


def _state(case: OpenCase, entry: FactsStated) -> None:
    case.terms = replace(case.terms, now=entry.now)
    case.casework.now = entry.now
    case.connection_gaps = list(entry.gaps)
    if entry.taken:
        case.casework.assess(Assessment.model_validate(entry.facts))
        case.casework.contested_facts = entry.contested


def _submit(case: OpenCase, entry: DraftSubmitted, stated: dict[str, FactsStated]) -> None:
    """Review the draft again, on the facts that it was written on: a resumed run may have gone another way in between."""
    now = case.casework.assessment
    if now is None or fingerprint(now.model_dump(mode="json")) != entry.facts:
        _state(case, stated[entry.facts])
    case.connection_gaps = list(entry.gaps)
    decision = case.casework.decision
    if decision is not None and decision.outcome == entry.outcome:
        work = case.casework
        work.take(work.reviewed(entry.as_draft()), entry.drafted_by, entry.contested, entry.verification)

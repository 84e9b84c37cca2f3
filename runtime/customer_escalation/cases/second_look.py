"""A case read again from the beginning at a later moment, beside what it was."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from customer_escalation.cases.connection import Systems
from customer_escalation.cases.gathering import gathered
from customer_escalation.cases.open_case import OpenCase, fresh_casework
from customer_escalation.cases.record_copies import RecordCopy
from customer_escalation.cases.rereading import read_again
from customer_escalation.cases.session import Casework
from customer_escalation.domain.brief import Figure
from customer_escalation.domain.evidence import Evidence
from customer_escalation.retrieval.prefetch import OnFetch
from skill_runtime.ledger import Ledger, Record


async def read_anew(
    case: OpenCase, cites: Iterable[str], copies: Sequence[RecordCopy], systems: Systems, on_fetch: OnFetch
) -> OpenCase:
    """The case as it is read now, with nothing stated yet; copies stand in where nothing is read in their place."""
    terms, connection = replace(case.terms, now=await systems.now()), await systems.connection()
    evidence, context, *_ = await gathered(terms, connection, on_fetch)
    ledger = evidence.ledger
    known = {**case.copies, **{one.ref: one for one in copies}}
    await read_again([*cites, *known], ledger, case.guarded(connection))
    for ref, one in known.items():
        if ledger.get(ref) is None:
            one.put_into(ledger)
    evidence = Evidence(ledger, evidence.connected | {ref.partition("/")[0] for ref in known})
    anew = OpenCase(case.name, case.origin, terms, ledger, fresh_casework(terms, evidence, context), known)
    anew.take_answers(case.answers.values())
    anew.lock, anew.connection_gaps = case.lock, connection.gaps()
    anew.verified = {ref for ref in known if (record := ledger.get(ref)) and record.data != known[ref].record()}
    return anew


def new_records(before: Ledger, now: Ledger) -> tuple[Record, ...]:
    """What was not known before; earlier escalations are not news."""
    return tuple(
        record for ref, record in now.records.items() if before.get(ref) is None and not ref.startswith("escalations/")
    )


def changed_figures(before: Casework, now: Casework) -> tuple[Figure, ...]:
    """Figures that are new or have another value."""
    return tuple(
        figure for ref, figure in now.figures.items()
        if ref not in before.figures or before.figures[ref].text != figure.text
    )  # fmt: skip

"""The document of a case: a new one, or the one that was reviewed last with some of its lines changed."""

from collections.abc import Sequence

from pydantic import ValidationError

from customer_escalation.cases.errors import WrongOrder
from customer_escalation.cases.service import CaseService
from customer_escalation.domain.document_reading import UnplacedEntry, written_draft
from customer_escalation.domain.findings import listed, schema_findings
from customer_escalation.domain.index import DocumentIndex
from customer_escalation.domain.lines import LineEdit, NoSuchLine, NumberedText
from customer_escalation.domain.outcomes import Outcome
from customer_escalation.domain.written import Written, document_of, index_of, is_written


def new_document(service: CaseService, case: str, *, document: str, index: DocumentIndex | None) -> Written:
    """A document with its index as a draft; hand it to ``submit``. Raises ``WrongOrder`` where they do not fit each other."""
    decision = service.work(case).casework.decision
    if decision is None:
        raise WrongOrder("Call `assess` first: what the document says depends on its decision.")
    try:
        return written_draft(document, index or DocumentIndex(), escalates=decision.outcome == Outcome.ESCALATE)
    except UnplacedEntry as error:
        raise WrongOrder(str(error)) from error
    except ValidationError as error:
        raise WrongOrder(f"The document was not taken:\n{listed(schema_findings(error))}") from error


def edited(service: CaseService, case: str, *, edits: Sequence[LineEdit], index: DocumentIndex | None) -> Written:
    """The document that was reviewed last with these edits; parts of the index that are not given stay.

    Raises ``WrongOrder`` where there is no document, or where edits or index do not fit it.
    """
    draft = service.draft(case)
    if not is_written(draft):
        raise WrongOrder("There is no document to edit yet: hand one in first.")
    try:
        document = NumberedText(document_of(draft)).edited(edits)
    except NoSuchLine as error:
        raise WrongOrder(f"The edits were not taken. {error}") from error
    known = index_of(draft)
    return new_document(service, case, document=document, index=index.filled_from(known) if index else known)

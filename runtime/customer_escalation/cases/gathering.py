"""The first reading of a case: what routine searches find about the issue, and what could not be read."""

import json

from customer_escalation.cases.connection import ASKED_FOR, OpenedSystems
from customer_escalation.cases.terms import CaseTerms
from customer_escalation.connectors.normalize.items import says_there_is_nothing
from customer_escalation.domain.categories import SOURCES
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.prior import recall
from customer_escalation.retrieval.prefetch import FoundMore, Gatherer, ListedWhole, OnFetch
from customer_escalation.review.check import ReviewContext
from skill_runtime.connectors import ConnectorState
from skill_runtime.ledger import Ledger, Record


async def gathered(
    terms: CaseTerms, connection: OpenedSystems, on_fetch: OnFetch
) -> tuple[Evidence, ReviewContext, tuple[ListedWhole, ...], tuple[FoundMore, ...]]:
    """The evidence in a ledger of its own, what the review has to know of the gaps, what was listed whole, and what was found beyond
    what was taken.
    """
    ledger = Ledger()
    evidence = Evidence(ledger, frozenset(connection.check().connected))
    gatherer = Gatherer(connection.tools, ledger, on_fetch)
    await gatherer.gather(terms.issue, evidence)
    recall(terms.earlier, evidence)
    connection.noted[:] = _unrecognised(ledger)
    check = connection.check()  # what reading showed
    context = ReviewContext(
        unread=tuple(row.id for row in ASKED_FOR if row.id not in check.connected),
        gaps=tuple(gap.category for gap in check.gaps),
        author_level=terms.author_level,
        request=terms.issue,
    )
    return Evidence(ledger, frozenset(check.connected)), context, tuple(gatherer.listed), tuple(gatherer.more)


def _unrecognised(ledger: Ledger) -> list[ConnectorState]:
    """The categories that answered in texts alone, in which none of what is counted there could be recognised."""
    kinds: dict[str, set[object]] = {}
    for record in ledger.records.values():
        if not _is_nothing(record):
            kinds.setdefault(record.category, set()).add(record.data.get("kind"))
    return [
        ConnectorState(row.id, "connected", "", f"it answered in texts, in which no {row.row.item} could be recognised")
        for row in SOURCES.values()
        if kinds.get(row.id) == {"text"} and row.need != "optional" and not row.plain
    ]


def _is_nothing(record: Record) -> bool:
    """Whether a record is a text that says that there is nothing, as JSON."""
    try:
        return record.data.get("kind") == "text" and says_there_is_nothing(json.loads(str(record.data.get("text"))))
    except (ValueError, RecursionError):
        return False

"""The first reading of a case: what routine searches find about the issue, and what could not be read."""

from customer_escalation.cases.connection import ASKED_FOR, OpenedSystems
from customer_escalation.cases.terms import CaseTerms
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.prior import recall
from customer_escalation.retrieval.prefetch import Gatherer, ListedWhole, OnFetch
from customer_escalation.review.check import ReviewContext
from skill_runtime.ledger import Ledger


async def gathered(
    terms: CaseTerms, connection: OpenedSystems, on_fetch: OnFetch
) -> tuple[Evidence, ReviewContext, tuple[ListedWhole, ...]]:
    """The evidence in a ledger of its own, what the review has to know of the gaps, and what was listed whole."""
    ledger = Ledger()
    evidence = Evidence(ledger, frozenset(connection.check().connected))
    gatherer = Gatherer(connection.tools, ledger, on_fetch)
    await gatherer.gather(terms.issue, evidence)
    recall(terms.earlier, evidence)
    check = connection.check()  # what reading showed
    context = ReviewContext(
        unread=tuple(row.id for row in ASKED_FOR if row.id not in check.connected),
        gaps=tuple(gap.category for gap in check.gaps),
        author_level=terms.author_level,
        request=terms.issue,
    )
    return Evidence(ledger, frozenset(check.connected)), context, tuple(gatherer.listed)

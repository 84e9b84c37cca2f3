"""The first layer of the check on meaning: what a statement says and its records say otherwise, told by code from grammar and
structure alone. ``kinds`` has one file for each kind of difference.
"""

from collections.abc import Iterable, Iterator

from customer_escalation.review.meaning.compared import compare
from customer_escalation.review.meaning.contest import Contest
from customer_escalation.review.meaning.kinds import KINDS
from customer_escalation.review.meaning.known import known_in
from customer_escalation.review.passages import Claim
from customer_escalation.review.sources import Sources

__all__ = ["Contest", "contests"]


def contests(claims: Iterable[Claim], sources: Sources) -> Iterator[tuple[Claim, Contest]]:
    """What the records that each statement cites say otherwise; nothing of one whose language is not covered."""
    known = known_in(sources.evidence)
    for claim in claims:
        compared = compare(claim, sources, known)
        if compared is not None:
            yield from ((claim, one) for look in KINDS for one in look(compared))

"""G4: a statement says what its records say, as far as grammar and structure tell it without a reader."""

import re
from collections.abc import Iterator

from customer_escalation.review.check import Fault, ReviewInput, check
from customer_escalation.review.meaning import contests
from customer_escalation.review.passages import Claim


@check("G4")
def says_what_records_say(view: ReviewInput) -> Iterator[Fault]:
    """What code alone is sure of, in statements of facts that cite what they stand on. The rest is left to a reader."""
    stated = [
        claim
        for claim in view.claims
        if claim.kind == "fact" and claim.cites and not claim.sums_up and not ought(claim)
    ]
    for claim, contest in contests(stated, view.sources):
        if contest.certain:
            yield Fault(claim.where, f"{contest.message} Say it as the record does.", sentence=claim.number)


def ought(claim: Claim) -> bool:
    """Does it say what ought to be? No record can say that it is so."""
    return claim.where == "reproduction" and bool(re.match(r"\W*Expected\b", claim.label or claim.text))

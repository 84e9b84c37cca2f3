"""G4: a statement says what its records say, as far as grammar and structure tell it without a reader."""

import re
from collections.abc import Iterator

from customer_escalation.review.check import Fault, ReviewInput, check
from customer_escalation.review.meaning import Contest, contests
from customer_escalation.review.passages import Claim

_QUOTES = re.compile(r"[\"“”„«»「『]")


@check("G4")
def says_what_records_say(view: ReviewInput) -> Iterator[Fault]:
    """What code alone is sure of, in statements of facts that cite what they stand on. The rest is left to a reader."""
    stated = [
        claim
        for claim in view.claims
        if claim.kind == "fact" and claim.cites and not claim.sums_up and not ought(claim)
    ]
    for claim, contest in contests(stated, view.sources):
        if view.is_written and not _is_of_a_quotation(claim, contest):
            continue  # which records it stands on, code found out by its words: that is enough to look them up
        if contest.certain:
            yield Fault(claim.where, f"{contest.message} Say it as the record does.", sentence=claim.number)


def _is_of_a_quotation(claim: Claim, contest: Contest) -> bool:
    """Does it rest on words that the statement quotes, wherever they stand?"""
    return contest.kind == "clipped" or (contest.kind == "certainty" and bool(_QUOTES.search(claim.text)))


def ought(claim: Claim) -> bool:
    """Does it say what ought to be? No record can say that it is so."""
    return claim.where == "reproduction" and bool(re.match(r"\W*Expected\b", claim.label or claim.text))

"""The review of a draft: form, sources and privacy, as findings that the writer can mend."""

from collections.abc import Mapping
from dataclasses import dataclass

from customer_escalation.decision.inputs import Case
from customer_escalation.decision.rules import Decision
from customer_escalation.domain.brief import Draft, Figure, Target
from customer_escalation.domain.findings import Finding
from customer_escalation.policy import Policy
from customer_escalation.review import brief_checks, grounding_checks, privacy, reproduction, target_checks
from customer_escalation.review.check import CHECKS, Context, View
from customer_escalation.review.citing import mend_citations
from customer_escalation.review.sources import Sources
from customer_escalation.review.withholding import WITHHELD, withheld

__all__ = ["WITHHELD", "Review", "review_draft", "vocabulary", "withhold_unsupported"]
_CHECK_FILES = (brief_checks, reproduction, target_checks, grounding_checks, privacy)
"""Imported so that their checks are registered, in this order."""


@dataclass(frozen=True)
class Review:
    """A draft with completed citations, and what is wrong with it."""

    draft: Draft
    findings: tuple[Finding, ...]

    @property
    def hard(self) -> tuple[Finding, ...]:
        """The findings that send a draft back."""
        return tuple(finding for finding in self.findings if finding.level == "H")


def review_draft(
    draft: Draft, case: Case, decision: Decision, figures: Mapping[str, Figure], context: Context | None = None
) -> Review:
    """Complete the citations of a draft of the right kind for the decision, and apply every check to it."""
    context = context or Context()
    sources = Sources(case.evidence, figures, vocabulary(case.policy))
    mended = mend_citations(draft, sources)
    view = View(mended, case, decision, sources, context)
    return Review(mended, tuple(finding for check in CHECKS for finding in check.findings(view)))


def withhold_unsupported(review: Review) -> Draft:
    """The draft with everything that G1 rejects replaced by an open 'unknown' (the last resort after repairs)."""
    return withheld(
        review.draft, {finding.where for finding in review.findings if finding.rule == "G1" and finding.level == "H"}
    )


def vocabulary(policy: Policy) -> frozenset[str]:
    """Names that need no record: teams and the reporter."""
    return frozenset({target.value for target in Target} | {"Support", "Sales", "Finance", policy.brief.reported_by})

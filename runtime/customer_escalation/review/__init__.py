"""The review of a draft: form, sources and privacy, as findings that the writer can mend."""

from collections.abc import Mapping
from dataclasses import dataclass

from customer_escalation.brief import Draft, EscalationDraft, Figure, HandlingDraft, Statement, Target
from customer_escalation.case import Case
from customer_escalation.finding import Finding
from customer_escalation.policy import Policy
from customer_escalation.review.citing import mend_citations
from customer_escalation.review.form import check_escalation, check_handling
from customer_escalation.review.passages import Passage, passages
from customer_escalation.review.privacy import check_reply
from customer_escalation.review.sources import Sources, check_sources
from customer_escalation.rules import Decision

WITHHELD = "Unknown: a drafted sentence was withheld here because the records that it cited do not support it."


@dataclass(frozen=True)
class Review:
    """A draft with completed citations, and what is wrong with it."""

    draft: Draft
    findings: tuple[Finding, ...]

    @property
    def hard(self) -> tuple[Finding, ...]:
        """The findings that send a draft back."""
        return tuple(finding for finding in self.findings if finding.level == "H")


def review_draft(draft: Draft, case: Case, decision: Decision, figures: Mapping[str, Figure]) -> Review:
    """Check a draft of the right kind for the decision."""
    sources = Sources(case.evidence, figures, vocabulary(case.policy))
    mended = mend_citations(draft, sources)
    findings: list[Finding] = []
    if isinstance(mended, EscalationDraft):
        target = decision.target or Target.L2
        findings += check_escalation(mended, target, case.policy, case.now)
        findings += _unlinked(mended, case)
    elif isinstance(mended, HandlingDraft):
        findings += check_handling(mended)
    for passage in passages(mended):
        findings += check_sources(passage, sources)
    reporter = case.affected[0].name if case.affected else ""
    findings += check_reply(mended, case.evidence, reporter)
    return Review(mended, tuple(findings))


def withhold_unsupported(review: Review) -> Draft:
    """The draft with every statement that G1 rejects replaced by an open 'unknown' (the last resort after repairs)."""
    places = {finding.where for finding in review.findings if finding.rule == "G1" and finding.level == "H"}
    update: dict[str, list[Statement]] = {}
    for name in type(review.draft).model_fields:
        value = getattr(review.draft, name)
        if isinstance(value, list) and value and isinstance(value[0], Statement):
            update[name] = [
                statement.model_copy(update={"text": WITHHELD, "kind": "inference", "cites": []})
                if f"{name}[{index}]" in places
                else statement
                for index, statement in enumerate(value)
            ]
    return review.draft.model_copy(update=update)


def vocabulary(policy: Policy) -> frozenset[str]:
    """Names that need no record: teams and the reporter."""
    return frozenset({target.value for target in Target} | {"Support", "Sales", "Finance", policy.brief.reported_by})


def _unlinked(draft: EscalationDraft, case: Case) -> list[Finding]:
    """B6: tracker items that the assessment rests on belong in the brief."""
    used: set[str] = {related.ref for related in draft.related}
    passage: Passage
    for passage in passages(draft):
        used.update(passage.cites)
    homes = {case.evidence.item_of(record).ref for record in case.evidence.resolve(used)[0]}
    facts = case.facts
    cited = [
        ref for fact in (facts.bug_confirmed, facts.recurred_after_fix, facts.code_change_needed, facts.engineering_engaged)
        for ref in fact.cites
    ]  # fmt: skip
    items = {case.evidence.item_of(record) .ref for record in case.evidence.resolve(cited)[0]
             if record.category == "project_tracker"}  # fmt: skip
    return [
        Finding(rule="B6", level="W", where="related", message=f"{ref} bears on this and is not linked.")
        for ref in sorted(items - homes)
    ]

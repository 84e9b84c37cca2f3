"""The review of a draft: form, sources and privacy, as findings that the writer can mend."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from customer_escalation.decision.figures.windows import clocks_of_records, zones_of
from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.rules import Decision
from customer_escalation.decision.rules.stated import cites_of
from customer_escalation.domain.brief import Figure
from customer_escalation.domain.draft import Draft, EscalationDraft, moments_set
from customer_escalation.domain.evidence import parse_moment
from customer_escalation.domain.findings import Finding
from customer_escalation.domain.formatting import time_words
from customer_escalation.domain.language import language_or_other
from customer_escalation.domain.outcomes import Target
from customer_escalation.domain.record_ids import mentions
from customer_escalation.domain.template import blocks
from customer_escalation.domain.written import is_written
from customer_escalation.policy import Policy
from customer_escalation.review import (
    brief_checks,
    grounding_checks,
    meaning_checks,
    privacy,
    reproduction,
    target_checks,
)
from customer_escalation.review.attributing import attributed
from customer_escalation.review.check import CHECKS, ReviewContext, ReviewInput
from customer_escalation.review.citing import mend_citations
from customer_escalation.review.grounding.atoms import find_atoms
from customer_escalation.review.passages import all_cites, is_what_comes, passages
from customer_escalation.review.sources import FOR_COLLEAGUES, Sources
from customer_escalation.review.withholding import withheld

__all__ = ["Review", "review_draft", "sources_of", "view_of", "vocabulary", "withhold_unsupported"]
COMING_DAYS = 15
UNSUPPORTED = frozenset({"G1", "G4", "G5"})
"""Rules by which a sentence stands on nothing, or says otherwise than its records."""
MOST_SENTENCES = 500
"""More sentences than a text can have."""
_CHECK_FILES = (brief_checks, reproduction, target_checks, grounding_checks, meaning_checks, privacy)
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
    draft: Draft,
    case: DecisionInput,
    decision: Decision,
    figures: Mapping[str, Figure],
    context: ReviewContext | None = None,
) -> Review:
    """Complete the citations of a draft of the right kind for the decision, and apply every check to it."""
    context = context or ReviewContext()
    sources = sources_of(draft, case, figures, context)
    tickets = [ref for account in case.affected for ref in account.tickets]
    mended = mend_citations(attributed(draft, sources, tickets), sources)
    if mended is not draft:
        sources = sources_of(mended, case, figures, context)
    view = ReviewInput(mended, case, decision, sources, context)
    return Review(mended, tuple(finding for check in CHECKS for finding in check.findings(view)))


def view_of(
    draft: Draft, case: DecisionInput, decision: Decision, figures: Mapping[str, Figure], context: ReviewContext
) -> ReviewInput:
    """A draft beside everything that it is checked against."""
    return ReviewInput(draft, case, decision, sources_of(draft, case, figures, context), context)


def sources_of(draft: Draft, case: DecisionInput, figures: Mapping[str, Figure], context: ReviewContext) -> Sources:
    """Where the draft's claims are looked up."""
    known = vocabulary(case.policy, [account.name for account in case.affected]) | _places(case)
    first = Sources(case.evidence, figures, known)
    named = tuple(_named(draft, case))
    cited = [first.whole(ref) for ref in (*all_cites(draft), *cites_of(case.facts), *named)]
    brought = {record.ref for record in first.cited([*cited, *(account.crm_ref or "" for account in case.affected)])}
    language = language_or_other(" ".join(passage.text for passage in passages(draft) if passage.reader != "customer"))
    return replace(
        first, as_written=is_written(draft), established=frozenset(brought), named=named, request=context.request,
        deadlines=_deadlines(draft, case), promises=_promises(draft),
        language=language, zones=clocks_of_records(case), terms=_terms(case.policy),
        now=case.now, coming=tuple(case.now.date() + timedelta(days=days) for days in range(COMING_DAYS)),
    )  # fmt: skip


def _named(draft: Draft, case: DecisionInput) -> list[str]:
    """The items that its texts for colleagues name by their ids, who find there what else is said: such a text has no marks."""
    text = "\n".join(passage.text for passage in passages(draft) if passage.path.partition("[")[0] in FOR_COLLEAGUES)
    items = {case.evidence.item_of(record).ref for record in case.evidence.ledger.records.values()}
    return [ref for ref in sorted(items) if mentions(text, ref.partition("/")[2])]


def _deadlines(draft: Draft, case: DecisionInput) -> str:
    """The moments that it sets and the one that counts as now, a line each, as they are given, in UTC, and on the customers' clocks."""
    moments = [*(one.by for one in moments_set(draft)), *draft.reminders]
    moments += [moment for text in _proposing(draft) for moment in _moments_in(text)]
    parsed = [parse_moment(by) for by in moments]
    clocks = [ZoneInfo(case.policy.business_hours.team_timezone), *zones_of(case)]
    return "\n".join([*moments, *(time_words(moment, *clocks) for moment in (*parsed, case.now) if moment)])


def _moments_in(text: str) -> list[str]:
    return [atom.text for atom in find_atoms(text) if atom.kind in ("date", "time", "weekday")]


def _promises(draft: Draft) -> str:
    """The days and times in the texts to customers."""
    texts = (passage.text for passage in passages(draft) if passage.reader == "customer")
    return "\n".join(moment for text in texts for moment in _moments_in(text))


def _proposing(draft: Draft) -> Iterator[str]:
    """The texts in which the draft itself sets times."""
    for passage in passages(draft):
        if passage.role == "proposes":
            yield passage.text
        if passage.role == "tells":
            yield "\n".join(sentence.text for sentence in passage.sentences if not sentence.cites)
    if isinstance(draft, EscalationDraft):
        yield from (one.text for one in blocks(draft.communication) if is_what_comes("communication", one.label))
    yield from (one.when for one in draft.drafts)


def _places(case: DecisionInput) -> frozenset[str]:
    """The places that time zones are named after, as people write them."""
    keys = [zone.key for zone in clocks_of_records(case) if isinstance(zone, ZoneInfo)]
    return frozenset(key.rpartition("/")[2].replace("_", " ") for key in keys)


def _terms(policy: Policy) -> str:
    """Between which times of day people are at work, how many customers in how many days are a pattern, and from what revenue an
    account is of high value.
    """
    hours, pattern = policy.business_hours, policy.pattern
    return (
        f"{hours.opens:%H:%M}-{hours.closes:%H:%M}\n{pattern.min_customers} customers in {pattern.window_days} days\n"
        f"{policy.high_value.arr_usd:.2f} USD ARR"
    )


def withhold_unsupported(review: Review) -> Draft:
    """The draft with every sentence that its records do not bear out replaced by an open 'unknown' (the last resort after repairs)."""
    places: dict[str, set[int]] = {}
    for finding in review.findings:
        if finding.rule in UNSUPPORTED and finding.level == "H" and finding.where:
            numbers = range(MOST_SENTENCES) if finding.sentence is None else (finding.sentence,)
            places.setdefault(finding.where, set()).update(numbers)
    return withheld(review.draft, places)


def vocabulary(policy: Policy, accounts: Iterable[str] = ()) -> frozenset[str]:
    """Names that need no record: teams, the reporter, and the affected accounts, long or short."""
    names = {target.value for target in Target} | {
        "Support",
        "Sales",
        "Finance",
        "Legal",
        policy.brief.reported_by,
    }
    return frozenset(names | set(accounts))

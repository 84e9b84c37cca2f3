"""What has been stated and written about one case so far, and what the rules say of it. Pure but for its own state."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from customer_escalation.decision.figures import build_case, window_figures
from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.questions import OpenQuestions, Question, open_questions
from customer_escalation.decision.rules import Decision, decide
from customer_escalation.decision.rules.shown import as_unknown, claims_with_showing, facts_not_shown, says
from customer_escalation.decision.rules.stated import unreferenced_facts
from customer_escalation.decision.rules.stated_contracts import without_readings, wrong_readings
from customer_escalation.domain.brief import Figure, Verification
from customer_escalation.domain.draft import Draft
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.findings import Finding
from customer_escalation.policy import Policy
from customer_escalation.review import Review, review_draft, view_of
from customer_escalation.review.check import ReviewContext
from customer_escalation.review.customer_texts.questions import TextQuestion
from customer_escalation.review.edited_texts import EditedText, edited_exhibits
from customer_escalation.review.nearby import texts_near
from customer_escalation.review.passages import all_cites
from customer_escalation.review.steering import AttemptKind, RecordsQuestion, questions_about
from customer_escalation.review.verification import Exhibit, exhibits, fact_exhibit, text_questions

Drafter = Literal["model", "rules"]


@dataclass
class Casework:
    """The facts, the decision on them, and the draft; the same calls on the same evidence give the same answers."""

    evidence: Evidence
    policy: Policy
    now: datetime
    context: ReviewContext = field(default_factory=ReviewContext)
    assessment: Assessment | None = None
    case: DecisionInput | None = None
    decision: Decision | None = None
    not_taken: tuple[Finding, ...] = ()
    """Why readings of contracts that were stated are left out."""
    contested_facts: tuple[Finding, ...] = ()
    """What a verifier contests in the facts; hard where the decision rests on it."""
    figures: dict[str, Figure] = field(default_factory=dict)
    review: Review | None = None
    """Of the last draft."""
    sound: Review | None = None
    """Of the last draft without a hard finding."""
    verification: Verification | None = None
    """How far a verifier read the last draft; None where none was asked."""
    sound_verification: Verification | None = None
    """The same of the last draft without a hard finding."""
    attempts: dict[str, AttemptKind] = field(default_factory=dict)
    """Records whose text tries to steer, as a verifier found."""
    drafted_by: Drafter = "rules"
    """Who wrote the last draft."""
    _questions: tuple[DecisionInput, OpenQuestions] | None = None

    @property
    def questions(self) -> tuple[Question, ...]:
        """What a person has to answer before the rules can decide on the stated facts."""
        return self._asked().questions

    @property
    def may_be(self) -> tuple[str, ...]:
        """The decisions that the answers can lead to, in words."""
        return self._asked().leads_to

    def _asked(self) -> OpenQuestions:
        if self.case is None:
            return OpenQuestions()
        if self._questions is None or self._questions[0] is not self.case:
            self._questions = self.case, open_questions(self.case)
        return self._questions[1]

    def assess(self, assessment: Assessment) -> list[Finding]:
        """Take the facts and decide; findings mean that the facts must be corrected first.

        A reading of a contract that cannot stand is left out (``not_taken`` says why): no clock rests on it.
        """
        self.not_taken = tuple(wrong_readings(assessment, self.evidence, self.policy))
        assessment = without_readings(assessment, self.not_taken)
        case, figures = build_case(assessment, self.evidence, self.policy, self.now)
        findings = unreferenced_facts(assessment, self.evidence, figures)
        findings += facts_not_shown(assessment, self.evidence, self.now)
        if not findings:
            if assessment != self.assessment:
                self.contested_facts = ()
            self.assessment, self.case, self.figures = assessment, case, figures
            self.decision = decide(case)
            self.review = self.sound = None
            if self.decision.severity and self.decision.target:
                self.figures |= window_figures(case, self.decision.severity, self.decision.target)
        return findings

    def submit(self, draft: Draft, drafted_by: Drafter = "model") -> Review:
        """Review a draft of the kind that the decision asks for."""
        return self.take(self.reviewed(draft), drafted_by)

    def reviewed(self, draft: Draft) -> Review:
        """What the checks by code say of a draft; nothing is kept. Raises ``ValueError`` before facts were stated."""
        if self.case is None or self.decision is None:
            raise ValueError("submit before assess")
        return review_draft(draft, self.case, self.decision, self.figures, self.context)

    def exhibits(self, review: Review) -> list[Exhibit | TextQuestion | RecordsQuestion]:
        """The statements of a reviewed draft, its texts for customers, and the texts of others near the case, as a verifier sees them."""
        assert self.case is not None
        assert self.decision is not None
        view = view_of(review.draft, self.case, self.decision, self.figures, self.context)
        near = questions_about(texts_near(self.evidence, self.case, all_cites(review.draft)))
        return [*near, *text_questions(view), *exhibits(view)]

    def fact_exhibits(self) -> list[Exhibit]:
        """The facts that decide something, each as a statement beside its records, as a verifier sees them."""
        stated = self.assessment
        return [] if stated is None else [
            fact_exhibit(where, says(where, stated), cites, self.evidence, witnessed=showing.is_witnessed)
            for where, cites, showing in claims_with_showing(stated)
        ]  # fmt: skip

    def contest_facts(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """Keep what a verifier contests in the facts; a warning alone where the decision would be the same without them."""
        assert self.assessment is not None
        hard = {finding.where for finding in findings if finding.level == "H"}
        other = as_unknown(self.assessment, hard)
        without = decide(build_case(other, self.evidence, self.policy, self.now)[0])
        if self.decision is not None and _labels(without) == _labels(self.decision):
            findings = [finding.model_copy(update={"level": "W"}) for finding in findings]
        self.contested_facts = tuple(findings)
        return self.contested_facts

    def edited(self, text: EditedText, draft: Draft) -> list[Exhibit | TextQuestion]:
        """What a person changed in the text of a next step, beside the brief's own draft, as a verifier sees it."""
        assert self.case is not None
        assert self.decision is not None
        return edited_exhibits(text, view_of(draft, self.case, self.decision, self.figures, self.context))

    def take(
        self,
        review: Review,
        drafted_by: Drafter,
        contested: Sequence[Finding] = (),
        verification: Verification | None = None,
    ) -> Review:
        """Keep a reviewed draft as the last one, with what a verifier contests in it."""
        self.review = replace(review, findings=(*review.findings, *contested))
        self.verification = verification
        self.drafted_by = drafted_by
        if not self.review.hard:
            self.sound, self.sound_verification = self.review, verification
        return self.review


def _labels(decision: Decision) -> tuple[object, ...]:
    return decision.outcome, decision.severity, decision.target, decision.also_notify

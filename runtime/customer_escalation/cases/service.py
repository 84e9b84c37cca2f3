"""The life of a case: opened, gathered, assessed, submitted, finished; then acted on, followed up, brought down, closed.

Every way in calls it: a run that nobody watches, an assistant's server. It decides nothing itself: the rules, the review and P1
do. It knows no model, no terminal and no wire.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from customer_escalation.actions import action_id
from customer_escalation.cases import events as happened
from customer_escalation.cases.after_brief import AfterTheBrief
from customer_escalation.cases.attaching import Attaching
from customer_escalation.cases.carrying_out import CarryingOut
from customer_escalation.cases.connection import require
from customer_escalation.cases.entries import (
    RESULT,
    AnswersGiven,
    FileWritten,
)
from customer_escalation.cases.errors import (
    NoFacts,
    WrongDraft,
    WrongOrder,
)
from customer_escalation.cases.gathering import gathered
from customer_escalation.cases.hints import left_out, reminders
from customer_escalation.cases.history import earlier_escalations
from customer_escalation.cases.open_case import OpenCase, fresh_casework
from customer_escalation.cases.record_copies import RecordCopy
from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.cases.result import Ending, offered_by
from customer_escalation.cases.session import Drafter
from customer_escalation.cases.steps import (
    AssessedFacts,
    GatheredCase,
    Labels,
    ReviewedDraft,
)
from customer_escalation.cases.terms import Asked, Opening, Origin
from customer_escalation.cases.verifier import Verified
from customer_escalation.decision.answers import PersonAnswer
from customer_escalation.decision.rules import Decision
from customer_escalation.decision.rules.stated import cites_of
from customer_escalation.domain.draft import Draft, EscalationDraft
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.outcomes import Outcome
from customer_escalation.policy.sources import Overlay
from customer_escalation.review.passages import all_cites
from skill_runtime.recorder import Recorder, fingerprint
from skill_runtime.secrets import without_secrets


class CaseService(CarryingOut, Attaching, AfterTheBrief):
    """Every case of a store. Async methods may run side by side; calls about one case wait for each other.

    A case is named by its whole name or the beginning of it. Every method may raise ``StoreError`` (``UnknownCase``,
    ``CaseInUse``), and ``WrongOrder`` where it needs a step before it.
    """

    async def open(
        self,
        asked: Asked,
        origin: Origin,
        policies: Sequence[Overlay] = (),
        now: datetime | None = None,
        *,
        policy_withheld: bool = False,
    ) -> str:
        """Begin a case; returns its name. ``now`` is the systems' own moment where it is not given; ``policy_withheld`` says that the
        project has a policy that nobody approved.

        Raises ``PolicyError`` for a policy that cannot be used.
        """
        moment = now or await self.systems.now()
        opening = Opening(
            origin=origin,
            request=asked.model_copy(update={"issue": without_secrets(asked.issue)}),
            now=moment,
            policies=tuple(policies),
            policy_withheld=policy_withheld,
            overrides=dict(await self.systems.overrides()),
            earlier=tuple(earlier_escalations(self.store, moment)),
        )
        terms = opening.terms()
        case = self.store.create(opening.model_dump(mode="json"))
        self._cases.put(OpenCase.new(case, origin, terms))
        self.watch(happened.CaseOpened(case, asked.issue))
        return case

    @contextmanager
    def hold(self, case: str) -> Iterator[Recorder]:
        """Be the only one who works on a case, from its beginning: for a run, which comes to each of its steps again.

        Entries that an earlier run of it wrote are not written twice. The recorder answers paid and external steps.
        """
        with self._cases.hold(case) as recorder:
            yield recorder

    async def gather(self, case: str, *, need_required: bool = False) -> GatheredCase:
        """Read what routine searches find about the issue.

        Raises ``MissingConnector`` where ``need_required`` is set and a required category cannot be read.
        """
        found = self.work(case)
        async with found.lock:
            self.watch(happened.SystemsAsked(found.name))
            connection = await self.systems.connection()
            check = connection.check()
            missing = tuple(category.id for category in check.missing_required)
            self.watch(happened.SystemsChecked(found.name, check.connected, check.gaps, missing))
            if need_required:
                require(check)
            self.watch(happened.GatheringStarted(found.name))
            evidence, context, listed, more = await gathered(found.terms, connection, self._fetched(found.name))
            if need_required:
                require(connection.check())  # what was connected and gave nothing is not there either
            found.ledger, found.casework = evidence.ledger, fresh_casework(found.terms, evidence, context)
            found.connection_gaps = connection.gaps()
            self._cases.note_read(found)
        self.watch(happened.CaseGathered(found.name, len(evidence.ledger.records)))
        return GatheredCase(found.name, evidence, tuple(found.gaps), listed, more)

    # What a person answers

    def answers(self, case: str) -> tuple[PersonAnswer, ...]:
        """What was answered so far, the last answer to each question."""
        entries = self.store.entries(self.store.find(case.strip()), AnswersGiven.kind)
        given = [one for entry in entries for one in AnswersGiven.model_validate(entry.data).answers]
        return tuple({one.name: one for one in given}.values())

    def answer(self, case: str, answers: Sequence[PersonAnswer], *, known: bool = False) -> None:
        """Make records of a person's answers and write them down, unless they are ``known`` from the store."""
        found = self.work(case)
        found.take_answers(answers)
        if not known:
            self._cases.note(found, AnswersGiven(answers=tuple(answers)))

    # The brief

    async def assess(
        self, case: str, facts: Assessment, copies: Sequence[RecordCopy] = (), *, stated_by: Drafter = "model"
    ) -> AssessedFacts:
        """Take the facts, reading what they cite, and decide. ``copies`` stand for records that nobody can read here.

        Facts that a model stated are read by the verifier, where there is one, before they are kept.
        """
        found = self.work(case)
        async with found.lock:
            found.take_copies(copies)
            missing = await found.read_cited(cites_of(facts), await self.systems.connection())
            findings = found.casework.assess(facts)
            if not findings and found.casework.assessment is not None:
                facts = found.casework.assessment  # without readings of contracts that cannot stand
                if stated_by == "model":
                    read = await self.verifier.verify(found.casework.fact_exhibits(), found.terms.policy)
                    found.casework.contest_facts(read.findings)
            self._cases.note_read(found)
            self._cases.note_facts(found, facts, taken=not findings)
            work, decision = found.casework, None if findings else found.casework.decision
            hints = (
                (*left_out(work.not_taken), *reminders(found.terms.issue, facts, work.evidence, work.now))
                if decision
                else ()
            )
            labels = Labels.of(decision)
            self.watch(
                happened.FactsAssessed(
                    found.name, not findings, labels.outcome or "", labels.severity or "", labels.target or ""
                )
            )
            return AssessedFacts(
                case=found.name,
                now=work.now,
                facts=facts,
                decision=decision,
                inputs=work.case if decision else None,
                figures=dict(work.figures),
                findings=tuple(findings),
                hints=tuple(hints),
                contested=() if findings else work.contested_facts,
                missing=tuple(missing),
                unverified=tuple(found.unverified),
                gaps=tuple(found.gaps),
            )

    async def submit(self, case: str, draft: Draft, drafted_by: Drafter = "model") -> ReviewedDraft:
        """Review a draft against the rules and the records; those that its marks name are read where they are not known yet.

        Raises ``WrongDraft`` for one that the decision does not ask for.
        """
        found = self.work(case)
        async with found.lock:
            work = found.casework
            if work.decision is None or work.assessment is None:
                raise NoFacts
            _ask_for_kind(work.decision, draft)
            seen = len(found.ledger.results)
            cites = all_cites(draft)
            await found.read_cited(cites, await self.systems.connection())
            again = len(found.ledger.results) > seen and found.decide_again()
            self._cases.note_read(found)
            _ask_for_kind(work.decision, draft)
            review = work.reviewed(draft)
            verified = Verified()
            if drafted_by == "model":
                verified = await self.verifier.verify(work.exhibits(review), work.policy)
                work.attempts |= verified.attempts
            summary = verified.summary if drafted_by == "model" else None
            review = work.take(review, drafted_by, verified.findings, summary)
            hard, terms = len(review.hard), found.terms
            # A rejected draft offers nothing that may be done.
            offered = [] if hard else offered_by(
                work, request=terms.issue, reported_by=terms.reported_by, gaps=self._gaps(found), policy_notes=terms.policy_notes
            )  # fmt: skip
            self._cases.note_draft(found, draft, drafted_by, tuple(map(action_id, offered)), verified.findings)
            self.watch(happened.DraftReviewed(found.name, drafted_by, hard, len(review.findings) - hard))
            assert work.case is not None
            return ReviewedDraft(
                case=found.name,
                review=review,
                facts=work.assessment,
                decision=work.decision,
                inputs=work.case,
                figures=dict(work.figures),
                decided_again=again,
                unverified=tuple(found.unverified),
                gaps=tuple(found.gaps),
            )

    def draft(self, case: str) -> Draft:
        """The draft that was reviewed last. Raises ``WrongOrder`` where there is none."""
        review = self.work(case).casework.review
        if review is None:
            raise WrongOrder("There is no draft to change yet: hand one in first.")
        return review.draft

    async def finish(self, case: str, ending: Ending | None = None) -> RecordedResult:
        """Record the brief as it stands: from here on it is listed, followed up, and found by later cases."""
        found = self.work(case)
        async with found.lock:
            self._cases.note_refusals(found)
            result = self._written(found, ending)
            before = self.recorded(found.name)
            if before is None or fingerprint(before.to_json()) != fingerprint(result.to_json()):
                self.store.append(found.name, RESULT, result.to_json())
        self.watch(happened.CaseFinished(found.name, result.outcome.value, result.status))
        return result

    def note_file(self, case: str, file: str) -> None:
        """Write down that the brief is in a file; later it may be written over."""
        name = self.store.find(case.strip())
        self.store.append(name, FileWritten.kind, FileWritten(file=file).model_dump(mode="json"))

    def files(self, case: str) -> list[str]:
        """The files that hold this case's brief."""
        name = self.store.find(case.strip())
        return [FileWritten.model_validate(entry.data).file for entry in self.store.entries(name, FileWritten.kind)]


def _ask_for_kind(decision: Decision, draft: Draft) -> None:
    """Raise ``WrongDraft`` for a draft that the decision does not ask for."""
    if (decision.outcome == Outcome.ESCALATE) != isinstance(draft, EscalationDraft):
        raise WrongDraft(decision)

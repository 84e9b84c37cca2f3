"""The life of a case: opened, gathered, assessed, submitted, finished; then acted on, followed up, brought down, closed.

Every way in calls it: a run that nobody watches, an assistant's server. It decides nothing itself: the rules, the review and P1
do. It knows no model, no terminal and no wire.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from customer_escalation.actions import Approval, Revocation, action_id, approval_in_force
from customer_escalation.cases import events as happened
from customer_escalation.cases.approval_events import approval_events
from customer_escalation.cases.coming_down import check_cites, judged
from customer_escalation.cases.connection import Systems, require
from customer_escalation.cases.entries import (
    APPROVAL,
    RESULT,
    REVOCATION,
    AnswersGiven,
    Closed,
    ComingDown,
    DecidedAnew,
    DraftSubmitted,
    FileWritten,
    FlowRefused,
    FollowedUp,
    FollowUpStep,
    not_asked,
)
from customer_escalation.cases.errors import (
    ActionChanged,
    NoBrief,
    NoFacts,
    NotEscalated,
    NotProposed,
    WrongDraft,
    WrongOrder,
)
from customer_escalation.cases.events import Watch, unwatched
from customer_escalation.cases.gathering import gathered
from customer_escalation.cases.hints import reminders
from customer_escalation.cases.history import earlier_escalations
from customer_escalation.cases.open_case import OpenCase, fresh_casework
from customer_escalation.cases.record_copies import RecordCopy
from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.cases.result import Ending, offered_by, result_of
from customer_escalation.cases.second_look import changed_figures, new_records, read_anew
from customer_escalation.cases.session import Drafter
from customer_escalation.cases.since import Since
from customer_escalation.cases.steps import (
    AssessedFacts,
    DeEscalation,
    GatheredCase,
    Labels,
    ProposedAction,
    ReassessedCase,
    ReviewedDraft,
)
from customer_escalation.cases.store import CaseStore
from customer_escalation.cases.terms import Asked, Opening, Origin
from customer_escalation.cases.verifier import NoVerifier, Verified, Verifier
from customer_escalation.cases.working_set import WorkingSet
from customer_escalation.decision.answers import PersonAnswer
from customer_escalation.decision.rules import Decision
from customer_escalation.decision.rules.after import DEESCALATING, still_to_do
from customer_escalation.decision.rules.rule import Firing
from customer_escalation.decision.rules.stated import cites_of
from customer_escalation.domain.brief import Draft, EscalationDraft, Outcome, Severity
from customer_escalation.domain.changes import NoSuchPlace, TextChange, changed
from customer_escalation.domain.facts import Assessment
from customer_escalation.policy.sources import Overlay
from customer_escalation.retrieval.prefetch import Fetch, OnFetch
from customer_escalation.review.passages import all_cites
from skill_runtime.recorder import Recorder, fingerprint
from skill_runtime.secrets import without_secrets


class CaseService:
    """Every case of a store. Async methods may run side by side; calls about one case wait for each other.

    A case is named by its whole name or the beginning of it. Every method may raise ``StoreError`` (``UnknownCase``,
    ``CaseInUse``), and ``WrongOrder`` where it needs a step before it.
    """

    def __init__(
        self,
        store: CaseStore,
        systems: Systems,
        watch: Watch = unwatched,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """``systems`` is what cases are read from; ``clock`` dates approvals."""
        self.store = store
        self.systems = systems
        self.watch = watch
        self.verifier: Verifier = NoVerifier()
        self._clock = clock
        self._cases = WorkingSet(store)

    def watched_by(self, watch: Watch) -> "CaseService":
        """This very service, telling ``watch`` what happens through it."""
        other = copy.copy(self)
        other.watch = watch
        return other

    def verified_by(self, verifier: Verifier) -> "CaseService":
        """This very service, with statements read by ``verifier``."""
        other = copy.copy(self)
        other.verifier = verifier
        return other

    # Beginning

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
            evidence, context, listed = await gathered(found.terms, connection, self._fetched(found.name))
            if need_required:
                require(connection.check())  # what was connected and gave nothing is not there either
            found.ledger, found.casework = evidence.ledger, fresh_casework(found.terms, evidence, context)
            found.connection_gaps = connection.gaps()
            self._cases.note_read(found)
        self.watch(happened.CaseGathered(found.name, len(evidence.ledger.records)))
        return GatheredCase(found.name, evidence, tuple(found.gaps), listed)

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

    async def assess(self, case: str, facts: Assessment, copies: Sequence[RecordCopy] = ()) -> AssessedFacts:
        """Take the facts, reading what they cite, and decide. ``copies`` stand for records that nobody can read here."""
        found = self.work(case)
        async with found.lock:
            found.take_copies(copies)
            missing = await found.read_cited(cites_of(facts), await self.systems.connection())
            findings = found.casework.assess(facts)
            self._cases.note_read(found)
            self._cases.note_facts(found, facts, taken=not findings)
            work, decision = found.casework, None if findings else found.casework.decision
            hints = reminders(found.terms.issue, facts, work.evidence, work.now) if decision else ()
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
                missing=tuple(missing),
                unverified=tuple(found.unverified),
                gaps=tuple(found.gaps),
            )

    async def submit(self, case: str, draft: Draft, drafted_by: Drafter = "model") -> ReviewedDraft:
        """Review a draft against the rules and the records that it cites, which are read where they are not known yet.

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

    def mended(self, case: str, changes: Sequence[TextChange]) -> Draft:
        """The draft that was reviewed last with these texts anew; hand it to ``submit``.

        Raises ``WrongOrder`` where there is none or a path names no text of it, and ``ValidationError`` where what comes of it
        does not fit the schema.
        """
        draft = self.draft(case)
        try:
            return type(draft).model_validate(changed(draft, changes))
        except NoSuchPlace as error:
            raise WrongOrder(str(error)) from None

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

    def result(self, case: str) -> RecordedResult:
        """The brief as it stands: the one that was submitted last, else the one that was recorded."""
        name = self.store.find(case.strip())
        kinds = [entry.type for entry in self.store.entries(name)]
        since = kinds[::-1].index(RESULT) if RESULT in kinds else len(kinds)
        if DraftSubmitted.kind in kinds[len(kinds) - since :] and self.work(name).casework.review:
            return self._written(self.work(name))
        recorded = self.recorded(name)
        if recorded is None:
            raise NoBrief
        return recorded

    def recorded(self, case: str) -> RecordedResult | None:
        """The brief that was recorded last."""
        found = self.store.entries(self.store.find(case.strip()), RESULT)
        return RecordedResult(found[-1].data) if found else None

    def note_file(self, case: str, file: str) -> None:
        """Write down that the brief is in a file; later it may be written over."""
        name = self.store.find(case.strip())
        self.store.append(name, FileWritten.kind, FileWritten(file=file).model_dump(mode="json"))

    def files(self, case: str) -> list[str]:
        """The files that hold this case's brief."""
        name = self.store.find(case.strip())
        return [FileWritten.model_validate(entry.data).file for entry in self.store.entries(name, FileWritten.kind)]

    # Acting

    def propose(self, case: str) -> tuple[ProposedAction, ...]:
        """The next steps that fit the brief as it stands, each with the approval that holds for it (P1)."""
        result = self.result(case)
        events = list(approval_events(self.store.entries(result.case)))
        return tuple(
            ProposedAction(number, action_id(one), one, approval_in_force(one, events))
            for number, one in enumerate(result.proposals, 1)
        )

    def approve(self, case: str, action: str, by: str) -> ProposedAction:
        """Write down a person's yes to one action, by its id; returns it with the approval that holds for it now (P1).

        Raises ``WrongOrder`` where the action is no longer offered as it was, has no text, or stands in a brief that the check
        rejected.
        """
        one = self._action(case, action)
        if not one.proposal.text:
            raise WrongOrder(f"Action {one.number} has no text yet: there is nothing to approve.")
        if hard := [finding for finding in self.result(case).findings if finding.level == "H"]:
            raise WrongOrder(
                f"The check found fault with this brief ({len(hard)} to mend, such as {hard[0].rule}: {hard[0].message}), so "
                "nothing of it can be approved. Mend it first."
            )
        name = self.store.find(case.strip())
        yes = Approval(action=action, by=by, at=self._clock())
        self.store.append(name, APPROVAL, yes.model_dump(mode="json"))
        self.watch(happened.ActionApproved(name, action, by))
        return self._action(name, action)

    def revoke(self, case: str, action: str, by: str) -> ProposedAction:
        """Take an approval back; returns the action without it. Raises ``WrongOrder`` where none is in force."""
        one = self._action(case, action)
        if one.approval is None:
            raise WrongOrder(f"Action {one.number} is not approved: there is nothing to take back.")
        name = self.store.find(case.strip())
        no = Revocation(action=action, by=by, at=self._clock())
        self.store.append(name, REVOCATION, no.model_dump(mode="json"))
        self.watch(happened.ApprovalRevoked(name, action, by))
        return self._action(name, action)

    # After the escalation

    async def log(
        self, case: str, done: Sequence[FollowUpStep], note: str = "", *, tickets: Sequence[str] = (), by: str = ""
    ) -> str:
        """Write down that a follow-up was made (C-ACT), on all of the case's tickets where none is named; returns the case's name."""
        name = self._escalated(case).case
        now = await self.systems.now()
        entry = FollowedUp(done=tuple(done), note=note, now=now, tickets=tuple(tickets), by=by)
        self.store.append(name, FollowedUp.kind, entry.model_dump(mode="json"))
        self.watch(happened.FollowUpLogged(name, entry.done))
        return name

    async def reassess(
        self, case: str, facts: Assessment | None = None, copies: Sequence[RecordCopy] = ()
    ) -> ReassessedCase:
        """Read everything again as of now and decide again, on changed facts where some are given."""
        found = self.work(case)
        async with found.lock:
            before, stated = found.casework, facts or found.casework.assessment
            if before.decision is None or stated is None:
                raise NoFacts
            anew = await read_anew(found, cites_of(stated), copies, self.systems, self._fetched(found.name))
            findings = anew.casework.assess(stated)
            was, is_now = Labels.of(before.decision), Labels.of(anew.casework.decision)
            new, now = new_records(found.ledger, anew.ledger), anew.terms.now
            refs = tuple(record.ref for record in new)
            self._cases.note(found, DecidedAnew(now=now, was=was.to_json(), is_now=is_now.to_json(), new=refs))
            if not findings:
                self._cases.put(anew)
                self._cases.note_read(anew, anew=True)
                self._cases.note_facts(anew, stated, taken=True)
            figures = changed_figures(before, anew.casework)
            told = ReassessedCase(found.name, now, was, is_now, new, figures, tuple(findings))
        self.watch(happened.CaseReassessed(found.name, told.changed))
        return told

    async def deescalate(
        self, case: str, since: Since | None = None, done: Sequence[str] = (), confirmed_by: str = ""
    ) -> DeEscalation:
        """Ask the rules whether it may come down (DE1 to DE4), and write down who confirmed it and what of the four is done."""
        result = self._escalated(case)
        state = self._cases.last(result.case, ComingDown) or ComingDown()
        firings = () if since is None else await self._judge(result, since)
        if since is not None:
            state = state.model_copy(update={"rules": {firing.rule: firing.state for firing in firings}})
        if confirmed_by and not state.proposed:
            raise NotProposed
        all_done = tuple(dict.fromkeys([*state.done, *done]))
        state = state.model_copy(update={"confirmed_by": confirmed_by or state.confirmed_by, "done": all_done})
        left = set(still_to_do(all_done))
        self.store.append(result.case, ComingDown.kind, state.model_dump(mode="json"))
        self.watch(happened.DeEscalationJudged(result.case, state.proposed, state.confirmed_by))
        return DeEscalation(
            result.case, firings, state, tuple(key for key, words in DEESCALATING.items() if words in left)
        )

    async def close(self, case: str) -> None:
        """The escalation is over (DE-ACT). Raises ``WrongOrder`` while a person's word or one of the four steps is missing."""
        result = self._escalated(case)
        state = self._cases.last(result.case, ComingDown) or ComingDown()
        left = still_to_do(state.done)
        if not state.confirmed_by or left:
            missing = [*([] if state.confirmed_by else ["a person confirms that it may come down"]), *left]
            raise WrongOrder(f"It cannot be closed yet: {'; '.join(missing)}")
        if not self.is_closed(result.case):
            entry = Closed(now=await self.systems.now())
            self.store.append(result.case, Closed.kind, entry.model_dump(mode="json"))
            self.watch(happened.CaseClosed(result.case))

    def is_closed(self, case: str) -> bool:
        """Is it over?"""
        return self._cases.last(self.store.find(case.strip()), Closed) is not None

    def work(self, case: str) -> OpenCase:
        """A case in memory, taken up from its entries where this process does not hold it."""
        return self._cases.work(case)

    # What the steps above share

    def _written(self, case: OpenCase, ending: Ending | None = None) -> RecordedResult:
        if case.casework.review is None:
            raise NoBrief
        terms, gaps = case.terms, self._gaps(case)
        return result_of(
            case.casework, case=case.name, request=terms.issue, reported_by=terms.reported_by, gaps=gaps,
            policy_notes=terms.policy_notes, ending=ending or Ending(),
        )  # fmt: skip

    def _gaps(self, case: OpenCase) -> list[str]:
        """What could not be read, and what was not asked."""
        refused = [FlowRefused.model_validate(entry.data) for entry in self.store.entries(case.name, FlowRefused.kind)]
        return [*case.gaps, *not_asked(refused)]

    async def _judge(self, result: RecordedResult, since: Since) -> tuple[Firing, ...]:
        found = self.work(result.case)
        await check_cites(since, found.ledger, found.guarded(await self.systems.connection()))
        self._cases.note_refusals(found)
        anew = self._cases.last(result.case, DecidedAnew)
        severity = anew.is_now["severity"] if anew else result.data["severity"]
        now = await self.systems.now()
        return judged(since, result, Severity(severity) if severity else None, found.terms.policy, now)

    def _action(self, case: str, action: str) -> ProposedAction:
        for one in self.propose(case):
            if one.id == action:
                return one
        raise ActionChanged

    def _escalated(self, case: str) -> RecordedResult:
        name = self.store.find(case.strip())
        result = self.recorded(name)
        if result is None or not result.is_open_escalation:
            raise NotEscalated(name)
        return result

    def _fetched(self, case: str) -> OnFetch:
        def told(fetch: Fetch) -> None:
            self.watch(happened.RecordsFetched(case, fetch.tool, fetch.query, fetch.found, fetch.error))

        return told


def _ask_for_kind(decision: Decision, draft: Draft) -> None:
    """Raise ``WrongDraft`` for a draft that the decision does not ask for."""
    if (decision.outcome == Outcome.ESCALATE) != isinstance(draft, EscalationDraft):
        raise WrongDraft(decision)

"""After the brief: following up, assessing again, coming down, closing."""

from collections.abc import Sequence

from customer_escalation.cases import events as happened
from customer_escalation.cases.coming_down import check_cites, judged
from customer_escalation.cases.effects import joined_items
from customer_escalation.cases.entries import (
    Closed,
    ComingDown,
    DecidedAnew,
    FollowedUp,
    FollowUpStep,
)
from customer_escalation.cases.errors import (
    NoFacts,
    NotProposed,
    WrongOrder,
)
from customer_escalation.cases.record_copies import RecordCopy
from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.cases.second_look import changed_figures, new_records, read_anew
from customer_escalation.cases.service_base import CaseServiceBase
from customer_escalation.cases.since import Since
from customer_escalation.cases.steps import (
    DeEscalation,
    Labels,
    ReassessedCase,
)
from customer_escalation.decision.rules.after import DEESCALATING, still_to_do
from customer_escalation.decision.rules.rule import Firing
from customer_escalation.decision.rules.stated import cites_of
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.outcomes import Severity


class AfterTheBrief(CaseServiceBase):
    """The part of ``CaseService`` that goes on after an escalation."""

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
            cites = [*cites_of(stated), *joined_items(self.store.entries(found.name))]
            anew = await read_anew(found, cites, copies, self.systems, self._fetched(found.name))
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
            state = state.model_copy(
                update={"rules": {firing.rule: firing.state for firing in firings}, "since": since}
            )
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

    async def close(
        self, case: str, *, by: str = "", confirmed: Sequence[str] = (), tracking: str = "", learned: str = ""
    ) -> None:
        """The escalation is over (DE-ACT). Raises ``WrongOrder`` while a person's word or one of the four steps is missing."""
        result = self._escalated(case)
        state = self._cases.last(result.case, ComingDown) or ComingDown()
        left = still_to_do(state.done)
        if not state.confirmed_by or left:
            missing = [*([] if state.confirmed_by else ["a person confirms that it may come down"]), *left]
            raise WrongOrder(f"It cannot be closed yet: {'; '.join(missing)}")
        if not self.is_closed(result.case):
            now = await self.systems.now()
            entry = Closed(now=now, by=by, confirmed=tuple(confirmed), tracking=tracking, learned=learned)
            self.store.append(result.case, Closed.kind, entry.model_dump(mode="json"))
            self.watch(happened.CaseClosed(result.case))

    def is_closed(self, case: str) -> bool:
        """Is it over?"""
        return self._cases.last(self.store.find(case.strip()), Closed) is not None

    async def _judge(self, result: RecordedResult, since: Since) -> tuple[Firing, ...]:
        found = self.work(result.case)
        await check_cites(since, found.ledger, found.guarded(await self.systems.connection()))
        self._cases.note_refusals(found)
        anew = self._cases.last(result.case, DecidedAnew)
        severity = anew.is_now["severity"] if anew else result.data["severity"]
        now = await self.systems.now()
        return judged(since, result, Severity(severity) if severity else None, found.terms.policy, now)

"""What persons say to the next steps of a brief: yes, no, another text; and whether a yes still stands on what it was given on."""

from collections.abc import Sequence

from customer_escalation.actions import (
    Approval,
    Outdated,
    Proposal,
    Refusal,
    Revocation,
    action_id,
    standing_of,
    tool_for,
)
from customer_escalation.actions.basis import Change, changes, marks, rests_on
from customer_escalation.actions.editing import WrongEdit, edited
from customer_escalation.actions.guard import TO_CUSTOMERS, lasts, not_allowed, persons_needed
from customer_escalation.actions.internal_texts import tickets_of
from customer_escalation.cases import events as happened
from customer_escalation.cases.approval_events import approval_events, as_edited, edits_in
from customer_escalation.cases.effects import done_before, history_of
from customer_escalation.cases.entries import APPROVAL, OUTDATED, REFUSAL, REVOCATION, ActionEdited, EffectIntended
from customer_escalation.cases.errors import ActionChanged, ActionOutdated, NotAllowed, NotReadAgain, WrongOrder
from customer_escalation.cases.going_out import (
    as_it_leaves,
    contested_for,
    edited_as_it_leaves,
    later_as_it_leaves,
    may_not_go,
)
from customer_escalation.cases.offered_later import OfferedLater, offered_later, since_offered
from customer_escalation.cases.reading_edits import doubts_of, read_edited
from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.cases.rereading import read_again
from customer_escalation.cases.restoring import opening_of
from customer_escalation.cases.service_base import CaseServiceBase
from customer_escalation.cases.severity_held import severity_in_force
from customer_escalation.cases.steps import ProposedAction
from customer_escalation.domain.evidence import Evidence, thread_cut
from customer_escalation.domain.outcomes import Severity
from customer_escalation.policy import Policy
from skill_runtime.ledger import Ledger, Record

ONCE_A_CASE = frozenset({"tracker_item"})
"""Kinds of which one is enough, whatever its text."""


class Acting(CaseServiceBase):
    """The part of ``CaseService`` that takes what persons say to an action."""

    def propose(self, case: str) -> tuple[ProposedAction, ...]:
        """The next steps that fit the brief as it stands, as persons edited them, each with what was said to it (P1)."""
        result = self.result(case)
        entries = self.store.entries(result.case)
        events, edits = list(approval_events(entries)), edits_in(entries)
        policy, now = self._policy(result.case), self._clock()
        found: list[ProposedAction] = []
        for offered in [*result.proposals, *offered_later(entries)]:
            one, by = as_edited(offered, edits)
            action = action_id(one)
            earlier = [
                done for done in done_before(since_offered(entries, offered))
                if done.action != action and (done.tool, done.destination) == (tool_for(one), one.destination)
            ]  # fmt: skip
            if earlier and one.kind in ONCE_A_CASE:
                continue
            history = history_of(entries, action)
            if earlier and not (history.last and history.last.state == "done"):
                one = one.model_copy(update={"beware": (*one.beware, went_before(earlier[-1]))})
            standing = standing_of(action, events, now, lasts(policy))
            needs = persons_needed(one.kind, result.target, policy)
            approval = standing.approvals[-1] if standing.state(needs) == "approved" else None
            found.append(
                ProposedAction(len(found) + 1, action, one, approval, history.last, history.open, standing, needs, by)
            )
        return tuple(found)

    def approve(self, case: str, action: str, by: str) -> ProposedAction:
        """Write down a person's yes to one action, by its id; returns it as it stands now (P1).

        Raises ``WrongOrder`` where the action is no longer offered as it was, has no text, or stands in a brief that the check
        rejected, and ``NotAllowed`` where the policy lets others approve this kind.
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
        if faults := may_not_go(one.proposal, self.work(name).casework.evidence, self._policy(name)):
            raise WrongOrder(f"This text may not go to the customer (P2). {' '.join(faults)} Edit it first.")
        if refused := not_allowed(one.proposal.kind, by, self._policy(name)):
            raise NotAllowed(refused)
        yes = Approval(
            action=action, by=by, at=self._clock(), knows=tuple(sorted(self._known_now(self.result(case), one)))
        )
        self.store.append(name, APPROVAL, yes.model_dump(mode="json"))
        self.watch(happened.ActionApproved(name, action, by))
        return self._action(name, action)

    async def offer_read(self, case: str, later: OfferedLater) -> tuple[Proposal, ...]:
        """As ``offer``, once the verifier, where there is one, read each text for a customer: what it contests stands beside it."""
        result = self.result(case)
        found, policy, read = self.work(result.case), self._policy(result.case), list[Sequence[str] | None]()
        for one in later.proposals:
            if one.kind not in TO_CUSTOMERS or self.edits_read_by is None:
                read.append(None)
                continue
            leaves = as_it_leaves(one, result.target, found.casework.evidence, policy)
            nothing = leaves.model_copy(update={"text": ""})
            verified = await read_edited(leaves, nothing, found, result, self.store, self.edits_read_by)
            read.append(None if verified.summary.unread else [finding.message for finding in verified.findings])
        return self.offer(case, later, read)

    def offer(
        self, case: str, later: OfferedLater, read: Sequence[Sequence[str] | None] | None = None
    ) -> tuple[Proposal, ...]:
        """Offer further next steps, their texts as they leave; returns them so. ``read`` is what a second model says of each, None where
        it read nothing.
        """
        result = self.result(case)
        evidence, policy = self.work(result.case).casework.evidence, self._policy(result.case)
        made = tuple(
            later_as_it_leaves(one, result.target, evidence, policy, said)
            for one, said in zip(later.proposals, read or [None] * len(later.proposals), strict=True)
        )
        entry = later.model_copy(update={"proposals": made})
        self.store.append(result.case, OfferedLater.kind, entry.model_dump(mode="json"))
        return made

    def revoke(self, case: str, action: str, by: str) -> ProposedAction:
        """Take every approval of an action back; returns it without. Raises ``WrongOrder`` where none is in force, or it is too late."""
        one = self._action(case, action)
        if one.effect is not None and one.effect.state == "done":
            raise WrongOrder(f"Action {one.number} was carried out, so its approval cannot be taken back any more.")
        if not one.standing.approvals:
            raise WrongOrder(f"Action {one.number} is not approved: there is nothing to take back.")
        name = self.store.find(case.strip())
        no = Revocation(action=action, by=by, at=self._clock())
        self.store.append(name, REVOCATION, no.model_dump(mode="json"))
        self.watch(happened.ApprovalRevoked(name, action, by))
        return self._action(name, action)

    def refuse(self, case: str, action: str, by: str, why: str = "") -> ProposedAction:
        """Write down a person's no; it stands until somebody approves the action after all. Raises ``WrongOrder``."""
        self._at_rest(case, action)
        name = self.store.find(case.strip())
        no = Refusal(action=action, by=by, at=self._clock(), why=why.strip())
        self.store.append(name, REFUSAL, no.model_dump(mode="json"))
        self.watch(happened.ActionRefused(name, action, by))
        return self._action(name, action)

    async def edit_action(
        self, case: str, action: str, by: str, *, text: str | None = None, destination: str | None = None
    ) -> ProposedAction:
        """Put another text or destination in an action's place; returns the action that it is now, which nobody approved yet.

        What was changed is read by the verifier, where there is one, before it takes the place; what it contests stands beside it.
        Raises ``ActionChanged``, and ``WrongOrder`` for an edit that cannot be, or that may not go to a customer.
        """
        one = self._at_rest(case, action)
        result = self.result(case)
        evidence = self.work(result.case).casework.evidence
        try:
            anew = edited(one.proposal, text, destination, evidence, result.target)
            anew, doubts = edited_as_it_leaves(anew, result.target, evidence, self._policy(result.case))
        except WrongEdit as error:
            raise WrongOrder(str(error)) from None
        becomes = action_id(anew)
        if becomes == action:
            return one
        if taken := [other.number for other in self.propose(case) if other.id == becomes]:
            raise WrongOrder(f"With that it is the same as action {taken[0]}.")
        offered = self._as_offered(result, action)
        verified = await read_edited(anew, offered, self.work(result.case), result, self.store, self.edits_read_by)
        if refused := contested_for(anew, verified.findings):
            raise WrongOrder(refused)
        entry = ActionEdited(
            action=action, becomes=becomes, text=anew.text, destination=anew.destination, by=by, at=self._clock(),
            left_out=anew.left_out, doubts=(*doubts, *doubts_of(verified)),
        )  # fmt: skip
        self.store.append(result.case, ActionEdited.kind, entry.model_dump(mode="json"))
        self.watch(happened.ActionEdited(result.case, action, becomes, by))
        return self._action(result.case, becomes)

    async def look_again(self, case: str, action: str) -> None:
        """Read again what an action rests on. Where it is another than the brief knows, or than a person knew who was told before,
        every yes ends here: raises ``ActionOutdated``, which says what changed.

        Raises ``NotReadAgain`` where it cannot be read.
        """
        one = self._action(case, action)
        result = self.result(case)
        refs = rests_on(one.proposal, [item.ref for item in _tickets(result)])
        found = await self._changes(result, refs, one)
        if found:
            entry = Outdated(
                action=action, at=self._clock(), changes=tuple(change.sentence for change in found),
                seen=tuple(change.mark for change in found),
            )  # fmt: skip
            self.store.append(result.case, OUTDATED, entry.model_dump(mode="json"))
            self.watch(happened.ActionOutdated(result.case, action, entry.changes))
            raise ActionOutdated(one.number, entry.changes)

    async def _changes(self, result: RecordedResult, refs: Sequence[str], one: ProposedAction) -> list[Change]:
        if not refs:
            return []
        case, fresh = self.work(result.case), Ledger()
        missing = await read_again(refs, fresh, case.guarded(await self.systems.connection()))
        self._cases.note_refusals(case)
        cut = [item.ref for item in Evidence(fresh, frozenset()).resolve(refs)[0] if thread_cut(item)]
        if missing or cut:
            raise NotReadAgain(one.number, missing, cut)
        at_each_yes = [set(yes.knows) for yes in one.standing.approvals if yes.knows is not None]
        known = set.intersection(*at_each_yes) if at_each_yes else self._known_now(result, one)
        return changes(refs, Evidence(fresh, frozenset()), self._severity(result.case), known)

    def _known_now(self, result: RecordedResult, one: ProposedAction) -> set[str]:
        """Marks of everything that the case, or a person who was told, knows by now of what the action rests on."""
        refs = rests_on(one.proposal, [item.ref for item in _tickets(result)])
        told = [
            mark
            for entry in self.store.entries(result.case, OUTDATED)
            if (event := Outdated.model_validate(entry.data)).action == one.id
            for mark in event.seen
        ]
        evidence = self.work(result.case).casework.evidence
        severity = self._severity(result.case)
        return {*marks(refs, evidence, severity), *marks(refs, result.document.evidence, None), *told}

    def _severity(self, case: str) -> Severity | None:
        """The one that holds now."""
        return severity_in_force(self.store.entries(case), opening_of(self.store, case).now)

    def _at_rest(self, case: str, action: str) -> ProposedAction:
        """An action that was not carried out, for certain. Raises ``WrongOrder``."""
        one = self._action(case, action)
        if one.effect is not None and one.effect.state == "done":
            raise WrongOrder(f"Action {one.number} was carried out: it cannot be changed or refused any more.")
        if one.pending:
            raise WrongOrder(f"Nobody knows yet whether action {one.number} was carried out: find that out first.")
        return one

    def _as_offered(self, result: RecordedResult, action: str) -> Proposal:
        """An action as it was offered, before anybody edited it. Raises ``ActionChanged``."""
        entries = self.store.entries(result.case)
        edits = edits_in(entries)
        for offered in (*result.proposals, *offered_later(entries)):
            if action_id(as_edited(offered, edits)[0]) == action:
                return offered
        raise ActionChanged

    def _policy(self, case: str) -> Policy:
        return opening_of(self.store, case).terms().policy

    def _action(self, case: str, action: str) -> ProposedAction:
        for one in self.propose(case):
            if one.id == action:
                return one
        raise ActionChanged


def went_before(done: EffectIntended) -> str:
    """That another text of the case went to the same place."""
    return f"Another text of this case went there before ({done.at:%Y-%m-%d %H:%M} {done.at.tzname()}, {done.by})."


def _tickets(result: RecordedResult) -> Sequence[Record]:
    document = result.document
    return tickets_of(document.brief, document.evidence)

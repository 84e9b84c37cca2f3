"""An escalation attached to an open item of the tracker that a person picks, such as the incident that an article asks to join."""

from customer_escalation.actions.proposals import attached
from customer_escalation.cases.acting import Acting
from customer_escalation.cases.errors import WrongOrder
from customer_escalation.cases.offered_later import OfferedLater, offered_on
from customer_escalation.cases.offering import around_of
from customer_escalation.cases.open_case import OpenCase
from customer_escalation.cases.steps import ProposedAction
from customer_escalation.decision.figures import zone_of_case
from customer_escalation.domain.record_ids import shown_id
from customer_escalation.domain.states import state_of
from skill_runtime.ledger import Record

TRACKER = "project_tracker"


class Attaching(Acting):
    """The part of ``CaseService`` that offers a comment on an item which the brief does not name."""

    async def attach(self, case: str, item: str) -> ProposedAction:
        """Offer a comment on an open item of the tracker, by its ref or its id; the one that is offered there, where one is.

        Raises ``NotEscalated``, and ``WrongOrder`` where the item cannot be read or is closed, or what the case is about belongs in
        its owner's channel alone.
        """
        result = self._escalated(case)
        policy, brief = self._policy(result.case), result.document.brief
        assert result.target is not None
        if policy.keeps_to_itself(result.target):
            raise WrongOrder(
                f"What this case is about belongs in the channel of {policy.teams.of(result.target).name} alone, so it is not attached to "
                "an item that others read."
            )
        found = self.work(result.case)
        async with found.lock:
            record = await self._open_item(found, item.strip())
        if there := self._offered_at(result.case, record.ref):
            return there
        assert found.casework.case is not None
        now, zone = await self.systems.now(), zone_of_case(found.casework.case)
        step = attached(brief, around_of(found.casework, brief), record, policy, now, zone)
        earlier = offered_on("incident", self.store.entries(result.case))
        self.offer(
            result.case, OfferedLater(occasion="incident", now=now, drafted_by="rules", proposals=(*earlier, step))
        )
        offered = self._offered_at(result.case, record.ref)
        assert offered is not None
        return offered

    async def _open_item(self, case: OpenCase, item: str) -> Record:
        """The item, read where the case does not know it yet."""
        ref = item if item.startswith(f"{TRACKER}/") else f"{TRACKER}/{item}"
        await case.read_cited([ref], await self.systems.connection())
        self._cases.note_read(case)
        record = case.ledger.resolve(ref)
        if record is None or record.data.get("kind") != "issue":
            raise WrongOrder(f"The tracker has no item {item} that can be read.")
        if state_of(record) == "closed":
            raise WrongOrder(f"{shown_id(record.id) or record.id} is closed: there is nothing to attach to.")
        return record

    def _offered_at(self, case: str, ref: str) -> ProposedAction | None:
        return next(
            (
                one
                for one in self.propose(case)
                if (one.proposal.kind, one.proposal.destination) == ("tracker_comment", ref)
            ),
            None,
        )

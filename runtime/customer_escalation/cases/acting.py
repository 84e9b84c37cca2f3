"""Acting on a brief: its next steps, and what a person says to each."""

from customer_escalation.actions import Approval, Revocation, action_id, approval_in_force
from customer_escalation.cases import events as happened
from customer_escalation.cases.approval_events import approval_events
from customer_escalation.cases.effects import history_of
from customer_escalation.cases.entries import (
    APPROVAL,
    REVOCATION,
)
from customer_escalation.cases.errors import (
    ActionChanged,
    WrongOrder,
)
from customer_escalation.cases.service_base import CaseServiceBase
from customer_escalation.cases.steps import (
    ProposedAction,
)


class Acting(CaseServiceBase):
    """The part of ``CaseService`` that acts."""

    def propose(self, case: str) -> tuple[ProposedAction, ...]:
        """The next steps that fit the brief as it stands, each with the approval that holds for it (P1)."""
        result = self.result(case)
        entries = self.store.entries(result.case)
        events = list(approval_events(entries))
        return tuple(
            ProposedAction(
                number, action_id(one), one, approval_in_force(one, events), history_of(entries, action_id(one)).last
            )
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
        """Take an approval back; returns the action without it. Raises ``WrongOrder`` where none is in force, or it is too late."""
        one = self._action(case, action)
        if one.effect is not None and one.effect.state == "done":
            raise WrongOrder(f"Action {one.number} was carried out, so its approval cannot be taken back any more.")
        if one.approval is None:
            raise WrongOrder(f"Action {one.number} is not approved: there is nothing to take back.")
        name = self.store.find(case.strip())
        no = Revocation(action=action, by=by, at=self._clock())
        self.store.append(name, REVOCATION, no.model_dump(mode="json"))
        self.watch(happened.ApprovalRevoked(name, action, by))
        return self._action(name, action)

    def _action(self, case: str, action: str) -> ProposedAction:
        for one in self.propose(case):
            if one.id == action:
                return one
        raise ActionChanged

"""What a case's entries say of approvals, in their order (P1)."""

from collections.abc import Iterable, Iterator

from customer_escalation.actions import Approval, ApprovalEvent, Offered, Revocation, action_id
from customer_escalation.cases.entries import APPROVAL, RESULT, REVOCATION, DraftSubmitted
from customer_escalation.cases.recorded import RecordedResult
from skill_runtime.journal import Entry


def approval_events(entries: Iterable[Entry]) -> Iterator[ApprovalEvent]:
    """Each time that actions were offered, approved or taken back; oldest first, as the entries are."""
    for entry in entries:
        if entry.type == DraftSubmitted.kind:
            yield Offered(actions=tuple(entry.data["actions"]))
        elif entry.type == RESULT:
            yield Offered(actions=action_ids(RecordedResult(entry.data)))
        elif entry.type == APPROVAL:
            yield Approval.model_validate(entry.data)
        elif entry.type == REVOCATION:
            yield Revocation.model_validate(entry.data)


def action_ids(result: RecordedResult) -> tuple[str, ...]:
    """The ids of the actions that a brief offers."""
    return tuple(map(action_id, result.proposals))

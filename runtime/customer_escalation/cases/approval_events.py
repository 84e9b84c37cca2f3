"""What a case's entries say of its actions, in their order: offered, edited, approved, taken back, refused, outdated (P1)."""

from collections.abc import Iterable, Iterator, Sequence

from customer_escalation.actions import (
    Approval,
    ApprovalEvent,
    Offered,
    Outdated,
    Proposal,
    Refusal,
    Revocation,
    action_id,
)
from customer_escalation.cases.entries import (
    APPROVAL,
    OUTDATED,
    REFUSAL,
    RESULT,
    REVOCATION,
    ActionEdited,
    DraftSubmitted,
)
from customer_escalation.cases.offered_later import OfferedLater, offered_later
from customer_escalation.cases.recorded import RecordedResult
from skill_runtime.journal import Entry

_SAID: dict[str, type[Approval | Revocation | Refusal | Outdated]] = {
    APPROVAL: Approval, REVOCATION: Revocation, REFUSAL: Refusal, OUTDATED: Outdated,
}  # fmt: skip


def approval_events(entries: Iterable[Entry]) -> Iterator[ApprovalEvent]:
    """Each time that actions were offered or edited, and what was said to one; oldest first, as the entries are."""
    offered: tuple[str, ...] = ()
    edits: list[ActionEdited] = []
    entries = list(entries)
    for number, entry in enumerate(entries, 1):
        if entry.type in _SAID:
            yield _SAID[entry.type].model_validate(entry.data)
            continue
        if entry.type == ActionEdited.kind:
            edits.append(ActionEdited.model_validate(entry.data))
        elif entry.type == DraftSubmitted.kind:
            offered = tuple(entry.data["actions"])
        elif entry.type == RESULT:
            offered = action_ids(RecordedResult(entry.data))
        elif entry.type != OfferedLater.kind:
            continue
        later = map(action_id, offered_later(entries[:number]))
        yield Offered(actions=tuple(id_now(action, edits) for action in [*offered, *later]))


def action_ids(result: RecordedResult) -> tuple[str, ...]:
    """The ids of the actions that a brief offers."""
    return tuple(map(action_id, result.proposals))


def edits_in(entries: Iterable[Entry]) -> list[ActionEdited]:
    """Every edit of an action, oldest first."""
    return [ActionEdited.model_validate(entry.data) for entry in entries if entry.type == ActionEdited.kind]


def as_edited(proposal: Proposal, edits: Sequence[ActionEdited]) -> tuple[Proposal, str]:
    """A proposal of a brief as persons edited it, and who did so last; the proposal and nobody where it was not edited."""
    by, action, beware = "", action_id(proposal), proposal.beware
    for edit in edits:
        if edit.action == action:
            told = {"left_out": edit.left_out, "beware": (*beware, *edit.doubts)}
            proposal = proposal.model_copy(update={"text": edit.text, "destination": edit.destination, **told})
            by, action = edit.by, edit.becomes
    return proposal, by


def id_now(action: str, edits: Iterable[ActionEdited]) -> str:
    """The id of an action as persons edited it; ``edits`` are in their order."""
    for edit in edits:
        action = edit.becomes if edit.action == action else action
    return action

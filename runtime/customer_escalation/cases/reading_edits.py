"""A text that a person edited is read before anybody approves it: against its records, and for what only language can tell (G5, P2)."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from customer_escalation.actions import Proposal
from customer_escalation.actions.basis import rests_on
from customer_escalation.actions.guard import TO_CUSTOMERS
from customer_escalation.actions.internal_texts import tickets_of
from customer_escalation.cases.open_case import OpenCase
from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.cases.store import CaseStore
from customer_escalation.cases.verifier import NoVerifier, Shown, Verified, Verifier, is_on
from customer_escalation.domain.brief import Verification
from customer_escalation.domain.findings import Finding
from customer_escalation.policy import Policy
from customer_escalation.review.customer_texts.questions import unread as unread_text
from customer_escalation.review.edited_texts import EditedText
from skill_runtime.recorder import Recorder

OpenVerifier = Callable[[str, Policy, Recorder], AbstractAsyncContextManager[Verifier]]
"""Opens a verifier for a case by its name; what it is told is recorded with the case, so that nothing is paid for twice."""
OWN = frozenset({"reminder"})
"""Kinds whose text nobody but the person reads."""
NO_FACTS = "the facts that the case was decided on no longer stand"


def shown_of(anew: Proposal, offered: Proposal, case: OpenCase, result: RecordedResult) -> Sequence[Shown] | None:
    """What a verifier is shown of an edited action; None where the case has no decision to read it beside."""
    document = result.document
    tickets = [item.ref for item in tickets_of(document.brief, document.evidence)]
    text = EditedText(
        text=anew.text,
        offered=offered.text,
        rests_on=rests_on(anew, tickets),
        ticket=anew.destination if anew.kind in TO_CUSTOMERS else "",
    )
    work = case.casework
    return None if work.case is None or work.decision is None else work.edited(text, document.brief.draft)


async def read_edited(
    anew: Proposal,
    offered: Proposal,
    case: OpenCase,
    result: RecordedResult,
    store: CaseStore,
    opened: OpenVerifier | None,
) -> Verified:
    """What a verifier says of an edited action, and how far it was read. Raises ``StoreError``."""
    policy = case.terms.policy
    shown = None if anew.kind in OWN else shown_of(anew, offered, case, result)
    if anew.kind in OWN or (not shown and shown is not None):
        return Verified()
    if shown is None:
        return Verified(_unread(anew, policy), Verification(unread=1, why=NO_FACTS))
    if opened is None or not is_on(policy):
        told = await NoVerifier().verify(shown, policy)
        return told if is_on(policy) else Verified(_unread(anew, policy), told.summary)
    with store.hold(case.name) as recorder:
        async with opened(case.name, policy, recorder) as verifier:
            return await verifier.verify(shown, policy)


def _unread(anew: Proposal, policy: Policy) -> tuple[Finding, ...]:
    said = anew.kind in TO_CUSTOMERS and policy.level("P2") != "off"
    return (unread_text(""),) if said else ()


def doubts_of(verified: Verified) -> tuple[str, ...]:
    """What stands beside the text, in sentences: what is contested, and that it was not read, or not all of it."""
    read = verified.summary
    told = [finding.message for finding in verified.findings]
    if read.unread:
        how = "Not all" if read.read else "Nothing"
        told.append(f"{how} of what was edited was read against its records by a second model: {read.why}.")
    return tuple(dict.fromkeys(told))

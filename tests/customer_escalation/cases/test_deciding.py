"""What persons say to an action: edits, refusals, yeses that end, two persons, and what an action rests on read again."""

from datetime import timedelta
from typing import Any

import pytest
from tests.customer_escalation.casebook import NOW, message
from tests.customer_escalation.cases.desk import Desk
from tests.customer_escalation.cases.memory_store import Kept, MemoryStore
from tests.customer_escalation.cases.test_service import DRAFT, REPLY, UPDATE, draft, submitted
from tests.customer_escalation.drafts import BUG, T1, facts, records
from tests.requirements import requirement

from customer_escalation.cases import events as happened
from customer_escalation.cases.errors import ActionChanged, ActionOutdated, NotAllowed, NotReadAgain, WrongOrder
from customer_escalation.cases.events import CaseEvent
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.session import Casework
from customer_escalation.cases.steps import ProposedAction
from customer_escalation.cases.store import CaseStore
from customer_escalation.cases.terms import Asked
from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.facts import Assessment
from customer_escalation.policy.sources import Overlay
from skill_runtime.parts import cut_short


class Clock:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> Any:
        """The moment."""
        return self.now


def of(service: CaseService, case: str, kind: str) -> ProposedAction:
    return next(one for one in service.propose(case) if one.proposal.kind == kind)


async def on_desk(
    events: list[CaseEvent] | None = None, policy: str = "", stated: dict[str, Any] | None = None,
    written: EscalationDraft = DRAFT, store: CaseStore | None = None,
) -> tuple[CaseService, str, Desk, Clock]:  # fmt: skip
    """A case with a recorded brief, on systems that can be read again."""
    desk, clock = Desk(), Clock()
    watch = events.append if events is not None else lambda event: None
    service = CaseService(store or MemoryStore(), desk, watch, clock=clock)
    overlays = [Overlay("own.toml", policy, "named")] if policy else []
    case = await service.open(Asked(issue="Nightly sync fails for Harrow Mills"), "assistant", overlays)
    work, found = service.work(case), records()
    work.ledger, work.casework = found.ledger, Casework(found, work.terms.policy, NOW)
    told = await service.assess(case, Assessment.model_validate(facts(**(stated or {}))))
    assert told.decision is not None, told.findings
    assert (await service.submit(case, written)).review.hard == ()
    await service.finish(case)
    return service, case, desk, clock


# Edits


@requirement("P1")
async def test_an_edit_makes_another_action_that_nobody_approved_yet() -> None:
    events: list[CaseEvent] = []
    service, case = await submitted(events=events)
    reply = of(service, case, "customer_reply")
    service.approve(case, reply.id, "Sam")
    edited = await service.edit_action(case, reply.id, "Kim", text="We have reproduced it.")
    assert (edited.number, edited.proposal.text, edited.edited_by, edited.state) == (
        2,
        "We have reproduced it.",
        "Kim",
        "open",
    )
    assert edited.id != reply.id
    with pytest.raises(ActionChanged):
        service.approve(case, reply.id, "Sam")
    assert service.approve(case, edited.id, "Sam").approval is not None
    assert events[-2] == happened.ActionEdited(case, reply.id, edited.id, "Kim")


async def test_an_approval_stays_dead_when_an_edit_is_taken_back_by_another() -> None:
    service, case = await submitted()
    reply = of(service, case, "customer_reply")
    service.approve(case, reply.id, "Sam")
    edited = await service.edit_action(case, reply.id, "Kim", text="Another.")
    back = await service.edit_action(case, edited.id, "Kim", text=reply.proposal.text)
    assert (back.id, back.state) == (reply.id, "open")


async def test_an_edit_outlives_the_process_and_a_brief_that_offers_the_same_again_but_not_another_text() -> None:
    kept = Kept()
    service, case = await submitted(store=MemoryStore(kept))
    edited = await service.edit_action(case, of(service, case, "customer_reply").id, "Kim", text="Mine.")
    service.approve(case, edited.id, "Sam")
    await service.submit(case, DRAFT)
    await service.finish(case)
    other = CaseService(MemoryStore(kept), Desk(), clock=lambda: NOW)
    assert (of(other, case, "customer_reply").proposal.text, of(other, case, "customer_reply").state) == (
        "Mine.",
        "approved",
    )
    await service.submit(case, draft(f"{REPLY} Thank you."))
    assert of(service, case, "customer_reply").proposal.text == f"{REPLY} Thank you."


async def test_nothing_is_written_for_an_edit_that_changes_nothing() -> None:
    service, case = await submitted()
    reply = of(service, case, "customer_reply")
    same = await service.edit_action(case, reply.id, "Kim", text=f"{REPLY}\n", destination="support_platform/T-101")
    assert same.id == reply.id
    assert not service.store.entries(case, "action_edited")


@pytest.mark.parametrize(
    ("kind", "change", "sentence"),
    [
        ("customer_reply", {"text": " \n"}, "needs a text"),
        ("customer_reply", {"text": "x" * 100_001}, "100,001 characters"),
        ("customer_reply", {"text": UPDATE}, "same as action 3"),
        ("customer_reply", {"destination": "T-999"}, "is no ticket that this case read"),
        ("customer_reply", {"destination": BUG}, "is no ticket that this case read"),
        ("customer_reply", {"destination": "x" * 501}, "at most 500"),
        ("post_to_channel", {"destination": " "}, "Name the channel"),
        ("reminder", {"destination": "soon"}, "is no moment"),
        ("tracker_comment", {"destination": "T-101"}, "is no issue"),
    ],
)  # fmt: skip
async def test_an_edit_that_cannot_be_is_told_and_changes_nothing(
    kind: str, change: dict[str, str], sentence: str
) -> None:
    service, case = await submitted()
    before = service.propose(case)
    with pytest.raises(WrongOrder, match=sentence):
        await service.edit_action(case, of(service, case, kind).id, "Kim", **change)
    assert service.propose(case) == before


async def test_a_destination_can_be_changed_where_it_fits() -> None:
    service, case = await submitted()
    post = await service.edit_action(case, of(service, case, "post_to_channel").id, "Kim", destination="#eng-intake")
    assert post.proposal.destination == "#eng-intake"
    moved = await service.edit_action(
        case, of(service, case, "reminder").id, "Kim", destination="2026-03-05T09:00:00+01:00"
    )
    assert moved.proposal.destination == "2026-03-05T09:00:00+01:00"
    same = await service.edit_action(case, of(service, case, "tracker_comment").id, "Kim", destination="P-55")
    assert same.proposal.destination == BUG


async def test_a_text_for_one_customer_goes_to_no_others_ticket() -> None:
    service, case = await submitted()
    other = {"ref": "support_platform/T-7", "kind": "ticket", "id": "T-7", "customer": "Bell & Oak", "status": "open"}
    service.work(case).ledger.add({"item": other})
    with pytest.raises(WrongOrder, match="another customer's ticket"):
        await service.edit_action(case, of(service, case, "customer_reply").id, "Kim", destination="T-7")
    note = await service.edit_action(case, of(service, case, "internal_note").id, "Kim", destination="T-7")
    assert note.proposal.destination.endswith("T-7")


# Refusals, and how long a yes counts


async def test_refused_is_written_down_with_who_and_why_and_stands_until_somebody_says_yes() -> None:
    events: list[CaseEvent] = []
    service, case = await submitted(events=events)
    reply = of(service, case, "customer_reply")
    refused = service.refuse(case, reply.id, "Kim", " They were told by phone. ")
    assert refused.state == "refused"
    assert refused.standing.refusal is not None
    assert (refused.standing.refusal.by, refused.standing.refusal.why) == ("Kim", "They were told by phone.")
    assert events[-1] == happened.ActionRefused(case, reply.id, "Kim")
    assert of(service, case, "status_update").state == "open"
    with pytest.raises(WrongOrder, match="nothing to take back"):
        service.revoke(case, reply.id, "Kim")
    assert service.approve(case, reply.id, "Sam").state == "approved"


@requirement("P1")
async def test_a_yes_counts_as_long_as_the_policy_says() -> None:
    service, case, _, clock = await on_desk(policy="[guard]\napproval_hours = 2\n")
    reply = of(service, case, "customer_reply")
    service.approve(case, reply.id, "Sam")
    clock.now = NOW + timedelta(hours=1, minutes=59)
    assert of(service, case, "customer_reply").approval is not None
    clock.now = NOW + timedelta(hours=2)
    late = of(service, case, "customer_reply")
    assert (late.state, late.approval) == ("expired", None)
    assert service.approve(case, reply.id, "Sam").state == "approved"


# Who


async def test_who_may_not_approve_is_told_who_may_and_leaves_no_trace_of_a_yes() -> None:
    service, case, _, _ = await on_desk(policy='[guard.approvers]\ncustomer_reply = ["Ana"]\n')
    reply = of(service, case, "customer_reply")
    with pytest.raises(NotAllowed, match=r"guard\.approvers\.customer_reply\) Ana may approve this, not Sam"):
        service.approve(case, reply.id, "Sam")
    assert not service.store.entries(case, "approval")
    assert service.approve(case, reply.id, "ana").state == "approved"


@requirement("P1")
async def test_where_policy_asks_for_two_different_persons_one_alone_approves_nothing() -> None:
    service, case, _, _ = await on_desk(policy='[guard]\ntwo_persons = ["engineering"]\n')
    reply = of(service, case, "customer_reply")
    first = service.approve(case, reply.id, "Sam")
    assert (first.state, first.approval, first.needs) == ("partly", None, 2)
    assert service.approve(case, reply.id, "SAM").state == "partly"
    both = service.approve(case, reply.id, "Ana")
    assert both.approval is not None
    assert [one.by for one in both.standing.approvals] == ["SAM", "Ana"]
    note = of(service, case, "internal_note")
    assert service.approve(case, note.id, "Sam").state == "approved"


# What it rests on


def later_message(text: str = "It also fails on weekends now.", role: str = "customer", **more: Any) -> dict[str, Any]:
    return {**message("T-101", 4, "2026-03-04T13:00:00Z", role, text, "j.doe"), **more}


@requirement("P1")
async def test_a_customers_new_message_ends_every_yes_says_so_and_asks_once() -> None:
    events: list[CaseEvent] = []
    service, case, desk, _ = await on_desk(events)
    reply = of(service, case, "customer_reply")
    service.approve(case, reply.id, "Sam")
    await service.look_again(case, reply.id)
    desk.items[T1]["messages"].append(later_message())
    with pytest.raises(ActionOutdated) as told:
        await service.look_again(case, reply.id)
    assert told.value.changes == ("j.doe wrote in T-101 on 4 March 2026, 13:00 UTC: “It also fails on weekends now.”",)
    assert isinstance(events[-1], happened.ActionOutdated)
    now = of(service, case, "customer_reply")
    assert (now.state, now.approval) == ("outdated", None)
    assert now.standing.outdated is not None
    service.approve(case, reply.id, "Sam")
    await service.look_again(case, reply.id)
    assert of(service, case, "customer_reply").state == "approved"


async def test_a_closed_ticket_or_item_is_a_change_to_what_rests_on_it_alone() -> None:
    service, case, desk, _ = await on_desk()
    desk.items[T1]["status"] = "solved"
    for kind in ("customer_reply", "status_update", "internal_note", "post_to_channel"):
        with pytest.raises(ActionOutdated, match=r"T-101 is closed \(solved\)"):
            await service.look_again(case, of(service, case, kind).id)
    await service.look_again(case, of(service, case, "tracker_comment").id)
    desk.items[BUG]["status"] = "Closed"
    with pytest.raises(ActionOutdated, match=r"P-55 is closed \(Closed\)"):
        await service.look_again(case, of(service, case, "tracker_comment").id)
    await service.look_again(case, of(service, case, "reminder").id)


async def test_our_own_messages_and_notes_are_no_change() -> None:
    service, case, desk, _ = await on_desk()
    note = {**later_message("x"), "ref": f"{T1}-m5", "id": "T-101-m5", "internal": True}
    desk.items[T1]["messages"] += [later_message("Called them.", "agent"), note]
    await service.look_again(case, of(service, case, "customer_reply").id)


async def test_what_changed_for_one_action_is_asked_for_each_that_rests_on_it() -> None:
    service, case, desk, _ = await on_desk()
    desk.items[T1]["messages"].append(later_message())
    for kind in ("customer_reply", "status_update"):
        with pytest.raises(ActionOutdated):
            await service.look_again(case, of(service, case, kind).id)
        await service.look_again(case, of(service, case, kind).id)


async def test_a_second_change_asks_again() -> None:
    service, case, desk, _ = await on_desk()
    reply = of(service, case, "customer_reply")
    desk.items[T1]["messages"].append(later_message())
    with pytest.raises(ActionOutdated):
        await service.look_again(case, reply.id)
    desk.items[T1]["status"] = "closed"
    with pytest.raises(ActionOutdated) as told:
        await service.look_again(case, reply.id)
    assert told.value.changes == ("T-101 is closed (closed).",)


async def test_what_cannot_be_read_again_is_not_taken_for_unchanged() -> None:
    service, case, desk, _ = await on_desk()
    reply = of(service, case, "customer_reply")
    service.approve(case, reply.id, "Sam")
    del desk.items[T1]
    with pytest.raises(NotReadAgain, match=r"support_platform/T-101\) could not be read again"):
        await service.look_again(case, reply.id)
    assert of(service, case, "customer_reply").state == "approved"
    assert not service.store.entries(case, "outdated")


async def test_what_can_be_read_again_in_part_is_not_taken_for_unchanged() -> None:
    service, case, desk, _ = await on_desk()
    reply = of(service, case, "customer_reply")
    desk.items[T1] = cut_short(desk.items[T1], "part 2 did not come")
    with pytest.raises(NotReadAgain, match=r"support_platform/T-101 to its end\) could not be read again"):
        await service.look_again(case, reply.id)
    assert not service.store.entries(case, "outdated")

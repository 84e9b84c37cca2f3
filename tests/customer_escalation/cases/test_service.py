"""The life of a case through the service alone, with no assistant, no terminal and no wire."""

from datetime import timedelta
from typing import Any

import pytest
from tests.customer_escalation.casebook import NOW
from tests.customer_escalation.cases.memory_store import Kept, MemoryStore
from tests.customer_escalation.cases.opened import Quiet, opened
from tests.customer_escalation.drafts import T1M2, T1M3, communication, escalation, facts, handling, records, reply

from customer_escalation.cases import events as happened
from customer_escalation.cases.connection import MissingConnector, OpenedSystems
from customer_escalation.cases.errors import (
    ActionChanged,
    NoBrief,
    NoFacts,
    NotEscalated,
    NotProposed,
    WrongDraft,
    WrongOrder,
)
from customer_escalation.cases.events import CaseEvent
from customer_escalation.cases.history import result as recorded_or_state
from customer_escalation.cases.history import rows
from customer_escalation.cases.result import Ending
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.since import Since
from customer_escalation.cases.store import CaseInUse, StoreError, UnknownCase
from customer_escalation.cases.terms import Asked
from customer_escalation.domain.draft import EscalationDraft, HandlingDraft
from customer_escalation.domain.facts import Assessment
from customer_escalation.followups.service import open_escalation, open_escalations
from skill_runtime.connectors import ConnectorState

FACTS = Assessment.model_validate(facts())
REPLY = "We have reproduced the problem and engineering is looking into it."
UPDATE = "We are still looking into it and have nothing new to tell."


def draft(answer: str = REPLY, update: str = UPDATE, **changes: Any) -> EscalationDraft:
    """A sound draft with a reply and an update to the customer."""
    texts = [reply(answer), reply(update, kind="update")]
    return EscalationDraft.model_validate(escalation(drafts=texts, **changes))


DRAFT = draft()


def since(**changes: Any) -> Since:
    none = {"answer": "no", "cites": [], "why": ""}
    return Since.model_validate({
        "support_resolvable_cause": none, "workaround_unblocks": none, "resolved_by_itself": none, "customer_confirmed": none,
        "changed_at": "2026-03-04T11:00:00Z", **changes,
    })  # fmt: skip


async def submitted(**more: Any) -> tuple[CaseService, str]:
    """A case with a sound draft."""
    service, case = await opened(records(), **more)
    assert (await service.assess(case, FACTS)).decision is not None
    assert (await service.submit(case, DRAFT)).review.hard == ()
    return service, case


async def finished(**more: Any) -> tuple[CaseService, str]:
    service, case = await submitted(**more)
    await service.finish(case)
    return service, case


async def test_every_step_of_a_case_is_told_once_and_in_its_order() -> None:
    events: list[CaseEvent] = []
    service, case = await finished(events=events)
    reply = service.propose(case)[1]
    service.approve(case, reply.id, "Sam")
    service.revoke(case, reply.id, "Sam")
    await service.log(case, ["asked_team"])
    await service.deescalate(case, since(support_resolvable_cause={"answer": "yes", "cites": [T1M2], "why": "found"},
                                         customer_confirmed={"answer": "yes", "cites": [T1M3], "why": "they said so"}))  # fmt: skip
    await service.deescalate(
        case, confirmed_by="Sam", done=["notify_team", "update_ticket", "inform_customer", "record_learning"]
    )
    await service.close(case)
    assert [type(event) for event in events] == [
        happened.CaseOpened, happened.FactsAssessed, happened.DraftReviewed, happened.CaseFinished, happened.ActionApproved,
        happened.ApprovalRevoked, happened.FollowUpLogged, happened.DeEscalationJudged, happened.DeEscalationJudged,
        happened.CaseClosed,
    ]  # fmt: skip
    assert {event.case for event in events} == {case}
    assert events[1] == happened.FactsAssessed(
        case, taken=True, outcome="escalate", severity="High", target="Engineering"
    )


async def test_a_second_watcher_hears_what_goes_through_its_view_alone() -> None:
    events: list[CaseEvent] = []
    mine: list[CaseEvent] = []
    service, case = await opened(records(), events=events)
    await service.watched_by(mine.append).assess(case, FACTS)
    assert [type(event) for event in events] == [happened.CaseOpened]
    assert [type(event) for event in mine] == [happened.FactsAssessed]
    assert service.work(case).casework.decision is not None


async def test_each_step_is_refused_before_the_one_that_it_needs() -> None:
    service, case = await opened(records())
    with pytest.raises(NoFacts):
        await service.submit(case, DRAFT)
    with pytest.raises(NoFacts):
        await service.reassess(case)
    for early in (service.result, service.propose):
        with pytest.raises(NoBrief):
            early(case)
    with pytest.raises(NoBrief):
        await service.finish(case)
    await service.assess(case, FACTS)
    with pytest.raises(WrongDraft):
        await service.submit(case, HandlingDraft.model_validate(handling()))
    await service.submit(case, DRAFT)
    with pytest.raises(NotEscalated):
        await service.log(case, ["asked_team"])
    await service.finish(case)
    with pytest.raises(NotProposed):
        await service.deescalate(case, confirmed_by="Sam")
    with pytest.raises(WrongOrder, match="a person confirms"):
        await service.close(case)
    with pytest.raises(UnknownCase):
        await service.assess("nothing", FACTS)


async def test_facts_that_do_not_stand_leave_the_decision_before_as_it_was() -> None:
    service, case = await submitted()
    bad = Assessment.model_validate(facts(data_harmed={"answer": "yes", "cites": ["chat/none"], "why": "probably"}))
    told = await service.assess(case, bad)
    assert (told.decision, told.missing) == (None, ("chat/none",))
    assert {finding.rule for finding in told.findings} == {"G1"}
    assert service.result(case).summary == DRAFT.summary


async def test_a_brief_is_recorded_once_however_often_it_is_finished() -> None:
    service, case = await finished()
    await service.finish(case)
    assert len(service.store.entries(case, "result")) == 1
    await service.submit(case, draft(f"{REPLY} Thank you."))
    assert service.result(case).data["brief"]["draft"]["drafts"][0]["text"].endswith("Thank you.")
    assert service.recorded(case) != service.result(case)
    await service.finish(case)
    assert len(service.store.entries(case, "result")) == 2
    assert service.recorded(case) == service.result(case)


async def test_the_end_of_the_drafting_stands_in_the_result() -> None:
    service, case = await submitted()
    result = await service.finish(case, Ending("not_submitted", "The model gave up.", 3, 100, 20, None))
    assert (result.status, result.ended, result.notice) == ("needs_review", "not_submitted", "The model gave up.")
    assert result.data["usage"] == {"turns": 3, "input_tokens": 100, "output_tokens": 20, "cost_usd": None}
    assert service.result(case) == result


async def test_a_case_is_taken_up_by_another_process_as_it_stands() -> None:
    kept = Kept()
    service, case = await submitted(store=MemoryStore(kept))
    other = CaseService(MemoryStore(kept), Quiet())
    assert other.result(case[:6]) == service.result(case)
    assert other.work(case).casework.decision == service.work(case).casework.decision
    await other.submit(case, draft("Another one."))
    await other.finish(case)
    third = CaseService(MemoryStore(kept), Quiet())
    assert third.result(case) == other.result(case)


@pytest.mark.parametrize("origin", ["headless", "assistant"])
async def test_where_a_case_began_is_data_and_makes_no_difference_to_its_life(origin: Any) -> None:
    kept = Kept()
    service, case = await finished(store=MemoryStore(kept), origin=origin)
    assert service.store.header(case)["origin"] == origin
    other = CaseService(MemoryStore(kept), Quiet())
    assert (await other.assess(case, FACTS)).decision is not None
    await other.submit(case, DRAFT)
    assert rows(other.store)[0]["state"] == "valid"


async def test_what_is_written_on_one_decision_is_taken_up_on_that_one() -> None:
    """A resumed run may have gone another way: a draft names the facts that it was written on."""
    kept = Kept()
    service, case = await submitted(store=MemoryStore(kept))
    other_facts = Assessment.model_validate(facts(issue="Said otherwise."))
    await service.assess(case, other_facts)
    store = MemoryStore(kept)
    first_draft = store.entries(case, "brief")[0]
    store.append(case, "brief", first_draft.data)
    taken_up = CaseService(store, Quiet()).work(case)
    assert taken_up.casework.assessment == FACTS
    assert taken_up.casework.review is not None


# Approvals


async def test_an_approved_action_is_shown_with_who_and_when_until_it_is_taken_back() -> None:
    service, case = await submitted()
    reply = service.propose(case)[1]
    assert reply.approval is None
    approved = service.approve(case, reply.id, "Sam")
    assert approved.approval is not None
    assert (approved.approval.by, approved.approval.at, approved.approval.action) == ("Sam", NOW, reply.id)
    assert [one.number for one in service.propose(case) if one.approval] == [2]
    assert service.revoke(case, reply.id, "Kim").approval is None
    assert not any(one.approval for one in service.propose(case))
    with pytest.raises(WrongOrder, match="nothing to take back"):
        service.revoke(case, reply.id, "Kim")
    assert service.approve(case, reply.id, "Ana").approval is not None


async def test_an_approval_dies_when_the_text_changes_and_stays_dead_when_it_is_changed_back() -> None:
    service, case = await submitted()
    reply = service.propose(case)[1]
    service.approve(case, reply.id, "Sam")
    await service.submit(case, draft(f"{REPLY} Thank you."))
    assert service.propose(case)[1].approval is None
    with pytest.raises(ActionChanged):
        service.approve(case, reply.id, "Sam")
    await service.submit(case, DRAFT)
    back = service.propose(case)[1]
    assert (back.id, back.approval) == (reply.id, None)


async def test_an_approval_outlives_what_does_not_touch_its_text_and_another_process() -> None:
    kept = Kept()
    service, case = await submitted(store=MemoryStore(kept))
    reply = service.propose(case)[1]
    service.approve(case, reply.id, "Sam")
    await service.submit(
        case, draft(communication=communication(Escalation_risk="They say that nothing is known of it."))
    )
    await service.finish(case)
    for seen in (service, CaseService(MemoryStore(kept), Quiet(), clock=lambda: NOW)):
        assert [one.number for one in seen.propose(case) if one.approval] == [2]


async def test_an_action_without_a_text_cannot_be_approved() -> None:
    service, case = await submitted()
    await service.submit(case, draft(update=""))
    update = service.propose(case)[2]
    assert update.proposal.text == ""
    with pytest.raises(WrongOrder, match="no text yet"):
        service.approve(case, update.id, "Sam")


# After the escalation


async def test_a_logged_follow_up_counts_from_its_moment_and_a_closed_case_is_due_no_more() -> None:
    service, case = await finished()
    systems = service.systems
    assert isinstance(systems, Quiet)
    before = open_escalations(service, NOW)[0]
    systems.moment = NOW + timedelta(hours=1)
    assert await service.log(case[:6], ["told_customer"], "Sent it.") == case
    (after,) = open_escalation(service, case, systems.moment)
    assert after.customer_due > before.customer_due
    assert (after.team_due, after.followed_up) == (before.team_due, 1)
    cause = {"answer": "yes", "cites": [T1M2], "why": "found"}
    state = await service.deescalate(case, since(support_resolvable_cause=cause, customer_confirmed=cause))
    assert (state.state.proposed, state.may_close, len(state.left)) == (True, False, 4)
    half = await service.deescalate(case, confirmed_by="Sam", done=["notify_team", "update_ticket"])
    assert half.left == ("inform_customer", "record_learning")
    with pytest.raises(WrongOrder, match="Inform the customer"):
        await service.close(case)
    end = await service.deescalate(case, done=["inform_customer", "record_learning"])
    assert end.may_close
    await service.close(case)
    await service.close(case)
    assert len(service.store.entries(case, "closed")) == 1
    assert open_escalations(service, NOW) == open_escalation(service, case, NOW) == []


async def test_a_yes_without_a_record_lets_nothing_come_down() -> None:
    service, case = await finished()
    for cause, sentence in (
        ({"answer": "yes", "cites": [], "why": "x"}, "A yes cites"),
        ({"answer": "yes", "cites": ["chat/none"], "why": "x"}, "No connected server has these"),
    ):
        with pytest.raises(WrongOrder, match=sentence):
            await service.deescalate(case, since(resolved_by_itself=cause))
    with pytest.raises(WrongOrder, match="is no moment"):
        await service.deescalate(case, since(changed_at="soon"))


# Runs


async def test_a_run_that_comes_to_its_steps_again_writes_none_of_them_twice() -> None:
    kept = Kept()
    store = MemoryStore(kept)
    service = CaseService(store, Quiet())
    case = await service.open(Asked(issue="Nightly sync fails for Harrow Mills"), "headless")

    async def work(until: int) -> None:
        mine = CaseService(MemoryStore(kept), Quiet())
        with mine.hold(case):
            await mine.gather(case)
            mine.work(case).casework.evidence = records()
            mine.work(case).ledger = mine.work(case).casework.evidence.ledger
            for step in (lambda: mine.assess(case, FACTS), lambda: mine.submit(case, DRAFT), lambda: mine.finish(case))[
                :until
            ]:
                await step()

    for until in (1, 2, 3, 3):
        await work(until)
    kinds = [entry.type for entry in store.entries(case)]
    assert kinds == ["header", "read", "read", "assess", "brief", "result"]


async def test_nobody_else_works_on_a_case_while_a_run_holds_it() -> None:
    kept = Kept()
    service, case = await finished(store=MemoryStore(kept), origin="headless")
    other = CaseService(MemoryStore(kept), Quiet())
    with service.hold(case):
        assert other.result(case).summary == DRAFT.summary
        with pytest.raises(CaseInUse):
            await other.assess(case, FACTS)
        with pytest.raises(CaseInUse):
            await other.log(case, ["asked_team"])
    assert (await other.assess(case, FACTS)).decision is not None


async def test_a_required_category_is_missed_only_where_all_are_needed() -> None:
    class Nothing(Quiet):
        async def connection(self) -> OpenedSystems:
            return OpenedSystems((), lambda: [ConnectorState("support_platform", "error", "desk", "HTTP 503")])

    events: list[CaseEvent] = []
    service = CaseService(MemoryStore(), Nothing(), events.append)
    case = await service.open(Asked(issue="x"), "assistant")
    found = await service.gather(case)
    assert any("support platform could not be read (HTTP 503)" in gap for gap in found.gaps)
    with pytest.raises(MissingConnector, match="HTTP 503"):
        await service.gather(case, need_required=True)
    assert [event.missing for event in events if isinstance(event, happened.SystemsChecked)] == [
        ("support_platform",)
    ] * 2


async def test_a_case_of_another_version_is_refused_in_a_sentence() -> None:
    store = MemoryStore()
    case = store.create({"request": {}, "now": "yesterday"})
    with pytest.raises(StoreError, match="begun by another version"):
        CaseService(store, Quiet()).work(case)


async def test_where_an_unfinished_case_stands_is_said() -> None:
    for origin, said_of_it in (("assistant", "without a saved brief"), ("headless", "has no brief yet")):
        service, case = await opened(records(), origin=origin)  # type: ignore[arg-type]
        assert said_of_it in str(recorded_or_state(service.store, case))
        assert rows(service.store)[0]["state"] == "unfinished"

"""P1: an approval is of that very text, destination and system, and follows from what happened in its order."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_escalation.actions import (
    Approval,
    ApprovalEvent,
    Offered,
    Outdated,
    Proposal,
    Refusal,
    Revocation,
    action_id,
    approval_in_force,
    standing_of,
)

AT = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
STEP = Proposal(kind="post_to_channel", title="Post this?", destination="#eng", system="chat", text="The brief.")
OTHER = STEP.model_copy(update={"text": "Another brief."})


def yes(step: Proposal = STEP, by: str = "Sam") -> Approval:
    return Approval(action=action_id(step), by=by, at=AT)


def no(step: Proposal = STEP) -> Revocation:
    return Revocation(action=action_id(step), by="Kim", at=AT)


def offer(*steps: Proposal) -> Offered:
    return Offered(actions=tuple(map(action_id, steps)))


def holding(*events: ApprovalEvent) -> Approval | None:
    return approval_in_force(STEP, events)


def test_nothing_is_approved_that_nobody_approved() -> None:
    assert holding() is None
    assert holding(offer(STEP), yes(OTHER), no()) is None


def test_an_approval_holds_for_that_text_destination_and_system_only() -> None:
    events: list[ApprovalEvent] = [offer(STEP), yes()]
    assert holding(*events) == yes()
    for change in ({"text": "The brief. "}, {"destination": "#general"}, {"system": "support_platform"}):
        assert approval_in_force(STEP.model_copy(update=change), events) is None
    assert approval_in_force(STEP.model_copy(update={"title": "Post it?"}), events) == yes()


def test_it_outlives_a_brief_that_offers_the_same_again() -> None:
    assert holding(offer(STEP), yes(), offer(OTHER, STEP), offer(STEP)) == yes()


def test_it_dies_with_a_change_and_stays_dead_when_it_is_changed_back() -> None:
    events: list[ApprovalEvent] = [offer(STEP), yes(), offer(OTHER), offer(STEP)]
    assert holding(*events) is None
    assert holding(*events, yes(by="Ana")) == yes(by="Ana")


def test_a_person_can_take_it_back_and_give_it_again() -> None:
    assert holding(offer(STEP), yes(), no()) is None
    assert holding(offer(STEP), yes(), no(OTHER)) == yes()
    assert holding(offer(STEP), yes(), no(), yes(by="Ana")) == yes(by="Ana")


@given(
    st.lists(st.sampled_from([offer(STEP), offer(OTHER), offer(), yes(), yes(by="Ana"), yes(OTHER), no(), no(OTHER)]))
)
def test_what_is_in_force_is_the_last_yes_that_nothing_ended_since(events: list[ApprovalEvent]) -> None:
    found = holding(*events)
    if found is None:
        ends = [n for n, event in enumerate(events) if event in (no(), offer(OTHER), offer())]
        yeses = [n for n, event in enumerate(events) if event in (yes(), yes(by="Ana"))]
        assert not yeses or (ends and ends[-1] > yeses[-1])
        return
    last = len(events) - 1 - events[::-1].index(found)
    assert not any(event in (no(), offer(OTHER), offer(), yes(), yes(by="Ana")) for event in events[last + 1 :])


def test_nobody_approves_namelessly() -> None:
    with pytest.raises(ValueError, match="by"):
        Approval(action=action_id(STEP), by="", at=AT)


# How long it holds, a no, and what ends a yes


def refusal(by: str = "Kim") -> Refusal:
    return Refusal(action=action_id(STEP), by=by, at=AT, why="not yet")


def changed() -> Outdated:
    return Outdated(action=action_id(STEP), at=AT, changes=("The customer wrote.",), seen=("m9",))


def said(*events: ApprovalEvent, hours: float = 0, needs: int = 1) -> str:
    """What stands so many hours after ``AT``, where a yes counts for eight."""
    return standing_of(action_id(STEP), events, AT + timedelta(hours=hours), timedelta(hours=8)).state(needs)


def test_a_yes_ends_after_its_time_and_can_be_given_again() -> None:
    assert said(yes(), hours=7.99) == "approved"
    assert said(yes(), hours=8) == "expired"
    later = Approval(action=action_id(STEP), by="Sam", at=AT + timedelta(hours=8))
    assert said(yes(), later, hours=9) == "approved"
    assert approval_in_force(STEP, [yes()], AT + timedelta(days=2), timedelta(hours=8)) is None


def test_refused_is_another_thing_than_that_nobody_answered() -> None:
    assert said() == "open"
    assert said(yes(), no()) == "open"
    assert said(refusal()) == "refused"
    assert said(refusal(), offer(STEP)) == "refused"
    assert said(refusal(), hours=1_000) == "refused"
    assert said(refusal(), yes()) == "approved"
    assert said(yes(), refusal()) == "refused"
    assert said(refusal(), offer(OTHER), offer(STEP)) == "open"


def test_a_yes_dies_when_what_it_rests_on_changes_and_the_next_one_knows_of_it() -> None:
    assert said(yes(), changed()) == "outdated"
    assert said(yes(), changed(), offer(STEP)) == "outdated"
    assert said(yes(), changed(), yes()) == "approved"
    assert said(changed(), refusal()) == "refused"


def test_where_two_persons_are_needed_one_of_them_twice_is_one() -> None:
    assert said(yes(by="Sam"), needs=2) == "partly"
    assert said(yes(by="Sam"), yes(by=" sam "), needs=2) == "partly"
    assert said(yes(by="Sam"), yes(by="Ana"), needs=2) == "approved"
    assert said(yes(by="Sam"), no(), yes(by="Ana"), needs=2) == "partly"
    late = Approval(action=action_id(STEP), by="Ana", at=AT + timedelta(hours=7))
    assert said(yes(by="Sam"), late, hours=7, needs=2) == "approved"
    assert said(yes(by="Sam"), late, hours=8, needs=2) == "partly"

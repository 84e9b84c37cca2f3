"""The way down and the end: the rules, the customer's word or their quiet, the four steps, and what was learned."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.customer_escalation.cases.memory_store import MemoryStore
from tests.customer_escalation.cases.test_acting_on_records import NO_ITEM, load, working
from tests.customer_escalation.followups.lived import BUG, T1, T2, World, begun, said
from tests.customer_escalation.followups.test_own_writes import DRAFT, carry_out
from tests.requirements import requirement

from customer_escalation.cases.errors import NotEscalated, NotProposed, WrongOrder
from customer_escalation.followups.closing import Closing, close, learned, offer_article, open_standing
from customer_escalation.followups.coming_down import Found, carried_out, judge, offer_texts, since_of
from customer_escalation.followups.learning import without_names
from customer_escalation.followups.service import open_escalation
from customer_escalation.followups.standing import standing_at
from skill_runtime.parts import cut_short

LATER, NEXT_WEEK = "2026-03-05T12:00:00Z", "2026-03-11T12:00:00Z"
FOUR = ["notify_team", "update_ticket", "inform_customer", "record_learning"]
WORDS = "Set the batch limit to 9,500 and run the sync again."


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def solved(world: World, *, confirmed: bool) -> None:
    """A colleague gives a way round, and the customer says that it works."""
    world.ticket("T-1")["messages"].append(
        said("T-1-m3", "2026-03-05T09:00:00Z", "agent", "Please set the limit to 9,500.")
    )
    if confirmed:
        world.ticket("T-1")["messages"].append(
            said("T-1-m4", "2026-03-05T10:00:00Z", "customer", "That works, thank you.")
        )


async def read_again(world: World, case: str, now: str) -> None:
    async with world.service(now) as service:
        await service.reassess(case)


@requirement("DE2")
async def test_a_workaround_counts_with_the_customers_word_or_after_two_quiet_intervals(world: World) -> None:
    case = await begun(world)
    solved(world, confirmed=False)
    await read_again(world, case, LATER)
    found = Found(workaround=(f"{T1}-m3",))
    async with world.service(LATER) as service:
        told = await judge(service, case, found)
        assert not told.state.proposed
        with pytest.raises(NotProposed):
            await judge(service, case, None, by="Sam")
    async with world.service(NEXT_WEEK) as service:
        assert (await judge(service, case, found)).state.rules["DE2"] == "yes"
    solved(world, confirmed=True)
    world.ticket("T-1")["messages"].pop(2)
    await read_again(world, case, LATER)
    async with world.service(LATER) as service:
        told = await judge(service, case, Found(workaround=(f"{T1}-m3",), confirmed=(f"{T1}-m4",)))
        assert (told.state.rules["DE2"], told.state.confirmed_by) == ("yes", "")
        told = await judge(service, case, None, by="Sam")
        assert (told.state.confirmed_by, told.left, told.may_close) == ("Sam", tuple(FOUR), False)


async def test_a_customer_who_writes_is_not_quiet_whatever_they_write(world: World) -> None:
    case = await begun(world)
    solved(world, confirmed=True)
    await read_again(world, case, LATER)
    async with world.service(LATER) as service:
        standing = standing_at(service.store, case, datetime(2026, 3, 5, 12, tzinfo=UTC))
        assert standing is not None
        assert since_of(standing, Found(workaround=(f"{T1}-m3",))).last_complaint_at == "2026-03-05T10:00:00+00:00"
        confirmed = since_of(standing, Found(workaround=(f"{T1}-m3",), confirmed=(f"{T1}-m4",)))
        assert confirmed.last_complaint_at == "2026-03-04T09:00:00+00:00"
        assert confirmed.changed_at == "2026-03-05T09:00:00+00:00"
        assert confirmed.resolved_by_itself.answer == "unknown"


async def test_whether_a_customer_is_quiet_is_not_told_by_half_a_thread(world: World) -> None:
    case = await begun(world)
    solved(world, confirmed=True)
    await read_again(world, case, LATER)
    store, now = world.store(), datetime(2026, 3, 5, 12, tzinfo=UTC)
    known = standing_at(store, case, now)
    assert known is not None
    assert known.inputs is not None
    ticket = known.inputs.evidence.ledger.get(T1)
    assert ticket is not None
    known.inputs.evidence.ledger.put(ticket.model_copy(update={"data": cut_short(dict(ticket.data), "it failed")}))
    with pytest.raises(
        WrongOrder, match="T-1 could not be read to the end, so whether a customer wrote since is not known"
    ):
        since_of(known, Found(workaround=(f"{T1}-m3",)))
    assert since_of(known, Found(workaround=(f"{T1}-m3",), confirmed=(f"{T1}-m4",))).customer_confirmed.answer == "yes"


@requirement("DE-ACT")
async def test_it_is_closed_when_all_four_are_done_and_everything_is_written_down(world: World, tmp_path: Path) -> None:
    case = await begun(world)
    solved(world, confirmed=True)
    await read_again(world, case, LATER)
    said_so = (f"{T1}-m4",)
    async with world.service(LATER) as service:
        found = Found(workaround=(f"{T1}-m3",), confirmed=said_so, root_cause="The upgrade lowered the batch limit.")
        await judge(service, case, found)
        whole = Closing("Sam", said_so, "P-1 is linked.", "article.md")
        with pytest.raises(WrongOrder, match="a person confirms"):
            await close(service, case, whole)
        await judge(service, case, None, by="Sam", done=FOUR[:3])
        for lacking, sentence in (
            (Closing("Sam", (), "P-1", "a.md"), "quiet long enough at"),
            (Closing("Sam", (f"{T1}-m2",), "P-1", "a.md"), "no word of a customer"),
            (Closing("Sam", (f"{T1}-m99",), "P-1", "a.md"), "no record is known as"),
            (Closing("Sam", said_so, "", "a.md"), "tracking"),
            (Closing("Sam", said_so, "P-1", ""), "what was learned"),
        ):
            with pytest.raises(WrongOrder, match=sentence):
                await close(service, case, lacking)
        await close(service, case, whole)
        assert service.store.entries(case, "closed")[-1].data["confirmed"] == [f"{T1}-m4"]
        assert open_escalation(service, case, await service.systems.now()) == []
        with pytest.raises(NotEscalated):
            await close(service, case, whole)


async def test_a_quiet_customer_needs_no_word_to_close(world: World) -> None:
    case = await begun(world)
    solved(world, confirmed=False)
    await read_again(world, case, LATER)
    async with world.service(NEXT_WEEK) as service:
        await judge(service, case, Found(workaround=(f"{T1}-m3",)))
        await judge(service, case, None, by="Sam", done=FOUR[:3])
        await close(service, case, Closing("Sam", (), "P-1 is linked.", "article.md"))


@requirement("P1")
async def test_what_is_read_to_check_a_citation_is_not_taken_for_told(world: World) -> None:
    case = await begun(world)
    solved(world, confirmed=True)
    async with world.service(LATER) as service:
        told = await judge(service, case, Found(workaround=(f"{T1}-m3",), confirmed=(f"{T1}-m4",)))
        assert told.state.proposed
        assert service.work(case).ledger.get(f"{T1}-m4") is None


async def test_what_was_learned_is_an_article_that_cites_and_names_no_customer(world: World) -> None:
    case = await begun(world)
    solved(world, confirmed=True)
    await read_again(world, case, LATER)
    async with world.service(LATER) as service:
        found = Found(
            workaround=(f"{T1}-m3",), confirmed=(f"{T1}-m4",), root_cause="The upgrade lowered the batch limit."
        )
        await judge(service, case, found)
        draft = await learned(service, case, WORDS)
        text = draft.text
        assert text.startswith("Nightly sync stops\n")
        standing = await open_standing(service, case)
        assert without_names("T-1 of Harrow Mills, and Harrow Mills", standing).text == "T-1, and the customer of T-1"
        assert f"“Since the upgrade to 7.2.0 the nightly sync stops.” [{T1}-m1]" in text
        assert "The upgrade lowered the batch limit." in text
        assert f"{WORDS} [{T1}-m3, {T1}-m4]" in text
        assert f"- {BUG}: Nightly sync stops early" in text
        for name in ("Harrow", "Bell & Oak", "20,000", "crm/"):
            assert name not in text
        action = await offer_article(service, case, draft)
        (one,) = [one for one in service.propose(case) if one.id == action]
        assert (one.tool, one.proposal.destination) == ("draft_article", "draft")
        empty = await learned(service, case, "")
        assert "## What helps\n\nNot on record. [" in empty.text


async def test_nobody_of_a_customer_stands_in_the_article_and_what_was_taken_out_is_listed(world: World) -> None:
    first = world.ticket("T-1")["messages"][0]
    first |= {"author": "Jane Doe", "text": "Jane Doe here, jane.doe@harrow.example: the nightly sync stops."}
    world.records["crm"][0]["contacts"] = [{"name": "Ole Berg", "role": "admin", "email": "ole@harrow.example"}]
    case = await begun(world)
    solved(world, confirmed=True)
    await read_again(world, case, LATER)
    async with world.service(LATER) as service:
        await judge(
            service, case, Found(workaround=(f"{T1}-m3",), confirmed=(f"{T1}-m4",), root_cause="Ole Berg found it.")
        )
        draft = await learned(service, case, "Harrow Mills raised the limit; ask Ole.")
        for personal in ("Jane", "Doe", "Ole", "Berg", "harrow.example", "Harrow"):
            assert personal not in draft.text
        assert "“[name removed] here, [e-mail address removed]: the nightly sync stops.”" in draft.text
        called, removed = draft.left_out
        assert called == "Harrow Mills is called the customer of T-1"
        assert removed.startswith("3 names (lines ")
        action = await offer_article(service, case, draft)
        (one,) = [one for one in service.propose(case) if one.id == action]
        assert (one.proposal.text, one.proposal.left_out) == (draft.text, draft.left_out)


async def test_a_persons_words_on_the_resolution_are_offered_to_everybody_once(world: World) -> None:
    case = await begun(world)
    async with world.service(LATER) as service:
        now = await service.systems.now()
        made = offer_texts(service, case, now, WORDS)
        assert [(one.kind, one.destination) for one in made] == [
            ("team_message", "#engineering-escalations"),
            ("status_update", T1), ("internal_note", T1), ("status_update", T2), ("internal_note", T2),
        ]  # fmt: skip
        assert {one.text for one in made if one.kind == "status_update"} == {WORDS}
        offer_texts(service, case, now, f"{WORDS} Thank you.")
        texts = [one.proposal.text for one in service.propose(case) if one.proposal.kind == "status_update"]
        assert texts == [f"{WORDS} Thank you."] * 2
        with pytest.raises(WrongOrder, match="in words that the customer may read"):
            offer_texts(service, case, now, "  ")


async def test_a_text_that_a_person_edited_before_it_went_out_is_a_step_done(tmp_path: Path) -> None:
    async with working(load(tmp_path), MemoryStore(), written=DRAFT, stated=NO_ITEM) as (service, case):
        offer_texts(service, case, await service.systems.now(), WORDS)
        one = next(one for one in service.propose(case) if one.proposal.kind == "team_message")
        await service.edit_action(case, one.id, "Kim", text=f"{one.proposal.text}\nThank you.")
        assert carried_out(service.store.entries(case)) == ()
        await carry_out(service, case, "team_message")
        assert carried_out(service.store.entries(case)) == ("notify_team",)


@requirement("P2")
async def test_what_is_offered_after_the_brief_leaves_reduced_and_is_checked_as_a_reply_is(world: World) -> None:
    case = await begun(world)
    async with world.service(LATER) as service:
        offer_texts(
            service, case, datetime(2026, 3, 5, 12, tzinfo=UTC), "Bell & Oak had it too. The password: Hunter22!x"
        )
        made = {one.proposal.kind: one for one in service.propose(case) if "had it too" in one.proposal.text}
        assert {"team_message", "status_update", "internal_note"} <= set(made)
        assert all("Hunter22" not in one.proposal.text and one.proposal.left_out for one in made.values())
        theirs = [
            one
            for one in service.propose(case)
            if one.proposal.destination == T1 and one.proposal.kind == "status_update"
        ]
        [update] = [one for one in theirs if "had it too" in one.proposal.text]
        assert any("Bell & Oak" in told for told in update.proposal.beware)

"""News counts from what somebody was told last: a draft that nobody sent told nobody anything."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation.cases.memory_store import MemoryStore
from tests.customer_escalation.cases.test_acting_on_records import NO_ITEM, load, working
from tests.customer_escalation.followups.lived import BUG, World, begun, said
from tests.customer_escalation.followups.test_own_writes import DRAFT, carry_out, later
from tests.customer_escalation.followups.test_updating import LATER, STILL_LATER, by_kind, updated

from customer_escalation.followups.logging import log_by_hand
from customer_escalation.followups.reassessing import reassess
from customer_escalation.followups.updating import make_update
from support_connectors.backend import Write
from support_connectors.workspace.store import open_workspace

EVENING, NIGHT = "2026-03-04T18:00:00Z", "2026-03-04T20:00:00Z"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def comes(world: World, number: str, at: str, text: str) -> str:
    """A customer writes on T-1; returns the message's ref."""
    world.ticket("T-1")["messages"].append(said(number, at, "customer", text, "j.doe"))
    return f"support_platform/{number}"


async def by_hand(world: World, case: str, now: str, *done: Any) -> None:
    async with world.service(now) as service:
        await log_by_hand(service, case, done, "", [], "Sam")


async def test_what_a_draft_told_nobody_is_new_again_in_the_next(world: World) -> None:
    case = await begun(world)
    reply = comes(world, "T-1-m3", "2026-03-04T13:00:00Z", "Any news?")
    world.bug["status"] = "In progress"
    first = await updated(world, case)
    again = await updated(world, case, STILL_LATER)
    for found in (first, again):
        assert [one.ref for one in found.news.replies] == [reply]
        assert [(one.item.ref, one.was) for one in found.news.states] == [(BUG, "Open")]
        assert found.news.since == datetime(2026, 3, 4, 12, tzinfo=UTC)
    assert "Your message of 4 March 2026, 13:00 UTC has reached us." in by_kind(again, "status_update")[0]
    assert "Any news?" in by_kind(again, "internal_note")[0]


async def test_each_reader_knows_what_they_were_told_themselves(world: World) -> None:
    case = await begun(world)
    comes(world, "T-1-m3", "2026-03-04T13:00:00Z", "Any news?")
    await updated(world, case)
    await by_hand(world, case, LATER, "asked_team")
    team_knows = await updated(world, case, STILL_LATER)
    assert team_knows.news.nothing
    assert team_knows.news.since == datetime(2026, 3, 4, 14, tzinfo=UTC)
    assert "has reached us" in by_kind(team_knows, "status_update")[0]
    await by_hand(world, case, STILL_LATER, "told_customer")
    customer_knows = await updated(world, case, EVENING)
    assert "has reached us" not in by_kind(customer_knows, "status_update")[0]
    assert "Any news?" in by_kind(customer_knows, "internal_note")[0]  # no note was made


async def test_one_customer_who_was_told_leaves_the_others_untold(world: World) -> None:
    case = await begun(world)
    comes(world, "T-1-m3", "2026-03-04T13:00:00Z", "Any news?")
    await updated(world, case)
    async with world.service(LATER) as service:
        await log_by_hand(service, case, ["told_customer"], "", ["T-2"], "Sam")
    assert "has reached us" in by_kind(await updated(world, case, STILL_LATER), "status_update")[0]


async def test_what_was_seen_after_the_draft_that_was_sent_stays_new(world: World) -> None:
    case = await begun(world)
    comes(world, "T-1-m3", "2026-03-04T13:00:00Z", "Any news?")
    await updated(world, case)
    seen = comes(world, "T-1-m4", "2026-03-04T15:00:00Z", "Still nothing?")
    async with world.service(STILL_LATER) as service:
        await reassess(service, case, {})
    await by_hand(world, case, EVENING, "asked_team", "told_customer")
    found = await updated(world, case, NIGHT)
    assert [one.ref for one in found.news.replies] == [seen]


async def test_words_of_ones_own_without_a_draft_hold_all_that_was_read_by_then(world: World) -> None:
    case = await begun(world)
    comes(world, "T-1-m3", "2026-03-04T13:00:00Z", "Any news?")
    async with world.service(LATER) as service:
        await reassess(service, case, {})
    unread = comes(world, "T-1-m4", "2026-03-04T14:30:00Z", "Still nothing?")
    await by_hand(world, case, STILL_LATER, "asked_team")
    found = await updated(world, case, EVENING)
    assert [one.ref for one in found.news.replies] == [unread]


async def test_a_text_that_was_carried_out_told_its_reader_also_as_a_person_edited_it(tmp_path: Path) -> None:
    database, store = load(tmp_path), MemoryStore()
    async with working(database, store, written=DRAFT, stated=NO_ITEM) as (service, case):
        with open_workspace(database) as workspace:
            support: Any = workspace.backend("support_platform")
            support.add_internal_note("T-101", "The exporter is at fault.", Write("eng.two", None))
        later(service, 24)
        first = await make_update(service, case)
        (word,) = first.news.words
        mine = next(one for one in first.offered if one.proposal.kind == "team_message")
        await service.edit_action(case, mine.id, "Kim", text=f"{mine.proposal.text}\nPlease answer here.")
        await carry_out(service, case, "team_message")
        later(service, 24)
        again = await make_update(service, case)
        assert (word.data["text"], again.news.words) == ("The exporter is at fault.", ())
        assert "The exporter is at fault." in by_kind(again, "internal_note")[0]


async def test_a_state_that_changed_between_two_drafts_is_told_of_an_item_that_came_after_the_brief(
    tmp_path: Path,
) -> None:
    database, store = load(tmp_path), MemoryStore()
    async with working(database, store, written=DRAFT, stated=NO_ITEM) as (service, case):
        written = (await carry_out(service, case, "tracker_item"))["tracker_item"]
        later(service, 24)
        assert (await make_update(service, case)).news.states == ()
        with closing(sqlite3.connect(database)) as connection, connection:
            now_so = "UPDATE item SET data = json_set(data, '$.status', 'In progress') WHERE id = ?"
            connection.execute(now_so, [written.partition("/")[2]])
        for _ in range(2):
            later(service, 24)
            found = await make_update(service, case)
            assert [(one.item.ref, one.is_now) for one in found.news.states] == [(written, "In progress")]

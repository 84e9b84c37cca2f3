"""Watching: each thing is told once, systems that are down too, and nothing is written."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation.followups.lived import World, begun, said

from customer_escalation.cases.connection import Systems
from customer_escalation.cases.shared_connections import SharedConnections
from customer_escalation.followups.watching import Notice, Watcher
from skill_runtime.bounds import MAX_STRING
from skill_runtime.errors import ConnectorError

SECURITY = '[teams.engineering]\nname = "Engineering"\nchannel = "#eng"\nrestricted = true\n'


class Watched:
    """A watcher whose systems are opened anew for each look, and can be down."""

    def __init__(self, world: World, case: str) -> None:
        self.world = world
        self.down = False
        self.open: list[SharedConnections] = []
        self.watcher = Watcher(world.store(), self.systems, (case,))

    async def systems(self, case: str) -> Systems:
        if self.down:
            raise ConnectorError("The desk does not answer.")
        self.open.append(SharedConnections(str(self.world.file), None, self.world.folder))
        return self.open[-1]

    async def look(self, now: str) -> list[Notice]:
        self.world.write()
        found = await self.watcher.look(datetime.fromisoformat(now))
        for one in self.open:
            await one.close()
        self.open.clear()
        return found


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def kinds(found: list[Notice]) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in found]


async def test_each_thing_is_told_once_and_nothing_is_written(world: World) -> None:
    case = await begun(world)
    at = Watched(world, case)
    before = (world.folder / "runs" / f"{case}.jsonl").read_bytes()
    assert await at.look("2026-03-04T12:05:00Z") == []
    world.ticket("T-1")["messages"].append(said("T-1-m3", "2026-03-04T12:10:00Z", "customer", "Any news?"))
    world.bug["status"] = "Done"
    (reply, state) = await at.look("2026-03-04T12:15:00Z")
    assert (reply.kind, "customer.one wrote in T-1" in reply.text) == ("new", True)
    assert (state.kind, state.text) == ("new", "P-1: Open, now Done")
    assert await at.look("2026-03-04T12:20:00Z") == []
    team, *customers = await at.look("2026-03-04T16:00:00Z")
    assert (team.kind, team.text) == ("overdue", "ask Engineering by 2026-03-04 16:00 UTC (overdue)")
    assert [kind for kind, _ in kinds(customers)] == ["due", "due"]
    assert await at.look("2026-03-04T16:30:00Z") == []
    assert [kind for kind, _ in kinds(await at.look("2026-03-05T13:00:00Z"))] == ["overdue", "overdue"]
    assert (world.folder / "runs" / f"{case}.jsonl").read_bytes() == before


async def test_a_system_that_is_down_is_told_once_and_once_when_it_is_back(world: World) -> None:
    case = await begun(world)
    at = Watched(world, case)
    await at.look("2026-03-04T12:05:00Z")
    at.down = True
    assert kinds(await at.look("2026-03-04T12:10:00Z")) == [("unreadable", "The desk does not answer.")]
    assert await at.look("2026-03-04T12:15:00Z") == []
    assert ("overdue" in dict(kinds(await at.look("2026-03-04T16:05:00Z")))) is True
    at.down = False
    world.ticket("T-1")["messages"].append(said("T-1-m3", "2026-03-04T12:12:00Z", "customer", "Any news?"))
    back = await at.look("2026-03-04T16:06:00Z")
    assert [kind for kind, _ in kinds(back)][:2] == ["readable", "new"]


async def test_what_is_closed_is_told_once_and_watched_no_more(world: World) -> None:
    case = await begun(world)
    at = Watched(world, case)
    await at.look("2026-03-04T12:05:00Z")
    world.store().append(case, "closed", {"now": "2026-03-04T12:06:00Z"})
    assert kinds(await at.look("2026-03-04T12:10:00Z")) == [("closed", "It is closed.")]
    assert await at.look("2026-03-04T16:10:00Z") == []


@pytest.mark.parametrize(("policy", "named"), [("", True), (SECURITY, False)])
async def test_of_a_restricted_escalation_nothing_is_named_outside(world: World, policy: str, named: bool) -> None:
    case = await begun(world, policy)
    at = Watched(world, case)
    world.ticket("T-1")["messages"].append(said("T-1-m3", "2026-03-04T12:10:00Z", "customer", "Rows are gone."))
    found: list[Any] = [*await at.look("2026-03-04T12:15:00Z"), *await at.look("2026-03-09T12:15:00Z")]
    told = " ".join(one.title for one in found)
    assert len(found) > 3
    for word in ("Rows are gone", "T-1", "Harrow Mills"):
        assert (word in told) is named


async def test_a_record_that_could_not_be_read_to_its_end_is_told_once_and_once_when_it_could(world: World) -> None:
    case = await begun(world)
    at = Watched(world, case)
    await at.look("2026-03-04T12:05:00Z")
    long = said("T-1-m3", "2026-03-04T12:10:00Z", "customer", "word " * (MAX_STRING // 5 + 1))
    world.ticket("T-1")["messages"].append(long)
    told = dict(kinds(await at.look("2026-03-04T12:15:00Z")))
    assert told["unreadable"] == (
        "The support platform could be read only in part (T-1-m3: only the beginning of its text is kept): what is missing is unknown."
    )
    assert "customer.one wrote in T-1" in told["new"]
    assert await at.look("2026-03-04T12:20:00Z") == []
    long["text"] = "Shorter."
    assert ("readable", "It can be read again.") in kinds(await at.look("2026-03-04T12:25:00Z"))


async def test_what_is_due_is_told_as_of_the_moment_that_counts_for_the_case(world: World) -> None:
    case = await begun(world)
    at = Watched(world, case)
    at.watcher.moment_of = lambda _, clock: datetime.fromisoformat(world.now)
    assert await at.look("2036-03-04T12:00:00Z") == []
    world.now = "2026-03-04T16:00:00Z"
    assert "overdue" in dict(kinds(await at.look("2036-03-04T12:05:00Z")))

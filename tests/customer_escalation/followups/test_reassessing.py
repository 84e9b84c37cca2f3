"""An escalation decided again, both ways, with what made it another."""

from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation.followups.lived import T1, World, begun, said

from customer_escalation.cases.errors import NotEscalated, WrongOrder
from customer_escalation.followups.reassessing import reassess, take_severity
from customer_escalation.followups.service import open_escalation

LATER, STILL_LATER = "2026-03-04T14:00:00Z", "2026-03-04T16:00:00Z"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def fact(answer: str, *cites: str) -> dict[str, Any]:
    return {"answer": answer, "cites": list(cites), "why": ""}


async def test_upwards_it_holds_at_once_and_is_told_with_fact_rule_and_record(world: World) -> None:
    case = await begun(world)
    world.ticket("T-1")["messages"].append(
        said("T-1-m3", "2026-03-04T13:00:00Z", "customer", "Now all of production stands still.")
    )
    async with world.service(LATER) as service:
        found = await reassess(service, case, {"production_stopped": fact("yes", f"{T1}-m3")})
        assert (found.told.was.severity, found.told.is_now.severity) == ("High", "Critical")
        assert [(one.name, one.was, one.is_now, one.cites) for one in found.facts] == [
            ("production_stopped", "no", "yes", (f"{T1}-m3",))
        ]
        assert {"E-DOWN", "S1"} <= {one.rule for one in found.rules if one.is_now == "yes"}
        assert all(one.label for one in found.rules)
        assert [one.ref for one in found.news.replies] == [f"{T1}-m3"]
        (due,) = open_escalation(service, case, await service.systems.now())
        assert (due.severity, due.lower) == ("Critical", None)
        with pytest.raises(WrongOrder, match="No lower severity"):
            await take_severity(service, case, "Sam")


async def test_downwards_it_waits_for_a_persons_yes(world: World) -> None:
    case = await begun(world)
    async with world.service(LATER) as service:
        found = await reassess(service, case, {"major_function_broken": fact("no")})
        assert found.standing is not None
        assert (found.standing.severity, found.standing.waiting) == ("High", "Medium")
    async with world.service(STILL_LATER) as service:
        assert await take_severity(service, case, "Sam") == "Medium"
        (due,) = open_escalation(service, case, await service.systems.now())
        assert (due.severity, due.lower) == ("Medium", None)
        with pytest.raises(WrongOrder):
            await take_severity(service, case, "Sam")


async def test_where_nothing_changed_but_the_time_nothing_is_told_as_a_change(world: World) -> None:
    case = await begun(world)
    async with world.service(LATER) as service:
        found = await reassess(service, case, {})
    assert not found.told.changed
    assert (found.facts, found.rules, found.figures, found.news.nothing) == ((), (), (), True)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"weather": fact("yes")}, "There is no fact weather"),
        ({"production_stopped": {"answer": "perhaps"}}, "production_stopped"),
        ({"production_stopped": 5}, "production_stopped"),
    ],
)
async def test_facts_that_are_none_are_refused(world: World, changes: dict[str, Any], sentence: str) -> None:
    case = await begun(world)
    async with world.service(LATER) as service:
        entries = len(service.store.entries(case))
        with pytest.raises(WrongOrder, match=sentence):
            await reassess(service, case, changes)
        assert len(service.store.entries(case)) == entries


async def test_a_fact_that_no_record_shows_leaves_the_decision_as_it_was(world: World) -> None:
    case = await begun(world)
    async with world.service(LATER) as service:
        found = await reassess(service, case, {"production_stopped": fact("yes", f"{T1}-m9")})
        assert found.told.findings
        assert found.standing is None
        (due,) = open_escalation(service, case, await service.systems.now())
        assert due.severity == "High"


async def test_what_is_no_open_escalation_is_not_decided_again(world: World) -> None:
    from customer_escalation.cases.terms import Asked

    async with world.service() as service:
        case = await service.open(Asked(issue="x"), "assistant")
        with pytest.raises(NotEscalated):
            await reassess(service, case, {})

"""An escalation is attached to an open item that a person picks: offered, approved and written like everything else, and followed."""

from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation.casebook import evidence, issue
from tests.customer_escalation.cases.memory_store import MemoryStore
from tests.customer_escalation.cases.test_acting_on_records import NO_ITEM, load, working
from tests.customer_escalation.followups.test_own_writes import DRAFT, later, updated

from customer_escalation.cases.errors import WrongOrder
from customer_escalation.followups.looking import own_items
from customer_escalation.followups.standing import standing_at
from support_connectors.backend import NewIssue, Write
from support_connectors.workspace.store import open_workspace


def on_the_tracker(database: Path, title: str, *comments: str) -> str:
    """An incident that is open in the tracker; returns its id."""
    with open_workspace(database) as workspace:
        tracker: Any = workspace.backend("project_tracker")
        made = tracker.create_issue(
            NewIssue(type="incident", title=title, description="It is down.", priority=""), Write("ops", None)
        )
        for text in comments:
            tracker.comment_on_issue(made.id, text, Write("ops", None))
        return str(made.id)


def read(database: Path, item: str) -> Any:
    with open_workspace(database) as workspace:
        tracker: Any = workspace.backend("project_tracker")
        return tracker.read_issue(item)


async def test_the_item_that_a_person_picks_gets_the_comment_once_and_belongs_to_the_case_from_then_on(
    tmp_path: Path,
) -> None:
    database, store = load(tmp_path), MemoryStore()
    incident = on_the_tracker(database, "Exports are down", "We are on it.")
    async with working(database, store, written=DRAFT, stated=NO_ITEM) as (service, case):
        one = await service.attach(case, incident)
        assert (one.proposal.kind, one.proposal.destination) == ("tracker_comment", f"project_tracker/{incident}")
        assert one.proposal.text.startswith("Escalated to Engineering as High")
        assert "Harrow" not in one.proposal.text
        assert (one.approval, one.effect) == (None, None)
        assert (await service.attach(case, f"project_tracker/{incident}")).id == one.id
        service.approve(case, one.id, "Sam")
        done = await service.carry_out(case, one.id, "Sam")
        assert (done.state, [said.text for said in read(database, incident).comments][2:]) == (
            "done", [one.proposal.text],
        )  # fmt: skip
        standing = standing_at(store, case, await service.systems.now())
        assert standing is not None
        assert f"project_tracker/{incident}" in own_items(standing)
        with open_workspace(database) as workspace:
            tracker: Any = workspace.backend("project_tracker")
            tracker.comment_on_issue(incident, "It is up again.", Write("ops", None))
        later(service, 24)
        assert "It is up again." in [said.data["text"] for said in (await updated(service, case)).news.words]


async def test_a_second_item_leaves_the_first_offered(tmp_path: Path) -> None:
    database = load(tmp_path)
    both = [on_the_tracker(database, title) for title in ("Exports are down", "Imports are down")]
    async with working(database, MemoryStore(), written=DRAFT, stated=NO_ITEM) as (service, case):
        for item in both:
            await service.attach(case, item)
        offered = [one.proposal.destination for one in service.propose(case) if one.proposal.kind == "tracker_comment"]
        assert offered == [f"project_tracker/{item}" for item in both]


async def test_what_is_not_there_or_closed_is_refused(tmp_path: Path) -> None:
    async with working(load(tmp_path), MemoryStore(), written=DRAFT, stated=NO_ITEM) as (service, case):
        with pytest.raises(WrongOrder, match="no item P-404"):
            await service.attach(case, "P-404")
        closed = issue("P-77", "Exports are down", "Closed", "2026-03-01T09:00:00Z")
        service.work(case).ledger.put(evidence(closed).ledger.records["project_tracker/P-77"])
        with pytest.raises(WrongOrder, match="P-77 is closed"):
            await service.attach(case, "P-77")
        assert not [one for one in service.propose(case) if one.proposal.kind == "tracker_comment"]

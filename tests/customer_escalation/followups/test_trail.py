"""The trail, figures over all runs, and runs that are alike: from journals alone."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.customer_escalation.followups.lived import BUG, T1, World, begun, said

from customer_escalation.cases.service import CaseService
from customer_escalation.cases.store import StoreError
from customer_escalation.cases.terms import Asked
from customer_escalation.cli.plots import drawn
from customer_escalation.cli.trail_shown import as_csv, as_json, as_lines, as_markdown
from customer_escalation.followups.coming_down import Found, judge
from customer_escalation.followups.logging import log_by_hand
from customer_escalation.followups.reassessing import reassess, take_severity
from customer_escalation.followups.similar import similar
from customer_escalation.followups.stats import Stats, stats_of
from customer_escalation.followups.trail import COLUMNS, timeline, trail
from customer_escalation.followups.updating import make_update

LATER, NOW = "2026-03-04T14:00:00Z", datetime(2026, 3, 6, 12, tzinfo=UTC)
FORMULA = '=HYPERLINK("https://evil.example";"look")|x\n@more'


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def lived(world: World) -> str:
    """A case that was followed up, decided again both ways, and that comes down."""
    case = await begun(world)
    world.ticket("T-1")["messages"].append(said("T-1-m3", "2026-03-04T13:00:00Z", "customer", "All stands still."))
    async with world.service(LATER) as service:
        await make_update(service, case)
        yes = {"answer": "yes", "cites": [f"{T1}-m3"], "why": ""}
        await reassess(service, case, {"production_stopped": yes})
        await reassess(service, case, {"production_stopped": {**yes, "answer": "no"}})
        await take_severity(service, case, "Kim")
        await log_by_hand(service, case, ["told_customer"], FORMULA, ["T-1"], "Sam")
        action = next(one for one in service.propose(case) if one.proposal.kind == "status_update")
        service.refuse(case, action.id, "Ada", "not yet")
        await judge(service, case, Found(by_itself=(f"{T1}-m3",)), by="")
        await judge(service, case, None, by="Sam", done=["notify_team"])
    return case


async def test_every_entry_is_a_row_with_who_did_what(world: World) -> None:
    case = await lived(world)
    store = world.store()
    rows = trail(store, case)
    assert [row.number for row in rows] == [entry.seq for entry in store.entries(case) if entry.type != "blob"]
    assert not [row for row in rows if row.did == "noted"]
    told = {(row.who, row.did) for row in rows}
    assert {
        ("somebody", "asked"), ("program", "decided"), ("program", "drafted"), ("program", "decided again"),
        ("Kim", "confirmed"), ("Sam", "logged"), ("Ada", "refused"), ("Sam", "confirmed the de-escalation"),
    } <= told  # fmt: skip
    refused = next(row for row in rows if row.did == "refused")
    assert ("status_update to support_platform/T-1" in refused.what, refused.detail) == (True, "not yet")
    assert [row.at for row in rows] == sorted(row.at for row in rows)
    short = list(timeline(rows))
    assert 0 < len(short) < len(rows)
    assert {row.did for row in short} & {"kept", "read"} == set()


async def test_a_spreadsheet_runs_nothing_of_it_and_each_form_holds_every_row(world: World) -> None:
    case = await lived(world)
    rows = trail(world.store(), case)
    read = list(csv.reader(io.StringIO(as_csv(rows))))
    assert read[0] == list(COLUMNS)
    assert len(read) == len(rows) + 1
    for cells in read[1:]:
        assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert any(cell.startswith("'=HYPERLINK") for cells in read for cell in cells)
    assert json.loads(as_json(rows)) == [row.to_json() for row in rows]
    table = as_markdown(rows).splitlines()
    assert len(table) == len(rows) + 2
    assert {len(line.replace("\\|", "").split("|")) for line in table} == {len(COLUMNS) + 2}
    assert len(as_lines(rows).splitlines()) == len(rows)


async def test_figures_over_all_runs_are_counted_from_their_journals(world: World) -> None:
    world.bug["labels"] = ["sync"]
    case = await lived(world)
    other = await begun(world)
    async with world.service() as service:
        await service.open(Asked(issue="never finished"), "assistant")
    store = world.store()
    found = stats_of(store, NOW)
    data = found.to_json()
    assert (data["runs"], data["escalated"], data["open"], data["closed"]) == (2, 2, 2, 0)
    assert data["by_severity"] == {"High": 2}
    assert data["by_target"] == {"Engineering": 2}
    assert data["by_account"] == {"Harrow Mills": 2, "Bell & Oak": 2}
    assert data["by_product_area"] == {"sync": 2}
    assert data["reversed_decisions"] == 1
    assert data["median_time_to_first_update_h"] == 2.0
    assert data["without_an_update"] == 1
    # Begun within a second, two runs sort by chance.
    assert {item: sorted(runs) for item, runs in data["repeated_issues"].items()} == {BUG: sorted([other, case])}
    assert data["median_age_of_open_h"] == 47.0
    store.append(other, "closed", {"now": "2026-03-05T14:00:00Z"})
    closed = stats_of(store, NOW).to_json()
    assert (closed["open"], closed["median_time_to_close_h"]) == (1, 24.0)
    assert stats_of(store, NOW, NOW).runs == ()
    assert drawn(found, "svg").lstrip().startswith(b"<?xml")
    assert drawn(found, "png").startswith(b"\x89PNG")
    assert drawn(Stats(NOW, ()), "png").startswith(b"\x89PNG")


async def test_runs_that_rest_on_the_same_items_are_alike_and_one_without_a_brief_is_none(world: World) -> None:
    case = await begun(world)
    assert similar(world.store(), case) == []
    other = await begun(world)
    (alike,) = similar(world.store(), case)
    assert alike.figures.case == other
    assert BUG in alike.shared
    assert alike.rank == 1
    async with world.service() as service:
        assert isinstance(service, CaseService)
        empty = await service.open(Asked(issue="x"), "assistant")
    with pytest.raises(StoreError, match="no brief yet"):
        similar(world.store(), empty)
    assert len(similar(world.store(), case, 1)) == 1

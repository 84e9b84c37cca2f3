"""Every kind of action carried out on a workspace, read back from it; and what a change in the records does to a yes."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation.casebook import NOW, fact
from tests.customer_escalation.cases.acted_on import Clock, Writable
from tests.customer_escalation.cases.memory_store import MemoryStore
from tests.customer_escalation.cases.test_deciding import of
from tests.customer_escalation.cases.test_service import DRAFT, REPLY, draft
from tests.customer_escalation.drafts import BUG, T1M1, T1M2, escalation, facts, records, reply
from tests.requirements import requirement

from customer_escalation.cases.errors import ActionOutdated, WrongOrder
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.session import Casework
from customer_escalation.cases.store import CaseStore
from customer_escalation.cases.terms import Asked
from customer_escalation.connectors.tool_access import CATEGORY_TOOLS
from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.facts import Assessment
from skill_runtime.mcp_host import McpHost, ServerSpec
from support_connectors.backend import ChatFilter, IssueFilter, Paging
from support_connectors.categories import Category
from support_connectors.serving import local_tools
from support_connectors.workspace.store import load_workspace, open_workspace

CATEGORIES: tuple[Category, ...] = ("support_platform", "chat", "project_tracker")


def load(folder: Path, *more: dict[str, Any], status: str = "open", item: str = "Open") -> Path:
    """A workspace with the casebook's ticket and item, its ticket with further messages."""
    known = records()
    ticket, issue = (dict(known.ledger.records[ref].data) for ref in ("support_platform/T-101", BUG))
    parts = [dict(part.data) for part in known.parts(known.ledger.records["support_platform/T-101"])]
    for record in (ticket, issue, *parts):
        for name in ("ref", "kind", "parent"):
            record.pop(name, None)
    ticket |= {"status": status, "messages": [*parts, *more]}
    issue |= {"status": item, "comments": []}
    source, database = folder / "source.json", folder / "workspace.db"
    rows = {"support_platform": [ticket], "project_tracker": [issue], "chat": []}
    source.write_text(json.dumps({"records": rows}), encoding="utf-8")
    load_workspace(source, database)
    return database


@asynccontextmanager
async def working(
    database: Path, store: CaseStore, case: str = "", written: EscalationDraft = DRAFT, stated: dict[str, Any] | None = None
) -> AsyncIterator[tuple[CaseService, str]]:  # fmt: skip
    """The service on the workspace, with a case that has a recorded brief."""
    with open_workspace(database) as workspace:
        specs = [ServerSpec(one, one, local_tools(one, workspace.backend(one))) for one in CATEGORIES]
        async with McpHost(specs, CATEGORY_TOOLS) as host:
            service = CaseService(store, Writable(host.all_tools), clock=Clock())
            if not case:
                case = await service.open(Asked(issue="Nightly sync fails for Harrow Mills"), "assistant")
                work, found = service.work(case), records()
                work.ledger, work.casework = found.ledger, Casework(found, work.terms.policy, NOW)
                await service.assess(case, Assessment.model_validate(stated or facts()))
                assert (await service.submit(case, written)).review.hard == ()
                await service.finish(case)
            yield service, case


def ticket_of(database: Path) -> Any:
    with open_workspace(database) as workspace:
        support: Any = workspace.backend("support_platform")
        return support.read_ticket("T-101")


async def test_every_kind_is_carried_out_to_the_letter_and_stands_where_it_belongs(tmp_path: Path) -> None:
    database = load(tmp_path)
    async with working(database, MemoryStore()) as (service, case):
        for one in service.propose(case):
            if one.tool:
                service.approve(case, one.id, "Sam")
                effect = await service.carry_out(case, one.id, "Sam")
                assert effect.state == "done", (one.proposal.kind, effect.said)
        texts = {one.proposal.kind: one.proposal.text for one in service.propose(case)}
        assert all(one.effect and one.effect.written for one in service.propose(case) if one.tool)
    note, answer, update = (
        next(one for one in ticket_of(database).messages if one.text == texts[kind])
        for kind in ("internal_note", "customer_reply", "status_update")
    )
    assert (note.internal, answer.internal, update.internal) == (True, False, False)
    with open_workspace(database) as workspace:
        tracker: Any = workspace.backend("project_tracker")
        chat: Any = workspace.backend("chat")
        assert [one.text for one in tracker.read_issue("P-55").comments] == [texts["tracker_comment"]]
        assert [one.text for one in chat.list_chat_messages(ChatFilter(), Paging(9)).items] == [
            texts["post_to_channel"]
        ]


NO_ITEM = facts(
    bug_confirmed=fact("yes", T1M2, why="reproduced"), code_change_needed=fact("yes", T1M2, why="reproduced")
)


async def test_a_new_item_is_filed_once_a_case_whatever_its_text_becomes(tmp_path: Path) -> None:
    database = load(tmp_path)
    own = escalation(
        drafts=[reply(REPLY)], description=escalation()["description"], context="- **Not known:** anything else."
    )
    written = EscalationDraft.model_validate(own)
    async with working(database, MemoryStore(), written=written, stated=NO_ITEM) as (service, case):
        item = of(service, case, "tracker_item")
        edited = await service.edit_action(case, item.id, "Kim", text="Sync stops early\nIt stops with E-77.")
        assert edited.proposal.text == "Sync stops early\n\nIt stops with E-77."
        service.approve(case, edited.id, "Sam")
        assert (await service.carry_out(case, edited.id, "Sam")).state == "done"
        with pytest.raises(WrongOrder, match="was carried out: it cannot be changed or refused"):
            await service.edit_action(case, edited.id, "Kim", text="Another\n\nText")
        again = EscalationDraft.model_validate(
            {**own, "summary": "Nightly sync stops early for Harrow Mills since 7.2.0"}
        )
        await service.submit(case, again)
        assert not [one for one in service.propose(case) if one.proposal.kind == "tracker_item"]
    with open_workspace(database) as workspace:
        tracker: Any = workspace.backend("project_tracker")
        made = [one for one in tracker.list_issues(IssueFilter(), Paging(9)).items if one.id != "P-55"]
        assert [(one.title, one.type) for one in made] == [("Sync stops early", "bug")]
        assert [one.text for one in tracker.read_issue(made[0].id).comments] == ["It stops with E-77."]


async def test_where_another_text_went_before_a_person_is_told(tmp_path: Path) -> None:
    async with working(load(tmp_path), MemoryStore()) as (service, case):
        post = of(service, case, "post_to_channel")
        service.approve(case, post.id, "Sam")
        await service.carry_out(case, post.id, "Ana")
        await service.submit(case, draft(summary="Nightly sync stops early for Harrow Mills since 7.2.0"))
        again = of(service, case, "post_to_channel")
        assert again.id != post.id
        assert again.proposal.beware[-1] == "Another text of this case went there before (2026-03-04 12:00 UTC, Ana)."
        assert of(service, case, "customer_reply").proposal.beware == ()


@requirement("P1")
async def test_nothing_is_written_on_a_yes_from_before_the_customer_wrote_and_a_new_yes_is_enough(
    tmp_path: Path,
) -> None:
    store = MemoryStore()
    async with working(load(tmp_path), store) as (service, case):
        service.approve(case, of(service, case, "customer_reply").id, "Sam")
    wrote = {
        "id": "T-101-m4",
        "at": "2026-03-04T13:00:00Z",
        "author": "j.doe",
        "role": "customer",
        "text": "It works again!",
    }
    database = load(tmp_path, wrote)
    async with working(database, store, case) as (service, case):
        answer = of(service, case, "customer_reply")
        assert answer.approval is not None
        with pytest.raises(ActionOutdated, match="wrote in T-101 on 4 March 2026, 13:00 UTC: “It works again!”"):
            await service.carry_out(case, answer.id, "Sam")
        assert len(ticket_of(database).messages) == 4
        assert not store.entries(case, "effect_intended")
        assert of(service, case, "customer_reply").state == "outdated"
        service.approve(case, answer.id, "Sam")
        assert (await service.carry_out(case, answer.id, "Sam")).state == "done"
    assert [one.text for one in ticket_of(database).messages][-1] == REPLY


@requirement("P1")
@pytest.mark.parametrize("kind", ["customer_reply", "post_to_channel", "internal_note"])
async def test_a_yes_from_before_the_customer_wrote_ends_though_the_case_was_read_again_since(
    tmp_path: Path, kind: str
) -> None:
    more = {
        "id": "T-101-m9",
        "at": "2026-03-04T13:00:00Z",
        "author": "b.mill",
        "role": "customer",
        "text": "Leave it, please.",
    }
    store = MemoryStore()
    before, after = load(tmp_path), load(_made(tmp_path / "later"), more)
    async with working(before, store) as (service, case):
        one = of(service, case, kind)
        service.approve(case, one.id, "Kim")
    async with working(after, store, case) as (service, case):
        await service.reassess(case)  # the case knows the message from here on; whoever said yes did not
        with pytest.raises(ActionOutdated, match="Leave it, please"):
            await service.look_again(case, one.id)
        service.approve(case, one.id, "Kim")
        await service.look_again(case, one.id)


@requirement("P1")
@pytest.mark.parametrize("kind", ["customer_reply", "post_to_channel", "internal_note"])
async def test_a_yes_given_at_another_severity_ends_and_one_at_the_severity_in_force_stands(
    tmp_path: Path, kind: str
) -> None:
    """What goes out tells the severity, or when the customer hears next, which follows from it."""
    stated = facts(code_change_needed=fact("yes", BUG, why="it is a bug of ours"))
    async with working(load(tmp_path), MemoryStore(), stated=stated) as (service, case):
        one = of(service, case, kind)
        service.approve(case, one.id, "Kim")
        assert (await service.reassess(case)).findings == ()
        await service.look_again(case, one.id)  # nothing changed
        stopped = {**stated, "production_stopped": fact("yes", T1M1, why="nothing runs any more")}
        told = await service.reassess(case, Assessment.model_validate(stopped))
        assert told.findings == ()
        assert (told.was.severity, told.is_now.severity) == ("High", "Critical")
        with pytest.raises(ActionOutdated, match="The severity is Critical now"):
            await service.look_again(case, one.id)
        assert of(service, case, kind).standing.state() == "outdated"
        service.approve(case, one.id, "Kim")
        await service.look_again(case, one.id)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def test_a_comment_on_an_item_that_was_closed_meanwhile_is_asked_for_again(tmp_path: Path) -> None:
    store = MemoryStore()
    async with working(load(tmp_path), store) as (service, case):
        service.approve(case, of(service, case, "tracker_comment").id, "Sam")
    async with working(load(tmp_path, item="Closed"), store, case) as (service, case):
        with pytest.raises(ActionOutdated, match=r"P-55 is closed \(Closed\)"):
            await service.carry_out(case, of(service, case, "tracker_comment").id, "Sam")

"""An approved action is carried out once, whatever is lost on the way; nothing else is carried out at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp.server import MCPServer
from tests.customer_escalation.cases.acted_on import Clock, Writable, briefed, foreign, loaded, said, writable
from tests.customer_escalation.cases.memory_store import Kept, MemoryStore
from tests.customer_escalation.cases.opened import Quiet
from tests.customer_escalation.cases.test_service import REPLY, draft

from customer_escalation.actions.table import ARTICLE, KINDS, ActionKind, TextTo, call_of, checked
from customer_escalation.cases import events as happened
from customer_escalation.cases.entries import EffectDone, EffectFailed, EffectIntended, EffectUnclear
from customer_escalation.cases.errors import ActionChanged, NoSystem, NotApproved, NothingToDo, NotUnclear, WrongOrder
from customer_escalation.cases.events import CaseEvent
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.store import CaseInUse
from customer_escalation.connectors.known import KnownServer, KnownWrite, known_servers
from customer_escalation.connectors.writing import SystemWriter, Write
from skill_runtime.errors import ConnectorError
from skill_runtime.tools import Access, Tool, ToolReturn, ToolSpec
from support_connectors.categories import CATEGORY_TABLE

KINDS_OF_ENTRIES = (EffectIntended.kind, EffectDone.kind, EffectFailed.kind, EffectUnclear.kind)


@asynccontextmanager
async def approved(
    folder: Path, store: MemoryStore | None = None
) -> AsyncIterator[tuple[CaseService, str, str, Writable, Path, Clock]]:
    """A case whose reply to the customer is approved."""
    database, clock = loaded(folder), Clock()
    async with writable(database) as systems:
        service, case = await briefed(store or MemoryStore(), systems, clock)
        action = next(one.id for one in service.propose(case) if one.proposal.kind == "customer_reply")
        service.approve(case, action, "Sam")
        yield service, case, action, systems, database, clock


def journaled(service: CaseService, case: str) -> list[str]:
    """The kinds of a case's entries about effects."""
    return [entry.type for entry in service.store.entries(case) if entry.type in KINDS_OF_ENTRIES]


def losing(systems: Writable, *, written: bool, times: int = 1) -> list[str]:
    """Calls of writing tools lose their answers, after they were carried out or before; returns what was called."""
    calls: list[str] = []

    def spoiled(tool: Tool) -> Tool:
        async def run(arguments: dict[str, Any]) -> ToolReturn:
            looks = "look_since" in arguments
            calls.append("look" if looks else "write")
            if looks or calls.count("write") > times:
                return await tool.run(arguments)
            if written:
                await tool.run(arguments)
            return ToolReturn("It did not answer within 10 s.", is_error=True, failure="unavailable")

        return replace(tool, run=run) if tool.access is Access.WRITE else tool

    systems.spoil = spoiled
    return calls


async def test_it_is_written_once_and_told_as_it_was_the_first_time(tmp_path: Path) -> None:
    async with approved(tmp_path) as (service, case, action, _, database, _clock):
        events: list[CaseEvent] = []
        service = service.watched_by(events.append)
        first = await service.carry_out(case, action, "Kim")
        assert (first.state, first.by) == ("done", "Kim")
        assert first.written.startswith("support_platform/")
        assert await service.carry_out(case, action, "Ana") == first
        assert said(database) == [REPLY]
        assert journaled(service, case) == [EffectIntended.kind, EffectDone.kind]
        assert events == [happened.ActionCarriedOut(case, action, "Kim", "done")]
        shown = next(one for one in service.propose(case) if one.id == action)
        assert shown.effect == first
        with pytest.raises(WrongOrder, match="was carried out"):
            service.revoke(case, action, "Sam")


async def test_the_intent_tells_exactly_what_is_written_and_who_wants_it(tmp_path: Path) -> None:
    async with approved(tmp_path) as (service, case, action, _, _, _clock):
        await service.carry_out(case, action, "Kim")
        intent = EffectIntended.model_validate(service.store.entries(case, EffectIntended.kind)[0].data)
        assert (intent.action, intent.tool, intent.author, intent.by) == (action, "reply_to_customer", "Sam", "Kim")
        assert intent.arguments == {"id": "support_platform/T-101", "text": REPLY}


async def test_nothing_is_carried_out_that_nobody_approved_or_that_a_person_sees_to(tmp_path: Path) -> None:
    async with approved(tmp_path) as (service, case, action, _, database, _clock):
        actions = service.propose(case)
        for one in actions:
            if one.id != action:
                with pytest.raises(NotApproved if one.tool else NothingToDo):
                    await service.carry_out(case, one.id, "Kim")
        service.revoke(case, action, "Sam")
        with pytest.raises(NotApproved):
            await service.carry_out(case, action, "Kim")
        service.approve(case, action, "Sam")
        await service.submit(case, draft("Another answer."))
        for gone in (action, "0" * 64, ""):
            with pytest.raises(ActionChanged):
                await service.carry_out(case, gone, "Kim")
        assert said(database) == []
        assert journaled(service, case) == []


async def test_without_a_system_nothing_is_intended() -> None:
    service, case = await briefed(MemoryStore(), Quiet())
    action = service.propose(case)[0].id
    service.approve(case, action, "Sam")
    with pytest.raises(NoSystem, match="No chat is connected"):
        await service.carry_out(case, action, "Sam")
    assert journaled(service, case) == []


async def test_an_answer_that_is_lost_after_the_write_is_found_at_once(tmp_path: Path) -> None:
    async with approved(tmp_path) as (service, case, action, systems, database, _clock):
        calls = losing(systems, written=True)
        effect = await service.carry_out(case, action, "Kim")
        assert effect.state == "done"
        assert effect.written
        assert calls == ["write", "look"]
        assert said(database) == [REPLY]


async def test_a_call_that_was_lost_on_its_way_is_unclear_and_then_made_again(tmp_path: Path) -> None:
    async with approved(tmp_path) as (service, case, action, systems, database, _clock):
        losing(systems, written=False)
        effect = await service.carry_out(case, action, "Kim")
        assert effect.state == "unclear"
        assert "did not answer" in effect.said
        assert said(database) == []
        assert (await service.carry_out(case, action, "Kim")).state == "done"
        assert said(database) == [REPLY]


async def test_what_may_still_arrive_is_not_written_a_second_time(tmp_path: Path) -> None:
    async with approved(tmp_path) as (service, case, action, systems, database, clock):
        late: list[dict[str, Any]] = []

        def slow(tool: Tool) -> Tool:
            async def run(arguments: dict[str, Any]) -> ToolReturn:
                if "look_since" in arguments:
                    found = await tool.run(arguments)
                    return replace(found, failure="not_there") if found.failure == "not_written" else found
                if not late:
                    late.append({key: value for key, value in arguments.items() if key != "idempotency_key"})
                    return ToolReturn("It did not answer within 10 s.", is_error=True, failure="unavailable")
                return await tool.run(arguments)

            return replace(tool, run=run) if tool.access is Access.WRITE else tool

        systems.spoil = slow
        assert (await service.carry_out(case, action, "Kim")).state == "unclear"
        clock.later(1)
        waiting = await service.carry_out(case, action, "Kim")
        assert waiting.state == "unclear"
        assert "look again after 12:02:00 UTC" in waiting.said
        assert len(service.store.entries(case, EffectIntended.kind)) == 1
        clock.later(2)
        assert (await service.carry_out(case, action, "Kim")).state == "done"
        assert said(database) == [REPLY]


async def test_what_is_refused_can_be_tried_again(tmp_path: Path) -> None:
    async with approved(tmp_path) as (service, case, action, systems, database, _clock):

        def refusing(tool: Tool) -> Tool:
            async def run(arguments: dict[str, Any]) -> ToolReturn:
                return ToolReturn("Our account may not do this.", is_error=True, failure="denied")

            return replace(tool, run=run) if tool.access is Access.WRITE else tool

        systems.spoil = refusing
        effect = await service.carry_out(case, action, "Kim")
        assert (effect.state, effect.said) == ("failed", "Our account may not do this.")
        systems.spoil = lambda tool: tool
        assert (await service.carry_out(case, action, "Kim")).state == "done"
        assert said(database) == [REPLY]


async def test_a_refusal_after_the_write_is_no_refusal(tmp_path: Path) -> None:
    async with approved(tmp_path) as (service, case, action, systems, database, _clock):

        def late(tool: Tool) -> Tool:
            async def run(arguments: dict[str, Any]) -> ToolReturn:
                found = await tool.run(arguments)
                return (
                    found
                    if "look_since" in arguments
                    else ToolReturn("No such item.", is_error=True, failure="not_found")
                )

            return replace(tool, run=run) if tool.access is Access.WRITE else tool

        systems.spoil = late
        assert (await service.carry_out(case, action, "Kim")).state == "done"
        assert said(database) == [REPLY]


@pytest.mark.parametrize("written", [True, False])
async def test_what_a_person_took_back_meanwhile_is_found_out_and_not_written(tmp_path: Path, written: bool) -> None:
    async with approved(tmp_path) as (service, case, action, systems, database, _clock):
        calls = losing(systems, written=written, times=1)
        blind = systems.spoil

        def down(tool: Tool) -> Tool:
            async def run(arguments: dict[str, Any]) -> ToolReturn:
                if "look_since" in arguments:
                    return ToolReturn("It cannot be reached.", is_error=True, failure="unavailable")
                return await blind(tool).run(arguments)

            return replace(tool, run=run) if tool.access is Access.WRITE else tool

        systems.spoil = down
        assert (await service.carry_out(case, action, "Kim")).state == "unclear"
        service.revoke(case, action, "Sam")
        systems.spoil = blind
        if written:
            assert (await service.carry_out(case, action, "Kim")).state == "done"
        else:
            with pytest.raises(NotApproved):
                await service.carry_out(case, action, "Kim")
            assert journaled(service, case)[-1] == EffectFailed.kind
        assert calls == ["write", "look"]
        assert said(database) == ([REPLY] if written else [])


@pytest.mark.parametrize("happened_", [True, False])
async def test_a_person_settles_what_no_system_can_tell(tmp_path: Path, happened_: bool) -> None:
    async with approved(tmp_path) as (service, case, action, systems, database, _clock):
        with pytest.raises(NotUnclear):
            await service.settle(case, action, happened_, "Sam")
        losing(systems, written=happened_)
        whole = systems.spoil
        systems.spoil = lambda tool: replace(
            whole(tool), spec=replace(tool.spec, input_schema={"properties": {"idempotency_key": {}}})
        )
        assert (await service.carry_out(case, action, "Kim")).state == "unclear"
        effect = await service.settle(case, action, happened_, "Sam")
        assert (effect.state, effect.settled_by) == ("done" if happened_ else "failed", "Sam")
        assert (await service.carry_out(case, action, "Kim")).state == "done"
        assert said(database) == [REPLY]
        with pytest.raises(NotUnclear):
            await service.settle(case, action, happened_, "Sam")


async def test_two_sessions_at_once_write_once(tmp_path: Path) -> None:
    kept = Kept()
    async with approved(tmp_path, MemoryStore(kept)) as (service, case, action, systems, database, _clock):
        inside, go = asyncio.Event(), asyncio.Event()

        def held(tool: Tool) -> Tool:
            async def run(arguments: dict[str, Any]) -> ToolReturn:
                inside.set()
                await go.wait()
                return await tool.run(arguments)

            return replace(tool, run=run) if tool.access is Access.WRITE else tool

        systems.spoil = held
        other = CaseService(MemoryStore(kept), systems, clock=Clock())
        first = asyncio.create_task(service.carry_out(case, action, "Kim"))
        second = asyncio.create_task(service.carry_out(case, action, "Kim"))
        await inside.wait()
        with pytest.raises(CaseInUse):
            await other.carry_out(case, action, "Ana")
        with pytest.raises(CaseInUse):
            other.revoke(case, action, "Ana")
        go.set()
        done = await first
        assert await second == done
        assert await other.carry_out(case, action, "Ana") == done
        assert said(database) == [REPLY]


async def test_a_tool_that_takes_no_key_is_never_called_again_blindly() -> None:
    posted: list[str] = []
    shows = [True]
    server = MCPServer("theirs")

    @server.tool()
    def send(channel_id: str, payload: str) -> str:
        """Send."""
        posted.append(f"{channel_id} {payload}")
        raise RuntimeError("the connection broke")

    @server.tool()
    def history(channel_id: str, limit: int) -> str:
        """Show."""
        return "\n".join(posted[-limit:]) if shows[0] else "nothing yet"

    row = KnownWrite(
        tool="send", arguments={"channel_id": "{channel}", "payload": "{text}"}, look="history",
        look_arguments={"channel_id": "{channel}", "limit": 20},
    )  # fmt: skip
    known = KnownServer(
        title="Theirs", category="chat", read=("history",), write=("send",), writes={"post_chat_message": row}
    )
    async with foreign(server, known) as systems:
        service, case = await briefed(MemoryStore(), systems)
        post = service.propose(case)[0]
        service.approve(case, post.id, "Sam")
        shows[0] = False
        for _ in range(3):
            assert (await service.carry_out(case, post.id, "Kim")).state == "unclear"
        assert len(posted) == 1
        assert posted[0] == f"{post.proposal.destination} {post.proposal.text}"
        shows[0] = True
        assert (await service.carry_out(case, post.id, "Kim")).state == "done"
        assert len(posted) == 1


def test_two_systems_of_one_category_are_told_apart_by_the_ref_and_by_nothing_else() -> None:
    schema: dict[str, Any] = {"properties": {"id": {}, "text": {}, "idempotency_key": {}, "look_since": {}}}

    def tool(server: str) -> Tool:
        async def run(arguments: dict[str, Any]) -> ToolReturn:
            return ToolReturn("never", is_error=True)

        spec = ToolSpec(f"{server}__reply_to_customer", "", schema)
        return Tool(spec, Access.WRITE, run, "support_platform", server, "reply_to_customer")

    writer = SystemWriter("support_platform", [tool("desk"), tool("shop")], {})
    writer.check(
        Write("reply_to_customer", {"id": "support_platform/shop:17", "text": "See https://a.example/desk:1"}, "k", "")
    )
    for where in ("support_platform/17", "support_platform/other:17"):
        with pytest.raises(ConnectorError, match="desk, shop"):
            writer.check(Write("reply_to_customer", {"id": where, "text": "support_platform/desk:1 says so"}, "k", ""))


async def test_a_server_of_another_version_than_its_row_is_not_written_to() -> None:
    server = MCPServer("theirs")

    @server.tool()
    def send(channel_id: str, body: str) -> str:
        """Send."""
        raise AssertionError("it was called")

    row = KnownWrite(tool="send", arguments={"channel_id": "{channel}", "payload": "{text}"})
    known = KnownServer(title="Theirs", category="chat", write=("send",), writes={"post_chat_message": row})
    async with foreign(server, known) as systems:
        service, case = await briefed(MemoryStore(), systems)
        post = service.propose(case)[0]
        service.approve(case, post.id, "Sam")
        with pytest.raises(NoSystem, match="no tool post_chat_message"):
            await service.carry_out(case, post.id, "Kim")


def test_every_kind_that_is_carried_out_says_how() -> None:
    assert call_of("reminder", "2026-03-05T09:00:00Z", "Check.") is None
    with pytest.raises(ValueError, match="a tool and a way"):
        checked([ActionKind("half", "half", "chat", "post_chat_message")])
    with pytest.raises(ValueError, match="different ways"):
        checked([*KINDS.values(), ActionKind("other", "other", "chat", "post_chat_message", TextTo("room"))])


@given(st.sampled_from([row for row in KINDS.values() if row.way]), st.text(max_size=30), st.text(max_size=60))
def test_a_call_says_which_action_it_is(row: ActionKind, place: str, text: str) -> None:
    assert row.way is not None
    where = {"chat": place, "knowledge_base": ARTICLE}.get(row.system, f"{row.system}/{place}")
    call = call_of(row.id, where, text)
    assert call is not None
    assert (call.system, call.tool) == (row.system, row.tool)
    assert row.way.meant(call.arguments) == (where, text)


def test_the_rows_of_known_servers_name_our_writing_tools_and_their_own_tools() -> None:
    rows = [(server, name, row) for server in known_servers() for name, row in server.writes.items()]
    assert rows
    for server, name, row in rows:
        assert name in {tool.name for one in CATEGORY_TABLE.values() for tool in one.writes}
        category = next(one.id for one in CATEGORY_TABLE.values() if name in {tool.name for tool in one.writes})
        assert server.category_of(row.tool, server.category) == category
        assert server.policy.access(category, row.tool) is Access.WRITE
        assert not row.look or server.policy.access(category, row.look) is Access.READ
        given = {"id": "support_platform/17", "channel": "#eng", "text": "{id} {channel} {text.id}"}
        assert "{id} {channel} {text.id}" in row.filled(given).values(), "what a text holds is no hole"

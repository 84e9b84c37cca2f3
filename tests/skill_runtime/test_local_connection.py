"""Tools of this process are called as functions, and a run sees them as it sees a server's."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skill_runtime.journal import Journal
from skill_runtime.mcp_host import McpHost, ServerSpec, Timeouts
from skill_runtime.outcomes import MAX_TEXT
from skill_runtime.permission import ToolPolicy
from skill_runtime.recorder import Recorder
from skill_runtime.secrets import REMOVED
from skill_runtime.tools import Access, Tool, ToolReturn

POLICY = ToolPolicy({"desk.read_*": Access.READ, "desk.write_*": Access.WRITE})
PATIENT = Timeouts(connect=300, call=300)


@dataclass(frozen=True)
class Described:
    name: str
    title: str = "Read a note"
    description: str = "Reads one note."
    input_schema: dict[str, Any] = field(default_factory=lambda: {"type": "object", "properties": {"id": {}}})
    annotations: Mapping[str, Any] = field(default_factory=lambda: {"read_only_hint": True})


@dataclass(frozen=True)
class Said:
    text: str = ""
    structured: dict[str, Any] | None = None
    is_error: bool = False
    failure: str = ""


class Desk:
    """Tools by their names; what a call gives is up to ``answer``."""

    def __init__(self, answer: Callable[[str, Mapping[str, Any]], Said], *tools: Described) -> None:
        self.tools = tools or (Described("read_note"),)
        self.called: list[tuple[str, Mapping[str, Any]]] = []
        self._answer = answer

    def listing(self) -> Sequence[Described]:
        return self.tools

    def call(self, name: str, arguments: Mapping[str, Any], /) -> Said:
        self.called.append((name, arguments))
        return self._answer(name, arguments)


def spec(desk: Desk) -> ServerSpec:
    return ServerSpec("our-desk", "desk", desk, timeouts=PATIENT)


async def ask(host: McpHost, **arguments: Any) -> ToolReturn:
    (tool,) = host.tools
    return await tool.run(arguments)


async def test_it_is_connected_with_its_tools_as_they_are_described() -> None:
    writing = Described("write_note", annotations={"read_only_hint": False})
    desk = Desk(lambda name, given: Said(f"{name} {given}"), Described("read_note"), writing, Described("erase"))
    async with McpHost([spec(desk)], POLICY) as host:
        (state,) = host.states
        assert (state.category, state.status, state.label) == ("desk", "connected", "our-desk")
        assert [tool.spec.name for tool in host.tools] == ["read_note"]
        assert [tool.spec.name for tool in host.all_tools] == ["read_note", "write_note"]
        tool: Tool = host.tools[0]
        assert tool.spec.description == "Reads one note.", "our own words, so no fence"
        assert tool.spec.input_schema == {"type": "object", "properties": {"id": {}}}
        assert (await ask(host, id="N-1")).text == "read_note {'id': 'N-1'}"
    assert desk.called == [("read_note", {"id": "N-1"})]


async def test_what_it_answers_is_bounded_and_without_secrets() -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" * 2
    desk = Desk(lambda *_: Said(f"{secret} " + "x" * (MAX_TEXT + 1_000), {"item": {"ref": "desk/1", "text": secret}}))
    async with McpHost([spec(desk)], POLICY) as host:
        outcome = await ask(host)
    assert outcome.structured == {"item": {"ref": "desk/1", "text": REMOVED}}
    assert outcome.text.startswith(f"{REMOVED} x")
    assert f"[Cut: the first {MAX_TEXT} of " in outcome.text[MAX_TEXT:]


async def test_a_refusal_says_what_kind_it_is() -> None:
    desk = Desk(lambda *_: Said("No such note.", is_error=True, failure="not_found"))
    async with McpHost([spec(desk)], POLICY) as host:
        outcome = await ask(host)
        assert (outcome.text, outcome.is_error, outcome.failure) == ("No such note.", True, "not_found")
        assert host.states[0].status == "connected", "that is about the call"


async def test_a_call_that_takes_too_long_is_given_up_while_the_run_goes_on() -> None:
    let_go = threading.Event()

    def answer(name: str, given: Mapping[str, Any]) -> Said:
        if given["id"] == "slow":
            let_go.wait(300)
        return Said("here")

    desk = ServerSpec("our-desk", "desk", Desk(answer), timeouts=Timeouts(call=0.05))
    try:
        async with McpHost([desk], POLICY) as host:
            outcome = await ask(host, id="slow")
            assert (outcome.is_error, outcome.failure) == (True, "unavailable")
            assert "did not answer within 0.05 s" in outcome.text
    finally:
        let_go.set()


async def test_a_resumed_run_is_answered_from_the_journal(tmp_path: Path) -> None:
    with Journal.create(tmp_path, "run", {}) as journal:
        async with McpHost([spec(Desk(lambda *_: Said("then", {"ref": "desk/1"})))], POLICY, Recorder(journal)) as host:
            then = await ask(host, id="1")
    changed = Desk(lambda *_: Said("now"), Described("read_note", description="Something else."))
    with Journal.open(tmp_path, "run") as journal:
        async with McpHost([spec(changed)], POLICY, Recorder(journal)) as host:
            assert host.tools[0].spec.description == "Reads one note."
            assert await ask(host, id="1") == then
    assert changed.called == []

"""The host connects whatever answers, and turns whatever goes wrong into a state or an outcome."""

import asyncio
import json
import re
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from mcp.server import MCPServer
from mcp.types import (
    AudioContent,
    BlobResourceContents,
    CallToolResult,
    EmbeddedResource,
    ImageContent,
    ResourceLink,
    TextContent,
    TextResourceContents,
    ToolAnnotations,
)

from skill_runtime.bounds import MAX_STRING, MAX_STRUCTURED, bounded, cut
from skill_runtime.content import File, Image, Text
from skill_runtime.errors import ConnectorError
from skill_runtime.journal import Journal
from skill_runtime.mcp_connection import MAX_TOOLS, McpConnection
from skill_runtime.mcp_host import Command, McpHost, ServerSpec, Sse, Timeouts
from skill_runtime.mcp_results import FAILURE_META, MAX_BYTES, answer_of
from skill_runtime.outcomes import MAX_TEXT
from skill_runtime.outcomes import outcome_of as outcome_of_answer
from skill_runtime.permission import ToolPolicy
from skill_runtime.recorder import Recorder
from skill_runtime.remote_tools import clean_schema, unique_names
from skill_runtime.tools import Access, Tool, ToolReturn
from skill_runtime.wire import WholePairs

POLICY = ToolPolicy({"*.read_*": Access.READ, "*.post_*": Access.WRITE})
SERVER = str(Path(__file__).with_name("misbehaving_server.py"))
SCRIPTED = str(Path(__file__).parents[1] / "scripted_server.py")
PATIENT = Timeouts(connect=300, call=300)
"""For servers that do answer, however busy the machine is."""


def outcome_of(result: CallToolResult) -> ToolReturn:
    return outcome_of_answer(answer_of(result))


def test_of_a_structured_result_beyond_all_measure_the_long_text_is_cut_and_the_rest_stays() -> None:
    value = {"a": "x" * MAX_STRUCTURED, "b": [{"ref": "crm/1", "name": "Orchard"}]}
    outcome = outcome_of(CallToolResult(content=[TextContent(type="text", text="x")], structured_content=value))
    assert not outcome.is_error
    assert outcome.structured is not None
    assert outcome.structured["b"] == value["b"]
    assert outcome.structured["a"].endswith(f"[Cut: the beginning of {MAX_STRUCTURED} characters.]")
    assert len(outcome.structured["a"]) == MAX_STRING


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec=None)), inner),
))  # fmt: skip
def test_whatever_is_kept_can_be_written_and_is_the_same_when_it_is_kept_again(value: Any) -> None:
    kept = bounded(value)
    assert json.loads(json.dumps(kept, ensure_ascii=False, allow_nan=False).encode()) == kept
    assert bounded(kept) == kept


@pytest.mark.parametrize("most", [100, 10_000])
def test_what_is_kept_of_a_flood_fits(most: int) -> None:
    flood = {"items": [{"ref": f"crm/{number}", "text": "x" * 500} for number in range(5_000)]}
    assert len(json.dumps(bounded(flood, most))) <= most


def crm(calls: list[str] | None = None) -> MCPServer:
    server = MCPServer("crm")

    @server.tool()
    def read_account(id: str) -> dict[str, Any]:  # noqa: A002
        """Read one account whole."""
        if calls is not None:
            calls.append(id)
        return {"item": {"ref": f"crm/{id}", "name": "Ünal & Co"}}

    @server.tool()
    def post_activity(text: str) -> str:
        """Log an activity."""
        return f"logged {text}"

    @server.tool()
    def drop_everything() -> str:
        """No row of the policy names this one."""
        return "gone"

    @server.tool(annotations=ToolAnnotations(read_only_hint=False))
    def read_and_mark(id: str) -> str:  # noqa: A002
        """Reads, and marks as read."""
        return id

    return server


def stdio(how: str, timeouts: Timeouts = PATIENT) -> ServerSpec:
    target = Command(command=sys.executable, args=[SERVER, how])
    return ServerSpec("bad", "crm", target, timeouts=timeouts)


def tool(host: McpHost, name: str) -> Tool:
    return next(tool for tool in host.all_tools if tool.spec.name == name)


async def run(host: McpHost, name: str, **arguments: Any) -> ToolReturn:
    return await tool(host, name).run(arguments)


async def test_a_server_in_memory_answers_with_text_and_structure() -> None:
    async with McpHost([ServerSpec("acme-crm", "crm", crm())], POLICY) as host:
        (state,) = host.states
        assert (state.category, state.status, state.label) == ("crm", "connected", "acme-crm")
        read = tool(host, "read_account")
        assert (read.category, read.server, read.remote_name) == ("crm", "acme-crm", "read_account")
        assert read.spec.description == "Read one account whole."
        outcome = await read.run({"id": "A-1"})
        assert outcome.structured == {"item": {"ref": "crm/A-1", "name": "Ünal & Co"}}
        assert outcome.text == '{"item":{"ref":"crm/A-1","name":"Ünal & Co"}}', "compact, not indented"


async def test_only_read_tools_reach_the_model_and_code_gets_the_writing_ones_too() -> None:
    async with McpHost([ServerSpec("crm", "crm", crm())], POLICY) as host:
        assert [t.spec.name for t in host.tools] == ["read_account"]
        allowed = {t.spec.name: t.access for t in host.all_tools}
        assert allowed == {
            "read_account": Access.READ,
            "post_activity": Access.WRITE,
            "read_and_mark": Access.WRITE,  # its server says that it writes
        }
        assert (await run(host, "post_activity", text="a call")).text == "logged a call"


async def test_bad_arguments_come_back_as_an_error_that_names_them() -> None:
    async with McpHost([ServerSpec("crm", "crm", crm())], POLICY) as host:
        outcome = await run(host, "read_account", ident="A-1")
        assert outcome.is_error
        assert "id" in outcome.text


async def test_all_servers_connect_at_the_same_time() -> None:
    # Each server starts only when the others have started too: one after another would never end.
    together = asyncio.Barrier(3)

    def waiting(name: str) -> MCPServer:
        @asynccontextmanager
        async def lifespan(_: object) -> AsyncIterator[None]:
            await together.wait()
            yield

        return MCPServer(name, lifespan=lifespan)

    async with McpHost([ServerSpec(n, n, waiting(n)) for n in ("a", "b", "c")], POLICY) as host:
        assert [state.status for state in host.states] == ["connected"] * 3


async def test_a_real_process_answers_and_keeps_its_stderr_to_itself(capfd: pytest.CaptureFixture[str]) -> None:
    async with McpHost([stdio("noisy")], POLICY) as host:
        outcome = await run(host, "read_ok", id="A-1")
        assert outcome.structured == {"ref": "crm/A-1"}
        refused = await run(host, "read_refused")
        assert refused.is_error
        assert refused.text.endswith("There is no account A-99; search for the customer by name.")
        crashed = await run(host, "read_crash")
        assert crashed.is_error
        assert "secret" not in crashed.text
        flood = await run(host, "read_flood")
        assert len(flood.text) < MAX_TEXT + 200
        assert f"the first {MAX_TEXT} of 3000000 characters" in flood.text
        assert flood.structured == {"result": cut("x" * 3_000_000, MAX_STRING)}
    assert "nobody's terminal" not in capfd.readouterr().err


async def test_a_process_that_dies_in_a_call_is_started_again_and_given_up_when_it_keeps_dying() -> None:
    specs = [stdio("dies"), ServerSpec("good", "crm", crm())]
    async with McpHost(specs, POLICY) as host:
        waiting = asyncio.create_task(run(host, "read_forever"))
        await asyncio.sleep(0)
        outcome = await run(host, "read_then_die")
        assert outcome.is_error
        expected = "read_then_die failed: the server ended the connection; its last words: segmentation fault, sort of."
        assert outcome.text == f"{expected} It is connected again, so the call can be made again."
        assert (await waiting).is_error, "a call beside it ends too"
        assert not (await run(host, "read_ok", id="A-1")).is_error
        assert "connected again" in (await run(host, "read_then_die")).text
        assert (await run(host, "read_then_die")).text == expected
        later = await run(host, "read_ok", id="A-1")
        assert later.text.startswith("read_ok could not be run: bad is not connected")
        assert [state.status for state in host.states] == ["error", "connected"]
        assert "segmentation fault" in host.states[0].reason
        assert not (await run(host, "read_account", id="A-1")).is_error, "the other server is untouched"


async def test_a_call_without_an_answer_ends_at_its_timeout_and_the_server_stays_usable() -> None:
    async with McpHost([replace(stdio("fine"), timeouts=None)], POLICY, timeouts=PATIENT) as host:
        host._timeouts = replace(PATIENT, call=0.4)
        outcome = await run(host, "read_forever")
        assert outcome.is_error
        sentence = "read_forever did not answer within 0.4 s. Ask for less, or go on without it."
        assert outcome.text == sentence
        assert (host.states[0].status, host.states[0].reason) == ("error", sentence)
        host._timeouts = PATIENT
        assert not (await run(host, "read_ok", id="A-1")).is_error
        assert (host.states[0].status, host.states[0].reason) == ("connected", sentence)


async def test_half_a_surrogate_pair_in_an_answer_costs_a_character_and_not_the_answer(tmp_path: Path) -> None:
    tools = [{"name": "read_it", "inputSchema": {"type": "object"}}]
    told = {"content": [{"type": "text", "text": "half \ud83d a pair"}]}
    (tmp_path / "script.json").write_text(json.dumps({"tools": tools, "answers": {"read_it": told}}))
    target = Command(command=sys.executable, args=[SCRIPTED, str(tmp_path / "script.json")])
    async with McpHost([ServerSpec("desk", "crm", target, timeouts=PATIENT)], POLICY) as host:
        outcome = await run(host, "read_it")
    assert not outcome.is_error
    assert outcome.text == "half \ufffd a pair"


async def test_a_plain_error_of_every_call_is_a_server_that_cannot_be_read() -> None:
    async with McpHost([stdio("fine")], POLICY, timeouts=PATIENT) as host:
        await run(host, "read_refused")
        assert (host.states[0].status, host.answered) == ("error", frozenset())
        assert host.states[0].reason.endswith("search for the customer by name.")
        await run(host, "read_ok", id="A-1")
        assert (host.states[0].status, set(host.answered)) == ("connected", {"bad"})
        assert host.states[0].reason.endswith("search for the customer by name.")


async def test_an_adapter_that_breaks_is_an_error_of_that_call_also_on_resume(tmp_path: Path) -> None:
    class Broken:
        def before(self, spec: ServerSpec, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
            return arguments

        def after(self, spec: ServerSpec, tool: str, arguments: dict[str, Any], outcome: ToolReturn) -> ToolReturn:
            raise KeyError("ref")

    specs = [ServerSpec("crm", "crm", crm())]
    with Journal.create(tmp_path, "run", {}) as journal:
        async with McpHost(specs, POLICY, Recorder(journal), adapter=Broken()) as host:
            outcome = await run(host, "read_account", id="A-1")
            assert outcome.is_error
            assert outcome.text == "What read_account of crm answered cannot be taken (KeyError: 'ref')."
            assert host.states[0].status == "error"
    with Journal.open(tmp_path, "run") as journal:
        async with McpHost(specs, POLICY, Recorder(journal)) as host:
            mended = await run(host, "read_account", id="A-1")
            assert not mended.is_error, "the answer itself was kept"
            assert host.states[0].status == "connected"


async def test_a_server_may_have_time_limits_of_its_own() -> None:
    slow = stdio("fine", replace(PATIENT, call=0.2))
    async with McpHost([slow], POLICY, timeouts=PATIENT) as host:
        assert "within 0.2 s" in (await run(host, "read_forever")).text


async def test_what_a_server_says_of_its_system_tells_whether_the_category_could_be_read() -> None:
    server = MCPServer("tickets")
    kinds = iter(["not_found", "invalid", "denied", "", "unavailable"])

    @server.tool()
    def read_ticket(id: str) -> CallToolResult:  # noqa: A002
        """Read one ticket."""
        kind = next(kinds)
        if not kind:
            return CallToolResult(content=[TextContent(type="text", text="here")])
        text = TextContent(type="text", text=f"{id} is {kind}.")
        return CallToolResult(content=[text], is_error=True, _meta={FAILURE_META: {"kind": kind}})

    async with McpHost([ServerSpec("desk", "crm", server)], POLICY) as host:
        seen = []
        for number in range(5):
            await run(host, "read_ticket", id=str(number))
            seen.append((host.states[0].status, host.states[0].reason))
    assert seen == [
        ("connected", ""),
        ("connected", ""),
        ("error", "2 is denied."),
        ("connected", "2 is denied."),
        ("connected", "2 is denied."),
    ]


@pytest.mark.parametrize("how", ["silent", "stubborn"])
async def test_a_silent_process_costs_its_timeout_and_not_the_others(how: str) -> None:
    specs = [stdio(how, Timeouts(connect=0.3)), ServerSpec("crm", "crm", crm())]
    async with McpHost(specs, POLICY, timeouts=PATIENT) as host:
        assert [state.status for state in host.states] == ["error", "connected"]
        assert host.states[0].reason == "did not answer within 0.3 s of starting"
        assert [t.spec.name for t in host.tools] == ["read_account"]


async def test_a_process_that_ends_at_once_is_explained_by_its_last_words() -> None:
    async with McpHost([stdio("crash")], POLICY) as host:
        assert host.states[0].reason == "the server ended the connection; its last words: no licence file"
        assert host.tools == []


async def test_a_command_that_does_not_exist_is_named() -> None:
    spec = ServerSpec("typo", "crm", Command(command="crm-servr"))
    async with McpHost([spec], POLICY) as host:
        assert host.states[0].reason == "the command 'crm-servr' cannot be started: No such file or directory"


@contextmanager
def http(server: MCPServer, transport: str = "mcp", wrap: Callable[[Any], Any] = lambda app: app) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    app = wrap(server.sse_app() if transport == "sse" else server.streamable_http_app())
    uv = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=uv.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/{transport}"
    finally:
        uv.should_exit = True
        thread.join()
        listener.close()


@pytest.mark.parametrize(
    ("count", "used", "reason"),
    [
        (2, 2, ""),
        (MAX_TOOLS, MAX_TOOLS, ""),
        (MAX_TOOLS + 1, MAX_TOOLS, f"it lists more than {MAX_TOOLS} tools, of which the first are used"),
    ],
)
async def test_a_list_of_tools_without_end_is_read_to_its_bound_and_the_cut_is_said(
    count: int, used: int, reason: str, tmp_path: Path
) -> None:
    tools = [{"name": f"read_{number}", "inputSchema": {"type": "object"}} for number in range(count)]
    script = {"tools": tools, "answers": {}, "page": {"nextCursor": "the same for ever"}}
    (tmp_path / "script.json").write_text(json.dumps(script))
    target = Command(command=sys.executable, args=[SCRIPTED, str(tmp_path / "script.json")])
    async with McpHost([ServerSpec("desk", "crm", target, timeouts=PATIENT)], POLICY) as host:
        assert len(host.tools) == used
        assert (host.states[0].status, host.states[0].reason) == ("connected", reason)


async def test_a_server_over_http_answers() -> None:
    with http(crm()) as url:
        async with McpHost([ServerSpec("web", "crm", url)], POLICY) as host:
            assert host.states[0].status == "connected"
            assert (await run(host, "read_account", id="A-1")).structured is not None
            outcomes = await asyncio.gather(*(run(host, "read_account", id=f"A-{n}") for n in range(5)))
            assert [o.structured["item"]["ref"] for o in outcomes if o.structured] == [f"crm/A-{n}" for n in range(5)]


def moved_for_calls(app: Any) -> Any:
    """The app, which sends whoever calls a tool elsewhere."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await app(scope, receive, send)
            return
        first = await receive()
        if b"tools/call" in first.get("body", b""):
            headers = [(b"location", b"https://elsewhere.example/mcp")]
            await send({"type": "http.response.start", "status": 307, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        given = [first]

        async def again() -> Any:
            return given.pop() if given else await receive()

        await app(scope, again, send)

    return wrapped


async def test_a_redirect_that_comes_late_is_a_failed_server_and_is_not_followed() -> None:
    with http(crm(), wrap=moved_for_calls) as url:
        async with McpHost([ServerSpec("web", "crm", url)], POLICY) as host:
            assert host.states[0].status == "connected"
            outcome = await run(host, "read_account", id="A-1")
            assert outcome.is_error
            assert "edirect" in outcome.text
            assert (host.states[0].status, host.states[0].reason) == ("error", outcome.text)


def with_half_a_pair(app: Any) -> Any:
    """The app, whose answers hold half a surrogate pair in place of a name."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        async def sent(message: Any) -> None:
            if "body" in message:
                message = {**message, "body": message["body"].replace(b"Orchard", b"\\ud83d!")}  # of the same length
            await send(message)

        await app(scope, receive, sent)

    return wrapped


async def test_half_a_surrogate_pair_over_http_costs_a_character_too() -> None:
    server = MCPServer("crm")

    @server.tool()
    def read_account() -> dict[str, str]:
        """Read an account."""
        return {"name": "Orchard Bank"}

    with http(server, wrap=with_half_a_pair) as url:
        async with McpHost([ServerSpec("web", "crm", url)], POLICY) as host:
            outcome = await run(host, "read_account")
    assert not outcome.is_error, outcome.text
    assert outcome.structured == {"name": "\ufffd! Bank"}


@pytest.mark.parametrize(
    ("chunks", "whole"),
    [
        ([rb'"a\ud83d\ude00b"'], rb'"a\ud83d\ude00b"'),
        ([rb'"a\ud8', rb"3d", rb"\u", rb'de00b"'], rb'"a\ud83d\ude00b"'),
        ([rb'"a\ud83d', rb' b"'], rb'"a\ufffd b"'),
        ([rb'"\\ud83d"'], rb'"\\ud83d"'),
        ([rb'"\ude00\n"', rb"\ud83d"], rb'"\ufffd\n"\ufffd'),
    ],
)
async def test_pairs_stay_whole_however_they_are_cut(chunks: list[bytes], whole: bytes) -> None:
    class Chunks(httpx2.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            for chunk in chunks:
                yield chunk

    assert b"".join([chunk async for chunk in WholePairs(Chunks())]) == whole


async def test_arguments_that_are_fixed_for_a_server_are_given_and_not_asked_for() -> None:
    calls: list[str] = []
    async with McpHost([ServerSpec("crm", "crm", crm(calls), arguments={"id": "A-7", "site": "x"})], POLICY) as host:
        assert tool(host, "read_account").spec.input_schema["properties"] == {}
        assert tool(host, "read_account").spec.input_schema["required"] == []
        await run(host, "read_account")
        await run(host, "read_account", id="A-1")
    assert calls == ["A-7", "A-7"]


async def test_a_server_of_the_older_transport_answers() -> None:
    with http(crm(), "sse") as url:
        async with McpHost([ServerSpec("web", "crm", Sse(url))], POLICY) as host:
            assert host.states[0].status == "connected"
            assert (await run(host, "read_account", id="A-1")).structured is not None
    async with McpHost([ServerSpec("web", "crm", Sse(url))], POLICY) as host:
        assert host.states[0].reason.startswith("http://127.0.0.1:")
        assert "cannot be reached" in host.states[0].reason


async def test_an_http_server_that_drops_one_answer_is_connected_again() -> None:
    dropped: list[bytes] = []
    with http(crm()) as url:
        port = int(url.split(":")[2].split("/")[0])
        relays: list[asyncio.Task[None]] = []

        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            relays.append(cast("asyncio.Task[None]", asyncio.current_task()))
            async with closing_of(writer):
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"content-length: (\d+)", head.lower())
                body = await reader.readexactly(int(length[1])) if length else b""
                if b"tools/call" in body and not dropped:
                    dropped.append(body)
                    return
                up, down = await asyncio.open_connection("127.0.0.1", port)
                async with closing_of(down):
                    down.write(re.sub(rb"(?i)connection: [^\r]*", b"Connection: close", head) + body)
                    while chunk := await up.read(65536):
                        writer.write(chunk)

        server = await asyncio.start_server(relay, "127.0.0.1", 0)
        async with server:
            there = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/mcp"
            async with McpHost([ServerSpec("web", "crm", there)], POLICY) as host:
                first = await run(host, "read_account", id="A-1")
                assert first.is_error
                assert first.text.endswith("It is connected again, so the call can be made again.")
                assert dropped
                assert host.states[0].status == "connected"
                assert not (await run(host, "read_account", id="A-1")).is_error
        for task in relays:
            task.cancel()
        await asyncio.wait(relays)


@asynccontextmanager
async def closing_of(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    try:
        yield
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def test_an_http_server_that_is_gone_is_an_error_outcome() -> None:
    with http(crm()) as url:
        host = McpHost([ServerSpec("web", "crm", url)], POLICY)
        await host.__aenter__()
    try:
        outcome = await run(host, "read_account", id="A-1")
        assert outcome.is_error
        assert outcome.text.startswith("read_account failed: http://127.0.0.1:")
        assert host.states[0].status == "error"
    finally:
        await host.__aexit__(None, None, None)


@asynccontextmanager
async def answering(response: bytes, seen: list[bytes]) -> AsyncIterator[str]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(response)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://user:hunter2@127.0.0.1:{port}/mcp?token=hunter2"


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "/mcp refused the credentials (HTTP 401)"),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "/mcp answered with HTTP 502"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "/mcp answered with HTTP 404"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi", "content type: text/html"),
        (b"", "/mcp cannot be reached: "),
    ],
)
async def test_what_an_address_answers_instead_is_told_without_its_secrets(response: bytes, reason: str) -> None:
    seen: list[bytes] = []
    async with answering(response, seen) as url:
        spec = ServerSpec("web", "crm", url, headers={"X-Api-Key": "hunter2"})
        async with McpHost([spec], POLICY) as host:
            assert host.states[0].status == "error"
            assert reason in host.states[0].reason
            assert "hunter2" not in host.states[0].reason
            assert b"hunter2" in seen[0].lower(), "but it was sent"


async def test_nobody_listening_is_a_reason() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    async with McpHost([ServerSpec("web", "crm", f"http://127.0.0.1:{port}/mcp")], POLICY) as host:
        assert host.states[0].reason.startswith(f"http://127.0.0.1:{port}/mcp cannot be reached")


def test_two_servers_with_one_label_are_refused() -> None:
    with pytest.raises(ConnectorError, match="Two servers are called 'crm'"):
        McpHost([ServerSpec("crm", "crm", crm()), ServerSpec("crm", "chat", crm())], POLICY)


async def test_a_resumed_run_sees_the_recorded_tools_and_results(tmp_path: Path) -> None:
    calls: list[str] = []
    with Journal.create(tmp_path, "run", {}) as journal:
        async with McpHost([ServerSpec("crm", "crm", crm(calls))], POLICY, Recorder(journal)) as host:
            first = await run(host, "read_account", id="A-1")
            specs = [t.spec for t in host.all_tools]
    with Journal.open(tmp_path, "run") as journal:
        # The server has become another one since, and the run must not notice until it asks something new.
        async with McpHost([ServerSpec("crm", "crm", MCPServer("empty"))], POLICY, Recorder(journal)) as host:
            assert [t.spec for t in host.all_tools] == specs
            assert await run(host, "read_account", id="A-1") == first
            assert calls == ["A-1"]
            assert (await run(host, "read_account", id="A-2")).is_error


async def test_a_server_that_failed_in_the_recorded_run_stays_a_gap_on_resume(tmp_path: Path) -> None:
    with Journal.create(tmp_path, "run", {}) as journal:
        async with McpHost([stdio("dies")], POLICY, Recorder(journal)) as host:
            lost = await run(host, "read_then_die")
            states = host.states
    with Journal.open(tmp_path, "run") as journal:
        async with McpHost([stdio("dies")], POLICY, Recorder(journal)) as host:
            assert await run(host, "read_then_die") == lost
            assert host.states == states


async def test_cancelling_the_start_leaves_no_process_behind() -> None:
    host = McpHost([stdio("silent")], POLICY)
    starting = asyncio.create_task(host.__aenter__())

    def connection() -> McpConnection | None:
        return cast("McpConnection | None", host._connections.get("bad"))

    while (one := connection()) is None or one._errors is None:
        await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    owner = one._task
    assert owner is not None
    assert owner.done()


def test_names_are_unique_and_fit_the_wire() -> None:
    keys = [("a", "read"), ("b", "read"), ("b", "find it"), ("b", "submit"), ("a", "x" * 80), ("b", "find.it")]
    names = unique_names(keys, reserved={"submit"})
    assert names["a", "read"] == "a__read"
    assert names["b", "read"] == "b__read"
    assert names["b", "submit"] == "b__submit"
    assert len(set(names.values())) == len(keys)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name in names.values())


def test_a_schema_loses_titles_and_root_unions_but_no_property() -> None:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Args",
        "anyOf": [{"required": ["id"]}],
        "properties": {
            "title": {"title": "Title", "type": "string", "enum": ["title"]},
            "to": {"anyOf": [{"type": "string", "title": "To"}, {"type": "null"}], "default": {"title": "kept"}},
            "many": {"type": "array", "items": {"$ref": "#/$defs/Item"}},
        },
        "$defs": {"Item": {"title": "Item", "type": "object", "properties": {"title": {"type": "string"}}}},
    }
    assert clean_schema(schema) == {
        "type": "object",
        "properties": {
            "title": {"type": "string", "enum": ["title"]},
            "to": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": {"title": "kept"}},
            "many": {"type": "array", "items": {"$ref": "#/$defs/Item"}},
        },
        "$defs": {"Item": {"type": "object", "properties": {"title": {"type": "string"}}}},
    }
    assert clean_schema({}) == {"type": "object", "properties": {}}


def test_content_that_is_not_text_becomes_blocks_in_its_order() -> None:
    page = EmbeddedResource(resource=TextResourceContents(uri="kb://1", text="page text"))
    image = ImageContent(data="AAAA", mime_type="image/png")
    link = ResourceLink(name="log", uri="kb://2", mime_type="text/plain", size=2048)
    sound = AudioContent(data="AAAA", mime_type="audio/wav")
    blob = EmbeddedResource(resource=BlobResourceContents(uri="kb://a/b.pdf", blob="AAAA", mime_type="application/pdf"))
    scan = EmbeddedResource(resource=BlobResourceContents(uri="kb://c.png", blob="AAAA", mime_type="image/png"))
    outcome = outcome_of(CallToolResult(content=[TextContent(text="one"), image, page, link, sound, blob, scan]))
    three = b"\0\0\0"
    assert outcome.blocks == (
        Text(text="one"),
        Image.of(three, "image/png"),
        Text(text="page text"),
        File(name="log", uri="kb://2", media_type="text/plain", size=2048),
        File.of(three, "audio/wav", name="audio"),
        File.of(three, "application/pdf", name="b.pdf", uri="kb://a/b.pdf"),
        Image.of(three, "image/png"),
    )
    assert outcome.text.splitlines() == [
        "one", "[image: image/png, 3 bytes]", "page text", "[resource log: kb://2; text/plain, 2,048 bytes]",
        "[resource audio: audio/wav, 3 bytes]", "[resource b.pdf: kb://a/b.pdf; application/pdf, 3 bytes]",
        "[image: image/png, 3 bytes]",
    ]  # fmt: skip


def test_text_alone_stays_text_and_bytes_that_cannot_be_kept_are_named() -> None:
    assert outcome_of(CallToolResult(content=[TextContent(text="one"), TextContent(text="two")])).blocks == ()
    broken = outcome_of(CallToolResult(content=[ImageContent(data="no base64!", mime_type="image/png")]))
    assert (broken.text, broken.blocks) == ("[image left out: its data is not base64]", ())
    large = "A" * (MAX_BYTES * 4 // 3 + 8)
    huge = outcome_of(CallToolResult(content=[ImageContent(data=large, mime_type="image/png")]))
    assert huge.text == "[image left out: larger than 5,000,000 bytes]"


def test_a_repeated_structure_is_told_once_beside_a_picture() -> None:
    told = TextContent(text='{\n  "a": 1\n}')
    outcome = outcome_of(
        CallToolResult(content=[told, ImageContent(data="AAAA", mime_type="image/png")], structured_content={"a": 1})
    )
    assert outcome.blocks == (Text(text='{"a":1}'), Image.of(b"\0\0\0", "image/png"))
    retold = outcome.retold("[crm/1] account", {"items": []})
    assert retold.blocks == (Text(text="[crm/1] account"), Image.of(b"\0\0\0", "image/png"))
    assert retold.text == "[crm/1] account\n[image: image/png, 3 bytes]"
    assert ToolReturn("x").retold("y", {}) == ToolReturn("y", {})


def test_results_without_any_content_are_told_so() -> None:
    assert outcome_of(CallToolResult(content=[], structured_content=[1, 2])).structured == {"result": [1, 2]}
    assert outcome_of(CallToolResult(content=[])).text == "The tool returned nothing."

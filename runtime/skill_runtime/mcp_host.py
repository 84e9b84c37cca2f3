"""The only MCP client host: connects servers side by side and turns their tools into ours.

Nothing that a server does raises out of here. One that cannot be reached is a ``ConnectorState`` with a reason; a call
that fails is a ``ToolOutcome`` with ``is_error`` and a sentence. Every server has one owner task, because a connection
must be entered and left by the same task.
"""

import asyncio
import hashlib
import json
import logging
import os
import re
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from types import TracebackType
from typing import Any, TextIO, cast
from urllib.parse import urlsplit

import anyio
import httpx2
from mcp import Client, MCPError, StdioServerParameters
from mcp.client import Transport
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.server import MCPServer
from mcp.types import (
    CONNECTION_CLOSED,
    CallToolResult,
    EmbeddedResource,
    ResourceLink,
    TextContent,
    TextResourceContents,
)
from mcp.types import Tool as RemoteTool

from skill_runtime.connectors import ConnectorState
from skill_runtime.errors import ConnectorError
from skill_runtime.journal import Recorder
from skill_runtime.ledger import JsonObject
from skill_runtime.permission import ToolPolicy
from skill_runtime.tools import Access, Tool, ToolOutcome, ToolSpec

# The library logs what servers do wrong, tracebacks included. Our states and outcomes say it; without logging set up,
# Python would print it into the run's terminal.
logging.getLogger("mcp").addHandler(logging.NullHandler())

MAX_TEXT = 200_000
"""Characters of one result that the model reads; the structured result is kept whole."""
MAX_DESCRIPTION = 2_048
_MAX_NAME = 64
_MAX_TOOLS = 500
_CLOSE_SECONDS = 8.0
"""Longer than the client library needs to stop a process that ignores it."""
_STAND_INS = ("Server returned an error response", "Not Found")
"""What the client library says for an HTTP error status without a JSON-RPC body."""


@dataclass(frozen=True)
class ServerSpec:
    """One server to connect."""

    label: str
    """Unique among the servers of a run; names the server to people and in the journal."""
    category: str
    target: MCPServer | StdioServerParameters | str
    """A server object (in memory), a command to start, or the URL of a streamable HTTP endpoint."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every request to a URL; may hold secrets, so it is never printed or journaled."""


@dataclass(frozen=True)
class Timeouts:
    """How long a server may take, in seconds."""

    connect: float = 10.0
    """To start, shake hands and list its tools."""
    call: float = 30.0


class _Connection:
    """One server and the task that owns its connection."""

    def __init__(self, spec: ServerSpec) -> None:
        self.spec = spec
        self.state = ConnectorState(spec.category, "error", spec.label)
        self.listing: list[RemoteTool] = []
        self.client: Client | None = None
        self.was_connected = False
        self._last_status = 0  # of a refused POST; the client library does not pass it on
        self._closing = asyncio.Event()
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._errors: TextIO | None = None
        self._task: asyncio.Task[None] | None = None

    async def connect(self, timeout: float) -> None:
        """Bring the server up, or say in ``state`` why it is not."""
        self._task = asyncio.create_task(self._own(), name=f"mcp {self.spec.label}")
        done, _ = await asyncio.wait({self._ready}, timeout=timeout)
        if not done:
            # Stopping a process that ignores us takes seconds: its owner goes on doing so while the run starts.
            self._task.cancel()
            self._announce()
            self.fail(f"did not answer within {timeout:g} s of starting{self._said()}")
        elif self.client is not None:
            self.was_connected = True
            self.state = ConnectorState(self.spec.category, "connected", self.spec.label)

    async def close(self) -> None:
        """Leave the connection and wait until its process or socket is gone."""
        self._closing.set()
        if self._task is not None:
            if not self._ready.done():
                self._task.cancel()
            _, running = await asyncio.wait({self._task}, timeout=_CLOSE_SECONDS)
            if running:
                self._task.cancel()
                await asyncio.wait(running, timeout=_CLOSE_SECONDS)
        if self._errors is not None:
            self._errors.close()

    def fail(self, reason: str) -> None:
        """Note why the server is lost; what follows from the first failure does not hide it."""
        if self.state.status == "error" and self.state.reason:
            return
        self.state = ConnectorState(self.spec.category, "error", self.spec.label, reason)

    def explain(self, error: BaseException) -> str:
        """Why this server failed, as the end of a sentence."""
        cause = _leaf(error)
        target = self.spec.target
        if isinstance(target, StdioServerParameters) and isinstance(cause, FileNotFoundError | PermissionError):
            return f"the command {target.command!r} cannot be started: {cause.strerror}"
        where = _public_url(target) if isinstance(target, str) else "the server"
        if self._last_status in (401, 403):
            return f"{where} refused the credentials (HTTP {self._last_status})"
        if self._last_status and str(cause) in _STAND_INS:
            return f"{where} answered with HTTP {self._last_status}"
        if isinstance(cause, httpx2.TransportError | OSError):
            return f"{where} cannot be reached: {_sentence(cause)}"
        if _is_closed(cause):
            return f"{where} ended the connection{self._said()}"
        return _sentence(cause)

    async def _own(self) -> None:
        try:
            async with AsyncExitStack() as stack:
                client = await stack.enter_async_context(Client(await self._transport(stack)))
                self.listing = await _list_all(client)
                self.client = client
                self._announce()
                await self._closing.wait()
        except asyncio.CancelledError:
            raise
        except Exception as error:  # whatever a server makes the library raise is a state of the server
            self.fail(self.explain(error))
        finally:
            self.client = None
            self._announce()

    def _announce(self) -> None:
        if not self._ready.done():
            self._ready.set_result(None)

    async def _transport(self, stack: AsyncExitStack) -> MCPServer | Transport:
        target = self.spec.target
        if isinstance(target, StdioServerParameters):
            # What the server prints must not reach the terminal of the run; its last line explains a failure.
            self._errors = cast("TextIO", tempfile.TemporaryFile("w+"))  # noqa: SIM115 - closed by close()
            return stdio_client(target, errlog=self._errors)
        if isinstance(target, str):
            http = httpx2.AsyncClient(
                headers=dict(self.spec.headers),
                timeout=httpx2.Timeout(30.0, read=300.0),
                event_hooks={"response": [self._note_status]},
            )
            return streamable_http_client(target, http_client=await stack.enter_async_context(http))
        return target

    async def _note_status(self, response: httpx2.Response) -> None:
        if response.request.method == "POST":
            self._last_status = response.status_code if response.status_code >= 400 else 0

    def _said(self) -> str:
        """The last line that a started server printed as an error, if any."""
        if self._errors is None or self._errors.closed:
            return ""
        # Read at a place of its own: the server shares the file's position and may still be writing.
        fd = self._errors.fileno()
        tail = os.pread(fd, 65_536, max(0, os.fstat(fd).st_size - 65_536)).decode(errors="replace")
        lines = [line.strip() for line in tail.splitlines() if line.strip()]
        return f"; its last words: {lines[-1][:200]}" if lines else ""


class McpHost:
    """Connected servers and their tools, for the length of an ``async with``.

    With a recorder, what each server offered and what each call returned is journaled, and a resumed run is answered
    from there: it sees the same tools and results, whatever the servers have become since.
    """

    def __init__(
        self,
        specs: Sequence[ServerSpec],
        policy: ToolPolicy,
        recorder: Recorder | None = None,
        timeouts: Timeouts | None = None,
        reserved: Collection[str] = (),
    ) -> None:
        """``reserved`` are names of LOCAL tools, which no server's tool may take.

        Raises ``ConnectorError`` when two servers have one label.
        """
        twice = [label for label, count in Counter(spec.label for spec in specs).items() if count > 1]
        if twice:
            raise ConnectorError(f"Two servers are called {twice[0]!r}; give each server a label of its own.")
        self._specs = tuple(specs)
        self._policy = policy
        self._recorder = recorder
        self._timeouts = timeouts or Timeouts()
        self._reserved = frozenset(reserved)
        self._connections: dict[str, _Connection] = {}
        self._reconnecting = asyncio.Lock()
        self._states: tuple[ConnectorState, ...] = ()
        self._lost: dict[str, set[str]] = {}
        self.all_tools: tuple[Tool, ...] = ()
        """Every tool that policy allows, WRITE ones included: for code."""

    @property
    def states(self) -> tuple[ConnectorState, ...]:
        """How each server is doing, in the order of the specs; one that was lost in a call stays failed for the run."""
        return tuple(
            replace(state, status="error", reason="; ".join(sorted(self._lost[state.label])))
            if state.label in self._lost
            else state
            for state in self._states
        )

    @property
    def tools(self) -> list[Tool]:
        """The READ tools: all that a model may ever see."""
        return [tool for tool in self.all_tools if tool.access is Access.READ]

    async def __aenter__(self) -> "McpHost":
        self._connections = {spec.label: _Connection(spec) for spec in self._specs}
        try:
            offers = await asyncio.gather(*(self._offer(connection) for connection in self._connections.values()))
        except BaseException:
            await self._close()
            raise
        self._states = tuple(state for state, _ in offers)
        listings = [listing for _, listing in offers]
        self.all_tools = tuple(self._tools(zip(self._specs, listings, strict=True)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def _close(self) -> None:
        await asyncio.gather(*(connection.close() for connection in self._connections.values()))

    async def _offer(self, connection: _Connection) -> tuple[ConnectorState, list[RemoteTool]]:
        """What a server offers, as recorded or as it is."""
        spec = connection.spec

        async def now() -> JsonObject:
            unused = {"output_schema", "icons", "execution", "meta"}
            listing = [tool.model_dump(mode="json", exclude=unused, exclude_none=True) for tool in connection.listing]
            return {"status": connection.state.status, "reason": connection.state.reason, "tools": listing}

        await connection.connect(self._timeouts.connect)
        if self._recorder is None:
            offer = await now()
        else:
            offer = await self._recorder.step("connect", {"server": spec.label, "category": spec.category}, now)
        state = ConnectorState(spec.category, offer["status"], spec.label, offer["reason"])
        return state, [RemoteTool.model_validate(tool) for tool in offer["tools"]]

    def _tools(self, offers: Iterable[tuple[ServerSpec, list[RemoteTool]]]) -> Iterable[Tool]:
        allowed: dict[tuple[str, str], tuple[ServerSpec, RemoteTool, Access]] = {}
        for spec, listing in offers:
            for remote in listing:
                hints = remote.annotations
                access = self._policy.access(
                    spec.category,
                    remote.name,
                    read_only=hints.read_only_hint if hints else None,
                    destructive=hints.destructive_hint if hints else None,
                )
                if access is not Access.DENIED:
                    allowed.setdefault((spec.label, remote.name), (spec, remote, access))
        names = unique_names(allowed, self._reserved)
        for key, (spec, remote, access) in allowed.items():
            description = remote.description or remote.title or remote.name
            yield Tool(
                spec=ToolSpec(names[key], description[:MAX_DESCRIPTION], clean_schema(remote.input_schema)),
                access=access,
                run=partial(self._run, spec.label, remote.name),
                category=spec.category,
                server=spec.label,
                remote_name=remote.name,
            )

    async def _run(self, label: str, name: str, arguments: JsonObject) -> ToolOutcome:
        async def now() -> JsonObject:
            outcome, lost = await self._call(label, name, arguments)
            return {"text": outcome.text, "structured": outcome.structured, "is_error": outcome.is_error, "lost": lost}

        if self._recorder is None:
            done = await now()
        else:
            done = await self._recorder.step("tool", {"server": label, "tool": name, "input": arguments}, now)
        if done["lost"]:
            self._lost.setdefault(label, set()).add(done["lost"])
        return ToolOutcome(done["text"], done["structured"], done["is_error"])

    async def _call(self, label: str, name: str, arguments: JsonObject) -> tuple[ToolOutcome, str]:
        """The outcome, and why the server is lost if this call showed it."""
        connection = self._connections[label]
        if connection.client is None and connection.was_connected:
            await self._reconnect(connection)
            connection = self._connections[label]
        if connection.client is None:
            reason = connection.state.reason
            return ToolOutcome(f"{name} could not be run: {label} is not connected ({reason}).", is_error=True), reason
        try:
            async with asyncio.timeout(self._timeouts.call):
                result = await connection.client.call_tool(name, arguments)
        except TimeoutError:
            sentence = f"{name} did not answer within {self._timeouts.call:g} s. Ask for less, or go on without it."
            return ToolOutcome(sentence, is_error=True), ""
        except Exception as error:  # whatever a server makes the library raise is an answer to this call
            reason = connection.explain(error)
            if not _is_closed(_leaf(error)):
                return ToolOutcome(f"{name} failed: {reason}.", is_error=True), ""
            connection.client = None
            connection.fail(reason)
            if await self._reconnect(connection):
                sentence = f"{name} failed: {reason}. It is connected again, so the call can be made again."
                return ToolOutcome(sentence, is_error=True), ""
            return ToolOutcome(f"{name} failed: {reason}.", is_error=True), reason
        return outcome_of(result), ""

    async def _reconnect(self, lost: _Connection) -> bool:
        """Bring a lost address back; one dropped answer takes the whole connection down. A dead process stays dead."""
        label = lost.spec.label
        if not isinstance(lost.spec.target, str):
            return False
        async with self._reconnecting:
            if self._connections[label] is lost:
                await lost.close()
                self._connections[label] = _Connection(lost.spec)
                await self._connections[label].connect(self._timeouts.connect)
        return self._connections[label].client is not None


def outcome_of(result: CallToolResult) -> ToolOutcome:
    """A server's result as the loop takes it; text over ``MAX_TEXT`` characters is cut, with a note."""
    structured = result.structured_content
    if structured is not None and not isinstance(structured, dict):
        structured = {"result": structured}
    text = "\n".join(_text_of(block) for block in result.content)
    if structured is not None and (not text or _is_json_of(text, result.structured_content)):
        text = json.dumps(structured, ensure_ascii=False, separators=(",", ":"))
    if len(text) > MAX_TEXT:
        note = f"[Cut: the first {MAX_TEXT} of {len(text)} characters. Ask for fewer items, or read single ones.]"
        text = f"{text[:MAX_TEXT]}\n{note}"
    return ToolOutcome(text or "The tool returned nothing.", structured, result.is_error)


def clean_schema(schema: JsonObject) -> JsonObject:
    """A tool's input schema as model services take it: an object, without titles and root-level unions.

    What is dropped narrows nothing for good: the server still checks its own schema.
    """
    refused = ("$schema", "$id", "oneOf", "anyOf", "allOf", "not", "if", "then", "else")
    root = {key: value for key, value in schema.items() if key not in refused}
    cleaned: JsonObject = _untitled({**root, "type": "object"})
    cleaned.setdefault("properties", {})
    return cleaned


def unique_names(keys: Iterable[tuple[str, str]], reserved: Collection[str] = ()) -> dict[tuple[str, str], str]:
    """A name for each (server label, tool name): at most 64 of ``a-zA-Z0-9_-``, none twice.

    A name that only one server uses stays as it is; the others get their server's label in front.
    """
    pairs = list(keys)
    plain = Counter(_plain(tool) for _, tool in pairs) + Counter(reserved)
    names: dict[tuple[str, str], str] = {}
    taken = set(reserved)
    for label, tool in pairs:
        name = _plain(tool)
        if plain[name] > 1:
            name = f"{_plain(label)}__{name}"
        if len(name) > _MAX_NAME or name in taken:
            name = f"{name[: _MAX_NAME - 9]}_{hashlib.sha256(f'{label}/{tool}'.encode()).hexdigest()[:8]}"
        taken.add(name)
        names[label, tool] = name
    return names


def _plain(name: str) -> str:
    return re.sub(r"[^a-zA-Z0-9_-]", "_", name) or "tool"


_BY_NAME = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
"""Schema keywords whose value maps names to schemas: a property may well be called ``title``."""
_VERBATIM = ("enum", "const", "default", "examples", "required")


def _untitled(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_untitled(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    cleaned = {}
    for key, value in schema.items():
        if key == "title":
            continue
        if key in _BY_NAME and isinstance(value, dict):
            cleaned[key] = {name: _untitled(item) for name, item in value.items()}
        else:
            cleaned[key] = value if key in _VERBATIM else _untitled(value)
    return cleaned


async def _list_all(client: Client) -> list[RemoteTool]:
    listing: list[RemoteTool] = []
    cursor: str | None = None
    while True:
        page = await client.list_tools(cursor=cursor)
        listing += page.tools
        cursor = page.next_cursor
        if cursor is None or len(listing) >= _MAX_TOOLS or not page.tools:
            return listing[:_MAX_TOOLS]


def _text_of(block: object) -> str:
    if isinstance(block, TextContent):
        return block.text
    if isinstance(block, EmbeddedResource) and isinstance(block.resource, TextResourceContents):
        return block.resource.text
    if isinstance(block, ResourceLink):
        return f"[resource {block.name}: {block.uri}]"
    return f"[{getattr(block, 'type', 'content')} left out: only text is read]"


def _is_json_of(text: str, value: object) -> bool:
    """Servers repeat their structured result as indented text; the compact form says the same in fewer tokens."""
    try:
        return bool(json.loads(text) == value)
    except ValueError:
        return False


def _leaf(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _is_closed(error: BaseException) -> bool:
    return (isinstance(error, MCPError) and error.code == CONNECTION_CLOSED) or isinstance(
        error, anyio.ClosedResourceError | anyio.BrokenResourceError
    )


def _sentence(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).rstrip(".")[:500]


def _public_url(url: str) -> str:
    """The URL without what may be secret: user, password and query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

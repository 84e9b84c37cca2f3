"""The only host of servers: connects them side by side, over MCP or in this process, and turns their tools into ours.

Nothing that a server does raises out of here. One that cannot be reached is a ``ConnectorState`` with a reason; a call
that fails is a ``ToolReturn`` with ``is_error`` and a sentence.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, replace
from functools import partial
from types import TracebackType
from typing import Protocol

from skill_runtime.connection import CallFailed, Connection, ConnectionLost
from skill_runtime.connectors import ConnectorState
from skill_runtime.content import bytes_of, dump_content, load_content
from skill_runtime.errors import ConnectorError
from skill_runtime.fences import described_by, plain_schema
from skill_runtime.ledger import JsonObject
from skill_runtime.local_connection import LocalConnection
from skill_runtime.outcomes import outcome_of, shortened
from skill_runtime.permission import Admitted, Gatekeeper, Offered, ToolPolicy
from skill_runtime.recorder import Recorder
from skill_runtime.remote_parts import CURSOR, DROPPED, Given, PartReader
from skill_runtime.remote_tools import MAX_DESCRIPTION, RemoteTool, clean_schema, unique_names, without
from skill_runtime.server_spec import Command, LocalTools, ServerSpec, Sse, Timeouts
from skill_runtime.tools import Access, Tool, ToolReturn, ToolSpec

__all__ = ["Adapter", "Command", "McpHost", "ServerSpec", "Sse", "Timeouts"]

OF_THE_CALL = frozenset({"not_found", "invalid", "not_there", "not_written"})
"""Failures that say something of what was asked for, not of the system."""
RESTARTS = 2
"""How often a server that was lost is brought back in one run."""


class Adapter(Protocol):
    """Stands between a run and its servers: what it changes is not journaled, so it must depend on its arguments alone."""

    def before(self, spec: ServerSpec, tool: str, arguments: JsonObject) -> JsonObject:
        """The input that the server's tool gets."""
        ...

    def after(self, spec: ServerSpec, tool: str, arguments: JsonObject, outcome: ToolReturn) -> ToolReturn:
        """The outcome of a call with that input as the run takes it: with records that can be cited, or as the failure that it is.

        Whatever it raises is an error of that call.
        """
        ...


class McpHost:
    """Connected servers and their tools, for the length of an ``async with``.

    With a recorder, what each server offered and what each call returned is journaled, and a resumed run is answered
    from there: it sees the same tools and results, whatever the servers have become since.
    """

    def __init__(
        self,
        specs: Sequence[ServerSpec],
        gate: Gatekeeper | ToolPolicy,
        recorder: Recorder | None = None,
        timeouts: Timeouts | None = None,
        reserved: Collection[str] = (),
        adapter: Adapter | None = None,
    ) -> None:
        """``gate`` says what each tool may do; ``reserved`` are names of LOCAL tools, which no server's tool may take.

        Raises ``ConnectorError`` when two servers have one label.
        """
        twice = [label for label, count in Counter(spec.label for spec in specs).items() if count > 1]
        if twice:
            raise ConnectorError(f"Two servers are called {twice[0]!r}; give each server a label of its own.")
        self._specs = tuple(specs)
        self._gate = gate
        self._adapter = adapter
        self._recorder = recorder
        self._timeouts = timeouts or Timeouts()
        self._reserved = frozenset(reserved)
        self._connections: dict[str, Connection] = {}
        self._reconnecting = asyncio.Lock()
        self._restarts: Counter[str] = Counter()
        self._states: tuple[ConnectorState, ...] = ()
        self._lost: dict[str, set[str]] = {}
        self._dropped: dict[str, str] = {}
        self._troubles: dict[str, dict[str, None]] = {}
        self._answered: set[str] = set()
        self._readers: dict[tuple[str, str], bool] = {}
        """The tools that read, by server and name, and whether they take a cursor."""
        self.admitted: dict[str, tuple[Admitted, ...]] = {}
        """What was decided about each tool of each server, those that are not offered included."""
        self.all_tools: tuple[Tool, ...] = ()
        """Every tool that policy allows, WRITE ones included: for code."""

    @property
    def states(self) -> tuple[ConnectorState, ...]:
        """How each server is doing, in the order of the specs.

        One that was lost in a call stays failed for the run. One that failed in every call is failed too; where only some calls
        failed, or tools that would read are withheld, it is connected, with the first reason. That something was not found, or
        was asked for wrongly, is no failure where the server says that it is that.
        """
        return tuple(map(self._state, self._states))

    @property
    def answered(self) -> frozenset[str]:
        """The labels of the servers that gave an answer to some call."""
        return frozenset(self._answered)

    def _state(self, state: ConnectorState) -> ConnectorState:
        label = state.label
        if label in self._lost:
            return replace(state, status="error", reason="; ".join(sorted(self._lost[label])))
        if state.status != "connected":
            return state
        trouble = next(iter(self._troubles.get(label, ())), "")
        if trouble:
            return replace(state, status="connected" if label in self._answered else "error", reason=trouble)
        return replace(
            state, reason=self._dropped.get(label) or _withheld(self.admitted.get(label, ())) or state.reason
        )

    def seconds(self, label: str) -> float:
        """How long a server took to connect and list its tools."""
        return self._connections[label].seconds if label in self._connections else 0.0

    @property
    def tools(self) -> list[Tool]:
        """The READ tools: all that a model may ever see."""
        return [tool for tool in self.all_tools if tool.access is Access.READ]

    async def __aenter__(self) -> "McpHost":
        self._connections = {spec.label: _connection(spec) for spec in self._specs}
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

    async def _offer(self, connection: Connection) -> tuple[ConnectorState, list[RemoteTool]]:
        """What a server offers, as recorded or as it is."""
        spec = connection.spec

        async def now() -> JsonObject:
            listing = [tool.as_json() for tool in connection.listing]
            admitted = [asdict(decision) for decision in self._admit(spec, connection.listing)]
            state = connection.state
            return {"status": state.status, "reason": state.reason, "tools": listing, "admitted": admitted}

        await connection.connect((spec.timeouts or self._timeouts).connect)
        if self._recorder is None:
            offer = await now()
        else:
            offer = await self._recorder.step("connect", {"server": spec.label, "category": spec.category}, now)
        state = ConnectorState(spec.category, offer["status"], spec.label, offer["reason"])
        self.admitted[spec.label] = tuple(
            Admitted(item["name"], Access(item["access"]), item["category"], item["withheld"], item.get("reads", False))
            for item in offer["admitted"]
        )
        return state, [RemoteTool.of_json(tool) for tool in offer["tools"]]

    def _admit(self, spec: ServerSpec, listing: Sequence[RemoteTool]) -> Sequence[Admitted]:
        offered = [Offered(tool.name, tool.definition, tool.read_only, tool.destructive) for tool in listing]
        return self._gate.admit(spec.label, spec.category, offered)

    def _tools(self, offers: Iterable[tuple[ServerSpec, list[RemoteTool]]]) -> Iterable[Tool]:
        allowed: dict[tuple[str, str], tuple[ServerSpec, RemoteTool, Admitted]] = {}
        for spec, listing in offers:
            decisions = {decision.name: decision for decision in self.admitted[spec.label]}
            for remote in listing:
                decision = decisions.get(remote.name)
                if decision is not None and decision.access is not Access.DENIED:
                    allowed.setdefault((spec.label, remote.name), (spec, remote, decision))
        names = unique_names(allowed, self._reserved)
        for key, (spec, remote, decision) in allowed.items():
            description = remote.description or remote.title or remote.name
            schema = clean_schema(remote.input_schema)
            if not spec.in_process:  # a server of somebody else, at least by its own words
                description, schema = described_by(spec.label, description), plain_schema(schema)
            given = {name: value for name, value in spec.arguments.items() if name in schema["properties"]}
            if decision.access is Access.READ:
                self._readers[key] = CURSOR in schema["properties"]
            yield Tool(
                spec=ToolSpec(
                    names[key], description[: 2 * MAX_DESCRIPTION], without(schema, given) if given else schema
                ),
                access=decision.access,
                run=partial(self._run, spec.label, remote.name, given),
                category=decision.category,
                server=spec.label,
                remote_name=remote.name,
            )

    async def _run(self, label: str, name: str, given: JsonObject, arguments: JsonObject) -> ToolReturn:
        spec = self._connections[label].spec
        if self._adapter:
            arguments = self._adapter.before(spec, name, arguments)
        arguments = {**arguments, **given}
        outcome, lost = await self._recorded(label, name, arguments)
        outcome = shortened(self._taken(spec, name, arguments, outcome))
        if lost:
            self._lost.setdefault(label, set()).add(lost)
        elif outcome.failure == DROPPED:
            self._dropped.setdefault(label, outcome.text)
        elif outcome.is_error and outcome.failure not in OF_THE_CALL:
            self._troubles.setdefault(label, {})[outcome.text] = None
        elif not outcome.is_error:
            self._answered.add(label)
        return outcome

    def _taken(self, spec: ServerSpec, name: str, arguments: JsonObject, outcome: ToolReturn) -> ToolReturn:
        if self._adapter is None:
            return outcome
        try:
            return self._adapter.after(spec, name, arguments, outcome)
        except Exception as error:  # whatever a server's answer does to the adapter is the failure of that call
            what = f"{type(error).__name__}: {error}"[:300]
            sentence = f"What {name} of {spec.label} answered cannot be taken ({what})."
            return ToolReturn(sentence, is_error=True, failure="unavailable")

    async def _recorded(self, label: str, name: str, arguments: JsonObject) -> tuple[ToolReturn, str]:
        """As ``_call``, or as it was recorded."""
        recorder = self._recorder
        if recorder is None:
            return await self._call(label, name, arguments)

        async def now() -> JsonObject:
            outcome, lost = await self._call(label, name, arguments)
            for data in bytes_of(outcome.blocks):
                recorder.journal.keep(data)
            done = {"text": outcome.text, "structured": outcome.structured, "is_error": outcome.is_error, "lost": lost}
            blocks = {"blocks": dump_content(outcome.blocks)} if outcome.blocks else {}
            return {**done, "failure": outcome.failure, **blocks}

        done = await recorder.step("tool", {"server": label, "tool": name, "input": arguments}, now)
        blocks = load_content(done.get("blocks", ()), recorder.journal.kept)
        outcome = ToolReturn(done["text"], done["structured"], done["is_error"], failure=done["failure"], blocks=blocks)
        return outcome, done["lost"]

    async def _call(self, label: str, name: str, arguments: JsonObject) -> tuple[ToolReturn, str]:
        """The outcome, with a record that comes in parts whole, and why the server is lost if this call showed it."""
        ask = partial(self._asked, label, name)
        takes_cursor = self._readers.get((label, name))
        if takes_cursor is None:
            answer, lost = await ask(arguments)
        else:
            seconds = (self._connections[label].spec.timeouts or self._timeouts).call
            answer, lost = await PartReader(ask, takes_cursor, seconds).read(arguments)
        if isinstance(answer, ToolReturn):
            return answer, lost
        return outcome_of(answer, self._connections[label].spec.secrets), lost

    async def _asked(self, label: str, name: str, arguments: JsonObject) -> tuple[Given, str]:
        """What the server answered, or the outcome where it gave no answer; and why the server is lost if this call showed it."""
        connection = self._connections[label]
        if not connection.is_open and connection.was_connected:
            await self._reconnect(connection)
            connection = self._connections[label]
        if not connection.is_open:
            reason = connection.state.reason
            return ToolReturn(f"{name} could not be run: {label} is not connected ({reason}).", is_error=True), reason
        seconds = (connection.spec.timeouts or self._timeouts).call
        try:
            async with asyncio.timeout(seconds):
                answer = await connection.call(name, arguments)
        except TimeoutError:
            sentence = f"{name} did not answer within {seconds:g} s. Ask for less, or go on without it."
            return ToolReturn(sentence, is_error=True, failure="unavailable"), ""
        except ConnectionLost as lost:
            if await self._reconnect(connection):
                sentence = f"{name} failed: {lost}. It is connected again, so the call can be made again."
                return ToolReturn(sentence, is_error=True, failure=DROPPED), ""
            return ToolReturn(f"{name} failed: {lost}.", is_error=True), str(lost)
        except CallFailed as failed:
            return ToolReturn(f"{name} failed: {failed}.", is_error=True), ""
        return answer, ""

    async def _reconnect(self, lost: Connection) -> bool:
        """Bring a lost server back: one dropped answer takes a whole connection down, and processes can be restarted."""
        label = lost.spec.label
        async with self._reconnecting:
            if self._connections[label] is lost:
                if lost.spec.in_process or self._restarts[label] >= RESTARTS:
                    return False
                self._restarts[label] += 1
                await lost.close()
                self._connections[label] = _connection(lost.spec)
                await self._connections[label].connect((lost.spec.timeouts or self._timeouts).connect)
        return self._connections[label].is_open


def _withheld(admitted: Iterable[Admitted]) -> str:
    """Why something that the server has is not read, where its tools are withheld."""
    missed = [one for one in admitted if one.reads]
    return f"{', '.join(one.name for one in missed)} withheld: {missed[0].withheld}" if missed else ""


def _connection(spec: ServerSpec) -> Connection:
    if isinstance(spec.target, LocalTools):
        return LocalConnection(spec, spec.target)
    from skill_runtime.mcp_connection import McpConnection  # with the library, which costs most of a second

    return McpConnection(spec)

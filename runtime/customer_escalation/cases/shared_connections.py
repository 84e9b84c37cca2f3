"""Access to what is connected, for a server that lives long: opened when it is first needed, renewed when it is stale."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from customer_escalation.cases.connection import ASKED_FOR, OpenedSystems, Writer
from customer_escalation.connectors.calendar import CALENDAR, calendar_writer
from customer_escalation.connectors.paging import PAGER, pager_writer
from customer_escalation.connectors.readable import states_of
from customer_escalation.connectors.source import OpenedConnectors, open_source
from customer_escalation.connectors.tool_access import CATEGORY_TOOLS
from customer_escalation.connectors.writing import SystemWriter
from skill_runtime.connectors import ConnectorState
from skill_runtime.errors import ConnectorError
from skill_runtime.tools import Tool

if TYPE_CHECKING:
    from skill_runtime.mcp_host import McpHost

STALE_S = 600.0
"""After so long the servers are connected anew: tokens run out, systems come back."""
RESERVED = ("gather", "assess", "check_brief")


class SharedConnections:
    """``Systems`` for all cases of a process; safe to use from several tasks of one event loop."""

    def __init__(
        self, workspace: str | None, connectors: str | None, folder: Path, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """As ``open_source``: a workspace alone, or the connectors that are declared for ``folder``."""
        self._workspace, self._connectors, self._folder = workspace, connectors, folder
        self._clock = clock
        self._lock = asyncio.Lock()
        self._open: _Held | None = None

    async def connection(self) -> OpenedSystems:
        """What can be read now; nothing at all is a connection without tools, and its states say why."""
        return (await self._held()).connection

    async def writer(self, system: str) -> Writer:
        """See ``Systems``."""
        if system == CALENDAR:
            return calendar_writer(self._folder)
        if system == PAGER:
            return pager_writer(self._folder)
        held = await self._held()
        if not any(tool.category == system for tool in held.all_tools):
            raise ConnectorError(
                f"The {system.replace('_', ' ')} is not connected, so nothing can be carried out there."
            )
        if not held.source.lasts:
            raise ConnectorError(
                "This workspace is a file that is taken into memory, so nothing can be written there. Load it with "
                "`customer-escalation workspace load FILE`, or connect your systems."
            )
        return SystemWriter(system, held.all_tools, held.source.known)

    async def now(self) -> datetime:
        """The moment that counts: a workspace's own, else the clock's."""
        return (await self._held()).source.now or datetime.now(UTC)

    async def overrides(self) -> Mapping[str, Any]:
        """A workspace's own part of the policy."""
        return (await self._held()).source.policy

    async def close(self) -> None:
        """Let go of every connection."""
        async with self._lock:
            await self._shut()

    async def _held(self) -> "_Held":
        async with self._lock:
            if self._open is not None and self._clock() - self._open.since > STALE_S:
                await self._shut()
            if self._open is None:
                held = _Held(self._clock())
                await held.start(self._workspace, self._connectors, self._folder)
                self._open = held
            return self._open

    async def _shut(self) -> None:
        held, self._open = self._open, None
        if held is not None:
            await held.stop()


class _Held:
    """Connections held by a task of their own: they must be closed by the task that opened them."""

    def __init__(self, since: float) -> None:
        self.since = since
        self.source = OpenedConnectors((), CATEGORY_TOOLS)
        self.connection = OpenedSystems((), tuple)
        self.all_tools: Sequence[Tool] = ()
        """Writing ones included: for code that a person's approval stands behind."""
        self._ready: asyncio.Future[None] | None = None
        self._done = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self, workspace: str | None, connectors: str | None, folder: Path) -> None:
        """Connect; raises what ``open_source`` raises, but for having nothing to read from."""
        self._ready = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._hold(workspace, connectors, folder))
        await asyncio.wait({self._task, self._ready}, return_when=asyncio.FIRST_COMPLETED)
        if not self._ready.done():
            await self._task  # raises

    async def stop(self) -> None:
        """Close everything."""
        self._done.set()
        if self._task is not None:
            with suppress(asyncio.CancelledError):
                await self._task

    async def _hold(self, workspace: str | None, connectors: str | None, folder: Path) -> None:
        async with AsyncExitStack() as stack:
            try:
                self.source = stack.enter_context(open_source(workspace, connectors, folder))
            except ConnectorError as error:
                states = [ConnectorState(row.id, "not_connected", "", str(error)) for row in ASKED_FOR]
                self.connection = OpenedSystems((), lambda: states)
            else:
                host = await stack.enter_async_context(_host(self.source))
                self.all_tools = host.all_tools
                self.connection = OpenedSystems(
                    host.tools, states_of(host, self.source.states), foreign=self.source.foreign
                )
            assert self._ready is not None
            self._ready.set_result(None)
            await self._done.wait()


def _host(source: OpenedConnectors) -> "McpHost":
    from skill_runtime.mcp_host import McpHost

    specs, gate, adapter = source.servers()
    return McpHost(specs, gate, None, reserved=RESERVED, adapter=adapter)

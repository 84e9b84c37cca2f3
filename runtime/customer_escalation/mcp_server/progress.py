"""Events of the work as progress of a call, for clients that asked for it."""

import asyncio
from contextlib import suppress
from typing import Any

from mcp.server.mcpserver import Context

from skill_runtime.events import Event, Notice, PhaseStarted


class Progress:
    """Events of the work as progress of the call, in their order, for clients that asked for it."""

    def __init__(self, ctx: Context[Any]) -> None:
        self._ctx = ctx
        self._events: asyncio.Queue[str | None] = asyncio.Queue()

    def emit(self, event: Event) -> None:
        """Take an event; what nobody would read is dropped."""
        match event:
            case PhaseStarted():
                self._events.put_nowait(f"{event.name}: {event.detail}" if event.detail else event.name)
            case Notice(kind="info" | "warning" | "tool"):
                self._events.put_nowait(event.text)

    async def __aenter__(self) -> "Progress":
        self._task = asyncio.create_task(self._tell())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._events.put_nowait(None)
        with suppress(Exception):  # a client that is gone hears no progress
            await self._task

    async def _tell(self) -> None:
        count = 0
        while (message := await self._events.get()) is not None:
            count += 1
            await self._ctx.report_progress(count, None, message)

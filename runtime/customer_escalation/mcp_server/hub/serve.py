"""The hub: serves every server that the relays of a session ask for, until the last of them is gone.

    python -m customer_escalation.mcp_server.hub FD PATH

``FD`` is a listening socket that the first relay made at ``PATH``.
"""

import asyncio
import json
import socket
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

import anyio

from customer_escalation.mcp_server.serving import opened_server, watched_files
from skill_runtime.errors import SkillRuntimeError

FIRST_S = 30.0
"""How long to wait for the first relay, and for a next one after the last."""
LINGER_S = 2.0
MOST_NAME = 200


class Hub:
    """Counts the open servers; ends when there are none any more."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._open: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Serve until nobody is left."""
        accepting = asyncio.create_task(self._accept())
        patience = FIRST_S
        while True:
            self._changed.clear()
            try:
                async with asyncio.timeout(None if self._open else patience):
                    await self._changed.wait()
            except TimeoutError:
                break
            patience = LINGER_S
        accepting.cancel()
        with suppress(asyncio.CancelledError):
            await accepting

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            client, _ = await loop.sock_accept(self._listener)
            task = asyncio.create_task(_serve(client))
            self._open.add(task)
            task.add_done_callback(self._left)
            self._changed.set()

    def _left(self, task: "asyncio.Task[None]") -> None:
        self._open.discard(task)
        self._changed.set()
        if not task.cancelled() and (error := task.exception()):
            print(f"customer-escalation: a server ended with {type(error).__name__}: {error}", file=sys.stderr)


async def _serve(client: socket.socket) -> None:
    """One relay: the name of a server, our answer, then the protocol."""
    with ExitStack() as stack:
        stack.callback(client.close)
        client.setblocking(True)
        incoming = stack.enter_context(client.makefile("r", encoding="utf-8", errors="replace", newline="\n"))
        outgoing = stack.enter_context(client.makefile("w", encoding="utf-8", newline="\n"))
        name = (await anyio.to_thread.run_sync(incoming.readline, MOST_NAME)).strip()
        try:
            server = await anyio.to_thread.run_sync(stack.enter_context, opened_server(name, beside_skill=True))
        except SkillRuntimeError as error:
            outgoing.write(" ".join(str(error).split()) + "\n")
            return
        outgoing.write(f"ok {json.dumps({'watch': [str(path) for path in watched_files()]})}\n")
        outgoing.flush()
        from mcp.server.stdio import stdio_server

        with suppress(BrokenPipeError, ConnectionError):
            async with stdio_server(anyio.wrap_file(incoming), anyio.wrap_file(outgoing)) as (received, sent):
                # MCPServer runs over this process's own stdin alone; what it wraps takes any streams.
                inner = server._lowlevel_server  # noqa: SLF001
                await inner.run(received, sent, inner.create_initialization_options())


def main(fd: int, path: Path) -> None:
    """Serve, and leave no socket behind."""
    listener = socket.socket(fileno=fd)
    listener.setblocking(False)
    try:
        asyncio.run(Hub(listener).run())
    finally:
        listener.close()
        log = path.with_suffix(".log")
        with suppress(OSError):
            path.unlink()
            if not log.stat().st_size:
                log.unlink()

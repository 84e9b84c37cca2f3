"""One MCP server and the task that owns its connection, because a connection must be entered and left by one task."""

import asyncio
import logging
import os
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import TextIO, cast
from urllib.parse import urlsplit

import anyio
import httpx2
from mcp import Client, MCPError, StdioServerParameters
from mcp.client import Transport
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.server import MCPServer
from mcp.types import CONNECTION_CLOSED

from skill_runtime.connection import CallFailed, ConnectionLost
from skill_runtime.connectors import ConnectorState
from skill_runtime.errors import ConnectorError
from skill_runtime.ledger import JsonObject
from skill_runtime.mcp_results import answer_of, tool_of
from skill_runtime.outcomes import Answer
from skill_runtime.remote_tools import RemoteTool
from skill_runtime.secrets import without_secrets
from skill_runtime.server_spec import Command, ServerSpec, Sse
from skill_runtime.wire import WholePairs, lenient

# The library logs what servers do wrong, tracebacks included. Our states and outcomes say it; without logging set up,
# Python would print it into the run's terminal.
logging.getLogger("mcp").addHandler(logging.NullHandler())

MAX_TOOLS = 500
_CLOSE_SECONDS = 8.0
"""Longer than the client library needs to stop a process that ignores it."""
_STAND_INS = ("Server returned an error response", "Not Found")
"""What the client library says for an HTTP error status without a JSON-RPC body."""


class McpConnection:
    """``Connection`` to a server that speaks MCP."""

    def __init__(self, spec: ServerSpec) -> None:
        self.spec = spec
        self.state = ConnectorState(spec.category, "error", spec.label)
        self.listing: Sequence[RemoteTool] = ()
        self.client: Client | None = None
        self.was_connected = False
        self.seconds = 0.0
        """How long it took to connect and list the tools."""
        self._lists_more = False
        self._last_status = 0  # of a refused POST; the client library does not pass it on
        self._closing = asyncio.Event()
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._errors: TextIO | None = None
        self._task: asyncio.Task[None] | None = None

    async def connect(self, timeout: float) -> None:
        """Bring the server up, or say in ``state`` why it is not."""
        began = asyncio.get_running_loop().time()
        self._task = asyncio.create_task(self._own(), name=f"mcp {self.spec.label}")
        done, _ = await asyncio.wait({self._ready}, timeout=timeout)
        self.seconds = asyncio.get_running_loop().time() - began
        if not done:
            # Stopping a process that ignores us takes seconds: its owner goes on doing so while the run starts.
            self._task.cancel()
            self._announce()
            self.fail(f"did not answer within {timeout:g} s of starting{self._said()}")
        elif self.client is not None:
            self.was_connected = True
            reason = f"it lists more than {MAX_TOOLS} tools, of which the first are used" if self._lists_more else ""
            self.state = ConnectorState(self.spec.category, "connected", self.spec.label, reason)

    @property
    def is_open(self) -> bool:
        """See ``Connection``."""
        return self.client is not None

    async def call(self, name: str, arguments: JsonObject) -> Answer:
        """See ``Connection``."""
        if self.client is None:
            raise ConnectionLost(self.state.reason)
        try:
            result = await self.client.call_tool(name, arguments)
        except TimeoutError:
            raise
        except Exception as error:  # whatever a server makes the library raise is an answer to this call
            reason = without_secrets(self.explain(error), self.spec.secrets)
            if not is_closed(leaf(error)):
                raise CallFailed(reason) from error
            self.client = None
            self.fail(reason)
            raise ConnectionLost(reason) from error
        return answer_of(result)

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
        told = without_secrets(reason, self.spec.secrets)
        self.state = ConnectorState(self.spec.category, "error", self.spec.label, told)

    def explain(self, error: BaseException) -> str:
        """Why this server failed, as the end of a sentence."""
        cause = leaf(error)
        target = self.spec.target
        if isinstance(target, Command) and isinstance(cause, FileNotFoundError | PermissionError):
            return f"the command {target.command!r} cannot be started: {cause.strerror}"
        if isinstance(cause, ConnectorError):  # ours, which says more than the status that it came with
            return _sentence(cause)
        where = public_url(self.spec.url) if self.spec.url else "the server"
        status = self._last_status
        if isinstance(cause, httpx2.HTTPStatusError):
            status = cause.response.status_code
        if status in (401, 403):
            return f"{where} refused the credentials (HTTP {status})"
        if status and (str(cause) in _STAND_INS or isinstance(cause, httpx2.HTTPStatusError)):
            return f"{where} answered with HTTP {status}"
        if isinstance(cause, httpx2.TransportError | OSError):
            return f"{where} cannot be reached: {_sentence(cause)}"
        if is_closed(cause):
            return f"{where} ended the connection{self._said()}"
        return _sentence(cause)

    async def _own(self) -> None:
        try:
            async with AsyncExitStack() as stack:
                client = await stack.enter_async_context(Client(await self._transport(stack)))
                self.listing, self._lists_more = await _list_all(client)
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
        if isinstance(target, Command):
            # What the server prints must not reach the terminal of the run; its last line explains a failure.
            self._errors = cast("TextIO", tempfile.TemporaryFile("w+"))  # noqa: SIM115 - closed by close()
            process = StdioServerParameters(
                command=target.command, args=list(target.args), env=dict(target.env or {}) or None, cwd=target.cwd
            )
            return cast("Transport", lenient(stdio_client(process, errlog=self._errors)))
        if isinstance(target, Sse):
            return cast("Transport", sse_client(target.url, headers=dict(self.spec.headers), auth=self.spec.auth))
        if isinstance(target, str):
            http = httpx2.AsyncClient(
                headers={
                    "Accept-Encoding": "identity",
                    **self.spec.headers,
                },  # what is not packed can be mended on its way
                auth=self.spec.auth,
                timeout=httpx2.Timeout(30.0, read=300.0),
                event_hooks={"response": [self._note_status]},
            )
            return streamable_http_client(target, http_client=await stack.enter_async_context(http))
        return cast("MCPServer", target)  # tools of this process have a connection of their own

    async def _note_status(self, response: httpx2.Response) -> None:
        if response.request.method == "POST":
            self._last_status = response.status_code if response.status_code >= 400 else 0
        if "content-encoding" not in response.headers and isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = WholePairs(response.stream)

    def _said(self) -> str:
        """The last line that a started server printed as an error, if any."""
        if self._errors is None or self._errors.closed:
            return ""
        # Read at a place of its own: the server shares the file's position and may still be writing.
        fd = self._errors.fileno()
        tail = os.pread(fd, 65_536, max(0, os.fstat(fd).st_size - 65_536)).decode(errors="replace")
        lines = [line.strip() for line in tail.splitlines() if line.strip()]
        return f"; its last words: {lines[-1][:200]}" if lines else ""


def leaf(error: BaseException) -> BaseException:
    """The exception at the bottom of nested groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def is_closed(error: BaseException) -> bool:
    """Whether the connection is gone."""
    return (isinstance(error, MCPError) and error.code == CONNECTION_CLOSED) or isinstance(
        error, anyio.ClosedResourceError | anyio.BrokenResourceError
    )


def public_url(url: str) -> str:
    """The URL without what may be secret: user, password and query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


async def _list_all(client: Client) -> tuple[list[RemoteTool], bool]:
    """The tools of all pages, each once, and whether there are more than are listed here."""
    listing: dict[str, RemoteTool] = {}
    cursor: str | None = None
    while True:
        page = await client.list_tools(cursor=cursor)
        known = len(listing)
        for tool in page.tools:
            listing.setdefault(tool.name, tool_of(tool))
        cursor = page.next_cursor
        # A page without anything new is the end, whatever its cursor says.
        if cursor is None or len(listing) == known or len(listing) > MAX_TOOLS:
            return list(listing.values())[:MAX_TOOLS], len(listing) > MAX_TOOLS


def _sentence(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).rstrip(".")[:500]

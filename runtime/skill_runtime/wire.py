"""Lines of a server that a strict reader of JSON refuses, read all the same.

Half of a surrogate pair, which other languages write without complaint, and NaN are no JSON for the client library: it drops the
line, and the call waits for its answer until its time is up. A line that is no JSON at all stays what it was, an error.
"""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx2
from mcp.client import Transport
from mcp.shared.message import SessionMessage
from mcp.types import jsonrpc_message_adapter
from pydantic import ValidationError

from skill_runtime.bounds import bounded

_ESCAPE = re.compile(
    rb"(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.",
    re.DOTALL,
)
_CUT_SHORT = re.compile(
    rb"(?:\\u[dD][89abAB][0-9a-fA-F]{2})?\\(?:u[0-9a-fA-F]{0,3})?\Z|\\u[dD][89abAB][0-9a-fA-F]{2}\Z"
)
MAX_ANSWER = 50_000_000
"""Characters of one message, as JSON, that are looked at."""


@asynccontextmanager
async def lenient(transport: Transport) -> AsyncIterator[tuple[Any, Any]]:
    """The transport, with messages in place of the lines that could be read after all."""
    async with transport as (reading, writing), anyio.create_task_group() as tasks:
        forward, mended = anyio.create_memory_object_stream[SessionMessage | Exception](0)

        async def pump() -> None:
            async with forward:
                async for message in reading:
                    await forward.send(_mended(message))

        tasks.start_soon(_quietly, pump)
        try:
            yield mended, writing
        finally:
            tasks.cancel_scope.cancel()
            mended.close()


class WholePairs(httpx2.AsyncByteStream):
    """The bytes of an answer over HTTP, with another character of the same length for half of an escaped surrogate pair."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The chunks as they come; what may be the beginning of a pair waits for the next."""
        held = b""
        async for chunk in self._stream:
            data = held + chunk
            begun = _CUT_SHORT.search(data)
            held = data[begun.start() :] if begun else b""
            yield _ESCAPE.sub(_whole, data[: len(data) - len(held)])
        if held:
            yield _ESCAPE.sub(_whole, held)

    async def aclose(self) -> None:
        """Close what is behind it."""
        await self._stream.aclose()


def _whole(found: re.Match[bytes]) -> bytes:
    return b"\\ufffd" if found["half"] else found[0]


async def _quietly(pump: Any) -> None:
    """A side that is closed ends the pump and nothing else."""
    try:
        await pump()
    except (anyio.ClosedResourceError, anyio.BrokenResourceError):
        return


def _mended(message: SessionMessage | Exception) -> SessionMessage | Exception:
    if not isinstance(message, ValidationError):
        return message
    for fault in message.errors(include_url=False, include_context=False):
        line = fault["input"]
        if fault["type"] != "json_invalid" or not isinstance(line, str):
            continue
        try:
            value = bounded(json.loads(line), MAX_ANSWER)
            return SessionMessage(jsonrpc_message_adapter.validate_python(value, by_name=False))
        except (ValueError, RecursionError):
            continue
    return message

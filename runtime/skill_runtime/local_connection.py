"""The tools of this process as a connection: nothing to start, and each call on a thread, so that a slow system holds nobody up."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from skill_runtime.bounds import plain
from skill_runtime.connectors import ConnectorState
from skill_runtime.content import Text
from skill_runtime.ledger import JsonObject
from skill_runtime.outcomes import Answer
from skill_runtime.remote_tools import RemoteTool
from skill_runtime.server_spec import LocalTools, ServerSpec

MOST_AT_ONCE = 40
"""Calls that run side by side."""


class LocalConnection:
    """``Connection`` to the tools ``local`` of this process."""

    def __init__(self, spec: ServerSpec, local: LocalTools) -> None:
        self.spec = spec
        self.state = ConnectorState(spec.category, "error", spec.label)
        self.listing: Sequence[RemoteTool] = ()
        self.was_connected = False
        self.is_open = False
        self.seconds = 0.0
        self._local = local
        self._threads = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix=spec.label)

    async def connect(self, timeout: float) -> None:
        """See ``Connection``."""
        self.listing = [
            RemoteTool(tool.name, tool.input_schema, tool.title, tool.description, tool.annotations)
            for tool in self._local.listing()
        ]
        self.was_connected = self.is_open = True
        self.state = ConnectorState(self.spec.category, "connected", self.spec.label)

    async def call(self, name: str, arguments: JsonObject) -> Answer:
        """See ``Connection``. A call that is cancelled goes on where nobody waits for it."""
        given = await asyncio.get_running_loop().run_in_executor(self._threads, self._local.call, name, arguments)
        return Answer([Text(text=plain(given.text))], given.structured, given.is_error, given.failure)

    async def close(self) -> None:
        """See ``Connection``. Calls that are still running are not waited for."""
        self.is_open = False
        self._threads.shutdown(wait=False, cancel_futures=True)

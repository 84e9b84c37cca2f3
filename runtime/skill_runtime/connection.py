"""What a host needs of a connection to one server, whatever it is made of: ``mcp_connection``, ``local_connection``."""

from collections.abc import Sequence
from typing import Protocol

from skill_runtime.connectors import ConnectorState
from skill_runtime.ledger import JsonObject
from skill_runtime.outcomes import Answer
from skill_runtime.remote_tools import RemoteTool
from skill_runtime.server_spec import ServerSpec


class CallFailed(Exception):
    """A call got no answer, though the server is there. The message is the end of a sentence."""


class ConnectionLost(CallFailed):
    """A call got no answer because the connection is gone."""


class Connection(Protocol):
    """One server, as it is now."""

    spec: ServerSpec
    state: ConnectorState
    listing: Sequence[RemoteTool]
    """Its tools, once it is connected."""
    was_connected: bool
    seconds: float
    """How long it took to connect and list the tools."""

    @property
    def is_open(self) -> bool:
        """Whether calls can be made."""
        ...

    async def connect(self, timeout: float) -> None:
        """Bring the server up, or say in ``state`` why it is not."""
        ...

    async def call(self, name: str, arguments: JsonObject) -> Answer:
        """What the tool gives. Raises ``CallFailed``; may be cancelled."""
        ...

    async def close(self) -> None:
        """Leave the connection and wait until what was started for it is gone."""
        ...

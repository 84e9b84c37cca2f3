"""What a host is told of a server: where it is, what it is given, how long it may take. Nothing is connected here.

A server is a process, an address, or tools that live in this process. Those are called as functions: a protocol between a process
and itself would only cost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from skill_runtime.ledger import JsonObject
from skill_runtime.secrets import is_secret_name

if TYPE_CHECKING:
    import httpx2
    from mcp.server import MCPServer


@dataclass(frozen=True)
class Command:
    """A server that is started as a process and spoken to over its standard streams."""

    command: str
    args: Sequence[str] = ()
    env: Mapping[str, str] | None = None
    """Set beside the few variables that every process gets; None for none."""
    cwd: str | None = None
    """None for the current folder."""


@dataclass(frozen=True)
class Sse:
    """The URL of a server that speaks the older HTTP+SSE transport."""

    url: str


class LocalTool(Protocol):
    """A tool of this process, as MCP describes one."""

    @property
    def name(self) -> str:
        """Unique among its server's."""
        ...

    @property
    def title(self) -> str:
        """As people read it."""
        ...

    @property
    def description(self) -> str:
        """As a model reads it."""
        ...

    @property
    def input_schema(self) -> JsonObject:
        """JSON schema of its arguments."""
        ...

    @property
    def annotations(self) -> Mapping[str, Any]:
        """Its hints, such as ``read_only_hint``."""
        ...


class LocalAnswer(Protocol):
    """What a call of one gave."""

    @property
    def text(self) -> str:
        """For a model."""
        ...

    @property
    def structured(self) -> JsonObject | None:
        """For code."""
        ...

    @property
    def is_error(self) -> bool:
        """Whether it failed."""
        ...

    @property
    def failure(self) -> str:
        """As ``ToolReturn.failure``."""
        ...


@runtime_checkable
class LocalTools(Protocol):
    """Tools of this process; calls come from several threads at once, and raise nothing."""

    def listing(self) -> Sequence[LocalTool]:
        """All of them."""
        ...

    def call(self, name: str, arguments: Mapping[str, Any], /) -> LocalAnswer:
        """What the tool gives for these arguments."""
        ...


@dataclass(frozen=True)
class Timeouts:
    """How long a server may take, in seconds."""

    connect: float = 10.0
    """To start, shake hands and list its tools."""
    call: float = 30.0


@dataclass(frozen=True)
class ServerSpec:
    """One server to connect."""

    label: str
    """Unique among the servers of a run; names the server to people and in the journal."""
    category: str
    target: "LocalTools | MCPServer | Command | Sse | str"
    """Tools of this process, a server object (in memory), a command to start, or the URL of a streamable HTTP or an SSE endpoint."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every request to a URL; may hold secrets, so it is never printed or journaled."""
    auth: "httpx2.Auth | None" = None
    """For a URL: how requests get their token."""
    timeouts: Timeouts | None = None
    """This server's own; None for the host's."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """Given with every call to the tools that take them."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values that the server is given and that nobody else may read: of headers, variables and arguments named as secrets are."""
        env = self.target.env or {} if isinstance(self.target, Command) else {}
        given = [*self.headers.items(), *env.items(), *self.arguments.items()]
        named = [value for name, value in given if isinstance(value, str) and is_secret_name(name)]
        return tuple(part for value in named for part in {value, value.rpartition(" ")[2]})

    @property
    def url(self) -> str:
        """The address of a server that is reached over HTTP; empty for the others."""
        return self.target.url if isinstance(self.target, Sse) else self.target if isinstance(self.target, str) else ""

    @property
    def in_process(self) -> bool:
        """Whether it is an object of this process: nobody else's, and nothing to start anew."""
        return not isinstance(self.target, Command | Sse | str)

"""One MCP server as a file describes it: the entries of ``.mcp.json`` and of our own configuration, as data.

Nothing is started here. ``${VAR}`` and ``${VAR:-default}`` are taken from a mapping that the caller gives; an entry with a
variable that is not set, or without an address, is left out with a note, because public plugins ship such entries.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from skill_runtime.errors import ConnectorError
from skill_runtime.frontmatter import Diagnostic

Transport = Literal["stdio", "http", "sse"]
AuthKind = Literal["", "token", "oauth", "client_credentials"]
_VARIABLE = re.compile(r"\$\{(?P<name>(?:keyring:)?[^{}:]+)(?::-(?P<default>[^}]*))?\}")

Lookup = Callable[[str], str | None]
"""Gives a variable's value, None where it is not set."""


@dataclass(frozen=True)
class Auth:
    """How requests to a server's URL get their token."""

    kind: AuthKind = ""
    """``token``: a static one kept by ``login``; ``oauth``: in a browser; ``client_credentials``: with id and secret."""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    scopes: str = ""
    """Separated by spaces; empty for those that the server asks for."""
    issuer: str = ""
    """The authorization server that the client credentials belong to; they are given to no other."""


@dataclass(frozen=True)
class ServerConfig:
    """How one MCP server is to be reached, variables expanded."""

    name: str
    transport: Transport
    command: str = ""
    """For ``stdio``: the program to start."""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str = ""
    """Empty: the current folder."""
    url: str = ""
    """For ``http`` and ``sse``."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """May hold secrets that came from the environment."""
    category: str = ""
    """The connector category that it serves; empty where the entry does not say."""
    auth: Auth = Auth()
    connect_s: float | None = None
    """Seconds to start and list its tools; None for the host's."""
    call_s: float | None = None
    """Seconds for one call; None for the host's."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """Given with every call to the tools that take them: a site, a repository. A model is not asked for them."""


class _Server(BaseModel):
    """One entry of a server list."""

    model_config = ConfigDict(extra="ignore", strict=True)

    type: Literal["stdio", "http", "streamable-http", "sse"] | None = None
    command: str | None = None
    args: list[str] = Field(default_factory=list)
    env: dict[str, str] = Field(default_factory=dict)
    cwd: str = ""
    url: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    category: str = ""
    auth: AuthKind = ""
    client_id: str = ""
    client_secret: str = ""
    scopes: str = ""
    issuer: str = ""
    connect_s: Annotated[float, Field(gt=0, le=300, strict=False)] | None = None
    call_s: Annotated[float, Field(gt=0, le=600, strict=False)] | None = None
    arguments: dict[str, Any] = Field(default_factory=dict)


def server_entry(
    name: str, entry: Any, where: str, variables: Mapping[str, str] | Lookup, notes: list[Diagnostic]
) -> ServerConfig | None:
    """The server that ``entry`` describes, or None with a note where it is not meant to be used as it stands.

    Raises ``ConnectorError`` with ``where`` and the first fault of a malformed entry.
    """
    try:
        given = _Server.model_validate(entry)
    except ValidationError as error:
        raise ConnectorError(f"{where} cannot be used: {first_fault(error)}.") from error
    unset: set[str] = set()
    lookup: Lookup = variables if callable(variables) else variables.get

    def expand(text: str) -> str:
        return expanded(text, lookup, unset)

    if given.command is None and given.url is None:
        raise ConnectorError(f"{where} cannot be used: it needs a command to start or a url to reach.")
    server = ServerConfig(
        name=name,
        transport=_transport(given),
        command=expand(given.command or ""),
        args=tuple(map(expand, given.args)),
        env={key: expand(item) for key, item in given.env.items()},
        cwd=expand(given.cwd),
        url=expand(given.url or ""),
        headers={key: expand(item) for key, item in given.headers.items()},
        category=given.category,
        auth=Auth(given.auth, expand(given.client_id), expand(given.client_secret), given.scopes, expand(given.issuer)),
        connect_s=given.connect_s,
        call_s=given.call_s,
        arguments={key: expand(item) if isinstance(item, str) else item for key, item in given.arguments.items()},
    )
    if unset:
        notes.append(Diagnostic("warning", f"left out: {unset_words(unset)}", where))
        return None
    if not (server.command if server.transport == "stdio" else server.url).strip():
        part = "command" if server.transport == "stdio" else "url"
        notes.append(Diagnostic("info", f"left out: its {part} is empty, so there is nothing to connect to", where))
        return None
    return server


def expanded(text: str, lookup: Lookup, unset: set[str]) -> str:
    """``text`` with its variables' values; the names of those without a value or default are added to ``unset``."""

    def value(match: re.Match[str]) -> str:
        found = lookup(match["name"]) or match["default"]
        if found is None:
            unset.add(match["name"])
        return found or ""

    return _VARIABLE.sub(value, text)


def unset_words(unset: set[str]) -> str:
    """What is missing, for a note."""
    variables = sorted(name for name in unset if not name.startswith("keyring:"))
    kept = sorted(name.removeprefix("keyring:") for name in unset if name.startswith("keyring:"))
    parts = [f"{', '.join(variables)} is not set in the environment"] if variables else []
    parts += [f"the keyring holds no secret {', '.join(kept)}"] if kept else []
    return "; ".join(parts)


def first_fault(error: ValidationError) -> str:
    """The first fault of a file, with its place."""
    fault = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in fault["loc"] if part not in ("str", "list[str]", "dict[str,any]"))
    text = fault["msg"][:1].lower() + fault["msg"][1:]
    return f"{place}: {text}" if place else text


def _transport(given: _Server) -> Transport:
    if given.type is None:
        return "stdio" if given.command is not None else "http"
    return "http" if given.type == "streamable-http" else given.type

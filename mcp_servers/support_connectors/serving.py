"""Starting one category's server: from a store in this process, or as a process of its own over stdio or HTTP.

Over stdio a server belongs to the client that started it. Over HTTP any process of this machine can reach it, whoever runs it, so
there it asks for a token and has no tool that writes, unless the person who started it said otherwise.
"""

import ipaddress
import os
import secrets
import socket
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_data_path

from support_connectors.backend import Backend
from support_connectors.categories import Category
from support_connectors.local_tools import LocalTools
from support_connectors.workspace.store import open_workspace, workspace_from

if TYPE_CHECKING:
    from mcp.server import MCPServer

DATABASE_VARIABLE = "CUSTOMER_ESCALATION_DB"
TOKEN_VARIABLE = "CUSTOMER_ESCALATION_HTTP_TOKEN"  # noqa: S105 - its name
"""Holds the token that clients send over HTTP; where it is not set, each start makes one and prints it."""
SHORTEST_TOKEN = 20
"""Characters of a token that nobody guesses."""
DEFAULT_HOST = "127.0.0.1"
HTTP_PATH = "/mcp"
SHUTDOWN_S = 2
"""How long open connections may go on after the server was told to stop."""


class ServeError(Exception):
    """The server cannot be started; the message is a sentence for the person who started it."""


def default_database() -> Path:
    """Where the workspace is kept: ``$CUSTOMER_ESCALATION_DB``, or the user's data folder."""
    named = os.environ.get(DATABASE_VARIABLE)
    return Path(named) if named else user_data_path("customer-escalation") / "workspace.db"


def build_category_server(category: Category, backend: Backend, onto: "MCPServer | None" = None) -> "MCPServer":
    """The server of a category on a backend of that category; with ``onto`` its tools on a server that is there."""
    # The import brings mcp with it, which costs most of a second.
    from support_connectors.mcp_tools import McpOffers, new_server

    module = _module(category)
    server = onto or new_server(category, module.ABOUT)
    module.offer(backend, McpOffers(server))
    return server


def local_tools(category: Category, backend: Backend) -> LocalTools:
    """The tools of a category for a host in this process, without a protocol between and without schemas of their results."""
    tools = LocalTools()
    _module(category).offer(backend, tools)
    return tools


def _module(category: Category) -> Any:
    return import_module(f"support_connectors.{category}")


def serve(
    category: Category,
    source: Path | None = None,
    http_port: int | None = None,
    host: str = DEFAULT_HOST,
    *,
    open_to_all: bool = False,
) -> None:
    """Serve a category until the client or the user ends it: over stdio, or over streamable HTTP where a port is given.

    ``source`` is a workspace file (kept in memory) or database, by default ``default_database()``. Port 0 takes any
    free one; the address goes to standard error.

    Raises:
        WorkspaceError: there is no usable workspace.
        ServeError: the address cannot be listened on.
    """
    with open_workspace(default_database()) if source is None else workspace_from(source) as store:
        for warning in store.warnings:
            print(f"note: {warning}", file=sys.stderr)
        run_server(build_category_server(category, store.backend(category)), http_port, host, open_to_all=open_to_all)


def run_server(
    server: "MCPServer",
    http_port: int | None = None,
    host: str = DEFAULT_HOST,
    *,
    open_to_all: bool = False,
    writes: bool = False,
) -> None:
    """Run a server until the client or the user ends it: over stdio, or over streamable HTTP.

    Over HTTP it takes calls with a token only, unless it is ``open_to_all``, and offers no writing tool, unless ``writes``: then the
    server itself has to say what may be written. Raises ``ServeError``.
    """
    if http_port is None:
        server.run("stdio")
        return
    token = None if open_to_all else _token()
    if not writes:
        _take_writes_off(server)
    with _listen(host, http_port) as listener:
        _serve_http(server, host, listener, token)


def _token() -> str:
    """The token that the environment names, else a new one, printed. Raises ``ServeError`` for one that can be guessed."""
    named = os.environ.get(TOKEN_VARIABLE, "")
    if named:
        if len(named) < SHORTEST_TOKEN or not named.isascii() or not named.isprintable() or " " in named:
            raise ServeError(f"{TOKEN_VARIABLE} needs {SHORTEST_TOKEN} or more printable characters without spaces.")
        return named
    made = secrets.token_urlsafe(32)
    print(f"Clients send this header: Authorization: Bearer {made}", file=sys.stderr, flush=True)
    return made


def _take_writes_off(server: "MCPServer") -> None:
    import anyio

    for tool in anyio.run(server.list_tools):
        if not (tool.annotations and tool.annotations.read_only_hint):
            server.remove_tool(tool.name)


def _listen(host: str, port: int) -> socket.socket:
    """A socket on the loopback interface: the server asks nobody who they are, so nobody else may reach it."""
    try:
        address = ipaddress.ip_address(DEFAULT_HOST if host == "localhost" else host)
    except ValueError:
        raise ServeError(f"{host!r} is not an address of this machine; use 127.0.0.1 or ::1.") from None
    if not address.is_loopback:
        raise ServeError(
            f"{host} can be reached from other machines, and this server has no log-in. Use 127.0.0.1 and, for others, "
            "a gateway in front of it that knows who they are."
        )
    listener = socket.socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((str(address), port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise ServeError(f"Port {port} on {host} cannot be used: {error}. Choose another with --http PORT.") from None
    listener.listen()
    return listener


def _serve_http(server: "MCPServer", host: str, listener: socket.socket, token: str | None) -> None:
    import uvicorn

    app: Any = server.streamable_http_app(streamable_http_path=HTTP_PATH, host=host)
    if token:
        app = _behind_token(app, token)
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=SHUTDOWN_S)
    shown = f"[{host}]" if ":" in host else host
    print(f"Listening on http://{shown}:{listener.getsockname()[1]}{HTTP_PATH}", file=sys.stderr, flush=True)
    uvicorn.Server(config).run(sockets=[listener])


def _behind_token(app: Any, token: str) -> Any:
    """The ASGI application for those who send the token; everybody else gets 401."""
    wanted = f"Bearer {token}".encode()

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        given = next((value for name, value in scope.get("headers", ()) if name == b"authorization"), b"")
        if scope["type"] != "http" or secrets.compare_digest(given, wanted):
            await app(scope, receive, send)
            return
        headers = [(b"www-authenticate", b"Bearer"), (b"content-type", b"text/plain; charset=utf-8")]
        await send({"type": "http.response.start", "status": 401, "headers": headers})
        await send({"type": "http.response.body", "body": b"Send the header Authorization: Bearer TOKEN.\n"})

    return guarded

"""The embedded workspace and its servers, as the command line offers them."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_data_path

from customer_escalation.connectors.source import InvalidRequest, named_store
from customer_escalation.resources import APP, plugin_root
from skill_runtime.errors import ConnectorError
from support_connectors.backend import Backend
from support_connectors.categories import Category

if TYPE_CHECKING:
    from mcp.server import MCPServer

    from customer_escalation.cases.shared_connections import SharedConnections

ESCALATION = "escalation"
"""The server beside those of the categories."""
EVERYTHING = "all"
"""One server with the tools of all others, for clients that take one."""
PROJECT_VARIABLES = ("CUSTOMER_ESCALATION_PROJECT", "CLAUDE_PROJECT_DIR")


def load_file(file: Path, database: Path | None) -> str:
    """Load a workspace JSON into the database; returns what was loaded, in sentences.

    Raises ``InvalidRequest`` with the first fault of the file; the database is then as it was.
    """
    from support_connectors.serving import default_database
    from support_connectors.workspace.records import WorkspaceError
    from support_connectors.workspace.store import load_workspace

    target = database or default_database()
    try:
        summary = load_workspace(file, target)
    except WorkspaceError as error:
        raise InvalidRequest(str(error)) from error
    counts = ", ".join(f"{count} {category.replace('_', ' ')}" for category, count in summary.counts.items())
    notes = "".join(f"\nnote: {warning}" for warning in summary.warnings)
    return f"Loaded {file} into {target}: {counts} records.{notes}"


def serve_category(
    category: str,
    workspace: Path | None,
    port: int | None,
    connectors: Path | None = None,
    *,
    open_to_all: bool = False,
    writes: bool = False,
) -> None:
    """Serve one category, or ``escalation``, until the client goes away: over stdio, or over HTTP on a port.

    Over HTTP clients need a token, unless it is ``open_to_all``, and nothing is written, unless with ``writes`` what a person
    approved; over stdio ``writes`` adds the categories' writing tools for the same.

    Raises as ``opened_server``, and ``InvalidRequest`` for a port that cannot be listened on.
    """
    from support_connectors.serving import ServeError, run_server

    with opened_server(category, workspace, connectors, writes=writes) as server:
        try:
            run_server(server, port, open_to_all=open_to_all, writes=writes)
        except ServeError as error:
            raise InvalidRequest(str(error)) from error


@contextmanager
def opened_server(
    category: str,
    workspace: Path | None = None,
    connectors: Path | None = None,
    *,
    writes: bool = False,
    beside_skill: bool = False,
) -> "Iterator[MCPServer[Any]]":
    """The server of a category, the one called ``escalation``, or ``all`` in one, with what it stands on.

    A category stands on the system that a connector declares for it; with ``workspace`` given, or where nothing at all is
    declared, on the workspace. One that nothing stands behind has no tools and says so: an assistant that starts all servers
    of the plugin finds each of them well. The categories' writing tools are on it with ``writes``, or where the policy in force says
    so, and then do what a person approved and nothing else (``direct_writes``). ``beside_skill``: the client
    has the skill itself.

    Raises ``InvalidRequest`` for an unknown category or a workspace that cannot be used, and ``ConnectorError`` for a
    connector that cannot be used.
    """
    from customer_escalation.cases.journal_store import JournalStore
    from customer_escalation.mcp_server.direct_writes import guard_writes, without_writes

    with _whole_server(category, workspace, connectors, beside_skill=beside_skill) as server:
        if writes or _policy_lists_writes():
            guard_writes(server, JournalStore(), lambda: _reads(workspace, connectors))
        else:
            without_writes(server)
        yield server


def _reads(workspace: Path | None, connectors: Path | None) -> "SharedConnections":
    from customer_escalation.cases.shared_connections import SharedConnections

    file, declared = (str(path.absolute()) if path else None for path in (workspace, connectors))
    return SharedConnections(file, declared, project_folder())


def _policy_lists_writes() -> bool:
    from customer_escalation.policy.sources import find_overlays, policy_in_force

    overlays = find_overlays(None, project_folder())
    return bool(overlays) and policy_in_force(overlays).assistants.writing_tools


@contextmanager
def _whole_server(
    category: str, workspace: Path | None, connectors: Path | None, *, beside_skill: bool
) -> "Iterator[MCPServer[Any]]":
    from support_connectors.categories import CATEGORIES, WORKSPACE_CATEGORIES
    from support_connectors.mcp_tools import unconnected_server
    from support_connectors.serving import build_category_server, default_database
    from support_connectors.workspace.records import WorkspaceError
    from support_connectors.workspace.store import open_workspace

    name = category.replace("-", "_")
    if name in (ESCALATION, EVERYTHING):
        server = _escalation_server(workspace, connectors, beside_skill=beside_skill)
        with ExitStack() as stack:
            if name == EVERYTHING:
                for each in CATEGORIES:
                    _add_category(each, server, workspace, connectors, stack)
            yield server
        return
    if name not in CATEGORIES:
        raise InvalidRequest(
            f"{category!r} is no category. Choose one of: {', '.join((*CATEGORIES, ESCALATION, EVERYTHING))}."
        )
    stands_on = None if workspace else _stands_on(name, connectors)
    if isinstance(stands_on, str):
        yield unconnected_server(name, stands_on)
        return
    if stands_on is not None:
        yield build_category_server(name, stands_on)
        return
    if name not in WORKSPACE_CATEGORIES:
        raise InvalidRequest(f"A workspace holds nothing for {name}.")
    try:
        store = named_store(workspace) if workspace else open_workspace(default_database())
    except WorkspaceError as error:
        raise InvalidRequest(str(error)) from error
    with store:
        for warning in store.warnings:
            print(f"note: {warning}", file=sys.stderr)
        yield build_category_server(name, store.backend(name))


def _add_category(
    category: Category, server: "MCPServer[Any]", workspace: Path | None, connectors: Path | None, stack: ExitStack
) -> None:
    """The category's tools on the server, where anything stands behind it."""
    from support_connectors.categories import WORKSPACE_CATEGORIES
    from support_connectors.serving import build_category_server, default_database
    from support_connectors.workspace.records import WorkspaceError
    from support_connectors.workspace.store import open_workspace

    stands_on = None if workspace else _stands_on(category, connectors)
    if isinstance(stands_on, str) or (stands_on is None and category not in WORKSPACE_CATEGORIES):
        return
    if stands_on is None:
        try:
            store = stack.enter_context(named_store(workspace) if workspace else open_workspace(default_database()))
        except WorkspaceError as error:
            raise InvalidRequest(str(error)) from error
        stands_on = store.backend(category)
    build_category_server(category, stands_on, server)


def project_folder() -> Path:
    """The project that a server works for: as the assistant says, else the folder that it was started in.

    Some assistants start servers in the plugin's own folder, or in the root of all: then it is a folder of the user's data.
    """
    named = next((value for name in PROJECT_VARIABLES if (value := os.environ.get(name))), "")
    if named and Path(named).is_dir():
        return Path(named)
    here = Path.cwd()
    if here in (Path(here.anchor), plugin_root()) or (here / ".claude-plugin" / "plugin.json").is_file():
        here = user_data_path(APP) / "desk"
        here.mkdir(parents=True, exist_ok=True)
    return here


def watched_files() -> list[Path]:
    """The files whose coming, going or changing changes what the servers offer; of a database (``.db``) its coming and going."""
    from customer_escalation.connectors.declared import declaring_files
    from customer_escalation.policy.sources import policy_files
    from customer_escalation.resources import trust_file
    from support_connectors.serving import default_database

    folder = project_folder()
    return [default_database(), trust_file(), *declaring_files(folder), *policy_files(folder)]


def _escalation_server(workspace: Path | None, connectors: Path | None, *, beside_skill: bool) -> "MCPServer[Any]":
    from customer_escalation.mcp_server.escalation import build_escalation_server
    from customer_escalation.mcp_server.workplace import Workplace

    named = {"workspace": workspace, "connectors": connectors}
    files = {name: str(path.absolute()) for name, path in named.items() if path}
    place = Workplace(project_folder(), files.get("workspace"), files.get("connectors"), beside_skill=beside_skill)
    return build_escalation_server(place)


def _stands_on(category: Category, connectors: Path | None) -> Backend | str | None:
    """The backend that a connector declares for the category; None for the workspace; why there is nothing, in a sentence.

    MCP servers of others are not passed on: an assistant connects those itself. A workspace never stands beside connectors.
    """
    from customer_escalation.connectors.plan import open_connectors
    from support_connectors.categories import WORKSPACE_CATEGORIES
    from support_connectors.serving import default_database
    from support_connectors.systems import UnusableSystem, connect_system

    links = open_connectors(project_folder(), connectors).links
    own = [link for link in links if link.category == category]
    for link in own:
        if link.declared.system:
            if link.problem:
                raise ConnectorError(f"{link.name}: {link.problem}.")
            try:
                return connect_system(link.declared.system, link.declared.settings)[1]
            except UnusableSystem as error:
                raise ConnectorError(f"{link.name}: {error}") from error
    if own:
        return f"it is served by the MCP server {own[0].name} that is declared for it, so use the tools of that one."
    if links or category not in WORKSPACE_CATEGORIES:
        return "no connector is set up for it (customer-escalation connectors add)."
    if not default_database().exists():
        return (
            "nothing is connected yet. A person sets it up with `customer-escalation connectors add`, or loads a workspace with "
            "`customer-escalation workspace load FILE`."
        )
    return None

"""The embedded workspace and its servers, as the command line offers them."""

import os
from pathlib import Path

from customer_escalation.compose import InvalidRequest
from skill_runtime.errors import ConnectorError
from support_connectors.backend import Backend
from support_connectors.categories import Category

ESCALATION = "escalation"
"""The server beside those of the categories."""
PROJECT_VARIABLES = ("CUSTOMER_ESCALATION_PROJECT", "CLAUDE_PROJECT_DIR")


def load_file(file: Path, database: Path | None) -> str:
    """Load a workspace JSON into the database; returns what was loaded, in sentences.

    Raises ``InvalidRequest`` with the first fault of the file; the database is then as it was.
    """
    from support_connectors.backends.workspace import load_workspace
    from support_connectors.records import WorkspaceError
    from support_connectors.serving import default_database

    target = database or default_database()
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        summary = load_workspace(file, target)
    except WorkspaceError as error:
        raise InvalidRequest(str(error)) from error
    counts = ", ".join(f"{count} {category.replace('_', ' ')}" for category, count in summary.counts.items())
    notes = "".join(f"\nnote: {warning}" for warning in summary.warnings)
    return f"Loaded {file} into {target}: {counts} records.{notes}"


def serve_category(category: str, workspace: Path | None, port: int | None, connectors: Path | None = None) -> None:
    """Serve one category, or ``escalation``, until the client goes away.

    A category stands on the system that a connector declares for it; with ``workspace`` given, or where nothing at all is
    declared, on the workspace. One that nothing stands behind is served without tools and says so: an assistant that
    starts all servers of the plugin finds each of them well.

    Raises ``InvalidRequest`` for an unknown category, a workspace that cannot be used or a port that cannot be listened on,
    and ``ConnectorError`` for a connector that cannot be used.
    """
    from support_connectors.categories import CATEGORIES
    from support_connectors.records import WorkspaceError
    from support_connectors.serving import ServeError, serve, serve_backend, serve_unconnected

    name = category.replace("-", "_")
    try:
        if name == ESCALATION:
            _serve_escalation(workspace, port, connectors)
            return
        if name not in CATEGORIES:
            raise InvalidRequest(f"{category!r} is no category. Choose one of: {', '.join((*CATEGORIES, ESCALATION))}.")
        if workspace is not None:
            serve(name, workspace, port)
            return
        stands_on = _stands_on(name, connectors)
        if stands_on is None:
            serve(name, None, port)
        elif isinstance(stands_on, str):
            serve_unconnected(name, stands_on, port)
        else:
            serve_backend(name, stands_on, port)
    except (WorkspaceError, ServeError) as error:
        raise InvalidRequest(str(error)) from error


def project_folder() -> Path:
    """The project that a server works for: as the assistant says, else the folder that it was started in."""
    named = next((value for name in PROJECT_VARIABLES if (value := os.environ.get(name))), "")
    return Path(named) if named and Path(named).is_dir() else Path.cwd()


def _serve_escalation(workspace: Path | None, port: int | None, connectors: Path | None) -> None:
    from customer_escalation.server.escalation import Place, build_escalation_server
    from support_connectors.serving import run_server

    place = Place(
        project_folder(),
        str(workspace.absolute()) if workspace else None,
        str(connectors.absolute()) if connectors else None,
    )
    run_server(build_escalation_server(place), port)


def _stands_on(category: Category, connectors: Path | None) -> Backend | str | None:
    """The backend that a connector declares for the category; None for the workspace; why there is nothing, in a sentence.

    MCP servers of others are not passed on: an assistant connects those itself. A workspace never stands beside connectors.
    """
    from customer_escalation.connections.plan import open_connectors
    from support_connectors.records import WORKSPACE_CATEGORIES
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

"""The embedded workspace and its servers, as the command line offers them."""

from pathlib import Path

from customer_escalation.compose import InvalidRequest
from skill_runtime.errors import ConnectorError
from support_connectors.backend import Backend
from support_connectors.categories import Category


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
    """Serve one category until the client goes away.

    It stands on the system that a connector declares for the category; without one, or with ``workspace`` given, on the
    workspace. Raises ``InvalidRequest`` for an unknown category, a missing workspace or a port that cannot be used, and
    ``ConnectorError`` for a connector that cannot be used.
    """
    from support_connectors.categories import CATEGORIES
    from support_connectors.records import WORKSPACE_CATEGORIES, WorkspaceError
    from support_connectors.serving import ServeError, serve, serve_backend

    name = category.replace("-", "_")
    if name not in CATEGORIES:
        raise InvalidRequest(f"{category!r} is no category. Choose one of: {', '.join(CATEGORIES)}.")
    try:
        backend = None if workspace else _declared_backend(name, connectors)
        if backend is not None:
            serve_backend(name, backend, port)
        elif name not in WORKSPACE_CATEGORIES:
            raise InvalidRequest(f"No connector declares a system for {name}, and a workspace does not hold it.")
        else:
            serve(name, workspace, port)
    except (WorkspaceError, ServeError) as error:
        raise InvalidRequest(str(error)) from error


def _declared_backend(category: Category, connectors: Path | None) -> Backend | None:
    """The backend of the first connector that declares a system for the category; None without one.

    MCP servers of others are not passed on: an assistant connects those itself.
    """
    from customer_escalation.connections.plan import open_connectors
    from support_connectors.systems import UnusableSystem, connect_system

    for link in open_connectors(Path.cwd(), connectors).links:
        if link.category == category and link.declared.system:
            if link.problem:
                raise ConnectorError(f"{link.name}: {link.problem}.")
            try:
                return connect_system(link.declared.system, link.declared.settings)[1]
            except UnusableSystem as error:
                raise ConnectorError(f"{link.name}: {error}") from error
    return None

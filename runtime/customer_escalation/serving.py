"""The embedded workspace and its servers, as the command line offers them."""

from pathlib import Path

from customer_escalation.compose import InvalidRequest


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


def serve_category(category: str, workspace: Path | None, port: int | None) -> None:
    """Serve one category until the client goes away.

    Raises ``InvalidRequest`` for an unknown category, a missing workspace or a port that cannot be used.
    """
    from support_connectors.records import WORKSPACE_CATEGORIES, WorkspaceError
    from support_connectors.serving import ServeError, serve

    name = category.replace("-", "_")
    if name not in WORKSPACE_CATEGORIES:
        raise InvalidRequest(f"{category!r} is no category. Choose one of: {', '.join(WORKSPACE_CATEGORIES)}.")
    try:
        serve(name, workspace, port)
    except (WorkspaceError, ServeError) as error:
        raise InvalidRequest(str(error)) from error

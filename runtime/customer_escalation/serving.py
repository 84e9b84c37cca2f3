"""The embedded workspace and its servers, as the command line offers them."""

from pathlib import Path

from customer_escalation.compose import InvalidRequest, default_database


def load_file(file: Path, database: Path | None) -> str:
    """Load a workspace JSON into the database; returns what was loaded, in a sentence.

    Raises ``InvalidRequest`` with the first fault of the file; the database is then as it was.
    """
    from support_connectors.backends.workspace import load_workspace
    from support_connectors.workspace_file import WorkspaceError

    if not file.exists():
        raise InvalidRequest(f"There is no file {file}.")
    target = database or default_database()
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        summary = load_workspace(file, target)
    except WorkspaceError as error:
        raise InvalidRequest(str(error)) from error
    counts = ", ".join(f"{count} {category.replace('_', ' ')}" for category, count in summary.counts.items())
    return f"Loaded {file} into {target}: {counts} records."


def serve_category(category: str, workspace: str | None, port: int | None) -> None:
    """Serve one category until the client goes away.

    Raises ``InvalidRequest`` for an unknown category.
    """
    from support_connectors.__main__ import serve
    from support_connectors.catalogue import CATEGORIES

    name = category.replace("-", "_")
    if name not in CATEGORIES:
        raise InvalidRequest(f"{category!r} is no category. Choose one of: {', '.join(CATEGORIES)}.")
    serve(name, workspace or str(default_database()), port)

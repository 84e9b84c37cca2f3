"""A workspace that a test imports files into."""

from pathlib import Path

from support_connectors.imports.options import Options
from support_connectors.imports.running import Report, import_files
from support_connectors.workspace.store import WorkspaceStore, open_workspace


class Desk:
    """A workspace that files are imported into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "workspace.db"

    def file(self, name: str, content: str | bytes) -> Path:
        """A file of that content."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def take(self, *paths: Path, keep: bool = True, options: Options | None = None) -> Report:
        """Import files."""
        return import_files(paths, self.database, options or Options(), keep=keep)

    def open(self) -> WorkspaceStore:
        """The workspace."""
        return open_workspace(self.database)

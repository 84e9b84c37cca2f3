"""A workspace file made ready once: a copy in a cache folder is read into memory instead of parsing the file anew."""

import hashlib
import os
import sqlite3
import tempfile
from contextlib import suppress
from pathlib import Path

import support_connectors
from support_connectors.workspace.store import WorkspaceStore, workspace_from_copy, workspace_from_json

MADE_BY = ("categories.py", "results.py", "states.py", "times.py", "workspace/*.py")
"""The code that turns a file into rows, below this package: a copy that other code made is not used."""


def cached_workspace(source: Path, folder: Path) -> WorkspaceStore:
    """As ``workspace_from_json``: from the copy in ``folder`` where there is one; where there is none, one is left there.

    A folder or a copy that cannot be used costs only time.

    Raises:
        WorkspaceError: the file breaks the format.
    """
    try:
        copy = folder / f"{source.stem}-{_key(source)}.db"
    except OSError:
        return workspace_from_json(source)
    store = workspace_from_copy(copy)
    if store is None:
        store = workspace_from_json(source)
        with suppress(OSError, sqlite3.Error):
            _keep(store, copy, f"{source.stem}-*.db")
    return store


def _key(source: Path) -> str:
    """What the copy depends on: the file, the code and SQLite. Raises ``OSError``."""
    package = Path(support_connectors.__path__[0])
    parts = [source, *(path for pattern in MADE_BY for path in sorted(package.glob(pattern)))]
    made = hashlib.sha256(sqlite3.sqlite_version.encode())
    for path in parts:
        made.update(hashlib.sha256(path.read_bytes()).digest())
    return made.hexdigest()[:32]


def _keep(store: WorkspaceStore, copy: Path, pattern: str) -> None:
    """Put the copy there in one step, and take away those that nobody asks for any more."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=copy.parent, suffix=".part")
    os.close(handle)
    made = Path(name)
    try:
        store.write_copy(made)
        made.replace(copy)
    finally:
        made.unlink(missing_ok=True)
    for old in copy.parent.glob(pattern):
        if old != copy:
            old.unlink(missing_ok=True)

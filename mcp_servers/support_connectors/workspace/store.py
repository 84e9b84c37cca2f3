"""The embedded workspace: one SQLite file (or memory) that stands behind all five categories."""

import fcntl
import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy.exc import DBAPIError, IntegrityError

from support_connectors.backend import Backend
from support_connectors.categories import CATEGORY_NAMES, WORKSPACE_CATEGORIES, Category
from support_connectors.workspace.backends import (
    WorkspaceChat,
    WorkspaceCrm,
    WorkspaceKnowledgeBase,
    WorkspaceProjectTracker,
    WorkspaceSupportPlatform,
)
from support_connectors.workspace.claims import Claims
from support_connectors.workspace.filling import Filling, much_at_once, refuse_shared_ids
from support_connectors.workspace.reading import FirstFault, Reading, check
from support_connectors.workspace.records import CONNECTED, Contents, WorkspaceError
from support_connectors.workspace.rows import row_of
from support_connectors.workspace.schema import (
    APPLICATION_ID,
    OWNERS,
    SCHEMA_VERSION,
    create_tables,
    file_engine,
    for_writing,
    item,
    memory_engine,
    meta,
    sqlite_connection,
    table_names,
)
from support_connectors.workspace.shelf import read_meta
from support_connectors.workspace.sources import Source, readable_twice

_SQLITE_HEADER = b"SQLite format 3\0"
_APPLICATION_AT = 68
"""Where a database's first page holds its application id."""


_NOT_READABLE_NOW = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY}
)


class WorkspaceStore:
    """An open workspace. Safe to use from several threads and, where it is a file, from several processes at once."""

    def __init__(self, engine: sa.Engine, warnings: tuple[str, ...] = ()) -> None:
        self._engine = engine
        self.warnings = warnings
        """What was remarkable about the file that was loaded into memory; empty for a database."""
        self.support_platform = WorkspaceSupportPlatform(engine)
        self.crm = WorkspaceCrm(engine)
        self.chat = WorkspaceChat(engine)
        self.project_tracker = WorkspaceProjectTracker(engine)
        self.knowledge_base = WorkspaceKnowledgeBase(engine)

    def backend(self, category: Category) -> Backend:
        """What stands behind a category's server.

        It is there whatever the category's connector state; where that is not ``connected``, every call says so.
        """
        backends: dict[Category, Backend] = {
            "support_platform": self.support_platform,
            "crm": self.crm,
            "chat": self.chat,
            "project_tracker": self.project_tracker,
            "knowledge_base": self.knowledge_base,
        }
        if category not in WORKSPACE_CATEGORIES:
            raise WorkspaceError(f"A workspace holds no {CATEGORY_NAMES[category]}: connect a system for it.")
        return backends[category]

    @property
    def lasts(self) -> bool:
        """Whether what is written stays: it is a database in a file, not a file that was taken into memory."""
        return self._engine.url.database not in (None, "", ":memory:")

    @property
    def now(self) -> datetime | None:
        """The moment that the workspace shows, aware; None where the clock decides."""
        text = self._meta("now")
        return datetime.fromisoformat(text) if isinstance(text, str) else None

    @property
    def policy(self) -> dict[str, JsonValue]:
        """The organisation's overrides, unknown ones included."""
        policy = self._meta("policy")
        return policy if isinstance(policy, dict) else {}

    @property
    def connectors(self) -> dict[Category, str]:
        """The state of every category: ``connected``, ``not_connected`` or ``error: REASON``."""
        return {category: self.connector_state(category) for category in WORKSPACE_CATEGORIES}

    def connector_state(self, category: Category) -> str:
        """``connected``, ``not_connected`` or ``error: REASON``."""
        states = self._meta("connectors")
        return str(states[category]) if isinstance(states, dict) else CONNECTED

    def counts(self) -> dict[Category, int]:
        """Records per category, their messages and comments not counted. Raises ``WorkspaceError``."""
        try:
            with self._engine.begin() as connection:
                rows = connection.execute(sa.select(item.c.category, sa.func.count()).group_by(item.c.category))
                found = {str(category): int(count) for category, count in rows}
        except DBAPIError as error:
            raise WorkspaceError(f"The workspace database cannot be read: {error.orig}.") from error
        return {category: found.get(category, 0) for category in WORKSPACE_CATEGORIES}

    def write_copy(self, path: Path) -> None:
        """Write everything into an empty file, as a database. Raises ``sqlite3.Error``."""
        with closing(sqlite3.connect(path)) as copy, closing(self._engine.raw_connection()) as own:
            sqlite_connection(own).backup(copy)

    def close(self) -> None:
        """Let go of the file, or of the memory."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def _meta(self, key: str) -> JsonValue:
        try:
            with self._engine.begin() as connection:
                value: JsonValue = read_meta(connection, key)
                return value
        except DBAPIError as error:
            raise WorkspaceError(f"The workspace database cannot be read: {error.orig}.") from error


def load_workspace(source: Path | str | Mapping[str, JsonValue], database: Path | str) -> Contents:
    """Check a workspace file (or one already parsed) and put it into ``database`` in place of what was there.

    All or nothing: until everything is stored, and for good where anything fails, the old contents stay and other
    processes go on reading them.

    Raises:
        WorkspaceError: the file breaks the format, or ``database`` cannot be written or is not a workspace.
    """
    path = Path(database)
    with readable_twice(source) as again:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with one_writer(path):
                try:
                    return _store(again, path)
                except sqlite3.DatabaseError as error:
                    if not _is_damaged(error):
                        raise
                    # A load was cut, or the disk lost a piece: it is our own, and holds nothing that can be read.
                    _remove(path)
                    return _store(again, path)
        except OSError as error:
            raise WorkspaceError(f"{error.filename or path} cannot be written: {error.strerror or error}.") from None
        except sqlite3.Error as error:
            raise WorkspaceError(f"The workspace cannot be stored in {path}: {error}. Nothing was changed.") from error


def open_workspace(database: Path | str) -> WorkspaceStore:
    """Open a database that ``load_workspace`` filled.

    It is looked through first: what is left of a damaged one would tell another story.

    Raises:
        WorkspaceError: there is none, or it is something else, or an earlier version made it, or it is damaged.
    """
    path = Path(database)
    if not path.is_file():
        raise WorkspaceError(
            f"There is no workspace at {path}. Load one first: customer-escalation workspace load FILE.json"
        )
    if _pragmas(path) != (APPLICATION_ID, SCHEMA_VERSION):
        raise WorkspaceError(
            f"{path} is not a workspace of this version. "
            "Load one there again: customer-escalation workspace load FILE.json"
        )
    _refuse_damaged(path)
    return WorkspaceStore(file_engine(path))


def workspace_from_json(source: Path | str | Mapping[str, JsonValue]) -> WorkspaceStore:
    """Load a workspace file (or one already parsed) into memory; what is written to it is gone when it is closed.

    Raises:
        WorkspaceError: the file breaks the format.
    """
    engine = memory_engine()
    try:
        with readable_twice(source) as again:
            return WorkspaceStore(engine, _fill(engine, again).warnings)
    except BaseException:
        engine.dispose()
        raise


def workspace_from_copy(path: Path) -> WorkspaceStore | None:
    """A database that ``write_copy`` made, in memory as ``workspace_from_json`` makes it; None where it cannot be used."""
    engine = memory_engine()
    try:
        if _pragmas(path) != (APPLICATION_ID, SCHEMA_VERSION):
            return None
        with (
            closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy,
            closing(engine.raw_connection()) as memory,
        ):
            copy.backup(sqlite_connection(memory))
        with engine.begin() as connection:
            warnings = tuple(read_meta(connection, "warnings"))
    except (WorkspaceError, sqlite3.Error, DBAPIError):
        engine.dispose()
        return None
    return WorkspaceStore(engine, warnings)


def workspace_from(path: Path | str) -> WorkspaceStore:
    """Open ``path``, whichever it is: a database as it stands, a JSON file in memory.

    Raises:
        WorkspaceError: as ``open_workspace`` and ``workspace_from_json``.
    """
    return open_workspace(path) if _is_database(Path(path)) else workspace_from_json(path)


def _fill(engine: sa.Engine, source: Source) -> Contents:
    """Put a workspace in place of what was there, in one transaction.

    Most sources are read once: ids that two records claim show in the indexes. Only where something is wrong a second reading
    finds everything that is.

    Raises:
        WorkspaceError: as ``Reading`` does.
    """
    try:
        return _fill_once(engine, Reading(source, to_the_end=False))
    except (FirstFault, IntegrityError):
        with Claims() as claims:
            check(source, claims)
            return _fill_once(engine, Reading(source, taken=claims))  # two ids that were made up are the same


def _fill_once(engine: sa.Engine, reading: Reading) -> Contents:
    with for_writing(engine).begin() as connection:
        create_tables(connection)
        filling = Filling(connection)
        with much_at_once(connection):
            for category, record in reading:
                filling.add(category, row_of(category, record))
            filling.flush()
        refuse_shared_ids(connection)
        contents = reading.contents
        values = {
            "now": None if contents.now is None else contents.now.isoformat().replace("+00:00", "Z"),
            "policy": contents.policy,
            "connectors": contents.connectors,
            "warnings": contents.warnings,
            "contents": uuid.uuid4().hex,
            "changes": 0,
        }
        connection.execute(sa.insert(meta), [{"key": key, "value": value} for key, value in values.items()])
    return contents


def _store(source: Source, path: Path) -> Contents:
    """Put the workspace into the file in one transaction; its owner alone can read it. Raises ``sqlite3.Error`` and ``OSError``."""
    path.touch(OWNERS)
    path.chmod(OWNERS)
    engine = file_engine(path)
    try:
        # A new file has no readers, and is written faster without a log beside it.
        if sa.inspect(engine).get_table_names():
            let_readers_go_on(engine)
        contents = _fill(engine, source)
        let_readers_go_on(engine)
    except DBAPIError as error:
        raise error.orig if isinstance(error.orig, sqlite3.Error) else sqlite3.Error(str(error)) from error
    else:
        return contents
    finally:
        engine.dispose()


def let_readers_go_on(engine: sa.Engine) -> None:
    """Readers and a writer of the file do not wait for each other from now on."""
    with engine.connect() as connection:
        connection.connection.execute("PRAGMA journal_mode = WAL")  # outside a transaction, where alone it can be set


@contextmanager
def one_writer(path: Path) -> Iterator[None]:
    """What fills one file waits for each other, however long it takes. Raises ``OSError``, and ``WorkspaceError`` for what is not ours."""
    _refuse_no_file(path)
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _roll_back(path)
        _refuse_other_databases(path)
        yield


def _roll_back(path: Path) -> None:
    """Let SQLite take back what a cut load wrote into a new file: its first page may not even be there yet."""
    if path.exists() and path.with_name(f"{path.name}-journal").exists():
        with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _refuse_no_file(path: Path) -> None:
    if path.is_dir():
        raise WorkspaceError(f"{path} cannot be read: Is a directory. Choose another file name.")
    if path.exists() and not path.is_file():
        raise WorkspaceError(f"{path} is no file, so no workspace can be stored there. Choose another file name.")


def _refuse_other_databases(path: Path) -> None:
    """Let alone what is not ours: another program's file. An empty one, and a database without a table, are what a cut load leaves."""
    if not path.exists() or not path.stat().st_size:
        return
    if _application(path) != APPLICATION_ID and not _is_empty_database(path):
        raise WorkspaceError(f"{path} exists and is not a workspace; it was left alone. Choose another file name.")


def _application(path: Path) -> int:
    """Whose database it is, by its application id; where it is damaged, as its first page says; 0 for other files."""
    with suppress(WorkspaceError):
        return _pragmas(path)[0]  # as SQLite reads it: what was written last may still stand beside the file
    with path.open("rb") as file:
        head = file.read(_APPLICATION_AT + 4)
    return int.from_bytes(head[_APPLICATION_AT:], "big") if head.startswith(_SQLITE_HEADER) else 0


def _is_empty_database(path: Path) -> bool:
    if not _is_database(path):
        return False
    try:
        with closing(sqlite3.connect(path)) as connection:
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        return False
    return not tables


def _is_damaged(error: sqlite3.DatabaseError) -> bool:
    return getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _refuse_damaged(path: Path) -> None:
    """Raise ``WorkspaceError`` where SQLite, looking at every page, every index and the full-text index, finds a fault."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            faults = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(1)")]
            missing = sorted(table_names() - _tables_of(connection))
            if faults == ["ok"] and not missing:
                _check_full_text(connection)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if getattr(error, "sqlite_errorcode", None) in _NOT_READABLE_NOW:
            raise WorkspaceError(f"{path} cannot be read: {error}.") from None
        faults, missing = [str(error)], []
    if faults != ["ok"] or missing:
        raise WorkspaceError(
            f"{path} is damaged ({faults[0] if faults != ['ok'] else f'{missing[0]} is missing'}), so nothing of it is used. "
            "Load the workspace there again: customer-escalation workspace load FILE.json"
        )


def _check_full_text(connection: sqlite3.Connection) -> None:
    """Raise ``sqlite3.DatabaseError`` where a full-text index is not that of its texts. Nothing is written, though it asks as a write;
    where nothing may be written, the indexes are taken as they are.
    """
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return
    try:
        for name in sorted(name for name in table_names() if "_text_" in name):
            connection.execute(f"INSERT INTO {name}({name}, rank) VALUES ('integrity-check', 1)")  # noqa: S608 - our own names
    finally:
        connection.rollback()


def _tables_of(connection: sqlite3.Connection) -> set[str]:
    return {str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _remove(path: Path) -> None:
    for piece in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        piece.unlink(missing_ok=True)


def _is_database(path: Path) -> bool:
    """Whether a file begins as every SQLite database does.

    Raises:
        WorkspaceError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(len(_SQLITE_HEADER)) == _SQLITE_HEADER
    except OSError as error:
        raise WorkspaceError(f"{path} cannot be read: {error.strerror or error}.") from None


def _pragmas(path: Path) -> tuple[int, int]:
    """A database's application id and version; zeros where it is none.

    Raises:
        WorkspaceError: it is there but cannot be read.
    """
    if not _is_database(path):
        return 0, 0
    try:
        connection = sqlite3.connect(path)
        try:
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise WorkspaceError(f"{path} cannot be read: {error}.") from None
    return int(application), int(version)

"""The embedded workspace's SQLite file: its tables, its full-text indexes, and how it is opened."""

import sqlite3
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

from support_connectors.categories import WORKSPACE_CATEGORIES, Category

APPLICATION_ID = 0x43_45_57_53
"""Marks the file as a workspace, so that no other program's database is ever overwritten."""
SCHEMA_VERSION = 4
"""Counts up with the tables, and with what of a record is indexed and how."""
TOKENIZER = "porter unicode61"
OWNERS = 0o600
"""The mode of a workspace: it holds what customers wrote. What SQLite puts beside a file is as the file."""
BUSY_TIMEOUT_S = 10.0
"""How long a call waits for another process that writes."""

metadata = sa.MetaData()

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
)
"""``now``, ``policy``, ``connectors``, ``warnings`` of the file; ``contents`` names one load, ``changes`` counts the writes since."""

item = sa.Table(
    "item",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("id_key", sa.Text, nullable=False),
    sa.Column("name_key", sa.Text, nullable=False, doc="an account's name; empty elsewhere"),
    sa.Column("customer_key", sa.Text, doc="a ticket's customer"),
    sa.Column("status_key", sa.Text, doc="a ticket's or an issue's status"),
    sa.Column("state", sa.Text, doc="whether a ticket or an issue is open, waiting or closed; null where nobody knows"),
    sa.Column("group_key", sa.Text, doc="a chat message's channel, an issue's type, an account's tier"),
    sa.Column("at", sa.Integer, doc="created, sent, updated, or an account's renewal; microseconds since 1970"),
    sa.Column("data", sa.JSON, nullable=False, doc="the record as the tools show it, without its parts"),
    sa.Column("source", sa.Text, doc="which system's export it came from, and a digest of what it was; null elsewhere"),
    sa.Index("item_by_key", "category", "id_key", "id", unique=True),
    sa.Index("item_by_time", "category", "at", "seq"),
    sa.Index("item_by_name", "category", "name_key", "seq", sqlite_where=sa.text("name_key != ''")),
)

part = sa.Table(
    "part",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("id_key", sa.Text, nullable=False),
    sa.Column("item_seq", sa.ForeignKey("item.seq"), nullable=False, index=True),
    sa.Column("data", sa.JSON, nullable=False, doc="a message, a comment or an activity as the tools show it"),
    sa.Column("written", sa.Boolean, nullable=False, server_default=sa.false(), doc="whether it was added here"),
    sa.Index("part_by_key", "category", "id_key", "id", unique=True),
)

write = sa.Table(
    "write",
    metadata,
    sa.Column("category", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False, doc="of the operation and its arguments"),
    sa.Column("result", sa.JSON, nullable=False),
)
"""The writes that came with an idempotency key, and what the first of each returned."""


def item_index(category: Category) -> sa.TableClause:
    """The full-text index: a row per item, with its parts' text too; ``rowid`` = ``item.seq``.

    It keeps no copy of the text, so a row is taken out by giving the text that it was made of (``item_text``).
    """
    return sa.table(f"item_text_{category}", sa.column("rowid"), sa.column("title"), sa.column("body"))


def table_names() -> frozenset[str]:
    """Every table that a workspace has, its full-text indexes among them."""
    indexes = (str(item_index(category).name) for category in WORKSPACE_CATEGORIES)
    return frozenset([*metadata.tables, *indexes])


def fold(text: str) -> str:
    """The form in which names, ids and statuses compare: case, width and spacing make no difference."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().split())


def has_id(table: sa.Table, category: Category, id_: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Rows of ``item`` or ``part`` with exactly this id, as their index finds them."""
    return table.c.category == category, table.c.id_key == fold(id_), table.c.id == id_


def file_engine(path: Path) -> sa.Engine:
    """Open ``path``, created for its owner alone if it is not there; several threads and processes may use it at once."""
    if not path.exists():
        with suppress(OSError):  # SQLite says what is wrong with the place
            path.touch(OWNERS)
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
    )
    return _transactional(engine)


def memory_engine() -> sa.Engine:
    """A database that lives as long as the engine. Its one connection is lent to one thread at a time."""
    engine = sa.create_engine(
        "sqlite://",
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        connect_args={"check_same_thread": False},
    )
    return _transactional(engine)


def sqlite_connection(connection: sa.PoolProxiedConnection) -> sqlite3.Connection:
    """The driver's own connection."""
    driver = connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def for_writing(engine: sa.Engine) -> sa.Engine:
    """The same engine, its transactions taking the write lock at once: a later upgrade could not wait for it."""
    return engine.execution_options(sqlite_begin="IMMEDIATE")


def create_tables(connection: sa.Connection) -> None:
    """Drop whatever an earlier version made and create everything, empty, inside the running transaction."""
    for category in WORKSPACE_CATEGORIES:
        for name in (item_index(category).name, f"part_text_{category}"):  # the second an earlier version made
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
    metadata.drop_all(connection)
    metadata.create_all(connection)
    for category in WORKSPACE_CATEGORIES:
        connection.exec_driver_sql(
            f"CREATE VIRTUAL TABLE {item_index(category).name} USING fts5(title, body, content = '', tokenize = '{TOKENIZER}')"
        )
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _transactional(engine: sa.Engine) -> sa.Engine:
    """Let SQLAlchemy say when a transaction begins; the driver would begin it late, after the first reads."""

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine

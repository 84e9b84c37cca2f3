"""Many items into the tables of the embedded workspace: in batches, past the layer that builds statements, indexed on the way."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from support_connectors.categories import WORKSPACE_CATEGORIES, Category
from support_connectors.workspace.rows import COLUMNS, ItemRow, item_text, searchable_result, stored_json
from support_connectors.workspace.schema import fold, item, item_index, part

BATCH = 1_000
"""Rows that are kept until they are written."""
INDEX_MEMORY = 32 << 20
"""Bytes of the index that are gathered before they are sorted into the file, while a whole workspace is loaded."""
_USUAL_INDEX_MEMORY = 1 << 20
_ITEM = ("seq", "category", *COLUMNS, "data", "source")
_PART = ("seq", "category", "id", "id_key", "item_seq", "data")

Values = tuple[Any, ...]


class Filling:
    """Adds items with their parts inside a transaction that holds the write lock: row numbers are counted here."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._next_item = next_seq(connection, item)
        self._next_part = next_seq(connection, part)
        self._category: Category | None = None
        self._items: list[Values] = []
        self._parts: list[Values] = []
        self._texts: list[Values] = []

    def add(
        self, category: Category, row: ItemRow, source: str | None = None, place: int | None = None,
        more: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Add an item, at the ``place`` (its ``seq``) of one that was taken out, else at the end.

        ``more`` are searchable texts of parts that it has already.

        Raises ``sa.exc.IntegrityError``, maybe later, where an id of its kind is taken.
        """
        if category != self._category or len(self._items) + len(self._parts) >= BATCH:
            self.flush()
            self._category = category
        seq = place or self._next_item
        if place is None:
            self._next_item += 1
        texts = []
        for one in row.parts:
            self._parts.append((self._next_part, category, one.id, fold(one.id), seq, stored_json(one)))
            self._next_part += 1
            texts.append(searchable_result(one))
        self._items.append((seq, category, *row.columns, stored_json(row.result), source))
        text = item_text(row.result, (*texts, *more))
        self._texts.append((seq, text["title"], text["body"]))

    def take_part_number(self) -> int:
        """A number for a part, after all that were added."""
        self._next_part += 1
        return self._next_part - 1

    def flush(self) -> None:
        """Write what was added. Raises ``sa.exc.IntegrityError``."""
        if self._category is None:
            return
        for table, columns, rows in (
            (item.name, _ITEM, self._items),
            (part.name, _PART, self._parts),
            (item_index(self._category).name, ("rowid", "title", "body"), self._texts),
        ):
            if rows:
                places = ", ".join("?" * len(columns))
                names = ", ".join(f'"{name}"' for name in columns)
                self._connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)  # noqa: S608
        self._items, self._parts, self._texts = [], [], []


def next_seq(connection: sa.Connection, table: sa.Table) -> int:
    """The number of the next row."""
    return int(connection.scalar(sa.select(sa.func.coalesce(sa.func.max(table.c.seq), 0) + 1)) or 1)


def unindex(connection: sa.Connection, category: Category, seq: int, text: Mapping[str, str]) -> None:
    """Take an item out of the index; ``text`` is what it was put in with."""
    name = item_index(category).name
    statement = f"INSERT INTO {name} ({name}, rowid, title, body) VALUES ('delete', ?, ?, ?)"  # noqa: S608
    connection.exec_driver_sql(statement, (seq, text["title"], text["body"]))


def refuse_shared_ids(connection: sa.Connection) -> None:
    """Raise ``sa.exc.IntegrityError`` where an item and a part of one category have the same id."""
    same = (item.c.category == part.c.category) & (item.c.id_key == part.c.id_key) & (item.c.id == part.c.id)
    statement = sa.select(item.c.category, item.c.id).join(part, same).limit(1)
    found = connection.execute(statement).first()
    if found is not None:
        raise sa.exc.IntegrityError(str(statement), None, ValueError(f"{found.category}/{found.id}"))


@contextmanager
def much_at_once(connection: sa.Connection) -> Iterator[None]:
    """Let the indexes gather more in memory than usual: pieces of them are sorted together less often."""
    _index_memory(connection, INDEX_MEMORY)
    yield
    _index_memory(connection, _USUAL_INDEX_MEMORY)


def _index_memory(connection: sa.Connection, size: int) -> None:
    for category in WORKSPACE_CATEGORIES:
        name = item_index(category).name
        connection.exec_driver_sql(f"INSERT INTO {name} ({name}, rank) VALUES ('hashsize', {size})")  # noqa: S608

"""Items of an export into a workspace that may hold some of them already: new ones are added, changed ones replaced."""

import hashlib
import json
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from support_connectors.categories import WORKSPACE_CATEGORIES, Category
from support_connectors.workspace.filling import Filling, much_at_once, next_seq, refuse_shared_ids, unindex
from support_connectors.workspace.places import Places
from support_connectors.workspace.records import CONNECTED, NOT_CONNECTED, WorkspaceError
from support_connectors.workspace.rows import ItemRow, item_text_of_stored, searchable, stored_json
from support_connectors.workspace.schema import (
    create_tables,
    file_engine,
    fold,
    for_writing,
    item,
    memory_engine,
    meta,
    part,
)
from support_connectors.workspace.shelf import read_meta
from support_connectors.workspace.store import let_readers_go_on, one_writer, open_workspace

AT_ONCE = 400
"""Items that are looked up together."""

Fate = Literal["new", "changed", "same", "other", "repeated"]
"""What became of an item. Left out are those of which the workspace has one of another origin (``other``), or the same files one
with other content (``repeated``), under the same id."""
LEFT: tuple[Fate, ...] = ("other", "repeated")


class Merging:
    """Merges items inside a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._filling = Filling(connection)
        self._waiting: dict[str, tuple[ItemRow, str]] = {}
        self._category: Category | None = None
        self._fates: dict[tuple[Category, Fate], tuple[int, str]] = {}
        self.met: set[tuple[Category, Fate]] = set()
        """What became of items at all, by category."""
        self._first = next_seq(connection, item)
        """Items from here on came with these files."""
        self._met_before = Places(self._first)

    def add(self, category: Category, row: ItemRow, system: str) -> None:
        """Merge an item of ``system``'s export; it is looked up a little later, together with others.

        Of several with one id the first counts, so that the same files give the same workspace again.
        """
        source = f"{system} {_digest(row)}"
        if category != self._category or len(self._waiting) >= AT_ONCE:
            self.flush()
            self._category = category
        if row.id not in self._waiting:
            self._waiting[row.id] = row, source
        elif self._waiting[row.id][1] != source:
            self._count(category, "repeated", row.id)

    def end_of_file(self) -> dict[tuple[Category, Fate], tuple[int, str]]:
        """What became of the items since the last call: how many, and the id of the first. Raises as ``flush``."""
        self.flush()
        fates, self._fates = self._fates, {}
        return fates

    def flush(self) -> None:
        """Merge what waits. Raises ``sa.exc.IntegrityError`` where the id of a part is taken by something else."""
        if self._category is None or not self._waiting:
            return
        category, waiting = self._category, self._waiting
        self._waiting = {}
        keys = json.dumps([fold(id_) for id_ in waiting])
        among = sa.select(sa.func.json_each(keys).table_valued("value").c.value)
        held = sa.select(item.c.id, item.c.seq, item.c.source).where(
            item.c.category == category, item.c.id_key.in_(among)
        )
        known = {row.id: row for row in self._connection.execute(held)}
        for id_, (row, source) in waiting.items():
            if fate := self._merged(category, row, source, known.get(id_)):
                self._count(category, fate, id_)
        self._filling.flush()

    def _merged(self, category: Category, row: ItemRow, source: str, known: Any) -> Fate | None:
        """Merge one item; None where these files had the very same before."""
        if known is None:
            self._filling.add(category, row, source)
            return "new"
        if known.source is None or known.source.partition(" ")[0] != source.partition(" ")[0]:
            return "other"
        if known.seq >= self._first or known.seq in self._met_before:
            return None if known.source == source else "repeated"
        self._met_before.add(known.seq)
        if known.source == source:
            return "same"
        self._replace(category, row, source, known.seq)
        return "changed"

    def _replace(self, category: Category, row: ItemRow, source: str, seq: int) -> None:
        """Put an item in the place of its earlier self; what was added to that here stays, after what the export has."""
        connection = self._connection
        parts = connection.execute(
            sa.select(part.c.seq, part.c.id, part.c.data, part.c.written)
            .where(part.c.item_seq == seq)
            .order_by(part.c.seq)
        ).all()
        data = connection.scalar(sa.select(item.c.data).where(item.c.seq == seq)) or {}
        unindex(connection, category, seq, item_text_of_stored(data, [searchable(one.data) for one in parts]))
        given = {one.id for one in row.parts}
        kept = [one for one in parts if one.written and one.id not in given]
        gone = [one.seq for one in parts if one not in kept]
        connection.execute(sa.delete(part).where(part.c.seq.in_(gone)))
        connection.execute(sa.delete(item).where(item.c.seq == seq))
        self._filling.add(category, row, source, seq, [searchable(one.data) for one in kept])
        for one in kept:
            moved = sa.update(part).where(part.c.seq == one.seq).values(seq=self._filling.take_part_number())
            connection.execute(moved)

    def _count(self, category: Category, fate: Fate, id_: str) -> None:
        number, first = self._fates.get((category, fate), (0, id_))
        self._fates[category, fate] = number + 1, first
        self.met.add((category, fate))


def _digest(row: ItemRow) -> str:
    made = hashlib.sha256(stored_json(row.result).encode())
    for one in row.parts:
        made.update(stored_json(one).encode())
    return made.hexdigest()[:32]


@contextmanager
def merging_into(database: Path, *, keep: bool) -> Iterator[Merging]:
    """Merge into a database, made where there is none, in one transaction; without ``keep`` everything is as it was afterwards.

    Raises:
        WorkspaceError: it cannot be written, is not a workspace of this version, or ids clash; nothing was changed then.
    """
    try:
        if not keep and not database.exists():
            with _merging(memory_engine(), new=True, keep=False) as merging:
                yield merging
            return
        database.parent.mkdir(parents=True, exist_ok=True)
        with one_writer(database):
            new = not database.exists() or not database.stat().st_size
            if not new:
                open_workspace(database).close()
            with _merging(file_engine(database), new=new, keep=keep) as merging:
                yield merging
    except OSError as error:
        raise WorkspaceError(f"{error.filename or database} cannot be written: {error.strerror or error}.") from None
    except IntegrityError as error:
        raise WorkspaceError(
            f"Two things have the same id, so nothing was imported: {error.orig}. Take one of the files out."
        ) from None
    except (sqlite3.Error, DBAPIError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise WorkspaceError(f"The workspace cannot be stored in {database}: {cause}. Nothing was changed.") from None


@contextmanager
def _merging(engine: sa.Engine, *, new: bool, keep: bool) -> Iterator[Merging]:
    try:
        with for_writing(engine).connect() as connection, connection.begin() as transaction:
            if new:
                create_tables(connection)
                _begin_empty(connection)
            merging = Merging(connection)
            with much_at_once(connection):
                yield merging
                merging.flush()
            refuse_shared_ids(connection)
            _tell(connection, merging)
            if not keep:
                transaction.rollback()
        if keep and new:
            let_readers_go_on(engine)
    finally:
        engine.dispose()


def _begin_empty(connection: sa.Connection) -> None:
    """What a workspace says that nobody wrote: nothing is connected, the clock decides, the policy is the skill's own."""
    values: dict[str, Any] = {
        "now": None,
        "policy": {},
        "connectors": dict.fromkeys(WORKSPACE_CATEGORIES, NOT_CONNECTED),
        "warnings": [],
        "contents": uuid.uuid4().hex,
        "changes": 0,
    }
    connection.execute(sa.insert(meta), [{"key": key, "value": value} for key, value in values.items()])


def _tell(connection: sa.Connection, merging: Merging) -> None:
    """Let the categories count as connected that got something, and cursors end where something moved."""
    got = {category for category, fate in merging.met if fate not in LEFT}
    moved = any(fate in ("new", "changed") for _, fate in merging.met)
    states = dict(read_meta(connection, "connectors"))
    states |= dict.fromkeys(got, CONNECTED)
    changes = int(read_meta(connection, "changes")) + moved
    for key, value in (("connectors", states), ("changes", changes)):
        connection.execute(sa.update(meta).where(meta.c.key == key).values(value=value))

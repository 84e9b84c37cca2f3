"""One category's rows in the embedded workspace, read: find, search, browse; the same for all five."""

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from support_connectors.backend import NotFound, Paging, Period, Unavailable
from support_connectors.categories import CATEGORY_NAMES, Category
from support_connectors.cursors import decode_cursor, encode_cursor
from support_connectors.times import microseconds
from support_connectors.workspace.best_parts import best_first
from support_connectors.workspace.full_text import match_expression
from support_connectors.workspace.records import CONNECTED, ERROR_PREFIX
from support_connectors.workspace.schema import fold, has_id, item, item_index, meta, part

BEST_PARTS = 5
"""Messages or comments that a search shows of one item."""
TITLE_WEIGHT = 4.0
NEAREST = 5

JsonObject = dict[str, Any]
"""A stored result, whose shape its result model checks."""


@dataclass(frozen=True)
class Selection:
    """Which items of a category are wanted."""

    key: str
    """The same for the same selection: a cursor is bound to it."""
    conditions: tuple[sa.ColumnElement[bool], ...] = ()


@dataclass(frozen=True)
class FoundItem:
    """One item of a search."""

    data: JsonObject
    parts: list[JsonObject]
    """The parts that match best, in the source's order."""
    complete: bool
    """Whether these are all of its parts."""


@dataclass(frozen=True)
class Rows:
    """One page as it comes from the tables."""

    found: list[FoundItem]
    next_cursor: str | None
    total: int


class Shelf:
    """The rows of one category.

    Every method raises ``Unavailable`` where the category is not connected or the file cannot be used.
    """

    def __init__(self, engine: sa.Engine, category: Category, noun: str, *, by_name: bool = False) -> None:
        """``noun`` is what messages call one item; ``by_name`` browses by name instead of newest first."""
        self.engine = engine
        self.category = category
        self.noun = noun
        self._by_name = by_name
        self._item_index = item_index(category)

    @contextmanager
    def transaction(self, engine: sa.Engine | None = None) -> Iterator[sa.Connection]:
        """A transaction that sees one state of the category, committed at the end."""
        try:
            with (engine or self.engine).begin() as connection:
                self._check_connected(connection)
                yield connection
        except SQLAlchemyError as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            raise Unavailable(f"The workspace database cannot be used just now ({cause}). Try again soon.") from error

    def find(self, connection: sa.Connection, given: str) -> sa.Row[Any]:
        """The item that ``given`` means: its id in any case, its ``ref``, the id of one of its parts, or its name.

        Raises:
            NotFound: naming the nearest ids.
        """
        wanted = given.strip().strip("[]`").removeprefix(f"{self.category}/")
        key = fold(wanted)
        owner = sa.select(part.c.item_seq)
        same_key = part.c.category == self.category, part.c.id_key == key
        for condition in (
            sa.and_(*has_id(item, self.category, wanted)),
            item.c.id_key == key,
            item.c.seq.in_(owner.where(*has_id(part, self.category, wanted))),
            item.c.seq.in_(owner.where(*same_key)),
            sa.and_(item.c.name_key == key, item.c.name_key != ""),
        ):
            rows = connection.execute(self._items().where(condition).limit(2)).all()
            if len(rows) == 1:
                return rows[0]
        raise NotFound(self._missing(connection, wanted))

    def parts_of(self, connection: sa.Connection, seq: int) -> list[JsonObject]:
        """All parts of an item in the source's order."""
        return list(connection.scalars(sa.select(part.c.data).where(part.c.item_seq == seq).order_by(part.c.seq)))

    def search(self, query: str, selection: Selection, paging: Paging) -> Rows:
        """Items of the selection that hold any word of ``query``, best first, each with its best matching parts.

        Raises:
            InvalidCursor: as ``decode_cursor``; also after a write, because every write moves the ranking.
        """
        with self.transaction() as connection:
            state: JsonValue = [read_meta(connection, "contents"), read_meta(connection, "changes")]
            call: JsonValue = ["search", self.category, query, selection.key, state]
            after = decode_cursor(call, paging.cursor) if paging.cursor else None
            expression = match_expression(query)
            if expression is None:
                return Rows([], None, 0)
            index = self._item_index
            # The index alone, unless rows of the table decide which of its hits count.
            hit = sa.select().select_from(index).where(_matches(index, expression))
            if selection.conditions:
                hit = hit.join(item, item.c.seq == index.c.rowid).where(*selection.conditions)
            total = connection.scalar(hit.add_columns(sa.func.count())) or 0
            score = sa.func.bm25(sa.literal_column(index.name), TITLE_WEIGHT, 1.0).label("score")
            wanted = hit.add_columns(index.c.rowid.label("seq"), score)
            if after:
                scored = wanted.cte("scored").prefix_with("MATERIALIZED", dialect="sqlite")
                wanted = sa.select(scored).where(sa.tuple_(scored.c.score, scored.c.seq) > after)
            ranked = wanted.order_by(sa.text("score"), sa.text("seq")).limit(paging.limit + 1)
            hits = connection.execute(ranked).all()
            shown = hits[: paging.limit]
            cursor = encode_cursor(call, [shown[-1].score, shown[-1].seq]) if len(hits) > len(shown) else None
            return Rows(self._with_parts(connection, [hit.seq for hit in shown], expression), cursor, total)

    def browse(self, selection: Selection, paging: Paging) -> Rows:
        """Items of the selection without their parts, newest first or by name.

        Raises:
            InvalidCursor: as ``decode_cursor``.
        """
        with self.transaction() as connection:
            call: JsonValue = ["browse", self.category, selection.key, read_meta(connection, "contents")]
            wanted = self._items().where(*selection.conditions)
            total = connection.scalar(sa.select(sa.func.count()).select_from(wanted.subquery())) or 0
            sort = item.c.name_key if self._by_name else sa.func.coalesce(item.c.at, 0)
            place = sa.tuple_(sort, item.c.seq)
            if paging.cursor:
                after = sa.tuple_(*map(sa.literal, decode_cursor(call, paging.cursor)))
                wanted = wanted.where(place > after if self._by_name else place < after)
            order = (sort, item.c.seq) if self._by_name else (sort.desc(), item.c.seq.desc())
            has_parts = sa.exists().where(part.c.item_seq == item.c.seq)
            rows = connection.execute(
                wanted.add_columns(sort.label("sort"), has_parts.label("has_parts"))
                .order_by(*order)
                .limit(paging.limit + 1)
            ).all()
            shown = rows[: paging.limit]
            cursor = encode_cursor(call, [shown[-1].sort, shown[-1].seq]) if len(rows) > len(shown) else None
            return Rows([FoundItem(row.data, [], not row.has_parts) for row in shown], cursor, total)

    def neighbours(
        self, connection: sa.Connection, row: sa.Row[Any], count: int
    ) -> tuple[list[JsonObject], list[JsonObject]]:
        """What stands before and after an item in its group, up to ``count`` on each side, oldest first."""
        group = sa.select(item.c.data).where(item.c.category == self.category, item.c.group_key == row.group_key)
        place, here = sa.tuple_(item.c.at, item.c.seq), sa.tuple_(sa.literal(row.at), sa.literal(row.seq))
        before = group.where(place < here).order_by(item.c.at.desc(), item.c.seq.desc()).limit(count)
        after = group.where(place > here).order_by(item.c.at, item.c.seq).limit(count)
        return list(connection.scalars(before))[::-1], list(connection.scalars(after))

    def _items(self) -> sa.Select[Any]:
        return sa.select(item).where(item.c.category == self.category)

    def _with_parts(self, connection: sa.Connection, seqs: Sequence[int], expression: str) -> list[FoundItem]:
        """The items with these seqs, in that order."""
        rows = {row.seq: row for row in connection.execute(self._items().where(item.c.seq.in_(seqs)))}
        wanted = sa.select(part.c.item_seq, part.c.data).where(part.c.item_seq.in_(seqs)).order_by(part.c.seq)
        parts = connection.execute(wanted).all()
        best: dict[int, list[int]] = {seq: [] for seq in seqs}
        for position in best_first([one.data for one in parts], expression) if parts else ():
            best[parts[position].item_seq].append(position)
        counts = Counter(one.item_seq for one in parts)
        found = []
        for seq in seqs:
            shown = [parts[position].data for position in sorted(best[seq][:BEST_PARTS])]
            found.append(FoundItem(rows[seq].data, shown, len(shown) == counts[seq]))
        return found

    def _check_connected(self, connection: sa.Connection) -> None:
        state = str(read_meta(connection, "connectors")[self.category])
        name = CATEGORY_NAMES[self.category]
        if state.startswith(ERROR_PREFIX):
            raise Unavailable(
                f"The {name} answered with an error: {state.removeprefix(ERROR_PREFIX)}. "
                "Treat what it would have shown as unknown and say so."
            )
        if state != CONNECTED:
            raise Unavailable(f"The {name} is not connected. Treat what it would have shown as unknown and say so.")

    def _missing(self, connection: sa.Connection, wanted: str) -> str:
        rows = connection.execute(
            sa.select(item.c.id, item.c.id_key, item.c.name_key).where(item.c.category == self.category)
        ).all()
        by_key = {key: row.id for row in rows for key in (row.name_key, row.id_key) if key}
        key = fold(wanted)
        holding = [one for one in by_key if key and (key in one or one in key)]
        close = difflib.get_close_matches(key, list(by_key), n=NEAREST, cutoff=0.6)
        nearest = list(dict.fromkeys(by_key[one] for one in (*holding[:NEAREST], *close)))[:NEAREST]
        hint = f" Nearest ids: {', '.join(nearest)}." if nearest else ""
        return f"No {self.noun} {wanted!r}.{hint} Search or list to find the right id."


def read_meta(connection: sa.Connection, key: str) -> Any:
    """One value of the table ``meta``; None where it is not set."""
    return connection.scalar(sa.select(meta.c.value).where(meta.c.key == key))


def of_customer(customer: str | None) -> list[sa.ColumnElement[bool]]:
    """Tickets of a customer, who may be named as on the ticket or by the id or name of a connected CRM's account."""
    if customer is None:
        return []
    key = fold(customer)
    connected = sa.exists().where(meta.c.key == "connectors", meta.c.value["crm"].as_string() == CONNECTED)
    account = item.alias("account")
    same = sa.and_(account.c.category == "crm", sa.or_(account.c.id_key == key, account.c.name_key == key), connected)
    return [
        sa.or_(
            item.c.customer_key == key,
            item.c.customer_key.in_(sa.select(account.c.name_key).where(same)),
            item.c.customer_key.in_(sa.select(account.c.id_key).where(same)),
        )
    ]


def equal(column: sa.Column[Any], text: str | None) -> list[sa.ColumnElement[bool]]:
    """Items whose ``column`` means the same as ``text``; all where it is None."""
    return [] if text is None else [column == fold(text)]


def of_status(status: str | None) -> list[sa.ColumnElement[bool]]:
    """Items of a status, or of all statuses that mean the state of that name; all where it is None."""
    if status is None:
        return []
    key = fold(status)
    return [sa.or_(item.c.status_key == key, item.c.state == key)]


def within(period: Period) -> list[sa.ColumnElement[bool]]:
    """Items whose time lies in the period."""
    conditions = []
    if period.since is not None:
        conditions.append(item.c.at >= microseconds(period.since))
    if period.until is not None:
        conditions.append(item.c.at <= microseconds(period.until))
    return conditions


def _matches(index: sa.TableClause, expression: str) -> sa.ColumnElement[bool]:
    return sa.literal_column(index.name, sa.Text).op("MATCH", is_comparison=True)(expression)

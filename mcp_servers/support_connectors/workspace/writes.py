"""One category's rows in the embedded workspace, written: each write once per idempotency key, and found at once."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic import JsonValue

from support_connectors.backend import Conflict, InvalidInput, Write
from support_connectors.categories import Category
from support_connectors.results import Activity, Comment, Message, ResultModel
from support_connectors.states import state_of
from support_connectors.workspace.rows import ItemRow, searchable, searchable_title, stored
from support_connectors.workspace.schema import (
    fold,
    for_writing,
    item,
    item_index,
    meta,
    part,
    part_index,
    write,
)
from support_connectors.workspace.shelf import JsonObject, Shelf, read_meta

_NUMBERED = re.compile(r"(.*?)(\d{1,15})", re.ASCII)
_R = TypeVar("_R", bound=ResultModel)

Part = Message | Comment | Activity


class WritableShelf(Shelf):
    """The rows of one category, read and written."""

    def once(
        self,
        result_type: type[_R],
        operation: str,
        arguments: JsonValue,
        by: Write,
        effect: Callable[[sa.Connection], _R],
    ) -> _R:
        """Carry ``effect`` out in one transaction, or return what the first call with this idempotency key returned.

        Raises:
            Conflict: the key was used for another operation or other arguments.
        """
        call = json.dumps([operation, arguments, by.author], sort_keys=True)
        fingerprint = hashlib.sha256(call.encode()).hexdigest()
        with self.transaction(for_writing(self.engine)) as connection:
            if by.idempotency_key is not None:
                same_key = sa.and_(write.c.category == self.category, write.c.key == by.idempotency_key)
                known = connection.execute(sa.select(write).where(same_key)).one_or_none()
                if known is not None and known.fingerprint != fingerprint:
                    raise Conflict(
                        f"The idempotency key {by.idempotency_key!r} was used before for a different write. "
                        "Use a new key for new content."
                    )
                if known is not None:
                    return result_type.model_validate(known.result)
            result = effect(connection)
            changes = int(read_meta(connection, "changes"))
            connection.execute(sa.update(meta).where(meta.c.key == "changes").values(value=changes + 1))
            if by.idempotency_key is not None:
                connection.execute(
                    sa.insert(write).values(
                        category=self.category,
                        key=by.idempotency_key,
                        fingerprint=fingerprint,
                        result=result.model_dump(mode="json"),
                    )
                )
            return result

    def now(self, connection: sa.Connection) -> str:
        """The time of a write: the workspace's own moment, or the clock where it leaves that open."""
        moment = read_meta(connection, "now")
        return moment or datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def next_item_id(self, connection: sa.Connection, prefix: str) -> str:
        """The id that follows the category's own numbering; ``prefix1`` where it has none."""
        ids = set(connection.scalars(sa.select(item.c.id).where(item.c.category == self.category)))
        numbered = [(form[1], form[2]) for id_ in sorted(ids) if (form := _NUMBERED.fullmatch(id_))]
        width, number = 1, 0
        if numbered:
            prefix = Counter(stem for stem, _ in numbered).most_common(1)[0][0]
            digits = [digits for stem, digits in numbered if stem == prefix]
            width, number = max(map(len, digits)), max(map(int, digits))
        return self._free(connection, lambda step: f"{prefix}{number + step:0{width}d}")

    def next_part_id(self, connection: sa.Connection, row: sa.Row[Any], letter: str) -> str:
        """``<item>-<letter>N``, N counting on from the parts that the item has."""
        count = connection.scalar(sa.select(sa.func.count()).where(part.c.item_seq == row.seq)) or 0
        return self._free(connection, lambda step: f"{row.id}-{letter}{count + step}")

    def add_item(self, connection: sa.Connection, row: ItemRow) -> None:
        """Store an item with its parts."""
        insert_items(connection, self.category, [row])

    def add_part(self, connection: sa.Connection, owner: sa.Row[Any], result: Part) -> None:
        """Append a part to an item."""
        values = _part_values(self.category, owner.seq, _next_seq(connection, part), result)
        connection.execute(sa.insert(part), values)
        text = {"rowid": values["seq"], "body": searchable(values["data"])}
        connection.execute(sa.insert(part_index(self.category)), text)
        self._reindex(connection, owner.seq, owner.data)

    def set_status(self, connection: sa.Connection, row: sa.Row[Any], status: str) -> JsonObject:
        """Change an item's status and return its data."""
        state = state_of(status)
        data: JsonObject = {**row.data, "status": status, "state": state}
        values = {"status_key": fold(status), "state": state, "data": data}
        connection.execute(sa.update(item).where(item.c.seq == row.seq).values(**values))
        self._reindex(connection, row.seq, data)
        return data

    def _reindex(self, connection: sa.Connection, seq: int, data: JsonObject) -> None:
        index = item_index(self.category)
        text = _item_text(data, self.parts_of(connection, seq))
        connection.execute(sa.update(index).where(index.c.rowid == seq).values(**text))

    def _free(self, connection: sa.Connection, name: Callable[[int], str]) -> str:
        step = 1
        while any(
            connection.scalar(sa.select(sa.exists().where(table.c.category == self.category, table.c.id == name(step))))
            for table in (item, part)
        ):
            step += 1
        return name(step)


def insert_items(connection: sa.Connection, category: Category, rows: Iterable[ItemRow]) -> None:
    """Store items with their parts and index both.

    Row numbers are counted here: the transaction holds the write lock, and whole tables go in as one statement each.
    """
    first_item, first_part = _next_seq(connection, item), _next_seq(connection, part)
    items: list[JsonObject] = []
    parts: list[JsonObject] = []
    item_texts: list[JsonObject] = []
    for seq, row in enumerate(rows, first_item):
        items.append({"seq": seq, "category": category, **row.columns})
        own = [_part_values(category, seq, first_part + len(parts) + place, one) for place, one in enumerate(row.parts)]
        parts += own
        item_texts.append({"rowid": seq, **_item_text(stored(row.result), [values["data"] for values in own])})
    part_texts = [{"rowid": values["seq"], "body": searchable(values["data"])} for values in parts]
    for table, values in (
        (item, items),
        (part, parts),
        (item_index(category), item_texts),
        (part_index(category), part_texts),
    ):
        if values:
            connection.execute(sa.insert(table), values)


def checked_text(text: str, what: str) -> str:
    """``text`` as it is.

    Raises:
        InvalidInput: there is nothing in it.
    """
    if not text.strip():
        raise InvalidInput(f"The {what} is empty; write it out.")
    return text


def _next_seq(connection: sa.Connection, table: sa.Table) -> int:
    return int(connection.scalar(sa.select(sa.func.coalesce(sa.func.max(table.c.seq), 0) + 1)) or 1)


def _part_values(category: Category, item_seq: int, seq: int, result: Part) -> JsonObject:
    keys = {"id": result.id, "id_key": fold(result.id)}
    return {"seq": seq, "category": category, **keys, "item_seq": item_seq, "data": stored(result)}


def _item_text(data: JsonObject, parts: Iterable[JsonObject]) -> JsonObject:
    """What is indexed of an item: its titles, and everything in it and in its parts."""
    return {"title": searchable_title(data), "body": "\n".join(map(searchable, (data, *parts)))}

"""One category's rows in the embedded workspace, written: each write once per idempotency key, and found at once."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic import JsonValue

from support_connectors.backend import Conflict, InvalidInput, Write
from support_connectors.results import Activity, Comment, Message, ResultModel
from support_connectors.states import state_of
from support_connectors.workspace.filling import Filling, next_seq, unindex
from support_connectors.workspace.rows import ItemRow, item_text_of_stored, searchable, stored
from support_connectors.workspace.schema import fold, for_writing, has_id, item, item_index, meta, part, write
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
                by.go_on(keyed=True)
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
        filling = Filling(connection)
        filling.add(self.category, row)
        filling.flush()

    def add_part(self, connection: sa.Connection, owner: sa.Row[Any], result: Part) -> None:
        """Append a part to an item."""
        before = self._text(connection, owner.seq, owner.data)
        values = {"category": self.category, "item_seq": owner.seq, "id": result.id}
        values |= {"id_key": fold(result.id), "data": stored(result), "written": True}
        connection.execute(sa.insert(part).values(seq=next_seq(connection, part), **values))
        self._reindex(connection, owner.seq, before, self._text(connection, owner.seq, owner.data))

    def set_status(self, connection: sa.Connection, row: sa.Row[Any], status: str) -> JsonObject:
        """Change an item's status and return its data."""
        state = state_of(status)
        data: JsonObject = {**row.data, "status": status, "state": state}
        values = {"status_key": fold(status), "state": state, "data": data}
        connection.execute(sa.update(item).where(item.c.seq == row.seq).values(**values))
        before, after = (self._text(connection, row.seq, one) for one in (row.data, data))
        self._reindex(connection, row.seq, before, after)
        return data

    def _text(self, connection: sa.Connection, seq: int, data: JsonObject) -> dict[str, str]:
        return item_text_of_stored(data, map(searchable, self.parts_of(connection, seq)))

    def _reindex(self, connection: sa.Connection, seq: int, before: dict[str, str], after: dict[str, str]) -> None:
        unindex(connection, self.category, seq, before)
        connection.execute(sa.insert(item_index(self.category)).values(rowid=seq, **after))

    def _free(self, connection: sa.Connection, name: Callable[[int], str]) -> str:
        step = 1
        while any(
            connection.scalar(sa.select(sa.exists().where(*has_id(table, self.category, name(step)))))
            for table in (item, part)
        ):
            step += 1
        return name(step)


def checked_text(text: str, what: str) -> str:
    """``text`` as it is.

    Raises:
        InvalidInput: there is nothing in it.
    """
    if not text.strip():
        raise InvalidInput(f"The {what} is empty; write it out.")
    return text

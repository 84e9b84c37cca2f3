"""A record that is too long for one answer, in parts: a client that is given too much cuts it or puts it where no model reads it."""

import json
from collections.abc import Mapping
from typing import Any

from support_connectors.backend import InvalidInput

MOST_OF_AN_ANSWER = 40_000
"""Characters of an item as JSON in one answer: some ten thousand tokens."""
SHORT = 500
"""Characters of a field that every part repeats."""


def part_of(
    item: Mapping[str, Any], cursor: str | None, most: int = MOST_OF_AN_ANSWER
) -> tuple[dict[str, Any], str | None]:
    """The part at ``cursor`` (None: the first) with the cursor of the next one, None at the end.

    The longest field is what is divided: a list between its entries, an entry or a text between characters where it is too long by
    itself. Every part says which item it is of.

    Raises ``InvalidInput`` for a cursor that is none.
    """
    start, offset = _position(cursor)
    if cursor is None and _size(item) <= most:
        return dict(item), None
    name = max(item, key=lambda field: _size(item[field]))
    kept = {
        field: value for field, value in item.items() if field != name and (cursor is None or _size(value) <= SHORT)
    }
    room = max(most - _size(kept), most // 2)
    part: Any
    if isinstance(item[name], list):
        part, after = _entries(item[name], start, offset, room)
    else:
        part, after = _text(str(item[name]), offset, room)
    return {field: kept.get(field, part) for field in item if field in kept or field == name}, after


def _entries(entries: list[Any], start: int, offset: int, room: int) -> tuple[list[Any], str | None]:
    taken: list[Any] = []
    for number in range(start, len(entries)):
        entry, size = entries[number], _size(entries[number])
        if offset or (not taken and size > room):
            part, after = _cut(entry, offset, room)
            return [*taken, part], (after and f"{number}:{after}") or _next(number + 1, entries)
        if size > room:
            return taken, f"{number}:0"
        taken.append(entry)
        room -= size
    return taken, None


def _next(number: int, entries: list[Any]) -> str | None:
    return f"{number}:0" if number < len(entries) else None


def _cut(entry: Any, offset: int, room: int) -> tuple[Any, int | None]:
    """A piece of an entry's longest text, and where the next one begins."""
    if not isinstance(entry, dict):
        return entry, None
    name = max(entry, key=lambda field: _size(entry[field]))
    if not isinstance(entry[name], str):
        return entry, None
    text = entry[name]
    end = offset + room
    return {**entry, name: text[offset:end]}, end if end < len(text) else None


def _text(text: str, offset: int, room: int) -> tuple[str, str | None]:
    end = offset + room
    return text[offset:end], f"0:{end}" if end < len(text) else None


def _position(cursor: str | None) -> tuple[int, int]:
    start, _, offset = (cursor or "0:0").partition(":")
    if not (start.isascii() and start.isdigit() and offset.isascii() and offset.isdigit()):
        raise InvalidInput(f"{cursor!r} is no next_cursor of this record.")
    return int(start), int(offset)


def _size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False))

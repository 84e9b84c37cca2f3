"""A record that is too long for one answer, in parts: a client that is given too much cuts it or puts it where no model reads it.

Every part says which record it is of: its short fields stand in each. A long field stands in the parts that hold some of it, in the
first of these with more than a short field has: put together in their order, lists, texts and objects are what they were. Where an
entry of a list is divided by itself, the next part begins with the same entry, which goes on there.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from support_connectors.backend import InvalidCursor, InvalidInput

MOST_OF_AN_ANSWER = 40_000
"""Characters of an item as JSON in one answer: some ten thousand tokens."""
SHORT = 500
"""Characters of a field that every part repeats."""
_DIGEST = 12


def part_of(
    item: Mapping[str, Any], cursor: str | None, most: int = MOST_OF_AN_ANSWER, required: Collection[str] = ()
) -> tuple[dict[str, Any], str | None]:
    """The part at ``cursor`` (None: the first) with the cursor of the next one, None at the end.

    The shorter ones of the long fields come first. A list is divided between its entries, an object between its fields; an entry
    that is a record, a field or a text also between characters, where it is too long by itself. ``required`` are fields that may not
    be missing: where nothing of them stands in a part, they are empty.

    Raises ``InvalidInput`` for a cursor that is none, and ``InvalidCursor`` where what was handed out before it is another now.
    """
    if cursor is None and _size(item) <= most:
        return dict(item), None
    short = {field: value for field, value in item.items() if _size(value) <= SHORT}
    long = sorted(item.keys() - short.keys(), key=lambda field: (_size(item[field]), field))
    place = _place(item, long, cursor)
    room = max(most - _size(short), most // 2)
    given: dict[str, Any] = {}
    after: _Place | None = None
    for index in range(place.field, len(long)):
        value = item[long[index]]
        begins = place if index == place.field else _Place(index)
        part, after, left = _piece(value, begins, room, alone=not given)
        if after and given and _size(part) <= SHORT:
            part, after = None, begins  # so that nobody takes it for a short field
        if part:
            given[long[index]] = part
        if after is None and left <= 0 and index + 1 < len(long):
            after = _Place(index + 1)
        if after is not None:
            break
        room = left
    empty = {field: type(item[field])() for field in required if field in item and field not in short}
    told = {**empty, **short, **given}
    shown = {field: told[field] for field in item if field in told}
    return shown, after.cursor(item, long) if after else None


@dataclass(frozen=True)
class _Place:
    """Where a part begins: in which long field, at which entry of it, at which character of that."""

    field: int = 0
    entry: int = 0
    character: int = 0

    def cursor(self, item: Mapping[str, Any], long: list[str]) -> str:
        """As a text, bound to what was handed out before it."""
        return f"{self.field}:{self.entry}:{self.character}:{_handed_out(item, long, self)}"


def _place(item: Mapping[str, Any], long: list[str], cursor: str | None) -> _Place:
    if cursor is None:
        return _Place()
    numbers, digest = cursor.split(":")[:3], cursor.rpartition(":")[2]
    if cursor.count(":") != 3 or not all(one.isascii() and one.isdigit() and len(one) < 10 for one in numbers):
        raise InvalidInput(f"{cursor!r} is no next_cursor of this record.")
    place = _Place(*map(int, numbers))
    if place.field >= len(long) or digest != _handed_out(item, long, place):
        raise InvalidCursor(
            "This next_cursor is of another record, or the record changed since. Read it again from its beginning, without a cursor."
        )
    return place


def _handed_out(item: Mapping[str, Any], long: list[str], place: _Place) -> str:
    """A digest of what stands before a place. What a system tells beside the words, such as when it looked, is left out."""
    told: list[Any] = [item.get("ref"), long]
    for index, field in enumerate(long[: place.field + 1]):
        entries = _entries(item[field])
        if index < place.field:
            told.append([_words(entry) for entry in entries])
            continue
        told.append([_words(entry) for entry in entries[: place.entry]])
        if place.character and place.entry < len(entries):
            told.append(_longest_text(entries[place.entry], item[field])[1][: place.character])
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:_DIGEST]


def _words(entry: Any) -> Any:
    if isinstance(entry, dict) and "ref" in entry:
        return {name: value for name, value in entry.items() if isinstance(value, str)}
    return list(entry) if isinstance(entry, dict) else entry


def _piece(value: Any, begins: _Place, room: int, *, alone: bool) -> tuple[Any, _Place | None, int]:
    """What of a field fits, where it goes on (None: it does not), and the room that is left. ``alone``: nothing else is in the part yet,
    so something has to go in.
    """
    entries = _entries(value)
    taken: list[Any] = []
    for number in range(begins.entry, len(entries)):
        entry, size, offset = entries[number], _size(entries[number]), 0
        here = _Place(begins.field, number)
        if number == begins.entry and begins.character:
            offset = begins.character
        elif size <= room:
            taken.append(entry)
            room -= size
            continue
        elif not alone or _size(taken) > SHORT:
            return _together(value, taken), here, 0
        part, goes_on = _cut(entry, value, offset, room)
        after = _Place(begins.field, number, goes_on) if goes_on else _Place(begins.field, number + 1)
        over = not goes_on and number + 1 == len(entries)
        return _together(value, [*taken, part]), None if over else after, 0
    return _together(value, taken), None, room


def _entries(value: Any) -> list[Any]:
    """A field as a list: its entries, one object for each of its own fields, or the one text."""
    if isinstance(value, list):
        return value
    return [{name: inner} for name, inner in value.items()] if isinstance(value, dict) else [value]


def _together(value: Any, entries: list[Any]) -> Any:
    if isinstance(value, list):
        return entries
    if isinstance(value, dict):
        return {name: inner for entry in entries for name, inner in entry.items()}
    return entries[0] if entries else type(value)()


def _cut(entry: Any, field: Any, offset: int, room: int) -> tuple[Any, int | None]:
    """A piece of the longest text of an entry of a field, and where the next one begins."""
    name, text = _longest_text(entry, field)
    if not text:
        return entry, None
    end = offset + room
    piece = text[offset:end]
    return {**entry, name: piece} if name else piece, end if end < len(text) else None


def _longest_text(entry: Any, field: Any) -> tuple[str, str]:
    """The text by which an entry of a field can be divided, with its name where it has one; empty where it cannot: an entry of a list
    that is no record could not be told from the next one.
    """
    if isinstance(field, str):
        return "", field
    if not isinstance(entry, dict) or (isinstance(field, list) and "ref" not in entry):
        return "", ""
    name = max(entry, key=lambda one: _size(entry[one]))
    return (name, entry[name]) if isinstance(entry[name], str) else ("", "")


def _size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False))

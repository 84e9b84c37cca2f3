"""A record that its server hands out in parts, put together; what did not come is said on the record itself.

A part is an answer with an ``item`` and a ``next_cursor``: the same call with that as its ``cursor`` gives the part that follows. Each
part repeats the record's short fields and holds more of its long ones. Only whoever has all of them has the record: what is missing is
unknown, so a record is never given out as whole when it is not.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from skill_runtime.bounds import MAX_STRUCTURED, PARTS, REST, is_record
from skill_runtime.ledger import JsonObject

MOST_PARTS = 200
READINGS = 3
"""How often a record is read from its beginning that changes while it is read."""
SHORT = 500
"""Characters, as JSON, of a field that every part repeats."""


class Changed(Exception):
    """A part does not go on where the one before it ended: the record is another by now."""


@dataclass(frozen=True)
class Part:
    """What an answer holds of a record."""

    item: JsonObject | None
    """None where none came."""
    cursor: str = ""
    """Where the record goes on; empty at its end."""
    failed: str = ""
    """Why none came: the end of a sentence."""
    changed: bool = False
    """The server says that this cursor is none any more."""
    again: bool = False
    """None came, and the same call can be made again."""


Ask = Callable[[str], Awaitable[Part]]
"""Gives the part at a cursor; the first at an empty one."""


async def whole_record(first: Part, ask: Ask) -> JsonObject:
    """The record that begins with ``first``, put together of all its parts.

    What could not be had is said on it (``cut_short``). A record that changes meanwhile is read again, ``READINGS`` times in all.
    """
    for reading in range(READINGS):
        if reading:
            again = await ask("")
            if again.item is None:
                return cut_short(first.item or {}, f"it changed while it was read, and then {again.failed}")
            first = again
        try:
            item, why = await _read_on(first, ask)
        except Changed:
            continue
        return cut_short(item, why) if why else item
    return cut_short(first.item or {}, f"it changed each of {READINGS} times while it was read")


async def _read_on(first: Part, ask: Ask) -> tuple[JsonObject, str]:
    """What there is from the first part on, and why no more of it came. Raises ``Changed``."""
    item, part, seen = first.item or {}, first, set[str]()
    size = _size(item)
    for number in range(2, MOST_PARTS + 2):
        if not part.cursor:
            return item, ""
        seen.add(part.cursor)
        following = await ask(part.cursor)
        if following.again:
            following = await ask(part.cursor)
        if following.changed:
            raise Changed
        if following.item is None:
            why = "the server ended the connection twice" if following.again else following.failed
            return item, f"part {number} did not come: {why}"
        if following.cursor in seen:
            return item, f"after part {number - 1} the server gave a cursor that it had given before"
        size += _size(following.item)
        if size > MAX_STRUCTURED:
            return item, f"it is longer than {MAX_STRUCTURED:,} characters"
        grown = joined(item, following.item)
        if grown == item and following.cursor:
            return item, f"nothing was in part {number}"
        item, part = grown, following
    return item, f"it has more than {MOST_PARTS} parts"


def joined(whole: JsonObject, part: JsonObject) -> JsonObject:
    """A record with one more part of it. Raises ``Changed`` where the part is of another record, or of another state of it."""
    if any(whole.get(name) != part.get(name) for name in ("ref", "kind", "id")):
        raise Changed
    grown = dict(whole)
    for field, value in part.items():
        known = whole.get(field)
        if field not in whole or known in ("", [], {}):
            grown[field] = value
        elif value not in ("", [], {}) and not (value == known and _size(value) <= SHORT):
            grown[field] = _longer(known, value)
    return grown


def cut_short(item: JsonObject, why: str) -> JsonObject:
    """The record with a note that its rest was not read, and why; what may go on there is marked as not complete."""
    marked = dict(item)
    for field, value in item.items():
        if isinstance(value, list) and any(map(is_record, value)):
            marked[f"{field}_complete"] = False
            if is_record(value[-1]) and (text := _longest(value[-1])):
                marked[field] = [*value[:-1], {**value[-1], f"{text}_complete": False, REST: f"it may go on: {why}"}]
        elif isinstance(value, str) and _size(value) > SHORT:
            marked[f"{field}_complete"] = False
    return {**marked, PARTS: False, REST: why}


def _longer(known: Any, value: Any) -> Any:
    if isinstance(known, list) and isinstance(value, list):
        return _longer_list(known, value)
    if isinstance(known, dict) and isinstance(value, dict):
        return _longer_object(known, value)
    if isinstance(known, str) and isinstance(value, str) and _size(known) > SHORT:
        return known + value
    raise Changed


def _longer_list(known: list[Any], value: list[Any]) -> list[Any]:
    if not (is_record(known[-1]) and is_record(value[0])):
        if _size(known) <= SHORT:
            raise Changed
        return [*known, *value]
    before = {entry["ref"] for entry in known if is_record(entry)}
    if known[-1]["ref"] == value[0]["ref"]:
        known, value = [*known[:-1], _longer_entry(known[-1], value[0], alone=len(value) == 1)], value[1:]
    if any(is_record(entry) and entry["ref"] in before for entry in value):
        raise Changed
    return [*known, *value]


def _longer_entry(known: JsonObject, value: JsonObject, *, alone: bool) -> JsonObject:
    """An entry whose text goes on. The same once more is no more of it, unless it is a piece that repeats itself."""
    other = [name for name in {**known, **value} if known.get(name) != value.get(name)]
    name = other[0] if len(other) == 1 else _longest(known) if alone and not other else ""
    if not name or not isinstance(known.get(name), str) or not isinstance(value.get(name), str):
        raise Changed
    return {**known, name: known[name] + value[name]}


def _longer_object(known: JsonObject, value: JsonObject) -> JsonObject:
    last, first = list(known)[-1], next(iter(value))
    rest = {name: inner for name, inner in value.items() if name not in known}
    if last == first and isinstance(known[last], str) and isinstance(value[first], str) and len(known[last]) > SHORT:
        if len(rest) != len(value) - 1:
            raise Changed
        return {**known, last: known[last] + value[first], **rest}
    if len(rest) != len(value):
        raise Changed
    return {**known, **rest}


def _longest(entry: Mapping[str, Any]) -> str:
    """The name of an entry's longest text, where it is longer than a short field."""
    texts = [name for name, value in entry.items() if isinstance(value, str) and _size(value) > SHORT]
    return max(texts, key=lambda name: len(entry[name]), default="")


def _size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False))

"""What every backend of a category must do, as checks that take the backend's functions.

A new backend passes them on a system that holds at least two items of the category.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from pydantic import BaseModel

from support_connectors.backend import MAX_LIMIT, Conflict, InvalidCursor, NotFound, Paging
from support_connectors.results import Page


@dataclass(frozen=True)
class CategoryCalls:
    """A backend's functions under the same names for every category."""

    search: Callable[[str, Paging], Page[Any]]
    browse: Callable[[Paging], Page[Any]]
    read: Callable[[str], BaseModel]
    write: Callable[[str, str | None], BaseModel]
    """Write this text under this idempotency key."""


def pages(call: Callable[[Paging], Page[Any]], limit: int) -> list[Page[Any]]:
    """Follow the cursors to the last page."""
    found = [call(Paging(limit))]
    while found[-1].next_cursor is not None:
        found.append(call(Paging(limit, found[-1].next_cursor)))
    return found


def check_paging(call: Callable[[Paging], Page[Any]]) -> None:
    """Every page size shows the same items in the same order, each once, and says how many there are."""
    whole = [item.ref for page in pages(call, MAX_LIMIT) for item in page.items]
    assert len(set(whole)) == len(whole)
    for limit in (1, 2, 3, 7):
        parts = pages(call, limit)
        assert [item.ref for page in parts for item in page.items] == whole
        assert {page.total for page in parts} == {len(whole)}
        assert all(len(page.items) == limit for page in parts[:-1])
        assert 0 < len(parts[-1].items) <= limit or not whole


def check_search_finds_what_read_shows(calls: CategoryCalls) -> None:
    """Each item is found by the words of each of its texts."""
    for listed in calls.browse(Paging(MAX_LIMIT)).items:
        shown = calls.read(listed.id).model_dump(mode="json")
        for text in _texts(shown.get("item", shown)):
            found = [item.ref for page in pages(partial(calls.search, text), MAX_LIMIT) for item in page.items]
            assert listed.ref in found or not any(character.isalnum() for character in text), text


def check_reading(calls: CategoryCalls) -> None:
    """An item is read by id, by ref and in any case; another is refused with a way on."""
    listed = calls.browse(Paging(1)).items[0]
    by_id = calls.read(listed.id)
    assert calls.read(listed.ref) == calls.read(listed.id.swapcase()) == by_id
    with pytest.raises(NotFound) as refusal:
        calls.read(listed.id + "0")
    assert f"{listed.id}0" in str(refusal.value)
    assert listed.id in str(refusal.value)


def check_cursors(calls: CategoryCalls) -> None:
    """A cursor that is not one, or belongs to another call, is refused."""
    cursor = calls.browse(Paging(1)).next_cursor
    assert cursor is not None
    for wrong in ("x", "Zm9v", "💥", cursor[:-3]):
        with pytest.raises(InvalidCursor):
            calls.browse(Paging(1, wrong))
    with pytest.raises(InvalidCursor):
        calls.search("logo", Paging(1, cursor))


def check_writing(calls: CategoryCalls) -> None:
    """A write is found at once, happens once per key, and keeps its key to itself."""
    first = calls.write("zanzibar one", "key-1").model_dump(mode="json")
    assert calls.write("zanzibar one", "key-1").model_dump(mode="json") == first
    assert calls.search("zanzibar", Paging()).total == 1
    again = calls.write("zanzibar one", "key-2").model_dump(mode="json")
    assert again["ref"] != first["ref"]
    with pytest.raises(Conflict, match="key-1"):
        calls.write("zanzibar two", "key-1")
    assert calls.read(first["id"]) is not None


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [
            text
            for key, item in value.items()
            if key not in ("ref", "kind", "parent", "state")
            for text in _texts(item)
        ]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []

"""Ids of items and of their parts: those that are claimed twice, and those that are made for parts without one."""

from collections.abc import Iterator, Mapping
from typing import Any

from support_connectors.categories import Category
from support_connectors.workspace.claims import Claims
from support_connectors.workspace.faults import Fault, Loc, path_of, shown

_PARTS: Mapping[Category, tuple[str, str]] = {
    "support_platform": ("messages", "m"),
    "project_tracker": ("comments", "c"),
}
"""The keys under which the file's items hold parts with ids, and the letter of an id that is made for one without."""


def claimed_twice(claims: Claims, category: Category, item: Any, path: Loc) -> Iterator[Fault]:
    """Claim every id of an item and its parts; what another has already is a fault."""
    for loc, given in _identified(item, path, _PARTS.get(category)):
        held = claims.claim(category, str(given), path_of(loc))
        if held is not None:
            yield Fault((*loc, "id"), f"{shown(str(given))} is already the id of {held}")


def _identified(item: Any, loc: Loc, parts: tuple[str, str] | None) -> Iterator[tuple[Loc, str | int]]:
    """The places of an item and its parts that have an id, with it."""
    if not isinstance(item, Mapping):
        return
    if isinstance(item.get("id"), str | int):
        yield loc, item["id"]
    inner = item.get(parts[0]) if parts else None
    for index, part in enumerate(inner if isinstance(inner, list) and parts else ()):
        yield from _identified(part, (*loc, parts[0], index), None)  # type: ignore[index]


def numbered(category: Category, item: Any, taken: Claims | None) -> Any:
    """The item with ids for its parts that have none: ``<item>-mN``, ``<item>-cN``."""
    if category not in _PARTS or not isinstance(item, Mapping):
        return item
    key, letter = _PARTS[category]
    parts = item.get(key)
    if not isinstance(parts, list) or not any(isinstance(part, Mapping) and part.get("id") is None for part in parts):
        return item
    held = {str(part["id"]) for part in parts if isinstance(part, Mapping) and isinstance(part.get("id"), str | int)}
    numbered = []
    for position, part in enumerate(parts, start=1):
        if not isinstance(part, Mapping) or part.get("id") is not None:
            numbered.append(part)
            continue
        number = position
        while (name := f"{item.get('id')}-{letter}{number}") in held or (taken and not taken.is_free(category, name)):
            number += 1
        held.add(name)
        numbered.append({**part, "id": name})
    return {**item, key: numbered}

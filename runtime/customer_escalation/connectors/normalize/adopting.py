"""A foreign answer as a result of our own form."""

import json
from typing import Any

from customer_escalation.connectors.normalize.fields import our_fields, part_fields
from customer_escalation.connectors.normalize.items import (
    JsonObject,
    find_items,
    find_parts,
    identity,
    plain_key,
    short_digest,
)
from customer_escalation.connectors.normalize.typed import citable_id, typed
from customer_escalation.domain.categories import SOURCES
from skill_runtime.ledger import find_records
from skill_runtime.tools import ToolReturn
from support_connectors.rendering import render_result

_PAGING = frozenset("page_info paging meta pagination links response_metadata pages".split())
MOST_ITEMS = 50
"""Items of one answer that become records; a flood is cut, with a note."""
MOST_PARTS = 100
MOST_SOURCE = 8_000
"""Characters of one item's own fields that are kept beside ours."""
MOST_TEXT = 30_000
"""Characters of an answer that is one text."""


def adopt_outcome(category: str, tool: str, outcome: ToolReturn) -> ToolReturn:
    """A successful outcome with its records made citable, and a text that shows their references."""
    result = adopt(category, tool, outcome.structured, outcome.text)
    return outcome.retold(render_result(result), result)


def adopt(category: str, tool: str, structured: JsonObject | None, text: str) -> JsonObject:
    """The result in our form: ``items`` with references, what stands around them, and a note where something was cut.

    A server of our own form keeps its references in its own category.
    """
    value: Any = _unwrapped(structured) if structured is not None else _json_of(text)
    if isinstance(value, dict) and any(record.category == category for record in find_records(value)):
        own: JsonObject = typed(_all_citable(own_category_only(value, category), category, tool), category)
        return own
    items = list(find_items(value)) if value is not None else []
    if not items:
        shown = text if structured is None or text else json.dumps(structured, ensure_ascii=False)
        return {"item": _as_text(category, tool, shown)}
    result: JsonObject = {"items": typed(_distinct([_record(category, item) for item in items[:MOST_ITEMS]]), category)}
    around = _around(value)
    if around:
        result["around"] = around
    if len(items) > MOST_ITEMS:
        result["note"] = f"The first {MOST_ITEMS} of {len(items)} items. Ask for fewer, or search more narrowly."
    return result


def _unwrapped(structured: JsonObject) -> Any:
    """The value of a result that is one text of JSON in an envelope, as servers give whose tools return texts."""
    if len(structured) == 1:
        [only] = structured.values()
        if isinstance(only, str):
            return _json_of(only)
    return structured


def own_category_only(value: Any, category: str) -> Any:
    """A copy in which every ``ref`` of another category is only ``source_ref``: nobody speaks for another system."""
    if isinstance(value, list):
        return [own_category_only(item, category) for item in value]
    if not isinstance(value, dict):
        return value
    copy = {key: own_category_only(item, category) for key, item in value.items()}
    for key in ("ref", "parent"):
        if isinstance(copy.get(key), str) and not copy[key].startswith(f"{category}/"):
            copy[f"source_{key}"] = copy.pop(key)
    return copy


def _all_citable(value: JsonObject, category: str, tool: str) -> JsonObject:
    """The answer with a reference for what stands among records and has none, such as one that claimed another category."""
    found = dict(value)
    for key in ("item", "items"):
        inner = found.get(key)
        if isinstance(inner, dict) and "ref" not in inner:
            found[key] = _whole(category, tool, inner)
        elif isinstance(inner, list):
            found[key] = [
                item if isinstance(item, dict) and "ref" in item else _whole(category, tool, item) for item in inner
            ]
    return found


def _whole(category: str, tool: str, value: Any) -> JsonObject:
    """What cannot be mapped, as one record with all its text."""
    return _as_text(
        category, tool, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
    )


def _record(category: str, item: JsonObject) -> JsonObject:
    source = SOURCES.get(category)
    kind, part_kind = (source.row.item, source.part) if source else ("item", "part")
    name = identity(item)
    record: JsonObject = {"ref": f"{category}/{name}", "kind": kind, "id": name, **our_fields(category, item)}
    held: set[str] = set()
    parts: list[JsonObject] = []
    for key, found in find_parts(item):
        held.add(key)
        for part in found[: MOST_PARTS - len(parts)]:
            own = identity(part) or short_digest(part)
            part_id = f"{name}-{own}" if own != name else f"{name}-{key}-{own}"
            parts.append(
                {
                    "ref": f"{category}/{part_id}",
                    "kind": part_kind,
                    "id": part_id,
                    **part_fields(category, part),
                    "parent": record["ref"],
                }
            )
    rest = {key: value for key, value in item.items() if plain_key(key) not in held}
    record["source"] = _bounded(_nameless(rest))
    if parts:
        record["messages" if part_kind == "message" else "comments"] = _distinct(parts)
    return record


def _as_text(category: str, tool: str, text: str) -> JsonObject:
    cut = (
        text
        if len(text) <= MOST_TEXT
        else f"{text[:MOST_TEXT]}\n[Cut: the first {MOST_TEXT} of {len(text)} characters.]"
    )
    name = citable_id(f"{tool}-{short_digest(text)}")
    return {"ref": f"{category}/{name}", "kind": "text", "id": name, "text": cut}


def _json_of(text: str) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _around(value: Any) -> JsonObject:
    """The scalars that stand beside the items, such as the next page's token."""
    if not isinstance(value, dict):
        return {}
    found = {key: item for key, item in value.items() if not isinstance(item, dict | list) and item not in ("", None)}
    for key, item in value.items():
        if isinstance(item, dict) and plain_key(key) in (
            "page_info",
            "paging",
            "meta",
            "pagination",
            "links",
            "response_metadata",
            "pages",
        ):
            found[key] = _bounded(_nameless(item))
    return {key: item for key, item in found.items() if key not in ("ref", "kind", "id")}


def _nameless(value: Any) -> Any:
    """A copy in which nothing passes for a record of ours."""
    if isinstance(value, dict):
        return {("source_ref" if key == "ref" else key): _nameless(item) for key, item in value.items()}
    return [_nameless(item) for item in value] if isinstance(value, list) else value


def _bounded(value: Any) -> Any:
    """The value, or its shortest fields as far as they fit."""
    if len(json.dumps(value, ensure_ascii=False)) <= MOST_SOURCE or not isinstance(value, dict):
        return value
    kept: JsonObject = {}
    left = MOST_SOURCE
    for key, item in sorted(value.items(), key=lambda pair: len(json.dumps(pair[1], ensure_ascii=False))):
        left -= len(json.dumps({key: item}, ensure_ascii=False))
        if left < 0:
            break
        kept[key] = item
    return kept


def _distinct(records: list[JsonObject]) -> list[JsonObject]:
    """Each reference once, the fullest record of it."""
    best: dict[str, JsonObject] = {}
    for record in records:
        known = best.get(record["ref"])
        if known is None or len(json.dumps(record)) > len(json.dumps(known)):
            best[record["ref"]] = record
    return list(best.values())

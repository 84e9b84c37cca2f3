"""A foreign answer as a result of our own form."""

import ast
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from customer_escalation.connectors.normalize.fields import file_fields, our_fields, part_fields
from customer_escalation.connectors.normalize.items import (
    JsonObject,
    find_files,
    find_items,
    find_parts,
    identity,
    is_lone_part,
    plain_key,
    short_digest,
)
from customer_escalation.connectors.normalize.typed import citable_id, typed
from customer_escalation.connectors.normalize.vendors import opening
from customer_escalation.domain.categories import SOURCES
from skill_runtime.bounds import REST, bounded, cut
from skill_runtime.ledger import find_records
from skill_runtime.tools import ToolReturn
from support_connectors.rendering import render_result

_PAGING = frozenset("page_info paging meta pagination links response_metadata pages".split())
MOST_ITEMS = 50
"""Items of one answer that become records; a flood is cut, with a note."""
MOST_PARTS = 1_000
"""Messages or comments of one item."""
MOST_SOURCE = 8_000
"""Characters of one item's own fields that are kept beside ours."""
MOST_ROWS_TEXT = 200_000
"""Characters of a text that is looked at as rows."""
_READS = re.compile(r"read|get|fetch", re.IGNORECASE)
MOST_TEXT = 30_000
"""Characters of an answer that is one text."""


_HOLDER = re.compile(
    r"(?:\w+_)?(?:ticket|conversation|case|request|issue|bug|task|work_item)(?:_?(?:id|key|number|id_or_key|iid))?"
    r"|id|key|number"
)
"""Arguments and fields that name the item to which comments belong."""
_ITS_OWN = frozenset({"id", "key", "number"})
"""Fields that name whoever has them, never what that belongs to."""


def adopt_outcome(
    category: str, tool: str, outcome: ToolReturn, arguments: Mapping[str, Any] | None = None
) -> ToolReturn:
    """A successful outcome with its records made citable, and a text that shows their references."""
    result = adopt(category, tool, outcome.structured, outcome.text, arguments)
    return outcome.retold(render_result(result), result)


def adopt(
    category: str, tool: str, structured: JsonObject | None, text: str, arguments: Mapping[str, Any] | None = None
) -> JsonObject:
    """The result in our form: ``items`` with references, what stands around them, and a note where something was cut.

    ``arguments`` are the call's: comments that were asked for by their ticket belong to it. A server of our own form keeps its
    references in its own category.
    """
    value: Any = _unwrapped(structured) if structured is not None else _json_of(text)
    if isinstance(value, dict) and any(record.category == category for record in find_records(value)):
        own: JsonObject = typed(_all_citable(own_category_only(value, category), category, tool), category)
        return own
    items = list(find_items(value)) if value is not None else []
    if not items:
        shown = text if structured is None or text else json.dumps(structured, ensure_ascii=False)
        return {"item": _as_text(category, tool, shown, arguments)}
    result: JsonObject = {
        "items": typed(
            _distinct([_adopted(category, item, arguments or {}) for item in _told_apart(items[:MOST_ITEMS])]), category
        )
    }
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


def _adopted(category: str, item: JsonObject, arguments: Mapping[str, Any]) -> JsonObject:
    """The item as a record: an item of the category, or a part of one that was asked for or that it names."""
    source = SOURCES.get(category)
    holder = _holder(item, arguments) if source and source.row.part and is_lone_part(item) else ""
    if not holder or source is None:
        return _record(category, item)
    part = _part(category, source.part, holder, "", item, {})
    return {**part, "source": _source(item, {"attachments"} if "attachments" in part else set())}


def _told_apart(items: Sequence[JsonObject]) -> list[JsonObject]:
    """The items, those that share a number and are not the same with a name of their own: repositories count for themselves."""
    others: dict[str, set[str]] = {}
    for item in items:
        others.setdefault(identity(item), set()).add(_innermost(item))
    return [
        {**item, "key": f"{identity(item)}-{short_digest(_innermost(item))}"}
        if len(others[identity(item)]) > 1
        else item
        for item in items
    ]


def _innermost(item: JsonObject) -> str:
    """What a system itself tells its items apart by; empty where it shows only what people quote."""
    return next((str(item[key]) for key in ("node_id", "gid", "html_url", "web_url", "url") if item.get(key)), "")


def _holder(item: JsonObject, arguments: Mapping[str, Any]) -> str:
    """The id of the item that a comment belongs to: as it says itself, else as the call named it."""
    own = {plain_key(key): value for key, value in item.items() if plain_key(key) not in _ITS_OWN}
    asked = {plain_key(key): value for key, value in arguments.items()}
    for given in (own, asked):
        for key, value in given.items():
            if (
                _HOLDER.fullmatch(key)
                and isinstance(value, str | int)
                and not isinstance(value, bool)
                and str(value).strip()
            ):
                return str(value).strip()
    return ""


def _record(category: str, item: JsonObject) -> JsonObject:
    source = SOURCES.get(category)
    kind, part_kind = (source.row.item, source.part) if source else ("item", "part")
    name = identity(item)
    record: JsonObject = {"ref": f"{category}/{name}", "kind": kind, "id": name, **our_fields(category, item)}
    held: set[str] = set()
    if files := _attachments(category, name, item):
        record["attachments"] = files
        held.add("attachments")
    parts: list[JsonObject] = []
    if category == "support_platform" and (first := opening(item)):
        parts.append(_part(category, part_kind, name, "opening", first, item))
    count = len(parts)
    for key, found in find_parts(item):
        if category == "chat" and key in _HANGING:
            continue
        held.add(key)
        count += len(found)
        parts += [_part(category, part_kind, name, key, part, item) for part in found[: MOST_PARTS - len(parts)]]
    record["source"] = _source(item, held)
    if parts:
        field = "messages" if part_kind == "message" else "comments"
        record[field] = _distinct(parts)
        if count > MOST_PARTS:
            record |= {f"{field}_complete": False, REST: f"the first {MOST_PARTS} of its {count} {field} were taken"}
    return record


_HANGING = frozenset({"attachments", "blocks", "files"})
"""What hangs on a chat message and is told with its text."""


def _part(category: str, kind: str, holder: str, key: str, part: JsonObject, item: Mapping[str, Any]) -> JsonObject:
    own = _own_identity(part, holder) or short_digest(part)
    name = f"{holder}-{own}" if own != holder else f"{holder}-{key}-{own}"
    ref = f"{category}/{name}"
    record = {
        "ref": ref,
        "kind": kind,
        "id": name,
        **part_fields(category, part, item),
        "parent": f"{category}/{holder}",
    }
    if files := _attachments(category, name, part):
        record["attachments"] = files
    return record


def _own_identity(part: JsonObject, holder: str) -> str:
    """The id of a part itself: one that also says to which item it belongs does not go by that item's id."""
    own = {key: value for key, value in part.items() if str(value) != holder or plain_key(key) in _ITS_OWN}
    return identity(own)


def _attachments(category: str, holder: str, item: JsonObject) -> list[JsonObject]:
    """The files that hang on an item or a part, each a record of its own, where the category has such records."""
    source = SOURCES.get(category)
    if source is None or not source.row.attachments:
        return []
    return _distinct([_attachment(category, holder, file) for file in find_files(item)[:MOST_PARTS]])


def _attachment(category: str, holder: str, file: JsonObject) -> JsonObject:
    name = f"{holder}-a{identity(file) or short_digest(file)}"
    ref = f"{category}/{name}"
    return {"ref": ref, "kind": "attachment", "id": name, **file_fields(file), "parent": f"{category}/{holder}"}


def _source(item: JsonObject, held: set[str]) -> JsonObject:
    """The item's own fields, without those that became records."""
    kept: JsonObject = _bounded(_nameless({key: value for key, value in item.items() if plain_key(key) not in held}))
    return kept


def _as_text(category: str, tool: str, text: str, arguments: Mapping[str, Any] | None = None) -> JsonObject:
    """A text as one record; that of a file goes by its path."""
    kept = cut(text, MOST_TEXT)
    path = (arguments or {}).get("path")
    if isinstance(path, str) and _READS.search(tool) and path.strip():
        named = citable_id(path.strip())
        return {
            "ref": f"{category}/{named}",
            "kind": "text",
            "id": named,
            "title": path.rpartition("/")[2] or path,
            "text": kept,
        }
    name = citable_id(f"{tool}-{short_digest(text)}")
    return {"ref": f"{category}/{name}", "kind": "text", "id": name, "text": kept}


def _json_of(text: str) -> Any:
    """A text as the JSON, or the Python, that it is; None for any other."""
    try:
        value = bounded(json.loads(text))  # a text that is fine may be JSON of what is not
    except (ValueError, RecursionError):
        value = _rows_in(text)
    return value if isinstance(value, dict | list) else None


def _rows_in(text: str) -> Any:
    """Rows as a server in Python prints them."""
    if not text.startswith("[{") or len(text) > MOST_ROWS_TEXT:
        return None
    try:
        return bounded(ast.literal_eval(text))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


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

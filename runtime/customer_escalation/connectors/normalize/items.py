"""Finding the items in a JSON answer of unknown form: which objects are things with an identity, and what belongs to them."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

JsonObject = dict[str, Any]

DEPTH = 5
"""Wrappers around the items that are looked through: data, results, edges."""
_IDS = ("key", "identifier", "ticket_id", "conversation_id", "issue_key", "display_id", "iid", "number", "id", "_id", "gid", "sys_id",
        "uuid", "message_id", "page_id", "task_id", "ts", "slug", "path", "url")  # fmt: skip
"""Keys of an identity, those that people quote first."""
_CONTENT = frozenset(
    "subject title name summary text body content message description snippet comment plain_text status state stage "
    "priority email domain".split()
)
_MERGED = ("properties", "fields", "attributes")
"""Objects inside an item that hold its own fields."""
_OF_A_FILE = frozenset({"name", "content_type", "attachment_url"})
"""What Freshdesk says of every file; a chat's attachment that says something itself has other fields."""


def plain_key(key: str) -> str:
    """A key for comparing: ``createdAt``, ``created_at`` and ``Created At`` are one."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key)
    return re.sub(r"[\W_]+", "_", spaced).strip("_").casefold()


def fields_of(item: Mapping[str, Any]) -> JsonObject:
    """An item's own fields by plain key, those inside ``properties`` and the like included; the outer ones count first."""
    found: JsonObject = {}
    for key, value in item.items():
        found.setdefault(plain_key(key), value)
    for key in _MERGED:
        inner = found.get(key)
        if isinstance(inner, dict):
            for name, value in inner.items():
                found.setdefault(plain_key(name), value)
    return found


def identity(item: Mapping[str, Any]) -> str:
    """The id that people quote, as text; empty where the item has none."""
    own = {plain_key(key): value for key, value in item.items()}
    for key in _IDS:
        value = own.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""


def is_item(value: Any) -> bool:
    """Whether a JSON value is a thing of its own: it has an id and says something."""
    return isinstance(value, dict) and bool(identity(value)) and bool(_CONTENT & fields_of(value).keys())


def is_part(value: Any) -> bool:
    """Whether a JSON value in a list below an item is a message, a comment or the like."""
    if not isinstance(value, dict):
        return False
    fields = fields_of(value)
    says = any(
        fields.get(key)
        for key in (
            "text",
            "body",
            "body_text",
            "content",
            "message",
            "comment",
            "plain_text",
            "plain_body",
            "html_body",
        )
    )
    sent = "subject" not in fields and bool(find_files(value))  # a screenshot without a word
    return (says or sent) and (
        bool(identity(value)) or any(key in fields for key in ("author", "user", "created_at", "at", "date", "from"))
    )


def find_items(value: Any, depth: int = 0) -> Iterator[JsonObject]:
    """The outermost items of an answer, in its order."""
    if depth > DEPTH:
        return
    if isinstance(value, list):
        for element in value:
            yield from find_items(element, depth + 1)
    elif isinstance(value, dict):
        node = value.get("node")
        if isinstance(node, dict):  # an edge of a GraphQL connection
            yield from find_items(node, depth + 1)
        elif is_item(value) and not _wraps(value):
            yield value
        elif is_item(value.get("metadata")) and (
            "content" in value or "body" in value
        ):  # a page apart from what is about it
            beside = {key: value[key] for key in ("content", "body", "comments") if key in value}
            yield {**value["metadata"], **beside}
        else:
            for child in value.values():
                if isinstance(child, list | dict):
                    yield from find_items(child, depth + 1)


def _wraps(value: JsonObject) -> bool:
    """Whether an object with an id is only the envelope of a list of items: it says nothing itself but a message."""
    lists = [child for child in value.values() if isinstance(child, list) and any(map(is_item, child))]
    own = _CONTENT & {plain_key(key) for key, child in value.items() if not isinstance(child, list | dict)}
    return bool(lists) and own <= {"message", "status", "state"}


def is_lone_part(item: Mapping[str, Any]) -> bool:
    """Whether an item is a message or a comment that stands without the item that it belongs to."""
    fields = fields_of(item)
    titled = any(fields.get(key) for key in ("subject", "title", "name", "summary", "key", "status"))
    return is_part(item) and not titled


def says_there_is_nothing(value: Any) -> bool:
    """Whether a JSON answer says that there is nothing: a list without elements, and beside it nothing but counts and cursors."""
    if not isinstance(value, dict):
        return bool(value == [])
    inner = [item for item in value.values() if isinstance(item, list | dict)]
    texts = [key for key, item in value.items() if isinstance(item, str) and plain_key(key) in _CONTENT]
    return (
        any(item == [] or says_there_is_nothing(item) for item in inner)
        and all(not item or says_there_is_nothing(item) for item in inner)
        and not texts
    )


def find_parts(item: JsonObject) -> Iterator[tuple[str, list[JsonObject]]]:
    """The lists of parts below an item, each with the name of its key."""
    nested = [value for key, value in item.items() if plain_key(key) in _MERGED and isinstance(value, dict)]
    for key, value in (pair for holder in (item, *nested) for pair in holder.items()):
        inner = value
        if isinstance(value, dict):  # {"comments": {"nodes": […]}}, {"conversation_parts": {"conversation_parts": […]}}
            lists = [child for child in value.values() if isinstance(child, list)]
            inner = lists[0] if len(lists) == 1 else None
        if isinstance(inner, list):
            nodes = [element.get("node", element) if isinstance(element, dict) else element for element in inner]
            parts = [node for node in nodes if is_part(node)]
            if parts:
                yield plain_key(key), parts


def find_files(item: Mapping[str, Any]) -> list[JsonObject]:
    """The files that hang on an item or a part, as a help desk describes them; none where anything else is among them."""
    hanging = next((value for key, value in item.items() if plain_key(key) == "attachments"), None)
    if not isinstance(hanging, list):
        return []
    files = [one for one in hanging if isinstance(one, dict) and fields_of(one).keys() >= _OF_A_FILE]
    return files if len(files) == len(hanging) else []


def short_digest(value: Any) -> str:
    """Eight hex digits of a JSON value or a text: the same content has the same."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:8]

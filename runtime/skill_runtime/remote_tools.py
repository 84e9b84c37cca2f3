"""Servers' tools and results as the loop takes them: names, schemas, texts and structured values, all bounded."""

import base64
import binascii
import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from mcp.types import (
    AudioContent,
    CallToolResult,
    ContentBlock,
    ImageContent,
    ResourceLink,
    TextContent,
    TextResourceContents,
)

from skill_runtime.bounds import bounded, plain, with_cuts_told
from skill_runtime.content import Content, File, Image, Text, words_of
from skill_runtime.ledger import JsonObject
from skill_runtime.secrets import cleared, without_secrets
from skill_runtime.tools import NOTHING, ToolReturn

MAX_TEXT = 200_000
"""Characters of one result that the model reads."""
MAX_BYTES = 5_000_000
"""Bytes of one picture or file in a result that are kept."""
MAX_DESCRIPTION = 2_048
MOST_OF_A_NOTE = 300
"""Characters that a note on what was cut may add to it."""
FAILURE_META = "skill-runtime/error"
"""The key of a failed result's ``_meta`` under which a server may say what ``kind`` of failure it is."""
_MAX_NAME = 64


def outcome_of(result: CallToolResult, own: Collection[str] = ()) -> ToolReturn:
    """A server's result as the loop takes it; what is too long is cut, with a note (``bounds``), and secrets are taken out.

    ``own`` are secrets of ours that the server knows.
    """
    given = result.structured_content if result.structured_content is not None else _json_too_long(result)
    structured = cleared(with_cuts_told(given, bounded(given)), own)
    if structured is not None and not isinstance(structured, dict):
        structured = {"result": structured}
    blocks = [_cleared(_block(block), own) for block in result.content]
    text = words_of(blocks)
    written = words_of(block for block in blocks if isinstance(block, Text))
    others = [block for block in blocks if not isinstance(block, Text)]
    if structured is not None and (not written or _is_json_of(written, cleared(result.structured_content, own))):
        compact = json.dumps(structured, ensure_ascii=False, separators=(",", ":"))
        blocks = [Text(text=compact), *others]
        text = words_of(blocks)
    return shortened(ToolReturn(
        text or NOTHING, structured, result.is_error, failure=failure_of(result),
        blocks=tuple(blocks) if others else (),
    ))  # fmt: skip


def shortened(outcome: ToolReturn) -> ToolReturn:
    """The outcome with no more text than a model is to read at once; what is structured in it stays whole."""
    text = outcome.text
    if len(text) <= MAX_TEXT + MOST_OF_A_NOTE:
        return outcome
    note = (
        f"[Cut: the first {MAX_TEXT} of {len(text)} characters. Ask for fewer items, read single ones, or search for the words that "
        "matter.]"
    )
    text = f"{text[:MAX_TEXT]}\n{note}"
    others = tuple(block for block in outcome.blocks if not isinstance(block, Text))
    return replace(outcome, text=text, blocks=(Text(text=text), *others) if others else ())


def clean_schema(schema: JsonObject) -> JsonObject:
    """A tool's input schema as model services take it: an object, without titles and root-level unions.

    What is dropped narrows nothing for good: the server still checks its own schema.
    """
    refused = ("$schema", "$id", "oneOf", "anyOf", "allOf", "not", "if", "then", "else")
    root = {key: value for key, value in schema.items() if key not in refused}
    cleaned: JsonObject = _untitled({**root, "type": "object"})
    cleaned.setdefault("properties", {})
    return cleaned


def without(schema: JsonObject, given: Collection[str]) -> JsonObject:
    """The schema without the arguments that are given anyway."""
    properties = {name: value for name, value in schema.get("properties", {}).items() if name not in given}
    rest = {**schema, "properties": properties}
    if "required" in schema:
        rest["required"] = [name for name in schema["required"] if name not in given]
    return rest


def unique_names(keys: Iterable[tuple[str, str]], reserved: Collection[str] = ()) -> dict[tuple[str, str], str]:
    """A name for each (server label, tool name): at most 64 of ``a-zA-Z0-9_-``, none twice.

    A name that only one server uses stays as it is; the others get their server's label in front.
    """
    pairs = list(keys)
    plain = Counter(_plain(tool) for _, tool in pairs) + Counter(reserved)
    names: dict[tuple[str, str], str] = {}
    taken = set(reserved)
    for label, tool in pairs:
        name = _plain(tool)
        if plain[name] > 1:
            name = f"{_plain(label)}__{name}"
        if len(name) > _MAX_NAME or name in taken:
            name = f"{name[: _MAX_NAME - 9]}_{hashlib.sha256(f'{label}/{tool}'.encode()).hexdigest()[:8]}"
        taken.add(name)
        names[label, tool] = name
    return names


def _plain(name: str) -> str:
    return re.sub(r"[^a-zA-Z0-9_-]", "_", name) or "tool"


_BY_NAME = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
"""Schema keywords whose value maps names to schemas: a property may well be called ``title``."""
_VERBATIM = ("enum", "const", "default", "examples", "required")


def _untitled(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_untitled(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    cleaned = {}
    for key, value in schema.items():
        if key == "title":
            continue
        if key in _BY_NAME and isinstance(value, dict):
            cleaned[key] = {name: _untitled(item) for name, item in value.items()}
        else:
            cleaned[key] = value if key in _VERBATIM else _untitled(value)
    return cleaned


def failure_of(result: CallToolResult) -> str:
    """The kind of a failed result, where its server says it; else empty."""
    about = (result.meta or {}).get(FAILURE_META) if result.is_error else None
    kind = about.get("kind") if isinstance(about, dict) else None
    return kind if isinstance(kind, str) else ""


def _block(block: ContentBlock) -> Content:
    """A block of a server's result as one of ours."""
    if isinstance(block, TextContent):
        return Text(text=plain(block.text))
    if isinstance(block, ImageContent):
        return _bytes(block.data, block.mime_type, "image")
    if isinstance(block, AudioContent):
        return _bytes(block.data, block.mime_type, "audio")
    if isinstance(block, ResourceLink):
        return File(name=block.name, uri=str(block.uri), media_type=block.mime_type or "", size=block.size)
    if isinstance(block.resource, TextResourceContents):
        return Text(text=plain(block.resource.text))
    uri = str(block.resource.uri)
    return _bytes(block.resource.blob, block.resource.mime_type or "", uri.rpartition("/")[2] or "resource", uri)


def _cleared(block: Content, own: Collection[str]) -> Content:
    return Text(text=without_secrets(block.text, own)) if isinstance(block, Text) else block


def _bytes(encoded: str, media_type: str, name: str, uri: str = "") -> Content:
    """A picture, or a file that is only referred to; what cannot be kept is named in words."""
    if len(encoded) > MAX_BYTES * 4 // 3 + 4:
        return Text(text=f"[{name} left out: larger than {MAX_BYTES:,} bytes]")
    try:
        data = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return Text(text=f"[{name} left out: its data is not base64]")
    if media_type.startswith("image/"):
        return Image.of(data, media_type)
    return File.of(data, media_type, name=name, uri=uri)


def _json_too_long(result: CallToolResult) -> Any:
    """The JSON that an answer is as one text, where the text has to be cut: nobody could read it as JSON after that."""
    texts = [block.text for block in result.content if isinstance(block, TextContent)]
    if result.is_error or len(texts) != 1 or len(texts[0]) <= MAX_TEXT:
        return None
    try:
        value = json.loads(texts[0])
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _is_json_of(text: str, value: object) -> bool:
    """Servers repeat their structured result as indented text; the compact form says the same in fewer tokens."""
    try:
        return bool(json.loads(text) == value)
    except ValueError:
        return False

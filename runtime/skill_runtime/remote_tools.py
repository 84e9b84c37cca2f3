"""Servers' tools as the loop takes them: how they are described, their names and schemas."""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from skill_runtime.ledger import JsonObject

MAX_DESCRIPTION = 2_048
_MAX_NAME = 64


@dataclass(frozen=True)
class RemoteTool:
    """A tool as its server lists it. All of it is the server's word."""

    name: str
    input_schema: JsonObject
    title: str | None = None
    description: str | None = None
    annotations: Mapping[str, Any] | None = None
    """Hints under their names in MCP, in snake case; those that are not given are left out."""

    @property
    def read_only(self) -> bool | None:
        """Whether it says that it changes nothing; None where it does not say."""
        return (self.annotations or {}).get("read_only_hint")

    @property
    def destructive(self) -> bool | None:
        """Whether it says that it may destroy something; None where it does not say."""
        return (self.annotations or {}).get("destructive_hint")

    @property
    def definition(self) -> JsonObject:
        """What a model would see and what is fingerprinted."""
        return {key: value for key, value in self.as_json().items() if key != "title"}

    def as_json(self) -> JsonObject:
        """As a journal keeps it."""
        whole = {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "input_schema": self.input_schema,
            "annotations": dict(self.annotations) if self.annotations is not None else None,
        }
        return {key: value for key, value in whole.items() if value is not None}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Self:
        """What ``as_json`` wrote, whatever else an older version kept with it."""
        known = ("name", "input_schema", "title", "description", "annotations")
        return cls(**{key: kept[key] for key in known if key in kept})


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

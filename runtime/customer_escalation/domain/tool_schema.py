"""The JSON schema of a model as a strict tool of a model's service takes it."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

LONG_DESCRIPTION = 80
"""Characters of a description that is worth saying once only."""


def tool_schema(model: type[BaseModel], fill: Callable[[str], str]) -> dict[str, Any]:
    """The JSON schema of ``model`` for a strict tool: every property required, no titles, no length limits (pydantic still checks
    those), and no description of a model, which its fields have.

    ``fill`` puts the policy's figures into the descriptions, where they stand as ``{{ name }}``.
    """
    schema = model.model_json_schema()
    for one in (schema, *schema.get("$defs", {}).values()):
        one.pop("description", None)  # the tool says what it takes, and a field what it holds
    cleaned = _once(_clean(schema, fill), set())
    assert isinstance(cleaned, dict)
    return cleaned


def _once(value: Any, said: set[str]) -> Any:
    """Without a long description that stood before: what is said of one field holds for its namesakes."""
    if isinstance(value, dict):
        text = value.get("description")
        repeated = isinstance(text, str) and len(text) >= LONG_DESCRIPTION and text in said
        said.update([text] if isinstance(text, str) else ())
        return {key: _once(item, said) for key, item in value.items() if not (repeated and key == "description")}
    return [_once(item, said) for item in value] if isinstance(value, list) else value


def _clean(value: Any, fill: Callable[[str], str], *, in_properties: bool = False) -> Any:
    if isinstance(value, dict):
        dropped = () if in_properties else ("title", "maxLength", "pattern", "default")
        cleaned = {
            key: _clean(item, fill, in_properties=key in ("properties", "$defs") and not in_properties)
            for key, item in value.items()
            if key not in dropped
        }
        if not in_properties and isinstance(properties := value.get("properties"), dict):
            cleaned["required"] = list(properties)  # a default is for briefs of before, not for a model
        return cleaned
    if isinstance(value, list):
        return [_clean(item, fill) for item in value]
    return fill(value) if isinstance(value, str) else value

"""The form of a draft in words, for a writer whose tool does not list it: each field with what belongs into it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from customer_escalation.domain.draft import Draft
from customer_escalation.domain.tool_schema import tool_schema


def form_told(kind: type[Draft], fill: Callable[[str], str]) -> str:
    """The fields as a nested list; ``fill`` puts the policy's figures into it."""
    schema = tool_schema(kind, fill)
    return "\n".join(_fields(schema, schema.get("$defs", {}), ""))


def _fields(model: Mapping[str, Any], models: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, field in model["properties"].items():
        inner = _model(field, models)
        many = " (a list)" if field.get("type") == "array" else ""
        one_of = f" ({' | '.join(field['enum'])})" if "enum" in field else ""
        kind = f" ({field['type']})" if field.get("type") in ("integer", "number", "boolean") else ""
        said = field.get("description", "")
        yield f"{indent}- `{name}`{many}{one_of}{kind}{f': {said}' if said else ''}"
        if inner is not None:
            yield from _fields(inner, models, f"{indent}  ")


def _model(field: Mapping[str, Any], models: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The model that a field, or each entry of it, is."""
    reference = field.get("items", field).get("$ref") or next(
        (one["$ref"] for one in field.get("allOf", ()) if "$ref" in one), None
    )
    return models[reference.rpartition("/")[2]] if reference else None

"""The least value that fits a schema of a description: what a stand-in's rows are filled up with."""

from typing import Any

_FORMATS = {
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "uri": "https://vendor.example/x",
    "email": "a@vendor.example",
}


def minimal(contract: dict[str, Any], schema: Any) -> Any:
    """A value that fits: required properties alone, null where that is allowed, the first choice of several."""
    while isinstance(schema, dict) and "$ref" in schema:
        found: Any = contract
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        schema = found
    if not isinstance(schema, dict):
        return None
    if schema.get("nullable"):
        return None
    if schema.get("enum"):
        return schema["enum"][0]
    for key in ("oneOf", "anyOf"):
        if key in schema and "properties" not in schema:
            return minimal(contract, schema[key][0])
    if "allOf" in schema:
        merged: dict[str, Any] = {}
        for part in schema["allOf"]:
            value = minimal(contract, part)
            merged |= value if isinstance(value, dict) else {}
        return merged
    kind = schema.get("type")
    kind = next((one for one in kind if one != "null"), None) if isinstance(kind, list) else kind
    match kind:
        case "object" | None if "properties" in schema or kind == "object":
            properties = schema.get("properties", {})
            return {name: minimal(contract, properties.get(name, {})) for name in schema.get("required", ())}
        case "array":
            return []
        case "integer" | "number":
            return max(0, schema.get("minimum", 0))
        case "boolean":
            return False
        case "string":
            return _FORMATS.get(schema.get("format", ""), "x")
    return None

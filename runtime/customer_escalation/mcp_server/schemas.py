"""What a tool takes, as a client lists it: what may be left out is not required, and what is told elsewhere is not told twice."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from customer_escalation.domain.tool_schema import tool_schema

MOST_NAMED = 15
"""Values that a field lists; more of them are told by the description of what holds it, with what each means."""


def listed_schema(takes: type[BaseModel], fill: Callable[[str], str]) -> dict[str, Any]:
    """The JSON schema of a tool's arguments; ``fill`` puts the policy's figures into descriptions.

    Unlike a strict schema it leaves optional what has a default: a model does not write what it does not have.
    """
    listed, plain = tool_schema(takes, fill), takes.model_json_schema()
    models = listed.get("$defs", {})
    for name, model in (("", listed), *models.items()):
        needed = (plain["$defs"][name] if name else plain).get("required", [])
        if needed:
            model["required"] = needed
        else:
            model.pop("required", None)
        for field in model["properties"].values():
            if len(field.get("enum", ())) > MOST_NAMED:
                del field["enum"]
    return listed

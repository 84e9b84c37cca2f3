"""A category's tools for a host in this process: called as functions, with no protocol between.

Arguments are checked as over MCP: by a model of the function's signature, after texts that hold JSON were unpacked where no text is
meant, as some clients send them. Results are not described by a schema: their own models hold them to it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from inspect import Parameter
from typing import Any

from pydantic import BaseModel, ValidationError, create_model

from support_connectors.backend import BackendError
from support_connectors.offering import CategoryTool, ItemResource
from support_connectors.rendering import render_result


@dataclass(frozen=True)
class LocalTool:
    """A tool as its host lists it."""

    name: str
    title: str
    description: str
    input_schema: dict[str, Any]
    annotations: Mapping[str, str | bool]


@dataclass(frozen=True)
class LocalAnswer:
    """What a call gave."""

    text: str
    structured: dict[str, Any] | None = None
    is_error: bool = False
    failure: str = ""
    """With ``is_error``, the kind of the backend's error; empty for a call that no backend saw."""


class LocalTools:
    """``Offers`` of a host in this process, which asks for tools alone. Calls may come from several threads at once."""

    def __init__(self) -> None:
        self._tools: dict[str, tuple[CategoryTool, type[BaseModel]]] = {}

    def add_tool(self, tool: CategoryTool) -> None:
        """See ``Offers``."""
        self._tools[tool.name] = tool, _arguments_of(tool)

    def add_items(self, resource: ItemResource) -> None:
        """See ``Offers``: a host in this process reads no resources."""

    def listing(self) -> Sequence[LocalTool]:
        """The tools in the order in which they were offered."""
        return [
            LocalTool(tool.name, tool.title, tool.description, model.model_json_schema(), tool.hints)
            for tool, model in self._tools.values()
        ]

    def call(self, name: str, arguments: Mapping[str, Any]) -> LocalAnswer:
        """What the tool gives for these arguments. Raises nothing: whatever fails is an answer."""
        if name not in self._tools:
            return LocalAnswer(f"Unknown tool: {name}", is_error=True)
        tool, model = self._tools[name]
        try:
            checked = _checked(model, arguments)
        except ValidationError as error:
            return LocalAnswer(f"Error executing tool {name}: {error}", is_error=True)
        try:
            structured = tool.run(checked)
        except BackendError as error:
            return LocalAnswer(str(error), is_error=True, failure=error.kind)
        except Exception:  # what a backend did not mean to raise may hold anything, so nobody is told its words
            return LocalAnswer(f"Error executing tool {name}", is_error=True)
        return LocalAnswer(render_result(structured), structured)


def _arguments_of(tool: CategoryTool) -> type[BaseModel]:
    """The model of a function's arguments."""
    fields: dict[str, Any] = {
        name: (one.annotation, ... if one.default is Parameter.empty else one.default)
        for name, one in tool.signature.parameters.items()
    }
    model: type[BaseModel] = create_model(f"{tool.name}Arguments", **fields)
    return model


def _checked(model: type[BaseModel], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as the function takes them. Raises ``ValidationError``."""
    unpacked = {name: _unpacked(model, name, value) for name, value in arguments.items()}
    checked = model.model_validate(unpacked)
    return {name: getattr(checked, name) for name in model.model_fields}


def _unpacked(model: type[BaseModel], name: str, value: Any) -> Any:
    """A value that came as JSON in a text, where the argument is not simply a text."""
    field = model.model_fields.get(name)
    if field is None or field.annotation is str or not isinstance(value, str):
        return value
    try:
        meant = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return value if isinstance(meant, str | int | float) else meant

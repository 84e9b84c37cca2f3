"""Wrong values of a workspace: where they stand, what is wrong with them, in the words of JSON."""

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any, NamedTuple

from pydantic_core import ErrorDetails

from support_connectors.workspace.records import WorkspaceError

MAX_DEPTH = 64
"""Levels of nesting that a file may have; the format itself needs seven."""
_SAYS = {
    "missing": "is missing",
    "model_type": "must be an object",
    "dict_type": "must be an object",
    "list_type": "must be a list",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
}
"""What to say for the common kinds of pydantic's errors, in the words of JSON."""
Loc = tuple[int | str, ...]
"""A place in a document, step by step."""


class Fault(NamedTuple):
    """One wrong value: where, and what is wrong with it."""

    loc: Loc
    says: str


class BrokenFormat(WorkspaceError):
    """The values of a workspace are not as the format says; the message names their places, not the file."""


def fault_of(error: ErrorDetails, at: Loc) -> Fault:
    kind, value = error["type"], error["input"]
    cause = error.get("ctx", {}).get("error")
    says = _SAYS.get(kind) or str(cause or error["msg"].replace("Input should be", "must be"))
    subject = "" if kind == "missing" or isinstance(value, Mapping | list) else f"{shown(value)} "
    return Fault((*at, *error["loc"]), subject + says)


def check_values(value: Any, loc: Loc, faults: list[Fault]) -> None:
    """Add what JSON can spell but no store can keep: half characters, numbers that are none.

    Raises:
        WorkspaceError: it is nested too deeply to be looked at any further.
    """
    if isinstance(value, str):
        if value.isascii():
            return
        try:
            value.encode()
        except UnicodeEncodeError as error:
            faults.append(Fault(loc, f"holds half a character (a lone surrogate) at {error.start}"))
    elif isinstance(value, float) and not isfinite(value):
        faults.append(Fault(loc, f"{value} is no JSON number"))
    elif isinstance(value, Mapping | list):
        if len(loc) >= MAX_DEPTH:
            raise BrokenFormat(f"{path_of(loc[:8])}...: is nested deeper than {MAX_DEPTH} levels.")
        if isinstance(value, list):
            for index, item in enumerate(value):
                check_values(item, (*loc, index), faults)
            return
        for key, item in value.items():
            check_values(key, (*loc, str(key)), faults)
            check_values(item, (*loc, str(key)), faults)


def position(loc: Loc, data: Any) -> tuple[int, ...]:
    """Where ``loc`` stands in the document, one number a level; a missing key comes after those that are there."""
    places = []
    for step in loc:
        if isinstance(data, Mapping):
            keys = list(data)
            places.append(keys.index(step) if step in keys else len(keys))
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int):
            places.append(step)
            data = data[step] if step < len(data) else None
    return tuple(places)


def path_of(loc: Loc) -> str:
    """A place as people write it: ``records.crm[0].name``."""
    path = ""
    for step in loc:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step.isidentifier():
            path += f".{step}" if path else step
        else:
            path += f"[{json.dumps(step)}]"
    return path


def shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 60 else text[:57] + "..."

"""Reading a workspace file: parse, check, complete the ids, settle the connector states; all or nothing."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError

from support_connectors.categories import WORKSPACE_CATEGORIES, Category
from support_connectors.workspace.records import (
    CONNECTED,
    NOT_CONNECTED,
    CommentRecord,
    IssueRecord,
    MessageRecord,
    Records,
    TicketRecord,
    Workspace,
    WorkspaceError,
    WorkspaceFile,
    unknown_keys,
)

CASE_KEYS = frozenset({"id", "source", "invocation", "expected", "injection", "followup", "synthetic"})
"""What a case adds to a workspace; not part of what the tools hold, so nobody is warned about it."""

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

_PARTS: dict[Category, str] = {"support_platform": "messages", "project_tracker": "comments"}
"""The keys under which the file's items hold parts with ids."""

Loc = tuple[int | str, ...]
_PartRecord = TypeVar("_PartRecord", MessageRecord, CommentRecord)


def read_workspace(path: Path) -> Workspace:
    """Read and check a workspace file.

    Raises:
        WorkspaceError: it cannot be read, is not JSON, or breaks the format.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise WorkspaceError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8 JSON.") from None
    except OSError as error:
        raise WorkspaceError(f"{path} cannot be read: {error.strerror or error}.") from None
    try:
        data = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise WorkspaceError(f"{path} is not JSON: line {error.lineno} column {error.colno}: {error.msg}.") from None
    except RecursionError:
        raise WorkspaceError(f"{path} is nested too deeply to be a workspace.") from None
    except ValueError as error:
        raise WorkspaceError(f"{path} is not JSON: {error}.") from None
    try:
        return parse_workspace(data)
    except WorkspaceError as error:
        raise WorkspaceError(f"{path}: {error}") from None


def parse_workspace(data: object) -> Workspace:
    """Check a workspace that is already parsed from JSON.

    Raises:
        WorkspaceError: naming the path of the first wrong value in the order of the document.
    """
    if not isinstance(data, Mapping):
        raise WorkspaceError("a workspace is one JSON object with the key records.")
    _check_values(data, ())
    try:
        file = WorkspaceFile.model_validate({key: value for key, value in data.items() if key not in CASE_KEYS})
    except ValidationError as error:
        _refuse(error, data)
    warnings = [
        f"{path} is not a key of the workspace format; it is kept as it is{f' ({times} times)' if times > 1 else ''}."
        for path, times in Counter(unknown_keys(file)).items()
    ]
    return Workspace(
        now=file.now,
        policy=file.policy.model_dump(exclude_unset=True),
        connectors=_states(file, warnings),
        records=_with_ids(file.records),
        warnings=tuple(warnings),
    )


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _states(file: WorkspaceFile, warnings: list[str]) -> dict[Category, str]:
    states: dict[Category, str] = {}
    for category in WORKSPACE_CATEGORIES:
        held = getattr(file.records, category) is not None
        said: str | None = getattr(file.connectors, category)
        if said == CONNECTED and not held:
            # Nothing known must not look like nothing there.
            warnings.append(f"connectors.{category} is connected but has no records list; treated as not connected.")
            said = NOT_CONNECTED
        states[category] = said or (CONNECTED if held else NOT_CONNECTED)
    return states


def _with_ids(records: Records) -> Records:
    taken = {
        category: _claim(category, getattr(records, category) or (), _PARTS.get(category))
        for category in WORKSPACE_CATEGORIES
    }
    tickets, issues = taken["support_platform"], taken["project_tracker"]
    return records.model_copy(
        update={
            "support_platform": records.support_platform
            and [_ticket_with_ids(ticket, tickets) for ticket in records.support_platform],
            "project_tracker": records.project_tracker
            and [_issue_with_ids(issue, issues) for issue in records.project_tracker],
        }
    )


def _claim(category: str, items: Iterable[Any], parts: str | None) -> set[str]:
    """Return the ids of a category, or refuse the second use of one."""
    owners: dict[str, str] = {}

    def claim(id_: str, path: str) -> None:
        if id_ in owners:
            raise WorkspaceError(f"{path}: {_shown(id_)} is already the id of {owners[id_]}.")
        owners[id_] = path.removesuffix(".id")

    for index, item in enumerate(items):
        path = f"records.{category}[{index}]"
        claim(item.id, f"{path}.id")
        for position, part in enumerate(getattr(item, parts) if parts else ()):
            if part.id is not None:
                claim(part.id, f"{path}.{parts}[{position}].id")
    return set(owners)


def _ticket_with_ids(ticket: TicketRecord, taken: set[str]) -> TicketRecord:
    return ticket.model_copy(update={"messages": _numbered(ticket.messages, f"{ticket.id}-m", taken)})


def _issue_with_ids(issue: IssueRecord, taken: set[str]) -> IssueRecord:
    return issue.model_copy(update={"comments": _numbered(issue.comments, f"{issue.id}-c", taken)})


def _numbered(parts: Sequence[_PartRecord], stem: str, taken: set[str]) -> list[_PartRecord]:
    numbered = []
    for position, given in enumerate(parts, start=1):
        part = given
        if part.id is None:
            number = position
            while f"{stem}{number}" in taken:
                number += 1
            taken.add(f"{stem}{number}")
            part = part.model_copy(update={"id": f"{stem}{number}"})
        numbered.append(part)
    return numbered


def _refuse(error: ValidationError, data: Mapping[str, Any]) -> NoReturn:
    """Raise for the error that comes first in the document."""
    errors = error.errors(include_url=False)
    first = min(errors, key=lambda one: _position(one["loc"], data))
    path, kind, value = _path(first["loc"]), first["type"], first["input"]
    cause = first.get("ctx", {}).get("error")
    says = _SAYS.get(kind) or str(cause or first["msg"].replace("Input should be", "must be"))
    subject = "" if kind == "missing" or isinstance(value, Mapping | list) else f"{_shown(value)} "
    raise WorkspaceError(f"{path}: {subject}{says}.") from None


def _check_values(value: Any, loc: Loc) -> None:
    """Refuse what JSON can spell but no store can keep: half characters, endless nesting, numbers that are none."""
    if len(loc) > MAX_DEPTH:
        raise WorkspaceError(f"{_path(loc[:8])}...: is nested deeper than {MAX_DEPTH} levels.")
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise WorkspaceError(f"{_path(loc)}: holds half a character (a lone surrogate) at {error.start}.") from None
    elif isinstance(value, float) and not isfinite(value):
        raise WorkspaceError(f"{_path(loc)}: {value} is no JSON number.")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _check_values(key, (*loc, str(key)))
            _check_values(item, (*loc, str(key)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_values(item, (*loc, index))


def _position(loc: Loc, data: Any) -> tuple[int, ...]:
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


def _path(loc: Loc) -> str:
    path = ""
    for step in loc:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step.isidentifier():
            path += f".{step}" if path else step
        else:
            path += f"[{json.dumps(step)}]"
    return path


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 60 else text[:57] + "..."

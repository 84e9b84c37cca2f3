"""Reading a workspace file: parse, check, complete the ids, settle the connector states; all or nothing."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

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

MAX_FILE = 512 * 1024 * 1024
"""Bytes that are read of a file at the most."""
MOST_NAMED = 40
"""Faults that are named; of more, their number is said."""
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

_FIRST = 4096
"""Bytes by which a file that is no text is known."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_PARTS: dict[Category, str] = {"support_platform": "messages", "project_tracker": "comments"}
"""The keys under which the file's items hold parts with ids."""

Loc = tuple[int | str, ...]
_PartRecord = TypeVar("_PartRecord", MessageRecord, CommentRecord)


class _Fault(NamedTuple):
    """One wrong value: where, and what is wrong with it."""

    loc: Loc
    says: str


def read_workspace(path: Path) -> Workspace:
    """Read and check a workspace file.

    Raises:
        WorkspaceError: it cannot be read, is not JSON, or breaks the format.
    """
    try:
        text = _content(path).decode("utf-8-sig")
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
        WorkspaceError: naming the path of every wrong value, in the order of the document.
    """
    if not isinstance(data, Mapping):
        raise WorkspaceError("a workspace is one JSON object with the key records.")
    faults: list[_Fault] = []
    _check_values(data, (), faults)
    file = None
    try:
        file = WorkspaceFile.model_validate({key: value for key, value in data.items() if key not in CASE_KEYS})
    except ValidationError as error:
        faults += map(_fault, error.errors(include_url=False))
    faults += _claimed_twice(data.get("records"))
    if faults or file is None:
        raise _refusal(faults, data)
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


def _content(path: Path) -> bytes:
    """What the file holds, read to a limit: a device has no end. Raises ``OSError``, and ``WorkspaceError`` beyond the limit."""
    with path.open("rb") as file:
        begin = file.read(_FIRST)
        if b"\0" in begin and not begin.startswith(_UTF_16):
            raise WorkspaceError(f"{path} is not JSON: it holds the byte 0, as no text does.")
        content = begin + file.read(MAX_FILE - len(begin) + 1)
    if len(content) > MAX_FILE:
        raise WorkspaceError(f"{path} has more than {MAX_FILE >> 20} MiB, the most that is read: split it.")
    return content


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
    tickets, issues = records.support_platform or [], records.project_tracker or []
    ticket_ids, issue_ids = _ids(tickets, "messages"), _ids(issues, "comments")
    return records.model_copy(
        update={
            "support_platform": records.support_platform and [_ticket_with_ids(one, ticket_ids) for one in tickets],
            "project_tracker": records.project_tracker and [_issue_with_ids(one, issue_ids) for one in issues],
        }
    )


def _ids(items: Iterable[Any], parts: str) -> set[str]:
    """Every id that a category's items and their parts have."""
    return {one.id for item in items for one in (item, *getattr(item, parts)) if one.id is not None}


def _claimed_twice(records: object) -> Iterator[_Fault]:
    """Every id of a category that another of its items or parts has already."""
    for category in WORKSPACE_CATEGORIES if isinstance(records, Mapping) else ():
        owners: dict[str, Loc] = {}
        items = records.get(category) if isinstance(records, Mapping) else None
        for loc, one in _identified(items, ("records", category), _PARTS.get(category)):
            id_ = str(one)
            if id_ in owners:
                yield _Fault((*loc, "id"), f"{_shown(id_)} is already the id of {_path(owners[id_])}")
            else:
                owners[id_] = loc


def _identified(items: object, loc: Loc, parts: str | None) -> Iterator[tuple[Loc, str | int]]:
    """The places of items and their parts that have an id, with it."""
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, Mapping):
            here = (*loc, index)
            if isinstance(item.get("id"), str | int):
                yield here, item["id"]
            if parts:
                yield from _identified(item.get(parts), (*here, parts), None)


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


def _fault(error: ErrorDetails) -> _Fault:
    kind, value = error["type"], error["input"]
    cause = error.get("ctx", {}).get("error")
    says = _SAYS.get(kind) or str(cause or error["msg"].replace("Input should be", "must be"))
    subject = "" if kind == "missing" or isinstance(value, Mapping | list) else f"{_shown(value)} "
    return _Fault(error["loc"], subject + says)


def _refusal(faults: Sequence[_Fault], data: Mapping[str, Any]) -> WorkspaceError:
    """Every fault in the order of the document, the first of each place."""
    first: dict[Loc, str] = {}
    for fault in faults:
        first.setdefault(fault.loc, fault.says)
    named = [f"{_path(loc)}: {first[loc]}." for loc in sorted(first, key=lambda loc: _position(loc, data))]
    more = len(named) - MOST_NAMED
    return WorkspaceError("\n  ".join([*named[:MOST_NAMED], *([f"and {more} more."] if more > 0 else [])]))


def _check_values(value: Any, loc: Loc, faults: list[_Fault]) -> None:
    """Add what JSON can spell but no store can keep: half characters, numbers that are none.

    Raises:
        WorkspaceError: it is nested too deeply to be looked at any further.
    """
    if len(loc) > MAX_DEPTH:
        raise WorkspaceError(f"{_path(loc[:8])}...: is nested deeper than {MAX_DEPTH} levels.")
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            faults.append(_Fault(loc, f"holds half a character (a lone surrogate) at {error.start}"))
    elif isinstance(value, float) and not isfinite(value):
        faults.append(_Fault(loc, f"{value} is no JSON number"))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _check_values(key, (*loc, str(key)), faults)
            _check_values(item, (*loc, str(key)), faults)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_values(item, (*loc, index), faults)


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

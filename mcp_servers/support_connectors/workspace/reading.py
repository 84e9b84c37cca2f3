"""Reading a workspace: its records one after the other, each checked by itself, then what stands around them.

A file may be larger than memory, so nothing of it is held but the record at hand. Every fault is named in the end, with its place.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from support_connectors.categories import WORKSPACE_CATEGORIES, Category
from support_connectors.workspace.claims import Claims
from support_connectors.workspace.json_stream import CHUNK, Found, JsonFault, NotText, TooDeep, walk
from support_connectors.workspace.records import (
    CONNECTED,
    NOT_CONNECTED,
    RECORDS,
    Contents,
    FileModel,
    WorkspaceError,
    WorkspaceFile,
    has_more_keys,
    unknown_keys,
)


@dataclass(frozen=True)
class SourceFile:
    """A file that can be read more than once, and what to call it."""

    path: Path
    name: str


Source = SourceFile | Mapping[str, Any]
"""A workspace file, or one that is parsed already."""

CASE_KEYS = frozenset({"id", "source", "invocation", "expected", "injection", "followup", "synthetic"})
"""What a case adds to a workspace; not part of what the tools hold, so nobody is warned about it."""
MAX_STREAM = 512 * 1024 * 1024
"""Bytes that are kept of what can be read only once, such as a pipe."""
MOST_NAMED = 40
"""Faults that are named; of more, their number is said."""
MOST_UNKNOWN = 1_000
"""Different unknown keys that are warned about."""
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
_PARTS: Mapping[Category, tuple[str, str]] = {
    "support_platform": ("messages", "m"),
    "project_tracker": ("comments", "c"),
}
"""The keys under which the file's items hold parts with ids, and the letter of an id that is made for one without."""

_ELEMENT = ("records", "category", "index")
"""The steps of the path of a record."""
_OF_ANY_DEPTH = frozenset({"crm"})
"""Categories whose records hold values of any form under keys that the format names."""

Loc = tuple[int | str, ...]


class _Fault(NamedTuple):
    """One wrong value: where, and what is wrong with it."""

    loc: Loc
    says: str


class BrokenFormat(WorkspaceError):
    """The values of a workspace are not as the format says; the message names their places, not the file."""


class FirstFault(Exception):
    """A reading that was to stop at its first fault has."""


class Reading:
    """One pass over a workspace. Iterate over it once; afterwards ``contents`` holds what stands around the records."""

    contents: Contents

    def __init__(
        self, source: Source, *, claims: Claims | None = None, taken: Claims | None = None, to_the_end: bool = True
    ) -> None:
        """``claims`` gets every id that the source gives itself, and one that is claimed twice is a fault.

        ``taken`` are such ids, of which none is made up for a part without one. Without ``to_the_end`` the reading stops at
        the first fault with ``FirstFault``.
        """
        self._source = source
        self._claims = claims
        self._taken = taken
        self._to_the_end = to_the_end
        self._around: dict[str, Any] = {}
        self._counts: Counter[Category] = Counter()
        self._unknown: Counter[str] = Counter()
        self._faults: list[tuple[_Fault, tuple[int, ...]]] = []
        self._unnamed = 0

    def __iter__(self) -> Iterator[tuple[Category, FileModel]]:
        """The records in their order, until a fault is found.

        Raises:
            WorkspaceError: at the end, naming the path of every wrong value in the order of the document; at once where the
                source cannot be read or is no JSON.
            FirstFault: as the constructor says.
        """
        for found in _entries(self._source):
            if len(found.path) < len(_ELEMENT):
                self._keep(found)
                continue
            category: Category = found.path[1]  # type: ignore[assignment]  # nothing else is entered
            record = self._checked(category, found)
            self._counts[category] += 1
            if record is not None and not self._faults:
                yield category, record
        self._finish()

    def _keep(self, found: Found) -> None:
        """Remember what stands around the records; of what was entered it is an empty one of its kind."""
        path, value = found.path, found.value
        if not path:
            if not isinstance(value, dict):
                raise BrokenFormat("a workspace is one JSON object with the key records.")
            return
        holder: dict[Any, Any] = self._around if len(path) == 1 else self._around["records"]
        faults = [_Fault(path, "is given twice")] if path[-1] in holder else []
        holder[path[-1]] = value
        _check_values(path[-1], path, faults)
        _check_values(value, path, faults)
        self._add(faults, None)

    def _checked(self, category: Category, found: Found) -> FileModel | None:
        """The record; None where it has faults, which are kept."""
        value, path = found.value, found.path
        faults = list(_claimed_twice(self._claims, category, value, path)) if self._claims is not None else []
        record = None
        try:
            record = RECORDS[category].model_validate(_numbered(category, value, self._taken))
        except ValidationError as error:
            faults += [_fault(one, path) for one in error.errors(include_url=False)]
        unknown = record is not None and has_more_keys(record)
        if found.has_halves or record is None or unknown or category in _OF_ANY_DEPTH:
            wrong: list[_Fault] = []
            _check_values(value, path, wrong)
            faults = [*wrong, *faults]
        if unknown and record is not None and len(self._unknown) < MOST_UNKNOWN:
            self._unknown.update(unknown_keys(record, f"records.{category}[]"))
        if not faults:
            return record
        self._add(faults, value)
        return None

    def _add(self, faults: Iterable[_Fault], record: Any) -> None:
        """Keep the first fault of each place."""
        first: dict[Loc, _Fault] = {}
        for fault in faults:
            first.setdefault(fault.loc, fault)
        if first and not self._to_the_end:
            raise FirstFault
        for fault in first.values():
            if len(self._faults) < MOST_NAMED:
                depth = len(_ELEMENT)
                self._faults.append((fault, (*fault.loc[2:depth], *_position(fault.loc[depth:], record))))  # type: ignore[arg-type]
            else:
                self._unnamed += 1

    def _finish(self) -> None:
        """Check what stands around the records, and make the contents or the refusal."""
        try:
            file = WorkspaceFile.model_validate(
                {key: value for key, value in self._around.items() if key not in CASE_KEYS}
            )
        except ValidationError as error:
            self._add([_fault(one, ()) for one in error.errors(include_url=False)], None)
        if self._faults:
            raise self._refusal()
        warnings = [
            f"{path} is not a key of the workspace format; it is kept as it is{f' ({times} times)' if times > 1 else ''}."
            for path, times in (Counter(unknown_keys(file)) + self._unknown).items()
        ]
        self.contents = Contents(
            now=file.now,
            policy=file.policy.model_dump(exclude_unset=True),
            connectors=_states(file, warnings),
            counts={category: self._counts[category] for category in WORKSPACE_CATEGORIES},
            warnings=tuple(warnings),
        )

    def _refusal(self) -> BrokenFormat:
        ordered = sorted(self._faults, key=lambda one: (*_position(one[0].loc[:2], self._around), *one[1]))
        named = [f"{path_of(fault.loc)}: {fault.says}." for fault, _ in ordered]
        more = [f"and {self._unnamed} more."] if self._unnamed else []
        return BrokenFormat("\n  ".join([*named, *more]))


def check(source: Source, claims: Claims) -> Contents:
    """Look at the whole source; ``claims`` holds every id that it gives itself afterwards.

    Raises:
        WorkspaceError: as ``Reading`` does, ids that are claimed twice included.
    """
    reading = Reading(source, claims=claims)
    for _ in reading:
        pass
    return reading.contents


def check_workspace(source: Path | str | Mapping[str, Any]) -> Contents:
    """Check a workspace file, or one that is parsed already, as a load would.

    Raises:
        WorkspaceError: it cannot be read, is not JSON, or breaks the format.
    """
    with readable_twice(source) as again, Claims() as claims:
        return check(again, claims)


@contextmanager
def readable_twice(source: Path | str | Mapping[str, Any]) -> Iterator[Source]:
    """The source; what can be read only once, such as a pipe, as a file that holds it.

    Faults that are found inside name the file. Raises ``WorkspaceError``.
    """
    if not isinstance(source, Path | str):
        yield source
        return
    path = Path(source)
    try:
        with path.open("rb") as stream, ExitStack() as stack:
            begin = stream.read(_FIRST)
            if b"\0" in begin and not begin.startswith(_UTF_16):
                raise WorkspaceError(f"{path} is not JSON: it holds the byte 0, as no text does.")
            kept = path if stream.seekable() else stack.enter_context(_kept(begin, stream, path))
            yield SourceFile(kept, str(path))
    except BrokenFormat as error:
        raise WorkspaceError(f"{path}: {error}") from None
    except OSError as error:
        raise WorkspaceError(f"{path} cannot be read: {error.strerror or error}.") from None


@contextmanager
def _kept(begin: bytes, stream: BinaryIO, path: Path) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile() as copy:
        copy.write(begin)
        while data := stream.read(CHUNK):
            copy.write(data)
            if copy.tell() > MAX_STREAM:
                raise WorkspaceError(f"{path} gives more than {MAX_STREAM >> 20} MiB; save it as a file first.")
        copy.flush()
        yield Path(copy.name)


def _entries(source: Source) -> Iterator[Found]:
    """What stands around the records, with empty ones of what is entered, and the records."""
    if not isinstance(source, SourceFile):
        yield from _walked(source, ())
        return
    try:
        with source.path.open("rb", buffering=0) as file:
            yield from walk(file.read, _enters)
    except NotText as fault:
        raise WorkspaceError(f"{source.name} is not UTF-8 text ({fault}); save it as UTF-8 JSON.") from None
    except TooDeep:
        raise WorkspaceError(f"{source.name} is nested too deeply to be a workspace.") from None
    except JsonFault as fault:
        raise WorkspaceError(f"{source.name} is not JSON: {fault}.") from None


def _walked(value: Any, path: tuple[str | int, ...]) -> Iterator[Found]:
    """As ``walk`` does, of a value that is parsed already."""
    entered = _enters(path)
    if isinstance(value, Mapping) and entered == "{":
        yield Found(path, {}, has_halves=True)
        for key, inner in value.items():
            yield from _walked(inner, (*path, key))
    elif isinstance(value, list) and entered == "[":
        yield Found(path, [], has_halves=True)
        for index, inner in enumerate(value):
            yield from _walked(inner, (*path, index))
    else:
        yield Found(path, value, has_halves=True)


def _enters(path: tuple[str | int, ...]) -> str:
    if path in ((), ("records",)):
        return "{"
    return "[" if len(path) == len(_ELEMENT) - 1 and path[0] == "records" and path[1] in WORKSPACE_CATEGORIES else ""


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


def _claimed_twice(claims: Claims, category: Category, item: Any, path: Loc) -> Iterator[_Fault]:
    """Claim every id of an item and its parts; what another has already is a fault."""
    for loc, given in _identified(item, path, _PARTS.get(category)):
        held = claims.claim(category, str(given), path_of(loc))
        if held is not None:
            yield _Fault((*loc, "id"), f"{_shown(str(given))} is already the id of {held}")


def _identified(item: Any, loc: Loc, parts: tuple[str, str] | None) -> Iterator[tuple[Loc, str | int]]:
    """The places of an item and its parts that have an id, with it."""
    if not isinstance(item, Mapping):
        return
    if isinstance(item.get("id"), str | int):
        yield loc, item["id"]
    inner = item.get(parts[0]) if parts else None
    for index, part in enumerate(inner if isinstance(inner, list) and parts else ()):
        yield from _identified(part, (*loc, parts[0], index), None)  # type: ignore[index]


def _numbered(category: Category, item: Any, taken: Claims | None) -> Any:
    """The item with ids for its parts that have none: ``<item>-mN``, ``<item>-cN``."""
    if category not in _PARTS or not isinstance(item, Mapping):
        return item
    key, letter = _PARTS[category]
    parts = item.get(key)
    if not isinstance(parts, list) or not any(isinstance(part, Mapping) and part.get("id") is None for part in parts):
        return item
    held = {str(part["id"]) for part in parts if isinstance(part, Mapping) and isinstance(part.get("id"), str | int)}
    numbered = []
    for position, part in enumerate(parts, start=1):
        if not isinstance(part, Mapping) or part.get("id") is not None:
            numbered.append(part)
            continue
        number = position
        while (name := f"{item.get('id')}-{letter}{number}") in held or (taken and not taken.is_free(category, name)):
            number += 1
        held.add(name)
        numbered.append({**part, "id": name})
    return {**item, key: numbered}


def _fault(error: ErrorDetails, at: Loc) -> _Fault:
    kind, value = error["type"], error["input"]
    cause = error.get("ctx", {}).get("error")
    says = _SAYS.get(kind) or str(cause or error["msg"].replace("Input should be", "must be"))
    subject = "" if kind == "missing" or isinstance(value, Mapping | list) else f"{_shown(value)} "
    return _Fault((*at, *error["loc"]), subject + says)


def _check_values(value: Any, loc: Loc, faults: list[_Fault]) -> None:
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
            faults.append(_Fault(loc, f"holds half a character (a lone surrogate) at {error.start}"))
    elif isinstance(value, float) and not isfinite(value):
        faults.append(_Fault(loc, f"{value} is no JSON number"))
    elif isinstance(value, Mapping | list):
        if len(loc) >= MAX_DEPTH:
            raise BrokenFormat(f"{path_of(loc[:8])}...: is nested deeper than {MAX_DEPTH} levels.")
        if isinstance(value, list):
            for index, item in enumerate(value):
                _check_values(item, (*loc, index), faults)
            return
        for key, item in value.items():
            _check_values(key, (*loc, str(key)), faults)
            _check_values(item, (*loc, str(key)), faults)


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


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 60 else text[:57] + "..."

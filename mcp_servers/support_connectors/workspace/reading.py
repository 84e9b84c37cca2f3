"""Reading a workspace: its records one after the other, each checked by itself, then what stands around them.

A file may be larger than memory, so nothing of it is held but the record at hand. Every fault is named in the end, with its place.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from support_connectors.categories import WORKSPACE_CATEGORIES, Category
from support_connectors.workspace.claims import Claims
from support_connectors.workspace.faults import BrokenFormat, Fault, Loc, check_values, fault_of, path_of, position
from support_connectors.workspace.json_stream import Found
from support_connectors.workspace.part_ids import claimed_twice, numbered
from support_connectors.workspace.records import (
    CONNECTED,
    NOT_CONNECTED,
    RECORDS,
    Contents,
    FileModel,
    WorkspaceFile,
    has_more_keys,
    unknown_keys,
)
from support_connectors.workspace.sources import RECORD_PATH, Source, entries, readable_twice

CASE_KEYS = frozenset({"id", "source", "invocation", "expected", "injection", "followup", "synthetic"})
"""What a case adds to a workspace; not part of what the tools hold, so nobody is warned about it."""
MOST_NAMED = 40
"""Faults that are named; of more, their number is said."""
MOST_UNKNOWN = 1_000
"""Different unknown keys that are warned about."""
_OF_ANY_DEPTH = frozenset({"crm"})
"""Categories whose records hold values of any form under keys that the format names."""


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
        self._faults: list[tuple[Fault, tuple[int, ...]]] = []
        self._unnamed = 0

    def __iter__(self) -> Iterator[tuple[Category, FileModel]]:
        """The records in their order, until a fault is found.

        Raises:
            WorkspaceError: at the end, naming the path of every wrong value in the order of the document; at once where the
                source cannot be read or is no JSON.
            FirstFault: as the constructor says.
        """
        for found in entries(self._source):
            if len(found.path) < len(RECORD_PATH):
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
        faults = [Fault(path, "is given twice")] if path[-1] in holder else []
        holder[path[-1]] = value
        check_values(path[-1], path, faults)
        check_values(value, path, faults)
        self._add(faults, None)

    def _checked(self, category: Category, found: Found) -> FileModel | None:
        """The record; None where it has faults, which are kept."""
        value, path = found.value, found.path
        faults = list(claimed_twice(self._claims, category, value, path)) if self._claims is not None else []
        record = None
        try:
            record = RECORDS[category].model_validate(numbered(category, value, self._taken))
        except ValidationError as error:
            faults += [fault_of(one, path) for one in error.errors(include_url=False)]
        unknown = record is not None and has_more_keys(record)
        if found.has_halves or record is None or unknown or category in _OF_ANY_DEPTH:
            wrong: list[Fault] = []
            check_values(value, path, wrong)
            faults = [*wrong, *faults]
        if unknown and record is not None and len(self._unknown) < MOST_UNKNOWN:
            self._unknown.update(unknown_keys(record, f"records.{category}[]"))
        if not faults:
            return record
        self._add(faults, value)
        return None

    def _add(self, faults: Iterable[Fault], record: Any) -> None:
        """Keep the first fault of each place."""
        first: dict[Loc, Fault] = {}
        for fault in faults:
            first.setdefault(fault.loc, fault)
        if first and not self._to_the_end:
            raise FirstFault
        for fault in first.values():
            if len(self._faults) < MOST_NAMED:
                depth = len(RECORD_PATH)
                self._faults.append((fault, (*fault.loc[2:depth], *position(fault.loc[depth:], record))))  # type: ignore[arg-type]
            else:
                self._unnamed += 1

    def _finish(self) -> None:
        """Check what stands around the records, and make the contents or the refusal."""
        try:
            file = WorkspaceFile.model_validate(
                {key: value for key, value in self._around.items() if key not in CASE_KEYS}
            )
        except ValidationError as error:
            self._add([fault_of(one, ()) for one in error.errors(include_url=False)], None)
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
        ordered = sorted(self._faults, key=lambda one: (*position(one[0].loc[:2], self._around), *one[1]))
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

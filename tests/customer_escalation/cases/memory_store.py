"""A case store that forgets all with the process: for tests of what stands on the port."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from customer_escalation.cases.store import CaseInUse, CaseSummary, StoreError, UnknownCase
from skill_runtime.errors import JournalError
from skill_runtime.journal import HEADER, Entry
from skill_runtime.recorder import Recorder


@dataclass
class Kept:
    """What several stores share, as processes share a folder."""

    cases: dict[str, list[Entry]] = field(default_factory=dict)
    held_by: dict[str, "MemoryStore"] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)


class MemoryStore:
    """``CaseStore``."""

    def __init__(self, kept: Kept | None = None) -> None:
        self.kept = kept or Kept()

    def create(self, header: Mapping[str, Any]) -> str:
        """See ``CaseStore``."""
        name = f"{next(self.kept.numbers):06d}-case"
        self.kept.cases[name] = []
        _Steps(name, self.kept.cases[name]).append(HEADER, dict(header))
        return name

    def find(self, prefix: str) -> str:
        """See ``CaseStore``."""
        found = [name for name in self.kept.cases if name.startswith(prefix)]
        if prefix in found:
            return prefix
        if len(found) != 1:
            raise UnknownCase(f"{len(found)} cases begin with {prefix!r}.")
        return found[0]

    def header(self, case: str) -> dict[str, Any]:
        """See ``CaseStore``."""
        return dict(self.entries(case)[0].data)

    def append(self, case: str, kind: str, data: Mapping[str, Any]) -> None:
        """See ``CaseStore``."""
        steps = _Steps(case, self._entries(case))
        if self.kept.held_by.get(case, self) is not self:
            raise CaseInUse(f"{case} is being written.")
        steps.append(kind, dict(data))

    def entries(self, case: str, kind: str | None = None) -> list[Entry]:
        """See ``CaseStore``."""
        return [entry for entry in self._entries(case) if kind in (None, entry.type)]

    def summaries(self, newest: str) -> list[CaseSummary]:
        """See ``CaseStore``."""
        return [
            CaseSummary(name, self.header(name), next((e.data for e in reversed(self.entries(name, newest))), None))
            for name in reversed(self.kept.cases)
        ]

    @contextmanager
    def hold(self, case: str) -> Iterator[Recorder]:
        """See ``CaseStore``."""
        steps = _Steps(case, self._entries(case))
        if case in self.kept.held_by:
            raise CaseInUse(f"{case} is being written.")
        self.kept.held_by[case] = self
        try:
            yield Recorder(steps)
        except JournalError as error:
            raise StoreError(str(error)) from error
        finally:
            del self.kept.held_by[case]

    def _entries(self, case: str) -> list[Entry]:
        if case not in self.kept.cases:
            raise UnknownCase(f"There is no case {case!r}.")
        return self.kept.cases[case]


class _Steps:
    """``StepLog`` on a list."""

    def __init__(self, run_id: str, entries: list[Entry]) -> None:
        self.run_id = run_id
        self._entries = entries
        self._blobs: dict[str, bytes] = {}

    def keep(self, data: bytes) -> str:
        """See ``StepLog``."""
        digest = hashlib.sha256(data).hexdigest()
        self._blobs[digest] = data
        return digest

    def kept(self, digest: str) -> bytes:
        """See ``StepLog``."""
        return self._blobs[digest]

    def entries(self, type: str | None = None) -> list[Entry]:  # noqa: A002 - the field's name
        """See ``StepLog``."""
        return [entry for entry in self._entries if type in (None, entry.type)]

    def append(
        self, type: str, data: dict[str, Any], *, key: str | None = None, request: dict[str, Any] | None = None,  # noqa: A002
        durable: bool = True,
    ) -> Entry:  # fmt: skip
        """See ``StepLog``."""
        kept = json.loads(json.dumps(data))
        entry = Entry(
            seq=len(self._entries), at="2026-03-04T12:00:00.000+00:00", type=type, key=key, request=request, data=kept
        )
        self._entries.append(entry)
        return entry

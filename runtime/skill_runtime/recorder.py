"""Steps that are paid for or read from outside, each run once in the life of a run, however often the run is started.

To resume, a run is executed again from the top with the same header; each such step asks the ``Recorder`` first, which answers
from the journal as long as it can.
"""

import hashlib
import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from skill_runtime.errors import JournalError
from skill_runtime.journal import FORGOTTEN, Entry
from skill_runtime.ledger import JsonObject


class RequestPiece:
    """One named piece of a request, made once for something that never changes: what it costs to write it as JSON and to
    digest it is paid at the first look, however many requests hold it."""

    def __init__(self, value: Callable[[], Any]) -> None:
        """``value`` gives the piece as a JSON value; it is asked again only for what is written down."""
        self._value = value

    @property
    def value(self) -> Any:
        """The piece as a JSON value."""
        return self._value()

    @cached_property
    def digest(self) -> str:
        """Its fingerprint."""
        return fingerprint(self.value)


@dataclass(frozen=True)
class _Asked:
    """The request of a step that follows others: its parts by name, and the key of all steps up to it."""

    parts: Mapping[str, RequestPiece] = field(default_factory=dict)
    key: str = ""

    def then(self, parts: Mapping[str, RequestPiece]) -> tuple["_Asked", list[str], list[str]]:
        """The request after this one, the names of what is new in it, and of what it lacks."""
        new = [name for name, part in parts.items() if not _same(self.parts.get(name), part)]
        kept = len(parts) - sum(name not in self.parts for name in new)
        dropped = [name for name in self.parts if name not in parts] if kept < len(self.parts) else []
        digests = {name: parts[name].digest for name in new}
        # The key of a step stands for all parts, though only the change is digested: the step before stands for the rest.
        return _Asked(dict(parts), fingerprint([self.key, digests, sorted(dropped)])), new, dropped


def _same(before: RequestPiece | None, now: RequestPiece) -> bool:
    return before is now or (before is not None and before.digest == now.digest)


class StepLog(Protocol):
    """Where a ``Recorder`` finds the steps of a run and keeps new ones: a ``Journal``, or whatever else holds its entries."""

    @property
    def run_id(self) -> str:
        """The run's name."""
        ...

    def entries(self, type: str | None = None) -> list[Entry]:  # noqa: A002 - the field's name
        """The entries in the order written, or those of one type."""
        ...

    def append(
        self,
        type: str,  # noqa: A002 - the field's name
        data: JsonObject,
        *,
        key: str | None = None,
        request: JsonObject | None = None,
        durable: bool = True,
    ) -> Entry:
        """Add an entry and return once it is kept for good, or once it outlives this process where it need not be ``durable``;
        raises where it cannot be.
        """
        ...

    def keep(self, data: bytes) -> str:
        """Keep these bytes, once however often they are given; returns their digest (sha256)."""
        ...

    def kept(self, digest: str) -> bytes:
        """The bytes with this digest; raises where they are not there."""
        ...


class Recorder:
    """Runs each paid or external step once in the life of a run, however often the run is started.

    A killed process loses none of them. A machine that loses its power may lose those since the last durable entry, which are
    then asked for again; steps that change anything elsewhere are not run through here.

    Two kinds of step. ``step`` is looked up by its key, each recorded outcome used once: right for tool calls, which
    run side by side and are recorded in any order. ``next_step`` must come in the recorded order with the same request:
    right for model turns, where another request means that the run no longer is what it was.
    """

    def __init__(self, journal: StepLog) -> None:
        self.journal = journal
        self._unused: dict[str, deque[Entry]] = {}
        for entry in journal.entries():
            if entry.type == FORGOTTEN:
                self._unused.clear()
            elif entry.key is not None:
                self._unused.setdefault(entry.type, deque()).append(entry)
        self._asked: dict[str, _Asked] = {}

    def pending(self, kind: str | None = None) -> int:
        """How many recorded steps (of one kind) were not used yet."""
        return sum(len(entries) for name, entries in self._unused.items() if kind in (None, name))

    def forget(self) -> None:
        """Ask everything again when the run is resumed: what was answered so far led nowhere. Raises as ``append``."""
        self.journal.append(FORGOTTEN, {})
        self._unused.clear()
        self._asked.clear()

    async def step(
        self, kind: str, key: Mapping[str, Any] | str, do: Callable[[], Awaitable[JsonObject]]
    ) -> JsonObject:
        """The recorded outcome of this very step, or else that of ``do``, which is recorded.

        What ``do`` raises is raised and not recorded.
        """
        request = {"step": key} if isinstance(key, str) else dict(key)
        digest = fingerprint(request)
        for entry in self._unused.get(kind, ()):
            if entry.key == digest:
                self._unused[kind].remove(entry)
                return entry.data
        data = await do()
        return self.journal.append(kind, data, key=digest, request=request, durable=False).data

    async def next_step(
        self, kind: str, parts: Mapping[str, Any | RequestPiece], do: Callable[[], Awaitable[JsonObject]]
    ) -> JsonObject:
        """Like ``step``, for steps that follow each other with growing requests.

        ``parts`` is the request, cut into named pieces in a fixed order (``message 3 (user)``): JSON values, or a ``RequestPiece``
        for each that is given again and again. Only what is new since the step before is digested and written down, and
        what was dropped since.

        Raises ``JournalError`` naming the first piece that differs when the journal goes on with another request.
        """
        given = {name: _part(part) for name, part in parts.items()}
        asked, new, dropped = self._asked.get(kind, _Asked()).then(given)
        self._asked[kind] = asked
        waiting = self._unused.get(kind)
        if waiting:
            if waiting[0].key == asked.key:
                return waiting.popleft().data
            raise JournalError(self._difference(waiting[0], given))
        data = await do()
        request: JsonObject = {"new": {name: given[name].value for name in new}}
        if dropped:
            request["dropped"] = dropped
        return self.journal.append(kind, data, key=asked.key, request=request, durable=False).data

    def _difference(self, recorded: Entry, parts: Mapping[str, RequestPiece]) -> str:
        theirs = self._recorded_parts(recorded)
        names = [*theirs, *(name for name in parts if name not in theirs)]
        first = next((name for name in names if not _alike(name, theirs, parts)), "")
        if not first:
            what = "none in what was asked, so another version keyed it"
        elif first not in parts:
            what = f"{first} is missing now"
        elif first not in theirs:
            what = f"{first} is new: {_excerpt(_text(parts[first].value), 0)}"
        else:
            was, now = _text(theirs[first]), _text(parts[first].value)
            at = next((i for i, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), min(len(was), len(now)))
            what = f"{first} differs: recorded {_excerpt(was, at)}, now {_excerpt(now, at)}"
        return (
            f"The run {self.journal.run_id} cannot be resumed: its {recorded.type} at entry {recorded.seq} was "
            f"asked with another request. First difference: {what}. Resume it with the version and settings that started it, "
            f"or start a new run."
        )

    def _recorded_parts(self, recorded: Entry) -> dict[str, Any]:
        """The whole request of a recorded step, put together from its own and the entries before it."""
        parts: dict[str, Any] = {}
        for entry in self.journal.entries(recorded.type):
            if entry.seq <= recorded.seq and entry.request is not None:
                for name in entry.request.get("dropped", ()):
                    parts.pop(name, None)
                parts.update(entry.request.get("new", {}))
        return parts


def fingerprint(value: Any) -> str:
    """sha256 of a JSON value's canonical text (sorted keys, no spaces, ASCII)."""
    return hashlib.sha256(_text(value).encode()).hexdigest()


def _part(given: Any | RequestPiece) -> RequestPiece:
    return given if isinstance(given, RequestPiece) else RequestPiece(lambda: given)


def _alike(name: str, theirs: Mapping[str, Any], ours: Mapping[str, RequestPiece]) -> bool:
    return name in theirs and name in ours and fingerprint(theirs[name]) == ours[name].digest


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _excerpt(text: str, at: int, around: int = 60) -> str:
    start = max(0, at - around // 3)
    return f"…{text[start : start + around]}…" if text else "nothing"

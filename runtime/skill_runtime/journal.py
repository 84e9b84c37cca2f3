"""A run's journal: an append-only file that is resume point, audit trail and replay cassette at once.

One JSON object a line. Every entry is with the operating system before ``append`` returns, so a process killed at any
moment loses at most the step that it was in; what decides something is on the disk too. To resume, the run is
executed again from the top with the same header; each paid or external step asks the ``Recorder`` first, which
answers from the journal as long as it can.
"""

import base64
import binascii
import fcntl
import hashlib
import json
import os
import re
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from skill_runtime.errors import JournalError, JournalInUse, UnknownRun
from skill_runtime.ledger import JsonObject

Now = Callable[[], datetime]

HEADER = "header"
BLOB = "blob"
"""Bytes that other entries name by their digest, each once."""
FORGOTTEN = "forgotten"
"""From here on a resumed run does the steps before it again."""
_SUFFIX = ".jsonl"
_RUN_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,79}")


class Entry(BaseModel):
    """One line of a journal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seq: int
    """0 for the header, then one more each."""
    at: str
    """When it was written, RFC 3339 in UTC."""
    type: str
    key: str | None = None
    """For a step: sha256 of what was asked."""
    request: JsonObject | None = None
    """For a step: what was asked, for people and for the comparison on resume."""
    data: JsonObject
    """What came of it."""


@dataclass(frozen=True)
class RunSummary:
    """A journal at a glance, read from its first and last line."""

    run_id: str
    path: Path
    header: JsonObject
    last: Entry | None
    """The newest whole entry; None where ``problem`` says why."""
    problem: str = ""


def new_run_id(now: datetime, token: Callable[[], str] = lambda: secrets.token_hex(3)) -> str:
    """A run's name: sorts by start, fits a file name and can be typed, such as ``20261123-101500-4f2a9c``."""
    return f"{now.astimezone(UTC):%Y%m%d-%H%M%S}-{token()}"


def find_run(folder: Path, prefix: str) -> str:
    """The one run whose id starts with ``prefix``.

    Raises ``UnknownRun`` naming the choices when none or several do.
    """
    ids = _run_ids(folder)
    matching = [run_id for run_id in ids if run_id.startswith(prefix)]
    if prefix in matching:
        return prefix
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise UnknownRun(f"Several runs start with {prefix!r}: {', '.join(matching[:5])}. Give more of the id.")
    newest = f" The newest are {', '.join(ids[:3])}." if ids else " There are no runs there yet."
    raise UnknownRun(f"No run in {folder} starts with {prefix!r}.{newest}")


def list_runs(folder: Path) -> list[RunSummary]:
    """Every run in ``folder``, newest first. A damaged journal is listed with its problem, never raised."""
    return [_summary(folder, run_id) for run_id in _run_ids(folder)]


class Journal:
    """The entries of one run, in memory and on the disk. Made by ``create``, ``open`` or ``read``."""

    def __init__(self, path: Path, entries: list[Entry], fd: int | None, size: int, now: Now) -> None:
        self.path = path
        self.run_id = path.name.removesuffix(_SUFFIX)
        self._entries = entries
        self._fd = fd
        self._size = size
        self._now = now
        self._blobs = {entry.data["sha256"]: entry.data["base64"] for entry in entries if entry.type == BLOB}

    @classmethod
    def create(cls, folder: Path, run_id: str, header: JsonObject, *, now: Now | None = None) -> "Journal":
        """Start the journal of a new run. ``header`` holds all that a resumed run needs to ask the same again.

        Raises ``JournalError`` when the run exists or the folder cannot be written.
        """
        path = _path(folder, run_id)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        except FileExistsError:
            raise JournalError(f"The run {run_id} exists already in {folder}; resume it or use another id.") from None
        except OSError as error:
            raise JournalError(f"Cannot write journals in {folder}: {error.strerror}.") from error
        _lock(fd, path)
        journal = cls(path, [], fd, 0, now or _utc_now)
        journal.append(HEADER, header)
        _sync_folder(folder)
        return journal

    @classmethod
    def open(cls, folder: Path, run_id: str, *, now: Now | None = None) -> "Journal":
        """Open a run to go on writing it; a line torn by a kill is cut off.

        Raises ``UnknownRun`` when there is no such run, ``JournalInUse`` while another process is writing it, and
        ``JournalError`` when a line is damaged.
        """
        path = _path(folder, run_id)
        try:
            fd = os.open(path, os.O_RDWR | os.O_APPEND)
        except FileNotFoundError as error:
            raise UnknownRun(f"Cannot open the run {run_id} in {folder}: {error.strerror}.") from None
        except OSError as error:
            raise JournalError(f"Cannot open the run {run_id} in {folder}: {error.strerror}.") from error
        try:
            _lock(fd, path)
            entries, size, complete = _parse(path.read_bytes(), path)
            os.ftruncate(fd, size)
            if not complete:
                os.write(fd, b"\n")
                size += 1
        except BaseException:
            os.close(fd)
            raise
        return cls(path, entries, fd, size, now or _utc_now)

    @classmethod
    def read(cls, folder: Path, run_id: str) -> "Journal":
        """Open a run to look at it, also while another process writes it. ``append`` is refused.

        Raises ``UnknownRun`` when there is no such run, and ``JournalError`` when a line is damaged.
        """
        path = _path(folder, run_id)
        try:
            raw = path.read_bytes()
        except FileNotFoundError as error:
            raise UnknownRun(f"Cannot read the run {run_id} in {folder}: {error.strerror}.") from None
        except OSError as error:
            raise JournalError(f"Cannot read the run {run_id} in {folder}: {error.strerror}.") from error
        entries, size, _ = _parse(raw, path)
        return cls(path, entries, None, size, _utc_now)

    @property
    def header(self) -> JsonObject:
        """What the run was started with."""
        return self._entries[0].data

    def entries(self, type: str | None = None) -> list[Entry]:  # noqa: A002 - the field's name
        """The entries in the order written, or those of one type."""
        return [entry for entry in self._entries if type is None or entry.type == type]

    def append(
        self,
        type: str,  # noqa: A002 - the field's name
        data: JsonObject,
        *,
        key: str | None = None,
        request: JsonObject | None = None,
        durable: bool = True,
    ) -> Entry:
        """Add an entry and return once it is on the disk, with all before it.

        One that is not ``durable`` is with the operating system, so that it outlives this process, and gets on the disk with the
        next that is, or when the journal is closed. Raises ``JournalError`` when it could not be written; the file then ends as it
        did before.
        """
        if self._fd is None:
            raise JournalError(f"The journal {self.path} is open for reading only.")
        at = self._now().astimezone(UTC).isoformat(timespec="milliseconds")
        entry = Entry(seq=len(self._entries), at=at, type=type, key=key, request=request, data=data)
        # Escaped to ASCII, so that a lone surrogate in somebody's text cannot stop the write.
        line = (json.dumps({name: value for name, value in entry if value is not None}) + "\n").encode()
        try:
            written = 0
            while written < len(line):
                written += os.write(self._fd, line[written:])
            if durable:
                os.fsync(self._fd)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._fd, self._size)
            raise JournalError(f"Cannot write the journal {self.path}: {error.strerror}.") from error
        self._size += len(line)
        self._entries.append(entry)
        return entry

    def keep(self, data: bytes) -> str:
        """Keep these bytes, once however often they are given; returns their digest (sha256).

        Raises as ``append``.
        """
        digest = hashlib.sha256(data).hexdigest()
        if digest not in self._blobs:
            encoded = base64.b64encode(data).decode()
            self.append(BLOB, {"sha256": digest, "base64": encoded})
            self._blobs[digest] = encoded
        return digest

    def kept(self, digest: str) -> bytes:
        """The bytes with this digest. Raises ``JournalError`` where they are not there or are others now."""
        try:
            data = base64.b64decode(self._blobs[digest], validate=True)
        except (KeyError, binascii.Error):
            data = b""
        if hashlib.sha256(data).hexdigest() != digest:
            raise JournalError(f"{self.path} does not hold the bytes {digest[:12]}… that one of its entries names.")
        return data

    def close(self) -> None:
        """Let another process write the run. Closing twice is fine."""
        if self._fd is not None:
            with suppress(
                OSError
            ):  # what could not be synced is written all the same, and a run that ended well says so
                os.fsync(self._fd)
            os.close(self._fd)
            self._fd = None

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


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


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _path(folder: Path, run_id: str) -> Path:
    if not _RUN_ID.fullmatch(run_id):
        raise UnknownRun(f"{run_id!r} is not a run id; one looks like 20261123-101500-4f2a9c.")
    return folder / f"{run_id}{_SUFFIX}"


def _run_ids(folder: Path) -> list[str]:
    found = (path.name.removesuffix(_SUFFIX) for path in folder.glob(f"*{_SUFFIX}") if path.is_file())
    return sorted((run_id for run_id in found if _RUN_ID.fullmatch(run_id)), reverse=True)


def _lock(fd: int, path: Path) -> None:
    # flock, not lockf: it belongs to the open file, so a second opening in this same process is refused too.
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise JournalInUse(
            f"The run {path.name.removesuffix(_SUFFIX)} is being written by another process; wait for it to end."
        ) from None


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _parse(raw: bytes, path: Path) -> tuple[list[Entry], int, bool]:
    """The entries, the size of the part that is sound, and whether that part ends with a line break."""
    entries: list[Entry] = []
    size = 0
    complete = True
    for number, line in enumerate(_lines(raw), start=1):
        complete = line.endswith(b"\n")
        try:
            entry = Entry.model_validate(json.loads(line))
        except (ValueError, ValidationError) as error:
            if not complete:  # torn by a kill: the step was never finished
                return _with_header(entries, path), size, True
            raise JournalError(
                f"{path}, line {number}, is damaged and cannot be read; mend or remove the file."
            ) from error
        if entry.seq != len(entries):
            raise JournalError(f"{path}, line {number}, has number {entry.seq} where {len(entries)} should be.")
        entries.append(entry)
        size += len(line)
    return _with_header(entries, path), size, complete


def _lines(raw: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(raw):
        end = raw.find(b"\n", start)
        stop = len(raw) if end < 0 else end + 1
        yield raw[start:stop]
        start = stop


def _with_header(entries: list[Entry], path: Path) -> list[Entry]:
    if not entries or entries[0].type != HEADER:
        raise JournalError(f"{path} holds no run: it was killed before its first line was whole. Start a new run.")
    return entries


def _summary(folder: Path, run_id: str) -> RunSummary:
    path = _path(folder, run_id)
    try:
        with path.open("rb") as file:
            first = file.readline()
            last = _last_line(file.seek(0, os.SEEK_END), file.seek, file.read) or first
        header = Entry.model_validate(json.loads(first))
        return RunSummary(run_id, path, header.data, Entry.model_validate(json.loads(last)))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its first or last line is damaged"
        return RunSummary(run_id, path, {}, None, problem=f"{path} cannot be read: {reason}.")


def _last_line(size: int, seek: Callable[[int], int], read: Callable[[int], bytes]) -> bytes:
    """The last line that ends with a line break, read backwards in growing steps."""
    step = 65_536
    while True:
        start = max(0, size - step)
        seek(start)
        tail = read(size - start)
        whole = tail[: tail.rfind(b"\n") + 1]
        before = whole.rfind(b"\n", 0, max(0, len(whole) - 1))
        if before >= 0 or start == 0:
            return whole[before + 1 :]
        step *= 8

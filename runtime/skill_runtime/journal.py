"""A run's journal: an append-only file that is resume point, audit trail and replay cassette at once.

One JSON object a line. Every entry is with the operating system before ``append`` returns, so a process killed at any
moment loses at most the step that it was in; what decides something is on the disk too. ``recorder`` runs a resumed run's steps
from it, and ``runs`` finds the journals of a folder.
"""

import base64
import binascii
import fcntl
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from pydantic import BaseModel, ConfigDict, ValidationError

from skill_runtime.errors import JournalError, JournalInUse, UnknownRun
from skill_runtime.ledger import JsonObject

Now = Callable[[], datetime]

HEADER = "header"
BLOB = "blob"
"""Bytes that other entries name by their digest, each once."""
FORGOTTEN = "forgotten"
"""From here on a resumed run does the steps before it again."""
SUFFIX = ".jsonl"
RUN_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,79}")


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


class Journal:
    """The entries of one run, in memory and on the disk. Made by ``create``, ``open`` or ``read``."""

    def __init__(self, path: Path, entries: list[Entry], fd: int | None, size: int, now: Now) -> None:
        self.path = path
        self.run_id = path.name.removesuffix(SUFFIX)
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
        path = path_of(folder, run_id)
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
        path = path_of(folder, run_id)
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
        path = path_of(folder, run_id)
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


def _utc_now() -> datetime:
    return datetime.now(UTC)


def path_of(folder: Path, run_id: str) -> Path:
    """The file of a run. Raises ``UnknownRun`` for what cannot be a run's name."""
    if not RUN_ID.fullmatch(run_id):
        raise UnknownRun(f"{run_id!r} is not a run id; one looks like 20261123-101500-4f2a9c.")
    return folder / f"{run_id}{SUFFIX}"


def _lock(fd: int, path: Path) -> None:
    # flock, not lockf: it belongs to the open file, so a second opening in this same process is refused too.
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise JournalInUse(
            f"The run {path.name.removesuffix(SUFFIX)} is being written by another process; wait for it to end."
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

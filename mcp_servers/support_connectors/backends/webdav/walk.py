"""Walking a tree of folders over WebDAV, which shows one folder at a time: in order, bounded, to be continued."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from support_connectors.backend import BackendError, NotFound, PermissionDenied, RateLimited
from support_connectors.backends.webdav.entries import DavEntry, Path
from support_connectors.remote.guard import Guard, too_slow

TREE_FOLDERS = 300
"""Folders that a search opens at most."""
DEEPEST = 40
"""Names of a path; what lies deeper is left out (a link may lead in circles)."""


class Stopped(Exception):
    """The bounds are reached before the folder ``place`` was opened; ``slow`` tells that the time was the bound."""

    def __init__(self, place: Path, *, slow: bool) -> None:
        super().__init__("/".join(place))
        self.place = place
        self.slow = slow


@dataclass
class Bounds:
    """How far one walk may go; the first folder is always opened."""

    folders: int
    seconds: float

    def __post_init__(self) -> None:
        self._opened = 0
        self._until = time.monotonic() + self.seconds

    def open(self, folder: Path) -> None:
        """Count a folder that is about to be opened. Raises ``Stopped``."""
        slow = time.monotonic() > self._until
        if self._opened and (slow or self._opened >= self.folders):
            raise Stopped(folder, slow=slow)
        self._opened += 1


@dataclass(frozen=True)
class Tree:
    """The files that a walk of the whole storage came upon, by path."""

    files: Sequence[DavEntry]
    complete: bool
    trouble: BackendError | None = None
    """Why the walk ended early, where that was no bound of ours."""


def seconds_for_walking(guard: Guard) -> float:
    """Seconds after which no further request is begun, so that the last one ends in time."""
    return max(guard.total_s - guard.timeout_s, guard.total_s / 2)


class Walk:
    """Walks over one storage."""

    def __init__(
        self,
        system: str,
        children: Callable[[Path], Sequence[DavEntry]],
        everything: Callable[[], Sequence[DavEntry]],
        guard: Guard,
    ) -> None:
        """``children`` gives what stands in a folder, by name; ``everything`` what stands below the root, at once."""
        self._system = system
        self._children = children
        self._everything = everything
        self._guard = guard
        self._at_once = True

    def below(self, start: Path, after: Path | None, bounds: Bounds) -> Iterator[DavEntry]:
        """The files below a folder in the order of their paths, those after ``after`` only.

        Folders below it that are gone or may not be opened are left out.

        Raises:
            Stopped: the bounds are reached; walking on after its place gives the rest.
        """
        bounds.open(start)
        waiting = list(reversed(self._children(start)))
        while waiting:
            entry = waiting.pop()
            if not entry.is_folder:
                if after is None or entry.path > after:
                    yield entry
                continue
            passed = after is not None and entry.path < after[: len(entry.path)]
            if passed or len(entry.path) >= DEEPEST:
                continue
            bounds.open(entry.path)
            try:
                waiting += reversed(self._children(entry.path))
            except (NotFound, PermissionDenied):
                continue

    def whole(self) -> Tree:
        """Every file of the storage, in one request where the server allows that, else folder by folder, bounded."""
        if self._at_once:
            try:
                entries = self._everything()
            except RateLimited:
                raise
            except BackendError:
                entries = []  # refused, too long, too slow
            # Some servers answer as if they had been asked for one folder only.
            if entries and (not _folders(entries) or any(len(entry.path) > 1 for entry in entries)):
                files = sorted((entry for entry in entries if not entry.is_folder), key=lambda entry: entry.path)
                return Tree(files, complete=True)
        found: list[DavEntry] = []
        try:
            for entry in self.below((), None, Bounds(TREE_FOLDERS, seconds_for_walking(self._guard) / 2)):
                found.append(entry)  # noqa: PERF402 - what came before an error is kept
        except Stopped as stopped:
            slow = too_slow(self._system, self._guard.total_s) if stopped.slow else None
            return Tree(found, complete=False, trouble=slow)
        except BackendError as error:
            if not found:
                raise
            return Tree(found, complete=False, trouble=error)
        self._at_once = False
        return Tree(found, complete=True)


def _folders(entries: Sequence[DavEntry]) -> bool:
    return any(entry.is_folder and entry.path for entry in entries)

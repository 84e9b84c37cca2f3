"""Looking into files of a storage that cannot do so itself: small text files, a bounded number of them, kept for a while."""

import re
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

from support_connectors.backend import BackendError, NotFound, PermissionDenied
from support_connectors.backends.webdav.entries import DavEntry, Path
from support_connectors.backends.webdav.text import is_text
from support_connectors.backends.webdav.walk import seconds_for_walking
from support_connectors.remote.guard import Guard, too_slow

SMALL = 65_536
"""Bytes of a file that a search looks into."""
AT_ONCE = 4
SHORT = 1_000
"""Characters of a text that a search shows whole."""
LINES = 5
LINE = 300
_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass
class Known:
    """The texts that could be read."""

    known: dict[Path, str] = field(default_factory=dict)
    complete: bool = True
    """Whether all small text files are there."""
    trouble: BackendError | None = None
    """Why one is missing, where that was no bound of ours."""


class Texts:
    """The texts of one storage's small files, each read again only after it changed."""

    def __init__(self, system: str, read: Callable[[DavEntry], str], most: int, guard: Guard) -> None:
        """``read`` gives a file's text; at most ``most`` files are looked into, the last changed first."""
        self._system = system
        self._read = read
        self._most = most
        self._guard = guard
        self._lock = threading.Lock()
        self._kept: dict[Path, tuple[str, str]] = {}

    def of(self, files: Sequence[DavEntry]) -> Known:
        """The texts of those of ``files`` that are small and text, as far as the bounds let it."""
        small = [entry for entry in files if entry.size is not None and entry.size <= SMALL and is_text(entry)]
        chosen = sorted(small, key=lambda entry: entry.modified or _EARLIEST, reverse=True)[: self._most]
        found = Known(complete=len(chosen) == len(small))
        until = time.monotonic() + seconds_for_walking(self._guard) / 2
        with self._lock:
            kept = self._kept

        def text(entry: DavEntry) -> str | None:
            stamp, known = kept.get(entry.path, ("", ""))
            if stamp == entry.stamp:
                return known
            if found.trouble is not None:
                return None
            if time.monotonic() > until:
                found.trouble = too_slow(self._system, self._guard.total_s)
                return None
            try:
                return self._read(entry)
            except (NotFound, PermissionDenied):
                return ""
            except BackendError as error:
                found.trouble = error
                return None

        with ThreadPoolExecutor(AT_ONCE) as pool:
            texts = list(pool.map(text, chosen))
        read = [(entry, one) for entry, one in zip(chosen, texts, strict=True) if one is not None]
        found.known = {entry.path: one for entry, one in read}
        found.complete = found.complete and len(read) == len(chosen)
        with self._lock:
            self._kept = {entry.path: (entry.stamp, one) for entry, one in read}
        return found


def excerpt(text: str, query: str) -> tuple[str, bool]:
    """What a search shows of a text, and whether that is all of it: a short one whole, else the first lines that match."""
    if len(text) <= SHORT:
        return text, True
    terms = re.findall(r"[^\W_]+", query.casefold())
    lines = [line.strip() for line in text.splitlines() if any(term in line.casefold() for term in terms)]
    return "\n".join(line[:LINE] for line in lines[:LINES]), False

"""A list that is read whole and kept for a moment, so that paging through it is stable and cheap."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
KEEP_S = 20.0


class Snapshot(Generic[T]):
    """What ``fetch`` gave last, for ``keep_s`` seconds. Safe to use from several threads at once."""

    def __init__(
        self, fetch: Callable[[], T], keep_s: float = KEEP_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._keep_s = keep_s
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: tuple[float, T] | None = None

    def get(self) -> T:
        """The list; asked for anew where the kept one is too old. What the fetch raises is raised, and nothing is kept."""
        with self._lock:
            if self._kept is None or self._clock() - self._kept[0] > self._keep_s:
                self._kept = (self._clock(), self._fetch())
            return self._kept[1]

    def forget(self) -> None:
        """Ask anew next time: something was written."""
        with self._lock:
            self._kept = None

"""The entries that an earlier holder of a case wrote: a run that is resumed comes to them again and writes none twice."""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from skill_runtime.journal import Entry
from skill_runtime.recorder import fingerprint


class Replay:
    """Compares what the run writes with what was written, in the order of the writing."""

    def __init__(self, entries: Iterable[Entry], kinds: frozenset[str]) -> None:
        """``kinds`` are those that the run itself writes."""
        self._waiting = deque((entry.type, fingerprint(entry.data)) for entry in entries if entry.type in kinds)

    def has(self, kind: str, data: Mapping[str, Any]) -> bool:
        """Is this the next entry that was written? From the first that is another on, nothing is known any more."""
        if self._waiting and self._waiting[0] == (kind, fingerprint(data)):
            self._waiting.popleft()
            return True
        self._waiting.clear()
        return False

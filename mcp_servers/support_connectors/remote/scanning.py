"""For systems whose search cannot be used: how long a call may go on reading, and which of the items read match best."""

import math
import re
import time
from collections.abc import Sequence
from typing import TypeVar

from support_connectors.remote.guard import Guard, too_slow
from support_connectors.remote.texts import words

T = TypeVar("T")


class Budget:
    """The time of one call that takes several requests."""

    def __init__(self, system: str, guard: Guard) -> None:
        self._system = system
        self._seconds = guard.total_s
        self._until = time.monotonic() + guard.total_s

    def check(self) -> None:
        """Raise ``Unavailable`` where the time is over; call it before each request but the first."""
        if time.monotonic() > self._until:
            raise too_slow(self._system, self._seconds)


def best_first(query: str, candidates: Sequence[tuple[str, T]]) -> list[T]:
    """The candidates (each with its text) that hold any word of ``query``, also as a word's beginning.

    Those with more and rarer words come first; equals keep their order.
    """
    asked = [re.compile(rf"(?<!\w){re.escape(word.casefold())}") for word in words(query, most=30)]
    found = [[bool(word.search(text.casefold())) for word in asked] for text, _ in candidates]
    weights = [math.log(1 + len(candidates) / max(1, sum(column))) for column in zip(*found, strict=True)]
    scores = [
        sum(weight for weight, hit in zip(weights, hits, strict=True) if hit) if any(hits) else 0.0 for hits in found
    ]
    order = sorted((index for index, score in enumerate(scores) if score), key=lambda index: -scores[index])
    return [candidates[index][1] for index in order]

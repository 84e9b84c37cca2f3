"""Markers: how a write is found again in a system that has no idempotency keys.

A marker is a short word at the end of the text that is written. It is made of the key and of the text, so the same
write is recognised, and the same key with another text is told apart.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from support_connectors.backend import Conflict, Write
from support_connectors.times import parse_time

T = TypeVar("T")
_FORM = re.compile(r"\[ce:(?P<key>[0-9a-f]{12})\.(?P<text>[0-9a-f]{8})\]")


@dataclass(frozen=True)
class Marker:
    """The marker of one write."""

    key: str
    text: str

    @classmethod
    def of(cls, idempotency_key: str, *content: str) -> "Marker":
        """The marker of the write of ``content`` (text, and whatever else makes it this write) under a key."""
        whole = "\0".join(content)
        return cls(_digest(idempotency_key, 12), _digest(whole, 8))

    def __str__(self) -> str:
        return f"[ce:{self.key}.{self.text}]"


def marked(text: str, marker: Marker | None) -> str:
    """``text`` as it is written: with the marker on a line of its own at the end."""
    return f"{text}\n\n{marker}" if marker else text


def unmarked(text: str) -> str:
    """``text`` as it is shown: without any marker."""
    return _FORM.sub("", text).rstrip() if _FORM.search(text) else text


def find_marked(marker: Marker, candidates: Iterable[tuple[str, T]], idempotency_key: str) -> T | None:
    """The first candidate (its text, and itself) that carries ``marker``; None where none does.

    Raises ``Conflict`` where a candidate carries the key with another text.
    """
    for text, candidate in candidates:
        for found in _FORM.finditer(text):
            if found["key"] != marker.key:
                continue
            if found["text"] != marker.text:
                raise Conflict(
                    f"The idempotency key {idempotency_key!r} was used for another text here. Use a new key for a new write."
                )
            return candidate
    return None


def reaches_back(write: Write, times: Sequence[str], most: int) -> bool:
    """Whether ``times`` (of what was read, RFC 3339, ``most`` of it at most and the newest first) reach back to where a write is looked
    for.
    """
    if write.look_since is None or len(times) < most:
        return True
    return min(map(parse_time, times)) < write.look_since


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]

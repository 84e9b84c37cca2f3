"""Names of settings, which people write with the prefix that belongs to them or without."""

import re
from collections.abc import Iterable

from skill_runtime.ledger import Record

_WORD = re.compile(r"\w+")


def is_a_setting_of(name: str, records: Iterable[Record]) -> bool:
    """Is it a name of the records' with the prefix that they give apart from it, or without the one that they have before it?"""
    held = {word for record in records for word in _WORD.findall(record.text)}
    return has_its_prefix(name, held) or any(word.endswith(f"_{name}") for word in held)


def has_its_prefix(part: str, held: Iterable[str]) -> bool:
    """Is it a name with the prefix that the records give apart from it, such as ``APP_`` before ``CACHE_SIZE``? ``held``: their words."""
    words = set(held)
    return any(word.endswith("_") and part.startswith(word) and part.removeprefix(word) in words for word in words)

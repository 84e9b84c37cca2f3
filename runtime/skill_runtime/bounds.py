"""What a server answers, made fit to be kept: bounded, plain JSON, text that can be encoded.

It is cut and never refused: one text of millions of characters must not cost the records beside it. What is cut says so where it
stood.
"""

import math
import re
from typing import Any

MAX_STRUCTURED = 4_000_000
"""Characters of one structured result, as JSON, that are kept."""
MAX_STRING = 100_000
"""Characters of one text in it."""
MAX_LIST = 2_000
MAX_DEPTH = 40
_HALF = re.compile(r"[\ud800-\udfff]")
_MAX_KEY = 500
_MAX_BITS = 1_024
"""Of a whole number: a longer one has more digits than can be written down."""


def plain(text: str) -> str:
    """The text with ``\\ufffd`` for what is no character: half of a surrogate pair."""
    return text if text.isascii() else _HALF.sub("\ufffd", text)


def cut(text: str, most: int) -> str:
    """The text, or its beginning with a note; at most ``most`` characters."""
    if len(text) <= most:
        return text
    note = f"\n[Cut: the beginning of {len(text)} characters.]"
    return text[: most - len(note)] + note if len(note) < most else text[:most]


def bounded(value: Any, most: int = MAX_STRUCTURED) -> Any:
    """A copy of a JSON value that fits: the longest texts are cut first, then the longest lists."""
    string, length = MAX_STRING, MAX_LIST
    fitting = _fitted(value, string, length, MAX_DEPTH)
    while _size(fitting) > most and (string > 1 or length > 1):
        string, length = max(1, string // 4), max(1, length // 2) if string <= _MAX_KEY else length
        fitting = _fitted(value, string, length, MAX_DEPTH)
    return fitting


def _fitted(value: Any, string: int, length: int, depth: int) -> Any:
    if isinstance(value, str):
        return cut(plain(value), string)
    if isinstance(value, list | tuple):
        return [_fitted(item, string, length, depth - 1) for item in value[:length]] if depth else None
    if isinstance(value, dict):
        if not depth:
            return None
        pairs = list(value.items())[: max(length, 200)]
        return {plain(str(key))[:_MAX_KEY]: _fitted(item, string, length, depth - 1) for key, item in pairs}
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bool) or value is None:
        return value
    return value if isinstance(value, int) and value.bit_length() <= _MAX_BITS else None


def _size(value: Any) -> int:
    """About how many characters the value has as JSON."""
    if isinstance(value, str):
        return len(value) + 2
    if isinstance(value, list):
        return 2 + sum(_size(item) + 2 for item in value)
    if isinstance(value, dict):
        return 2 + sum(len(key) + 6 + _size(item) for key, item in value.items())
    return len(str(value))

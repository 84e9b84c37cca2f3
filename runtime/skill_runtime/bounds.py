"""What a server answers, made fit to be kept: bounded, plain JSON, text that can be encoded.

It is cut and never refused: one text of millions of characters must not cost the records beside it. What is cut says so where it
stood, and the record in which it stood says that it is not all of it.
"""

import math
import re
from typing import Any

REST = "rest_not_read"
"""The field of a record in which the host says why the rest of it was not read. It is no word of the source, and no evidence."""
PARTS = "parts_complete"
"""The field of such a record that is false where whole fields of it may be missing."""
MAX_STRUCTURED = 4_000_000
"""Characters of one structured result, as JSON, that are kept."""
MAX_STRING = 400_000
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


def with_cuts_told(value: Any, kept: Any) -> Any:
    """``kept``, which ``bounded`` made of ``value``, where each record of which something was cut says so."""
    if isinstance(kept, list) and isinstance(value, list | tuple):
        return [with_cuts_told(was, item) for was, item in zip(value, kept, strict=False)]
    if not isinstance(kept, dict) or not isinstance(value, dict):
        return kept
    pairs = list(zip(value.values(), kept.items(), strict=False))
    told = {key: with_cuts_told(was, item) for was, (key, item) in pairs}
    fields = [key for was, (key, item) in pairs if _is_cut(was, item)]
    if not fields or not is_record(kept):
        return told
    return {
        **told,
        **{f"{key}_complete": False for key in fields},
        REST: f"only the beginning of its {' and '.join(fields)} is kept",
    }


def is_record(value: Any) -> bool:
    """Is a JSON value a record by itself, with a name that can be cited?"""
    return isinstance(value, dict) and isinstance(value.get("ref"), str) and "/" in value["ref"]


def _is_cut(value: Any, kept: Any) -> bool:
    """Is something of a field left out, records in it aside?"""
    if isinstance(value, str) and isinstance(kept, str):
        return len(kept) < len(value)
    if isinstance(value, list | tuple) and isinstance(kept, list):
        return len(kept) < len(value) or any(map(_is_cut_inside, value, kept))
    if isinstance(value, dict) and isinstance(kept, dict):
        return len(kept) < len(value) or any(map(_is_cut_inside, value.values(), kept.values()))
    return False


def _is_cut_inside(value: Any, kept: Any) -> bool:
    return not is_record(kept) and _is_cut(value, kept)


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

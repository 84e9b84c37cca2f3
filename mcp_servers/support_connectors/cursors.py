"""Opaque cursors: where a page ended, bound to the call that they belong to."""

import base64
import binascii
import hashlib
import json

from pydantic import JsonValue

from support_connectors.backend import InvalidCursor

_FINGERPRINT = 12


def encode_cursor(call: JsonValue, place: list[JsonValue]) -> str:
    """Make the cursor that continues ``call`` after ``place``: a sort value and a row, a page's number, or the system's own cursor."""
    text = json.dumps([_fingerprint(call), *place], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(call: JsonValue, cursor: str, length: int = 2) -> list[JsonValue]:
    """Give back the place, a list of ``length`` values.

    Raises:
        InvalidCursor: it is not one of ours, or was made for another call or other data.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        fingerprint, *place = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError):
        raise InvalidCursor(
            "This is not a cursor of this server. Use next_cursor of the page before, unchanged."
        ) from None
    if fingerprint != _fingerprint(call) or len(place) != length:
        raise InvalidCursor(
            "This cursor belongs to another call, or the data changed since. "
            "Repeat the call without a cursor, then page on with the same arguments."
        )
    return list(place)


def _fingerprint(call: JsonValue) -> str:
    return hashlib.sha256(json.dumps(call, sort_keys=True).encode()).hexdigest()[:_FINGERPRINT]

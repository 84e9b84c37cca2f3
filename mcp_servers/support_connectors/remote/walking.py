"""Lists of systems that sort by time but cannot filter by it: walked through from the newest, page by page."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import JsonValue

from support_connectors.backend import InvalidCursor, Paging, Period
from support_connectors.cursors import decode_cursor, encode_cursor
from support_connectors.remote.budget import Budget
from support_connectors.times import parse_time

T = TypeVar("T")


def walked(
    call: JsonValue,
    paging: Paging,
    period: Period,
    fetch: Callable[[str], tuple[Sequence[T], str | None]],
    time_of: Callable[[T], str],
    budget: Budget,
) -> tuple[list[T], str | None]:
    """The items of one page of ours within ``period``, and our cursor for the next; None where there is none.

    ``call`` names the call and its arguments, to which the cursor is bound. ``fetch`` takes the system's own cursor (empty for the
    first page) and gives a page of a size that never changes, the newest item first, and the cursor of the next.

    Raises:
        InvalidCursor: the cursor is of another call.
        Unavailable: the way is longer than the time of one call.
        ValueError: ``time_of`` gives no time; keep the call within ``readable``.
    """
    token, offset = _place(call, paging)
    found: list[T] = []
    while True:
        items, following = fetch(token)
        for index, item in enumerate(items[offset:], offset):
            at = parse_time(time_of(item))
            if period.until is not None and at > period.until:
                continue
            if period.since is not None and at < period.since:
                return found, None
            if len(found) == paging.limit:
                return found, encode_cursor(call, [token, index])
            found.append(item)
        if not following:
            return found, None
        token, offset = following, 0
        budget.check()


def _place(call: JsonValue, paging: Paging) -> tuple[str, int]:
    """The system's cursor, and how many of the items behind it were shown."""
    if paging.cursor is None:
        return "", 0
    token, offset = decode_cursor(call, paging.cursor)
    if not isinstance(token, str) or isinstance(offset, bool) or not isinstance(offset, int) or offset < 0:
        raise InvalidCursor("This is not a cursor of this call. Repeat the call without one.")
    return token, offset

"""Pages of systems that count by offset or hand out tokens, as pages with our cursors; and ids as callers give them."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import BaseModel, JsonValue

from support_connectors.backend import InvalidCursor, Paging
from support_connectors.categories import Category
from support_connectors.cursors import decode_cursor, encode_cursor
from support_connectors.results import Page

T = TypeVar("T", bound=BaseModel)


def empty_page() -> Page[T]:
    """A page of nothing."""
    return Page(items=[], next_cursor=None, total=0)


def offset_page(
    call: JsonValue, paging: Paging, fetch: Callable[[int, int], tuple[Sequence[T], int | None]]
) -> Page[T]:
    """A page of a system that counts by offset.

    ``call`` names the call and its arguments, to which the cursor is bound. ``fetch`` takes an offset and a limit and gives
    the items there and the total (None where the system does not say it; it must then give one item more than the limit
    where there are more).

    Raises:
        InvalidCursor: the cursor is of another call.
    """
    offset = _number(decode_cursor(call, paging.cursor, 1)[0]) if paging.cursor else 0
    items, total = fetch(offset, paging.limit)
    after = offset + min(len(items), paging.limit)
    more = len(items) > paging.limit if total is None else bool(items) and after < total
    return Page(
        items=list(items[: paging.limit]), next_cursor=encode_cursor(call, [after]) if more else None, total=total
    )


def token_page(
    call: JsonValue, paging: Paging, fetch: Callable[[str | None, int], tuple[Sequence[T], str | None, int | None]]
) -> Page[T]:
    """A page of a system that hands out tokens.

    ``fetch`` takes a token (None for the first page) and a limit and gives at most that many items, the next page's token
    (None on the last) and the total (None where the system does not say it).

    Raises:
        InvalidCursor: the cursor is of another call.
    """
    token = decode_cursor(call, paging.cursor, 1)[0] if paging.cursor else None
    if token is not None and not isinstance(token, str):
        raise InvalidCursor("This is not a cursor of this call. Repeat the call without one.")
    items, following, total = fetch(token, paging.limit)
    return Page(items=list(items), next_cursor=encode_cursor(call, [following]) if following else None, total=total)


def own_id(category: Category, given: str) -> str:
    """An id as the system knows it: a ref of ours loses its category."""
    return given.strip().removeprefix(f"{category}/")


def _number(value: JsonValue) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InvalidCursor("This is not a cursor of this call. Repeat the call without one.")
    return value

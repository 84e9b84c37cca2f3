"""What the categories' tools take: the types of their arguments with limits and texts for the model, and what they become."""

from typing import Annotated

from pydantic import Field

from support_connectors.backend import MAX_LIMIT, InvalidInput, Paging, Period, Write
from support_connectors.times import end_of, parse_time

MAX_TEXT = 100_000
"""Characters of one text that a tool writes."""

Query = Annotated[
    str,
    Field(
        description="Words to look for; a whole sentence works. Any word may match, also by its beginning; "
        "items with more and rarer words come first. Ids, versions and error texts may be given as they are."
    ),
]
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description=f"How many items to return, 1 to {MAX_LIMIT}.")]
Cursor = Annotated[
    str | None,
    Field(
        description="next_cursor of the page before, with all other arguments unchanged; leave out for the first page."
    ),
]
Since = Annotated[
    str | None, Field(description="Earliest time, included: a date (2026-03-01) or RFC 3339 (2026-03-01T09:00:00Z).")
]
Until = Annotated[
    str | None, Field(description="Latest time, included: a date means that whole day in UTC, or RFC 3339 with a zone.")
]
Author = Annotated[str, Field(min_length=1, max_length=200, description="In whose name this is written.")]
LongText = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
ShortText = Annotated[str, Field(min_length=1, max_length=500)]
IdempotencyKey = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=200,
        description="Names this very write: a repeated call with the same key writes nothing and returns the first "
        "result.",
    ),
]

LookSince = Annotated[
    str | None,
    Field(
        description="Writes nothing: looks whether a call with this idempotency_key, made since this time (RFC 3339), was carried "
        "out, and returns its result."
    ),
]

STATE_NAMES = "The words open, waiting and closed stand for every status of that state."
"""What the status filters' descriptions add."""


def paging(limit: int, cursor: str | None) -> Paging:
    """The part of a result that a call asks for; an empty cursor, as some clients send, means none."""
    return Paging(limit, cursor or None)


def period(since: str | None, until: str | None) -> Period:
    """The time that a call asks for.

    Raises:
        InvalidInput: one of the two is not a time.
    """
    for name, text, read in (("since", since, parse_time), ("until", until, end_of)):
        try:
            if text:
                read(text)
        except ValueError as error:
            raise InvalidInput(f"{name} {text!r} {error}.") from None
    return Period(parse_time(since) if since else None, end_of(until) if until else None)


def written_by(author: str, idempotency_key: str | None, look_since: str | None = None) -> Write:
    """Who a call writes for, and whether it only looks.

    Raises:
        InvalidInput: it looks for no key, or since no time.
    """
    if not look_since:
        return Write(author, idempotency_key or None)
    if not idempotency_key:
        raise InvalidInput("look_since looks for the call of an idempotency_key; give one.")
    return Write(author, idempotency_key, period(look_since, None).since)

"""Intercom's conversations as JSON, as its interface gives them: by themselves, one a line, or in ``conversations``.

Form: Intercom's published description of its interface, version 2.11 (``conversation``, ``conversation_part``, ``source``).
"""

from typing import Any, cast

from support_connectors.backends.intercom_records import CATEGORY, company_of, messages_of, ticket_of, writer_of
from support_connectors.imports.files import Record
from support_connectors.imports.outcome import Item, Left, Note, Pieces
from support_connectors.workspace.rows import ticket_row

NO_PARTS = Note(
    "Some conversations came without their parts, as Intercom's lists give them: only what opened them is known. Export each "
    "conversation by itself."
)
UNKNOWN_CUSTOMER = "unknown"


class _Fields(dict[str, Any]):
    """An object whose fields are read as attributes; None for one that it lacks."""

    def __getattr__(self, name: str) -> Any:
        return self.get(name)


def is_own(record: Record) -> bool:
    """Whether a record is one of Intercom's."""
    value = record.value
    return isinstance(value, dict) and (
        (record.listed == "conversations") or (not record.listed and value.get("type") == "conversation")
    )


def pieces(record: Record) -> Pieces:
    """The ticket that a conversation is. Raises ``BackendError``."""
    if not is_own(record) or record.value.get("id") is None:
        yield Left("a record", "it is no conversation of Intercom's")
        return
    row = cast("Any", _seen(record.value))
    if row.conversation_parts is None:
        yield NO_PARTS
    customer = company_of(row) or writer_of(row) or UNKNOWN_CUSTOMER
    yield Item(CATEGORY, ticket_row(ticket_of(row, customer, messages=messages_of(row))))


def _seen(value: Any) -> Any:
    if isinstance(value, dict):
        return _Fields({key: _seen(inner) for key, inner in value.items()})
    return [_seen(inner) for inner in value] if isinstance(value, list) else value

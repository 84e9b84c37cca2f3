"""Intercom's conversations and their parts as our tickets and messages.

Beside the package of the system, because that needs Intercom's client, and what is read from a file does not.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from support_connectors.remote.guard import readable
from support_connectors.remote.markers import unmarked
from support_connectors.remote.texts import plain_text
from support_connectors.results import Attachment, JsonObject, Message, Person, Ticket
from support_connectors.states import State

if TYPE_CHECKING:
    from intercom.conversations.types.conversation import Conversation
    from intercom.types.conversation_part import ConversationPart
    from intercom.types.conversation_part_author import ConversationPartAuthor

TITLE: Final = "Intercom"
CATEGORY: Final = "support_platform"
SEEN: Final = ("comment", "quick_reply", "open", "close", "assignment", "assign_and")
"""How the types of those parts begin that the contact sees; all others, such as notes, stay with the team."""
STATES: Final[Mapping[str, State]] = {"open": "open", "snoozed": "waiting", "closed": "closed"}
"""What Intercom's states mean."""
OURS: Final = frozenset({"admin", "bot", "team"})
SUBJECT_LENGTH: Final = 120


def ticket_of(
    row: "Conversation", customer: str, *, messages: list[Message] | None = None, opening: bool = False
) -> Ticket:
    """A conversation; ``messages`` is None where they were not asked for, ``opening`` adds its first message's text."""
    with readable(TITLE):
        number = str(row.id)
        author = row.source.author if row.source else None
        parts = row.conversation_parts
        older = bool(messages is not None and parts and (parts.total_count or 0) > len(parts.conversation_parts or ()))
        extra: JsonObject = {
            "contact": _person(author) if author and author.type not in OURS else None,
            "channel": row.source.type if row.source else None,
            "tags": [str(tag.name) for tag in (row.tags.tags or ())] if row.tags else None,
            "updated_at": _at(row.updated_at),
            "waiting_since": _at(row.waiting_since),
            "snoozed_until": _at(row.snoozed_until),
            "attributes": _attributes(row.custom_attributes),
            "ai_agent_participated": row.ai_agent_participated,
            "opening": opening_of(row) if opening else None,
            "not_readable": "messages before the newest 500" if older else None,
        }
        return Ticket(
            ref=f"{CATEGORY}/{number}",
            id=number,
            customer=customer,
            created_at=_moment(row.created_at),
            status=_status(row),
            state=STATES.get(_status(row)),
            priority="priority" if row.priority == "priority" else "",
            subject=_subject(row),
            messages=messages or [],
            messages_complete=messages is not None and not older,
            extra={key: value for key, value in extra.items() if value},
        )


def messages_of(row: "Conversation") -> list[Message]:
    """The words of a conversation: what opened it, and each part that holds some."""
    with readable(TITLE):
        messages = [message_of(part, str(row.id)) for part in parts_of(row)]
        source, number = row.source, str(row.id)
        if source is None or not (source.body or source.attachments):
            return messages
        opening = _message(
            f"{number}-opening", number, row.created_at, source.author, source.body, source.attachments, internal=False
        )
        return [opening, *messages]


def parts_of(row: "Conversation") -> list["ConversationPart"]:
    """The parts that hold words or files, oldest first."""
    found = (row.conversation_parts.conversation_parts or []) if row.conversation_parts else []
    return sorted((part for part in found if part.body or part.attachments), key=lambda part: part.created_at or 0)


def count_of_parts(row: "Conversation") -> int:
    """How many parts the conversation was given with, those without words too."""
    return len(row.conversation_parts.conversation_parts or []) if row.conversation_parts else 0


def message_of(part: "ConversationPart", number: str) -> Message:
    """One part as a message of conversation ``number``."""
    internal = not str(part.part_type or "").startswith(SEEN)
    return _message(
        f"{number}-m{part.id}", number, part.created_at, part.author, part.body, part.attachments, internal=internal
    )


def opening_of(row: "Conversation") -> str:
    """What the conversation was opened with, as plain text."""
    return plain_text(row.source.body or "") if row.source else ""


def contact_of(row: "Conversation") -> str | None:
    """Id of the conversation's first contact."""
    contacts = (row.contacts.contacts or ()) if row.contacts else ()
    return next((str(contact.id) for contact in contacts if contact.id), None)


def company_of(row: "Conversation") -> str:
    """Name of the company that the conversation itself names; empty where it names none."""
    company: Any = getattr(row, "company", None)
    name = company.get("name") if isinstance(company, dict) else getattr(company, "name", None)
    return str(name or "")


def writer_of(row: "Conversation") -> str:
    """Name of the contact who opened the conversation; empty where one of the team did."""
    author = row.source.author if row.source else None
    return _person(author) if author and author.type not in OURS else ""


def _message(
    name: str,
    number: str,
    at: int | None,
    author: "ConversationPartAuthor | None",
    body: str | None,
    files: Sequence[Any] | None,
    *,
    internal: bool,
) -> Message:
    return Message(
        ref=f"{CATEGORY}/{name}",
        id=name,
        at=_moment(at),
        author=_person(author) if author else "unknown",
        role="agent" if internal or (author is not None and author.type in OURS) else "customer",
        text=unmarked(plain_text(body or "")),
        internal=internal,
        people=[Person(relation="author", name=author.name, email=author.email)] if author and author.name else [],
        attachments=[_attachment(file, name, place) for place, file in enumerate(files or (), 1)],
        parent=f"{CATEGORY}/{number}",
        extra={"automatic": True} if author is not None and author.type == "bot" else {},
    )


def _attachment(file: Any, message: str, place: int) -> Attachment:
    """The file at a place, counted from 1, of a message: Intercom's files have no ids."""
    name = f"{message}-a{place}"
    return Attachment(
        ref=f"{CATEGORY}/{name}",
        id=name,
        name=str(file.name or file.content_type or "file"),
        media_type=file.content_type or None,
        size_bytes=file.filesize,
        parent=f"{CATEGORY}/{message}",
    )


def _status(row: "Conversation") -> str:
    return str(row.state or ("open" if row.open else "closed"))


def _subject(row: "Conversation") -> str:
    """A mail's subject, else the title, else the beginning: most conversations have no subject of their own."""
    subject = plain_text((row.source.subject if row.source else None) or "") or str(row.title or "")
    first = subject or opening_of(row).partition("\n")[0]
    return first if len(first) <= SUBJECT_LENGTH else f"{first[: SUBJECT_LENGTH - 1]}…"


def _person(author: "ConversationPartAuthor") -> str:
    return str(author.name or author.email or f"{author.type} {author.id}")


def _attributes(found: Any) -> JsonObject | None:
    if not isinstance(found, dict):
        return None
    return {str(key): value for key, value in found.items() if isinstance(value, (str, int, float)) and value != ""}


def _at(seconds: Any) -> str | None:
    return None if seconds is None else _moment(seconds)


def _moment(seconds: Any) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

"""Zendesk's tickets and comments as ours."""

import re
from collections.abc import Mapping
from typing import Any, Final

from support_connectors.backends.zendesk.api import TITLE, Row, TicketsPage
from support_connectors.remote.guard import readable
from support_connectors.remote.texts import as_html, plain_text
from support_connectors.results import Attachment, JsonObject, Message, Person, Ticket
from support_connectors.states import State

CATEGORY: Final = "support_platform"
STATES: Final[Mapping[str, State]] = {
    "new": "open", "open": "open", "pending": "waiting", "hold": "waiting", "solved": "closed", "closed": "closed",
}  # fmt: skip
"""Zendesk's statuses, in its order, and what they mean. An account's own status belongs to one of them, which is what the
ticket's ``status`` says then."""
_OPENING = re.compile(r"\{(?=[{%])")
_KEPT_APART = re.compile("\\{\u200b(?=[{%])")


def markup_of(text: str) -> str:
    """A text as a comment that shows exactly it. An empty space keeps braces apart, between which Zendesk fills in fields."""
    return as_html(_OPENING.sub("{\u200b", text))


def ticket_of(
    row: Row,
    found: TicketsPage,
    *,
    messages: list[Message] | None = None,
    missing: str = "",
    described: bool = False,
) -> Ticket:
    """A ticket; ``messages`` is None where they were not asked for, ``missing`` names what we may not read of it."""
    with readable(TITLE):
        number = str(row["id"])
        requester = found.users.get(row.get("requester_id") or 0, {})
        assignee = found.users.get(row.get("assignee_id") or 0, {})
        organization = found.organizations.get(row.get("organization_id") or 0, {})
        extra: JsonObject = {
            "requester": requester.get("name"),
            "requester_suspended": requester.get("suspended"),
            "assignee": assignee.get("name"),
            "tags": row.get("tags"),
            "channel": (row.get("via") or {}).get("channel"),
            "updated_at": row.get("updated_at"),
            "due_at": row.get("due_at"),
            "problem_ticket": row.get("problem_id"),
            "description": str(row.get("description") or "") if described else None,
            "not_readable": missing,
        }
        return Ticket(
            ref=f"{CATEGORY}/{number}",
            id=number,
            customer=str(organization.get("name") or requester.get("name") or "unknown"),
            created_at=row["created_at"],
            status=str(row["status"]),
            state=STATES.get(str(row["status"])),
            priority=str(row.get("priority") or ""),
            subject=str(row.get("subject") or row.get("raw_subject") or ""),
            ticket_kind=row.get("type"),
            people=[]
            if messages is None
            else _people(found, requester=row.get("requester_id"), owner=row.get("assignee_id")),
            messages=messages or [],
            messages_complete=messages is not None,
            extra={key: value for key, value in extra.items() if value},
        )


def message_of(row: Row, number: str, found: TicketsPage) -> Message:
    """A comment of the ticket that ``found`` holds."""
    with readable(TITLE):
        ticket = found.tickets[0]
        public = bool(row.get("public", True))
        author = found.users.get(row["author_id"], {})
        role = author.get("role")
        customer = role == "end-user" if role else public and row["author_id"] != -1
        markup = str(row.get("html_body") or "")
        text = plain_text(markup) if markup else str(row.get("plain_body") or row.get("body") or "")
        organization = found.organizations.get(author.get("organization_id") or 0, {})
        extra: JsonObject = {"author_suspended": author.get("suspended"), "automatic": _by_a_rule(row.get("via"))}
        name = f"{number}-m{row['id']}"
        return Message(
            ref=f"{CATEGORY}/{name}",
            id=name,
            at=row.get("created_at") or ticket["created_at"],
            author=str(author.get("name") or f"user {row['author_id']}"),
            role="customer" if customer else "agent",
            text=_KEPT_APART.sub("{", text),
            account=organization.get("name") if customer else None,
            internal=not public,
            people=_people(found, author=row["author_id"]),
            attachments=[_attachment(file, name) for file in row.get("attachments") or ()],
            parent=f"{CATEGORY}/{number}",
            extra={key: value for key, value in extra.items() if value},
        )


def _people(found: TicketsPage, **by_relation: int | None) -> list[Person]:
    """Those of the users who are known, each with their relation, address and company."""
    known = [(relation, user) for relation, number in by_relation.items() if (user := found.users.get(number or 0))]
    return [
        Person.model_validate(
            {
                "relation": relation,
                "name": user.get("name") or None,
                "email": user.get("email") or None,
                "account": found.organizations.get(user.get("organization_id") or 0, {}).get("name"),
            }
        )
        for relation, user in known
    ]


def _attachment(row: Row, message: str) -> Attachment:
    """A file of a comment; Zendesk gives each a number of its own."""
    name = f"{message}-a{row['id']}"
    return Attachment(
        ref=f"{CATEGORY}/{name}",
        id=name,
        name=str(row.get("file_name") or row.get("content_type") or "file"),
        media_type=row.get("content_type") or None,
        size_bytes=row.get("size"),
        parent=f"{CATEGORY}/{message}",
    )


def _by_a_rule(via: Any) -> bool:
    """Whether a trigger or an automation wrote it."""
    if not isinstance(via, dict):
        return False
    source = via.get("source")
    rel = source.get("rel") if isinstance(source, dict) else None
    return via.get("channel") == "rule" or rel in ("trigger", "automation")

"""Zendesk's JSON: the account's full export (one ticket, user or organization a line) and answers of its interface.

Forms: Zendesk's help, "Exporting data to a JSON, CSV, or XML file" (a ticket a line, its comments and people inside it), and the
published description of its ticketing interface (``tickets`` with ``users`` and ``organizations`` beside them).
"""

from typing import Any

from support_connectors.backends.zendesk.api import TicketsPage
from support_connectors.backends.zendesk.records import CATEGORY, message_of, ticket_of
from support_connectors.imports.files import Record
from support_connectors.imports.lookup import Lookup
from support_connectors.imports.outcome import Item, Left, Note, Pieces
from support_connectors.workspace.rows import ticket_row

_SYSTEM = -1
"""The author of what Zendesk itself wrote."""
_EMBEDDED = ("requester", "submitter", "assignee")
NO_USERS = Note(
    "Some writers are in none of the files: they are shown by number, and who is neither requester nor in copy counts as an agent. "
    "Import the users' export together with the tickets'."
)
NO_COMMENTS = Note(
    "Some tickets came without their comments: only the description is known. The full JSON export has both."
)


def is_own(record: Record) -> bool:
    """Whether a record is one of Zendesk's."""
    value = record.value
    if not isinstance(value, dict):
        return False
    if record.listed:
        return record.listed in ("tickets", "users", "organizations")
    return _is_ticket(value) or _is_user(value) or _is_organization(value)


def learn(record: Record, people: Lookup) -> None:
    """Remember a user or an organization."""
    value = record.value
    if isinstance(value, dict) and "id" in value:
        if record.listed == "users" or (not record.listed and _is_user(value)):
            people.learn("user", value["id"], _told(value))
        elif record.listed == "organizations" or (not record.listed and _is_organization(value)):
            people.learn("organization", value["id"], {"id": value["id"], "name": value.get("name")})


def pieces(record: Record, people: Lookup) -> Pieces:
    """The ticket that a record is, with its comments; nothing for users and organizations. Raises ``BackendError``."""
    value = record.value
    if record.listed in ("users", "organizations"):
        return
    if not isinstance(value, dict) or (not record.listed and not _is_ticket(value)):
        if not isinstance(value, dict) or not (_is_user(value) or _is_organization(value)):
            yield Left("a record", "it is no ticket, user or organization of Zendesk's")
        return
    number = str(value.get("id"))
    if value.get("status") == "deleted":
        yield Left(f"ticket {number}", "it is deleted")
        return
    row = _with_ids(value)
    comments = _comments(row)
    page, unknown = _page(row, comments, people)
    messages = [message_of(comment, number, page) for comment in comments]
    ticket = ticket_of(row, page, messages=messages)
    if unknown:
        yield NO_USERS
    if "comments" not in value:
        yield NO_COMMENTS
    yield Item(CATEGORY, ticket_row(ticket))


def _is_ticket(value: dict[str, Any]) -> bool:
    return "status" in value and ("requester_id" in value or "requester" in value) and "id" in value


def _is_user(value: dict[str, Any]) -> bool:
    return "role" in value and "email" in value and "id" in value


def _is_organization(value: dict[str, Any]) -> bool:
    return "domain_names" in value and "name" in value and "id" in value


def _told(user: dict[str, Any]) -> dict[str, Any]:
    return {key: user.get(key) for key in ("id", "name", "email", "role", "organization_id", "suspended")}


def _with_ids(value: dict[str, Any]) -> dict[str, Any]:
    """The ticket as the interface gives it: people and company by their numbers."""
    row = dict(value)
    for key in (*_EMBEDDED, "organization"):
        inner = row.get(key)
        if isinstance(inner, dict) and inner.get("id") is not None:
            row.setdefault(f"{key}_id", inner["id"])
    return row


def _comments(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The comments, oldest first; where there are none, the description as the first."""
    given = row.get("comments")
    found = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    if found:
        return [_plain(one) for one in sorted(found, key=lambda one: str(one.get("created_at") or ""))]
    if not row.get("description"):
        return []
    author = row.get("requester_id", _SYSTEM)
    return [{"id": "description", "author_id": author, "body": row["description"], "created_at": row.get("created_at")}]


def _plain(comment: dict[str, Any]) -> dict[str, Any]:
    """The comment with its text as Zendesk itself writes it plainly, where it does: an export holds too many to draw each."""
    text = comment.get("plain_body")
    if not isinstance(text, str) or not text:
        return comment
    return {**comment, "html_body": None, "plain_body": text.replace("&nbsp;", " ")}


def _page(row: dict[str, Any], comments: list[dict[str, Any]], people: Lookup) -> tuple[TicketsPage, bool]:
    """The ticket with the people and companies that it names; whether somebody was in none of the files."""
    users: dict[Any, dict[str, Any]] = {_SYSTEM: {"id": _SYSTEM, "name": "Zendesk", "role": "agent"}}
    for key in _EMBEDDED:
        if isinstance(row.get(key), dict) and row[key].get("id") is not None:
            users[row[key]["id"]] = row[key]
    copied = {row.get("requester_id"), *(row.get("collaborator_ids") or ()), *(row.get("email_cc_ids") or ())}
    unknown = False
    for id_ in {row.get("requester_id"), row.get("assignee_id"), *(one.get("author_id") for one in comments)}:
        if id_ is None or id_ in users:
            continue
        known = people.find("user", id_)
        unknown = unknown or known is None
        users[id_] = known or {"id": id_, "name": f"user {id_}", "role": "end-user" if id_ in copied else "agent"}
    organizations: dict[Any, dict[str, Any]] = {}
    if isinstance(row.get("organization"), dict):
        organizations[row["organization"].get("id")] = row["organization"]
    for id_ in {row.get("organization_id"), *(user.get("organization_id") for user in users.values())} - {None}:
        if id_ not in organizations and (company := people.find("organization", id_)):
            organizations[id_] = company
    return TicketsPage([row], 1, users, organizations), unknown

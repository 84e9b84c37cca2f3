"""From records of a workspace file, or from a write, to rows: the result that a tool shows and the keys to find it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from support_connectors.categories import CATEGORY_TABLE, Category
from support_connectors.results import (
    Account,
    Article,
    Attachment,
    ChatMessage,
    Comment,
    Contact,
    Issue,
    Message,
    Person,
    ResultModel,
    Ticket,
    nameless,
)
from support_connectors.states import State, state_of
from support_connectors.times import microseconds, parse_time
from support_connectors.workspace.full_text import indexed
from support_connectors.workspace.records import (
    AccountRecord,
    ArticleRecord,
    AttachmentRecord,
    ChatRecord,
    CommentRecord,
    ContactRecord,
    FileModel,
    IssueRecord,
    MessageRecord,
    PersonRecord,
    Records,
    TicketRecord,
)
from support_connectors.workspace.schema import fold

_TITLE_KEYS = ("id", "subject", "title", "name", "customer", "channel")
_NOT_SEARCHED = ("ref", "kind", "parent", "state")
"""Our own words, not the source's: the word open would find every ticket that is."""
_NESTED = ("people", "attachments")
_NOT_STORED = {key for row in CATEGORY_TABLE.values() if row.parts for key in (row.parts, f"{row.parts}_complete")}


@dataclass(frozen=True)
class ItemRow:
    """One item ready to be stored, with its parts."""

    result: ResultModel
    id: str
    name: str = ""
    customer: str | None = None
    status: str | None = None
    state: State | None = None
    group: str | None = None
    at: str | None = None
    parts: tuple[Message | Comment, ...] = ()

    @property
    def columns(self) -> dict[str, Any]:
        """The values of the table ``item``, category and seq left out."""
        return {
            "id": self.id,
            "id_key": fold(self.id),
            "name_key": fold(self.name),
            "customer_key": None if self.customer is None else fold(self.customer),
            "status_key": None if self.status is None else fold(self.status),
            "state": self.state,
            "group_key": None if self.group is None else fold(self.group),
            "at": None if self.at is None else microseconds(parse_time(self.at)),
            "data": stored(self.result),
        }


def stored(result: ResultModel) -> dict[str, JsonValue]:
    """A result as it is kept: without the parts, which have rows of their own."""
    return result.model_dump(mode="json", exclude=_NOT_STORED)


def searchable(data: Mapping[str, JsonValue]) -> str:
    """Every text and number of a stored result, ready for the index."""
    telling = {key: value for key, value in data.items() if key not in (*_NOT_SEARCHED, *_NESTED)}
    for key in _NESTED:
        inner = data.get(key)
        telling[key] = [_told(one) for one in inner] if isinstance(inner, list) else None
    return indexed("\n".join(_scalars(telling)))


def searchable_title(data: Mapping[str, JsonValue]) -> str:
    """The texts of a stored result that weigh most in a search, ready for the index."""
    return indexed(" ".join(str(data[key]) for key in _TITLE_KEYS if key in data))


def rows_of(records: Records, category: Category) -> Iterator[ItemRow]:
    """The rows of a category, in the order of the file; none where it has no records."""
    make = _MAKERS[category]
    for record in getattr(records, category) or ():
        yield make(record)


def ticket_row(ticket: Ticket) -> ItemRow:
    """The row of a ticket and its messages."""
    return ItemRow(
        ticket,
        ticket.id,
        customer=ticket.customer or None,
        status=ticket.status,
        state=ticket.state,
        at=ticket.created_at,
        parts=tuple(ticket.messages),
    )


def account_row(account: Account) -> ItemRow:
    """The row of an account."""
    return ItemRow(
        account,
        account.id,
        name=account.name,
        group=account.tier,
        at=account.renewal,
    )


def chat_row(message: ChatMessage) -> ItemRow:
    """The row of a chat message."""
    return ItemRow(message, message.id, group=message.channel, at=message.at)


def issue_row(issue: Issue) -> ItemRow:
    """The row of an issue and its comments."""
    return ItemRow(
        issue,
        issue.id,
        status=issue.status,
        state=issue.state,
        group=issue.type,
        at=issue.created_at,
        parts=tuple(issue.comments),
    )


def article_row(article: Article) -> ItemRow:
    """The row of an article."""
    return ItemRow(article, article.id, at=article.updated_at)


def _ticket(record: TicketRecord) -> ItemRow:
    ref = f"support_platform/{record.id}"
    return ticket_row(
        Ticket(
            ref=ref,
            id=record.id,
            customer=record.customer or "",
            created_at=record.created_at,
            status=record.status,
            state=state_of(record.status),
            priority=record.priority,
            subject=record.subject,
            ticket_kind=record.kind,
            people=[_person(person) for person in record.people],
            messages=[_message(message, ref) for message in record.messages],
            extra=_extra(record),
        )
    )


def _message(record: MessageRecord, parent: str) -> Message:
    return Message(
        ref=f"support_platform/{record.id}",
        id=str(record.id),
        at=record.at,
        author=record.author,
        role=record.role,
        text=record.text,
        account=record.account,
        internal=record.internal,
        people=[_person(person) for person in record.people],
        attachments=[_attachment(file, f"{record.id}-a{number}") for number, file in enumerate(record.attachments, 1)],
        parent=parent,
        extra=_extra(record),
    )


def _person(record: PersonRecord) -> Person:
    return Person(
        relation=record.relation, name=record.name, email=record.email, title=record.title, account=record.account
    )


def _attachment(record: AttachmentRecord, name: str) -> Attachment:
    return Attachment(
        ref=f"support_platform/{name}",
        id=name,
        name=record.name,
        media_type=record.media_type,
        size_bytes=record.size_bytes,
        parent=f"support_platform/{name.rpartition('-')[0]}",
    )


def _account(record: AccountRecord) -> ItemRow:
    return account_row(
        Account(
            ref=f"crm/{record.id}",
            id=record.id,
            name=record.name,
            tier=record.tier,
            arr_usd=record.arr_usd,
            renewal=record.renewal,
            sla=None
            if record.sla is None
            else _whole(record.sla, always=("first_response_h", "update_h", "resolution_h")),
            contacts=[_contact(contact) for contact in record.contacts],
            open_deals=[_whole(deal) for deal in record.open_deals],
            health=nameless(record.health),
            extra=_extra(record),
        )
    )


def _contact(record: ContactRecord) -> Contact:
    more = {key: value for key, value in _whole(record).items() if key not in ContactRecord.model_fields}
    return Contact(name=record.name or None, email=record.email, title=record.role or None, extra=more)


def _chat_message(record: ChatRecord) -> ItemRow:
    return chat_row(
        ChatMessage(
            ref=f"chat/{record.id}",
            id=record.id,
            channel=record.channel,
            at=record.at,
            author=record.author,
            text=record.text,
            extra=_extra(record),
        )
    )


def _issue(record: IssueRecord) -> ItemRow:
    ref = f"project_tracker/{record.id}"
    return issue_row(
        Issue(
            ref=ref,
            id=record.id,
            type=record.type,
            title=record.title,
            status=record.status,
            state=state_of(record.status),
            priority=record.priority,
            created_at=record.created_at,
            labels=record.labels,
            comments=[_comment(comment, ref) for comment in record.comments],
            extra=_extra(record),
        )
    )


def _comment(record: CommentRecord, parent: str) -> Comment:
    return Comment(
        ref=f"project_tracker/{record.id}",
        id=str(record.id),
        at=record.at,
        author=record.author,
        text=record.text,
        parent=parent,
        extra=_extra(record),
    )


def _article(record: ArticleRecord) -> ItemRow:
    return article_row(
        Article(
            ref=f"knowledge_base/{record.id}",
            id=record.id,
            title=record.title,
            updated_at=record.updated_at,
            body=record.body,
            extra=_extra(record),
        )
    )


_MAKERS: dict[Category, Callable[[Any], ItemRow]] = {
    "support_platform": _ticket,
    "crm": _account,
    "chat": _chat_message,
    "project_tracker": _issue,
    "knowledge_base": _article,
}


def _extra(record: FileModel) -> dict[str, JsonValue]:
    return {key: nameless(value) for key, value in record.extra.items()}


def _whole(record: FileModel, always: tuple[str, ...] = ()) -> dict[str, JsonValue]:
    """An object of the file as the file gives it, plus the keys in ``always``."""
    given = record.model_dump(mode="json", exclude_unset=True)
    kept = {key: given.get(key) for key in (*given, *always)}
    return {("source_ref" if key == "ref" else key): nameless(value) for key, value in kept.items()}


def _told(value: JsonValue) -> JsonValue:
    """A record inside another, without our own words."""
    if not isinstance(value, dict):
        return value
    return {key: item for key, item in value.items() if key not in (*_NOT_SEARCHED, "relation")}


def _scalars(value: JsonValue) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _scalars(item)
    elif isinstance(value, list):
        for item in value:
            yield from _scalars(item)
    elif value is not None:
        yield str(value)

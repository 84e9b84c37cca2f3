"""From records of a workspace file, or from a write, to rows: the result that a tool shows and the keys to find it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

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
    TicketRecord,
)
from support_connectors.workspace.schema import fold

_TITLE_KEYS = frozenset({"id", "subject", "title", "name", "customer", "channel"})
_NOT_SEARCHED = frozenset({"ref", "kind", "parent", "state"})
"""Our own words, not the source's: the word open would find every ticket that is."""
_NESTED = frozenset({"people", "attachments"})
_NOT_STORED = {key for row in CATEGORY_TABLE.values() if row.parts for key in (row.parts, f"{row.parts}_complete")}


class ItemRow(NamedTuple):
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
    def columns(self) -> tuple[str | int | None, ...]:
        """The values of the table ``item`` as ``COLUMNS`` names them."""
        return (
            self.id,
            fold(self.id),
            fold(self.name),
            None if self.customer is None else fold(self.customer),
            None if self.status is None else fold(self.status),
            self.state,
            None if self.group is None else fold(self.group),
            None if self.at is None else microseconds(parse_time(self.at)),
        )


COLUMNS = ("id", "id_key", "name_key", "customer_key", "status_key", "state", "group_key", "at")
"""The columns of the table ``item`` that follow from a row; seq, category and data stand beside them."""


def stored(result: ResultModel) -> dict[str, JsonValue]:
    """A result as it is kept: without the parts, which have rows of their own."""
    return result.model_dump(mode="json", exclude=_NOT_STORED)


def stored_json(result: ResultModel) -> str:
    """``stored`` as the text of the column ``data``."""
    return type(result).__pydantic_serializer__.to_json(result, exclude=_NOT_STORED).decode()


def searchable_result(result: ResultModel) -> str:
    """``searchable`` of a result as it would be stored; cheaper, where nothing in it is nested."""
    texts: list[str] = []
    for key, value in result.__dict__.items():
        if isinstance(value, str):
            if key not in _NOT_SEARCHED:
                texts.append(value)
        elif _says_something(key, value):
            return searchable(stored(result))
    return indexed("\n".join(texts))


def item_text(result: ResultModel, parts: Iterable[str]) -> dict[str, str]:
    """``item_text_of_stored`` of a result as it would be stored; cheaper, where nothing in it is nested."""
    title: list[str] = []
    rest: list[str] = []
    for key, value in result.__dict__.items():
        if isinstance(value, str):
            if key in _TITLE_KEYS:
                title.append(value)
            elif key not in _NOT_SEARCHED:
                rest.append(value)
        elif _says_something(key, value):
            return item_text_of_stored(stored(result), parts)
    return {"title": indexed(" ".join(title)), "body": indexed("\n".join((*rest, *parts)))}


def item_text_of_stored(data: Mapping[str, JsonValue], parts: Iterable[str]) -> dict[str, str]:
    """What is indexed of an item: its titles, and what else is in it and in its parts, whose ``searchable`` texts are given."""
    title = indexed(" ".join(str(value) for key, value in data.items() if key in _TITLE_KEYS))
    rest = {key: value for key, value in data.items() if key not in _TITLE_KEYS}
    return {"title": title, "body": "\n".join((searchable(rest), *parts))}


def _says_something(key: str, value: object) -> bool:
    return value is not None and value is not False and value != [] and value != {} and key not in _NOT_STORED


def searchable(data: Mapping[str, JsonValue]) -> str:
    """Every text and number of a stored result, ready for the index."""
    texts: list[str] = []
    for key, value in data.items():
        if key in _NOT_SEARCHED:
            continue
        if isinstance(value, str):
            texts.append(value)
        elif key in _NESTED and isinstance(value, list):
            texts += (text for one in value for text in _scalars(_told(one)))
        elif value is not None:
            texts += _scalars(value)
    return indexed("\n".join(texts))


def row_of(category: Category, record: FileModel) -> ItemRow:
    """The row of a record of the category's model."""
    return _MAKERS[category](record)


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
    fields: dict[str, Any] = {
        "ref": f"support_platform/{record.id}", "id": record.id, "at": record.at, "author": record.author, "role": record.role,
        "text": record.text, "account": record.account, "internal": record.internal, "parent": parent,
    }  # fmt: skip
    # Most messages have none of these, and there are many messages.
    if record.people:
        fields["people"] = [_person(person) for person in record.people]
    if record.attachments:
        files = enumerate(record.attachments, 1)
        fields["attachments"] = [_attachment(file, f"{record.id}-a{number}") for number, file in files]
    if extra := _extra(record):
        fields["extra"] = extra
    return Message.model_validate(fields)


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
    fields: dict[str, Any] = {
        "ref": f"chat/{record.id}", "id": record.id, "channel": record.channel, "at": record.at, "author": record.author,
        "text": record.text, "extra": _extra(record),
    }  # fmt: skip
    return chat_row(ChatMessage.model_validate(fields))


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
    given = record.__pydantic_extra__
    return {key: nameless(value) for key, value in given.items()} if given else {}


def _whole(record: FileModel, always: tuple[str, ...] = ()) -> dict[str, JsonValue]:
    """An object of the file as the file gives it, plus the keys in ``always``."""
    given = record.model_dump(mode="json", exclude_unset=True)
    kept = {key: given.get(key) for key in (*given, *always)}
    return {("source_ref" if key == "ref" else key): nameless(value) for key, value in kept.items()}


def _told(value: JsonValue) -> JsonValue:
    """A record inside another, without our own words."""
    if not isinstance(value, dict):
        return value
    return {key: item for key, item in value.items() if key not in _NOT_SEARCHED and key != "relation"}


def _scalars(value: JsonValue) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _scalars(item)
    elif isinstance(value, list):
        for item in value:
            yield from _scalars(item)
    elif value is not None:
        yield str(value)

"""What the tools return: one model a kind of record, each citable object carrying its ``ref``."""

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from support_connectors.states import State

T = TypeVar("T")


def _is_none(value: object) -> bool:
    return value is None


def _is_false(value: object) -> bool:
    return value is False


def _is_empty(value: object) -> bool:
    return not value


MaybeText = Annotated[str | None, Field(exclude_if=_is_none)]
"""Left out of the result where the source does not have it."""
MaybeExtra = Annotated[dict[str, JsonValue], Field(exclude_if=_is_empty)]
"""Left out of the result where it is empty."""
JsonObject = dict[str, JsonValue]


class ResultModel(BaseModel):
    """Base of the results: frozen, and nothing unknown slips in."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Somebody(ResultModel):
    """A person as a source knows them; what it does not say is left out."""

    name: MaybeText = None
    email: MaybeText = None
    title: MaybeText = None
    """Their position, such as ``Head of IT``."""
    account: MaybeText = None
    """The company that they belong to."""


class Person(Somebody):
    """Somebody whom a record names."""

    relation: Literal["author", "requester", "owner", "to", "cc"]
    """What they are to the record: who wrote it, for whom a ticket was opened, who works on it, whom a mail went to."""


class Contact(Somebody):
    """Somebody at the account whose record holds this; ``account`` is there only where the source names another."""

    extra: MaybeExtra = Field(default_factory=dict)


class Attachment(ResultModel):
    """A file that hangs on a message, an issue or a mail; its content is not read."""

    ref: str
    kind: Literal["attachment"] = "attachment"
    id: str
    name: str
    media_type: MaybeText = None
    size_bytes: Annotated[int | None, Field(ge=0, exclude_if=_is_none)] = None
    parent: str


MaybePeople = Annotated[list[Person], Field(exclude_if=_is_empty)]
"""Left out of the result where the source names nobody."""
MaybeAttachments = Annotated[list[Attachment], Field(exclude_if=_is_empty)]
"""Left out of the result where there are none."""


class Message(ResultModel):
    """One message of a ticket."""

    ref: str
    kind: Literal["message"] = "message"
    id: str
    at: str
    author: str
    role: Literal["customer", "agent", "community"]
    text: str
    account: MaybeText = None
    """The account that the author writes for, where the source says so."""
    internal: Annotated[bool, Field(exclude_if=_is_false)] = False
    """True for a note that the customer does not see."""
    people: MaybePeople = Field(default_factory=list)
    attachments: MaybeAttachments = Field(default_factory=list)
    parent: str
    extra: MaybeExtra = Field(default_factory=dict)


class Ticket(ResultModel):
    """One ticket with all or some of its messages."""

    ref: str
    kind: Literal["ticket"] = "ticket"
    id: str
    customer: str
    created_at: str
    status: str
    """The source's own word."""
    state: State | None
    """What it means; None where nobody knows."""
    priority: str
    subject: str
    ticket_kind: MaybeText = None
    people: MaybePeople = Field(default_factory=list)
    """Only where the ticket is read whole."""
    messages: list[Message] = Field(default_factory=list)
    messages_complete: bool = True
    """False where only some messages are shown; reading the ticket shows all."""
    extra: JsonObject = Field(default_factory=dict)


class Activity(ResultModel):
    """Something logged on an account."""

    ref: str
    kind: Literal["activity"] = "activity"
    id: str
    at: str
    author: str
    text: str
    parent: str


class Account(ResultModel):
    """One account of the CRM."""

    ref: str
    kind: Literal["account"] = "account"
    id: str
    name: str
    tier: str | None
    """None where the CRM does not say."""
    arr_usd: int | float | None
    """Annual recurring revenue in US dollars; None where the CRM does not say, or says it in another currency."""
    renewal: str | None
    """A date; None where there is none."""
    sla: JsonObject | None
    """``first_response_h``, ``update_h``, ``resolution_h`` in hours (None: not promised) and what else is agreed."""
    contacts: list[Contact]
    open_deals: list[JsonObject]
    health: Annotated[JsonValue, Field(exclude_if=_is_none)] = None
    timeline: Annotated[list[Activity] | None, Field(exclude_if=_is_none)] = None
    """The activities logged on the account, oldest first; only where the account is read whole."""
    extra: JsonObject = Field(default_factory=dict)


class ChatMessage(ResultModel):
    """One message of the internal chat."""

    ref: str
    kind: Literal["chat_message"] = "chat_message"
    id: str
    channel: str
    at: str
    author: str
    text: str
    extra: JsonObject = Field(default_factory=dict)


class Comment(ResultModel):
    """One comment on an issue."""

    ref: str
    kind: Literal["comment"] = "comment"
    id: str
    at: str
    author: str
    text: str
    parent: str
    extra: MaybeExtra = Field(default_factory=dict)


class Issue(ResultModel):
    """One issue of the project tracker with all or some of its comments."""

    ref: str
    kind: Literal["issue"] = "issue"
    id: str
    type: str
    title: str
    status: str
    """The source's own word."""
    state: State | None
    """What it means; None where nobody knows."""
    priority: str
    created_at: str
    labels: list[str]
    people: MaybePeople = Field(default_factory=list)
    attachments: MaybeAttachments = Field(default_factory=list)
    """Only where the issue is read whole."""
    comments: list[Comment] = Field(default_factory=list)
    comments_complete: bool = True
    """False where only some comments are shown; reading the issue shows all."""
    extra: JsonObject = Field(default_factory=dict)


class Article(ResultModel):
    """One article of the knowledge base."""

    ref: str
    kind: Literal["article"] = "article"
    id: str
    title: str
    updated_at: str
    body: MaybeText = None
    """Left out in lists."""
    extra: JsonObject = Field(default_factory=dict)


class Mail(ResultModel):
    """One mail of the team's mailbox."""

    ref: str
    kind: Literal["mail"] = "mail"
    id: str
    folder: str
    at: str
    author: str
    """Who sent it: ``Name <address>``."""
    to: list[str]
    subject: str
    text: str
    """As plain text; the beginning of it in searches and lists."""
    text_complete: bool = True
    people: MaybePeople = Field(default_factory=list)
    attachments: MaybeAttachments = Field(default_factory=list)
    thread: Annotated[list["Mail"] | None, Field(exclude_if=_is_none)] = None
    """The other mails of the conversation, oldest first; only where the mail is read whole."""
    parent: MaybeText = None
    extra: MaybeExtra = Field(default_factory=dict)


class StoredFile(ResultModel):
    """One file of the shared storage."""

    ref: str
    kind: Literal["file"] = "file"
    id: str
    """Its path from the storage's root, such as ``customers/acme/contract.txt``."""
    name: str
    modified_at: str
    size_bytes: int
    media_type: MaybeText = None
    text: MaybeText = None
    """Its text; left out in lists and where it is not text."""
    text_complete: bool = True
    """False where the text is left out or cut."""
    extra: MaybeExtra = Field(default_factory=dict)


class Page(ResultModel, Generic[T]):
    """Some of the items that a search or a list found, best or newest first."""

    items: list[T]
    next_cursor: str | None
    """Give it back with the same arguments for the next items; None on the last page."""
    total: int | None
    """How many items there are on all pages together; None where the system does not say."""


class Item(ResultModel, Generic[T]):
    """One item: read whole, or as a write left it."""

    item: T
    next_cursor: MaybeText = None
    """Of an item that is too long for one answer: where it goes on."""


class ChatContext(ResultModel):
    """One chat message with its neighbours in the channel, oldest first."""

    item: ChatMessage
    before: list[ChatMessage]
    after: list[ChatMessage]


def nameless(value: JsonValue) -> JsonValue:
    """Copy a source's own value with every key ``ref`` turned into ``source_ref``.

    Readers of results find citable records by that key alone, so nothing of the source may pass for one.
    """
    if isinstance(value, dict):
        return {("source_ref" if key == "ref" else key): nameless(item) for key, item in value.items()}
    if isinstance(value, list):
        return [nameless(item) for item in value]
    return value

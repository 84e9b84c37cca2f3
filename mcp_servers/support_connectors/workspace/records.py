"""The workspace file: everything that the connected tools hold at one moment, typed and checked as a whole."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, PlainValidator

from support_connectors.categories import Category
from support_connectors.times import is_date, parse_moment, parse_time

CONNECTED = "connected"
NOT_CONNECTED = "not_connected"
ERROR_PREFIX = "error: "
LARGEST = 10**15
"""Of every number, far beyond what anybody pays or promises: with larger ones sums have no meaning."""
FIRST_YEAR, LAST_YEAR = 1901, 2198
"""Of the moment that a workspace shows. Records may hold any time: systems write year 1 and year 9999 for what they do not know."""


class WorkspaceError(Exception):
    """A workspace cannot be read or used; the message is a sentence for whoever wrote or named it."""


def _check_id(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    if text != text.strip() or not text.isprintable():
        raise ValueError("must not begin or end with a space nor hold line breaks or control characters")
    return text


def _check_time(text: str) -> str:
    parse_time(text)
    return text


def _check_date(text: str) -> str:
    if not is_date(text):
        raise ValueError("is not a date: write it like 2026-03-01")
    parse_time(text)
    return text


def _moment(value: Any) -> datetime:
    if not isinstance(value, str):
        raise ValueError("is not a time: write it like 2026-03-01T09:30:00Z")  # noqa: TRY004 - pydantic collects ValueErrors only
    moment = parse_moment(value)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}: clocks are counted from it")
    return moment


def _check_number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("is not a number")  # noqa: TRY004 - pydantic collects ValueErrors only
    if not 0 <= value <= LARGEST:
        raise ValueError(f"must be zero or more, and {LARGEST:,} at the most")
    return value


def _check_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (OSError, ValueError, KeyError):  # unreadable, a path, unknown
        raise ValueError("is not a time zone name such as Europe/Berlin") from None
    return text


def _check_state(text: str) -> str:
    if text in (CONNECTED, NOT_CONNECTED) or text.removeprefix(ERROR_PREFIX).strip() not in ("", text):
        return text
    raise ValueError('must be "connected", "not_connected" or "error: REASON"')


def _text_of_id(value: Any) -> Any:
    """An id as text: systems that number their records export numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _known_text(value: Any) -> Any:
    """Empty text for null, by which exports say that nobody knows."""
    return "" if value is None else value


Id = Annotated[str, AfterValidator(_check_id), BeforeValidator(_text_of_id, json_schema_input_type=str | int)]
MaybeText = Annotated[str, BeforeValidator(_known_text, json_schema_input_type=str | None)]
"""Text; null where it is not known."""
Time = Annotated[str, AfterValidator(_check_time)]
"""RFC 3339 with a zone, or a plain date, as the source wrote it."""
Date = Annotated[str, AfterValidator(_check_date)]
Moment = Annotated[datetime, PlainValidator(_moment, json_schema_input_type=str)]
Number = Annotated[int | float, PlainValidator(_check_number, json_schema_input_type=int | float)]
"""Zero or more; whole numbers stay whole."""
State = Annotated[str, AfterValidator(_check_state)]
NonEmpty = Annotated[str, Field(min_length=1)]


class FileModel(BaseModel):
    """An object of the file. Keys that the format does not know are kept."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, defer_build=True)

    __pydantic_extra__: dict[str, JsonValue]

    also_read: ClassVar[frozenset[str]] = frozenset({"link"})
    """Further keys that are read where they are given: a record's page in its system, and what else the model names."""

    @property
    def extra(self) -> dict[str, JsonValue]:
        """The unknown keys with their values."""
        return dict(self.__pydantic_extra__)


class PersonRecord(FileModel):
    """Somebody whom a ticket or a message names."""

    relation: Literal["author", "requester", "owner", "to", "cc"]
    name: str | None = None
    email: str | None = None
    title: str | None = None
    account: str | None = None


class AttachmentRecord(FileModel):
    """A file that hangs on a message."""

    name: NonEmpty
    media_type: str | None = None
    size_bytes: Annotated[int, Field(ge=0)] | None = None


class MessageRecord(FileModel):
    """One message of a ticket."""

    also_read: ClassVar[frozenset[str]] = frozenset({"link", "automatic"})

    id: Id | None = None
    """None only until the file is read: then ``<ticket>-mN``."""
    at: Time
    author: MaybeText
    role: Literal["customer", "agent", "community"]
    text: str
    account: str | None = None
    internal: bool = False
    """True for a note that the customer does not see."""
    people: list[PersonRecord] = Field(default_factory=list)
    attachments: list[AttachmentRecord] = Field(default_factory=list)


class TicketRecord(FileModel):
    """One ticket of the support platform with its thread."""

    id: Id
    customer: Annotated[str | None, Field(min_length=1)]
    created_at: Time
    status: MaybeText
    priority: MaybeText
    subject: MaybeText
    messages: list[MessageRecord]
    people: list[PersonRecord] = Field(default_factory=list)
    kind: str | None = None


class SlaRecord(FileModel):
    """What an account was promised, in hours."""

    also_read: ClassVar[frozenset[str]] = frozenset(
        {"coverage", "hours", "support_hours", "service_hours", "business_hours", "schedule", "calendar"}
    )

    first_response_h: Number | None = None
    update_h: Number | None = None
    resolution_h: Number | None = None
    uptime: JsonValue = None


class ContactRecord(FileModel):
    """A person at an account."""

    name: MaybeText
    role: MaybeText = ""
    email: str | None = None


class DealRecord(FileModel):
    """An open deal with an account."""

    name: str
    amount_usd: Number
    close: Date | None = None


class AccountRecord(FileModel):
    """One account of the CRM. What is not known is null, or left out."""

    also_read: ClassVar[frozenset[str]] = frozenset({"link", "timezone"})

    id: Id
    name: NonEmpty
    tier: str | None = None
    arr_usd: Number | None = None
    renewal: Date | None = None
    sla: SlaRecord | None = None
    contacts: list[ContactRecord] = Field(default_factory=list)
    open_deals: list[DealRecord] = Field(default_factory=list)
    health: JsonValue = None


class ChatRecord(FileModel):
    """One message of the internal chat."""

    id: Id
    channel: NonEmpty
    at: Time
    author: MaybeText
    text: str


class CommentRecord(FileModel):
    """One comment on an issue."""

    id: Id | None = None
    """None only until the file is read: then ``<issue>-cN``."""
    at: Time
    author: MaybeText
    text: str


class IssueRecord(FileModel):
    """One issue of the project tracker with its comments."""

    id: Id
    type: MaybeText
    title: MaybeText
    status: MaybeText
    priority: MaybeText
    created_at: Time
    comments: list[CommentRecord]
    labels: list[str] = Field(default_factory=list)


class ArticleRecord(FileModel):
    """One article of the knowledge base."""

    id: Id
    title: MaybeText
    updated_at: Time
    body: str


class PolicyOverrides(FileModel):
    """Numbers and calendars of the organisation that replace the skill's own."""

    high_value_arr: Number | None = None
    high_value_tiers: list[str] | None = None
    pattern_min_customers: Annotated[int, Field(ge=1)] | None = None
    pattern_window_days: Annotated[int, Field(ge=1)] | None = None
    business_hours: str | None = None
    team_timezone: Annotated[str, AfterValidator(_check_zone)] | None = None


class ConnectorStates(FileModel):
    """The state that the file gives each category; None where it says nothing."""

    support_platform: State | None = None
    crm: State | None = None
    chat: State | None = None
    project_tracker: State | None = None
    knowledge_base: State | None = None


class Records(FileModel):
    """The records of each category; None where it is not connected."""

    support_platform: list[TicketRecord] | None = None
    crm: list[AccountRecord] | None = None
    chat: list[ChatRecord] | None = None
    project_tracker: list[IssueRecord] | None = None
    knowledge_base: list[ArticleRecord] | None = None


class WorkspaceFile(FileModel):
    """The whole file, as it stands."""

    now: Moment | None = None
    policy: PolicyOverrides = Field(default_factory=PolicyOverrides)
    connectors: ConnectorStates = Field(default_factory=ConnectorStates)
    records: Records


RECORDS: dict[Category, type[FileModel]] = {
    "support_platform": TicketRecord,
    "crm": AccountRecord,
    "chat": ChatRecord,
    "project_tracker": IssueRecord,
    "knowledge_base": ArticleRecord,
}
"""The model of each category's records."""


@dataclass(frozen=True)
class Contents:
    """What a checked workspace says beside its records, and how many of them there are."""

    now: datetime | None
    """The moment of the run, aware; None where the file leaves it to the clock."""
    policy: dict[str, JsonValue]
    """The overrides that the file gives, unknown ones included."""
    connectors: dict[Category, str]
    """For each category ``connected``, ``not_connected`` or ``error: REASON``."""
    counts: dict[Category, int]
    """Records per category, their messages and comments not counted."""
    warnings: tuple[str, ...]
    """One sentence for each unknown key and each contradiction that was settled."""


def has_more_keys(model: FileModel) -> bool:
    """Whether ``model``, or a record inside it, has a key that its format does not name."""
    if model.__pydantic_extra__:
        return True
    for name in _inner(type(model)):
        value = getattr(model, name)
        if isinstance(value, list):
            for item in value:
                if has_more_keys(item):
                    return True
        elif value is not None and has_more_keys(value):
            return True
    return False


def unknown_keys(model: FileModel, path: str = "") -> Iterator[str]:
    """Yield the path of each unknown key below ``model``, list positions left out: ``records.crm[].region``."""
    for key in (key for key in model.extra if key not in model.also_read):
        name = key if key.isidentifier() else json.dumps(key)
        yield f"{path}.{name}" if path else name
    for name in _inner(type(model)):
        value = getattr(model, name)
        below = f"{path}.{name}" if path else name
        if isinstance(value, FileModel):
            yield from unknown_keys(value, below)
        elif isinstance(value, list):
            for item in value:
                yield from unknown_keys(item, f"{below}[]")


@cache
def _inner(kind: type[FileModel]) -> tuple[str, ...]:
    """The fields of a model that hold models."""
    return tuple(name for name, field in kind.model_fields.items() if _names_a_model(field.annotation))


def _names_a_model(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, FileModel):
        return True
    return any(map(_names_a_model, get_args(annotation)))

"""The one table of the kinds of actions: which system each changes, by which tool, and how a proposal becomes that tool's call.

A new kind is a row here and its name in ``Proposal.kind``. What carries actions out, what lets a writing call through and what
is shown of an action all read it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Kind = Literal[
    "post_to_channel", "team_message", "customer_reply", "status_update", "internal_note", "tracker_comment", "tracker_item",
    "draft_article", "reminder", "calendar_entry", "page",
]  # fmt: skip
System = Literal[
    "support_platform",
    "crm",
    "chat",
    "project_tracker",
    "knowledge_base",
    "email",
    "cloud_storage",
    "calendar",
    "pager",
    "",
]


class Way(Protocol):
    """How destination and text stand in a tool's arguments. Each of the two methods undoes the other."""

    def arguments(self, destination: str, text: str) -> dict[str, Any]:
        """The tool's arguments, all but those that say who writes and under which key."""
        ...

    def meant(self, arguments: Mapping[str, Any]) -> tuple[str, str]:
        """Destination and text of a call with these arguments."""
        ...


@dataclass(frozen=True)
class TextTo:
    """A text to one place."""

    place: str
    """The argument that takes the destination."""
    refs_of: str = ""
    """The category whose records' refs the destinations are; an id alone then means the same record."""

    def arguments(self, destination: str, text: str) -> dict[str, Any]:
        """See ``Way``."""
        return {self.place: destination, "text": text}

    def meant(self, arguments: Mapping[str, Any]) -> tuple[str, str]:
        """See ``Way``."""
        where = str(arguments.get(self.place, ""))
        if self.refs_of and not where.startswith(f"{self.refs_of}/"):
            where = f"{self.refs_of}/{where}"
        return where, str(arguments.get("text", ""))


@dataclass(frozen=True)
class NewItem:
    """A new item: the destination is its type, the text's first paragraph its title, and what stands below it its description."""

    def arguments(self, destination: str, text: str) -> dict[str, Any]:
        """See ``Way``."""
        title, below, description = text.partition("\n\n")
        return {"type": destination, "title": title} | ({"description": description} if below else {})

    def meant(self, arguments: Mapping[str, Any]) -> tuple[str, str]:
        """See ``Way``."""
        below = [str(arguments["description"])] if "description" in arguments else []
        return str(arguments.get("type", "")), "\n\n".join([str(arguments.get("title", "")), *below])


@dataclass(frozen=True)
class NewArticle:
    """A draft of an article: the text's first paragraph is its title, and what stands below it its body."""

    def arguments(self, destination: str, text: str) -> dict[str, Any]:
        """See ``Way``."""
        title, mark, body = text.partition("\n\n")
        return {"title": title, **({"body": body} if mark else {})}

    def meant(self, arguments: Mapping[str, Any]) -> tuple[str, str]:
        """See ``Way``."""
        below = [str(arguments["body"])] if "body" in arguments else []
        return ARTICLE, "\n\n".join([str(arguments.get("title", "")), *below])


@dataclass(frozen=True)
class Entry:
    """An entry in a calendar: the destination is its moment (RFC 3339), the text's first line its title."""

    def arguments(self, destination: str, text: str) -> dict[str, Any]:
        """See ``Way``."""
        return {"start": destination, "text": text}

    def meant(self, arguments: Mapping[str, Any]) -> tuple[str, str]:
        """See ``Way``."""
        return str(arguments.get("start", "")), str(arguments.get("text", ""))


ARTICLE = "draft"
"""The destination of every article: a knowledge base has one place for drafts."""


@dataclass(frozen=True)
class ActionKind:
    """One kind of action."""

    id: str
    noun: str
    """What a person calls one: ``post to a channel``."""
    system: System = ""
    """The category of the system that it changes, or one of ``WRITTEN_ALONE``; empty for what a person sees to."""
    tool: str = ""
    """The category's tool that carries it out; empty where nothing does."""
    way: Way | None = None
    leaves_house: bool = False
    """Its text reaches people outside the company."""


@dataclass(frozen=True)
class ToolCall:
    """What carries an action out: a tool of a category and its arguments."""

    system: System
    tool: str
    arguments: Mapping[str, Any]


WRITTEN_ALONE = frozenset({"calendar", "pager"})
"""Systems that are written and never read, so that they are no category of the skill; a policy names them."""
REMINDERS = frozenset({"reminder", "calendar_entry"})
"""Kinds whose destination is a moment: what a person imports, and what the organisation's calendar takes."""
KINDS: Mapping[str, ActionKind] = {
    row.id: row
    for row in (
        ActionKind("post_to_channel", "post to a channel", "chat", "post_chat_message", TextTo("channel")),
        ActionKind(
            "customer_reply", "reply to a customer", "support_platform", "reply_to_customer",
            TextTo("id", "support_platform"), leaves_house=True,
        ),
        ActionKind(
            "status_update", "update to a customer", "support_platform", "reply_to_customer",
            TextTo("id", "support_platform"), leaves_house=True,
        ),
        ActionKind("team_message", "text to colleagues", "chat", "post_chat_message", TextTo("channel")),
        ActionKind(
            "internal_note", "note in a ticket", "support_platform", "add_internal_note", TextTo("id", "support_platform")
        ),
        ActionKind(
            "tracker_comment", "comment in the tracker", "project_tracker", "comment_on_issue", TextTo("id", "project_tracker")
        ),
        ActionKind("tracker_item", "new item in the tracker", "project_tracker", "create_issue", NewItem()),
        ActionKind("draft_article", "draft of an article", "knowledge_base", "draft_article", NewArticle()),
        ActionKind("reminder", "reminder"),
        ActionKind("calendar_entry", "reminder in the calendar", "calendar", "add_calendar_entry", Entry()),
        ActionKind("page", "page of who is on call", "pager", "page_on_call", TextTo("team")),
    )
}  # fmt: skip
"""Each kind's row, by its id."""


def call_of(kind: str, destination: str, text: str) -> ToolCall | None:
    """The call that carries an action of this kind out; None where a person sees to it."""
    row = KINDS[kind]
    if row.way is None or not row.system:
        return None
    return ToolCall(row.system, row.tool, row.way.arguments(destination, text))


def kind_meant(tool: str) -> ActionKind | None:
    """The first kind that this tool carries out; None where no action does so. Kinds of one tool put a call in the same way."""
    return next((row for row in KINDS.values() if row.tool and row.tool == tool), None)


def checked(rows: Iterable[ActionKind]) -> None:
    """Raise ``ValueError`` where a row lacks a part, or two rows of one tool differ in how they call it."""
    ways: dict[str, tuple[str, Way | None]] = {}
    for row in rows:
        if len({bool(row.system), bool(row.tool), row.way is not None}) != 1:
            raise ValueError(f"The row of {row.id} needs a system, a tool and a way, or none of them.")
        if row.tool and ways.setdefault(row.tool, (row.system, row.way)) != (row.system, row.way):
            raise ValueError(f"The rows of {row.tool} call it in different ways.")


checked(KINDS.values())

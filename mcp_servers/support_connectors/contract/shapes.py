"""What differs between the categories: the names of their tools, where texts and times stand, how a write looks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from support_connectors.categories import Category

Arguments = dict[str, Any]


@dataclass(frozen=True)
class WriteShape:
    """How the suite writes a text into a category and where it finds it again."""

    tool: str
    arguments: Callable[[str, str, Mapping[str, Any]], Arguments]
    """From the text, a short name unique to this write, and the item that it goes to: the tool's arguments."""
    found_in: str = "read"
    """``read``: the item it went to, read again, holds it; ``result``: what is written is an item of its own."""


@dataclass(frozen=True)
class Shape:
    """One category."""

    kind: str
    search: str
    read: str
    browse: str
    title: str
    """The key of an item's short text."""
    times: tuple[str, ...]
    """Keys of the item's own times."""
    parts: str = ""
    """The key under which its parts stand."""
    texts: tuple[str, ...] = ()
    """Further keys with text that a search may match."""
    write: WriteShape | None = None
    other_writes: tuple[str, ...] = ()
    read_arguments: Arguments = field(default_factory=dict)
    filters: tuple[str, ...] = ()
    """Arguments of the list tool that narrow it by a text."""


SHAPES: dict[Category, Shape] = {
    "support_platform": Shape(
        "ticket", "search_tickets", "read_ticket", "list_tickets", "subject", ("created_at",), "messages",
        write=WriteShape("add_internal_note", lambda text, name, item: {"id": item["id"], "text": text}),
        other_writes=("reply_to_customer", "set_ticket_status"), filters=("customer", "status"),
    ),
    "crm": Shape(
        "account", "search_accounts", "read_account", "list_accounts", "name", (), "timeline",
        write=WriteShape("log_account_activity", lambda text, name, item: {"id": item["id"], "text": text}),
        filters=("customer", "tier"),
    ),
    "chat": Shape(
        "chat_message", "search_chat", "read_chat_message", "list_chat_messages", "text", ("at",),
        write=WriteShape("post_chat_message", lambda text, name, item: {"channel": item["channel"], "text": text}, "result"),
        read_arguments={"neighbours": 2}, filters=("channel",),
    ),
    "project_tracker": Shape(
        "issue", "search_issues", "read_issue", "list_issues", "title", ("created_at",), "comments",
        write=WriteShape("comment_on_issue", lambda text, name, item: {"id": item["id"], "text": text}),
        other_writes=("create_issue",), filters=("status", "type"),
    ),
    "knowledge_base": Shape(
        "article", "search_articles", "read_article", "list_articles", "title", ("updated_at",), texts=("body",),
        write=WriteShape("draft_article", lambda text, name, item: {"title": f"Draft {name}", "body": text}, "result"),
    ),
    "email": Shape(
        "mail", "search_mail", "read_mail", "list_mail", "subject", ("at",), "thread", texts=("text",),
        write=WriteShape(
            "draft_mail",
            lambda text, name, item: {"to": ["nobody@example.com"], "subject": f"Draft {name}", "text": text},
            "result",
        ),
        filters=("correspondent", "folder"),
    ),
    "cloud_storage": Shape(
        "file", "search_files", "read_file", "list_files", "name", ("modified_at",),
        write=WriteShape("store_file", lambda text, name, item: {"path": f"contract-suite/{name}.txt", "text": text}, "result"),
        filters=("folder",),
    ),
}  # fmt: skip
"""Each category's part of the contract."""

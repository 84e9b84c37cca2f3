"""What the suite knows of each category beside its row: where texts and times stand, how a write looks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from support_connectors.categories import CATEGORY_TABLE, Category, CategoryRow

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

    row: CategoryRow
    title: str
    """The key of an item's short text."""
    times: tuple[str, ...]
    """Keys of the item's own times."""
    write: WriteShape | None = None
    read_arguments: Arguments = field(default_factory=dict)
    states: bool = False
    """Whether its items are open, waiting or closed."""
    sets_status: str = ""
    """The tool that changes an item's status."""
    filters: tuple[str, ...] = ()
    """Arguments of the list tool that narrow it by a text."""

    @property
    def kind(self) -> str:
        """What an item's ``kind`` says."""
        return self.row.item

    @property
    def search(self) -> str:
        """The tool that finds items."""
        return self.row.reads_by("search")

    @property
    def read(self) -> str:
        """The tool that shows one item whole."""
        return self.row.reads_by("read")

    @property
    def browse(self) -> str:
        """The tool that lists items."""
        return self.row.reads_by("list")

    @property
    def parts(self) -> str:
        """The key under which an item's parts stand; empty where it has none."""
        return self.row.parts or ""


SHAPES: dict[Category, Shape] = {
    "support_platform": Shape(
        CATEGORY_TABLE["support_platform"], "subject", ("created_at",),
        write=WriteShape("add_internal_note", lambda text, name, item: {"id": item["id"], "text": text}),
        states=True, sets_status="set_ticket_status", filters=("customer", "status"),
    ),
    "crm": Shape(
        CATEGORY_TABLE["crm"], "name", (),
        write=WriteShape("log_account_activity", lambda text, name, item: {"id": item["id"], "text": text}),
        filters=("customer", "tier"),
    ),
    "chat": Shape(
        CATEGORY_TABLE["chat"], "text", ("at",),
        write=WriteShape("post_chat_message", lambda text, name, item: {"channel": item["channel"], "text": text}, "result"),
        read_arguments={"neighbours": 2}, filters=("channel",),
    ),
    "project_tracker": Shape(
        CATEGORY_TABLE["project_tracker"], "title", ("created_at",),
        write=WriteShape("comment_on_issue", lambda text, name, item: {"id": item["id"], "text": text}),
        states=True, filters=("status", "type"),
    ),
    "knowledge_base": Shape(
        CATEGORY_TABLE["knowledge_base"], "title", ("updated_at",),
        write=WriteShape("draft_article", lambda text, name, item: {"title": f"Draft {name}", "body": text}, "result"),
    ),
    "email": Shape(
        CATEGORY_TABLE["email"], "subject", ("at",),
        write=WriteShape(
            "draft_mail",
            lambda text, name, item: {"to": ["nobody@example.com"], "subject": f"Draft {name}", "text": text},
            "result",
        ),
        filters=("correspondent", "folder"),
    ),
    "cloud_storage": Shape(
        CATEGORY_TABLE["cloud_storage"], "name", ("modified_at",),
        write=WriteShape("store_file", lambda text, name, item: {"path": f"contract-suite/{name}.txt", "text": text}, "result"),
        filters=("folder",),
    ),
}  # fmt: skip
"""Each category's part of the contract."""

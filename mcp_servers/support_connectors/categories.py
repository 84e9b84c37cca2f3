"""The one table of the kinds of systems that the skill asks for: their names, tools and records, whatever stands behind them.

Whoever needs to know which tools a category has, which of them write, or which kinds of records it gives, reads it here.
Importing it costs nothing: no pydantic, no mcp.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Category = Literal["support_platform", "crm", "chat", "project_tracker", "knowledge_base", "email", "cloud_storage"]
RecordKind = Literal[
    "ticket", "message", "account", "activity", "chat_message", "issue", "comment", "article", "mail", "file"
]
"""What a record's ``kind`` may say (``support_connectors.results``)."""
Verb = Literal["search", "read", "list"]
"""What a reading tool does: finds items by words, shows one whole by its id, or shows all that a filter lets through."""


@dataclass(frozen=True)
class ReadTool:
    """A tool that only looks."""

    name: str
    verb: Verb
    title: str
    """As people read it: ``Search tickets``."""


@dataclass(frozen=True)
class WriteTool:
    """A tool that changes the system."""

    name: str
    title: str
    overwrites: bool = False
    """It replaces something, which repeating does not do twice."""
    leaves_house: bool = False
    """Its text reaches people outside the company."""


@dataclass(frozen=True)
class CategoryRow:
    """One category."""

    id: Category
    title: str
    """What a person calls it: ``support platform``."""
    reads: tuple[ReadTool, ...]
    """One for each verb."""
    writes: tuple[WriteTool, ...]
    item: RecordKind
    """The kind of record that the reading tools find, show and list."""
    part: RecordKind | None = None
    """The kind of record that an item holds."""
    parts: str | None = None
    """The key under which an item holds them."""
    customer_words: frozenset[RecordKind] = frozenset()
    """Kinds whose text a customer may have written (a message says so by its ``role``); all others are our own people's."""
    in_workspace: bool = True
    """Whether the embedded workspace holds it."""

    @property
    def kinds(self) -> tuple[RecordKind, ...]:
        """Every kind of record of this category, the items' first."""
        return (self.item,) if self.part is None or self.part == self.item else (self.item, self.part)

    @property
    def tools(self) -> tuple[ReadTool | WriteTool, ...]:
        """Every tool, the reading ones first."""
        return (*self.reads, *self.writes)

    def reads_by(self, verb: Verb) -> str:
        """The name of the reading tool with this verb."""
        return next(tool.name for tool in self.reads if tool.verb == verb)


def checked(rows: Iterable[CategoryRow]) -> Mapping[Category, CategoryRow]:
    """The rows by their ids, in their order.

    Raises:
        ValueError: a category or a kind of record has no row, a row, a tool or a kind stands twice, or a row contradicts
            itself.
    """
    table = tuple(rows)
    _all_once("category", (row.id for row in table), get_args(Category))
    _all_once("kind", (kind for row in table for kind in row.kinds), get_args(RecordKind))
    names = [tool.name for row in table for tool in row.tools]
    _all_once("tool", names, names)
    for row in table:
        _all_once(f"verb of {row.id}", (tool.verb for tool in row.reads), get_args(Verb))
        if (row.part is None) != (row.parts is None) or not row.customer_words <= set(row.kinds):
            raise ValueError(f"The row of {row.id} names parts or customers' words that it does not hold.")
    return {row.id: row for row in table}


def _all_once(what: str, given: Iterable[str], wanted: Iterable[str]) -> None:
    counted = Counter(given)
    wrong = sorted({name for name, times in counted.items() if times > 1} | (set(wanted) ^ set(counted)))
    if wrong:
        raise ValueError(f"The table of categories must name every {what} once: {', '.join(wrong)}.")


CATEGORY_TABLE: Mapping[Category, CategoryRow] = checked([
    CategoryRow(
        "support_platform", "support platform",
        reads=(
            ReadTool("search_tickets", "search", "Search tickets"),
            ReadTool("read_ticket", "read", "Read a ticket"),
            ReadTool("list_tickets", "list", "List tickets"),
        ),
        writes=(
            WriteTool("add_internal_note", "Add an internal note"),
            WriteTool("reply_to_customer", "Reply to the customer", leaves_house=True),
            WriteTool("set_ticket_status", "Set a ticket's status", overwrites=True),
        ),
        item="ticket", part="message", parts="messages",
        customer_words=frozenset({"ticket", "message"}),
    ),
    CategoryRow(
        "crm", "CRM",
        reads=(
            ReadTool("search_accounts", "search", "Search accounts"),
            ReadTool("read_account", "read", "Read an account"),
            ReadTool("list_accounts", "list", "List accounts"),
        ),
        writes=(WriteTool("log_account_activity", "Log an account activity"),),
        item="account", part="activity", parts="timeline",
    ),
    CategoryRow(
        "chat", "chat",
        reads=(
            ReadTool("search_chat", "search", "Search the chat"),
            ReadTool("read_chat_message", "read", "Read a chat message in its context"),
            ReadTool("list_chat_messages", "list", "List chat messages"),
        ),
        writes=(WriteTool("post_chat_message", "Post a chat message"),),
        item="chat_message",
    ),
    CategoryRow(
        "project_tracker", "project tracker",
        reads=(
            ReadTool("search_issues", "search", "Search issues"),
            ReadTool("read_issue", "read", "Read an issue"),
            ReadTool("list_issues", "list", "List issues"),
        ),
        writes=(
            WriteTool("create_issue", "Create an issue"),
            WriteTool("comment_on_issue", "Comment on an issue"),
        ),
        item="issue", part="comment", parts="comments",
    ),
    CategoryRow(
        "knowledge_base", "knowledge base",
        reads=(
            ReadTool("search_articles", "search", "Search articles"),
            ReadTool("read_article", "read", "Read an article"),
            ReadTool("list_articles", "list", "List articles"),
        ),
        writes=(WriteTool("draft_article", "Draft an article"),),
        item="article",
    ),
    CategoryRow(
        "email", "email",
        reads=(
            ReadTool("search_mail", "search", "Search the mail"),
            ReadTool("read_mail", "read", "Read a mail"),
            ReadTool("list_mail", "list", "List mails"),
        ),
        writes=(WriteTool("draft_mail", "Draft a mail"),),
        item="mail", part="mail", parts="thread",
        customer_words=frozenset({"mail"}),
        in_workspace=False,
    ),
    CategoryRow(
        "cloud_storage", "cloud storage",
        reads=(
            ReadTool("search_files", "search", "Search files"),
            ReadTool("read_file", "read", "Read a file"),
            ReadTool("list_files", "list", "List files"),
        ),
        writes=(WriteTool("store_file", "Store a file"),),
        item="file",
        customer_words=frozenset({"file"}),
        in_workspace=False,
    ),
])  # fmt: skip
"""Each category's row."""

CATEGORIES: tuple[Category, ...] = tuple(CATEGORY_TABLE)
WORKSPACE_CATEGORIES: tuple[Category, ...] = tuple(row.id for row in CATEGORY_TABLE.values() if row.in_workspace)
"""The categories that the embedded workspace holds."""
CATEGORY_NAMES: Mapping[Category, str] = {row.id: row.title for row in CATEGORY_TABLE.values()}
"""What a person calls each category."""

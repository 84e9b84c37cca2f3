"""The one table of the categories as the skill sees them: the connectors' own table, and what only the skill knows.

Tools, titles and kinds of records come from below. What is added here: whether a run needs the category, what the skill looks
for there, whose words its records are, and how a brief and a prompt call them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from support_connectors.categories import CATEGORY_TABLE, Category, CategoryRow, RecordKind, Verb

__all__ = ["Category", "RecordKind", "Verb"]

Need = Literal["required", "wanted", "optional"]
"""``required``: no run without it. ``wanted``: a brief names it as a gap where it is missing. ``optional``: it is missed only
where it was set up."""
Author = Literal["ours", "customers", "unsaid"]
"""Whose words the records are where they do not say so themselves (a message does, by its role): our own people's, a
customer's, or nobody can tell, as with a contract or a log in a storage."""
NEED_WORDS: Mapping[Need, str] = {"required": "yes", "wanted": "no", "optional": "only if connected"}


@dataclass(frozen=True)
class SourceRow:
    """One category."""

    row: CategoryRow
    """What the connectors say of it."""
    need: Need
    author: Author
    looks_for: str
    """What the skill looks for there."""
    heading: str
    """What a brief calls its records, under Supporting Context."""
    place: int
    """Where that heading stands among the others."""
    listing: str
    """What a prompt calls its items."""
    nouns: str
    """A pattern of what other vendors' tools call its items."""
    first_look: int
    """So many items are taken from the first search for an issue."""
    title_field: str
    """The field of an item that names it."""
    moment_field: str
    """The field of an item that dates it."""
    text_field: str = "text"
    """The field of an item that holds its text."""
    foreign_part: RecordKind = "comment"
    """The kind of what a vendor's answer holds below an item, where our own systems hold nothing there."""
    told_of: tuple[str, ...] = ()
    """Fields that a brief tells of an item beside the usual ones, because the item has no name or number that people quote."""
    plain: bool = False
    """Any text of it is an item; nothing further has to be recognised in it."""
    dated: bool = False
    """A brief tells the day of an item."""
    marked: bool = True
    """A brief marks its sentences with an item's id and lists the item at its end; an account has a line of its own instead."""
    ids_named: bool = False
    """People name its items by their ids in a request."""
    listed_around: bool = False
    """All that is from around a case is listed, because what belongs to it may share no word with the request."""
    among_us: bool = False
    """Our own people write to each other there: whoever wrote something stands for no customer."""
    whole_by_read: bool = False
    """Lists and searches leave out what an item says; the reading tool shows it."""

    @property
    def id(self) -> Category:
        """As in refs: ``support_platform``."""
        return self.row.id

    @property
    def title(self) -> str:
        """What a person calls it, and its placeholder ``~~support platform`` too."""
        return self.row.title

    @property
    def part(self) -> RecordKind:
        """The kind of what belongs to an item."""
        return self.row.part or self.foreign_part

    def tool(self, verb: Verb) -> str:
        """The name of its reading tool."""
        return self.row.reads_by(verb)


def checked(rows: Iterable[SourceRow]) -> Mapping[str, SourceRow]:
    """The rows by their ids.

    Raises ``ValueError`` where a category of the connectors has no row or two, or two headings stand at one place.
    """
    table = tuple(rows)
    if [row.id for row in table] != list(CATEGORY_TABLE):
        raise ValueError(
            f"the skill's categories are not those of the connectors: {', '.join(row.id for row in table)}"
        )
    if len({row.place for row in table}) != len(table):
        raise ValueError("two headings of Supporting Context stand at one place")
    return {row.id: row for row in table}


SOURCES: Mapping[str, SourceRow] = checked([
    SourceRow(
        CATEGORY_TABLE["support_platform"], need="required", author="customers",
        looks_for="tickets with their whole threads, statuses, priorities",
        heading="Tickets", place=1, listing="Tickets (support platform)", nouns=r"ticket|conversation|case|request",
        first_look=8, title_field="subject", moment_field="created_at", ids_named=True, listed_around=True, whole_by_read=True,
    ),
    SourceRow(
        CATEGORY_TABLE["crm"], need="wanted", author="ours",
        looks_for="tier, ARR, renewal, SLA, contacts, open deals",
        heading="Accounts", place=5, listing="Accounts (CRM)",
        nouns=r"account|compan|organi[sz]ation|customer|object|record",
        first_look=10, title_field="name", moment_field="at", marked=False, ids_named=True,
    ),
    SourceRow(
        CATEGORY_TABLE["chat"], need="wanted", author="ours",
        looks_for="internal discussion, reports from other teams",
        heading="Internal discussion", place=3, listing="Chat", nouns=r"message|channel|chat|public|conversation",
        first_look=6, title_field="title", moment_field="at", foreign_part="chat_message", plain=True,
        dated=True, listed_around=True, among_us=True,
    ),
    SourceRow(
        CATEGORY_TABLE["project_tracker"], need="wanted", author="ours",
        looks_for="bugs, incidents, feature requests and their state",
        heading="Tracker", place=2, listing="Project tracker", nouns=r"issue|task|item|bug|work",
        first_look=6, title_field="title", moment_field="created_at", ids_named=True, listed_around=True, among_us=True,
        whole_by_read=True,
    ),
    SourceRow(
        CATEGORY_TABLE["knowledge_base"], need="wanted", author="ours",
        looks_for="documented solutions, limitations, policies",
        heading="Documents", place=4, listing="Knowledge base", nouns=r"article|page|document|card|note|content|confluence",
        first_look=6, title_field="title", moment_field="updated_at", text_field="body", plain=True,
        whole_by_read=True,
    ),
    SourceRow(
        CATEGORY_TABLE["email"], need="optional", author="customers",
        looks_for="what customers and colleagues wrote by mail",
        heading="Mail", place=6, listing="Mail (the beginnings; who a mail says it is from proves nothing)",
        nouns=r"mail|message|thread", first_look=3, title_field="subject", moment_field="at", told_of=("subject", "author"),
        dated=True,
    ),
    SourceRow(
        CATEGORY_TABLE["cloud_storage"], need="optional", author="unsaid",
        looks_for="contracts, runbooks, logs",
        heading="Files", place=7, listing="Files (names only; read_file shows the text)",
        nouns=r"file|document|drive", first_look=3, title_field="name", moment_field="modified_at",
    ),
])  # fmt: skip
"""Every category by id, in the order in which people read of them."""

EARLIER = "escalations"
"""The earlier briefs of this product: records beside those of the categories."""
ANSWERS = "answers"
"""What a person of ours answered about the case."""
HEADINGS: tuple[tuple[str, str], ...] = (
    *((row.id, row.heading) for row in sorted(SOURCES.values(), key=lambda row: row.place)),
    (EARLIER, "Earlier escalations"),
)
"""The headings of Supporting Context in their order, each with the category of the records under it."""
LISTINGS: tuple[tuple[str, str], ...] = (
    *((row.row.item, row.listing) for row in SOURCES.values()),
    ("escalation", "Earlier escalation briefs (whether they were sent is not recorded)"),
)
"""The kinds of items in the order in which a prompt lists them, each with its title."""
BY_ITEM: Mapping[str, SourceRow] = {row.row.item: row for row in SOURCES.values()}
"""The categories by the kind of their items."""


def author_of(category: str) -> Author:
    """Whose words the records of a category are; of what is no category, such as a figure, nobody can tell."""
    row = SOURCES.get(category)
    return row.author if row else "ours" if category in (EARLIER, ANSWERS) else "unsaid"


def is_marked(category: str) -> bool:
    """Do marks name the items of a category? An answer of a person is told as what was answered."""
    row = SOURCES.get(category)
    return row.marked if row else category != ANSWERS


def unread(category: str) -> str:
    """How the sentence begins that says of a category that nothing of it could be read."""
    return f"The {title_of(category)} could not be read"


def title_of(category: str) -> str:
    """What a person calls a category; of what is none, its id."""
    row = SOURCES.get(category)
    return row.title if row else category

"""What a system must offer to stand behind a category's server: one Protocol a category, filters, pages, typed errors.

    BackendError
    ├── InvalidInput        the call cannot be meant as it is: an unknown cursor, an empty text, a bad time
    │   ├── InvalidCursor   the cursor belongs to another call, or to data that has changed
    │   └── Conflict        the idempotency key was used for something else
    ├── NotFound            no such item
    ├── PermissionDenied    the system refuses this to us
    ├── RateLimited         too many calls; ``retry_after`` says when to come back
    ├── Unavailable         not connected, or the system does not answer
    └── NotThere            what was only looked for is not there now; it may still come
        └── NotWritten      it was not written, and cannot come twice

Each message is a sentence that a model can act on.

The Protocols are synchronous. The embedded workspace answers from a local file in well under a millisecond, and most
vendors' clients are synchronous; the server runs each call on a worker thread, so a slow system holds nobody up. A
backend must therefore be safe to call from several threads at once.

Shared contract, which the contract suite (``support_connectors.contract``) checks:

- A list is newest first (accounts: by name; files: by path) and a search best first, as far as the system sorts. Paging
  with the cursor returns every item exactly once while nothing changes; ``limit`` is 1 to 50 and a page holds at most
  that many; ``total`` is None where the system does not say it.
- Each item's ``ref`` is ``category/id``, each part's (message, comment, activity) too, with the item's ref as ``parent``.
  An item can be read by its id and by its ref; the ids of parts are unique in the category.
- An unknown customer, status, channel or folder is an empty page; so is a query without a single letter or digit. An
  unknown id is ``NotFound`` and its message names it.
- A ticket and an issue say beside their source's ``status`` which ``state`` that is: as the source itself says it, else by
  its word (``support_connectors.states``), else None. A filter's status is one of the source's; ``open``, ``waiting`` and
  ``closed`` stand for every status of that state.
- Times are RFC 3339 with a zone, or a plain date where the system keeps no more.
- Reading changes nothing, unread marks included.
- A write with an ``idempotency_key`` happens once: the same call again returns the first result, and the key used for
  another text is a ``Conflict``. With ``look_since`` a call writes nothing: it returns the result of the call with this key,
  or is ``NotThere`` or ``NotWritten``, or ``Unavailable`` where nobody can tell.
- Text is written as text: nothing in it becomes a mention, a link, an image or markup.
- No call takes much longer than the time limit of its settings, whatever the system does, and every failure is one of
  the errors above.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from support_connectors.results import (
    Account,
    Activity,
    Article,
    ChatContext,
    ChatMessage,
    Comment,
    Issue,
    Mail,
    Message,
    Page,
    StoredFile,
    Ticket,
)

MAX_LIMIT = 50
DEFAULT_LIMIT = 10


ErrorKind = Literal["not_found", "invalid", "denied", "rate_limited", "unavailable", "not_there", "not_written"]


class BackendError(Exception):
    """Base of the errors that a backend raises on purpose."""

    kind: ErrorKind = "unavailable"
    """What code may know of it: the first two are about the call, the others about the system."""


class InvalidInput(BackendError):
    """The call cannot be meant as it is."""

    kind = "invalid"


class InvalidCursor(InvalidInput):
    """The cursor belongs to another call, or to data that has changed since."""


class Conflict(InvalidInput):
    """The idempotency key was used before for something else."""


class NotFound(BackendError):
    """No such item; the message names it, and the nearest ones where they are known."""

    kind = "not_found"


class PermissionDenied(BackendError):
    """The system refuses this to the account that we use."""

    kind = "denied"


class RateLimited(BackendError):
    """The system wants fewer calls."""

    kind = "rate_limited"

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds to wait, where the system says so."""


class Unavailable(BackendError):
    """The category is not connected, or its system does not answer."""


class NotThere(BackendError):
    """What was only looked for is not there now. A call that is still under way may yet write it."""

    kind: ErrorKind = "not_there"


class NotWritten(NotThere):
    """What was only looked for was not written, and the system itself takes the key but once, so a call that is still under way does no
    harm.
    """

    kind = "not_written"


@dataclass(frozen=True)
class Period:
    """From ``since`` to ``until``, both included; None leaves an end open. Both aware."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Paging:
    """Which part of a result is wanted."""

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None


@dataclass(frozen=True)
class TicketFilter:
    """None accepts everything. Text compares without regard to case."""

    customer: str | None = None
    """A name as on the ticket, or a CRM account's id or name."""
    status: str | None = None
    """One of the source's, or the name of a state."""
    period: Period = Period()
    """When the ticket was created."""


@dataclass(frozen=True)
class AccountFilter:
    """None accepts everything. Text compares without regard to case."""

    customer: str | None = None
    """An account's id or name."""
    tier: str | None = None
    renewal: Period = Period()


@dataclass(frozen=True)
class ChatFilter:
    """None accepts everything. Text compares without regard to case."""

    channel: str | None = None
    period: Period = Period()
    """When the message was sent."""


@dataclass(frozen=True)
class IssueFilter:
    """None accepts everything. Text compares without regard to case."""

    status: str | None = None
    """One of the source's, or the name of a state."""
    type: str | None = None
    period: Period = Period()
    """When the issue was created."""


@dataclass(frozen=True)
class ArticleFilter:
    """None accepts everything."""

    period: Period = Period()
    """When the article was last updated."""


@dataclass(frozen=True)
class MailFilter:
    """None accepts everything. Text compares without regard to case."""

    correspondent: str | None = None
    """An address, or a part of one such as a domain, among sender and recipients."""
    folder: str | None = None
    period: Period = Period()
    """When the mail was sent."""


@dataclass(frozen=True)
class FileFilter:
    """None accepts everything."""

    folder: str | None = None
    """Only files below this folder, such as ``customers/acme``."""
    period: Period = Period()
    """When the file was last changed."""


@dataclass(frozen=True)
class NewMail:
    """A mail to keep as a draft. It is never sent from here."""

    to: tuple[str, ...]
    subject: str
    text: str
    in_reply_to: str | None = None
    """The id of the mail that it answers."""


@dataclass(frozen=True)
class NewIssue:
    """An issue to create; its description becomes the first comment."""

    type: str
    title: str
    description: str
    priority: str
    """In the tracker's own words; empty for what it gives where nobody names one."""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Write:
    """Who writes, the key under which the write happens only once, and whether to look only."""

    author: str
    idempotency_key: str | None = None
    look_since: datetime | None = None
    """Only look, and write nothing: the call with this key was made at this time (aware) or later."""

    def go_on(self, *, seen_all: bool = True, keyed: bool = False) -> None:
        """To be called where the call of this key was looked for and not found, before anything is written.

        ``seen_all``: everything was seen that may have been written since. ``keyed``: the system itself takes a key but once.
        Raises ``NotThere``, ``NotWritten`` or ``Unavailable`` where the call only looks.
        """
        if self.look_since is None:
            return
        if not seen_all:
            raise Unavailable(
                "It was not found, and not all was seen that may have been written since, so nobody can tell whether it was. A "
                "person looks there."
            )
        raise (NotWritten if keyed else NotThere)("It is not there.")


class SupportPlatform(Protocol):
    """Tickets and their threads."""

    def search_tickets(self, query: str, customer: str | None, paging: Paging) -> Page[Ticket]:
        """Tickets with the messages that match best, best first."""
        ...

    def read_ticket(self, ticket_id: str) -> Ticket:
        """The ticket with its whole thread. Raises ``NotFound``."""
        ...

    def list_tickets(self, wanted: TicketFilter, paging: Paging) -> Page[Ticket]:
        """Tickets without their messages, newest first."""
        ...

    def add_internal_note(self, ticket_id: str, text: str, write: Write) -> Message:
        """Append a note that only the team sees."""
        ...

    def reply_to_customer(self, ticket_id: str, text: str, write: Write) -> Message:
        """Append an answer that the customer sees."""
        ...

    def set_ticket_status(self, ticket_id: str, status: str, write: Write) -> Ticket:
        """Change the status and return the ticket without its messages."""
        ...


class Crm(Protocol):
    """Accounts, what they pay, what they were promised."""

    def search_accounts(self, query: str, paging: Paging) -> Page[Account]:
        """Accounts, best first."""
        ...

    def read_account(self, account_id: str) -> Account:
        """The account with its timeline, by id or exact name. Raises ``NotFound``."""
        ...

    def list_accounts(self, wanted: AccountFilter, paging: Paging) -> Page[Account]:
        """Accounts by name."""
        ...

    def log_account_activity(self, account_id: str, text: str, write: Write) -> Activity:
        """Append to the account's timeline."""
        ...


class Chat(Protocol):
    """The team's internal chat."""

    def search_chat(self, query: str, paging: Paging) -> Page[ChatMessage]:
        """Messages, best first."""
        ...

    def read_chat_message(self, message_id: str, neighbours: int) -> ChatContext:
        """The message with up to ``neighbours`` on each side in its channel. Raises ``NotFound``."""
        ...

    def list_chat_messages(self, wanted: ChatFilter, paging: Paging) -> Page[ChatMessage]:
        """Messages, newest first."""
        ...

    def post_chat_message(self, channel: str, text: str, write: Write) -> ChatMessage:
        """Post to a channel."""
        ...


class ProjectTracker(Protocol):
    """Bugs, features, incidents and what engineering says about them."""

    def search_issues(self, query: str, paging: Paging) -> Page[Issue]:
        """Issues with the comments that match best, best first."""
        ...

    def read_issue(self, issue_id: str) -> Issue:
        """The issue with all its comments. Raises ``NotFound``."""
        ...

    def list_issues(self, wanted: IssueFilter, paging: Paging) -> Page[Issue]:
        """Issues without their comments, newest first."""
        ...

    def create_issue(self, issue: NewIssue, write: Write) -> Issue:
        """Create an issue and return it whole."""
        ...

    def comment_on_issue(self, issue_id: str, text: str, write: Write) -> Comment:
        """Append a comment."""
        ...


class KnowledgeBase(Protocol):
    """Articles."""

    def search_articles(self, query: str, paging: Paging) -> Page[Article]:
        """Articles whole, best first."""
        ...

    def read_article(self, article_id: str) -> Article:
        """The article whole. Raises ``NotFound``."""
        ...

    def list_articles(self, wanted: ArticleFilter, paging: Paging) -> Page[Article]:
        """Articles without their bodies, last updated first."""
        ...

    def draft_article(self, title: str, body: str, write: Write) -> Article:
        """Store a draft that is not published."""
        ...


class Email(Protocol):
    """The team's mailbox."""

    def search_mail(self, query: str, paging: Paging) -> Page[Mail]:
        """Mails, best first."""
        ...

    def read_mail(self, mail_id: str) -> Mail:
        """The mail whole, with the others of its conversation. Raises ``NotFound``."""
        ...

    def list_mail(self, wanted: MailFilter, paging: Paging) -> Page[Mail]:
        """Mails, newest first."""
        ...

    def draft_mail(self, mail: NewMail, write: Write) -> Mail:
        """Store a draft; nothing is sent."""
        ...


class CloudStorage(Protocol):
    """Files that the team shares."""

    def search_files(self, query: str, paging: Paging) -> Page[StoredFile]:
        """Files with the text that matches, best first; by name alone where the system cannot search inside."""
        ...

    def read_file(self, file_id: str) -> StoredFile:
        """The file with its text, where it is text. Raises ``NotFound``."""
        ...

    def list_files(self, wanted: FileFilter, paging: Paging) -> Page[StoredFile]:
        """Files without their text, by path."""
        ...

    def store_file(self, path: str, text: str, write: Write) -> StoredFile:
        """Store a new text file; one that exists with other content is never overwritten (``Conflict``)."""
        ...


Backend = SupportPlatform | Crm | Chat | ProjectTracker | KnowledgeBase | Email | CloudStorage
"""What stands behind one category's server."""

"""The five categories on the embedded workspace: shelves of rows, given out as typed results."""

import sqlalchemy as sa
from pydantic import JsonValue

from support_connectors.backend import (
    AccountFilter,
    ArticleFilter,
    ChatFilter,
    IssueFilter,
    NewIssue,
    Paging,
    TicketFilter,
    Write,
)
from support_connectors.results import (
    Account,
    Activity,
    Article,
    ChatContext,
    ChatMessage,
    Comment,
    Issue,
    Message,
    Page,
    Ticket,
)
from support_connectors.workspace.rows import article_row, chat_row, issue_row
from support_connectors.workspace.schema import fold, item
from support_connectors.workspace.shelf import FoundItem, Selection, equal, of_customer, of_status, within
from support_connectors.workspace.writes import WritableShelf, checked_text

_EVERYTHING = Selection("")


class WorkspaceSupportPlatform:
    """``SupportPlatform`` on the embedded workspace."""

    def __init__(self, engine: sa.Engine) -> None:
        self._shelf = WritableShelf(engine, "support_platform", "ticket")

    def search_tickets(self, query: str, customer: str | None, paging: Paging) -> Page[Ticket]:
        """See ``SupportPlatform``."""
        selection = Selection(repr(customer), tuple(of_customer(customer)))
        rows = self._shelf.search(query, selection, paging)
        return Page(items=[_ticket(found) for found in rows.found], next_cursor=rows.next_cursor, total=rows.total)

    def read_ticket(self, ticket_id: str) -> Ticket:
        """See ``SupportPlatform``."""
        with self._shelf.transaction() as connection:
            row = self._shelf.find(connection, ticket_id)
            return _ticket(FoundItem(row.data, self._shelf.parts_of(connection, row.seq), complete=True))

    def list_tickets(self, wanted: TicketFilter, paging: Paging) -> Page[Ticket]:
        """See ``SupportPlatform``."""
        conditions = (
            *of_customer(wanted.customer),
            *of_status(wanted.status),
            *within(wanted.period),
        )
        rows = self._shelf.browse(Selection(repr(wanted), conditions), paging)
        return Page(items=[_ticket(found) for found in rows.found], next_cursor=rows.next_cursor, total=rows.total)

    def add_internal_note(self, ticket_id: str, text: str, write: Write) -> Message:
        """See ``SupportPlatform``."""
        return self._add_message("add_internal_note", ticket_id, checked_text(text, "note"), write, internal=True)

    def reply_to_customer(self, ticket_id: str, text: str, write: Write) -> Message:
        """See ``SupportPlatform``."""
        return self._add_message("reply_to_customer", ticket_id, checked_text(text, "reply"), write, internal=False)

    def set_ticket_status(self, ticket_id: str, status: str, write: Write) -> Ticket:
        """See ``SupportPlatform``."""
        checked_text(status, "status")

        def effect(connection: sa.Connection) -> Ticket:
            row = self._shelf.find(connection, ticket_id)
            data = self._shelf.set_status(connection, row, status.strip())
            return _ticket(FoundItem(data, [], complete=not self._shelf.parts_of(connection, row.seq)))

        return self._shelf.once(Ticket, "set_ticket_status", [ticket_id, status], write, effect)

    def _add_message(self, operation: str, ticket_id: str, text: str, write: Write, *, internal: bool) -> Message:
        def effect(connection: sa.Connection) -> Message:
            row = self._shelf.find(connection, ticket_id)
            id_ = self._shelf.next_part_id(connection, row, "m")
            message = Message(
                ref=f"support_platform/{id_}",
                id=id_,
                at=self._shelf.now(connection),
                author=write.author,
                role="agent",
                text=text,
                internal=internal,
                parent=f"support_platform/{row.id}",
            )
            self._shelf.add_part(connection, row, message)
            return message

        return self._shelf.once(Message, operation, [ticket_id, text], write, effect)


class WorkspaceCrm:
    """``Crm`` on the embedded workspace."""

    def __init__(self, engine: sa.Engine) -> None:
        self._shelf = WritableShelf(engine, "crm", "account", by_name=True)

    def search_accounts(self, query: str, paging: Paging) -> Page[Account]:
        """See ``Crm``."""
        rows = self._shelf.search(query, _EVERYTHING, paging)
        items = [Account.model_validate(found.data) for found in rows.found]
        return Page(items=items, next_cursor=rows.next_cursor, total=rows.total)

    def read_account(self, account_id: str) -> Account:
        """See ``Crm``."""
        with self._shelf.transaction() as connection:
            row = self._shelf.find(connection, account_id)
            return Account.model_validate({**row.data, "timeline": self._shelf.parts_of(connection, row.seq)})

    def list_accounts(self, wanted: AccountFilter, paging: Paging) -> Page[Account]:
        """See ``Crm``."""
        conditions = [*equal(item.c.group_key, wanted.tier), *within(wanted.renewal)]
        if wanted.customer is not None:
            key = fold(wanted.customer)
            conditions.append(sa.or_(item.c.name_key == key, item.c.id_key == key))
        rows = self._shelf.browse(Selection(repr(wanted), tuple(conditions)), paging)
        items = [Account.model_validate(found.data) for found in rows.found]
        return Page(items=items, next_cursor=rows.next_cursor, total=rows.total)

    def log_account_activity(self, account_id: str, text: str, write: Write) -> Activity:
        """See ``Crm``."""
        checked_text(text, "activity")

        def effect(connection: sa.Connection) -> Activity:
            row = self._shelf.find(connection, account_id)
            id_ = self._shelf.next_part_id(connection, row, "a")
            activity = Activity(
                ref=f"crm/{id_}",
                id=id_,
                at=self._shelf.now(connection),
                author=write.author,
                text=text,
                parent=f"crm/{row.id}",
            )
            self._shelf.add_part(connection, row, activity)
            return activity

        return self._shelf.once(Activity, "log_account_activity", [account_id, text], write, effect)


class WorkspaceChat:
    """``Chat`` on the embedded workspace."""

    def __init__(self, engine: sa.Engine) -> None:
        self._shelf = WritableShelf(engine, "chat", "chat message")

    def search_chat(self, query: str, paging: Paging) -> Page[ChatMessage]:
        """See ``Chat``."""
        rows = self._shelf.search(query, _EVERYTHING, paging)
        items = [ChatMessage.model_validate(found.data) for found in rows.found]
        return Page(items=items, next_cursor=rows.next_cursor, total=rows.total)

    def read_chat_message(self, message_id: str, neighbours: int) -> ChatContext:
        """See ``Chat``."""
        with self._shelf.transaction() as connection:
            row = self._shelf.find(connection, message_id)
            before, after = self._shelf.neighbours(connection, row, neighbours)
            return ChatContext.model_validate({"item": row.data, "before": before, "after": after})

    def list_chat_messages(self, wanted: ChatFilter, paging: Paging) -> Page[ChatMessage]:
        """See ``Chat``."""
        conditions = (*equal(item.c.group_key, wanted.channel), *within(wanted.period))
        rows = self._shelf.browse(Selection(repr(wanted), conditions), paging)
        items = [ChatMessage.model_validate(found.data) for found in rows.found]
        return Page(items=items, next_cursor=rows.next_cursor, total=rows.total)

    def post_chat_message(self, channel: str, text: str, write: Write) -> ChatMessage:
        """See ``Chat``."""
        checked_text(channel, "channel")
        checked_text(text, "message")

        def effect(connection: sa.Connection) -> ChatMessage:
            id_ = self._shelf.next_item_id(connection, "CHAT-")
            message = ChatMessage(
                ref=f"chat/{id_}",
                id=id_,
                channel=channel.strip(),
                at=self._shelf.now(connection),
                author=write.author,
                text=text,
            )
            self._shelf.add_item(connection, chat_row(message))
            return message

        return self._shelf.once(ChatMessage, "post_chat_message", [channel, text], write, effect)


class WorkspaceProjectTracker:
    """``ProjectTracker`` on the embedded workspace."""

    def __init__(self, engine: sa.Engine) -> None:
        self._shelf = WritableShelf(engine, "project_tracker", "issue")

    def search_issues(self, query: str, paging: Paging) -> Page[Issue]:
        """See ``ProjectTracker``."""
        rows = self._shelf.search(query, _EVERYTHING, paging)
        return Page(items=[_issue(found) for found in rows.found], next_cursor=rows.next_cursor, total=rows.total)

    def read_issue(self, issue_id: str) -> Issue:
        """See ``ProjectTracker``."""
        with self._shelf.transaction() as connection:
            row = self._shelf.find(connection, issue_id)
            return _issue(FoundItem(row.data, self._shelf.parts_of(connection, row.seq), complete=True))

    def list_issues(self, wanted: IssueFilter, paging: Paging) -> Page[Issue]:
        """See ``ProjectTracker``."""
        conditions = (
            *of_status(wanted.status),
            *equal(item.c.group_key, wanted.type),
            *within(wanted.period),
        )
        rows = self._shelf.browse(Selection(repr(wanted), conditions), paging)
        return Page(items=[_issue(found) for found in rows.found], next_cursor=rows.next_cursor, total=rows.total)

    def create_issue(self, issue: NewIssue, write: Write) -> Issue:
        """See ``ProjectTracker``."""
        checked_text(issue.title, "title")
        checked_text(issue.description, "description")

        def effect(connection: sa.Connection) -> Issue:
            id_ = self._shelf.next_item_id(connection, "ISSUE-")
            ref, at = f"project_tracker/{id_}", self._shelf.now(connection)
            description = Comment(
                ref=f"{ref}-c1",
                id=f"{id_}-c1",
                at=at,
                author=write.author,
                text=issue.description,
                parent=ref,
            )
            created = Issue(
                ref=ref,
                id=id_,
                type=issue.type,
                title=issue.title,
                status="Open",
                state="open",
                priority=issue.priority,
                created_at=at,
                labels=list(issue.labels),
                comments=[description],
            )
            self._shelf.add_item(connection, issue_row(created))
            return created

        arguments: JsonValue = [issue.type, issue.title, issue.description, issue.priority, *issue.labels]
        return self._shelf.once(Issue, "create_issue", arguments, write, effect)

    def comment_on_issue(self, issue_id: str, text: str, write: Write) -> Comment:
        """See ``ProjectTracker``."""
        checked_text(text, "comment")

        def effect(connection: sa.Connection) -> Comment:
            row = self._shelf.find(connection, issue_id)
            id_ = self._shelf.next_part_id(connection, row, "c")
            comment = Comment(
                ref=f"project_tracker/{id_}",
                id=id_,
                at=self._shelf.now(connection),
                author=write.author,
                text=text,
                parent=f"project_tracker/{row.id}",
            )
            self._shelf.add_part(connection, row, comment)
            return comment

        return self._shelf.once(Comment, "comment_on_issue", [issue_id, text], write, effect)


class WorkspaceKnowledgeBase:
    """``KnowledgeBase`` on the embedded workspace."""

    def __init__(self, engine: sa.Engine) -> None:
        self._shelf = WritableShelf(engine, "knowledge_base", "article")

    def search_articles(self, query: str, paging: Paging) -> Page[Article]:
        """See ``KnowledgeBase``."""
        rows = self._shelf.search(query, _EVERYTHING, paging)
        items = [Article.model_validate(found.data) for found in rows.found]
        return Page(items=items, next_cursor=rows.next_cursor, total=rows.total)

    def read_article(self, article_id: str) -> Article:
        """See ``KnowledgeBase``."""
        with self._shelf.transaction() as connection:
            return Article.model_validate(self._shelf.find(connection, article_id).data)

    def list_articles(self, wanted: ArticleFilter, paging: Paging) -> Page[Article]:
        """See ``KnowledgeBase``."""
        rows = self._shelf.browse(Selection(repr(wanted), tuple(within(wanted.period))), paging)
        items = [Article.model_validate({**found.data, "body": None}) for found in rows.found]
        return Page(items=items, next_cursor=rows.next_cursor, total=rows.total)

    def draft_article(self, title: str, body: str, write: Write) -> Article:
        """See ``KnowledgeBase``."""
        checked_text(title, "title")
        checked_text(body, "body")

        def effect(connection: sa.Connection) -> Article:
            id_ = self._shelf.next_item_id(connection, "KB-")
            article = Article(
                ref=f"knowledge_base/{id_}",
                id=id_,
                title=title,
                updated_at=self._shelf.now(connection),
                body=body,
                extra={"state": "draft", "author": write.author},
            )
            self._shelf.add_item(connection, article_row(article))
            return article

        return self._shelf.once(Article, "draft_article", [title, body], write, effect)


def _ticket(found: FoundItem) -> Ticket:
    return Ticket.model_validate({**found.data, "messages": found.parts, "messages_complete": found.complete})


def _issue(found: FoundItem) -> Issue:
    return Issue.model_validate({**found.data, "comments": found.parts, "comments_complete": found.complete})

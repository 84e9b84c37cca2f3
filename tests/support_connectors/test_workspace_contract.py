"""The embedded workspace does what every backend of a category must do."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support_connectors.contract import (
    CategoryCalls,
    check_cursors,
    check_paging,
    check_reading,
    check_search_finds_what_read_shows,
    check_writing,
)
from tests.support_connectors.workspaces import many_tickets, workspace

from support_connectors.backend import (
    AccountFilter,
    ArticleFilter,
    ChatFilter,
    IssueFilter,
    Paging,
    TicketFilter,
    Write,
)
from support_connectors.categories import WORKSPACE_CATEGORIES, Category
from support_connectors.results import Page
from support_connectors.workspace.store import (
    WorkspaceStore,
    load_workspace,
    open_workspace,
    workspace_from_json,
)


def calls_of(store: WorkspaceStore, category: Category) -> CategoryCalls:
    """One category of a store under the names of the contract."""

    def by(key: str | None) -> Write:
        return Write("agent.tove", key)

    tickets, accounts, chat = store.support_platform, store.crm, store.chat
    issues, articles = store.project_tracker, store.knowledge_base
    return {
        "support_platform": CategoryCalls(
            lambda query, paging: tickets.search_tickets(query, None, paging),
            lambda paging: tickets.list_tickets(TicketFilter(), paging),
            tickets.read_ticket,
            lambda text, key: tickets.add_internal_note("TCK-1001", text, by(key)),
        ),
        "crm": CategoryCalls(
            accounts.search_accounts,
            lambda paging: accounts.list_accounts(AccountFilter(), paging),
            accounts.read_account,
            lambda text, key: accounts.log_account_activity("ACC-1", text, by(key)),
        ),
        "chat": CategoryCalls(
            chat.search_chat,
            lambda paging: chat.list_chat_messages(ChatFilter(), paging),
            lambda id_: chat.read_chat_message(id_, 0),
            lambda text, key: chat.post_chat_message("#printing", text, by(key)),
        ),
        "project_tracker": CategoryCalls(
            issues.search_issues,
            lambda paging: issues.list_issues(IssueFilter(), paging),
            issues.read_issue,
            lambda text, key: issues.comment_on_issue("ENG-77", text, by(key)),
        ),
        "knowledge_base": CategoryCalls(
            articles.search_articles,
            lambda paging: articles.list_articles(ArticleFilter(), paging),
            articles.read_article,
            lambda text, key: articles.draft_article(text, "A body.", by(key)),
        ),
    }[category]


def two_of_everything() -> dict[str, Any]:
    """The workspace with a second issue and article, and a third with parts of its own."""
    made = workspace()
    issue = {**made["records"]["project_tracker"][0], "id": "ENG-78", "comments": []}
    article = {**made["records"]["knowledge_base"][0], "id": "ART-6", "title": "Logos"}
    made["records"]["project_tracker"].append(issue)
    made["records"]["knowledge_base"].append(article)
    return made


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WorkspaceStore]:
    if request.param == "memory":
        opened = workspace_from_json(two_of_everything())
    else:
        load_workspace(two_of_everything(), tmp_path / "workspace.db")
        opened = open_workspace(tmp_path / "workspace.db")
    with opened:
        yield opened


@pytest.mark.parametrize("category", WORKSPACE_CATEGORIES)
@pytest.mark.parametrize("check", [check_search_finds_what_read_shows, check_reading, check_cursors, check_writing])
def test_a_category_of_the_workspace_keeps_the_contract(
    store: WorkspaceStore, category: Category, check: Callable[[CategoryCalls], None]
) -> None:
    check(calls_of(store, category))


@pytest.mark.parametrize("category", WORKSPACE_CATEGORIES)
def test_paging_through_a_category_is_complete_and_stable(store: WorkspaceStore, category: Category) -> None:
    calls = calls_of(store, category)
    check_paging(calls.browse)
    check_paging(lambda paging: calls.search("logo letterhead printing", paging))
    check_paging(lambda paging: calls.search("nothing-like-this", paging))


def test_paging_through_equal_times_and_equal_scores_is_complete_and_stable() -> None:
    with workspace_from_json(many_tickets(120)) as store:
        tickets = store.support_platform
        check_paging(lambda paging: tickets.search_tickets("printer", None, paging))
        check_paging(lambda paging: tickets.search_tickets("printer", "customer 3", paging))
        check_paging(lambda paging: tickets.list_tickets(TicketFilter(status="SOLVED"), paging))


def test_the_result_of_a_search_counts_all_its_pages() -> None:
    with workspace_from_json(many_tickets(120)) as store:
        page: Page[Any] = store.support_platform.search_tickets("printer", None, Paging(10))
        assert (len(page.items), page.total) == (10, 120)

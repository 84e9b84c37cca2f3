"""The access table of our category servers names every tool that they offer, and nothing else is granted."""

import pytest

from customer_escalation.connectors.tool_access import CATEGORY_TOOLS
from skill_runtime.mcp_results import FAILURE_META
from skill_runtime.tools import Access
from support_connectors.mcp_tools import ERROR_META


def test_a_tool_that_the_table_does_not_name_is_denied() -> None:
    assert CATEGORY_TOOLS.access("crm", "search_and_delete") is Access.DENIED
    assert CATEGORY_TOOLS.access("chat", "read_account") is Access.DENIED, "another category's tool"
    assert CATEGORY_TOOLS.access("crm", "Read_Account") is Access.DENIED


@pytest.mark.parametrize(
    ("category", "reads", "writes"),
    [
        (
            "support_platform",
            "search_tickets read_ticket list_tickets",
            "add_internal_note reply_to_customer set_ticket_status",
        ),
        ("crm", "search_accounts read_account list_accounts", "log_account_activity"),
        ("chat", "search_chat read_chat_message list_chat_messages", "post_chat_message"),
        ("project_tracker", "search_issues read_issue list_issues", "create_issue comment_on_issue"),
        ("knowledge_base", "search_articles read_article list_articles", "draft_article"),
    ],
)
def test_the_bundled_servers_tools_are_named(category: str, reads: str, writes: str) -> None:
    assert {CATEGORY_TOOLS.access(category, tool) for tool in reads.split()} == {Access.READ}
    assert {CATEGORY_TOOLS.access(category, tool) for tool in writes.split()} == {Access.WRITE}


def test_our_servers_say_what_failed_where_the_runtime_looks_for_it() -> None:
    assert ERROR_META == FAILURE_META

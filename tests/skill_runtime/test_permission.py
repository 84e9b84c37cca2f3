"""Access is granted by name only, tightened by what servers say, and approvals hold for one exact action."""

import pytest

from skill_runtime.permission import DEFAULT_POLICY, Action, Approval, ToolPolicy
from skill_runtime.tools import Access


def test_a_tool_that_no_row_names_is_denied() -> None:
    assert ToolPolicy({}).access("crm", "read_account") is Access.DENIED
    assert DEFAULT_POLICY.access("crm", "search_and_delete") is Access.DENIED
    assert DEFAULT_POLICY.access("chat", "read_account") is Access.DENIED, "another category's tool"
    assert DEFAULT_POLICY.access("crm", "Read_Account") is Access.DENIED


def test_the_first_row_that_matches_decides() -> None:
    policy = ToolPolicy({"crm.read_secrets": Access.DENIED, "crm.*": Access.READ, "crm.post": Access.WRITE})
    assert policy.access("crm", "read_secrets") is Access.DENIED
    assert policy.access("crm", "post") is Access.READ


def test_own_rows_come_before_those_of_the_base() -> None:
    policy = ToolPolicy({"crm.read_account": Access.DENIED, "crm.query": Access.READ}).over(DEFAULT_POLICY)
    assert policy.access("crm", "read_account") is Access.DENIED
    assert policy.access("crm", "query") is Access.READ
    assert policy.access("chat", "search_chat") is Access.READ


@pytest.mark.parametrize(
    ("granted", "read_only", "destructive", "access"),
    [
        (Access.READ, None, None, Access.READ),
        (Access.READ, True, None, Access.READ),
        (Access.READ, True, False, Access.READ),
        (Access.READ, False, None, Access.WRITE),
        (Access.READ, None, True, Access.WRITE),
        (Access.READ, True, True, Access.WRITE),
        (Access.WRITE, True, False, Access.WRITE),
        (Access.DENIED, True, False, Access.DENIED),
    ],
)
def test_hints_of_a_server_tighten_and_never_loosen(
    granted: Access, read_only: bool | None, destructive: bool | None, access: Access
) -> None:
    policy = ToolPolicy({"crm.tool": granted})
    assert policy.access("crm", "tool", read_only=read_only, destructive=destructive) is access


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
    assert {DEFAULT_POLICY.access(category, tool) for tool in reads.split()} == {Access.READ}
    assert {DEFAULT_POLICY.access(category, tool) for tool in writes.split()} == {Access.WRITE}


def test_p1_an_approval_dies_when_text_or_destination_changes() -> None:
    action = Action("slack", "post_chat_message", {"channel": "#eng", "text": "Export is down."}, preview="Post it?")
    yes = Approval(action.fingerprint, approved=True, by="dana")
    assert yes.covers(action)
    assert yes.covers(Action("slack", "post_chat_message", {"text": "Export is down.", "channel": "#eng"}))
    assert not yes.covers(Action("slack", "post_chat_message", {"channel": "#eng", "text": "Export is up."}))
    assert not yes.covers(Action("slack", "post_chat_message", {"channel": "#all", "text": "Export is down."}))
    assert not yes.covers(Action("teams", "post_chat_message", dict(action.input)))
    assert not Approval(action.fingerprint, approved=False, by="dana").covers(action)

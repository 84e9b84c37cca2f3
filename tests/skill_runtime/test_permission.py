"""Access is granted by name only, tightened by what servers say, and approvals hold for one exact action."""

import pytest

from skill_runtime.permission import ToolPolicy
from skill_runtime.tools import Access


def test_a_tool_that_no_row_names_is_denied() -> None:
    assert ToolPolicy({}).access("crm", "read_account") is Access.DENIED
    named = ToolPolicy({"crm.read_account": Access.READ, "crm.search_accounts": Access.READ})
    assert named.access("crm", "search_and_delete") is Access.DENIED
    assert named.access("chat", "read_account") is Access.DENIED, "another category's tool"
    assert named.access("crm", "Read_Account") is Access.DENIED


def test_the_first_row_that_matches_decides() -> None:
    policy = ToolPolicy({"crm.read_secrets": Access.DENIED, "crm.*": Access.READ, "crm.post": Access.WRITE})
    assert policy.access("crm", "read_secrets") is Access.DENIED
    assert policy.access("crm", "post") is Access.READ


def test_own_rows_come_before_those_of_the_base() -> None:
    base = ToolPolicy({"crm.read_account": Access.READ, "chat.search_chat": Access.READ})
    policy = ToolPolicy({"crm.read_account": Access.DENIED, "crm.query": Access.READ}).over(base)
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

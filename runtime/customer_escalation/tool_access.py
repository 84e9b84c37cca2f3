"""What the tools of our category servers may do: the rows of the access table that the product passes to the runtime."""

from skill_runtime.permission import ToolPolicy
from skill_runtime.tools import Access

_READS = {
    "support_platform": ("search_tickets", "read_ticket", "list_tickets"),
    "crm": ("search_accounts", "read_account", "list_accounts"),
    "chat": ("search_chat", "read_chat_message", "list_chat_messages"),
    "project_tracker": ("search_issues", "read_issue", "list_issues"),
    "knowledge_base": ("search_articles", "read_article", "list_articles"),
    "email": ("search_mail", "read_mail", "list_mail"),
    "cloud_storage": ("search_files", "read_file", "list_files"),
}
_WRITES = {
    "support_platform": ("add_internal_note", "reply_to_customer", "set_ticket_status"),
    "crm": ("log_account_activity",),
    "chat": ("post_chat_message",),
    "project_tracker": ("create_issue", "comment_on_issue"),
    "knowledge_base": ("draft_article",),
    "email": ("draft_mail",),
    "cloud_storage": ("store_file",),
}

CATEGORY_TOOLS = ToolPolicy(
    {f"{category}.{tool}": Access.READ for category, tools in _READS.items() for tool in tools}
    | {f"{category}.{tool}": Access.WRITE for category, tools in _WRITES.items() for tool in tools}
)
"""The category servers' tools by name; other servers' tools are denied until a row names them."""

"""What the tools of our category servers may do: the rows of the access table that the product passes to the runtime."""

from skill_runtime.permission import ToolPolicy
from skill_runtime.tools import Access
from support_connectors.categories import CATEGORY_TABLE

CATEGORY_TOOLS = ToolPolicy(
    {f"{row.id}.{tool.name}": Access.READ for row in CATEGORY_TABLE.values() for tool in row.reads}
    | {f"{row.id}.{tool.name}": Access.WRITE for row in CATEGORY_TABLE.values() for tool in row.writes}
)
"""The category servers' tools by name; other servers' tools are denied until a row names them."""

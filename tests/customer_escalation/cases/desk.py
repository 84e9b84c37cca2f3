"""Systems whose tickets and items can be read again and change meanwhile."""

from typing import Any

from tests.customer_escalation.cases.opened import Quiet
from tests.customer_escalation.drafts import records

from customer_escalation.cases.connection import ASKED_FOR, OpenedSystems
from skill_runtime.connectors import ConnectorState
from skill_runtime.tools import Access, Tool, ToolReturn, ToolSpec

PARTS = {"ticket": "messages", "issue": "comments"}


class Desk(Quiet):
    """``Quiet``, and what ``items`` holds can be read: items as their servers give them, by ref."""

    def __init__(self) -> None:
        super().__init__()
        known = records()
        self.items: dict[str, dict[str, Any]] = {}
        for item in known.of_kind("ticket", "issue"):
            parts = [dict(part.data) | {"ref": part.ref} for part in known.parts(item)]
            self.items[item.ref] = {**item.data, "ref": item.ref, PARTS[str(item.data["kind"])]: parts}
        self.reads: list[str] = []

    async def connection(self) -> OpenedSystems:
        """With the reading tools of both."""
        states = [ConnectorState(row.id, "connected", row.id) for row in ASKED_FOR]
        tools = [self._tool("read_ticket", "support_platform"), self._tool("read_issue", "project_tracker")]
        return OpenedSystems(tools, lambda: states)

    def _tool(self, name: str, category: str) -> Tool:
        async def run(given: dict[str, Any]) -> ToolReturn:
            ref = given["id"] if "/" in given["id"] else f"{category}/{given['id']}"
            self.reads.append(ref)
            found = self.items.get(ref)
            return (
                ToolReturn("", {"item": found})
                if found
                else ToolReturn("There is none.", is_error=True, failure="not_found")
            )

        schema = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
        return Tool(ToolSpec(name, "", schema), Access.READ, run, category, category)

"""Two systems of one category stay apart, and a server of another form is adopted, through the host."""

import json
from pathlib import Path
from typing import Any

from mcp.server import MCPServer

from customer_escalation.connectors.adapter import ConnectionAdapter
from customer_escalation.connectors.gate import Guarded, TrustGate
from customer_escalation.connectors.known import KnownServer
from customer_escalation.connectors.tool_access import CATEGORY_TOOLS
from skill_runtime.ledger import Ledger
from skill_runtime.mcp_host import McpHost, ServerSpec
from skill_runtime.tools import ToolReturn
from skill_runtime.trust import TrustStore
from support_connectors.serving import build_category_server
from support_connectors.workspace.store import workspace_from_json


def tracker(title: str) -> MCPServer:
    issue: dict[str, Any] = {
        "id": "17", "type": "bug", "title": title, "status": "open", "priority": "high", "created_at": "2026-11-01", "labels": [],
        "comments": [{"at": "2026-11-02", "author": "kim", "text": f"seen in {title}"}],
    }  # fmt: skip
    store = workspace_from_json({"records": {"project_tracker": [issue]}})
    return build_category_server("project_tracker", store.backend("project_tracker"))


async def run(host: McpHost, server: str, tool: str, **arguments: Any) -> ToolReturn:
    found = next(one for one in host.all_tools if (one.server, one.remote_name) == (server, tool))
    return await found.run(arguments)


async def test_the_same_number_in_two_trackers_is_two_issues() -> None:
    specs = [ServerSpec(label, "project_tracker", tracker(f"Crash in {label}")) for label in ("jira", "github")]
    async with McpHost(specs, CATEGORY_TOOLS, adapter=ConnectionAdapter({}, {"project_tracker"})) as host:
        ledger = Ledger()
        for server in ("jira", "github"):
            ledger.add((await run(host, server, "search_issues", query="crash")).structured or {})
        assert {ref for ref in ledger.records if "-c" not in ref} == {
            "project_tracker/jira:17",
            "project_tracker/github:17",
        }
        record = ledger.get("project_tracker/github:17")
        assert record is not None
        assert record.data["title"] == "Crash in github"
        outcome = await run(host, "github", "read_issue", id="github:17")
        assert "[project_tracker/github:17] issue" in outcome.text
        assert "[project_tracker/github:17-c1] comment" in outcome.text
        by_ref = await run(host, "github", "read_issue", id="project_tracker/github:17")
        assert by_ref.structured == outcome.structured
        comment = (outcome.structured or {})["item"]["comments"][0]
        assert comment["parent"] == "project_tracker/github:17"


async def test_one_system_of_a_category_keeps_its_ids() -> None:
    async with McpHost(
        [ServerSpec("jira", "project_tracker", tracker("x"))], CATEGORY_TOOLS, adapter=ConnectionAdapter({}, ())
    ) as host:
        assert (await run(host, "jira", "read_issue", id="17")).structured["item"]["ref"] == "project_tracker/17"  # type: ignore[index]


async def test_a_foreign_answer_is_adopted_into_the_category_of_its_tool(tmp_path: Path) -> None:
    server = MCPServer("suite")

    @server.tool()
    def search_pages(query: str) -> str:
        """Search pages."""
        return json.dumps({"results": [{"id": "p1", "title": "Pool sizes", "text": "Raise it."}]})

    known = KnownServer(
        title="Suite",
        category="project_tracker",
        packages=("x",),
        read=("search_*",),
        categories={"*page*": "knowledge_base"},
    )
    guarded = {"suite": Guarded("here", known)}
    gate = TrustGate(TrustStore(tmp_path / "trust.json"), guarded)
    specs = [ServerSpec("suite", "project_tracker", server)]
    async with McpHost(specs, gate, adapter=ConnectionAdapter(guarded, ())) as host:
        [tool] = host.tools
        assert tool.category == "knowledge_base"
        outcome = await tool.run({"query": "knowledge_base/p1"})
    assert (outcome.structured or {})["items"][0]["ref"] == "knowledge_base/p1"
    assert "[knowledge_base/p1] article" in outcome.text

"""opencode: its command holds the skill, and its sessions drive the servers through the whole job."""

import json
import shutil
from pathlib import Path
from typing import Any, cast

import pytest
from tests.assistants.clients import client, documented, run
from tests.assistants.job import DONE, ISSUE, calls, check_answers, text_of
from tests.messages_api import Block, MessagesServer, text, use

from support_connectors.categories import CATEGORY_TABLE, Category, WriteTool

pytestmark = pytest.mark.node
QUIET = dict.fromkeys(
    (
        "OPENCODE_DISABLE_AUTOUPDATE", "OPENCODE_DISABLE_MODELS_FETCH", "OPENCODE_DISABLE_LSP_DOWNLOAD",
        "OPENCODE_DISABLE_DEFAULT_PLUGINS",
    ), "1",
)  # fmt: skip


def script(body: dict[str, Any]) -> list[Block]:
    """The model of these tests; a request without tools asks for a title."""
    if not body.get("tools"):
        return [text("A title")]
    turn = sum(message["role"] == "assistant" for message in body["messages"])
    plan = calls("\n".join(text_of(message["content"]) for message in body["messages"]))
    if turn >= len(plan):
        return [text(DONE)]
    return [use(f"{server}_{tool}", **arguments) for server, tool, arguments in plan[turn]]


def test_the_whole_job_runs_in_opencode(plugin: Path, home: Path, project: Path) -> None:
    shutil.copytree(plugin / "skills" / "customer-escalation", project / ".opencode" / "skills" / "customer-escalation")
    copied = json.loads(documented("json").replace("FOLDER", str(plugin)))
    with MessagesServer(script) as server:
        model = "anthropic/claude-sonnet-4-5"
        settings = {
            "model": model, "small_model": model, "autoupdate": False, "share": "disabled",
            "provider": {"anthropic": {"options": {"baseURL": f"{server.url}/v1", "apiKey": "test-key"}}},
            **copied,
        }  # fmt: skip
        (project / "opencode.json").write_text(json.dumps(settings), encoding="utf-8")
        command = [client("opencode"), "run", "--format", "json", "--pure", "--command", "customer-escalation", ISSUE]
        done = run(command, home, project, QUIET)
    talks = [request.body for request in server.requests if request.body.get("tools")]
    first = "\n".join(text_of(message["content"]) for message in talks[0]["messages"])
    assert ISSUE in first
    skill = (plugin / "skills" / "customer-escalation" / "SKILL.md").read_text(encoding="utf-8").split("---\n", 2)[2]
    for line in skill.splitlines():
        assert "$ARGUMENTS" in line or line.strip() in first, line
    blocks = [block for message in talks[-1]["messages"] for block in message["content"] if isinstance(block, dict)]
    results = {block["tool_use_id"]: text_of(block["content"]) for block in blocks if block["type"] == "tool_result"}
    check_answers([results[block["id"]] for block in blocks if block["type"] == "tool_use"])
    assert DONE in done.stdout


WRITES = [name for name, access in json.loads(documented("json"))["permission"].items() if access == "ask"]


def test_every_writing_tool_asks_by_the_documented_lines() -> None:
    servers = {name: entry["command"][-1] for name, entry in json.loads(documented("json"))["mcp"].items()}
    writing = {
        f"{server}_{tool.name}"
        for server, category in servers.items()
        if category in CATEGORY_TABLE
        for tool in CATEGORY_TABLE[cast("Category", category)].tools
        if isinstance(tool, WriteTool)
    }
    assert set(WRITES) == writing | {"escalation_carry_out", "escalation_request_approval"}
    assert set(servers.values()) == {*CATEGORY_TABLE, "escalation"}

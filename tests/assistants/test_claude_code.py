"""Claude Code: the plugin is valid, installs, and works in a headless session against the Messages API test server."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.assistants.clients import client, records, run
from tests.assistants.job import DONE, ISSUE, calls, check_answers, text_of
from tests.messages_api import Block, MessagesServer, text, use

pytestmark = pytest.mark.node
PREFIX = "mcp__plugin_customer-escalation_"
QUIET = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "ENABLE_TOOL_SEARCH": "false", "MCP_CONNECTION_NONBLOCKING": "false",
    "ANTHROPIC_API_KEY": "test-key", "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
}  # fmt: skip
SERVERS = {"support", "crm", "chat", "tracker", "knowledge", "email", "storage", "escalation"}


def script(body: dict[str, Any]) -> list[Block]:
    """The model of these tests, turn by turn."""
    turn = sum(message["role"] == "assistant" for message in body["messages"])
    heard = "\n".join(text_of(message["content"]) for message in body["messages"])
    plan = calls(heard)
    if turn >= len(plan):
        return [text(DONE)]
    return [use(f"{PREFIX}{server}__{tool}", **arguments) for server, tool, arguments in plan[turn]]


def session(
    server: MessagesServer, plugin: Path, home: Path, project: Path, prompt: str, *flags: str
) -> list[dict[str, Any]]:
    """One headless session; its events."""
    command = [
        client("claude"),
        "-p",
        prompt,
        "--plugin-dir",
        str(plugin),
        "--output-format",
        "stream-json",
        "--verbose",
        *flags,
    ]
    done = run(command, home, project, {**QUIET, "ANTHROPIC_BASE_URL": server.url})
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def test_the_plugin_and_the_marketplace_are_valid(plugin: Path, home: Path, project: Path) -> None:
    for place in (plugin, plugin / ".claude-plugin" / "plugin.json", plugin / ".claude-plugin" / "marketplace.json"):
        done = run([client("claude"), "plugin", "validate", "--strict", str(place)], home, project, QUIET)
        assert "Validation passed" in done.stdout


def test_it_installs_from_a_marketplace_and_every_server_connects(plugin: Path, home: Path, project: Path) -> None:
    claude = client("claude")
    run([claude, "plugin", "marketplace", "add", str(plugin)], home, project, QUIET)
    run([claude, "plugin", "install", "customer-escalation@customer-escalation"], home, project, QUIET)
    listed = json.loads(run([claude, "plugin", "list", "--json"], home, project, QUIET).stdout)
    entry = next(one for one in listed if one["id"].startswith("customer-escalation@"))
    assert entry["enabled"]
    assert set(entry["mcpServers"]) == SERVERS
    connected = run([claude, "mcp", "list"], home, project, QUIET).stdout
    for server in SERVERS:
        line = next(line for line in connected.splitlines() if f":{server}:" in line)
        assert "Connected" in line, line


def test_the_slash_command_gathers_checks_and_shows_a_brief(plugin: Path, home: Path, project: Path) -> None:
    with MessagesServer(script) as server:
        events = session(server, plugin, home, project, f"/customer-escalation {ISSUE}")
    began = next(event for event in events if event.get("subtype") == "init")
    states = {one["name"].rpartition(":")[2]: one["status"] for one in began["mcp_servers"]}
    assert states == dict.fromkeys(SERVERS, "connected")
    tools = [name for name in began["tools"] if name.startswith(PREFIX)]
    assert tools
    assert all(len(name) <= 64 for name in tools)
    first = server.requests[0].body
    told = "\n".join(text_of(message["content"]) for message in first["messages"]) + text_of(first.get("system"))
    assert f"The issue to work on: {ISSUE}" in told
    skill = (plugin / "skills" / "customer-escalation" / "SKILL.md").read_text(encoding="utf-8").split("---\n", 2)[2]
    for line in skill.splitlines():
        assert "$ARGUMENTS" in line or line in told, line
    assert "Tools to write an escalation brief that holds" in told
    last = [
        block
        for message in server.requests[-1].body["messages"]
        for block in message["content"]
        if isinstance(block, dict)
    ]
    results = {block["tool_use_id"]: block for block in last if block["type"] == "tool_result"}
    check_answers([text_of(results[block["id"]]["content"]) for block in last if block["type"] == "tool_use"])
    assert not any(block.get("is_error") for block in results.values())
    ended = events[-1]
    assert (ended["subtype"], ended["result"], ended["permission_denials"]) == ("success", DONE, [])


@pytest.mark.parametrize(
    ("server_name", "tool", "arguments"),
    [
        ("support", "reply_to_customer", {"id": "KB-5266", "text": "Hello", "author": "x"}),
        ("chat", "post_chat_message", {"channel": "#billing-ops", "text": "Hello", "author": "x"}),
        ("tracker", "create_issue", {"type": "bug", "title": "x", "description": "y", "priority": "p1", "author": "x"}),
    ],
)
def test_no_allow_rule_lets_a_writing_tool_run(
    plugin: Path, home: Path, project: Path, server_name: str, tool: str, arguments: dict[str, Any]
) -> None:
    turns = [[use(f"{PREFIX}{server_name}__{tool}", **arguments)], [text(DONE)]]
    before = records(home)
    with MessagesServer(turns) as server:
        allowed = f"{PREFIX}{server_name},{PREFIX}{server_name}__{tool}"
        events = session(server, plugin, home, project, f"/customer-escalation {ISSUE}", "--allowedTools", allowed)
    offered = next(event for event in events if event.get("subtype") == "init")["tools"]
    assert f"{PREFIX}{server_name}__{tool}" not in offered
    answer = server.requests[-1].body["messages"][-1]["content"][0]
    assert answer["is_error"], answer
    assert records(home) == before


@pytest.mark.parametrize(
    ("tool", "arguments"), [("save_brief", {"case": "x"}), ("carry_out", {"case": "x", "action": "1"})]
)
def test_what_writes_asks_the_person(
    plugin: Path, home: Path, project: Path, tool: str, arguments: dict[str, Any]
) -> None:
    name = f"{PREFIX}escalation__{tool}"
    rules = [(), ("--allowedTools", f"{PREFIX}escalation,{name}")] if tool == "carry_out" else [()]
    for rule in rules:
        with MessagesServer([[use(name, **arguments)], [text(DONE)]]) as server:
            events = session(server, plugin, home, project, f"/customer-escalation {ISSUE}", *rule)
        assert [denied["tool_name"] for denied in events[-1]["permission_denials"]] == [name], rule


def test_the_references_can_be_read_without_asking(plugin: Path, home: Path, project: Path) -> None:
    reference = plugin / "skills" / "customer-escalation" / "references" / "brief.md"
    with MessagesServer([[use("Read", file_path=str(reference))], [text(DONE)]]) as server:
        events = session(server, plugin, home, project, f"/customer-escalation {ISSUE}")
    assert events[-1]["permission_denials"] == []
    told = text_of(server.requests[-1].body["messages"][-1]["content"])
    assert reference.read_text(encoding="utf-8").splitlines()[0] in told

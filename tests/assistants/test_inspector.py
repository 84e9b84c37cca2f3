"""The MCP Inspector's command line against the plugin's own configuration."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.assistants.clients import client, run

pytestmark = pytest.mark.node
SERVERS = ("support", "crm", "chat", "tracker", "knowledge", "email", "storage", "escalation")


def inspect(plugin: Path, home: Path, server: str, method: str, *arguments: str) -> Any:
    """What the Inspector prints for one request to a server of the plugin."""
    command = [client("mcp-inspector"), "--cli", "--config", str(plugin / ".mcp.json"), "--server", server]
    answer = json.loads(run([*command, "--method", method, *arguments, "-q", "--format", "json"], home, plugin).stdout)
    return answer.get("result", answer)


@pytest.mark.parametrize("server", SERVERS)
def test_every_server_of_the_configuration_answers(plugin: Path, home: Path, server: str) -> None:
    tools = inspect(plugin, home, server, "tools/list", "--strict")["tools"]
    assert bool(tools) == (server not in ("email", "storage"))


def test_the_escalation_server_has_tools_prompts_skills_and_a_card(plugin: Path, home: Path) -> None:
    due = inspect(plugin, home, "escalation", "tools/call", "--tool-name", "followups", "--tool-args-json", "{}")
    assert due["structuredContent"]["open"] == []
    prompts = inspect(plugin, home, "escalation", "prompts/list")["prompts"]
    assert {prompt["name"] for prompt in prompts} == {"followups"}
    card = inspect(plugin, home, "escalation", "resources/read", "--uri", "ui://customer-escalation/brief.html")
    assert card["contents"][0]["mimeType"] == "text/html;profile=mcp-app"


def test_the_skill_is_listed_and_its_digests_hold(plugin: Path, home: Path) -> None:
    listed = inspect(plugin, home, "escalation", "skills/list", "--verify", "--protocol-era", "modern")
    assert "customer-escalation" in json.dumps(listed)

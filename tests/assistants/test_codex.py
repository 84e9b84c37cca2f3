"""Codex: installs the same folder, reads the skill, and drives the servers through the whole job."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.assistants.clients import client, documented, records, run
from tests.assistants.job import DONE, ISSUE, calls, check_answers
from tests.responses_api import Call, ResponsesServer

pytestmark = pytest.mark.node
NAME = "customer-escalation@customer-escalation"
CONFIG = """model = "gpt-5"
model_provider = "test"
check_for_update_on_startup = false
[model_providers.test]
name = "test"
base_url = "{url}"
wire_api = "responses"
env_key = "TEST_KEY"
[analytics]
enabled = false
"""
WAIT = Call("exec_command", {"cmd": "sleep 4"})
"""Codex sends its first request before the servers of plugins are up."""


@pytest.fixture
def installed(plugin: Path, home: Path, project: Path) -> Path:
    """A home in which Codex has the plugin."""
    (home / ".codex").mkdir()
    run([client("codex"), "plugin", "marketplace", "add", str(plugin)], home, project)
    run([client("codex"), "plugin", "add", NAME], home, project)
    return home


def session(server: ResponsesServer, home: Path, project: Path, prompt: str) -> list[dict[str, Any]]:
    """One headless session; its events."""
    config = home / ".codex" / "config.toml"
    kept = config.read_text(encoding="utf-8") if config.exists() else ""
    config.write_text(documented("toml") + CONFIG.format(url=server.url) + kept, encoding="utf-8")
    command = [client("codex"), "exec", "--json", "--skip-git-repo-check", prompt]
    done = run(command, home, project, {"TEST_KEY": "test-key"})
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def outputs(body: dict[str, Any]) -> dict[str, str]:
    """What tools answered so far, by call."""
    return {
        item["call_id"]: json.dumps(item["output"]) for item in body["input"] if item["type"] == "function_call_output"
    }


def script(body: dict[str, Any]) -> Sequence[Call] | str:
    """The model of these tests, one call a turn."""
    done = sum(item["type"] == "function_call" for item in body["input"])
    if done == 0:
        return [WAIT]
    plan = [call for turn in calls(json.dumps(body["input"])) for call in turn]
    if done > len(plan):
        return DONE
    server, tool, arguments = plan[done - 1]
    return [Call(tool, arguments, f"mcp__{server}")]


def test_the_same_folder_installs_and_starts_every_server(installed: Path, project: Path) -> None:
    listed = json.loads(run([client("codex"), "mcp", "list", "--json"], installed, project).stdout)
    assert {server["name"] for server in listed} == {
        "support", "crm", "chat", "tracker", "knowledge", "email", "storage", "escalation",
    }  # fmt: skip


def test_the_whole_job_runs_in_codex(plugin: Path, installed: Path, project: Path) -> None:
    with ResponsesServer(script) as server:
        events = session(server, installed, project, f"$customer-escalation:customer-escalation {ISSUE}")
    first = json.dumps(server.requests[0]["input"])
    skill = (plugin / "skills" / "customer-escalation" / "SKILL.md").read_text(encoding="utf-8")
    for line in skill.splitlines():
        assert json.dumps(line)[1:-1] in first, line
    assert ISSUE in first
    last = server.requests[-1]["input"]
    told = outputs(server.requests[-1])
    order = [item["call_id"] for item in last if item["type"] == "function_call"][1:]
    check_answers([json.loads(told[call]).replace('\\"', '"') for call in order])
    words = [event["item"]["text"] for event in events if event.get("item", {}).get("type") == "agent_message"]
    assert words[-1] == DONE


@pytest.mark.parametrize(
    ("server_name", "tool", "arguments"),
    [
        ("support", "reply_to_customer", {"id": "KB-5266", "text": "Hello", "author": "x"}),
        ("support", "add_internal_note", {"id": "KB-5266", "text": "Hello", "author": "x"}),
        ("crm", "log_account_activity", {"id": "K-1", "text": "Hello", "author": "x"}),
        ("chat", "post_chat_message", {"channel": "#billing-ops", "text": "Hello", "author": "x"}),
        ("knowledge", "draft_article", {"title": "x", "body": "y", "author": "x"}),
    ],
)
def test_no_writing_tool_runs(
    home: Path, installed: Path, project: Path, server_name: str, tool: str, arguments: dict[str, Any]
) -> None:
    def tries(body: dict[str, Any]) -> Sequence[Call] | str:
        made = [item for item in body["input"] if item["type"] == "function_call"]
        return [[WAIT], [Call(tool, arguments, f"mcp__{server_name}")]][len(made)] if len(made) < 2 else DONE

    before = records(home)
    with ResponsesServer(tries) as server:
        session(server, installed, project, "Write something")
    assert len(outputs(server.requests[-1])) == 2
    assert records(home) == before


def test_carrying_out_needs_the_persons_approval(installed: Path, project: Path) -> None:
    def tries(body: dict[str, Any]) -> Sequence[Call] | str:
        made = [item for item in body["input"] if item["type"] == "function_call"]
        call = Call("carry_out", {"case": "x", "action": "1"}, "mcp__escalation")
        return [[WAIT], [call]][len(made)] if len(made) < 2 else DONE

    with ResponsesServer(tries) as server:
        session(server, installed, project, "Write something")
    assert "requires approval" in list(outputs(server.requests[-1]).values())[-1]

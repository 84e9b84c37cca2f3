"""Claude Code: the plugin is valid, installs, and works in a headless session against the Messages API test server."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.assistants.clients import client, records, run, surroundings, texts
from tests.assistants.job import DONE, ISSUE, calls, check_answers, text_of
from tests.assistants.screen import on_screen
from tests.customer_escalation.mcp_server.desk import handed, scripted
from tests.messages_api import Block, MessagesServer, text, use

pytestmark = pytest.mark.node
PREFIX = "mcp__plugin_customer-escalation_"
QUIET = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "ANTHROPIC_API_KEY": "test-key",
    "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
}  # fmt: skip
WAYS = {
    "as users have it": {},
    "without tool search": {"ENABLE_TOOL_SEARCH": "false", "MCP_CONNECTION_NONBLOCKING": "false"},
}
"""With tool search on, schemas are loaded on demand and servers connect in the background."""
SERVERS = {"support", "crm", "chat", "tracker", "knowledge", "email", "storage", "escalation"}


def script(body: dict[str, Any]) -> list[Block]:
    """The model of these tests, turn by turn; it ends as the skill says, with the brief that `check_brief` answered."""
    turn = sum(message["role"] == "assistant" for message in body["messages"])
    heard = "\n".join(text_of(message["content"]) for message in body["messages"])
    plan = calls(heard)
    if turn >= len(plan):
        return [text(brief_in(heard))]
    return [use(f"{PREFIX}{server}__{tool}", **arguments) for server, tool, arguments in plan[turn]]


def brief_in(saved: str) -> str:
    """The brief in the answer of `check_brief` that accepted it."""
    told, _ = json.JSONDecoder().raw_decode(saved[saved.rindex('{"text":"Accepted') :])
    return str(told["text"]).partition("Saved as ")[2].partition("\n\n")[2]


def session(
    server: MessagesServer, plugin: Path, home: Path, project: Path, prompt: str, *flags: str, **more: str
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
    done = run(command, home, project, {**QUIET, **more, "ANTHROPIC_BASE_URL": server.url})
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


@pytest.mark.parametrize("way", WAYS)
def test_the_slash_command_gathers_checks_and_ends_with_the_brief(
    plugin: Path, home: Path, project: Path, way: str
) -> None:
    with MessagesServer(script) as server:
        events = session(server, plugin, home, project, f"/customer-escalation {ISSUE}", **WAYS[way])
    began = next(event for event in events if event.get("subtype") == "init")
    states = {one["name"].rpartition(":")[2]: one["status"] for one in began["mcp_servers"]}
    assert set(states) == SERVERS
    assert states["escalation"] == "connected"
    names = [name for name in began["tools"] if name.startswith(PREFIX)]
    assert {f"{PREFIX}escalation__{name}" for name in ("assess", "check_brief", "save_brief")} <= set(names)
    assert all(len(name) <= 64 for name in names)
    first = server.requests[0].body
    listed = {tool["name"] for tool in first["tools"]}
    assert {f"{PREFIX}escalation__{name}" for name in ("assess", "check_brief")} <= listed
    assert (f"{PREFIX}escalation__deescalate" in listed) == (way == "without tool search")
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
    assert (ended["subtype"], ended["permission_denials"]) == ("success", [])
    assert "\n## ESCALATION: " in ended["result"]


def test_the_documented_line_without_a_screen_prints_the_checked_brief(plugin: Path, home: Path, project: Path) -> None:
    """What stands in docs/assistants.md, word for word, by a shell; what it prints is what was checked."""
    document = (plugin / "docs" / "assistants.md").read_text(encoding="utf-8")
    line = next(line for line in document.splitlines() if line.startswith("claude -p "))
    assert "/customer-escalation" in line
    with MessagesServer(script) as server:
        environment = {**QUIET, "ANTHROPIC_BASE_URL": server.url}
        claude = client("claude")
        run([claude, "plugin", "marketplace", "add", str(plugin)], home, project, environment)
        run([claude, "plugin", "install", "customer-escalation@customer-escalation"], home, project, environment)
        whole = line.replace("API returning 500 errors intermittently for Acme Corp", ISSUE)
        assert whole != line
        path = f"{Path(claude).parent}:$PATH"
        done = run(["sh", "-c", f'PATH="{path}"; {whole}'], home, project, environment)
    printed = (project / "brief.md").read_text(encoding="utf-8")
    (saved,) = (project / "escalations").glob("*.md")
    assert saved.read_text(encoding="utf-8").strip() in printed
    assert done.stdout == ""
    launcher = str(plugin / "bin" / "customer-escalation")
    checked = run(["sh", launcher, "check", "brief.md"], home, project, environment)
    assert "This is the checked text of case" in checked.stdout


@pytest.mark.parametrize("way", WAYS)
def test_a_request_in_plain_words_gets_the_skill_and_may_use_what_reads(
    plugin: Path, home: Path, project: Path, way: str
) -> None:
    turns = [
        [use("Skill", skill="customer-escalation:customer-escalation", args=ISSUE)],
        [use(f"{PREFIX}support__read_ticket", id="KB-5266")],
        [text(DONE)],
    ]
    with MessagesServer(turns) as server:
        events = session(server, plugin, home, project, f"Please escalate this: {ISSUE}", **WAYS[way])
    assert events[-1]["permission_denials"] == []
    said = json.dumps(server.requests[-1].body["messages"])
    assert "The issue to work on" in said
    assert "support_platform/KB-5266" in said


def test_the_menu_has_one_entry_for_the_skill(plugin: Path, home: Path, project: Path) -> None:
    with MessagesServer([[text(DONE)]]) as server:
        events = session(server, plugin, home, project, "Hello")
    began = next(event for event in events if event.get("subtype") == "init")
    entries = [name for name in began["slash_commands"] if "customer-escalation" in name.rpartition("__")[2]]
    assert entries == ["customer-escalation:customer-escalation"]


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
    ("tool", "arguments"), [("deescalate", {"case": "x"}), ("carry_out", {"case": "x", "action": "1"})]
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


def test_no_other_file_is_read_for_being_called_alike(plugin: Path, home: Path, project: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "skills" / "customer-escalation" / "references" / "secret.md"
    elsewhere.parent.mkdir(parents=True)
    elsewhere.write_text("secret", encoding="utf-8")
    around = f"{plugin}/skills/customer-escalation/references/../../../../../{elsewhere.relative_to('/')}"
    turns = [[use("Read", file_path=str(elsewhere)), use("Read", file_path=around)], [text(DONE)]]
    with MessagesServer(turns) as server:
        events = session(server, plugin, home, project, f"/customer-escalation {ISSUE}")
    assert len(events[-1]["permission_denials"]) == 2
    assert "secret" not in json.dumps(server.requests[-1].body["messages"][-1]["content"]).replace("secret.md", "")


def approving(body: dict[str, Any]) -> list[Block]:
    """A model that brings the case to a brief and asks for the approval of its first reply."""
    if not body.get("tools"):
        return [text("A title")]
    turn = sum(message["role"] == "assistant" for message in body["messages"])
    heard = "\n".join(text_of(message["content"]) for message in body["messages"])
    assess, _, check = calls(heard)[1:]
    case, (facts, _, draft) = check[0][2]["case"], scripted("15")
    exact = {"destination": draft["drafts"][0]["ticket"], "text": draft["drafts"][0]["text"]}
    plan = [
        use(f"{PREFIX}escalation__assess", issue=ISSUE, facts=facts),
        use(f"{PREFIX}escalation__check_brief", case=case, **handed(draft)),
        use(f"{PREFIX}escalation__request_approval", case=case, action="2", carry_out=True, **exact),
    ]
    assert assess
    return [plan[turn]] if turn < len(plan) else [text(DONE)]


def approvals(home: Path) -> list[str]:
    """Who approved what, in all journals of the user."""
    runs = (home / ".local" / "share" / "customer-escalation" / "runs").rglob("*.jsonl")
    lines = [json.loads(line) for run_ in runs for line in run_.read_text(encoding="utf-8").splitlines()]
    return [line["data"]["by"] for line in lines if line["type"] == "approval"]


@pytest.mark.parametrize("mode", ["auto", "default", "acceptEdits", "bypassPermissions"])
def test_a_person_sees_the_whole_text_and_is_asked_once(plugin: Path, home: Path, project: Path, mode: str) -> None:
    key = "test-key"
    trusted = {str(project): {"hasTrustDialogAccepted": True, "hasCompletedProjectOnboarding": True}}
    settings = {
        "hasCompletedOnboarding": True, "theme": "dark", "customApiKeyResponses": {"approved": [key], "rejected": []},
        "projects": trusted, "bypassPermissionsModeAccepted": True,
    }  # fmt: skip
    (home / ".claude.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [client("claude"), "--plugin-dir", str(plugin), "--permission-mode", mode, "Escalate this"]
    reply = scripted("15")[2]["drafts"][0]["text"]
    with MessagesServer(approving) as server:
        environment = {**surroundings(home), **QUIET, "ANTHROPIC_BASE_URL": server.url, "IS_SANDBOX": "1"}
        with on_screen(command, environment, project) as screen:
            seen = screen.wait(lambda words: "Do you want to proceed?" in words)
            for line in filter(None, reply.splitlines()):
                assert " ".join(line.split()) in seen
            assert approvals(home) == []
            screen.type("\r")
            screen.wait(lambda words: DONE in words)
            assert screen.words.count("requests your input") == 0
    assert approvals(home) == ["the person at the client"]
    assert texts(home).count(reply) == 1, "and it was carried out at that one yes"


def test_without_a_screen_nobody_approves_whatever_rule_allows_it(plugin: Path, home: Path, project: Path) -> None:
    command = [client("claude"), "-p", "Escalate this", "--plugin-dir", str(plugin), "--output-format", "stream-json", "--verbose",
               "--allowedTools", f"{PREFIX}escalation", f"{PREFIX}escalation__request_approval"]  # fmt: skip
    with MessagesServer(approving) as server:
        done = run(command, home, project, {**QUIET, "ANTHROPIC_BASE_URL": server.url})
    ended = json.loads(done.stdout.splitlines()[-1])
    assert [denied["tool_name"] for denied in ended["permission_denials"]] == [f"{PREFIX}escalation__request_approval"]
    assert approvals(home) == []

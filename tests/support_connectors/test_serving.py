"""Starting a server as a process: what it needs, and what it says where that is not there."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters
from tests.support_connectors.workspaces import workspace


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "support_connectors", *arguments],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={"PATH": "", **env},
    )


@pytest.fixture
def workspace_file(tmp_path: Path) -> Path:
    path = tmp_path / "workspace.json"
    path.write_text(json.dumps(workspace()), encoding="utf-8")
    return path


def test_without_a_workspace_it_says_how_to_load_one(tmp_path: Path) -> None:
    for env in ({"CUSTOMER_ESCALATION_DB": str(tmp_path / "none.db")}, {"HOME": str(tmp_path)}):
        ended = run("crm", **env)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr.startswith("There is no workspace at ")
        assert "customer-escalation workspace load FILE.json" in ended.stderr
        assert ended.stderr.count("\n") == 1


def test_a_broken_workspace_is_refused_with_its_path(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"records": {"crm": [{}]}}', encoding="utf-8")
    ended = run("crm", "--workspace", str(broken))
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"{broken}: ")
    assert "records.crm[0].id: is missing." in ended.stderr
    assert "records.crm[0].name: is missing." in ended.stderr


@pytest.mark.parametrize(
    "arguments", [[], ["billing"], ["crm", "--http", "many"], ["crm", "--workspace"]], ids=lambda given: " ".join(given)
)
def test_wrong_usage_is_explained(arguments: list[str]) -> None:
    ended = run(*arguments)
    assert ended.returncode == 2
    assert ended.stderr.startswith("usage: support_connectors")


@pytest.mark.parametrize(
    ("host", "says"),
    [("0.0.0.0", "has no log-in"), ("192.0.2.1", "has no log-in"), ("example.org", "not an address of this machine")],
)
def test_only_the_loopback_interface_is_listened_on(workspace_file: Path, host: str, says: str) -> None:
    ended = run("crm", "--workspace", str(workspace_file), "--http", "0", "--host", host)
    assert ended.returncode == 2
    assert says in ended.stderr


def test_a_port_that_is_taken_or_impossible_is_named(workspace_file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for port in (str(taken.getsockname()[1]), "70000"):
            ended = run("crm", "--workspace", str(workspace_file), "--http", port)
            assert ended.returncode == 2
            assert f"Port {port} on 127.0.0.1 cannot be used" in ended.stderr


async def test_a_workspace_file_is_served_from_memory_and_left_as_it_is(workspace_file: Path) -> None:
    before = workspace_file.read_bytes()
    command = ["-m", "support_connectors", "chat", "--workspace", str(workspace_file)]
    async with Client(StdioServerParameters(command=sys.executable, args=command)) as client:
        await client.call_tool("post_chat_message", {"channel": "#general", "text": "zanzibar"})
        result = await client.call_tool("search_chat", {"query": "zanzibar"})
        assert result.structured_content is not None
        assert result.structured_content["total"] == 1
    assert workspace_file.read_bytes() == before
    assert sorted(path.name for path in workspace_file.parent.iterdir()) == ["workspace.json"]


def test_the_server_ends_when_its_client_leaves(workspace_file: Path) -> None:
    ended = run("crm", "--workspace", str(workspace_file))
    assert (ended.returncode, ended.stdout) == (0, "")
    assert ended.stderr == (
        "note: records.support_platform[].region is not a key of the workspace format; it is kept as it is.\n"
    )


def test_the_format_and_the_store_are_there_without_mcp() -> None:
    code = (
        "import sys, support_connectors.serving, support_connectors.__main__;"
        "sys.exit(any(name.split('.')[0] in ('mcp', 'anthropic', 'starlette') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

"""The official MCP Inspector, as a command line, lists and calls every server."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support_connectors.test_servers import CALLS, TOKEN, http_server
from tests.support_connectors.workspaces import workspace

from support_connectors.categories import CATEGORY_TABLE, WORKSPACE_CATEGORIES, Category
from support_connectors.workspace.store import load_workspace

ROOT = Path(__file__).parents[2]
LONGEST_S = 600
"""After which the Inspector is taken to hang."""


def inspector_command() -> str | None:
    """Where the Inspector is installed: ``$INSPECTOR_BIN``, or beside the project."""
    named = os.environ.get("INSPECTOR_BIN")
    beside = [ROOT / folder / "node_modules/.bin/mcp-inspector" for folder in ("", ".ci-node")]
    return named or next((str(path) for path in beside if path.exists()), None)


COMMAND = inspector_command()

pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(COMMAND is None, reason="the MCP Inspector is not installed (set INSPECTOR_BIN)"),
]


def inspect(target: list[str], method: str, *arguments: str) -> Any:
    """What the Inspector prints for one request, parsed."""
    assert COMMAND is not None
    ended = subprocess.run(
        [COMMAND, "--cli", *target, "--method", method, *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": f"{Path(COMMAND).parent}{os.pathsep}{os.environ.get('PATH', '')}"},
        timeout=LONGEST_S,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def check_by_inspector(target: list[str], category: Category, *, reads_alone: bool = False) -> None:
    """The Inspector lists the category's tools, or those that read, and calls its search and its read."""
    listed = inspect(target, "tools/list")["tools"]
    reads = {tool.name for tool in CATEGORY_TABLE[category].reads}
    assert {tool["name"] for tool in listed} == (reads if reads_alone else set(CALLS[category]))
    for tool in list(CALLS[category])[:2]:
        given = [part for key, value in CALLS[category][tool].items() for part in ("--tool-arg", f"{key}={value}")]
        result = inspect(target, "tools/call", "--tool-name", tool, *given)
        assert not result.get("isError")
        assert f'"ref": "{category}/' in json.dumps(result["structuredContent"])


@pytest.fixture
def database(tmp_path: Path) -> Path:
    load_workspace(workspace(), tmp_path / "workspace.db")
    return tmp_path / "workspace.db"


@pytest.mark.parametrize("category", WORKSPACE_CATEGORIES)
def test_the_inspector_lists_and_calls_a_server_over_stdio(database: Path, category: Category) -> None:
    check_by_inspector([sys.executable, "-m", "support_connectors", category, "--workspace", str(database)], category)


@pytest.mark.parametrize("category", WORKSPACE_CATEGORIES)
def test_the_inspector_lists_and_calls_a_server_over_http(database: Path, category: Category) -> None:
    with http_server(category, database) as url:
        check_by_inspector(
            [url, "--transport", "http", "--header", f"Authorization: Bearer {TOKEN}"], category, reads_alone=True
        )

"""What people install: one version everywhere, a bundle that its own tool accepts and that starts, files that say the same."""

import json
import os
import re
import shutil
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from mcp import Client, StdioServerParameters
from tests.assistants.clients import client, run
from tools.make_bundle import make

from support_connectors.categories import CATEGORIES

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def read(name: str) -> Any:
    """A JSON file of the project."""
    return json.loads((ROOT / name).read_text(encoding="utf-8"))


def test_one_version_stands_everywhere() -> None:
    server, market = read("server.json"), read(".claude-plugin/marketplace.json")
    found = {
        read(".claude-plugin/plugin.json")["version"], market["plugins"][0]["version"], read("packaging/manifest.json")["version"],
        server["version"], *(package["version"] for package in server["packages"]),
    }  # fmt: skip
    assert found == {VERSION}


def test_the_registry_entry_is_one_that_the_registry_takes() -> None:
    entry = read("server.json")
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", entry["name"])
    assert len(entry["description"]) <= 100
    assert f"<!-- mcp-name: {entry['name']} -->" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert f'io.modelcontextprotocol.server.name="{entry["name"]}"' in (ROOT / "Containerfile").read_text(
        encoding="utf-8"
    )
    choices = entry["packages"][0]["packageArguments"][1]["choices"]
    assert set(choices) == {*CATEGORIES, "escalation", "all"}


def test_the_plugin_starts_every_server_there_is() -> None:
    servers = read(".mcp.json")["mcpServers"]
    assert {entry["args"][1].split()[-1] for entry in servers.values()} == {*CATEGORIES, "escalation"}
    assert all(entry["cwd"] == "." and entry["command"] == "sh" for entry in servers.values())


def test_the_same_content_makes_the_same_bundle(tmp_path: Path) -> None:
    one, two = make(tmp_path / "a"), make(tmp_path / "b")
    assert one.read_bytes() == two.read_bytes()
    names = zipfile.ZipFile(one).namelist()
    assert names[0] == "manifest.json"
    assert "skills/customer-escalation/SKILL.md" in names
    assert not [name for name in names if "__pycache__" in name or name.startswith(("tests/", ".git"))]


@pytest.mark.node
def test_the_bundle_is_accepted_by_its_own_tool(tmp_path: Path) -> None:
    bundle = make(tmp_path)
    run([client("mcpb"), "validate", str(ROOT / "packaging" / "manifest.json")], tmp_path, tmp_path)
    run([client("mcpb"), "unpack", str(bundle), str(tmp_path / "out")], tmp_path, tmp_path)
    assert (tmp_path / "out" / "packaging" / "start.py").is_file()


async def test_an_unpacked_bundle_starts_and_has_every_tool(tmp_path: Path) -> None:
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if uv is None:
        pytest.skip("uv is not installed")
    folder = tmp_path / "bundle"
    zipfile.ZipFile(make(tmp_path)).extractall(folder)
    config = read("packaging/manifest.json")["server"]["mcp_config"]
    arguments = [word.replace("${__dirname}", str(folder)) for word in config["args"]]
    home = tmp_path / "home"
    home.mkdir()
    environment = {**os.environ, "HOME": str(home), "CUSTOMER_ESCALATION_PROJECT": "", "ANTHROPIC_API_KEY": ""}
    async with Client(
        StdioServerParameters(command=uv, args=arguments, env=environment, cwd=str(tmp_path))
    ) as connected:
        names = {tool.name for tool in (await connected.list_tools()).tools}
        prompts = {prompt.name for prompt in (await connected.list_prompts()).prompts}
    assert {"assess", "check_brief", "run_escalation"} <= names
    assert "customer-escalation" in prompts


@pytest.mark.parametrize("name", ["ci", "release"])
def test_workflows_pin_their_actions_and_grant_little(name: str) -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8"))
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 45
        assert "permissions" in job
        for step in job["steps"]:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step.get("uses", f"x@{'0' * 40}"))
            assert "${{" not in step.get("run", "")

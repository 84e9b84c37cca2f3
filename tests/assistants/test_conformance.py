"""The official MCP conformance suite: every scenario that needs no fixture, against every server; skills on the one that has them."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.assistants.clients import LONGEST_S, client, run
from tests.customer_escalation.mcp_server.desk import workspace

from support_connectors.categories import WORKSPACE_CATEGORIES

pytestmark = pytest.mark.node
SCENARIOS = (
    "server-initialize", "server-session-lifecycle", "ping", "tools-list", "resources-list", "prompts-list",
    "sep-2164-resource-not-found", "dns-rebinding-protection", "caching", "http-header-validation",
    "server-sse-multiple-streams", "input-required-result-unsupported-methods", "input-required-result-ignore-extra-params",
)  # fmt: skip
SKILLS = ("sep-2640-skills-enumeration", "sep-2640-skills-manifest", "sep-2640-skills-directory")
WITHOUT_TOOLS = ("email", "cloud_storage")
"""Nothing stands behind these here, so they have no tool, without which this scenario cannot be tried."""
NEEDS_A_TOOL = "http-header-validation"
SERVERS = (*WORKSPACE_CATEGORIES, *WITHOUT_TOOLS, "escalation")


@contextmanager
def served(name: str, folder: Path) -> Iterator[str]:
    """A server on a loopback port; its address."""
    environment = {**os.environ, "CUSTOMER_ESCALATION_RUNS": str(folder / "runs"), "XDG_CONFIG_HOME": str(folder / "config"),
                   "CUSTOMER_ESCALATION_DB": str(folder / "none.db")}  # fmt: skip
    where = ["--workspace", str(workspace(folder, "15"))] if name in (*WORKSPACE_CATEGORIES, "escalation") else []
    command = [sys.executable, "-m", "customer_escalation", "mcp", name, "--http", "0", "--no-token", *where]
    process = subprocess.Popen(command, env=environment, cwd=folder, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        line = next((line for line in process.stderr if "Listening on" in line), "")
        yield line.split()[-1]
    finally:
        process.terminate()
        process.communicate(timeout=LONGEST_S)


def passed(url: str, scenario: str, folder: Path) -> str:
    """What the suite prints for a scenario that has to pass."""
    command = [client("conformance"), "server", "--url", url, "--scenario", scenario, "--force"]
    return run(command, folder, folder).stdout


@pytest.mark.parametrize("name", SERVERS)
def test_the_scenarios_without_fixtures_pass(name: str, tmp_path: Path) -> None:
    client("conformance")
    with served(name, tmp_path) as url:
        for scenario in SCENARIOS:
            if scenario == NEEDS_A_TOOL and name in WITHOUT_TOOLS:
                continue
            told = passed(url, scenario, tmp_path)
            found = re.search(r"Passed: (\d+)/(\d+)", told)
            assert found, told[-500:]
            assert found[1] == found[2], told[-2000:]


def test_the_scenarios_of_skills_pass(tmp_path: Path) -> None:
    client("conformance")
    with served("escalation", tmp_path) as url:
        for scenario in SKILLS:
            told = passed(url, scenario, tmp_path)
            found = re.search(r"Passed: (\d+)/(\d+)", told)
            assert found, told[-500:]
            assert found[1] == found[2], told[-2000:]
            assert int(found[1]) >= 5, told[-500:]

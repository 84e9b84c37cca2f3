"""``doctor`` on good and bad set-ups, as a person and as a program reads it; shell completion; one server for all."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from mcp import Client
from tests.customer_escalation.commands import LONGEST_S, Command
from tests.customer_escalation.mcp_server.desk import workspace

from customer_escalation.mcp_server.serving import opened_server
from support_connectors.workspace.store import load_workspace


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """The command line with its data in a folder of the test."""
    return Command(tmp_path)


def found(output: str) -> dict[str, dict[str, str]]:
    """Checks by id."""
    return {check["id"]: check for check in map(json.loads, output.splitlines())}


def test_a_fresh_machine_is_told_the_first_step(command: Command) -> None:
    done = command("doctor", "--offline")
    assert done.code == 1
    assert "FAIL  none is declared and no workspace is loaded" in done.out
    assert "connectors add" in done.out
    assert done.out.endswith("to look at.\n")
    assert "Traceback" not in done.out + done.err


def test_a_loaded_workspace_is_well_and_every_server_answers(command: Command, tmp_path: Path) -> None:
    load_workspace(workspace(tmp_path, "15"), tmp_path / "workspace.db")
    done = command("doctor", "--offline", "--json", ANTHROPIC_API_KEY="sk-secret-value")
    checks = found(done.out)
    assert done.code == 0, done.out
    assert checks["connectors"]["status"] == "ok"
    assert checks["model.key"]["status"] == "ok"
    assert all(
        checks[f"servers.{name}"]["status"] == "ok" for name in ("crm", "chat", "support_platform", "escalation")
    )
    assert checks["servers.email"]["status"] == "skip"
    assert "sk-secret-value" not in done.out


def test_the_model_is_named_with_its_provider_and_where_its_credentials_are(command: Command) -> None:
    foundry = {"ANTHROPIC_FOUNDRY_API_KEY": "sk-secret-value", "ANTHROPIC_FOUNDRY_RESOURCE": "desk"}
    done = command("doctor", "--offline", "--json", "--model", "foundry:claude-haiku-5-5", **foundry)
    checks = found(done.out)
    assert checks["model.key"]["status"] == "ok"
    assert checks["model.key"]["detail"].startswith(
        "claude-haiku-5-5 at Microsoft Foundry would be asked with ANTHROPIC_FOUNDRY_API_KEY and ANTHROPIC_FOUNDRY_RESOURCE"
    )
    assert "sk-secret-value" not in done.out
    missing = found(command("doctor", "--offline", "--json", "--model", "foundry:claude-haiku-5-5").out)["model.key"]
    assert missing["status"] == "warn"
    assert "ANTHROPIC_FOUNDRY_API_KEY is not set" in missing["detail"]
    assert missing["fix"].startswith("set ANTHROPIC_FOUNDRY_API_KEY")


def test_a_broken_policy_and_a_connector_without_its_secret_are_named(command: Command, tmp_path: Path) -> None:
    config = tmp_path / "config" / "customer-escalation"
    config.mkdir(parents=True)
    (config / "policy.toml").write_text("[high_value]\narr_usd = 'lots'\n", encoding="utf-8")
    (config / "connectors.toml").write_text(
        '[desk]\nsystem = "zendesk"\ncategory = "support_platform"\nurl = "https://x.example"\nemail = "a@x.example"\n'
        'api_token = "${DESK_TOKEN}"\n',
        encoding="utf-8",
    )
    done = command("doctor", "--offline", "--json")
    checks = found(done.out)
    assert done.code == 1
    assert checks["policy"]["status"] == "fail"
    assert "policy.toml" in checks["policy"]["detail"]
    assert checks["connectors.desk"]["status"] == "fail"
    assert "DESK_TOKEN" in checks["connectors.desk"]["detail"]


def test_connectors_are_asked_and_faults_come_with_a_remedy(command: Command, tmp_path: Path) -> None:
    config = tmp_path / "config" / "customer-escalation"
    config.mkdir(parents=True)
    (config / "connectors.toml").write_text(
        '[desk]\nsystem = "zendesk"\ncategory = "support_platform"\nurl = "http://127.0.0.1:9"\nemail = "a@x.example"\n'
        'api_token = "t"\n',
        encoding="utf-8",
    )
    checks = found(command("doctor", "--json").out)
    assert checks["connectors.desk"]["status"] == "fail"
    assert "connectors check" in checks["connectors.desk"]["fix"]


@pytest.mark.skipif(os.geteuid() == 0, reason="this user may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(command: Command, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(stat.S_IRUSR | stat.S_IXUSR)
    checks = found(command("doctor", "--offline", "--json", CUSTOMER_ESCALATION_RUNS=str(closed / "runs")).out)
    assert checks["data.runs"]["status"] == "fail"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("customer-escalation mcp e", {"email", "escalation"}),
        ("customer-escalation doc", {"doctor"}),
        ("customer-escalation run --format s", {"slack"}),
    ],
)
def test_the_shell_completes(tmp_path: Path, words: str, expected: set[str]) -> None:
    environment = {
        **os.environ, "_CUSTOMER_ESCALATION_COMPLETE": "complete_bash", "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1), "CUSTOMER_ESCALATION_RUNS": str(tmp_path),
    }  # fmt: skip
    program = Path(sys.executable).parent / "customer-escalation"
    done = subprocess.run(
        [str(program)], env=environment, capture_output=True, text=True, check=False, timeout=LONGEST_S
    )
    assert set(done.stdout.split()) == expected
    assert "Traceback" not in done.stderr


async def test_one_server_holds_the_tools_of_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTOMER_ESCALATION_RUNS", str(tmp_path / "runs"))
    with opened_server("all", workspace(tmp_path, "15")) as server:
        async with Client(server) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            account = await client.call_tool("read_account", {"id": "K-1"})
    assert names >= {
        "search_tickets",
        "search_accounts",
        "search_chat",
        "search_issues",
        "search_articles",
        "check_brief",
    }
    assert account.structured_content is not None
    assert account.structured_content["item"]["ref"] == "crm/K-1"

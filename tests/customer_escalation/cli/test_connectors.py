"""``customer-escalation connectors``, as a person uses it, with real servers behind it."""

import json
import os
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from tests.customer_escalation.commands import LONGEST_S
from tests.skill_runtime.authorization import Grants, guarded_server

SERVER = Path(__file__).parents[1] / "connectors" / "foreign_server.py"
COMMAND = f"{shlex.quote(sys.executable)} {shlex.quote(str(SERVER))}"
OURS = f"{shlex.quote(sys.executable)} -m customer_escalation mcp"


class Desk:
    """A person's machine: a home of its own, a project folder, and the command."""

    def __init__(self, home: Path) -> None:
        self.project = home / "project"
        self.project.mkdir()
        self.config = home / "config" / "customer-escalation" / "connectors.toml"
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("ANTHROPIC")},
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_DATA_HOME": str(home / "data"),
            "CUSTOMER_ESCALATION_STATE": str(home / "state"),
            "CUSTOMER_ESCALATION_RUNS": str(home / "runs"),
            "CUSTOMER_ESCALATION_DB": str(home / "none.db"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }

    def run(
        self, *arguments: str, stdin: str = "", code: int | None = 0, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "customer_escalation", *arguments],
            cwd=self.project, env={**self.environment, **variables}, input=stdin, text=True, capture_output=True, check=False,
            timeout=LONGEST_S,
        )  # fmt: skip
        assert code is None or done.returncode == code, (done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done

    def connectors(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        done = self.run("connectors", *arguments, **options)
        if arguments[:1] == ("add",) and "--command" in arguments:
            self._be_patient(arguments[1])
        return done

    def _be_patient(self, name: str) -> None:
        """Give a server of these tests all the time that it needs to start on a busy machine."""
        declared = tomlkit.parse(self.config.read_text()) if self.config.exists() else {}
        if name in declared:
            declared[name]["connect_s"] = declared[name]["call_s"] = 300
            self.config.write_text(tomlkit.dumps(declared))

    def shown(self) -> dict[str, Any]:
        found = json.loads(self.connectors("--json").stdout)
        return {one["name"]: one for one in found["connectors"]}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def access(shown: dict[str, Any]) -> dict[str, str]:
    return {tool["name"]: tool["access"] for tool in shown["tools"]}


def test_nothing_connected_says_what_to_do_and_a_run_too(desk: Desk) -> None:
    done = desk.connectors()
    assert "support platform: not connected (needed)" in done.stdout
    assert "No connectors are declared" in done.stderr
    done = desk.run("API is down for Acme", code=4)
    assert "connectors add" in done.stderr


def test_a_foreign_server_is_added_trusted_classified_and_used(desk: Desk) -> None:
    desk.connectors("add", "helpdesk", "--command", COMMAND, "--category", "support_platform")
    assert access(desk.shown()["helpdesk"]) == dict.fromkeys(
        ("search_conversations", "get_conversation", "delete_conversation"), "denied"
    )
    done = desk.connectors("trust", "helpdesk", code=4)
    assert "say --yes" in done.stderr
    done = desk.connectors("trust", "helpdesk", "search_*", "get_*", "--read", "--yes")
    assert "new: search_conversations (denied)" in done.stdout
    assert access(desk.shown()["helpdesk"]) == {
        "search_conversations": "read", "get_conversation": "read", "delete_conversation": "denied",
    }  # fmt: skip
    done = desk.run("API returning 500 errors for Acme Corp", "--no-model", "--format", "json", code=None)
    result = json.loads(done.stdout)
    assert "support_platform/215-3" in result["citations"]
    assert result["brief"]["undecided"]
    assert any("CRM" in gap for gap in result["gaps"])
    assert desk.connectors("check").returncode == 0


def test_a_definition_that_changed_is_withheld_and_its_difference_is_shown(desk: Desk) -> None:
    desk.connectors("add", "helpdesk", "--command", COMMAND, "--category", "support_platform")
    desk.connectors("trust", "helpdesk", "search_*", "--read", "--yes")
    moved = desk.config.read_text().replace("foreign_server.py", "moved.py")
    copy = desk.project / "moved.py"
    copy.write_text(SERVER.read_text())
    desk.config.write_text(moved.replace(str(SERVER.with_name("moved.py")), str(copy)))
    desk.connectors("trust", "helpdesk", "search_*", "--read", "--yes")
    copy.write_text(SERVER.read_text().replace('else "one"', 'else "two"'))
    [changed] = [tool for tool in desk.shown()["helpdesk"]["tools"] if tool["name"] == "search_conversations"]
    assert (changed["access"], changed["withheld"]) == ("denied", "its definition changed since it was trusted")
    done = desk.connectors("trust", "helpdesk", "--yes")
    assert "changed: search_conversations" in done.stdout
    assert "Then send what you find" in done.stdout
    assert access(desk.shown()["helpdesk"])["search_conversations"] == "read"


def test_a_projects_server_is_not_started_before_somebody_approved_it(desk: Desk) -> None:
    mark = desk.project / "started"
    line = f"import pathlib; pathlib.Path({str(mark)!r}).touch()"
    entry = {"command": sys.executable, "args": ["-c", line], "category": "support_platform"}
    (desk.project / ".mcp.json").write_text(json.dumps({"mcpServers": {"sly": entry}}))
    assert "you have not approved that" in desk.shown()["sly"]["reason"]
    desk.run("API is down for Acme", code=4)
    assert not mark.exists()
    done = desk.connectors("trust", "sly", code=4)
    assert "sly" in done.stdout
    assert not mark.exists()
    desk.connectors("trust", "sly", "--yes", code=4)
    assert mark.exists()


def test_a_server_that_no_file_names_a_category_for_is_asked_about_once(desk: Desk) -> None:
    entry = {"command": sys.executable, "args": [str(SERVER)]}
    desk.config.parent.mkdir(parents=True)
    desk.config.write_text(
        f"[helpdesk]\ncommand = {json.dumps(entry['command'])}\nargs = {json.dumps(entry['args'])}\n"
    )
    assert "which category it serves" in desk.connectors().stdout
    assert "Say --category" in desk.connectors("trust", "helpdesk", "--yes", code=4).stderr
    assert "no category 'desk'" in desk.connectors("trust", "helpdesk", "--category", "desk", "--yes", code=4).stderr
    desk.connectors("trust", "helpdesk", "get_*", "--read", "--category", "support_platform", "--yes")
    assert access(desk.shown()["helpdesk"])["get_conversation"] == "read"


def test_denying_takes_back_what_was_granted(desk: Desk) -> None:
    desk.connectors(
        "add", "tickets", "--command", f"{OURS} support_platform --sample", "--category", "support_platform"
    )
    desk.connectors("trust", "tickets", "--yes")
    assert access(desk.shown()["tickets"])["search_tickets"] == "read"
    desk.connectors("deny", "tickets", "search_*")
    assert access(desk.shown()["tickets"])["search_tickets"] == "denied"
    assert "No tool matches" in desk.connectors("deny", "tickets", "nothing_*", code=4).stderr


def test_a_server_of_our_form_keeps_the_contract_over_stdio_and_another_does_not(desk: Desk) -> None:
    desk.connectors(
        "add", "tickets", "--command", f"{OURS} support_platform --sample", "--category", "support_platform"
    )
    done = desk.connectors("test", "tickets")
    assert "FAIL" not in done.stdout
    assert "tickets keeps the contract of its category, support_platform." in done.stderr
    desk.connectors("add", "helpdesk", "--command", COMMAND, "--category", "support_platform")
    done = desk.connectors("test", "helpdesk", "--json", code=1)
    assert not json.loads(done.stdout)["passed"]


def test_a_server_that_holds_nothing_proves_nothing(desk: Desk, tmp_path: Path) -> None:
    empty = tmp_path / "empty.json"
    empty.write_text(
        json.dumps(
            {
                "now": "2026-03-04T10:00:00Z",
                "connectors": {"support_platform": "connected"},
                "records": {"support_platform": []},
            }
        )
    )
    command = f"{OURS} support_platform --workspace {empty}"
    desk.connectors("add", "tickets", "--command", command, "--category", "support_platform")
    done = desk.connectors("test", "tickets", code=1)
    assert "Nothing was proved: tickets holds nothing that could be read." in done.stderr


def test_a_literal_secret_goes_to_the_kept_ones_and_not_into_the_file(desk: Desk) -> None:
    done = desk.connectors(
        "add", "tracker", "--system", "redmine", "--set", "url=http://127.0.0.1:9", "--set", "api_key=s3cret"
    )
    assert "s3cret" not in done.stdout + done.stderr
    text = desk.config.read_text()
    assert "s3cret" not in text
    assert tomllib.loads(text)["tracker"]["api_key"] == "${keyring:tracker.api_key}"
    reason = desk.shown()["tracker"]
    assert reason["status"] == "connected", "our own server; its system is asked first by a check"
    done = desk.connectors("check", code=4)
    assert "cannot be reached" in done.stdout
    desk.connectors("remove", "tracker")
    assert "tracker" not in desk.config.read_text()
    assert "s3cret" not in (Path(desk.environment["CUSTOMER_ESCALATION_STATE"]) / "secrets.json").read_text()


def test_comments_of_the_file_stay(desk: Desk) -> None:
    desk.config.parent.mkdir(parents=True)
    desk.config.write_text('# our systems\n[a]\nurl = "https://a.example/mcp" # the old one\n')
    desk.connectors("add", "b", "--url", "https://mcp.linear.app/mcp", "--auth", "oauth")
    desk.connectors("remove", "b")
    assert desk.config.read_text() == '# our systems\n[a]\nurl = "https://a.example/mcp" # the old one\n'


@pytest.mark.parametrize(
    ("arguments", "sentence", "code"),
    [
        (("add", "x"), "Say what to connect", 2),
        (("add", "x", "--url", "https://x.example", "--system", "rt"), "one of them", 2),
        (("add", "x", "--url", "https://x.example/mcp"), "Which category does x serve?", 4),
        (("add", "x", "--system", "nonsense"), "There is no system 'nonsense'", 4),
        (("add", "x", "--system", "redmine", "--set", "colour=red"), "has no setting 'colour'", 4),
        (("add", "x", "--system", "redmine", "--set", "url"), "is not KEY=VALUE", 2),
        (("add", "x", "--system", "redmine", "--set", "url=http://127.0.0.1:9"), "api_key of redmine is missing", 4),
        (("add", "a b", "--url", "https://x.example", "--category", "crm"), "at most 40 letters", 4),
        (("add", "x", "--url", "https://x.example", "--category", "crm", "--auth", "magic"), "auth", 4),
        (("trust", "x"), "There is no connector 'x'", 4),
        (("trust", "x", "tool"), "say --read or --write", 2),
        (("login", "x"), "There is no connector 'x'", 4),
        (("test", "x"), "There is no connector 'x'", 4),
        (("remove", "x"), "There is no connector 'x'", 4),
        (("--connectors", "absent.toml"), "cannot be read", 4),
    ],
)
def test_what_cannot_be_meant_is_a_sentence(desk: Desk, arguments: tuple[str, ...], sentence: str, code: int) -> None:
    done = desk.connectors(*arguments, code=code)
    assert sentence in done.stderr
    assert not desk.config.exists()


def test_a_token_from_standard_input_is_kept(desk: Desk) -> None:
    desk.connectors("add", "x", "--url", "http://127.0.0.1:9/mcp", "--category", "crm", "--auth", "token")
    assert "has no token yet" in desk.shown()["x"]["reason"]
    desk.connectors("login", "x", "--token", stdin="t0k\n")
    assert "cannot be reached" in desk.shown()["x"]["reason"]
    desk.connectors("logout", "x")
    assert "has no token yet" in desk.shown()["x"]["reason"]


def test_a_person_logs_in_through_the_browser_and_later_runs_need_nobody(desk: Desk) -> None:
    follow = Path(__file__).parents[1] / "connectors" / "follow.py"
    with guarded_server(Grants()) as there:
        desk.connectors("add", "sales", "--url", there.url, "--category", "crm", "--auth", "oauth")
        assert "connectors login sales" in desk.shown()["sales"]["reason"]
        done = desk.connectors("login", "sales", BROWSER=f"{sys.executable} {follow} %s")
        assert "You are logged in to sales" in done.stderr
        assert desk.shown()["sales"]["status"] == "connected"
        secrets = Path(desk.environment["CUSTOMER_ESCALATION_STATE"]) / "secrets.json"
        assert secrets.stat().st_mode & 0o077 == 0
        desk.connectors("logout", "sales")
        assert "connectors login sales" in desk.shown()["sales"]["reason"]


def test_the_systems_are_listed_with_what_they_need(desk: Desk) -> None:
    rows = [json.loads(line) for line in desk.connectors("systems", "--json").stdout.splitlines()]
    by_name = {row["name"]: row for row in rows}
    assert by_name["redmine"]["needs"] == ["url", "api_key"]
    assert by_name["redmine"]["category"] == "project_tracker"


def test_the_workspace_and_connectors_do_not_mix(desk: Desk) -> None:
    desk.connectors(
        "add", "tickets", "--command", f"{OURS} support_platform --sample", "--category", "support_platform"
    )
    done = desk.run("run", "API down", "--sample", "--connectors", str(desk.config), "--no-model", code=2)
    assert "do not mix" in done.stderr

"""One process for all servers of a session, thin relays before it, and the launcher that prepares the environment."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation.commands import LONGEST_S
from tests.customer_escalation.mcp_server.desk import workspace

from support_connectors.workspace.store import load_workspace

ROOT = Path(__file__).parents[4]
RELAY = """import sys; sys.path.insert(0, sys.argv[1])
from customer_escalation.mcp_server.hub.relay import main; sys.exit(main(sys.argv[2:]))"""
CLIENT = {"name": "test", "version": "1"}
MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientInfo": CLIENT,
    "io.modelcontextprotocol/clientCapabilities": {},
}  # fmt: skip
"""What a client says of itself in each request since that version."""
SERVERS = (
    "support_platform", "crm", "chat", "project_tracker", "knowledge_base", "email", "cloud_storage", "escalation",
)  # fmt: skip


class Line:
    """A client of one relay, speaking the protocol line by line."""

    def __init__(self, command: list[str], env: dict[str, str], folder: Path) -> None:
        self.process = subprocess.Popen(
            command,
            env=env,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def send(self, method: str, id_: int | str | None = None, **params: Any) -> None:
        """A request, or a notification where it has no id."""
        assert self.process.stdin is not None
        message = {"jsonrpc": "2.0", "method": method, "params": params} | ({} if id_ is None else {"id": id_})
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """The next message."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.communicate(timeout=LONGEST_S)[1]
        found: dict[str, Any] = json.loads(line)
        return found

    def heard(self, method: str) -> dict[str, Any]:
        """The next notification of that name."""
        while (found := self.hear()).get("method") != method:
            pass
        return found

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """A request's result."""
        self.send(method, 1, **params)
        while "id" not in (found := self.hear()):
            pass
        result: dict[str, Any] = found["result"]
        return result

    def greet(self) -> dict[str, Any]:
        """Initialize; the server's answer."""
        answer = self.ask("initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo=CLIENT)
        self.send("notifications/initialized")
        return answer

    def tools(self) -> set[str]:
        """The names of the tools that are listed."""
        return {tool["name"] for tool in self.ask("tools/list")["tools"]}

    def leave(self) -> tuple[int, str]:
        """Close the client's side; the exit code and what stood on standard error."""
        _, said = self.process.communicate(timeout=LONGEST_S)
        return self.process.returncode, said


@pytest.fixture
def place(tmp_path: Path) -> dict[str, str]:
    """The environment of a user with a workspace, and a session folder of the test's own."""
    load_workspace(workspace(tmp_path, "15"), tmp_path / "workspace.db")
    return {
        **os.environ, "CUSTOMER_ESCALATION_DB": str(tmp_path / "workspace.db"), "CUSTOMER_ESCALATION_RUNS": str(tmp_path / "runs"),
        "XDG_RUNTIME_DIR": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "CUSTOMER_ESCALATION_CACHE": str(tmp_path / "cache"), "XDG_DATA_HOME": str(tmp_path / "share"),
    }  # fmt: skip


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """An environment that is ready: this one."""
    return made(tmp_path / "environment", f'exec "{sys.executable}" "$@"')


def made(folder: Path, command: str) -> Path:
    """An environment whose Python is a shell command."""
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
    python.chmod(0o755)
    (folder / ".ready").touch()
    return folder


def relay(name: str, environment: Path) -> list[str]:
    """The command of a relay."""
    launcher = str(ROOT / "bin" / "customer-escalation")
    return [sys.executable, "-I", "-S", "-c", RELAY, str(ROOT / "runtime"), name, launcher, str(environment)]


@pytest.fixture
def lines(place: dict[str, str], environment: Path, tmp_path: Path) -> Iterator[Any]:
    """Starts relays, and ends them."""
    started: list[Line] = []

    def start(name: str, **more: str) -> Line:
        started.append(Line(relay(name, environment), {**place, **more}, tmp_path))
        return started[-1]

    yield start
    for line in started:
        if line.process.poll() is None:
            line.process.kill()
            line.process.wait(timeout=LONGEST_S)
        for stream in (line.process.stdin, line.process.stdout, line.process.stderr):
            if stream is not None:
                with suppress(OSError):
                    stream.close()


def hubs(folder: Path) -> list[int]:
    """Processes of hubs whose socket is in ``folder``."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"customer_escalation.mcp_server.hub" in words and any(
            word.startswith(str(folder).encode()) for word in words
        ):
            found.append(int(entry.parent.name))
    return found


def gone(folder: Path) -> bool:
    """True once no hub is left; waits for the end of those that are."""
    for pid in hubs(folder):
        try:
            process = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            if not select.select([process], [], [], LONGEST_S)[0]:
                return False
        finally:
            os.close(process)
    return True


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="counts processes in /proc")
def test_all_servers_of_a_session_share_one_process_that_ends_with_them(lines: Any, tmp_path: Path) -> None:
    open_ = {name: lines(name) for name in SERVERS}
    for name, line in open_.items():
        assert line.greet()["serverInfo"]["name"] == name.replace("_", "-")
    assert "search_accounts" in open_["crm"].tools()
    assert "check_brief" in open_["escalation"].tools()
    result = open_["crm"].ask("tools/call", name="read_account", arguments={"id": "K-1"})
    assert result["structuredContent"]["item"]["ref"] == "crm/K-1"
    assert len(hubs(tmp_path)) == 1
    assert {line.leave()[0] for line in open_.values()} == {0}
    assert gone(tmp_path)
    assert not list(tmp_path.glob("customer-escalation-*/*.sock"))


def test_a_server_greets_and_lists_before_anything_is_started(place: dict[str, str], tmp_path: Path) -> None:
    nothing = made(tmp_path / "environment", f'touch "{tmp_path}/started"; exit 1')
    line = Line(relay("escalation", nothing), place, tmp_path)
    assert "Tools to write an escalation brief" in line.greet()["instructions"]
    assert {"assess", "check_brief", "save_brief"} <= line.tools()
    assert "approve_action" not in line.tools()  # the card's alone
    assert {prompt["name"] for prompt in line.ask("prompts/list")["prompts"]}
    assert line.leave() == (0, "")
    assert not (tmp_path / "started").exists()


def test_a_client_of_the_stateless_protocol_is_answered_alike(lines: Any) -> None:
    line = lines("crm")
    found = line.ask("server/discover", _meta=MODERN)
    assert found["supportedVersions"] == ["2026-07-28"]
    assert found["capabilities"]["tools"]["listChanged"]
    listed = line.ask("tools/list", _meta=MODERN)
    assert {"search_accounts", "read_account"} <= {tool["name"] for tool in listed["tools"]}
    assert (listed["resultType"], listed["ttlMs"]) == ("complete", 0)
    read = line.ask("tools/call", _meta=MODERN, name="read_account", arguments={"id": "K-1"})
    assert read["structuredContent"]["item"]["ref"] == "crm/K-1"
    assert line.ask("tools/list", _meta=MODERN) == {**listed, "tools": listed["tools"]}


def test_a_category_with_nothing_behind_it_lists_nothing_and_says_why(lines: Any) -> None:
    line = lines("email")
    assert "unknown, not absent" in line.greet()["instructions"]
    assert line.tools() == set()
    refused = line.ask("tools/call", name="search_mail", arguments={"query": "x"})
    assert refused["isError"]
    assert "no connector is set up for it" in refused["content"][0]["text"]
    assert line.tools() == set()
    line.leave()
    assert "no connector is set up for it" in lines("email").greet()["instructions"]  # kept from the last session


@pytest.mark.parametrize("modern", [False, True])
def test_a_workspace_that_is_loaded_during_a_session_appears(lines: Any, tmp_path: Path, modern: bool) -> None:
    later = tmp_path / "later.db"
    line, said = lines("crm", CUSTOMER_ESCALATION_DB=str(later)), {"_meta": MODERN} if modern else {}
    if modern:
        line.ask("server/discover", **said)
        line.send("subscriptions/listen", 7, notifications={"toolsListChanged": True}, **said)
        assert line.hear()["params"]["notifications"] == {"toolsListChanged": True}
    else:
        line.greet()
    assert line.ask("tools/list", **said)["tools"] == []
    assert line.ask("tools/call", name="read_account", arguments={"id": "K-1"}, **said)["isError"]
    load_workspace(workspace(tmp_path, "15"), later)
    told = line.heard("notifications/tools/list_changed")
    assert ("params" in told) == modern
    assert "read_account" in {tool["name"] for tool in line.ask("tools/list", **said)["tools"]}
    result = line.ask("tools/call", name="read_account", arguments={"id": "K-1"}, **said)
    assert result["structuredContent"]["item"]["ref"] == "crm/K-1"


def test_a_connector_that_is_added_during_a_session_appears(lines: Any, tmp_path: Path) -> None:
    line = lines("email")
    line.greet()
    assert line.tools() == set()
    config = tmp_path / "config" / "customer-escalation"
    config.mkdir(parents=True)
    (config / "connectors.toml").write_text(
        '[mail]\nsystem = "imap"\ncategory = "email"\nhost = "127.0.0.1"\nuser = "a"\npassword = "b"\n',
        encoding="utf-8",
    )
    line.heard("notifications/tools/list_changed")
    assert "search_mail" in line.tools()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="counts processes in /proc")
def test_a_hub_that_was_killed_is_replaced_at_the_next_call(lines: Any, tmp_path: Path) -> None:
    line = lines("crm")
    line.greet()
    read = {"name": "read_account", "arguments": {"id": "K-1"}}
    assert not line.ask("tools/call", **read)["isError"]
    (hub,) = hubs(tmp_path)
    os.kill(hub, signal.SIGKILL)
    assert gone(tmp_path)
    again = line.ask("tools/call", **read)
    if again["isError"]:  # it was on its way to the one that ended
        assert "The servers ended unexpectedly. Call again" in again["content"][0]["text"]
        again = line.ask("tools/call", **read)
    assert not again["isError"], again
    assert line.leave()[0] == 0
    assert gone(tmp_path)


def test_an_unknown_server_is_refused_in_a_sentence(lines: Any) -> None:
    code, said = lines("billing").leave()
    assert code == 2
    assert "'billing' is no server. Choose one of: chat" in said
    assert "Traceback" not in said


def test_a_connector_that_cannot_be_used_is_said_by_its_own_server_alone(lines: Any, tmp_path: Path) -> None:
    config = tmp_path / "config" / "customer-escalation"
    config.mkdir(parents=True)
    (config / "connectors.toml").write_text(
        '[tickets]\nsystem = "zendesk"\ncategory = "support_platform"\nurl = "${NOT_SET_ANYWHERE}"\n', encoding="utf-8"
    )
    broken, other = lines("support_platform"), lines("escalation")
    broken.greet()
    told = broken.ask("tools/call", name="read_ticket", arguments={"id": "X"})
    assert told["isError"]
    assert "tickets" in told["content"][0]["text"]
    assert "NOT_SET_ANYWHERE" in told["content"][0]["text"]
    other.greet()
    assert not other.ask("tools/call", name="followups", arguments={})["isError"]


def test_a_missing_python_module_is_named_with_what_mends_it(place: dict[str, str], tmp_path: Path) -> None:
    bare = made(tmp_path / "environment", f'exec "{sys.executable}" -S "$@"')
    line = Line(relay("crm", bare), {**place, "PYTHONPATH": f"{ROOT / 'runtime'}:{ROOT / 'mcp_servers'}"}, tmp_path)
    line.greet()
    assert line.tools()
    told = line.ask("tools/call", name="read_account", arguments={"id": "K-1"})
    assert told["isError"]
    sentence = told["content"][0]["text"]
    assert "ModuleNotFoundError: No module named" in sentence
    assert "--renew` builds it anew" in sentence
    assert line.leave()[0] == 0


def test_nobody_else_may_share_the_folder(place: dict[str, str], environment: Path, tmp_path: Path) -> None:
    shared = tmp_path / f"customer-escalation-{os.getuid()}"
    shared.mkdir()
    shared.chmod(0o777)
    code, said = Line(relay("crm", environment), place, tmp_path).leave()
    assert code == 1
    assert "is open to others" in said


def test_modules_of_the_folder_in_which_a_server_is_started_are_not_loaded(lines: Any, tmp_path: Path) -> None:
    for name in ("json", "anyio", "mcp", "customer_escalation"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'loaded')!r}, 'w')\n", encoding="utf-8")
    line = lines("crm")
    line.greet()
    assert not line.ask("tools/call", name="read_account", arguments={"id": "K-1"})["isError"]
    assert not (tmp_path / "loaded").exists()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files that the launcher needs, in a folder with a space in its name."""
    folder = tmp_path / "a plugin"
    for name in ("bin", "runtime", "mcp_servers", "skills", ".claude-plugin"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "CONNECTORS.md", ".mcp.json"):
        shutil.copy2(ROOT / name, folder / name)
    return folder


def test_a_first_start_answers_at_once_and_builds_once_for_all(
    checkout: Path, place: dict[str, str], tmp_path: Path
) -> None:
    home = tmp_path / "data"
    env = {**place, "CUSTOMER_ESCALATION_HOME": str(home)}
    launcher = ["sh", str(checkout / "bin" / "customer-escalation"), "mcp"]
    waiting = [Line([*launcher, name], env, tmp_path) for name in ("crm", "escalation")]
    assert [line.greet()["serverInfo"]["name"] for line in waiting] == ["crm", "escalation"]
    assert "read_account" in waiting[0].tools()
    assert not list(home.glob("env-*/.ready"))
    waiting[0].send("tools/call", 9, name="read_account", arguments={"id": "K-1"}, _meta={"progressToken": "p"})
    told = waiting[0].heard("notifications/progress")
    assert (told["params"]["progressToken"], told["params"]["progress"]) == ("p", 1)
    assert "setting up the environment" in told["params"]["message"]
    while (found := waiting[0].hear()).get("id") != 9:
        pass
    assert found["result"]["structuredContent"]["item"]["ref"] == "crm/K-1"
    ended = [line.leave() for line in waiting]
    assert [code for code, _ in ended] == [0, 0]
    assert sum("first start: setting up" in said for _, said in ended) == 1
    assert len(list(home.glob("env-*/.ready"))) == 1
    copy = tmp_path / "another client's copy"
    shutil.copytree(checkout, copy)
    link = tmp_path / "a-command"
    link.symlink_to(copy / "bin" / "customer-escalation")
    version = subprocess.run(["sh", str(link), "--version"], env=env, capture_output=True, text=True, check=True)
    assert version.stdout.startswith("customer-escalation ")
    assert version.stderr == ""
    assert len(list(home.glob("env-*/.ready"))) == 1


def test_a_setup_that_fails_says_why_and_leaves_nothing_locked(
    checkout: Path, place: dict[str, str], tmp_path: Path
) -> None:
    offline = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "UV_INDEX_URL": "http://127.0.0.1:9/simple", "UV_OFFLINE": "1",
               "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull, "UV_NO_CACHE": "1", "PIP_NO_CACHE_DIR": "1"}  # fmt: skip
    env = {**place, **offline, "CUSTOMER_ESCALATION_HOME": str(tmp_path / "data")}
    line = Line(["sh", str(checkout / "bin" / "customer-escalation"), "mcp", "crm"], env, tmp_path)
    line.greet()
    assert "read_account" in line.tools()
    told = line.ask("tools/call", name="read_account", arguments={"id": "K-1"})
    assert told["isError"]
    assert "The environment could not be set up" in told["content"][0]["text"]
    code, said = line.leave()
    assert code == 0
    assert "setting up failed" in said
    assert not list((tmp_path / "data").glob("*.lock"))

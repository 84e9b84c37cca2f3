"""One process for all servers of a session, thin relays before it, and the launcher that prepares the environment."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation.mcp_server.desk import workspace

from support_connectors.backends.workspace import load_workspace

ROOT = Path(__file__).parents[4]
RELAY = ROOT / "runtime" / "customer_escalation" / "mcp_server" / "hub" / "relay.py"
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

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """A request's result."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, self.process.communicate(timeout=20)[1]
        found: dict[str, Any] = json.loads(line)["result"]
        return found

    def greet(self) -> dict[str, Any]:
        """Initialize; the server's answer."""
        client = {"name": "test", "version": "1"}
        answer = self.ask("initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo=client)
        assert self.process.stdin is not None
        self.process.stdin.write('{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')
        self.process.stdin.flush()
        return answer

    def leave(self) -> tuple[int, str]:
        """Close the client's side; the exit code and what stood on standard error."""
        _, said = self.process.communicate(timeout=20)
        return self.process.returncode, said


@pytest.fixture
def place(tmp_path: Path) -> dict[str, str]:
    """The environment of a user with a workspace, and a session folder of the test's own."""
    load_workspace(workspace(tmp_path, "15"), tmp_path / "workspace.db")
    return {
        **os.environ, "CUSTOMER_ESCALATION_DB": str(tmp_path / "workspace.db"), "CUSTOMER_ESCALATION_RUNS": str(tmp_path / "runs"),
        "XDG_RUNTIME_DIR": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }  # fmt: skip


@pytest.fixture
def lines(place: dict[str, str], tmp_path: Path) -> Iterator[Any]:
    """Starts relays, and ends them."""
    started: list[Line] = []

    def start(name: str) -> Line:
        started.append(Line([sys.executable, "-I", "-S", str(RELAY), name], place, tmp_path))
        return started[-1]

    yield start
    for line in started:
        if line.process.poll() is None:
            line.process.kill()
            line.process.wait(timeout=20)
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
    """True once no hub is left; waits for it."""
    for _ in range(200):
        if not hubs(folder):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="counts processes in /proc")
def test_all_servers_of_a_session_share_one_process_that_ends_with_them(lines: Any, tmp_path: Path) -> None:
    open_ = {name: lines(name) for name in SERVERS}
    for name, line in open_.items():
        assert line.greet()["serverInfo"]["name"] == name.replace("_", "-")
    tools = {name: [tool["name"] for tool in line.ask("tools/list")["tools"]] for name, line in open_.items()}
    assert "search_accounts" in tools["crm"]
    assert "check_brief" in tools["escalation"]
    assert tools["email"] == []
    result = open_["crm"].ask("tools/call", name="read_account", arguments={"id": "K-1"})
    assert result["structuredContent"]["item"]["ref"] == "crm/K-1"
    assert len(hubs(tmp_path)) == 1
    assert {line.leave()[0] for line in open_.values()} == {0}
    assert gone(tmp_path)
    assert not list(tmp_path.glob("customer-escalation-*/*.sock"))


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="counts processes in /proc")
def test_a_hub_that_was_killed_is_replaced(lines: Any, tmp_path: Path) -> None:
    first = lines("crm")
    first.greet()
    (hub,) = hubs(tmp_path)
    os.kill(hub, signal.SIGKILL)
    assert first.process.wait(timeout=20) in (0, 1)
    again = lines("crm")
    assert again.greet()["serverInfo"]["name"] == "crm"
    assert again.leave()[0] == 0
    assert gone(tmp_path)


def test_an_unknown_server_is_refused_in_a_sentence(lines: Any) -> None:
    code, said = lines("billing").leave()
    assert code == 2
    assert "'billing' is no category" in said
    assert "Traceback" not in said


def test_a_connector_that_cannot_be_used_is_said_by_its_own_server_alone(
    lines: Any, place: dict[str, str], tmp_path: Path
) -> None:
    config = tmp_path / "config" / "customer-escalation"
    config.mkdir(parents=True)
    (config / "connectors.toml").write_text(
        '[tickets]\nsystem = "zendesk"\ncategory = "support_platform"\nurl = "${NOT_SET_ANYWHERE}"\n', encoding="utf-8"
    )
    broken, other = lines("support_platform"), lines("crm")
    code, said = broken.leave()
    assert code == 2
    assert "tickets" in said
    assert "NOT_SET_ANYWHERE" in said
    greeting = other.greet()
    assert "no connector is set up for it" in greeting["instructions"]
    assert other.leave()[0] == 0


def test_nobody_else_may_share_the_folder(place: dict[str, str], tmp_path: Path) -> None:
    shared = tmp_path / f"customer-escalation-{os.getuid()}"
    shared.mkdir()
    shared.chmod(0o777)
    code, said = Line([sys.executable, "-I", "-S", str(RELAY), "crm"], place, tmp_path).leave()
    assert code == 1
    assert "is open to others" in said


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files that the launcher needs, in a folder with a space in its name."""
    folder = tmp_path / "a plugin"
    for name in ("bin", "runtime", "mcp_servers", "skills", ".claude-plugin"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "CONNECTORS.md", ".mcp.json"):
        shutil.copy2(ROOT / name, folder / name)
    return folder


def test_a_first_start_builds_once_for_all_who_wait(checkout: Path, place: dict[str, str], tmp_path: Path) -> None:
    home = tmp_path / "data"
    env = {**place, "CUSTOMER_ESCALATION_HOME": str(home)}
    launcher = ["sh", str(checkout / "bin" / "customer-escalation"), "mcp"]
    waiting = [Line([*launcher, name], env, tmp_path) for name in ("crm", "escalation")]
    names = [line.greet()["serverInfo"]["name"] for line in waiting]
    assert names == ["crm", "escalation"]
    ended = [line.leave() for line in waiting]
    assert [code for code, _ in ended] == [0, 0]
    assert sum("first start: setting up" in said for _, said in ended) == 1
    assert len(list(home.glob("env-*/.ready"))) == 1
    later = Line([*launcher, "crm"], env, tmp_path)
    later.greet()
    assert later.leave() == (0, "")
    version = subprocess.run([*launcher[:2], "--version"], env=env, capture_output=True, text=True, check=True)
    assert version.stdout.startswith("customer-escalation ")


def test_a_setup_that_fails_says_why_and_leaves_nothing_locked(
    checkout: Path, place: dict[str, str], tmp_path: Path
) -> None:
    broken = (checkout / "pyproject.toml").read_text(encoding="utf-8").replace("hatchling.build", "hatchling.nonsense")
    (checkout / "pyproject.toml").write_text(broken, encoding="utf-8")
    env = {**place, "CUSTOMER_ESCALATION_HOME": str(tmp_path / "data")}
    code, said = Line(["sh", str(checkout / "bin" / "customer-escalation"), "mcp", "crm"], env, tmp_path).leave()
    assert code == 1
    assert "setting up failed" in said
    assert not list((tmp_path / "data").glob("*.lock"))

"""The five reference servers of the protocol, as they are published: what is in them is found by a run, and can be cited.

They come from npm and PyPI; ``.ci/run`` installs them. Where one is not installed, its test skips and says so.
"""

import json
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest
from tests.customer_escalation.connectors.scripted import OURS, Servers, both, page, ticket

from customer_escalation.cases.entries import RecordsRead
from customer_escalation.cases.journal_store import JournalStore
from customer_escalation.domain.categories import title_of
from customer_escalation.domain.evidence import Evidence
from skill_runtime.ledger import Ledger

ROOT = Path(__file__).parents[3]
PLACES = (
    ROOT / ".ci-node" / "node_modules" / ".bin",
    ROOT / ".ci-servers" / "git" / "bin",
    ROOT / ".ci-servers" / "sqlite" / "bin",
)
TICKETS = {"search_tickets": page(ticket()), "read_ticket": both({"item": ticket()}), "list_tickets": page(ticket())}
TOLD = "POST /v2/orders answers 500 while the pool is exhausted"


def program(name: str) -> str:
    """Where the server is, or a skip."""
    path = os.pathsep.join([*map(str, PLACES), os.environ.get("REFERENCE_SERVERS", ""), os.environ.get("PATH", "")])
    found = shutil.which(name, path=path)
    if not found:
        pytest.skip(f"{name} is not installed; .ci/run installs it")
    return found


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Servers:
    for name in ("RUNS", "STATE"):
        monkeypatch.setenv(f"CUSTOMER_ESCALATION_{name}", str(tmp_path / name.lower()))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return Servers(tmp_path).add("desk", "support_platform", OURS, TICKETS)


def found(servers: Servers, label: str, category: str, command: str, *arguments: str, more: str = "") -> list[str]:
    """The citations of the records of a run that say what was told, all of which resolve."""
    servers.file.write_text(
        servers.file.read_text()
        + f"[{label}]\ncommand = {json.dumps(command)}\nargs = {json.dumps(arguments)}\ncategory = {json.dumps(category)}\n"
        + f"connect_s = 300\ncall_s = 300\n{more}"
    )
    servers.trust(label)
    result = servers.run()
    assert not [gap for gap in result.data["gaps"] if title_of(category) in gap], result.data["gaps"]
    ledger = Ledger()
    for entry in JournalStore().entries(result.data["run"], RecordsRead.kind):
        for one in RecordsRead.model_validate(entry.data).results:
            ledger.add(one)
    refs = [ref for ref, record in ledger.records.items() if record.category == category and TOLD in record.text]
    assert all(Evidence(ledger, frozenset()).resolve([ref])[0] for ref in refs)
    return refs


def test_filesystem(servers: Servers, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "runbook.md").write_text(f"# API\n{TOLD}\n")
    refs = found(servers, "files", "cloud_storage", program("mcp-server-filesystem"), str(folder))
    assert [ref.rpartition("/")[2] for ref in refs] == ["runbook.md"]


def test_memory(servers: Servers, tmp_path: Path) -> None:
    graph = {"type": "entity", "name": "orders_API", "entityType": "service", "observations": [TOLD]}
    (tmp_path / "memory.jsonl").write_text(json.dumps(graph) + "\n")
    more = f"env = {{ MEMORY_FILE_PATH = {json.dumps(str(tmp_path / 'memory.jsonl'))} }}\n"
    assert found(servers, "memory", "knowledge_base", program("mcp-server-memory"), more=more)


def test_sqlite(servers: Servers, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "kb.db") as database:
        database.execute("CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT, body TEXT)")
        database.execute("INSERT INTO articles VALUES (41, 'Pool sizes', ?)", (TOLD,))
    database.close()
    refs = found(servers, "kb", "knowledge_base", program("mcp-server-sqlite"), "--db-path", str(tmp_path / "kb.db"))
    assert refs == ["knowledge_base/41"]


def test_git(servers: Servers, tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        named = ["-c", "user.name=Kim", "-c", "user.email=kim@acme.example"]
        subprocess.run(["git", *named, *arguments], cwd=tmp_path / "repo", check=True, capture_output=True)

    (tmp_path / "repo").mkdir()
    git("init")
    git("commit", "--allow-empty", "-m", TOLD)
    more = f"arguments = {{ repo_path = {json.dumps(str(tmp_path / 'repo'))} }}\n"
    command = program("mcp-server-git")
    assert found(servers, "code", "knowledge_base", command, "--repository", str(tmp_path / "repo"), more=more)


def test_everything(servers: Servers) -> None:
    servers.file.write_text(
        servers.file.read_text()
        + f"[all]\ncommand = {json.dumps(program('mcp-server-everything'))}\ncategory = 'knowledge_base'\nconnect_s = 300\ncall_s = 300\n"
    )
    servers.trust("all")
    result = servers.run()
    assert not [gap for gap in result.data["gaps"] if "knowledge base" in gap]
    told = json.dumps([entry.data for entry in JournalStore().entries(result.data["run"], RecordsRead.kind)])
    assert "Resource 1: This is a plaintext resource" in told

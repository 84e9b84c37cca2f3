"""Tokens: a log-in through a real authorization server, refresh in a later process, client credentials, static tokens."""

import json
import os
import stat
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keyring.backend
import keyring.errors
import pytest
from tests.skill_runtime.authorization import Grants, Guarded, guarded_server

from skill_runtime.connectors import ConnectorState
from skill_runtime.errors import ConnectorError
from skill_runtime.mcp_host import McpHost, ServerSpec, Timeouts
from skill_runtime.oauth import LoginNeeded, Program, Redirect, auth_for
from skill_runtime.permission import ToolPolicy
from skill_runtime.secret_store import FileStore, KeyringStore, SecretStore, open_secrets
from skill_runtime.servers import Auth
from skill_runtime.tools import Access

POLICY = ToolPolicy({"*.read_*": Access.READ})
OAUTH = Auth("oauth")
PROGRAM = Program("customer-escalation", "customer-escalation connectors login {server}")
LONGEST_S = 300.0
"""After which a log-in is taken to hang; a busy machine may need a while."""
PATIENT = Timeouts(LONGEST_S, LONGEST_S)


@dataclass
class Browser:
    """Opens the page as a browser does: follows where it leads, in a thread of its own."""

    pages: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    able: bool = True
    threads: list[threading.Thread] = field(default_factory=list)

    def __call__(self, url: str) -> bool:
        self.opened.append(url)
        if self.able:
            thread = threading.Thread(target=self._visit, args=(url,))
            thread.start()
            self.threads.append(thread)
        return self.able

    def _visit(self, url: str) -> None:
        with urllib.request.urlopen(url, timeout=LONGEST_S) as answer:
            self.pages.append(answer.read().decode())

    def close(self) -> None:
        for thread in self.threads:
            thread.join()


async def connect(there: Guarded, auth: Any) -> ConnectorState:
    spec = ServerSpec("desk", "crm", there.url, auth=auth)
    async with McpHost([spec], POLICY, timeouts=PATIENT) as host:
        if host.states[0].status == "connected":
            tool = next(tool for tool in host.tools if tool.remote_name == "read_account")
            assert not (await tool.run({"id": "A-1"})).is_error
        return host.states[0]


async def log_in(there: Guarded, store: SecretStore, browser: Browser, shown: list[str]) -> ConnectorState:
    async with Redirect(shown.append, browser, wait_s=LONGEST_S) as redirect:
        state = await connect(there, auth_for("desk", there.url, OAUTH, store, redirect))
    browser.close()
    return state


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "secrets.json")


async def test_a_person_logs_in_once_and_later_processes_need_nobody(store: FileStore) -> None:
    grants, browser = Grants(), Browser()
    shown: list[str] = []
    with guarded_server(grants) as there:
        assert (await log_in(there, store, browser, shown)).status == "connected"
        assert shown[0].startswith("Your browser was opened to log in: http://127.0.0.1:")
        assert "code_challenge_method=S256" in browser.opened[0]
        assert "You are logged in." in browser.pages[0]
        state = await connect(there, auth_for("desk", there.url, OAUTH, store))
        assert (state.status, grants.exchanged) == ("connected", ["code"])


async def test_tokens_that_expired_between_processes_are_refreshed_without_a_person(store: FileStore) -> None:
    grants = Grants()
    with guarded_server(grants) as there:
        assert (await log_in(there, store, Browser(), [])).status == "connected"
        kept = json.loads(store.get("oauth:desk") or "")
        store.put("oauth:desk", json.dumps({**kept, "expires_at": 1.0}))
        grants.access.clear()
        state = await connect(there, auth_for("desk", there.url, OAUTH, store))
        assert state.status == "connected"
        assert grants.exchanged[-1] == "refresh"


async def test_a_run_without_a_person_says_how_to_log_in(store: FileStore) -> None:
    with guarded_server(Grants()) as there:
        state = await connect(there, auth_for("desk", there.url, OAUTH, store, program=PROGRAM))
    assert state.status == "error"
    assert state.reason == "desk wants a log-in: run `customer-escalation connectors login desk`"


async def test_a_refused_log_in_is_a_sentence(store: FileStore) -> None:
    browser = Browser()
    with guarded_server(Grants(refuses=True)) as there:
        state = await log_in(there, store, browser, [])
    assert state.reason == "The log-in was refused: access_denied"
    assert "refused" in browser.pages[0]


async def test_nobody_coming_back_from_the_browser_ends_the_wait(store: FileStore) -> None:
    shown: list[str] = []
    with guarded_server(Grants()) as there:
        async with Redirect(shown.append, Browser(able=False), wait_s=0.2) as redirect:
            state = await connect(there, auth_for("desk", there.url, OAUTH, store, redirect))
    assert state.reason == "Nobody came back from the browser within 0.2 s. Try again"
    assert shown[0].startswith("Open this page to log in: http")


async def test_others_that_knock_at_the_way_back_change_nothing() -> None:
    async with Redirect(lambda _: None, Browser(able=False), wait_s=0.3) as redirect:
        import asyncio

        def knock(path: str) -> tuple[int, str]:
            try:
                with urllib.request.urlopen(redirect.address.rsplit("/", 1)[0] + path, timeout=LONGEST_S) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as error:
                with error:
                    return error.code, ""

        assert (await asyncio.to_thread(knock, "/favicon.ico"))[0] == 404
        assert "no code" in (await asyncio.to_thread(knock, "/callback?state=x"))[1]
        with pytest.raises(ConnectorError, match="Nobody came back"):
            await redirect.wait()


async def test_tokens_of_one_address_are_not_sent_to_another(store: FileStore) -> None:
    with guarded_server(Grants()) as there:
        assert (await log_in(there, store, Browser(), [])).status == "connected"
    with guarded_server(Grants()) as elsewhere:
        state = await connect(elsewhere, auth_for("desk", elsewhere.url, OAUTH, store))
    assert "wants a log-in" in state.reason


async def test_client_credentials_need_no_person(store: FileStore) -> None:
    grants = Grants()
    with guarded_server(grants, machine_secret="s3cret") as there:
        right = Auth("client_credentials", "robot", "s3cret", issuer=there.issuer)
        assert (await connect(there, auth_for("desk", there.url, right, store))).status == "connected"
        assert grants.exchanged == ["machine"]
        wrong = Auth("client_credentials", "robot", "guess", issuer=there.issuer)
        state = await connect(there, auth_for("other", there.url, wrong, store))
        assert state.status == "error"
        assert "guess" not in state.reason


async def test_client_credentials_go_to_no_other_issuer(store: FileStore) -> None:
    grants = Grants()
    with guarded_server(grants, machine_secret="s3cret") as there:
        auth = Auth("client_credentials", "robot", "s3cret", issuer="https://login.example")
        assert (await connect(there, auth_for("desk", there.url, auth, store))).status == "error"
        assert grants.exchanged == []


async def test_a_static_token_goes_to_its_own_host_alone(store: FileStore) -> None:
    grants = Grants()
    with guarded_server(grants) as there:
        store.put("token:desk", grants.give("person", []).access_token)
        auth = auth_for("desk", there.url, Auth("token"), store)
        assert (await connect(there, auth)).status == "connected"
        assert (
            await connect(there, auth_for("desk", "http://elsewhere.example/mcp", Auth("token"), store))
        ).status == "error"


@pytest.mark.parametrize(
    ("auth", "sentence"),
    [
        (Auth("token"), "desk has no token yet: run `customer-escalation connectors login desk`."),
        (Auth("client_credentials", "robot"), "desk: client credentials need client_id, client_secret and issuer."),
    ],
)
def test_missing_credentials_are_named_before_anything_is_sent(auth: Auth, sentence: str, store: FileStore) -> None:
    with pytest.raises(ConnectorError) as refusal:
        auth_for("desk", "http://127.0.0.1/mcp", auth, store, program=PROGRAM)
    assert str(refusal.value) == sentence


def test_a_server_without_auth_gets_no_token(store: FileStore) -> None:
    assert auth_for("desk", "http://127.0.0.1/mcp", Auth(), store) is None


def test_secrets_show_nowhere() -> None:
    assert "s3cret" not in repr(Auth("client_credentials", "robot", "s3cret", issuer="https://x"))


def test_a_file_of_secrets_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "secrets.json"
    store = FileStore(path)
    assert store.get("a") is None
    store.put("a", "1")
    store.put("b", "2")
    store.remove("a")
    store.remove("never")
    assert (store.get("a"), store.get("b")) == (None, "2")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o644)
    with pytest.raises(ConnectorError, match="can be read by others: run `chmod 600"):
        store.get("b")
    path.chmod(0o600)
    path.write_text("{")
    with pytest.raises(ConnectorError, match="damaged"):
        store.get("b")


class Ring(keyring.backend.KeyringBackend):
    """A keyring in memory, as the system's would be."""

    priority = 5

    def __init__(self, *, locked: bool = False) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = locked

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise keyring.errors.KeyringLocked("locked")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


def test_the_systems_keyring_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Ring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: ring)
    store = open_secrets("customer-escalation", tmp_path / "x.json")
    assert isinstance(store, KeyringStore)
    store.put("a", "1")
    assert (store.get("a"), ring.kept) == ("1", {("customer-escalation", "a"): "1"})
    store.remove("a")
    store.remove("a")
    assert ring.kept == {}
    assert store.place.startswith("the system's keyring")
    ring.locked = True
    with pytest.raises(ConnectorError, match="keyring cannot be used: locked"):
        store.get("a")


def test_without_a_keyring_the_file_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring.backends.fail

    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.fail.Keyring)
    store = open_secrets("customer-escalation", tmp_path / "x.json")
    assert isinstance(store, FileStore)
    assert store.place == os.fspath(tmp_path / "x.json")


def test_a_needed_log_in_is_a_connector_error() -> None:
    assert issubclass(LoginNeeded, ConnectorError)

"""Another process of the machine, or a page in the user's browser, gets nothing from a server over HTTP."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from tests.attack.tally import Attempts
from tests.customer_escalation.mcp_server.desk import accepted, desk, workspace

from customer_escalation.actions import action_id
from customer_escalation.actions.approvals import Approval
from customer_escalation.cases.entries import APPROVAL
from customer_escalation.cases.journal_store import JournalStore
from customer_escalation.cases.recorded import RecordedResult

KIND = "a server over HTTP"
TOKEN = "t" * 40
WRITES = frozenset({
    "add_internal_note", "reply_to_customer", "set_ticket_status", "log_account_activity", "post_chat_message", "create_issue",
    "comment_on_issue", "draft_article", "save_brief", "approve_action", "revoke_approval", "log_followup", "deescalate",
    "request_approval", "carry_out",
})  # fmt: skip
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's folder, with a workspace that is loaded."""
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    project = tmp_path / "project"
    project.mkdir()
    return project


def environment(folder: Path) -> dict[str, str]:
    """Where everything of this user is kept."""
    return {
        "CUSTOMER_ESCALATION_RUNS": str(folder / "runs"), "CUSTOMER_ESCALATION_DB": str(folder / "none.db"),
        "XDG_CONFIG_HOME": str(folder / "config"), "HOME": str(folder), "CUSTOMER_ESCALATION_HTTP_TOKEN": TOKEN,
    }  # fmt: skip


@contextmanager
def served(name: str, folder: Path, *options: str, **changed: str) -> Iterator[tuple[str, list[str]]]:
    """A server as a process on a loopback port: its address, and what it said before."""
    command = [sys.executable, "-m", "customer_escalation", "mcp", name, "--http", "0", *options]
    given = {**os.environ, **changed}
    process = subprocess.Popen(command, env=given, cwd=folder, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        said: list[str] = []
        for line in process.stderr:
            said.append(line)
            if "Listening on" in line:
                break
        yield said[-1].split()[-1], said[:-1]
    finally:
        process.terminate()
        process.communicate(timeout=300)


def asked(url: str, **headers: str) -> httpx2.Response:
    """The server's answer to a list of its tools."""
    accepted_types = {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/list",
    }
    return httpx2.post(url, json=LIST, headers={**accepted_types, **headers}, timeout=300)


def test_without_the_token_nobody_gets_anything(attempts: Attempts, folder: Path, tmp_path: Path) -> None:
    where = ("--workspace", str(workspace(tmp_path, "15")))
    with served("all", folder, *where) as (url, said):
        assert not any(TOKEN in line for line in said)
        tries: dict[str, dict[str, str]] = {
            "nothing": {}, "an empty token": {"Authorization": "Bearer"}, "another": {"Authorization": "Bearer x"},
            "a part": {"Authorization": f"Bearer {TOKEN[:-1]}"}, "more": {"Authorization": f"Bearer {TOKEN}x"},
            "another scheme": {"Authorization": f"Basic {TOKEN}"}, "a cookie": {"Cookie": f"token={TOKEN}"},
            "a page": {"Origin": "https://elsewhere.example"}, "a page on this machine": {"Origin": "http://localhost:3000"},
            "another host": {"Host": "elsewhere.example"},
        }  # fmt: skip
        for name, headers in tries.items():
            attempts.had(name, asked(url, **headers).status_code != 401)
            attempts.had(f"{name}, in the address", asked(f"{url}?token={TOKEN}", **headers).status_code != 401)
        token = {"Authorization": f"Bearer {TOKEN}"}
        for name, headers in {
            "Host": {"Host": "elsewhere.example"},
            "Origin": {"Origin": "https://elsewhere.example"},
        }.items():
            attempts.had(
                f"the token with a foreign {name}", asked(url, **token, **headers).status_code not in (403, 421)
            )
    attempts.had_none()


def test_a_start_makes_a_token_of_its_own_and_refuses_one_that_can_be_guessed(folder: Path, tmp_path: Path) -> None:
    where = ("--workspace", str(workspace(tmp_path, "15")))
    made: set[str] = set()
    for _ in range(2):
        with served("crm", folder, *where, CUSTOMER_ESCALATION_HTTP_TOKEN="") as (url, said):
            token = said[-1].split()[-1]
            made.add(token)
            assert asked(url).status_code == 401
            assert asked(url, Authorization=f"Bearer {token}").status_code < 500
    assert len(made) == 2
    assert min(map(len, made)) > 40
    command = [sys.executable, "-m", "customer_escalation", "mcp", "crm", "--http", "0", *where]
    weak = subprocess.run(command, env={**os.environ, "CUSTOMER_ESCALATION_HTTP_TOKEN": "hunter2"}, capture_output=True, text=True,
                          cwd=folder, check=False, timeout=300)  # fmt: skip
    assert weak.returncode == 2
    assert "20 or more" in weak.stderr
    assert "hunter2" not in weak.stderr


async def tools_and_calls(url: str, calls: list[tuple[str, dict[str, Any]]]) -> tuple[set[str], list[tuple[bool, str]]]:
    """The names of the tools, and for each call whether it worked and what came back."""
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=300) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        names = {tool.name for tool in (await client.list_tools()).tools}
        told: list[tuple[bool, str]] = []
        for name, arguments in calls:
            try:
                result = await client.call_tool(name, arguments)
                told.append((not result.is_error, str(result.content)))
            except Exception as error:
                told.append((False, str(error)))
        return names, told


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("add_internal_note", {"id": "KB-5266", "text": "x"}),
    ("reply_to_customer", {"id": "KB-5266", "text": "x"}),
    ("set_ticket_status", {"id": "KB-5266", "status": "closed"}),
    ("post_chat_message", {"channel": "#support", "text": "x"}),
    ("create_issue", {"title": "x", "description": "x"}),
    ("draft_article", {"title": "x", "body": "x"}),
    ("log_account_activity", {"id": "A-1", "text": "x"}),
]


async def test_no_writing_tool_is_there_unless_it_is_switched_on(
    attempts: Attempts, folder: Path, tmp_path: Path
) -> None:
    with served("all", folder, "--workspace", str(workspace(tmp_path, "15"))) as (url, _):
        names, told = await tools_and_calls(url, CALLS)
    assert {"search_tickets", "assess", "show_brief"} <= names
    for name in WRITES:
        attempts.had(f"{name} is offered", name in names)
    for (name, _), (worked, said) in zip(CALLS, told, strict=True):
        attempts.had(name, worked and said)
    attempts.had_none()


async def test_switched_on_they_do_what_a_person_approved_and_nothing_else(
    attempts: Attempts, folder: Path, tmp_path: Path
) -> None:
    async with desk(folder) as at:
        case = await accepted(at, "15")
        await at.good("save_brief", case=case, file="")
    store = JournalStore()
    proposals = RecordedResult(store.entries(case, "result")[-1].data).proposals
    reply = next(one for one in proposals if one.kind == "customer_reply")
    store.append(case, APPROVAL, Approval.model_validate(
        {"action": action_id(reply), "by": "Sam", "at": datetime.now(UTC)}).model_dump(mode="json"))  # fmt: skip
    good = {
        "id": reply.destination.partition("/")[2],
        "text": reply.text,
    }
    hostile = [
        *CALLS,
        ("reply_to_customer", {**good, "text": reply.text + " "}),
        ("reply_to_customer", {**good, "id": "KB-1"}),
        ("reply_to_customer", {**good, "author": "The chief executive"}),
        ("reply_to_customer", {**good, "look_since": "2020-01-01"}),
        ("add_internal_note", good),
        *(("reply_to_customer", {"id": one.destination.partition("/")[2], "text": one.text})
          for one in proposals if one.system == "support_platform" and one is not reply),
    ]  # fmt: skip
    with served("all", folder, "--writes", "--workspace", str(workspace(tmp_path, "15"))) as (url, _):
        names, told = await tools_and_calls(url, [*hostile, ("reply_to_customer", good), ("reply_to_customer", good)])
    assert names >= WRITES - {"approve_action"}
    for (name, arguments), (worked, _) in zip(hostile, told[:-2], strict=True):
        attempts.had(f"{name} {json.dumps(arguments)[:80]}", worked)
    assert told[-2][0], told[-2][1]
    attempts.had("the approved one a second time", told[-1][0])
    assert "is not done again" in told[-1][1]
    attempts.had_none()

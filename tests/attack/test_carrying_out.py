"""Nothing is written anywhere that a person did not approve to the letter, and nothing twice, whoever asks and by whichever way."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from tests.attack.tally import Attempts
from tests.attack.test_approvals import Yes
from tests.customer_escalation.mcp_server.desk import Desk, accepted, desk, handed, scripted, workspace

from customer_escalation.mcp_server.direct_writes import WRITING
from customer_escalation.mcp_server.serving import opened_server
from customer_escalation.policy.sources import approve, project_policy
from support_connectors.categories import WORKSPACE_CATEGORIES
from support_connectors.workspace.store import load_workspace

KIND = "an effect that nobody approved"
SWITCHED_ON = "[assistants]\nwriting_tools = true\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's folder, with a workspace that is loaded."""
    for name, place in (("RUNS", "runs"), ("DB", "loaded.db"), ("PROJECT", "project")):
        monkeypatch.setenv(f"CUSTOMER_ESCALATION_{name}", str(tmp_path / place))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("CLAUDE_PROJECT_DIR", raising=False)
    project = tmp_path / "project"
    project.mkdir()
    load_workspace(workspace(tmp_path, "15"), tmp_path / "loaded.db")
    return project


def everything(folder: Path) -> list[str]:
    """All that stands in the workspace."""
    with closing(sqlite3.connect(folder.parent / "loaded.db")) as database:
        return sorted(
            f"{table} {row}" for table in ("item", "part") for (row,) in database.execute(f"SELECT data FROM {table}")
        )


@asynccontextmanager
async def approving(folder: Path) -> AsyncIterator[tuple[Desk, str, dict[str, Any]]]:
    """A desk whose person approved the first reply to a customer: the desk, the case, the action."""
    async with desk(folder, file=folder.parent / "loaded.db", elicitation_callback=Yes()) as at:
        case = await accepted(at, "15")
        listed = (await at.good("propose_actions", case=case)).data["actions"]
        whole = [await at.good("propose_actions", case=case, action=one["id"]) for one in listed]
        actions = [told.data["actions"][0] for told in whole]
        reply = next(one for one in actions if one["kind"] == "customer_reply")
        assert (await at.good("request_approval", case=case, action=reply["id"])).data["answer"] == "approved"
        yield at, case, reply


@asynccontextmanager
async def plain(category: str) -> AsyncIterator[Client]:
    """A client of a category's server as an assistant starts it."""
    with opened_server(category) as server:
        async with Client(server) as client:
            yield client


def switch_on(folder: Path) -> None:
    """The organisation lists writing tools to assistants."""
    (folder / "policy.toml").write_text(SWITCHED_ON, encoding="utf-8")
    found = project_policy(folder)
    assert found is not None
    approve(found)


async def tried(client: Client, tool: str, **arguments: Any) -> bool:
    """Whether the tool took the call."""
    try:
        return not (await client.call_tool(tool, arguments)).is_error
    except Exception:  # no such tool
        return False


async def test_carry_out_does_what_was_approved_and_no_id_or_text_gets_more(attempts: Attempts, folder: Path) -> None:
    before = everything(folder)
    async with approving(folder) as (at, case, reply):
        others = [
            one for one in (await at.good("propose_actions", case=case)).data["actions"] if one["id"] != reply["id"]
        ]
        forged = [
            "", "0", "99", "-1", "0" * 64, "f" * 64, reply["id"][:7], reply["id"][:-1] + "0", reply["id"].upper() + " ",
            reply["text"], "*", "%", "' OR 1=1 --", *(one["id"] for one in others), *(str(one["number"]) for one in others),
        ]  # fmt: skip
        for action in forged:
            told = await at.call("carry_out", case=case, action=action)
            attempts.had(f"action {action[:20]!r}", not told.failed or everything(folder) != before)
        for name in ("", "another", case[::-1], f"{case}x"):
            told = await at.call("carry_out", case=name, action=reply["id"])
            attempts.had(f"case {name[:20]!r}", not told.failed or everything(folder) != before)
        more = {
            "text": "Pay 500 USD to this account.",
            "destination": "support_platform/KB-1",
            "by": "The chief executive",
        }
        await at.call("carry_out", case=case, action=reply["id"], **more)
        new = [line for line in everything(folder) if line not in before]
        attempts.had(
            "another text, place or name beside the id",
            len(new) != 1 or any(value in new[0] for value in more.values()),
        )
        assert json.dumps(reply["text"], ensure_ascii=False)[1:-1] in new[0]
    attempts.had_none()


async def test_what_was_approved_is_written_once(attempts: Attempts, folder: Path) -> None:
    before = everything(folder)
    async with approving(folder) as (at, case, reply):
        for turn in range(3):
            told = await at.good("carry_out", case=case, action=reply["id"] if turn else str(reply["number"]))
            assert told.data["state"] == "done"
            assert "not done again" in told.text
        new = [line for line in everything(folder) if line not in before]
        assert sum(json.dumps(reply["text"], ensure_ascii=False)[1:-1] in line for line in new) == 1
        attempts.had("more than that one message", len(new) != 1)
        told = await at.call("revoke_approval", case=case, action=reply["id"], name="Sam")
        assert told.failed
    attempts.had_none()


async def test_a_changed_text_an_old_id_and_a_taken_back_approval_write_nothing(
    attempts: Attempts, folder: Path
) -> None:
    before = everything(folder)
    async with approving(folder) as (at, case, reply):
        await at.good("revoke_approval", case=case, action=reply["id"], name="Sam")
        await at.call("carry_out", case=case, action=reply["id"])
        attempts.had("a yes that was taken back", everything(folder) != before)
        await at.good("request_approval", case=case, action=reply["id"])
        draft = scripted("15")[2]
        draft["drafts"][0]["text"] += " Thank you for your patience."
        await at.good("check_brief", case=case, **handed(draft))
        changed = (await at.good("propose_actions", case=case)).data["actions"][reply["number"] - 1]
        assert changed["id"] != reply["id"]
        for action in (reply["id"], changed["id"], str(reply["number"])):
            await at.call("carry_out", case=case, action=action)
            attempts.had(f"after a change, {action[:8]}", everything(folder) != before)
        await at.good("check_brief", case=case, **handed(scripted("15")[2]))
        for action in (reply["id"], changed["id"]):
            await at.call("carry_out", case=case, action=action)
            attempts.had(f"changed back, {action[:8]}", everything(folder) != before)
    attempts.had_none()


async def test_two_sessions_at_once_write_once(attempts: Attempts, folder: Path) -> None:
    before = everything(folder)
    async with approving(folder) as (at, case, reply), desk(folder, file=folder.parent / "loaded.db") as other:
        switch_on(folder)
        async with plain("support_platform") as direct:
            same = {"id": reply["destination"], "text": reply["text"]}
            await asyncio.gather(
                *(one.call("carry_out", case=case, action=reply["id"]) for one in (at, other) for _ in range(4)),
                *(tried(direct, "reply_to_customer", **same) for _ in range(4)),
            )
            await at.good("carry_out", case=case, action=reply["id"])
    attempts.had("more than one message", len(everything(folder)) != len(before) + 1)
    attempts.had_none()


async def test_no_category_lists_or_takes_a_writing_tool(attempts: Attempts, folder: Path) -> None:
    before = everything(folder)
    async with approving(folder) as (_, _case, reply):
        (folder / "policy.toml").write_text(SWITCHED_ON, encoding="utf-8")  # which nobody approved
        for category in (*WORKSPACE_CATEGORIES, "all"):
            async with plain(category) as client:
                listed = {tool.name for tool in (await client.list_tools()).tools}
                for name in sorted(WRITING):
                    attempts.had(f"{category} lists {name}", name in listed)
                    same = {"id": reply["destination"], "channel": "#support", "text": reply["text"]}
                    attempts.had(f"{category} takes {name}", await tried(client, name, **same))
    attempts.had("anything written", everything(folder) != before)
    attempts.had_none()


async def test_switched_on_a_writing_tool_does_what_was_approved_once(attempts: Attempts, folder: Path) -> None:
    before = everything(folder)
    async with approving(folder) as (at, case, reply):
        switch_on(folder)
        async with plain("all") as client:
            good = {"id": reply["destination"], "text": reply["text"]}
            hostile: list[tuple[str, dict[str, Any]]] = [
                ("reply_to_customer", {**good, "text": reply["text"] + " "}),
                ("reply_to_customer", {**good, "text": reply["text"].replace(".", "!", 1)}),
                ("reply_to_customer", {**good, "id": "support_platform/KB-1"}),
                ("reply_to_customer", {**good, "author": "The chief executive"}),
                ("reply_to_customer", {**good, "look_since": "2020-01-01"}),
                ("reply_to_customer", {**good, "action": reply["id"]}),
                ("add_internal_note", good),
                ("set_ticket_status", {"id": good["id"], "status": "closed"}),
                ("post_chat_message", {"channel": "#general", "text": reply["text"]}),
                ("create_issue", {"title": "x", "description": reply["text"]}),
            ]
            for name, arguments in hostile:
                took = await tried(client, name, **arguments)
                attempts.had(f"{name} {arguments}"[:90], took or everything(folder) != before)
            assert await tried(client, "reply_to_customer", **good)
            after = everything(folder)
            assert len(after) == len(before) + 1
            attempts.had("a second time", await tried(client, "reply_to_customer", **good))
            attempts.had(
                "a second time under another key",
                await tried(client, "reply_to_customer", **good, idempotency_key="other"),
            )
        assert (await at.good("carry_out", case=case, action=reply["id"])).data["state"] == "done"
        attempts.had("a third time, by carry_out", everything(folder) != after)
    attempts.had_none()


async def test_every_tool_that_writes_says_that_a_person_is_asked(folder: Path) -> None:
    switch_on(folder)
    async with plain("all") as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    of_workspace = {name for name in WRITING if name in tools}
    assert {
        "reply_to_customer",
        "post_chat_message",
        "create_issue",
        "draft_article",
        "log_account_activity",
    } <= of_workspace
    for name in {*of_workspace, "carry_out"}:
        assert (tools[name].meta or {}).get("anthropic/requiresUserInteraction") is True, name
        annotations = tools[name].annotations
        assert annotations is not None
        assert annotations.read_only_hint is False
        assert annotations.open_world_hint is True
    assert not any((tool.meta or {}).get("anthropic/requiresUserInteraction") for tool in tools.values() if tool.annotations
                   and tool.annotations.read_only_hint)  # fmt: skip


async def test_a_workspace_in_memory_is_not_written_to_and_the_answer_says_so(folder: Path) -> None:
    async with desk(folder, elicitation_callback=Yes()) as at:
        case = await accepted(at, "15")
        reply = next(
            one
            for one in (await at.good("propose_actions", case=case)).data["actions"]
            if one["kind"] == "customer_reply"
        )
        await at.good("request_approval", case=case, action=reply["id"])
        told = await at.call("carry_out", case=case, action=reply["id"])
    assert told.failed
    assert "nothing can be written there" in told.text

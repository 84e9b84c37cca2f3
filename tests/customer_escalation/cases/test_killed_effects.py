"""kill -9 at every entry of an effect: whoever carries it out after that, it happened exactly once."""

import json
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from tests.customer_escalation.cases.acted_on import CHANNEL, TICKET, loaded, said
from tests.customer_escalation.commands import LONGEST_S
from tests.support_connectors.backends.services import service

from support_connectors.contract.client import calls_of
from support_connectors.contract.shapes import SHAPES
from support_connectors.serving import build_category_server
from support_connectors.systems import connect_system

ROOT = Path(__file__).parents[3]
LAB = (sys.executable, "-m", "tests.customer_escalation.cases.effect_lab")
POINTS = ("after intent", "before outcome", "after outcome")
REAL = (
    ("rt", "reply_to_customer"), ("rt", "add_internal_note"), ("redmine", "comment_on_issue"), ("redmine", "create_issue"),
    ("matrix", "post_chat_message"), ("mediawiki", "draft_article"), ("bottlecrm", "log_account_activity"),
    ("jmap", "draft_mail"), ("imap", "draft_mail"), ("webdav", "store_file"),
)  # fmt: skip
WAITS = 3.0
"""Minutes after which what was under way can no longer arrive."""


def carried_out(order: dict[str, Any], **changes: Any) -> tuple[int, dict[str, Any]]:
    """The exit code of a process with this order, and the last that it said."""
    given = {"case": "", "kill": None, "later": 0.0, **order, **changes}
    done = subprocess.run(
        LAB,
        cwd=ROOT,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert lines, done.stderr
    return done.returncode, json.loads(lines[-1])


def killed_and_gone_on_with(order: dict[str, Any], point: str) -> dict[str, Any]:
    """Kill it there, then carry the same action out again; what came of it in the end."""
    code, told = carried_out(order, kill=point)
    assert code == -9, told
    code, told = carried_out(order, case=told["case"], later=WAITS)
    assert code == 0
    for _ in range(2):  # whoever asks again writes nothing
        assert carried_out(order, case=told["case"], later=2 * WAITS)[1] == told
    return told


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("tool", ["reply_to_customer", "post_chat_message"])
def test_in_the_workspace(tmp_path: Path, tool: str, point: str) -> None:
    database, chat = loaded(tmp_path), tool == "post_chat_message"
    settings = {"database": str(database), "category": "chat" if chat else "support_platform"}
    where = {"channel": CHANNEL} if chat else {"id": TICKET}
    order = {"runs": str(tmp_path / "runs"), "system": "workspace", "settings": settings, "tool": tool,
             "arguments": {**where, "text": "Whatever happens, once."}}  # fmt: skip
    assert killed_and_gone_on_with(order, point)["state"] == "done"
    assert said(database) == ["Whatever happens, once."]


async def test_two_processes_at_once_write_once(tmp_path: Path) -> None:
    database = loaded(tmp_path)
    order = {"runs": str(tmp_path / "runs"), "system": "workspace", "tool": "reply_to_customer",
             "settings": {"database": str(database), "category": "support_platform"},
             "arguments": {"id": TICKET, "text": "Whatever happens, once."}}  # fmt: skip
    _, told = carried_out(order, kill="after intent")
    given = json.dumps({"kill": None, "later": WAITS, **order, "case": told["case"]})
    running = [subprocess.Popen(LAB, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True) for _ in range(4)]  # fmt: skip
    for process in running:
        assert process.stdin is not None
        process.stdin.write(given)
        process.stdin.close()
        process.stdin = None
    ends = [process.communicate(timeout=LONGEST_S) for process in running]
    assert sum(process.returncode == 0 for process in running) >= 1, ends
    assert all(
        process.returncode == 0 or "CaseInUse" in said_ for process, (_, said_) in zip(running, ends, strict=True)
    )
    assert said(database) == ["Whatever happens, once."]


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize(("name", "tool"), REAL)
async def test_in_a_real_system(tmp_path: Path, name: str, tool: str, point: str) -> None:
    settings, token = service(name), uuid.uuid4().hex
    system, backend = connect_system(name, settings)
    shape = SHAPES[system.category]
    async with Client(build_category_server(system.category, backend)) as client:
        call = calls_of(client)
        target = (await call(shape.browse, {"limit": 5}))["items"][0]
        order = {"runs": str(tmp_path / "runs"), "system": name, "settings": settings, "tool": tool,
                 "arguments": arguments_of(tool, target, token)}  # fmt: skip
        told = killed_and_gone_on_with(order, point)
        assert told["state"] == "done", told
    async with Client(build_category_server(system.category, connect_system(name, settings)[1])) as client:
        call = calls_of(client)
        if tool in ("create_issue", "draft_mail", "post_chat_message", "store_file"):
            listed = await call(shape.browse, {"limit": 50})
            count = sum(token in json.dumps(item) for item in listed["items"])
        elif tool == "draft_article":
            count = int(token in json.dumps(await call(shape.read, {"id": told["written"]})))
        else:
            read = await call(shape.read, {"id": target["id"]})
            count = sum(token in json.dumps(part) for part in read["item"][shape.parts])
    assert count == 1


def arguments_of(tool: str, target: dict[str, Any], token: str) -> dict[str, Any]:
    """A call whose text, or title, holds the token."""
    text = f"Whatever happens, once. {token}"
    match tool:
        case "post_chat_message":
            return {"channel": target["channel"], "text": text}
        case "draft_article":
            return {"title": f"Once {token}", "body": text}
        case "create_issue":
            return {"type": "bug", "title": f"Once {token}", "description": text}
        case "draft_mail":
            return {"to": ["nobody@example.com"], "subject": f"Once {token}", "text": text}
        case "store_file":
            return {"path": f"once/{token}.txt", "text": text}
        case _:
            return {"id": target["id"], "text": text}

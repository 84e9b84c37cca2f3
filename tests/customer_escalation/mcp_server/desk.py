"""The escalation server on a case of the tests, and a client to it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mcp import Client
from tests.customer_escalation.documents import document, index
from tests.customer_escalation.scripts import CASES, answers, case, draft_of, issue

from customer_escalation.mcp_server.escalation import build_escalation_server
from customer_escalation.mcp_server.workplace import Workplace


@dataclass
class Told:
    """What a tool answered."""

    text: str
    data: dict[str, Any]
    failed: bool


@dataclass
class Desk:
    """A connected client."""

    client: Client
    progress: list[str] = field(default_factory=list)

    async def call(self, tool: str, **arguments: Any) -> Told:
        """Call a tool."""

        async def note(progress: float, total: float | None, message: str | None) -> None:
            self.progress.append(message or "")

        result = await self.client.call_tool(tool, arguments, progress_callback=note)
        text = "\n".join(block.text for block in result.content if block.type == "text")
        return Told(text, result.structured_content or {}, bool(result.is_error))

    async def good(self, tool: str, **arguments: Any) -> Told:
        """Call a tool that has to succeed."""
        told = await self.call(tool, **arguments)
        assert not told.failed, told.text
        return told


def workspace(folder: Path, name: str, **changes: Any) -> Path:
    """The workspace of a case as a file of its own, changed."""
    data = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    kept = {key: data[key] for key in ("now", "policy", "connectors", "records") if key in data}
    path = folder / f"workspace-{name}.json"
    path.write_text(json.dumps({**kept, **changes}), encoding="utf-8")
    return path


@asynccontextmanager
async def desk(folder: Path, name: str = "15", *, file: Path | None = None, **client: Any) -> AsyncIterator[Desk]:
    """A client of the server that works in ``folder`` on a case's workspace."""
    server = build_escalation_server(Workplace(folder, str(file or workspace(folder, name))))
    async with Client(server, **client) as connected:
        yield Desk(connected)


def scripted(name: str) -> tuple[dict[str, Any], str, dict[str, Any]]:
    """The facts and the draft that a person wrote for a case: the facts, ``escalation`` or ``handling``, the draft."""
    blocks = [block for turn in answers(name) for block in turn if block.get("type") == "tool_use"]
    facts = [block["input"] for block in blocks if block["name"] == "assess"][-1]
    ((kind, draft),) = draft_of(name).items()
    return facts, kind, draft


def handed(draft: dict[str, Any], name: str = "15") -> dict[str, Any]:
    """A draft on a case as its document with the index, as ``check_brief`` takes them."""
    expected = case(name)["expected"]
    severity, target = (expected["severity"], expected["target"]) if "impact" in draft else ("", "")
    return {"document": document(draft, severity, target), "index": index(draft)}


async def accepted(at: Desk, name: str) -> str:
    """Bring a case to an accepted brief; returns its id."""
    facts, _, draft = scripted(name)
    found = str((await at.good("assess", issue=issue(name), facts=facts)).data["case"])
    checked = await at.good("check_brief", case=found, keep=False, **handed(draft, name))
    assert checked.data["verdict"] == "accepted", checked.text
    return found

"""A whole run without a model on servers that answer as a test tells them, over stdio."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.connectors.looking import Overview, look, offer_of
from customer_escalation.connectors.plan import Connectors, open_connectors
from customer_escalation.headless import Request, start

SERVER = Path(__file__).parents[2] / "scripted_server.py"
TEXT: dict[str, Any] = {"type": "string"}
NUMBER: dict[str, Any] = {"type": "integer"}
ISSUE = "API returning 500 errors for Acme Corp"
Answers = Mapping[str, Any]


def tool(name: str, required: Sequence[str] = ("query",), **properties: Any) -> dict[str, Any]:
    """A tool as a server lists it; a search by words where nothing else is said."""
    schema = {"type": "object", "properties": properties or {"query": TEXT}, "required": list(required)}
    return {"name": name, "description": name, "inputSchema": schema}


OURS = (
    tool("search_tickets", query=TEXT, limit=NUMBER, customer=TEXT, cursor=TEXT),
    tool("read_ticket", ("id",), id=TEXT),
    tool("list_tickets", (), customer=TEXT, limit=NUMBER, since=TEXT, cursor=TEXT),
)
"""The reading tools of our own form for tickets."""


def text(value: Any, **more: Any) -> dict[str, Any]:
    """A result that is a text: as it is, or JSON."""
    return {"content": [{"type": "text", "text": value if isinstance(value, str) else json.dumps(value)}], **more}


def both(value: dict[str, Any]) -> dict[str, Any]:
    """A result that is structured, with its text."""
    return {**text(value), "structuredContent": value}


def ticket(**more: Any) -> dict[str, Any]:
    """A ticket of our own form with one message of its customer."""
    message = {
        "ref": "support_platform/1-m1", "kind": "message", "id": "1-m1", "at": "2026-11-20T09:00:00Z", "author": "Dana",
        "role": "customer", "text": "POST /v2/orders fails with HTTP 500, production is down.", "parent": "support_platform/1",
    }  # fmt: skip
    return {
        "ref": "support_platform/1", "kind": "ticket", "id": "1", "customer": "Acme Corp", "created_at": "2026-11-20T09:00:00Z",
        "status": "open", "state": "open", "priority": "high", "subject": "API returning 500 errors", "messages": [message], **more,
    }  # fmt: skip


def page(*items: Any) -> dict[str, Any]:
    """A page of our own form."""
    return both({"items": list(items), "next_cursor": None, "total": len(items)})


class Servers:
    """Connectors on scripted servers, all their tools trusted for reading."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "connectors.toml"

    def add(
        self, label: str, category: str, tools: Sequence[dict[str, Any]], answers: Answers, *, read: bool = True
    ) -> "Servers":
        """One server more; ``read`` trusts its tools."""
        self.script(label, tools, answers)
        entry = (
            f"[{label}]\ncommand = {json.dumps(sys.executable)}\nargs = {json.dumps([str(SERVER), str(self._path(label))])}\n"
            f'category = "{category}"\nconnect_s = 300\ncall_s = 300\n'
        )
        before = self.file.read_text() if self.file.exists() else ""
        self.file.write_text(before + entry)
        if read:
            self.trust(label)
        return self

    def script(self, label: str, tools: Sequence[dict[str, Any]], answers: Answers) -> None:
        """What a server answers from its next start on."""
        self._path(label).write_text(json.dumps({"tools": list(tools), "answers": answers}))

    def trust(self, label: str) -> None:
        """Trust the tools as they are now, for reading."""
        known = self._known()
        link = known.named(label)
        offer = asyncio.run(offer_of(link, known))
        known.trust.pin(label, link.declared.identity, offer.tools)
        known.trust.decide(label, {tool.name: "read" for tool in offer.tools})

    def run(self, issue: str = ISSUE) -> RecordedResult:
        """The run."""
        return start(
            Request(issue, use_model=False, folder=str(self.folder), connectors=str(self.file)), lambda event: None
        )

    def check(self) -> Overview:
        """What ``connectors check`` finds."""
        return asyncio.run(look(self._known(), probe=True))

    def _known(self) -> Connectors:
        return open_connectors(self.folder, self.file)

    def _path(self, label: str) -> Path:
        return self.folder / f"{label}.json"

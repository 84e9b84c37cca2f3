"""A case with a sound brief over systems that can be written to: a workspace in a file, or what a test puts before it."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.customer_escalation.casebook import NOW
from tests.customer_escalation.cases.desk import Desk
from tests.customer_escalation.cases.opened import Quiet
from tests.customer_escalation.cases.test_service import DRAFT, FACTS
from tests.customer_escalation.drafts import records

from customer_escalation.cases.connection import OpenedSystems
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.session import Casework
from customer_escalation.cases.store import CaseStore
from customer_escalation.cases.terms import Asked
from customer_escalation.connectors.known import KnownServer
from customer_escalation.connectors.tool_access import CATEGORY_TOOLS
from customer_escalation.connectors.writing import SystemWriter
from skill_runtime.errors import ConnectorError
from skill_runtime.mcp_host import McpHost, ServerSpec
from skill_runtime.permission import ToolPolicy
from skill_runtime.tools import Access, Tool
from support_connectors.serving import local_tools
from support_connectors.workspace.store import load_workspace, open_workspace

TICKET, CHANNEL = "T-101", "#eng-escalations"
Spoil = Callable[[Tool], Tool]


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def later(self, minutes: float) -> None:
        """Let time pass."""
        self.now += timedelta(minutes=minutes)


class Writable(Quiet):
    """``Systems`` with these tools behind them, as a test spoils them."""

    def __init__(self, tools: tuple[Tool, ...], known: Mapping[str, KnownServer] | None = None) -> None:
        super().__init__()
        self.tools = tools
        self.known = known or {}
        self.spoil: Spoil = lambda tool: tool

    async def connection(self) -> OpenedSystems:
        """Their reading tools; the ticket as the brief knows it, where none of them reads it."""
        own = [tool for tool in self.tools if tool.access is Access.READ]
        desk = await Desk().connection()
        known = {tool.category for tool in own}
        return OpenedSystems([*own, *(tool for tool in desk.tools if tool.category not in known)], desk.states)

    async def writer(self, system: str) -> SystemWriter:
        """See ``Systems``."""
        if not any(tool.category == system for tool in self.tools):
            raise ConnectorError(f"The {system} is not connected.")
        return SystemWriter(system, [self.spoil(tool) for tool in self.tools], self.known)


def loaded(folder: Path) -> Path:
    """A workspace database with the ticket."""
    ticket = {"id": TICKET, "customer": "Harrow Mills", "created_at": "2026-03-02T09:00:00Z", "status": "open",
              "priority": "normal", "subject": "Nightly sync fails", "messages": []}  # fmt: skip
    message = {"id": "C-1", "channel": CHANNEL, "at": "2026-03-02T09:00:00Z", "author": "kim", "text": "Good morning."}
    source, database = folder / "source.json", folder / "workspace.db"
    source.write_text(json.dumps({"records": {"support_platform": [ticket], "chat": [message]}}), encoding="utf-8")
    load_workspace(source, database)
    return database


def said(database: Path) -> list[str]:
    """Everything that stands on the ticket and in the chat, the texts alone."""
    from support_connectors.backend import ChatFilter, Paging

    with open_workspace(database) as store:
        messages: Any = store.backend("support_platform")
        chat: Any = store.backend("chat")
        posted = [one for one in chat.list_chat_messages(ChatFilter(), Paging(50)).items if one.id != "C-1"]
        return [*(one.text for one in messages.read_ticket(TICKET).messages), *(one.text for one in posted)]


@asynccontextmanager
async def writable(database: Path) -> AsyncIterator[Writable]:
    """The workspace's support platform and chat, connected."""
    with open_workspace(database) as store:
        specs = [
            ServerSpec(category, category, local_tools(category, store.backend(category)))
            for category in ("support_platform", "chat")
        ]
        async with McpHost(specs, CATEGORY_TOOLS) as host:
            yield Writable(host.all_tools)


@asynccontextmanager
async def foreign(server: Any, known: KnownServer) -> AsyncIterator[Writable]:
    """A server of somebody else that is known, as the chat."""
    policy: ToolPolicy = known.policy
    async with McpHost([ServerSpec("theirs", "chat", server)], policy) as host:
        yield Writable(host.all_tools, {"theirs": known})


async def briefed(store: CaseStore, systems: Quiet, clock: Clock | None = None) -> tuple[CaseService, str]:
    """The service and a case with a sound brief."""
    service = CaseService(store, systems, clock=clock or Clock())
    case = await service.open(Asked(issue="Nightly sync fails for Harrow Mills"), "assistant")
    evidence, work = records(), service.work(case)
    work.ledger, work.casework = evidence.ledger, Casework(evidence, work.terms.policy, NOW)
    await service.assess(case, FACTS)
    assert (await service.submit(case, DRAFT)).review.hard == ()
    await service.finish(case)
    return service, case

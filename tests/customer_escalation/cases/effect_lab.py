"""A process that carries one approved action out, and kills itself with SIGKILL at a chosen entry of the journal.

Reads one JSON object from standard input, writes what came of it as JSON. Run as a module from the root of the checkout:

    {"runs": FOLDER, "system": NAME, "settings": {...}, "tool": TOOL, "arguments": {...}, "case": NAME or "",
     "kill": "after intent" | "before outcome" | "after outcome" | null, "later": MINUTES}

The system ``workspace`` has its database and its category as settings.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from tests.customer_escalation.cases.acted_on import Writable

from customer_escalation.actions import Approval, Proposal
from customer_escalation.actions.table import KINDS, ActionKind
from customer_escalation.cases.entries import EffectDone, EffectFailed, EffectIntended, EffectUnclear
from customer_escalation.cases.journal_store import JournalStore
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.steps import ProposedAction
from customer_escalation.cases.terms import Asked
from customer_escalation.connectors.adapter import ConnectionAdapter
from customer_escalation.connectors.tool_access import CATEGORY_TOOLS
from skill_runtime.journal import Entry, Journal
from skill_runtime.mcp_host import McpHost, ServerSpec
from support_connectors.backend import Backend
from support_connectors.categories import Category
from support_connectors.serving import local_tools
from support_connectors.systems import connect_system
from support_connectors.workspace.store import open_workspace

ACTION = "a" * 64
OUTCOMES = {EffectDone.kind, EffectFailed.kind, EffectUnclear.kind}


@dataclass(frozen=True)
class Verbatim:
    """A way that takes the tool's arguments as the order has them, whatever they are called."""

    given: Mapping[str, Any]

    def arguments(self, destination: str, text: str) -> dict[str, Any]:
        """See ``Way``."""
        return dict(self.given)

    def meant(self, arguments: Mapping[str, Any]) -> tuple[str, str]:
        """See ``Way``."""
        return "there", "that"


class OneApproved(CaseService):
    """A case service whose cases offer one action, which is approved."""

    kind = ""

    def propose(self, case: str) -> tuple[ProposedAction, ...]:
        """See ``CaseService``."""
        row = KINDS[self.kind]
        given: dict[str, Any] = {
            "kind": self.kind,
            "title": "",
            "destination": "there",
            "system": row.system,
            "text": "that",
        }
        proposal = Proposal.model_construct(**given)
        return (ProposedAction(1, ACTION, proposal, Approval(action=ACTION, by="Sam", at=datetime.now(UTC))),)

    async def look_again(self, case: str, action: str) -> None:
        """See ``CaseService``: there is no brief here whose records could be read again."""


def opened(order: dict[str, Any]) -> tuple[Category, Backend]:
    """The system of an order."""
    if order["system"] == "workspace":
        category = cast("Category", order["settings"]["category"])
        return category, open_workspace(Path(order["settings"]["database"])).backend(category)
    system, backend = connect_system(order["system"], order["settings"])
    return system.category, backend


async def carried_out(order: dict[str, Any]) -> dict[str, Any]:
    """Carry the order's action out; the case's name and the effect."""
    category, backend = opened(order)
    row = ActionKind("of the test", "test", category, order["tool"], Verbatim(order["arguments"]))
    cast("dict[str, ActionKind]", KINDS)[row.id] = row
    specs = [ServerSpec(order["system"], category, local_tools(category, backend))]
    async with McpHost(specs, CATEGORY_TOOLS, adapter=ConnectionAdapter({}, ())) as host:
        service = OneApproved(
            JournalStore(Path(order["runs"])), Writable(host.all_tools),
            clock=lambda: datetime.now(UTC) + timedelta(minutes=order["later"]),
        )  # fmt: skip
        service.kind = row.id
        case = order["case"] or await service.open(Asked(issue="x"), "assistant")
        print(json.dumps({"case": case}), flush=True)
        effect = await service.carry_out(case, ACTION, "Kim")
        return {"case": case, **asdict(effect), "at": effect.at.isoformat()}


def die_at(point: str) -> None:
    """Make this process kill itself at an entry about the effect: as soon as it is on the disk, or just before it is."""
    append = Journal.append

    def append_and_die(journal: Journal, type: str, *given: Any, **named: Any) -> Entry:  # noqa: A002 - the field's name
        if point == "before outcome" and type in OUTCOMES:
            os.kill(os.getpid(), signal.SIGKILL)
        entry = append(journal, type, *given, **named)
        if (point == "after intent" and type == EffectIntended.kind) or (point == "after outcome" and type in OUTCOMES):
            os.kill(os.getpid(), signal.SIGKILL)
        return entry

    setattr(Journal, "append", append_and_die)  # noqa: B010 - a method is replaced on purpose


if __name__ == "__main__":
    read = json.load(sys.stdin)
    if read["kill"]:
        die_at(read["kill"])
    print(json.dumps(asyncio.run(carried_out(read))), flush=True)

"""An escalation on a workspace file that the test goes on writing, with its journal on the disk."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.customer_escalation.casebook import assessment_data, fact
from tests.customer_escalation.drafts import escalation

from customer_escalation.cases.journal_store import JournalStore
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.shared_connections import SharedConnections
from customer_escalation.cases.terms import Asked
from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.facts import Assessment
from customer_escalation.policy.sources import Overlay

ISSUE = "Nightly sync stops for Harrow Mills and Bell & Oak"
T1, T2, BUG = "support_platform/T-1", "support_platform/T-2", "project_tracker/P-1"
BEGINS = "2026-03-04T12:00:00Z"
"""A Wednesday."""


def said(number: str, at: str, role: str, text: str, author: str = "") -> dict[str, Any]:
    """A message."""
    return {"id": number, "at": at, "author": author or f"{role}.one", "role": role, "text": text}


def _records() -> dict[str, Any]:
    def opened(number: str, customer: str, *messages: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": number, "customer": customer, "created_at": messages[0]["at"], "status": "open", "priority": "high",
            "subject": "Nightly sync stops", "messages": list(messages),
        }  # fmt: skip

    def of(number: str, name: str) -> dict[str, Any]:
        return {
            "id": number, "name": name, "tier": "Business", "arr_usd": 20_000, "renewal": None, "contacts": [],
            "sla": {"first_response_h": 4, "update_h": None, "resolution_h": None}, "open_deals": [],
        }  # fmt: skip

    return {
        "support_platform": [
            opened("T-1", "Harrow Mills",
                   said("T-1-m1", "2026-03-04T08:00:00Z", "customer", "Since the upgrade to 7.2.0 the nightly sync stops."),
                   said("T-1-m2", "2026-03-04T09:00:00Z", "agent", "Reproduced. We are looking into it.")),
            opened("T-2", "Bell & Oak",
                   said("T-2-m1", "2026-03-04T09:00:00Z", "customer",
                        "Seit dem Update bricht der nächtliche Abgleich ab, und wir haben keine aktuellen Daten. Bitte helfen Sie."),
                   said("T-2-m2", "2026-03-04T10:00:00Z", "agent", "Das sehen wir uns an.")),
        ],
        "crm": [of("A-1", "Harrow Mills"), of("A-2", "Bell & Oak")],
        "chat": [],
        "project_tracker": [
            {"id": "P-1", "type": "bug", "title": "Nightly sync stops early", "status": "Open", "priority": "P2",
             "created_at": "2026-03-04T09:30:00Z", "comments": []},
        ],
        "knowledge_base": [],
    }  # fmt: skip


@dataclass
class World:
    """The workspace as it is now."""

    folder: Path
    now: str = BEGINS
    records: dict[str, Any] = field(default_factory=_records)

    @property
    def file(self) -> Path:
        """Where it is written."""
        return self.folder / "workspace.json"

    def write(self) -> None:
        """Write it down as it is."""
        data = {"now": self.now, "connectors": dict.fromkeys(self.records, "connected"), "records": self.records}
        self.file.write_text(json.dumps(data), encoding="utf-8")

    def ticket(self, number: str) -> dict[str, Any]:
        """A ticket."""
        found: dict[str, Any] = next(one for one in self.records["support_platform"] if one["id"] == number)
        return found

    @property
    def bug(self) -> dict[str, Any]:
        """The tracker item."""
        found: dict[str, Any] = self.records["project_tracker"][0]
        return found

    def store(self) -> JournalStore:
        """A store of its own on the same folder, as another process has it."""
        return JournalStore(self.folder / "runs")

    @asynccontextmanager
    async def service(self, now: str = "") -> AsyncIterator[CaseService]:
        """A new process that reads the workspace as it is then."""
        self.now = now or self.now
        self.write()
        systems = SharedConnections(str(self.file), None, self.folder)
        moment = await systems.now()
        try:
            yield CaseService(self.store(), systems, clock=lambda: moment)
        finally:
            await systems.close()


def stated(**changes: Any) -> Assessment:
    """The facts at the beginning, changed."""
    hit = [
        {
            "account": name,
            "tickets": [ref],
            "impact": "major_function_broken",
            "still": "yes",
            "users": "",
            "cites": [ref],
        }
        for name, ref in (("Harrow Mills", T1), ("Bell & Oak", T2))
    ]
    return Assessment.model_validate(assessment_data(**{
        "affected": hit, "bug_confirmed": fact("yes", f"{T1}-m2", why="reproduced"),
        "code_change_needed": fact("yes", BUG, why="a fix"),
        "major_function_broken": fact("yes", f"{T1}-m1", why="the sync stops"),
        "workaround": {"extent": "none", "cites": [f"{T1}-m1"], "why": "none is known"}, **changes,
    }))  # fmt: skip


async def begun(world: World, policy: str = "") -> str:
    """Bring the escalation to a brief; returns the case's name."""
    async with world.service() as service:
        asked = Asked.model_validate(
            {"issue": ISSUE, "workspace": str(world.file), "folder": str(world.folder), "use_model": False}
        )
        case = await service.open(asked, "headless", [Overlay("test.toml", policy)] if policy else [])
        await service.gather(case)
        told = await service.assess(case, stated())
        assert told.decision is not None, told.findings
        assert (told.decision.severity, told.decision.target) == ("High", "Engineering")
        draft = EscalationDraft.model_validate({
            **escalation(), "impact": "", "description": "The nightly sync stops. Two customers report it. It was reproduced.",
            "tried": "", "reproduction": "Not reproduced here.", "communication": "", "context": "", "opening": "Fix it.",
            "deadline": {"by": "2026-03-20", "basis": "proposed", "text": "2026-03-20"}, "summary": "Nightly sync stops",
        })  # fmt: skip
        await service.submit(case, draft)
        await service.finish(case)
    return case

"""An escalation that is recorded, in memory, on records of the test's choosing and with a clock that the test moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.customer_escalation.casebook import (
    account,
    affected,
    assessment_data,
    evidence,
    fact,
    issue,
    message,
    ticket,
)
from tests.customer_escalation.cases.memory_store import MemoryStore
from tests.customer_escalation.cases.opened import Quiet
from tests.customer_escalation.drafts import escalation

from customer_escalation.cases.service import CaseService
from customer_escalation.cases.session import Casework
from customer_escalation.cases.terms import Asked
from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.facts import Assessment
from customer_escalation.followups.due import DueItem
from customer_escalation.followups.service import DueEscalation, open_escalation
from customer_escalation.policy.sources import Overlay

TICKET, BUG = "support_platform/T-1", "project_tracker/P-1"
CUSTOMER_SAID, WE_SAID = f"{TICKET}-m1", f"{TICKET}-m2"
FACTS: dict[str, dict[str, Any]] = {
    "Critical": {"production_stopped": fact("yes", CUSTOMER_SAID, why="nothing runs any more")},
    "High": {"major_function_broken": fact("yes", CUSTOMER_SAID, why="the nightly sync stops")},
    "Medium": {},
}
"""By the severity that they come to."""


@dataclass
class Case:
    """One escalation."""

    service: CaseService
    systems: Quiet
    name: str

    def at(self, now: datetime) -> DueEscalation:
        """How it stands then."""
        self.systems.moment = now
        (found,) = open_escalation(self.service, self.name, now)
        return found

    def item(self, now: datetime, whom: str, ticket: str = "") -> DueItem:
        """What is due for the team, or on a ticket."""
        return next(one for one in self.at(now).items if one.whom == whom and ticket in ("", one.ticket))

    async def told(self, now: datetime, step: Any = "told_customer", tickets: Sequence[str] = ()) -> None:
        """Log a follow-up at a moment."""
        self.systems.moment = now
        await self.service.log(self.name, [step], tickets=tickets, by="Sam")


def one_ticket(
    asked_at: str, answered_at: str = "", number: str = "T-1", customer: str = "Harrow Mills"
) -> dict[str, Any]:
    """An open ticket with a report, and our answer to it where there is one."""
    answers = [message(number, 2, answered_at, "agent", "We have seen it and are looking.")] if answered_at else []
    return ticket(number, customer, asked_at, message(number, 1, asked_at, "customer", "The sync stops."), *answers)


async def escalated(
    severity: str, now: datetime, *, zone: str = "UTC", sla: dict[str, Any] | None = None, policy: str = "",
    tickets: Sequence[dict[str, Any]] = (), accounts: Sequence[str] = (), more: dict[str, Any] | None = None,
) -> Case:  # fmt: skip
    """A recorded escalation of this severity as of ``now``; one answered ticket of one account where no others are given."""
    held = tickets or [one_ticket(now.isoformat(), now.isoformat())]
    names = list(dict.fromkeys(str(one["customer"]) for one in held))
    records = evidence(
        *held,
        *(account(f"A-{number}", name, sla=sla, timezone=zone) for number, name in enumerate(accounts or names, 1)),
        issue("P-1", "The sync stops", "Open", now.isoformat()),
    )
    systems = Quiet(now)
    service = CaseService(MemoryStore(), systems, clock=lambda: systems.moment)
    overlays = [Overlay("test.toml", policy)] if policy else []
    name = await service.open(Asked(issue="The sync stops"), "assistant", overlays, now)
    work = service.work(name)
    work.ledger, work.casework = records.ledger, Casework(records, work.terms.policy, now)
    hit = [affected(one, *(str(t["id"]) for t in held if t["customer"] == one)) for one in names]
    facts = assessment_data(
        affected=hit, bug_confirmed=fact("yes", BUG, why="accepted"), code_change_needed=fact("yes", BUG, why="a fix"),
        workaround={"extent": "none", "cites": [CUSTOMER_SAID], "why": "there is none"}, **FACTS[severity], **(more or {}),
    )  # fmt: skip
    told = await service.assess(name, Assessment.model_validate(facts))
    assert told.decision is not None, told.findings
    assert (told.decision.severity, str(told.decision.target)) == (severity, "Engineering")
    await service.submit(name, EscalationDraft.model_validate(escalation()))
    await service.finish(name)
    return Case(service, systems, name)

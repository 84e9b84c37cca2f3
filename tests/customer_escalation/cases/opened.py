"""A case that is open on given evidence, in memory, with nothing connected that could be asked for more."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.customer_escalation.casebook import NOW
from tests.customer_escalation.cases.memory_store import MemoryStore

from customer_escalation.cases.connection import ASKED_FOR, OpenedSystems, Writer
from customer_escalation.cases.events import CaseEvent
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.session import Casework
from customer_escalation.cases.store import CaseStore
from customer_escalation.cases.terms import Asked, Origin
from customer_escalation.domain.evidence import Evidence
from skill_runtime.connectors import ConnectorState
from skill_runtime.errors import ConnectorError


class Quiet:
    """``Systems`` that are connected and hold nothing; ``moment`` can be moved on."""

    def __init__(self, moment: datetime = NOW) -> None:
        self.moment = moment

    async def connection(self) -> OpenedSystems:
        """No tools."""
        states = [ConnectorState(row.id, "connected", row.id) for row in ASKED_FOR]
        return OpenedSystems((), lambda: states)

    async def writer(self, system: str) -> Writer:
        """Nothing that could be written to."""
        raise ConnectorError(f"No {system} is connected.")

    async def now(self) -> datetime:
        """The moment."""
        return self.moment

    async def overrides(self) -> Mapping[str, Any]:
        """None."""
        return {}


async def opened(
    evidence: Evidence, issue: str = "Nightly sync fails for Harrow Mills", *, store: CaseStore | None = None,
    events: list[CaseEvent] | None = None, origin: Origin = "assistant",
) -> tuple[CaseService, str]:  # fmt: skip
    """The service and the case's name."""
    watch = events.append if events is not None else lambda event: None
    service = CaseService(store or MemoryStore(), Quiet(), watch, clock=lambda: NOW)
    case = await service.open(Asked(issue=issue), origin)
    work = service.work(case)
    work.ledger = evidence.ledger
    work.casework = Casework(evidence, work.terms.policy, NOW)
    return service, case

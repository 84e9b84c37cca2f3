"""Where the server ``escalation`` works, and the case service behind its tools."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from customer_escalation.drafting.prompts.written import writing_told
from customer_escalation.mcp_server.card import Seals
from customer_escalation.policy import Policy
from skill_runtime.skills import Skill

if TYPE_CHECKING:
    from customer_escalation.cases.service import CaseService
    from customer_escalation.cases.shared_connections import SharedConnections


@dataclass(frozen=True)
class Workplace:
    """Where the server works."""

    folder: Path
    """The project's: its policy and connectors count, and briefs are saved below it."""
    workspace: str | None = None
    connectors: str | None = None
    policy: Path | None = None
    beside_skill: bool = False
    """Whether the client has the skill itself: a prompt of the same name would be a second entry of its menu."""


class Cases:
    """The case service, made with the first call: its imports take longer than a start may."""

    def __init__(self, place: Workplace, skill: Skill, policy: Policy) -> None:
        self.place, self.skill, self.policy = place, skill, policy
        self._service: CaseService | None = None
        self._connections: SharedConnections | None = None
        self._told_how_to_write: set[str] = set()
        self.seals = Seals()

    @property
    def service(self) -> "CaseService":
        from customer_escalation.cases.journal_store import JournalStore
        from customer_escalation.cases.service import CaseService
        from customer_escalation.cases.shared_connections import SharedConnections

        if self._service is None:
            place = self.place
            self._connections = SharedConnections(place.workspace, place.connectors, place.folder)
            self._service = CaseService(JournalStore(), self._connections)
        return self._service

    def writing(self, case: str) -> str:
        """How a document is written, the first time that this process tells it of a case."""
        if case in self._told_how_to_write:
            return ""
        self._told_how_to_write.add(case)
        return writing_told(assistant=True)

    async def close(self) -> None:
        if self._connections is not None:
            await self._connections.close()

"""What a recorded run reads from when it is looked at again, and the moment that counts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from customer_escalation.connectors.source import InvalidRequest
from customer_escalation.domain.evidence import parse_moment
from skill_runtime.errors import ConnectorError, SkillRuntimeError

if TYPE_CHECKING:
    from customer_escalation.cases.connection import OpenedSystems, Systems, Writer
    from customer_escalation.cases.service import CaseService
    from customer_escalation.cases.store import CaseStore

T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """Where a run reads from."""

    workspace: str | None
    connectors: str | None
    folder: Path


class Unread:
    """``Systems`` of which none is asked, at one moment."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    async def connection(self) -> "OpenedSystems":
        """Nothing."""
        from customer_escalation.cases.connection import OpenedSystems

        return OpenedSystems((), tuple)

    async def writer(self, system: str) -> "Writer":
        """None."""
        raise ConnectorError(f"Nothing is connected here, so nothing can be written to the {system.replace('_', ' ')}.")

    async def now(self) -> datetime:
        """The moment."""
        return self._moment

    async def overrides(self) -> Mapping[str, Any]:
        """None."""
        return {}


class At:
    """``Systems`` as they are, looked at as of a moment."""

    def __init__(self, systems: "Systems", moment: datetime) -> None:
        self._systems, self._moment = systems, moment

    async def connection(self) -> "OpenedSystems":
        """Those of the systems."""
        return await self._systems.connection()

    async def writer(self, system: str) -> "Writer":
        """That of the systems."""
        return await self._systems.writer(system)

    async def now(self) -> datetime:
        """The moment."""
        return self._moment

    async def overrides(self) -> Mapping[str, Any]:
        """Those of the systems."""
        return await self._systems.overrides()


def moment(as_of: str | None, option: str = "--as-of") -> datetime:
    """The moment that a person names, else the clock's. Raises ``InvalidRequest``."""
    if as_of is None:
        return datetime.now(UTC)
    found = parse_moment(as_of)
    if found is None:
        raise InvalidRequest(
            f"{option} {as_of!r} is not a moment between 1900 and 2200; write it as 2026-11-23T10:00:00Z."
        )
    return found


def place_of(store: "CaseStore", case: str, workspace: str | None = None, *, sample: bool = False) -> Place:
    """Where a case reads from, unless a workspace is named. Raises ``StoreError`` and ``InvalidRequest``."""
    from customer_escalation.cases.restoring import opening_of
    from customer_escalation.resources import sample_workspace

    if sample and workspace:
        raise InvalidRequest("Give either --sample or --workspace FILE, not both.")
    asked = opening_of(store, case).request.model_dump()
    folder = Path(asked.get("folder") or Path.cwd())
    if sample or workspace:
        return Place(str(sample_workspace() if sample else Path(str(workspace)).absolute()), None, folder)
    return Place(asked.get("workspace"), asked.get("connectors"), folder)


class Moments:
    """As of when cases are looked at: a moment that a person names, else that of the workspace that each reads from, else the clock's.

    Like ``Systems.now``, but nothing is connected for it.
    """

    def __init__(self, place_of_case: Callable[[str], Place], as_of: str | None = None) -> None:
        """Raises ``InvalidRequest`` where ``as_of`` is no moment."""
        self._place_of_case = place_of_case
        self._named = moment(as_of) if as_of else None
        self._own: dict[Place, datetime | None] = {}
        self.unread: dict[Place, str] = {}
        """Workspaces that cannot be read now, each with the reason in a sentence; the clock counts in their place."""

    def of(self, case: str, clock: datetime) -> datetime:
        """That of a case; ``clock`` is the clock's."""
        if self._named:
            return self._named
        place = self._place_of_case(case)
        if place not in self._own:
            self._own[place] = self._read(place)
        return self._own[place] or clock

    def renew(self) -> None:
        """Read them again where they can be read; of what cannot, the last one counts on."""
        for place in self._own:
            self._own[place] = self._read(place) or self._own[place]

    def _read(self, place: Place) -> datetime | None:
        from customer_escalation.connectors.source import own_moment

        self.unread.pop(place, None)
        try:
            return own_moment(place.workspace, place.connectors, place.folder)
        except SkillRuntimeError as error:
            self.unread[place] = str(error)
            return None


@asynccontextmanager
async def reading(place: Place, as_of: str | None) -> "AsyncIterator[Systems]":
    """The systems of a place, connected when they are first needed and let go at the end."""
    from customer_escalation.cases.shared_connections import SharedConnections

    systems = SharedConnections(place.workspace, place.connectors, place.folder)
    try:
        yield At(systems, moment(as_of)) if as_of else systems
    finally:
        await systems.close()


def with_service(
    store: "CaseStore", place: Place, as_of: str | None, work: "Callable[[CaseService], Awaitable[T]]"
) -> T:
    """Do one piece of work on a case through the service, with its systems there to be read."""
    from customer_escalation.cases.service import CaseService
    from customer_escalation.cli import streams
    from customer_escalation.cli.readers import LATER_READS, edit_reader

    async def run() -> T:
        async with reading(place, as_of) as systems:
            return await work(CaseService(store, systems).edits_read(edit_reader(store, streams.tell, LATER_READS)))

    return asyncio.run(run())

"""What a case is read through: the categories that it asks for, the tools behind them, and what is missing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from customer_escalation.connectors.writing import Answer, Write
from customer_escalation.domain.categories import SOURCES, title_of, unread
from customer_escalation.domain.record_ids import shown_id
from skill_runtime.bounds import REST
from skill_runtime.connectors import CategoryNeed, ConnectorState, Gap, Preflight, preflight
from skill_runtime.errors import ConnectorError
from skill_runtime.ledger import Record
from skill_runtime.tools import Tool

ASKED_FOR = tuple(row for row in SOURCES.values() if row.need != "optional")
"""Categories whose absence a brief names as a gap."""
MOST_NAMED = 6
"""Records of a category that are named for not being read to their end."""


class MissingConnector(ConnectorError):
    """A category that the skill cannot do without is not connected."""


@dataclass(frozen=True)
class OpenedSystems:
    """What can be read."""

    tools: Sequence[Tool]
    """Read tools only."""
    states: Callable[[], Sequence[ConnectorState]]
    """How the connectors are doing now; what a call shows may change it."""
    noted: list[ConnectorState] = field(default_factory=list)
    """What reading showed beside: such as answers in which nothing of the category could be recognised."""
    foreign: frozenset[str] = frozenset()
    """Labels of the servers that are not ours."""

    def check(self) -> Preflight:
        """How every category is doing now that the skill asks for or that is set up beside."""
        states = [*self.states(), *self.noted]
        set_up = {state.category for state in states}
        asked = [row for row in SOURCES.values() if row.need != "optional" or row.id in set_up]
        return preflight([CategoryNeed(row.id, row.title, required=row.need == "required") for row in asked], states)

    def gaps(self) -> list[str]:
        """G3: every category that cannot be read now, in a sentence each."""
        return gap_sentences(self.check().gaps)


class Writer(Protocol):
    """Carries calls out in one system. Its methods raise ``ConnectorError`` where no connected system can."""

    def check(self, call: Write) -> None:
        """Can the call be made?"""
        ...

    async def write(self, call: Write) -> Answer:
        """Carry a call out."""
        ...

    async def look(self, call: Write, since: datetime) -> Answer:
        """Was the call carried out, at ``since`` or later? Writes nothing."""
        ...


class Systems(Protocol):
    """The systems of an organisation, as cases are read from them. Raises ``ConnectorError`` where they cannot be used."""

    async def connection(self) -> OpenedSystems:
        """What can be read now; nothing at all is a connection without tools, and its states say why."""
        ...

    async def writer(self, system: str) -> Writer:
        """The holder of the writing tools of a category. Raises ``ConnectorError`` where nothing of it is connected."""
        ...

    async def now(self) -> datetime:
        """The moment that counts: the clock's, or the one that a workspace stands for."""
        ...

    async def overrides(self) -> Mapping[str, Any]:
        """What they set of the policy themselves, as a workspace may."""
        ...


def require(check: Preflight) -> None:
    """Raise ``MissingConnector`` where a category that the skill cannot do without is not connected."""
    missing = [category.id for category in check.missing_required]
    if missing:
        reasons = "; ".join(gap.reason.rstrip(".") for gap in check.gaps if gap.category in missing)
        raise MissingConnector(
            f"The {' and the '.join(title_of(name) for name in missing)} is required and could not be read ({reasons}). "
            "Connect it, or load a workspace that has it."
        )


def gap_sentences(gaps: Sequence[Gap]) -> list[str]:
    """G3: every unavailable connector in a sentence."""
    return [
        f"The {title_of(gap.category)} could be read only in part ({gap.reason.rstrip('.')}): what is missing is unknown."
        if gap.partly
        else f"{unread(gap.category)} ({gap.reason.rstrip('.')}): what it would show is unknown."
        for gap in gaps
    ]


def rest_gaps(records: Iterable[Record]) -> list[str]:
    """G3: the records that were not read to their end, in a sentence for each category."""
    cut = {record.ref: record for record in records if REST in record.data}
    found: dict[str, list[str]] = {}
    for record in cut.values():
        if record.parent not in cut:
            name = shown_id(record.id) or record.id
            found.setdefault(record.category, []).append(f"{name}: {str(record.data[REST]).rstrip('.')}")
    return gap_sentences([Gap(category, _named(told), partly=True) for category, told in found.items()])


def _named(told: Sequence[str]) -> str:
    more = f"; and {len(told) - MOST_NAMED} more" if len(told) > MOST_NAMED else ""
    return f"{'; '.join(told[:MOST_NAMED])}{more}"

"""Looking at connectors: what each offers and how it is, whether a run could start, whether one keeps its contract."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from customer_escalation.connectors.gate import TrustGate
from customer_escalation.connectors.lookup import ReadTools
from customer_escalation.connectors.plan import Connectors, Link, Plan, plan, spec_of
from customer_escalation.connectors.readable import reading_states
from customer_escalation.domain.categories import SOURCES
from skill_runtime.connectors import ConnectorState
from skill_runtime.errors import ConnectorError
from skill_runtime.permission import Admitted, Offered
from skill_runtime.tools import Access
from skill_runtime.trust import Pinned, difference, verdict
from support_connectors.categories import CATEGORIES, Category
from support_connectors.contract.report import ContractReport, Refused, ToolFacts
from support_connectors.systems import UnusableSystem

if TYPE_CHECKING:
    from skill_runtime.server_spec import ServerSpec

PROBE = "error"
"""The word that a check looks for in each category, as a run does first; whether anything is found does not matter."""


@dataclass(frozen=True)
class Seen:
    """One connector as it was found."""

    name: str
    category: str
    where: str
    """Its address and the file that declares it."""
    state: ConnectorState
    tools: tuple[Admitted, ...] = ()
    connect_s: float = 0.0
    probe_s: float | None = None
    """How long a search took; None where none was made."""


@dataclass
class Overview:
    """All connectors as they were found."""

    seen: list[Seen] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def of(self, category: str) -> list[Seen]:
        """Those that serve the category."""
        return [one for one in self.seen if one.category == category]


async def look(connectors: Connectors, *, probe: bool = False) -> Overview:
    """Connect everything that is declared, all at once, and with ``probe`` search each category once."""
    from skill_runtime.mcp_host import McpHost

    made = plan(connectors, CATEGORIES)
    overview = Overview(notes=list(dict.fromkeys([*made.notes, *map(str, connectors.declarations.notes)])))
    places = {link.name: _where(link) for link in connectors.links}
    gate = TrustGate(connectors.trust, made.guarded, pins=False)
    async with McpHost(made.specs, _FirstSight(gate, made, connectors), adapter=made.adapter()) as host:
        times = await _probe(host.tools) if probe else {}
        states = reading_states(host.states, host.tools, host.admitted, host.answered) if probe else host.states
        for state in states:
            overview.seen.append(
                Seen(
                    state.label, state.category, places[state.label], state, host.admitted[state.label],
                    host.seconds(state.label), times.get(state.label),
                )
            )  # fmt: skip
    overview.seen += [Seen(state.label, state.category, places[state.label], state) for state in made.left_out]
    return overview


class _FirstSight:
    """The gate of a look: a server that was never met is shown as it would be trusted, and nothing is pinned."""

    def __init__(self, gate: TrustGate, made: Plan, connectors: Connectors) -> None:
        self._gate = gate
        self._made = made
        self._trust = connectors.trust

    def admit(self, label: str, category: str, offered: Sequence[Offered]) -> Sequence[Admitted]:
        server = self._made.guarded.get(label)
        if server is None or self._trust.met(label, server.identity):
            return self._gate.admit(label, category, offered)
        return self._gate.as_trusted(label, category, offered)


async def _probe(tools: Sequence[Any]) -> dict[str, float]:
    """Seconds of one search by server; what fails shows in the host's states."""
    reading = ReadTools(tools)
    calls = [
        call for row in SOURCES.values() for call in reading.calls(row.tool("search"), {"query": PROBE, "limit": 1})
    ]
    began = time.monotonic()

    async def one(tool: Any, given: dict[str, Any]) -> tuple[str, float]:
        await tool.run(given)
        return tool.server, time.monotonic() - began

    return dict(await asyncio.gather(*(one(tool, given) for tool, given in calls)))


@dataclass(frozen=True)
class ToolChange:
    """A tool that stands differently from what was trusted."""

    name: str
    what: str
    """``new`` or ``changed``."""
    access: Access
    """What it would be allowed to do."""
    lines: tuple[str, ...] = ()
    """The difference in its definition, or its description where it is new."""


@dataclass(frozen=True)
class Offer:
    """What a server offers now."""

    tools: tuple[Offered, ...]
    admitted: tuple[Admitted, ...]
    """As they would be once trusted."""
    changes: tuple[ToolChange, ...]


async def offer_of(link: Link, connectors: Connectors) -> Offer:
    """Connect one server and compare its tools with what was trusted.

    Raises ``ConnectorError`` where it cannot be connected.
    """
    from skill_runtime.mcp_host import McpHost

    spec = ready(link, connectors)
    gate = TrustGate(connectors.trust, {link.name: link.guarded}, pins=False)
    kept: list[Offered] = []

    class _Keep:
        def admit(self, label: str, category: str, offered: Sequence[Offered]) -> Sequence[Admitted]:
            kept.extend(offered)
            return gate.as_trusted(label, category, offered)

    async with McpHost([spec], _Keep()) as host:
        state = host.states[0]
        if state.status != "connected":
            raise ConnectorError(f"{link.name}: {state.reason}.")
        admitted = host.admitted[link.name]
    pinned = connectors.trust.pinned(link.name, link.declared.identity)
    met = connectors.trust.met(link.name, link.declared.identity)
    access = {one.name: one.access for one in admitted}
    changes = [_change(tool, pinned, access[tool.name]) for tool in kept if not met or verdict(tool, pinned) != "same"]
    return Offer(tuple(kept), tuple(admitted), tuple(changes))


def ready(link: Link, connectors: Connectors) -> "ServerSpec":
    """The server of a connector that has no problem of its own. Raises ``ConnectorError``."""
    if not link.category:
        raise ConnectorError(f"{link.name}: {link.problem}.")
    try:
        return spec_of(link, connectors.secrets)
    except UnusableSystem as error:
        raise ConnectorError(f"{link.name}: {error}") from error


async def check_contract(link: Link, connectors: Connectors, *, writes: bool, target: str | None) -> ContractReport:
    """Run the contract suite of its category against a connector. Raises ``ConnectorError`` where it cannot be connected."""
    from skill_runtime.mcp_host import McpHost
    from support_connectors.contract.suite import run_suite

    if link.problem:
        raise ConnectorError(f"{link.name}: {link.problem}.")
    facts: list[ToolFacts] = []

    class _All:
        def admit(self, label: str, category: str, offered: Sequence[Offered]) -> Sequence[Admitted]:
            facts.extend(ToolFacts(tool.name, tool.read_only, tool.destructive) for tool in offered)
            return [Admitted(tool.name, Access.READ, category) for tool in offered]

    async with McpHost([ready(link, connectors)], _All()) as host:
        if host.states[0].status != "connected":
            raise ConnectorError(f"{link.name}: {host.states[0].reason}.")
        tools = {tool.remote_name: tool for tool in host.all_tools}

        async def call(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
            if name not in tools:
                raise Refused(f"there is no tool {name}")
            outcome = await tools[name].run(arguments)
            if outcome.is_error or outcome.structured is None:
                raise Refused(outcome.text, outcome.failure)
            return outcome.structured

        category: Category = next(known for known in CATEGORIES if known == link.category)
        return await run_suite(category, call, facts, writes=writes, target=target)


def _change(tool: Offered, pinned: Mapping[str, Pinned], access: Access) -> ToolChange:
    known = pinned.get(tool.name)
    if known is None:
        return ToolChange(
            tool.name, "new", access, tuple(str(tool.definition.get("description") or "").splitlines()[:3])
        )
    return ToolChange(tool.name, "changed", access, tuple(difference(known.definition, tool.definition)))


def _where(link: Link) -> str:
    return f"{link.declared.address} ({link.declared.source})"

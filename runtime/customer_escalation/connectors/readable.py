"""Which categories can be read through the connected servers: a server that runs and shows nothing is a gap like one that is down.

A connection says little. What counts is whether a tool is there that may read, whether the routine searches can use one, and
whether any call was answered.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from customer_escalation.connectors.lookup import ReadTools
from customer_escalation.domain.categories import SOURCES, title_of
from skill_runtime.connectors import ConnectorState, ConnectorStatus
from skill_runtime.permission import Admitted
from skill_runtime.tools import Access, Tool

if TYPE_CHECKING:
    from skill_runtime.mcp_host import McpHost


def states_of(host: "McpHost", others: Sequence[ConnectorState] = ()) -> Callable[[], Sequence[ConnectorState]]:
    """How each category of each server of a run can be read now; ``others`` are not connected at all."""
    return lambda: (*reading_states(host.states, host.tools, host.admitted, host.answered), *others)


def reading_states(
    states: Iterable[ConnectorState],
    tools: Sequence[Tool],
    admitted: Mapping[str, Sequence[Admitted]],
    answered: Iterable[str],
) -> list[ConnectorState]:
    """A state for each category that a server serves; ``admitted`` is by the servers' labels, and so is who ``answered``."""
    heard = frozenset(answered)
    found: list[ConnectorState] = []
    for state in states:
        if state.status != "connected":
            found.append(state)
            continue
        own = [tool for tool in tools if tool.server == state.label]
        served = dict.fromkeys([state.category, *(tool.category for tool in own)])
        if own and not any(tool.category == state.category for tool in own):
            del served[state.category]  # what it may show is all of other categories
        for category in served:
            kept = [tool for tool in own if tool.category == category]
            trouble = _trouble(state, category, kept, admitted.get(state.label, ()))
            status: ConnectorStatus = "error" if trouble and state.label not in heard else "connected"
            found.append(replace(state, category=category, status=status, reason=trouble or state.reason))
    return found


def _trouble(state: ConnectorState, category: str, tools: Sequence[Tool], admitted: Sequence[Admitted]) -> str:
    """Why nothing of the category came from a server unless some call of it was answered; empty where nothing speaks against it."""
    if not tools:
        return _no_tool(state, category, admitted)
    source = SOURCES.get(category)
    reading = ReadTools(tools)
    if source and source.tool("search") not in reading and source.tool("list") not in reading:
        names = ", ".join(tool.remote_name for tool in tools[:4]) + (", …" if len(tools) > 4 else "")
        return f"{state.label} has no tool that searches its {title_of(category)} by words or lists it; it has {names}"
    return state.reason


def _no_tool(state: ConnectorState, category: str, admitted: Sequence[Admitted]) -> str:
    withheld = [one for one in admitted if one.access is Access.DENIED]
    if not admitted:
        return f"{state.label} is connected and offers no tools"
    why = f" ({withheld[0].name}: {withheld[0].withheld})" if withheld and withheld[0].withheld else ""
    return (
        f"{state.label} is connected, and none of its {len(admitted)} tools may read the {title_of(category)}{why}; "
        f"see `customer-escalation connectors trust {state.label}`"
    )

"""The category servers' writing tools as other programs may call them: not at all, or for what a person approved, once (P1).

An assistant carries actions out by ``carry_out``, which takes no text. Where an organisation switches the writing tools on all the
same, a call of one is held against the approvals of every case, and goes the same way as ``carry_out``: journaled, and once.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from customer_escalation.actions import Proposal, action_id, approval_in_force
from customer_escalation.actions.table import call_of, kind_meant
from customer_escalation.cases.approval_events import approval_events
from customer_escalation.cases.connection import OpenedSystems
from customer_escalation.cases.effects import history_of
from customer_escalation.cases.entries import APPROVAL
from customer_escalation.cases.store import CaseStore
from customer_escalation.connectors.writing import KEY, SystemWriter
from skill_runtime.errors import ConnectorError, SkillRuntimeError
from skill_runtime.tools import Access, Tool, ToolReturn, ToolSpec
from support_connectors.categories import CATEGORY_TABLE

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from mcp_types import CallToolResult

    from customer_escalation.cases.shared_connections import SharedConnections

WRITING = frozenset(tool.name for row in CATEGORY_TABLE.values() for tool in row.writes)
"""The names of every category's writing tools."""
NOBODY = "a program that called the writing tool"
"""Who has it carried out, where nobody says a name."""


def without_writes(server: "MCPServer[Any]") -> None:
    """Take the writing tools off a server."""
    from mcp.server.mcpserver.exceptions import ToolError

    for name in WRITING:
        with suppress(ToolError):  # not one of this server
            server.remove_tool(name)


def guard_writes(server: "MCPServer[Any]", store: CaseStore, reads: "Callable[[], SharedConnections]") -> None:
    """Let a server's writing tools do what a person approved in a case of ``store``, once, and nothing else.

    ``reads`` makes the systems through which what an action rests on is read again.
    """

    async def guarded(ctx: Any, call_next: Any) -> Any:
        params = ctx.params or {}
        if ctx.method != "tools/call" or params.get("name") not in WRITING:
            return await call_next(ctx)
        return await _carried_out(server, store, reads(), str(params["name"]), params.get("arguments") or {})

    server.middleware.append(guarded)


def approved_actions(store: CaseStore, tool: str, arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Case and action of each approval in force of exactly this call, those of the cases begun last first.

    Raises ``SkillRuntimeError`` with what is wrong where there is none.
    """
    action = _meant(tool, arguments)
    if action is None:
        raise SkillRuntimeError(f"{tool} cannot be called here: no brief proposes it, so nobody can have approved it.")
    others = sorted(set(arguments) - {*_exactly(action), KEY})
    if others:
        raise SkillRuntimeError(f"Leave out {', '.join(others)}: nobody approved that.")
    found = [(case, action_id(action)) for case in _cases_that_approve(store, action)]
    if not found:
        raise SkillRuntimeError(
            f"Nobody approved exactly this text for {action.destination}. Let the person approve an action of "
            "`propose_actions`, and call `carry_out` with its id."
        )
    return found


async def _carried_out(
    server: "MCPServer[Any]", store: CaseStore, reads: "SharedConnections", tool: str, arguments: Mapping[str, Any]
) -> "CallToolResult":
    from customer_escalation.cases.service import CaseService
    from customer_escalation.mcp_server.assembly import failed

    systems = _ThisServer(server, reads)
    try:
        case, action = _still_open(store, approved_actions(store, tool, arguments))
        effect = await CaseService(store, systems).carry_out(case, action, NOBODY)
    except SkillRuntimeError as error:
        return failed(str(error))
    finally:
        await reads.close()
    if effect.state == "done" and systems.result is not None:
        return systems.result
    if effect.state == "done":
        return failed(
            f"This was carried out at {effect.at:%Y-%m-%d %H:%M} UTC and is not done again. {effect.written}".rstrip()
        )
    words = "Whether it was carried out is not known" if effect.state == "unclear" else "It was not carried out"
    return failed(f"{words}: {effect.said}")


def _still_open(store: CaseStore, approved: list[tuple[str, str]]) -> tuple[str, str]:
    """The first of these that was not carried out yet; the first of all where all were."""
    return next(
        (
            (case, action)
            for case, action in approved
            if (last := history_of(store.entries(case), action).last) is None or last.state != "done"
        ),
        approved[0],
    )


class _ThisServer:
    """``Systems`` of one call: the writing tools of a server, as the server itself carries them out, and what reads beside."""

    def __init__(self, server: "MCPServer[Any]", reads: "SharedConnections") -> None:
        self._server, self._reads = server, reads
        self.result: CallToolResult | None = None
        """What the tool answered when it wrote."""

    async def writer(self, system: str) -> SystemWriter:
        """See ``Systems``."""
        tools = await self._server.list_tools()
        named = {tool.name for row in CATEGORY_TABLE.values() if row.id == system for tool in row.writes}
        return SystemWriter(
            system, [self._tool(tool.name, system, tool.input_schema) for tool in tools if tool.name in named], {}
        )

    def _tool(self, name: str, system: str, schema: dict[str, Any]) -> Tool:
        async def run(arguments: dict[str, Any]) -> ToolReturn:
            from mcp.server.mcpserver.exceptions import ToolError
            from mcp_types import CallToolResult

            from skill_runtime.mcp_results import answer_of
            from skill_runtime.outcomes import outcome_of

            try:
                result = await self._server.call_tool(name, arguments)
            except ToolError as error:
                return ToolReturn(str(error), is_error=True, failure="invalid")
            assert isinstance(result, CallToolResult)
            self.result = None if result.is_error else result
            return outcome_of(answer_of(result))

        return Tool(ToolSpec(name, "", schema), Access.WRITE, run, category=system, server="this server")

    async def connection(self) -> OpenedSystems:
        """See ``Systems``."""
        return await self._reads.connection()

    async def now(self) -> datetime:
        """See ``Systems``."""
        return datetime.now(UTC)

    async def overrides(self) -> Mapping[str, Any]:
        """See ``Systems``."""
        raise ConnectorError("A writing tool begins no case.")


class _NoSystems:
    """``Systems`` of whoever looks at what is recorded alone."""

    async def connection(self) -> OpenedSystems:
        """See ``Systems``."""
        return OpenedSystems((), tuple)

    async def writer(self, system: str) -> SystemWriter:
        """See ``Systems``."""
        raise ConnectorError(f"The {system} is not connected here.")

    async def now(self) -> datetime:
        """See ``Systems``."""
        return datetime.now(UTC)

    async def overrides(self) -> Mapping[str, Any]:
        """See ``Systems``."""
        return {}


def _meant(tool: str, arguments: Mapping[str, Any]) -> Proposal | None:
    """What the call would do, as a brief proposes it; None where no action does it."""
    row = kind_meant(tool)
    if row is None or row.way is None:
        return None
    destination, text = row.way.meant(arguments)
    return Proposal.model_validate(
        {"kind": row.id, "title": "", "destination": destination, "system": row.system, "text": text}
    )


def _cases_that_approve(store: CaseStore, action: Proposal) -> list[str]:
    """Those in which it stands approved now: by as many persons as it takes, and not too long ago."""
    from customer_escalation.cases.service import CaseService

    service, wanted = CaseService(store, _NoSystems()), action_id(action)
    return [
        one.case
        for one in store.summaries(APPROVAL)
        if one.newest
        and approval_in_force(action, approval_events(store.entries(one.case))) is not None
        and any(offered.id == wanted and offered.approval for offered in service.propose(one.case))
    ]


def _exactly(action: Proposal) -> Mapping[str, Any]:
    call = call_of(action.kind, action.destination, action.text)
    assert call is not None
    return call.arguments

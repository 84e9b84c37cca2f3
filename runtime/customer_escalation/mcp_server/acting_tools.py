"""What an assistant carries out: an approved action, by its number or id. No tool here takes a text."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from mcp_types import ToolAnnotations
from pydantic import Field

from customer_escalation.drafting.prompts import prompt
from customer_escalation.mcp_server.answers import ServiceAnswer
from customer_escalation.mcp_server.arguments import Arguments, CaseName
from customer_escalation.mcp_server.assembly import Fill, new_tool
from support_connectors.mcp_tools import ASKS_A_PERSON

if TYPE_CHECKING:
    from customer_escalation.cases.effects import Effect
    from customer_escalation.cases.service import CaseService
    from customer_escalation.cases.steps import ProposedAction

ASSISTANT = "an assistant, at its user's client"
"""Who has an action carried out here."""


class CarryOutArguments(Arguments):
    """See ``carry_out``."""

    case: CaseName
    action: str = Field(
        min_length=1, max_length=80, description="The action's number or id, as `propose_actions` lists it."
    )


class CarriedOut(ServiceAnswer):
    """What came of an action."""

    case: str
    action: str
    """Its id."""
    state: str
    """done, failed or unclear."""
    at: str
    written: str
    """Ref or address of what was written; empty where the system named none."""


def acting_tools(service_of: "Callable[[], CaseService]", told: Fill) -> list[Tool]:
    """``carry_out`` on the case service."""

    async def carry_out(given: CarryOutArguments, ctx: Context[Any]) -> CarriedOut:
        from customer_escalation.mcp_server.telling import named_action

        service = service_of()
        one = named_action(service.propose(given.case), given.action)
        effect = await service.carry_out(given.case, one.id, ASSISTANT)
        return CarriedOut(
            text=effect_words(one, effect), case=given.case, action=one.id, state=effect.state, at=effect.at.isoformat(),
            written=effect.written,
        )  # fmt: skip

    tool = new_tool(carry_out, "carry_out", "Carry out an approved action", prompt("tools/carry_out.md"), CarryOutArguments,
                    CarriedOut, told, reads=False, meta=ASKS_A_PERSON)  # fmt: skip
    hints = ToolAnnotations(
        title="Carry out an approved action", read_only_hint=False, destructive_hint=True, idempotent_hint=True,
        open_world_hint=True,
    )  # fmt: skip
    return [tool.model_copy(update={"annotations": hints})]


def effect_words(one: "ProposedAction", effect: "Effect") -> str:
    """What came of an action, for the assistant's model."""
    where = f"{one.proposal.destination} ({one.proposal.system.replace('_', ' ')})"
    if effect.state == "done":
        named = f": {effect.written}" if effect.written else ""
        how = f" {effect.said}" if effect.said else ""
        return f"Action {one.number} was carried out at {effect.at:%Y-%m-%d %H:%M} UTC in {where}{named}.{how} It is not done again."
    if effect.state == "failed":
        return f"Action {one.number} was not carried out: {effect.said} Nothing was written in {where}."
    return (
        f"Whether action {one.number} was carried out is not known: {effect.said} Nothing is written again before that is known. "
        f"`carry_out` looks for it once more; a person can look in {where}. Do not write it in another way."
    )

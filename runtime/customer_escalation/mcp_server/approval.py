"""The one tool that asks a person: an approval of one action by elicitation, where the client can ask."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.elicitation import AcceptedElicitation, ElicitationResult
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.resolve import Elicit, Resolve
from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel, Field

from customer_escalation.cases.errors import WrongOrder
from customer_escalation.drafting.prompts import prompt
from customer_escalation.mcp_server.assembly import failed, sentence_of
from skill_runtime.errors import SkillRuntimeError

if TYPE_CHECKING:
    from customer_escalation.cases.service import CaseService
    from customer_escalation.cases.steps import ProposedAction

MOST_SHOWN = 40_000
"""Characters of a text in the question, as many as a chat message takes; a longer one is not asked about: nobody sees its end."""

UNNAMED = "the person at the client"


class Approve(BaseModel):
    """What the person is asked."""

    approve: bool = Field(description="Exactly this text, to exactly this destination")
    name: str = Field("", max_length=200, description="Your name, for the record")


class Unasked(BaseModel):
    """Stands for a client that cannot ask, or for an action that is not there."""

    reason: str


class Decided(BaseModel):
    """What the tool answers."""

    case: str
    action: str
    approved: bool
    by: str


def approval_tool(service_of: Callable[[], "CaseService"]) -> Tool:
    """``request_approval`` on the case service."""

    def found(case: str, action: str) -> "ProposedAction":
        from customer_escalation.mcp_server.telling import named_action

        one = named_action(service_of().propose(case), action)
        if not one.proposal.text:
            raise WrongOrder(f"Action {one.number} has no text yet: there is nothing to approve.")
        if len(one.proposal.text) > MOST_SHOWN:
            raise WrongOrder(
                f"The text of action {one.number} has {len(one.proposal.text):,} characters, more than a form shows "
                f"({MOST_SHOWN:,}), so nobody can be asked about it. Hand in a shorter one."
            )
        return one

    shown: dict[tuple[str, str, str], str] = {}
    """Ids of the actions that persons are being asked about, by request, case and name."""

    async def ask(case: str, action: str, ctx: Context[Any]) -> Elicit[Approve] | Approve:
        if not _can_ask(ctx):
            return Approve(approve=False)
        try:
            one = found(case, action)
        except SkillRuntimeError:
            return Approve(approve=False)
        shown[ctx.request_id, case, action] = one.id
        return Elicit(question(one), Approve)

    async def request_approval(
        case: Annotated[str, Field(description="The case.")],
        action: Annotated[str, Field(description="The action's number or id, as `propose_actions` lists it.")],
        answer: Annotated[ElicitationResult[Approve], Resolve(ask)],
        ctx: Context[Any],
    ) -> Annotated[CallToolResult, Decided]:
        seen = shown.pop((ctx.request_id, case, action), "")
        try:
            one = found(case, action)
            yes = _can_ask(ctx) and isinstance(answer, AcceptedElicitation) and answer.data.approve
            if yes:
                assert isinstance(answer, AcceptedElicitation)
                # The brief may have changed while the person read: their yes is to what they saw.
                one = service_of().approve(case, seen, answer.data.name.strip() or UNNAMED)
        except SkillRuntimeError as error:
            return failed(sentence_of(error, case))
        holds = one.approval if yes else None  # P1 has the last word
        decided = Decided(case=case, action=one.id, approved=holds is not None, by=holds.by if holds else "")
        return CallToolResult(
            content=[TextContent(type="text", text=_words(one, decided, _can_ask(ctx)))],
            structured_content=decided.model_dump(),
        )

    hints = ToolAnnotations(
        title="Ask for approval",
        read_only_hint=False,
        destructive_hint=False,
        idempotent_hint=False,
        open_world_hint=False,
    )
    return Tool.from_function(
        request_approval,
        title="Ask for approval",
        description=prompt("tools/request_approval.md"),
        annotations=hints,
        structured_output=True,
    )


def _can_ask(ctx: Context[Any]) -> bool:
    capabilities = ctx.client_capabilities
    return capabilities is not None and capabilities.elicitation is not None


def question(action: "ProposedAction") -> str:
    """The question with all that is approved, and what a person should know before."""
    proposal = action.proposal
    changed = action.standing.outdated.changes if action.standing.outdated else ()
    left_out = (f"Left out: {part}." for part in proposal.left_out)
    notes = "\n".join([*(f"Since it was approved: {one}" for one in changed), *proposal.beware, *left_out])
    parts = [
        proposal.title,
        f"Destination: {proposal.destination or 'none'}",
        *([notes] if notes else []),
        proposal.text,
    ]
    return "\n\n".join(parts)


def _words(action: "ProposedAction", decided: Decided, asked: bool) -> str:
    if decided.approved:
        how = "`carry_out` does it." if action.tool else "The person sees to it."
        return f"Action {action.number} is approved by {decided.by}. {how}"
    if not asked:
        return (
            "This client cannot ask the person formally. Show them this text and destination in full, and let them decide:\n\n"
            + question(action)
        )
    if said := [yes.by for yes in action.standing.approvals]:
        return (
            f"{' and '.join(said)} said yes to action {action.number}; it takes {action.needs} different persons. Do not carry it out "
            "before another one approved it."
        )
    return f"Action {action.number} was not approved. Do not carry it out."

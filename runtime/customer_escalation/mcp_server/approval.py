"""The one tool that asks a person: an approval of one action by elicitation, where the client can ask."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.elicitation import AcceptedElicitation, ElicitationResult
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.resolve import Elicit, Resolve
from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel, Field

from customer_escalation.cases.answers import Action
from customer_escalation.cases.errors import WrongOrder
from customer_escalation.mcp_server.assembly import failed
from customer_escalation.mcp_server.words import APPROVAL
from skill_runtime.errors import SkillRuntimeError

if TYPE_CHECKING:
    from customer_escalation.cases.service import Workbench

MOST_SHOWN = 6_000
"""Characters of a text in the question; a longer one is shown with its length and its end left out."""


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


def approval_tool(bench_of: Callable[[], "Workbench"]) -> Tool:
    """``request_approval`` on a workbench."""

    async def found(case: str, action: str) -> Action:
        known = (await bench_of().actions(case)).actions
        for one in known:
            if action in (one.id, str(one.number)) or (len(action) >= 8 and one.id.startswith(action)):
                if not one.text:
                    raise WrongOrder(f"Action {one.number} has no text yet: there is nothing to approve.")
                return one
        raise WrongOrder(
            f"There is no action {action!r}; there are {', '.join(str(one.number) for one in known) or 'none'}."
        )

    async def ask(case: str, action: str, ctx: Context[Any]) -> Elicit[Approve] | Approve:
        capabilities = ctx.client_capabilities
        if capabilities is None or capabilities.elicitation is None:
            return Approve(approve=False)
        try:
            one = await found(case, action)
        except SkillRuntimeError:
            return Approve(approve=False)
        return Elicit(question(one), Approve)

    async def request_approval(
        case: Annotated[str, Field(description="The case.")],
        action: Annotated[str, Field(description="The action's number or id, as `propose_actions` lists it.")],
        answer: Annotated[ElicitationResult[Approve], Resolve(ask)],
        ctx: Context[Any],
    ) -> Annotated[CallToolResult, Decided]:
        try:
            one = await found(case, action)
            capabilities = ctx.client_capabilities
            asked = capabilities is not None and capabilities.elicitation is not None
            yes = asked and isinstance(answer, AcceptedElicitation) and answer.data.approve
            by = (
                (answer.data.name.strip() or "the person at the client")
                if isinstance(answer, AcceptedElicitation)
                else ""
            )
            if yes:
                await bench_of().approve(case, one.id, by)
        except SkillRuntimeError as error:
            return failed(str(error))
        decided = Decided(case=case, action=one.id, approved=yes, by=by if yes else "")
        return CallToolResult(
            content=[TextContent(type="text", text=_words(one, decided, asked))],
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
        request_approval, title="Ask for approval", description=APPROVAL, annotations=hints, structured_output=True
    )


def question(action: Action) -> str:
    """The question with all that is approved."""
    text = action.text
    if len(text) > MOST_SHOWN:
        text = f"{text[:MOST_SHOWN]}\n[… {len(action.text) - MOST_SHOWN:,} more characters; render_brief shows all]"
    return f"{action.title}\n\nDestination: {action.destination or 'none'}\n\n{text}"


def _words(action: Action, decided: Decided, asked: bool) -> str:
    if decided.approved:
        how = (
            f"Call `{action.tool}` with exactly its text and destination, and idempotency_key {action.id[:32]}."
            if action.tool
            else "The person sees to it."
        )
        return f"Action {action.number} is approved by {decided.by}. {how}"
    if not asked:
        return (
            "This client cannot ask the person formally. Show them this text and destination in full, and let them decide:\n\n"
            + question(action)
        )
    return f"Action {action.number} was not approved. Do not carry it out."

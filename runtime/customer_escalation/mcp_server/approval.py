"""The one tool that asks a person: an approval of one action, in the way in which the client shows them all of it.

Some clients show a tool's whole input before they call it, and ask even where a rule allows everything, for a tool that says that
it needs a person; their form for questions shows only the beginning of a text. There the call itself is the question, and holds the
text. Others show a form. Where neither is there, nobody is asked, which is no "no".
"""

import re
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Literal

from mcp.server.elicitation import AcceptedElicitation, ElicitationResult
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.resolve import Elicit, Resolve
from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel, Field

from customer_escalation.cases.errors import WrongOrder
from customer_escalation.drafting.prompts import prompt
from customer_escalation.mcp_server.acting_tools import effect_words
from customer_escalation.mcp_server.assembly import failed, sentence_of
from skill_runtime.errors import SkillRuntimeError

if TYPE_CHECKING:
    from customer_escalation.cases.service import CaseService
    from customer_escalation.cases.steps import ProposedAction

MOST_SHOWN = 40_000
"""Characters of a text in the question, as many as a chat message takes; a longer one is not asked about: nobody sees its end."""

UNNAMED = "the person at the client"
ASKS_ALWAYS = {"anthropic/requiresUserInteraction": True}
"""``_meta`` of a tool that a person has to say yes to, whatever rule allows it."""
SHOWS_INPUT = {"claude-code": (2, 1, 330)}
"""Clients that heed it and show all of a tool's input then, with the version from which that was seen."""
_NUMBER = re.compile(r"\d+")


class Way(Enum):
    """How a client asks."""

    PROMPT = "before the call, showing its input"
    FORM = "by a form of ours"
    NONE = "not at all"


class Approve(BaseModel):
    """What the person is asked."""

    approve: bool = Field(description="Exactly this text, to exactly this destination")
    name: str = Field("", max_length=200, description="Your name, for the record")


class Decided(BaseModel):
    """What the tool answers."""

    text: str
    """What it means, in words."""
    case: str
    action: str
    answer: Literal["approved", "refused", "nobody_asked"]
    by: str
    """Who said yes; empty otherwise."""
    state: Literal["", "done", "failed", "unclear"] = ""
    """What came of it, where it was carried out at once."""
    written: str = ""
    """Ref or address of what was written then."""


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

    async def ask(case: str, action: str, ctx: Context[Any], carry_out: bool = False) -> Elicit[Approve] | Approve:
        if way_of(ctx) is not Way.FORM:
            return Approve(approve=False)
        try:
            one = found(case, action)
        except SkillRuntimeError:
            return Approve(approve=False)
        shown[ctx.request_id, case, action] = one.id
        return Elicit(question(one, at_once=carry_out), Approve)

    async def request_approval(
        case: Annotated[str, Field(description="The case.")],
        action: Annotated[str, Field(description="The action's number or id, as `propose_actions` lists it.")],
        answer: Annotated[ElicitationResult[Approve], Resolve(ask)],
        ctx: Context[Any],
        destination: Annotated[str, Field(description="Its destination, as listed.")] = "",
        text: Annotated[str, Field(description="Its whole text, word for word: the person reads it here.")] = "",
        carry_out: Annotated[bool, Field(description="Whether it is done at once after their yes.")] = False,
    ) -> Annotated[CallToolResult, Decided]:
        way, seen = way_of(ctx), shown.pop((ctx.request_id, case, action), "")
        try:
            one = found(case, action)
            if way is Way.PROMPT:
                _check_shown(one, destination, text)
                said, seen, name = "accept", one.id, ""
            else:
                said, name = _said(answer)
            if said == "accept":
                # The brief may have changed while the person read: their yes is to what they saw.
                one = service_of().approve(case, seen, name.strip() or UNNAMED)
            holds = one.approval if said == "accept" else None  # P1 has the last word
            decided = _decided(case, one, holds.by if holds else "", "cancel" if way is Way.NONE else said)
            if carry_out and holds and one.tool:
                decided = await _done_too(decided, one, service_of())
        except SkillRuntimeError as error:
            return failed(sentence_of(error, case))
        return CallToolResult(
            content=[TextContent(type="text", text=decided.text)], structured_content=decided.model_dump()
        )

    hints = ToolAnnotations(
        title="Ask for approval",
        read_only_hint=False,
        destructive_hint=True,
        idempotent_hint=False,
        open_world_hint=True,
    )
    return Tool.from_function(
        request_approval,
        title="Ask for approval",
        description=prompt("tools/request_approval.md"),
        annotations=hints,
        meta=ASKS_ALWAYS,
        structured_output=True,
    )


def way_of(ctx: Context[Any]) -> Way:
    """How this client asks its person."""
    told = ctx.request_context.session.client_params
    client = told.client_info if told else None
    if client and client.name in SHOWS_INPUT:
        version = tuple(map(int, _NUMBER.findall(client.version)[:3]))
        return Way.PROMPT if version >= SHOWS_INPUT[client.name] else Way.NONE
    capabilities = ctx.client_capabilities
    return Way.FORM if capabilities is not None and capabilities.elicitation is not None else Way.NONE


def _check_shown(action: "ProposedAction", destination: str, text: str) -> None:
    """Raise ``WrongOrder`` where the person was shown anything else than what they would approve."""
    proposal = action.proposal
    if (destination.strip(), text.strip()) != (proposal.destination.strip(), proposal.text.strip()):
        raise WrongOrder(
            f"Nothing is approved. This client shows the person the call itself, so give `destination` and `text` exactly as those of "
            f"action {action.number}:\n\nDestination: {proposal.destination or 'none'}\n\n{proposal.text}"
        )


def _said(answer: "ElicitationResult[Approve]") -> tuple[str, str]:
    """``accept``, ``decline`` or ``cancel``, and the name that was given."""
    if isinstance(answer, AcceptedElicitation):
        return ("accept" if answer.data.approve else "decline"), answer.data.name
    return answer.action, ""


def question(action: "ProposedAction", *, at_once: bool = False) -> str:
    """The question with all that is approved, and what a person should know before: with ``at_once``, that a yes does it."""
    proposal = action.proposal
    changed = action.standing.outdated.changes if action.standing.outdated else ()
    left_out = (f"Left out: {part}." for part in proposal.left_out)
    notes = "\n".join([*(f"Since it was approved: {one}" for one in changed), *proposal.beware, *left_out])
    parts = [
        proposal.title,
        f"Destination: {proposal.destination or 'none'}",
        *([notes] if notes else []),
        *(["It is carried out at once when you approve it."] if at_once and action.tool else []),
        proposal.text,
    ]
    return "\n\n".join(parts)


async def _done_too(decided: Decided, action: "ProposedAction", service: "CaseService") -> Decided:
    """The answer with what came of it; an approval that could not be carried out holds all the same, and is not asked for again."""
    try:
        effect = await service.carry_out(decided.case, action.id, decided.by)
    except SkillRuntimeError as error:
        told = f"Approved by {decided.by}, and not carried out: {sentence_of(error, decided.case)}"
        return decided.model_copy(update={"text": told})
    told = f"Approved by {decided.by}. {effect_words(action, effect)}"
    return decided.model_copy(update={"text": told, "state": effect.state, "written": effect.written})


def _decided(case: str, action: "ProposedAction", by: str, said: str) -> Decided:
    if by:
        how = "`carry_out` does it." if action.tool else "The person sees to it."
        text = (
            f"Action {action.number} is approved by {by}. {how} Until then it can be taken back with `revoke_approval`."
        )
        return Decided(text=text, case=case, action=action.id, answer="approved", by=by)
    if said == "accept":  # one yes of two
        names = " and ".join(yes.by for yes in action.standing.approvals)
        text = (
            f"{names} said yes to action {action.number}; it takes {action.needs} different persons. Do not carry it out before another "
            "one approved it."
        )
        return Decided(text=text, case=case, action=action.id, answer="approved", by=names)
    if said == "cancel":
        text = (
            f"Nobody was asked about action {action.number}, or nobody answered: that is neither a yes nor a no. Do not carry it out. "
            "Where a person reads along, show them this text and destination whole; they approve it on the card or in a client that "
            f"asks:\n\n{question(action)}"
        )
        return Decided(text=text, case=case, action=action.id, answer="nobody_asked", by="")
    text = f"Action {action.number} was refused. Do not carry it out, and do not ask again unless its text changes."
    return Decided(text=text, case=case, action=action.id, answer="refused", by="")

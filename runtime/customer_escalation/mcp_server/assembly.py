"""How a tool of the server is made: arguments checked into findings, a typed answer, an error that says what to do next."""

import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel, ValidationError

from customer_escalation.cases.errors import (
    ActionChanged,
    ActionOutdated,
    NoBrief,
    NoFacts,
    NotApproved,
    NotEscalated,
    NotProposed,
)
from customer_escalation.cases.store import UnknownCase
from customer_escalation.domain.findings import listed, schema_findings
from customer_escalation.mcp_server.answers import ServiceAnswer
from customer_escalation.mcp_server.schemas import listed_schema
from skill_runtime.errors import SkillRuntimeError

ALWAYS = {"anthropic/alwaysLoad": True}
"""``_meta`` of a tool that every brief needs: a client that loads schemas on demand has it from the beginning."""
CARD = "customer-escalation/card"
"""The key of a result's ``_meta`` under which stands what only the card shows."""
Fill = Callable[[str], str]
Run = Callable[[Any, Context[Any]], Awaitable[ServiceAnswer]]
GO_ON: dict[type[Exception], str] = {
    NoFacts: "Call `assess` first, and correct its findings.",
    NoBrief: "Call `assess`, then `check_brief`.",
    NotEscalated: "`save_brief` saves a brief.",
    NotProposed: "Give `since` with what was found out.",
    NotApproved: "Ask the person with `request_approval`.",
    ActionOutdated: "Show the person what changed, and ask with `request_approval` whether it is still to be done.",
    ActionChanged: "`propose_actions` lists the actions as they are.",
}
"""By which tool to go on after an error."""
_log = logging.getLogger(__name__)


def new_tool(
    run: Run, name: str, title: str, description: str, takes: type[BaseModel], gives: type[ServiceAnswer], fill: Fill,
    *, reads: bool, meta: Mapping[str, Any] | None = None,
) -> Tool:  # fmt: skip
    """A tool whose input is a model's and whose output is an answer's.

    ``fill`` puts the policy's figures into descriptions. ``reads`` is False for one that writes files or the case's journal
    where a person would mind.
    """

    async def call(ctx: Context[Any], **arguments: Any) -> CallToolResult:
        try:
            given = takes.model_validate(arguments)
        except ValidationError as error:
            return failed(
                f"The input does not fit; mend these and call `{name}` again:\n{listed(schema_findings(error))}"
            )
        return await answered(run, given, ctx)

    parameters = [inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Context[Any])]
    for field, info in takes.model_fields.items():
        default = inspect.Parameter.empty if info.is_required() else info.get_default(call_default_factory=True)
        parameters.append(inspect.Parameter(field, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Any))
    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        parameters, return_annotation=Annotated[CallToolResult, gives]
    )
    call.__annotations__ = {"ctx": Context[Any], "return": Annotated[CallToolResult, gives]}
    hints = ToolAnnotations(
        title=title, read_only_hint=reads, destructive_hint=False, idempotent_hint=reads, open_world_hint=False
    )
    tool = Tool.from_function(
        call,
        name=name,
        title=title,
        description=fill(description),
        annotations=hints,
        meta=dict(meta) if meta else None,
        structured_output=True,
    )
    return tool.model_copy(update={"parameters": listed_schema(takes, fill)})


async def answered(run: Run, given: Any, ctx: Context[Any]) -> CallToolResult:
    """The answer as a result: its text for the model, its data for programs; a deliberate error as a sentence."""
    try:
        answer = await run(given, ctx)
    except SkillRuntimeError as error:
        return failed(sentence_of(error, getattr(given, "case", "")))
    except Exception as error:  # a person's session must not end on a fault of ours
        _log.exception("a tool failed")
        return failed(f"This failed inside the server ({type(error).__name__}). What was saved is kept; try once more.")
    return CallToolResult(
        content=[TextContent(type="text", text=answer.full or answer.text)],
        structured_content=answer.model_dump(mode="json"),
        _meta={CARD: answer.card} if answer.card else None,
    )


def sentence_of(error: SkillRuntimeError, case: str) -> str:
    """A deliberate error about a case, and by which tool to go on."""
    if isinstance(error, UnknownCase):
        return f"There is no case {case!r}: {error} `assess` makes a new one."
    return " ".join(part for part in (str(error), GO_ON.get(type(error), "")) if part)


def failed(sentence: str) -> CallToolResult:
    """An error that the model can act on."""
    return CallToolResult(content=[TextContent(type="text", text=sentence)], is_error=True)

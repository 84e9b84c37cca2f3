"""Assembly of the ``escalation`` server: its tools on a workbench, its prompts, the skill, the card."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcp.server import MCPServer
from mcp.server.apps import client_supports_apps
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool

from customer_escalation.cases import answers
from customer_escalation.cases.errors import WrongOrder
from customer_escalation.mcp_server import arguments as takes
from customer_escalation.mcp_server import words
from customer_escalation.mcp_server.assembly import new_tool
from customer_escalation.mcp_server.card import APP_ONLY, META, card, keep_from_others
from customer_escalation.policy import Policy
from customer_escalation.policy.sources import find_overlays, policy_in_force
from customer_escalation.policy.text import fill, in_force
from customer_escalation.resources import skill_folder
from skill_runtime.events import Event, Notice, PhaseStarted
from skill_runtime.skill_server import SkillServer
from skill_runtime.skills import Skill, load_skill

if TYPE_CHECKING:
    from customer_escalation.cases.service import Workbench
    from customer_escalation.followups.service import FollowUpDesk

NAME = "escalation"


@dataclass(frozen=True)
class Place:
    """Where the server works."""

    folder: Path
    """The project's: its policy and connectors count, and briefs are saved below it."""
    workspace: str | None = None
    connectors: str | None = None
    policy: Path | None = None


class _Desks:
    """The workbench and the follow-up desk, made with the first call: their imports take longer than a start may."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._bench: Workbench | None = None

    @property
    def bench(self) -> "Workbench":
        from customer_escalation.cases.service import Workbench

        if self._bench is None:
            place = self._place
            self._bench = Workbench(place.folder, place.workspace, place.connectors, place.policy)
        return self._bench

    @property
    def follow(self) -> "FollowUpDesk":
        from customer_escalation.followups.service import FollowUpDesk

        return FollowUpDesk(self.bench)

    async def close(self) -> None:
        if self._bench is not None:
            await self._bench.close()


def build_escalation_server(place: Place) -> "MCPServer[Any]":
    """The server. Raises ``PolicyError`` for a policy of the project or the user that cannot be used."""
    policy = policy_in_force(find_overlays(place.policy, place.folder))
    skill = load_skill(skill_folder())
    desks = _Desks(place)

    @asynccontextmanager
    async def lifespan(server: "MCPServer[Any]") -> AsyncIterator[None]:
        try:
            yield
        finally:
            await desks.close()

    server: MCPServer[Any] = MCPServer(
        NAME,
        title="Customer escalation",
        instructions=words.INSTRUCTIONS,
        version=version("customer-escalation"),
        log_level="WARNING",
        tools=_tools(desks, place, lambda text: fill(text, policy)),
        extensions=[SkillServer([skill], lambda text: in_force(text, policy)), card()],
        middleware=[keep_from_others],
        lifespan=lifespan,
    )
    _add_prompts(server, skill, policy)
    return server


def _tools(desks: _Desks, place: Place, told: Any) -> list[Tool]:
    async def assess(given: takes.AssessArguments, ctx: Context[Any]) -> answers.Assessed:
        async with _Progress(ctx) as progress:
            return await desks.bench.assess(
                given.facts, issue=given.issue.removeprefix("/customer-escalation"), case=given.case, records=given.records,
                reported_by=given.reported_by, author_level=given.author_level, emit=progress.emit,
            )  # fmt: skip

    async def check(given: takes.CheckArguments, ctx: Context[Any]) -> answers.Checked:
        drafts = [draft for draft in (given.escalation, given.handling) if draft is not None]
        if len(drafts) != 1:
            raise WrongOrder("Give one draft: `escalation` or `handling`, as `assess` asked for.")
        return await desks.bench.check(given.case, drafts[0])

    async def render(given: takes.RenderArguments, ctx: Context[Any]) -> answers.Rendered:
        return await desks.bench.render(given.case, given.format)

    async def save(given: takes.SaveArguments, ctx: Context[Any]) -> answers.Saved:
        return await desks.bench.save(given.case, given.format, given.file)

    async def propose(given: takes.CaseArguments, ctx: Context[Any]) -> answers.Actions:
        return await desks.bench.actions(given.case)

    async def show(given: takes.CaseArguments, ctx: Context[Any]) -> answers.Shown:
        return await desks.bench.show(given.case)

    async def approve(given: takes.ApproveArguments, ctx: Context[Any]) -> answers.Approved:
        if not client_supports_apps(ctx):
            raise WrongOrder("Only the card can say this. Ask the person with `request_approval`.")
        action = await desks.bench.approve(given.case, given.action, given.name)
        return answers.Approved(
            text=f"Action {action.number} is approved by {given.name}.", case=given.case, action=action
        )

    async def followups(given: takes.FollowUpsArguments, ctx: Context[Any]) -> answers.FollowUps:
        return await desks.follow.followups(given.case)

    async def log(given: takes.LogArguments, ctx: Context[Any]) -> answers.FollowUps:
        return await desks.follow.log(given.case, given.done, given.note)

    async def reassess(given: takes.ReassessArguments, ctx: Context[Any]) -> answers.Reassessed:
        async with _Progress(ctx) as progress:
            return await desks.follow.reassess(given.case, given.facts, given.records, progress.emit)

    async def deescalate(given: takes.DeEscalateArguments, ctx: Context[Any]) -> answers.DeEscalation:
        return await desks.follow.deescalate(given.case, given.since, given.done, given.confirmed_by)

    async def run(given: takes.RunArguments, ctx: Context[Any]) -> answers.Ran:
        async with _Progress(ctx) as progress:
            return await _run_unattended(given, place, progress)

    from customer_escalation.mcp_server.approval import approval_tool

    return [
        new_tool(assess, "assess", "Assess the case", words.ASSESS, takes.AssessArguments, answers.Assessed, told, reads=True),
        new_tool(check, "check_brief", "Check the brief", words.CHECK, takes.CheckArguments, answers.Checked, told, reads=True),
        new_tool(render, "render_brief", "Render the brief", words.RENDER, takes.RenderArguments, answers.Rendered, told, reads=True),
        new_tool(show, "show_brief", "Show the brief", words.SHOW, takes.CaseArguments, answers.Shown, told, reads=True, meta=META),
        new_tool(approve, "approve_action", "Approve an action", words.APPROVE, takes.ApproveArguments, answers.Approved, told,
                 reads=False, meta=APP_ONLY),
        new_tool(save, "save_brief", "Save the brief", words.SAVE, takes.SaveArguments, answers.Saved, told, reads=False),
        new_tool(propose, "propose_actions", "Propose next steps", words.PROPOSE, takes.CaseArguments, answers.Actions, told, reads=True),
        approval_tool(lambda: desks.bench),
        new_tool(followups, "followups", "What is due", words.FOLLOWUPS, takes.FollowUpsArguments, answers.FollowUps, told, reads=True),
        new_tool(log, "log_followup", "Log a follow-up", words.LOG, takes.LogArguments, answers.FollowUps, told, reads=False),
        new_tool(reassess, "reassess", "Assess again", words.REASSESS, takes.ReassessArguments, answers.Reassessed, told, reads=True),
        new_tool(deescalate, "deescalate", "De-escalate", words.DEESCALATE, takes.DeEscalateArguments, answers.DeEscalation, told,
                 reads=False),
        new_tool(run, "run_escalation", "Do the whole job", words.RUN, takes.RunArguments, answers.Ran, told, reads=True),
    ]  # fmt: skip


def _add_prompts(server: "MCPServer[Any]", skill: Skill, policy: Policy) -> None:
    @server.prompt("customer-escalation", title="Escalate a customer issue", description=skill.description)
    def customer_escalation(issue: str) -> str:
        """``issue``: what is wrong, and for whom."""
        return in_force(skill.instructions(issue), policy)

    @server.prompt(
        "followups",
        title="Follow up open escalations",
        description="What is due for the open escalations, and doing it.",
    )
    def followups() -> str:
        """No arguments."""
        return words.FOLLOWUPS_PROMPT


async def _run_unattended(given: takes.RunArguments, place: Place, progress: "_Progress") -> answers.Ran:
    """The headless job in a thread of its own: it has its own event loop."""
    from customer_escalation import headless as compose

    request = compose.Request(
        issue=given.issue.removeprefix("/customer-escalation").strip(), workspace=place.workspace, use_model=given.use_model,
        max_cost_usd=given.max_cost_usd, reported_by=given.reported_by or None, connectors=place.connectors,
        policy=str(place.policy) if place.policy else None, folder=str(place.folder),
    )  # fmt: skip
    loop = asyncio.get_running_loop()

    def tell(event: Event) -> None:
        loop.call_soon_threadsafe(progress.emit, event)

    outcomes = await asyncio.to_thread(compose.start, request, tell)
    result = outcomes.to_json()
    return answers.Ran(
        text=outcomes.markdown + (f"\n\n{outcomes.notice}" if outcomes.notice else ""), case=outcomes.run,
        outcome=result["outcome"], status=outcomes.status, severity=result["severity"], target=result["target"],
        also_notify=result["also_notify"], drafted_by=result["drafted_by"], findings=outcomes.findings, gaps=outcomes.gaps,
        citations=outcomes.citations, usage=outcomes.usage,
    )  # fmt: skip


class _Progress:
    """Events of the work as progress of the call, in their order, for clients that asked for it."""

    def __init__(self, ctx: Context[Any]) -> None:
        self._ctx = ctx
        self._events: asyncio.Queue[str | None] = asyncio.Queue()

    def emit(self, event: Event) -> None:
        """Take an event; what nobody would read is dropped."""
        match event:
            case PhaseStarted():
                self._events.put_nowait(f"{event.name}: {event.detail}" if event.detail else event.name)
            case Notice(kind="info" | "warning" | "tool"):
                self._events.put_nowait(event.text)

    async def __aenter__(self) -> "_Progress":
        self._task = asyncio.create_task(self._tell())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._events.put_nowait(None)
        with suppress(Exception):  # a client that is gone hears no progress
            await self._task

    async def _tell(self) -> None:
        count = 0
        while (message := await self._events.get()) is not None:
            count += 1
            await self._ctx.report_progress(count, None, message)

"""Assembly of the ``escalation`` server: its tools on the case service, its prompts, the skill, the card."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcp.server import MCPServer
from mcp.server.apps import client_supports_apps
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool

from customer_escalation.cases.errors import WrongOrder
from customer_escalation.drafting.prompts import prompt
from customer_escalation.mcp_server import answers
from customer_escalation.mcp_server import arguments as takes
from customer_escalation.mcp_server.assembly import ALWAYS, new_tool
from customer_escalation.mcp_server.card import APP_ONLY, META, card, keep_from_others
from customer_escalation.mcp_server.gathering import gathered, opened
from customer_escalation.mcp_server.progress import Progress
from customer_escalation.mcp_server.workplace import Cases, Workplace
from customer_escalation.policy import Policy
from customer_escalation.policy.sources import find_overlays, policy_in_force
from customer_escalation.policy.text import fill, in_force
from customer_escalation.resources import skill_folder
from skill_runtime.events import Event
from skill_runtime.skill_server import SkillServer
from skill_runtime.skills import Skill, load_skill

if TYPE_CHECKING:
    from customer_escalation.cases.service import CaseService
    from customer_escalation.cases.steps import DeEscalation

NAME = "escalation"


def build_escalation_server(place: Workplace) -> "MCPServer[Any]":
    """The server. Raises ``PolicyError`` for a policy of the project or the user that cannot be used."""
    policy = policy_in_force(find_overlays(place.policy, place.folder))
    skill = load_skill(skill_folder())
    cases = Cases(place, skill, policy)

    @asynccontextmanager
    async def lifespan(server: "MCPServer[Any]") -> AsyncIterator[None]:
        try:
            yield
        finally:
            await cases.close()

    server: MCPServer[Any] = MCPServer(
        NAME,
        title="Customer escalation",
        instructions=prompt("server_instructions.md"),
        version=version("customer-escalation"),
        log_level="WARNING",
        tools=_tools(cases, lambda text: fill(text, policy)),
        extensions=[SkillServer([skill], lambda text: in_force(text, policy)), card()],
        middleware=[keep_from_others],
        lifespan=lifespan,
    )
    if not place.beside_skill:
        _add_skill_prompt(server, skill, policy)
    _add_followups_prompt(server)
    return server


def _tools(cases: Cases, told: Callable[[str], str]) -> list[Tool]:
    from customer_escalation.mcp_server.acting_tools import acting_tools
    from customer_escalation.mcp_server.approval import approval_tool
    from customer_escalation.mcp_server.following_tools import following_tools

    return [
        *_brief_tools(cases, told),
        *_action_tools(cases, told),
        approval_tool(lambda: cases.service),
        *acting_tools(lambda: cases.service, told),
        *following_tools(lambda: cases.service, told),
        *_later_tools(cases, told),
    ]


def _brief_tools(cases: Cases, told: Callable[[str], str]) -> list[Tool]:
    async def gather(given: takes.GatherArguments, ctx: Context[Any]) -> answers.Gathered:
        from customer_escalation.cases.progress import shown_by

        async with Progress(ctx) as progress:
            return await gathered(cases, cases.service.watched_by(shown_by(progress.emit)), given)

    async def assess(given: takes.AssessArguments, ctx: Context[Any]) -> answers.Assessed:
        from customer_escalation.cases.progress import shown_by
        from customer_escalation.mcp_server import telling

        async with Progress(ctx) as progress:
            service = cases.service.watched_by(shown_by(progress.emit))
            case = given.case or (await opened(service, cases.place, given)).case
            found = await service.assess(case, given.facts.whole(), given.records)
        if found.decision is None:
            return telling.assessed(found, "")
        return telling.assessed(found, cases.writing(found.case))

    async def check(given: takes.CheckArguments, ctx: Context[Any]) -> answers.Checked:
        from customer_escalation.cases.documents import edited, new_document
        from customer_escalation.mcp_server import telling

        if bool(given.document.strip()) == bool(given.edits):
            raise WrongOrder("Give one of them: the `document` whole, or `edits` of the one that was checked last.")
        make = (
            partial(new_document, document=given.document)
            if given.document.strip()
            else partial(edited, edits=given.edits)
        )
        reviewed = await cases.service.submit(given.case, make(cases.service, given.case, index=given.index))
        kept = given.keep and not reviewed.review.hard
        own = [Path(file).name for file in cases.service.files(given.case) if file.endswith(".md")]
        save = takes.SaveArguments(case=given.case, file=own[-1] if own else None)
        return telling.checked(reviewed, await _save(cases.service, cases.place, save) if kept else None)

    async def show(given: takes.ShowArguments, ctx: Context[Any]) -> answers.Shown:
        from customer_escalation.mcp_server import telling
        from customer_escalation.rendering import render_result

        result, found = cases.service.result(given.case), cases.service.propose(given.case)
        text = render_result(result.data, given.format)
        return telling.shown(result, given.format, text, found, cases.seals.of(one.id for one in found))

    async def save(given: takes.SaveArguments, ctx: Context[Any]) -> answers.Saved:
        return await _save(cases.service, cases.place, given)

    return [
        new_tool(gather, "gather", "Gather the records", prompt("tools/gather.md"), takes.GatherArguments, answers.Gathered, told,
                 reads=True, meta=ALWAYS),
        new_tool(assess, "assess", "Assess the case", prompt("tools/assess.md.j2", assistant=True), takes.AssessArguments,
                 answers.Assessed, told, reads=True, meta=ALWAYS),
        new_tool(check, "check_brief", "Check the brief", prompt("tools/check_brief.md"), takes.CheckArguments,
                 answers.Checked, told, reads=False, meta=ALWAYS),
        new_tool(show, "show_brief", "Show the brief", prompt("tools/show_brief.md"), takes.ShowArguments, answers.Shown, told,
                 reads=True, meta=META),
        new_tool(save, "save_brief", "Save the brief", prompt("tools/save_brief.md"), takes.SaveArguments, answers.Saved, told,
                 reads=False),
    ]  # fmt: skip


def _action_tools(cases: Cases, told: Callable[[str], str]) -> list[Tool]:
    async def propose(given: takes.ProposeArguments, ctx: Context[Any]) -> answers.Actions:
        from customer_escalation.mcp_server import telling

        joined = (await cases.service.attach(given.case, given.attach_to)).id if given.attach_to.strip() else ""
        result, found = cases.service.result(given.case), cases.service.propose(given.case)
        if not (given.action or joined):
            return telling.actions(result, found)
        one = telling.action(telling.named_action(found, given.action or joined))
        note = telling.ACTIONS_NOTE
        return answers.Actions(text=note, full=telling.listed_actions([one]), case=result.case, actions=[one])

    async def approve(given: takes.ApproveArguments, ctx: Context[Any]) -> answers.OneAction:
        from customer_escalation.mcp_server import telling

        if not client_supports_apps(ctx) or not cases.seals.hold(given.seal, given.action):
            raise WrongOrder(
                "Only the card that shows this action can say this. Show it with `show_brief`, or ask the person with "
                "`request_approval`."
            )
        one = telling.action(cases.service.approve(given.case, given.action, given.name))
        said = f"Action {one.number} is approved by {one.approved_by}."
        return answers.OneAction(text=said, case=given.case, action=one)

    async def revoke(given: takes.RevokeArguments, ctx: Context[Any]) -> answers.OneAction:
        from customer_escalation.mcp_server import telling

        named = telling.named_action(cases.service.propose(given.case), given.action)
        one = telling.action(cases.service.revoke(given.case, named.id, given.name))
        said = f"The approval of action {one.number} is taken back by {given.name}. Do not carry it out."
        return answers.OneAction(text=said, case=given.case, action=one)

    return [
        new_tool(approve, "approve_action", "Approve an action", prompt("tools/approve_action.md"), takes.ApproveArguments,
                 answers.OneAction, told, reads=False, meta=APP_ONLY),
        new_tool(propose, "propose_actions", "Propose next steps", prompt("tools/propose_actions.md"), takes.ProposeArguments,
                 answers.Actions, told, reads=True),
        new_tool(revoke, "revoke_approval", "Take an approval back", prompt("tools/revoke_approval.md"), takes.RevokeArguments,
                 answers.OneAction, told, reads=False),
    ]  # fmt: skip


def _later_tools(cases: Cases, told: Callable[[str], str]) -> list[Tool]:
    async def followups(given: takes.FollowUpsArguments, ctx: Context[Any]) -> answers.FollowUps:
        return await _what_is_due(cases.service, given.case)

    async def log(given: takes.LogArguments, ctx: Context[Any]) -> answers.FollowUps:
        return await _what_is_due(cases.service, await cases.service.log(given.case, given.done, given.note))

    async def reassess(given: takes.ReassessArguments, ctx: Context[Any]) -> answers.Reassessed:
        from customer_escalation.cases.progress import shown_by
        from customer_escalation.mcp_server import telling

        async with Progress(ctx) as progress:
            service = cases.service.watched_by(shown_by(progress.emit))
            return telling.reassessed(
                await service.reassess(given.case, given.facts.whole() if given.facts else None, given.records)
            )

    async def deescalate(given: takes.DeEscalateArguments, ctx: Context[Any]) -> answers.DeEscalation:
        from customer_escalation.mcp_server import telling

        found = await cases.service.deescalate(given.case, given.since, given.done, given.confirmed_by)
        left = await _closed(cases.service, found, given) if found.may_close else ""
        return telling.deescalated(found, closed=found.may_close and not left, missing=left)

    async def run(given: takes.RunArguments, ctx: Context[Any]) -> answers.Ran:
        async with Progress(ctx) as progress:
            return await _run_unattended(given, cases.place, progress)

    return [
        new_tool(followups, "followups", "What is due", prompt("tools/followups.md"), takes.FollowUpsArguments,
                 answers.FollowUps, told, reads=True),
        new_tool(log, "log_followup", "Log a follow-up", prompt("tools/log_followup.md"), takes.LogArguments,
                 answers.FollowUps, told, reads=False),
        new_tool(reassess, "reassess", "Assess again", prompt("tools/reassess.md"), takes.ReassessArguments,
                 answers.Reassessed, told, reads=True),
        new_tool(deescalate, "deescalate", "De-escalate", prompt("tools/deescalate.md"), takes.DeEscalateArguments,
                 answers.DeEscalation, told, reads=False),
        new_tool(run, "run_escalation", "Do the whole job", prompt("tools/run_escalation.md"), takes.RunArguments, answers.Ran,
                 told, reads=True),
    ]  # fmt: skip


async def _closed(service: "CaseService", found: "DeEscalation", given: takes.DeEscalateArguments) -> str:
    """Close it; what is missing for that, in a sentence, else empty."""
    from customer_escalation.followups.closing import Closing, close

    said = Closing(
        by=given.confirmed_by or found.state.confirmed_by, confirmed=tuple(given.customer_confirmed),
        tracking=given.tracking, learned=given.learned,
    )  # fmt: skip
    try:
        await close(service, found.case, said)
    except WrongOrder as error:
        return str(error)
    return ""


async def _save(service: "CaseService", place: Workplace, given: takes.SaveArguments) -> answers.Saved:
    """Record the brief, and write it to a file where one is wanted."""
    from customer_escalation.mcp_server import telling
    from customer_escalation.mcp_server.saving import place_for, write_brief

    where = None
    if given.file != "":
        now, summary = service.work(given.case).terms.now, service.result(given.case).summary
        own = service.files(given.case)
        where = place_for(place.folder, f"{now:%Y-%m-%d}", summary, given.format, given.file, own)
    result = await service.finish(given.case)
    if where:
        service.note_file(given.case, str(where))
        write_brief(where, result, given.format)
    return telling.saved(result, str(where or ""))


async def _what_is_due(service: "CaseService", case: str) -> answers.FollowUps:
    from customer_escalation.followups.service import open_escalation, open_escalations
    from customer_escalation.mcp_server import telling

    now = await service.systems.now()
    found = open_escalation(service, case, now) if case else open_escalations(service, now)
    return telling.followups(found, now)


def _add_skill_prompt(server: "MCPServer[Any]", skill: Skill, policy: Policy) -> None:
    @server.prompt("customer-escalation", title="Escalate a customer issue", description=skill.description)
    def customer_escalation(issue: str) -> str:
        """``issue``: what is wrong, and for whom."""
        return in_force(skill.instructions(issue), policy)


def _add_followups_prompt(server: "MCPServer[Any]") -> None:
    @server.prompt(
        "followups",
        title="Follow up open escalations",
        description="What is due for the open escalations, and doing it.",
    )
    def followups() -> str:
        """No arguments."""
        return prompt("followups_prompt.md")


async def _run_unattended(given: takes.RunArguments, place: Workplace, progress: "Progress") -> answers.Ran:
    """The headless job in a thread of its own: it has its own event loop."""
    from customer_escalation import headless
    from customer_escalation.cases.answers_file import checked
    from customer_escalation.connectors.source import InvalidRequest
    from customer_escalation.mcp_server import telling

    if given.answers and (given.use_model or not given.answered_by.strip()):
        raise InvalidRequest("Answers are for runs with use_model false, and need answered_by: the person's name.")
    told = checked(given.answers, "answers")
    request = headless.Request(
        issue=given.issue.removeprefix("/customer-escalation").strip(), workspace=place.workspace, use_model=given.use_model,
        max_cost_usd=given.max_cost_usd, reported_by=given.reported_by or None, connectors=place.connectors,
        policy=str(place.policy) if place.policy else None, folder=str(place.folder),
        answers=told, answered_by=given.answered_by,
    )  # fmt: skip
    loop = asyncio.get_running_loop()

    def tell(event: Event) -> None:
        loop.call_soon_threadsafe(progress.emit, event)

    if given.case:
        limits = {"answers": told, "answered_by": given.answered_by} if told else {}
        return telling.ran(await asyncio.to_thread(headless.resume, given.case, tell, limits))
    return telling.ran(await asyncio.to_thread(headless.start, request, tell))

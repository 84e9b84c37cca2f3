"""Builds the concrete things of a run: workspace, servers, skill, model, journal; then runs the workflow.

``anthropic`` and ``mcp`` are imported inside functions here: together they cost over two seconds, and commands such as
``list`` need neither.
"""

import asyncio
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from customer_escalation.cases.history import earlier_escalations
from customer_escalation.cases.result import Outcomes
from customer_escalation.cases.runs import APP, RESULT, finished_result, runs_folder
from customer_escalation.cases.session import ASSESS, SUBMIT_ESCALATION, SUBMIT_HANDLING
from customer_escalation.cases.workflow import (
    Connection,
    Drafter,
    Job,
    escalate,
    headless_instructions,
)  # fmt: skip
from customer_escalation.connectors.source import InvalidRequest, Source, open_source
from customer_escalation.domain.categories import SOURCES
from customer_escalation.domain.evidence import parse_moment
from customer_escalation.domain.prior import EarlierEscalation
from customer_escalation.policy import Policy, with_overrides
from customer_escalation.policy.sources import Overlay, find_overlays, policy_in_force
from customer_escalation.policy.text import in_force
from customer_escalation.resources import sample_workspace, skill_folder
from skill_runtime.errors import UnknownProvider
from skill_runtime.events import Emit, Notice, RunFinished, RunStarted
from skill_runtime.journal import Journal, Recorder, find_run, new_run_id
from skill_runtime.limits import Limits, Meter
from skill_runtime.providers import Choice, choose, readiness
from skill_runtime.tools import Access, Tool, ToolOutcome, ToolSpec

if TYPE_CHECKING:
    from skill_runtime.skills import Skill

DEFAULT_MODEL = "claude-sonnet-5-5"
READ_REFERENCE = "read_reference"


@dataclass(frozen=True)
class Request:
    """What the command line (or a program) asks for. Stored whole in the journal's header."""

    issue: str
    workspace: str | None = None
    """Path of a workspace JSON or database; None for the loaded one."""
    as_of: str | None = None
    """RFC 3339; None for the workspace's own moment, or now."""
    model: str = DEFAULT_MODEL
    """``provider:model``, or a bare name for Anthropic's own."""
    use_model: bool = True
    fallback: bool = True
    max_cost_usd: float | None = None
    max_turns: int = 30
    max_seconds: float | None = None
    reported_by: str | None = None
    author_level: Literal["", "L1", "L2"] = ""
    policy: str | None = None
    """Path of a policy; None for those of the user and the project."""
    connectors: str | None = None
    """Path of a connectors file; None for those of the user and the project."""
    folder: str = ""
    """The project's folder; empty for the one that the process works in."""

    @property
    def project(self) -> Path:
        """The project's folder."""
        return Path(self.folder) if self.folder else Path.cwd()

    @property
    def chosen(self) -> Choice:
        """The model and who is asked for it. Raises ``InvalidRequest`` for a provider that is not known."""
        try:
            return choose(self.model)
        except UnknownProvider as error:
            raise InvalidRequest(str(error)) from error

    def header(self, now: datetime) -> dict[str, Any]:
        """The journal's header. It holds policies and earlier escalations, so that a resumed run decides as it began."""
        _ = self.chosen  # a wrong name is told before anything is started
        overlays = find_overlays(Path(self.policy) if self.policy else None, self.project)
        policy_in_force(overlays)
        return {
            "request": {**self.__dict__, "folder": str(self.project)},
            "now": now.isoformat(),
            "app": APP,
            "policies": [*map(list, overlays)],
            "earlier": [earlier.model_dump(mode="json") for earlier in earlier_escalations(now)],
        }


def start(request: Request, emit: Emit) -> Outcomes:
    """Run a new request to its end.

    Raises ``SkillRuntimeError`` with a sentence for whatever the user or an operator must mend.
    """
    with open_source(request.workspace, request.connectors, request.project) as source:
        return start_on(request, source, emit)


def start_on(request: Request, source: Source, emit: Emit) -> Outcomes:
    """Run a new request on a source that is open already. Raises as ``start``."""
    now = _moment(request.as_of) or source.now or datetime.now(UTC)
    run = new_run_id(datetime.now(UTC))
    with Journal.create(runs_folder(), run, request.header(now)) as journal:
        return _run(request, now, source, journal, emit)


def resume(prefix: str, emit: Emit, limits: Mapping[str, Any]) -> Outcomes | dict[str, Any]:
    """Go on with a run; a finished one gives its recorded result (JSON).

    A run whose model was unavailable asks it again, and one that reached a limit goes on when ``limits`` (which replace
    those of the request) are given.
    """
    run = find_run(runs_folder(), prefix)
    with Journal.open(runs_folder(), run) as journal:
        finished = finished_result(journal)
        if journal.header.get("kind") == "assisted":
            raise InvalidRequest(f"{run} is a case that an assistant works on; go on with it there.")
        request = Request(**{**journal.header["request"], **limits})
        ended = finished.get("ended") if finished else None
        if finished is not None and ended != "model_unavailable" and not (ended == "limit" and limits):
            return finished
        with open_source(request.workspace, request.connectors, request.project) as source:
            return _run(request, datetime.fromisoformat(journal.header["now"]), source, journal, emit)


def _run(request: Request, now: datetime, source: Source, journal: Journal, emit: Emit) -> Outcomes:
    recorder = Recorder(journal)
    emit(RunStarted(run_id=journal.run_id, title=request.issue, recorded_steps=recorder.pending()))
    overlays = [Overlay(*overlay) for overlay in journal.header.get("policies", ())]
    policy, warnings = with_overrides(policy_in_force(overlays), source.policy)
    for warning in (*warnings, *source.notes):
        emit(Notice(kind="warning", text=warning))
    job = Job(
        issue=request.issue,
        now=now,
        reported_by=request.reported_by or policy.brief.reported_by,
        policy=policy,
        fallback=request.fallback,
        author_level=request.author_level,
        earlier=tuple(EarlierEscalation.model_validate(item) for item in journal.header.get("earlier", ())),
    )
    outcomes = asyncio.run(_escalate(request, job, source, recorder, emit))
    journal.append(RESULT, outcomes.to_json())
    emit(RunFinished(outcome=outcomes.brief.outcome.value, detail=outcomes.status))
    return outcomes


async def _escalate(request: Request, job: Job, source: Source, recorder: Recorder, emit: Emit) -> Outcomes:
    from skill_runtime.mcp_host import McpHost

    meter = Meter(
        Limits(max_turns=request.max_turns, max_cost_usd=request.max_cost_usd, max_seconds=request.max_seconds),
        clock=time.monotonic,
        model=request.chosen.model if request.use_model else None,
        seller=request.chosen.provider.seller,
    )
    own_tools = (ASSESS, SUBMIT_ESCALATION, SUBMIT_HANDLING, READ_REFERENCE)
    async with AsyncExitStack() as stack:
        specs, gate, adapter = source.servers()
        host = await stack.enter_async_context(McpHost(specs, gate, recorder, reserved=own_tools, adapter=adapter))
        connection = Connection(host.tools, lambda: (*host.states, *source.states))
        drafter = await _drafter(request, host.tools, job.policy, emit, stack)
        return await escalate(job, connection, drafter, recorder, meter, emit)


async def _drafter(
    request: Request, tools: list[Tool], policy: Policy, emit: Emit, stack: AsyncExitStack
) -> Drafter | None:
    if not request.use_model:
        return None
    missing = readiness(request.chosen.provider).missing
    if missing:
        emit(Notice(kind="warning", text=f"{missing}: the brief is drafted without a model."))
        return None
    from skill_runtime.claude import ClaudeModel
    from skill_runtime.skills import load_skill

    skill = load_skill(skill_folder())
    model = await stack.enter_async_context(ClaudeModel(request.model))
    return Drafter(model, system_blocks(skill, tools, policy), (reference_tool(skill, policy),))


def system_blocks(skill: "Skill", tools: list[Tool], policy: Policy) -> tuple[str, ...]:
    """What the model is told: how an unattended run works, then the skill. The same for every issue, so that it "
    "caches."""
    from skill_runtime.placeholders import resolve_placeholders

    connected: dict[str, list[str]] = {}
    for tool in tools:
        connected.setdefault(tool.category, []).append(tool.spec.name)
    text, _ = resolve_placeholders(
        in_force(skill.instructions("(the request stands in the first message)"), policy),
        connected,
        {row.title: row.id for row in SOURCES.values()},
    )
    return headless_instructions(policy), f'<skill name="{skill.name}">\n{text.strip()}\n</skill>'


def reference_tool(skill: "Skill", policy: Policy) -> Tool:
    """A LOCAL tool that reads the skill's own references, and nothing outside its folder."""
    from skill_runtime.errors import SkillError
    from skill_runtime.skills import read_reference

    async def run(arguments: dict[str, Any]) -> ToolOutcome:
        try:
            return ToolOutcome(in_force(read_reference(skill, str(arguments.get("path", ""))), policy))
        except SkillError as error:
            return ToolOutcome(str(error), is_error=True)

    schema = {
        "type": "object",
        "properties": {"path": {"type": "string", "description": "As linked in the skill: references/NAME.md"}},
        "required": ["path"],
        "additionalProperties": False,
    }
    description = (
        "Read one of the skill's reference pages, named in the skill's text. They go deeper into how to weigh "
        "the impact, "
        "choose severity and target, and write each section."
    )
    return Tool(ToolSpec(READ_REFERENCE, description, schema, strict=True), Access.LOCAL, run)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = parse_moment(text)
    if moment is None:
        raise InvalidRequest(f"--as-of {text!r} is not a moment; write it as 2026-11-23T10:00:00Z.")
    return moment


__all__ = ["InvalidRequest", "Request", "resume", "sample_workspace", "start"]

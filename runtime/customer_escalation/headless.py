"""One unattended run: puts together source, servers, skill, model and store, and lets the case service do the work.

``anthropic`` and ``mcp`` are imported inside functions here: together they cost over two seconds, and commands such as
``list`` need neither.
"""

import asyncio
import itertools
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from customer_escalation.cases.answers_file import as_answers
from customer_escalation.cases.connection import OpenedSystems, Writer
from customer_escalation.cases.drafting_tools import ASSESS, EDIT
from customer_escalation.cases.entries import RESULT
from customer_escalation.cases.interview import Interviewer
from customer_escalation.cases.journal_store import JournalStore
from customer_escalation.cases.progress import shown_by
from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.cases.restoring import opening_of
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.store import CaseStore
from customer_escalation.cases.terms import Asked
from customer_escalation.cases.unattended import ModelDrafter, People, escalate
from customer_escalation.cases.verifier import ModelVerifier, NoVerifier, Verifier, is_on
from customer_escalation.connectors.by_verb import by_verb
from customer_escalation.connectors.readable import states_of
from customer_escalation.connectors.source import InvalidRequest, OpenedConnectors, open_source
from customer_escalation.domain.categories import SOURCES
from customer_escalation.domain.evidence import parse_moment
from customer_escalation.drafting.prompts import prompt
from customer_escalation.drafting.prompts.written import writing_told
from customer_escalation.policy import Policy
from customer_escalation.policy.sources import find_overlays, not_in_force, withheld_policy
from customer_escalation.policy.text import fill, in_force
from customer_escalation.resources import sample_workspace, skill_folder
from skill_runtime.errors import ConnectorError, ModelUnavailable, UnknownProvider
from skill_runtime.events import Emit, Notice, RunFinished, RunStarted
from skill_runtime.limits import Limits, Meter
from skill_runtime.providers import Choice, choose, readiness
from skill_runtime.recorder import Recorder
from skill_runtime.tools import Access, Tool, ToolReturn, ToolSpec

if TYPE_CHECKING:
    from skill_runtime.skills import Skill

DEFAULT_MODEL = "claude-sonnet-5-5"
READ_REFERENCE = "read_reference"
VERIFIER_ATTEMPTS = 2
"""A statement that cannot be read is not known, and the run goes on."""


@dataclass(frozen=True)
class Request:
    """What the command line (or a program) asks for. Kept whole with the case."""

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
    answers: Mapping[str, Any] = field(default_factory=dict)
    """What a person answered beforehand, as ``read_answers`` gives it; for runs without a model."""
    answered_by: str = ""
    """Who gives the answers."""

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

    def asked(self) -> Asked:
        """As the case keeps it: enough to go on with the run."""
        _ = self.chosen  # a wrong name is told before anything is started
        return Asked(**{**self.__dict__, "folder": str(self.project)})


class RunSystems:
    """``Systems`` of one run: its source, and a host of its servers once they are connected."""

    def __init__(self, source: OpenedConnectors, now: datetime | None = None) -> None:
        self._source = source
        self._now = now or source.now or datetime.now(UTC)
        self._connection = OpenedSystems((), lambda: source.states)

    async def connection(self) -> OpenedSystems:
        """See ``Systems``."""
        return self._connection

    async def writer(self, system: str) -> Writer:
        """See ``Systems``. An unattended run changes nothing, so there is none."""
        raise ConnectorError("An unattended run carries nothing out.")

    async def now(self) -> datetime:
        """See ``Systems``."""
        return self._now

    async def overrides(self) -> Mapping[str, Any]:
        """See ``Systems``."""
        return self._source.policy

    @asynccontextmanager
    async def connected(self, recorder: Recorder) -> AsyncIterator[OpenedSystems]:
        """Connect the servers; what they answer is recorded."""
        from skill_runtime.mcp_host import McpHost

        specs, gate, adapter = self._source.servers()
        own_tools = (ASSESS, EDIT, READ_REFERENCE)
        async with McpHost(specs, gate, recorder, reserved=own_tools, adapter=adapter) as host:
            self._connection = OpenedSystems(
                host.tools, states_of(host, self._source.states), foreign=self._source.foreign
            )
            yield self._connection


def start(
    request: Request, emit: Emit, store: CaseStore | None = None, interviewer: Interviewer | None = None
) -> RecordedResult:
    """Run a new request to its end; ``store`` is this user's where it is not given. ``interviewer`` asks a person who is there.

    Raises ``SkillRuntimeError`` with a sentence for whatever the user or an operator must mend.
    """
    with open_source(request.workspace, request.connectors, request.project) as source:
        return start_on(request, source, emit, store, interviewer)


def start_on(
    request: Request,
    source: OpenedConnectors,
    emit: Emit,
    store: CaseStore | None = None,
    interviewer: Interviewer | None = None,
) -> RecordedResult:
    """Run a new request on a source that is open already. Raises as ``start``."""
    _need_model(request)
    systems = RunSystems(source, _moment(request.as_of))
    service = CaseService(store or JournalStore(), systems, shown_by(emit))

    async def begin_and_run() -> RecordedResult:
        chosen = Path(request.policy) if request.policy else None
        withheld = withheld_policy(chosen, request.project)
        if withheld:
            emit(Notice(kind="warning", text=not_in_force(withheld)))
        overlays = find_overlays(chosen, request.project)
        case = await service.open(request.asked(), "headless", overlays, policy_withheld=withheld is not None)
        return await _run(service, systems, case, request, source.notes, emit, interviewer)

    return asyncio.run(begin_and_run())


def resume(
    prefix: str,
    emit: Emit,
    limits: Mapping[str, Any],
    store: CaseStore | None = None,
    interviewer: Interviewer | None = None,
) -> RecordedResult:
    """Go on with a run; a finished one gives its recorded result.

    A run whose model was unavailable asks it again, one that reached a limit goes on when ``limits`` (which replace those of
    the request) are given, and one that is not decided goes on with answers among them or with somebody to ask.
    """
    store = store or JournalStore()
    case = store.find(prefix)
    opening = opening_of(store, case)
    if opening.origin == "assistant":
        raise InvalidRequest(f"{case} is a case that an assistant works on; go on with it there.")
    request = Request(**{**opening.request.model_dump(), **limits})
    finished = store.entries(case, RESULT)
    if finished:
        result = RecordedResult(finished[-1].data)
        undecided = bool(result.data.get("questions")) and ("answers" in limits or interviewer is not None)
        if result.ended != "model_unavailable" and not (result.ended == "limit" and limits) and not undecided:
            return result
    _need_model(request)
    with open_source(request.workspace, request.connectors, request.project) as source:
        systems = RunSystems(source, opening.now)
        service = CaseService(store, systems, shown_by(emit))
        return asyncio.run(_run(service, systems, case, request, source.notes, emit, interviewer))


async def _run(
    service: CaseService,
    systems: RunSystems,
    case: str,
    request: Request,
    notes: Sequence[str],
    emit: Emit,
    interviewer: Interviewer | None = None,
) -> RecordedResult:
    with service.hold(case) as recorder:
        emit(RunStarted(run_id=case, title=request.issue, recorded_steps=recorder.pending()))
        policy, warnings = opening_of(service.store, case).policy()
        for warning in (*warnings, *notes):
            emit(Notice(kind="warning", text=warning))
        meter = Meter(
            Limits(max_turns=request.max_turns, max_cost_usd=request.max_cost_usd, max_seconds=request.max_seconds),
            clock=time.monotonic,
            model=request.chosen.model if request.use_model else None,
            seller=request.chosen.provider.seller,
        )
        async with AsyncExitStack() as stack:
            connection = await stack.enter_async_context(systems.connected(recorder))
            drafter = await _drafter(request, connection.tools, policy, emit, stack)
            if drafter is not None:
                verifier = verifier_of(request.model, policy, recorder, meter, _warner(emit))
                service = service.verified_by(await stack.enter_async_context(verifier))
            now = opening_of(service.store, case).now
            people = People(as_answers(request.answers, request.answered_by or "somebody", now), interviewer)
            result = await escalate(service, case, drafter, recorder, meter, emit, people)
    emit(RunFinished(outcome=result.outcome.value, detail=result.status))
    return result


def _warner(emit: Emit) -> Callable[[str], None]:
    """Tells warnings as events."""
    return lambda text: emit(Notice(kind="warning", text=text))


async def _drafter(
    request: Request, tools: Sequence[Tool], policy: Policy, emit: Emit, stack: AsyncExitStack
) -> ModelDrafter | None:
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
    extra = (reference_tool(skill, policy),)
    return ModelDrafter(model, system_blocks(skill, tools, policy), extra, request.fallback)


@asynccontextmanager
async def verifier_of(
    model: str, policy: Policy, recorder: Recorder, meter: Meter, warn: Callable[[str], None]
) -> AsyncIterator[Verifier]:
    """The model that reads statements against their records: at the provider of ``model`` (``provider:name``), named by policy.

    ``meter`` takes what it costs; ``warn`` is told once why it fails. Raises ``UnknownProvider`` for a provider that is not known.
    """
    settings = policy.verification
    if not is_on(policy):
        yield NoVerifier()
        return
    from skill_runtime.claude import ClaudeModel

    provider = choose(model).provider
    name = f"{provider.name}:{settings.model}" if settings.model else model
    async with ClaudeModel(name, timeout_s=settings.max_seconds, attempts=VERIFIER_ATTEMPTS) as reader:
        yield ModelVerifier(reader, recorder, meter, time.monotonic, seller=provider.seller, warn=warn)


def _need_model(request: Request) -> None:
    """A run that may not be drafted by rules ends here where no model can be asked. Raises ``ModelUnavailable``."""
    if request.use_model and not request.fallback and (missing := readiness(request.chosen.provider).missing):
        raise ModelUnavailable(f"{missing}, and --no-fallback was given, so there is nobody to draft the brief.")


def system_blocks(skill: "Skill", tools: Sequence[Tool], policy: Policy) -> tuple[str, ...]:
    """What the model is told: how an unattended run works, then the skill. The same for every issue, so that it caches."""
    from skill_runtime.placeholders import resolve_placeholders

    connected: dict[str, list[str]] = {tool.category: [] for tool in tools}
    for tool in by_verb(tools):
        sources = tool.spec.input_schema.get("properties", {}).get("source", {}).get("enum") or [tool.category]
        for category in sources:
            connected[category].append(tool.spec.name)
    text, _ = resolve_placeholders(
        in_force(skill.instructions("(the request stands in the first message)"), policy),
        connected,
        {row.title: row.id for row in SOURCES.values()},
    )
    return unattended_instructions(policy), f'<skill name="{skill.name}">\n{_for_nobody(text)}\n</skill>'


def _for_nobody(text: str) -> str:
    """The skill without what it says for a session with a person, whose servers and questions an unattended run has not, and
    without how a brief is put together by hand, which the run's own tools and instructions tell.
    """
    kept = re.sub(r"<!-- (with a person|by hand) -->.*?<!-- /\1 -->\n*", "", text, flags=re.DOTALL).strip()
    step = itertools.count(1)
    return re.sub(r"^(### )\d+\.", lambda found: f"{found[1]}{next(step)}.", kept, flags=re.MULTILINE)


def unattended_instructions(policy: Policy) -> str:
    """How an unattended run works and how a brief should read, with the figures of the policy in force."""
    return f"{fill(prompt('unattended.md'), policy)}\n\n{writing_told(assistant=False)}"


def reference_tool(skill: "Skill", policy: Policy) -> Tool:
    """A LOCAL tool that reads the skill's own references, and nothing outside its folder."""
    from skill_runtime.errors import SkillError
    from skill_runtime.skills import read_reference

    async def run(arguments: dict[str, Any]) -> ToolReturn:
        try:
            return ToolReturn(in_force(read_reference(skill, str(arguments.get("path", ""))), policy))
        except SkillError as error:
            return ToolReturn(str(error), is_error=True)

    schema = {
        "type": "object",
        "properties": {"path": {"type": "string", "description": "As linked in the skill: references/NAME.md"}},
        "required": ["path"],
        "additionalProperties": False,
    }
    spec = ToolSpec(READ_REFERENCE, prompt("tools/read_reference.md"), schema, strict=True)
    return Tool(spec, Access.LOCAL, run)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = parse_moment(text)
    if moment is None:
        raise InvalidRequest(
            f"--as-of {text!r} is not a moment between 1900 and 2200; write it as 2026-11-23T10:00:00Z."
        )
    return moment


__all__ = ["InvalidRequest", "Request", "resume", "sample_workspace", "start"]

"""A case from the request to the finished brief with nobody watching: gather, draft by a model or by rules, finish.

It knows neither the model's vendor nor how tools are reached. Everything paid for or read from outside goes through the
recorder, so that the same run on the same case gives the same brief.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from customer_escalation.cases.connection import MissingConnector
from customer_escalation.cases.drafting_tools import SUBMIT_ESCALATION, SUBMIT_HANDLING, DraftingTools
from customer_escalation.cases.first_message import first_message
from customer_escalation.cases.recorded import Ended, RecordedResult
from customer_escalation.cases.result import Ending
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.steps import GatheredCase
from customer_escalation.connectors.by_verb import by_verb
from customer_escalation.drafting.assessment import assess_by_rules
from customer_escalation.drafting.prose import draft_by_rules
from skill_runtime.agent import AgentSettings, run_agent
from skill_runtime.errors import LimitReached, ModelError
from skill_runtime.events import Emit, Notice, PhaseStarted
from skill_runtime.journal import Recorder
from skill_runtime.limits import Meter
from skill_runtime.model import Model
from skill_runtime.tools import Tool


@dataclass(frozen=True)
class ModelDrafter:
    """A model with what it is told; a run drafts by rules without one."""

    model: Model
    system: tuple[str, ...]
    extra_tools: Sequence[Tool] = ()
    """LOCAL tools beside ``assess`` and the submits, such as reading the skill's references."""
    fallback: bool = True
    """Draft by rules when the model's service fails."""


async def escalate(
    service: CaseService, case: str, drafter: ModelDrafter | None, recorder: Recorder, meter: Meter, emit: Emit
) -> RecordedResult:
    """Make the brief of a case that the service holds for this run.

    Raises ``MissingConnector`` when a required category cannot be read, and ``ModelError`` when the model's service fails
    and the drafter has no fallback.
    """
    try:
        gathered = await service.gather(case, need_required=True)
    except MissingConnector:
        recorder.forget()  # a resumed run asks again: whatever was down may be there by then
        raise
    ended: Ended = "complete"
    notice = ""
    work = service.work(case)
    if drafter:
        emit(PhaseStarted(name="draft", detail=drafter.model.name))
        ended, notice = await _draft_with_model(service, gathered, drafter, recorder, meter, emit)
        if work.casework.sound:
            ended, notice = "complete", ""
    if work.casework.review is None:
        emit(PhaseStarted(name="draft", detail="by rules, without a model"))
        await _draft_by_rules(service, case)
    result = await service.finish(case, Ending.of(meter, ended, notice))
    emit(PhaseStarted(name="done", detail=result.status.replace("_", " ")))
    return result


async def _draft_with_model(
    service: CaseService, gathered: GatheredCase, drafter: ModelDrafter, recorder: Recorder, meter: Meter, emit: Emit
) -> tuple[Ended, str]:
    """Let the model read on and hand in its work; says how that ended."""
    work = service.work(gathered.case)
    tools = DraftingTools(service, gathered.case, work.terms.policy).tools()
    try:
        result = await run_agent(
            model=drafter.model,
            system=drafter.system,
            first_message=first_message(work.terms, gathered.evidence, gathered.gaps, gathered.listed),
            tools=[*by_verb((await service.systems.connection()).tools), *drafter.extra_tools, *tools],
            ledger=work.ledger,
            recorder=recorder,
            meter=meter,
            emit=emit,
            settings=AgentSettings(finish_tool=f"{SUBMIT_ESCALATION}` or `{SUBMIT_HANDLING}", max_tokens=32_000),
        )
    except LimitReached as limit:
        return "limit", str(limit)
    except ModelError as error:
        if not drafter.fallback:
            raise
        emit(Notice(kind="warning", text=str(error)))
        return "model_unavailable", str(error)
    if work.casework.review is not None and result.outcome == "submitted":
        return "complete", ""
    if result.outcome == "submitted":
        return "not_submitted", "Nothing that the model handed in was a brief."
    return "not_submitted", f"The model ended without handing in a brief ({result.outcome.replace('_', ' ')})."


async def _draft_by_rules(service: CaseService, case: str) -> None:
    """Assess and draft without a model, through the same checks."""
    work = service.work(case)
    terms, evidence = work.terms, work.casework.evidence
    facts = assess_by_rules(terms.issue, evidence, terms.now, terms.policy)
    assessed = await service.assess(case, facts)
    if assessed.decision is None:
        raise AssertionError(f"the drafter by rules stated facts that do not stand: {assessed.findings}")
    draft = draft_by_rules(terms.issue, facts, assessed.decision, work.casework.evidence, terms.now, terms.policy)
    await service.submit(case, draft, "rules")

"""A case from the request to the finished brief with nobody watching: gather, draft by a model or by rules, finish.

It knows neither the model's vendor nor how tools are reached. Everything paid for or read from outside goes through the
recorder, so that the same run on the same case gives the same brief.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from customer_escalation.cases.connection import MissingConnector
from customer_escalation.cases.drafting_tools import EDIT, DraftingTools
from customer_escalation.cases.first_message import first_message
from customer_escalation.cases.interview import Interview, Interviewer
from customer_escalation.cases.recorded import Ended, RecordedResult
from customer_escalation.cases.result import Ending
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.steps import GatheredCase
from customer_escalation.connectors.by_verb import by_verb
from customer_escalation.connectors.lookup import ReadTools
from customer_escalation.connectors.source import InvalidRequest
from customer_escalation.decision.answers import PersonAnswer, with_answers
from customer_escalation.decision.figures import build_case
from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.rules.shown import as_unknown, facts_not_shown
from customer_escalation.decision.topics import CASE
from customer_escalation.domain.record_ids import own_part
from customer_escalation.drafting.assessment import assess_by_rules
from customer_escalation.drafting.prose import draft_by_rules
from customer_escalation.retrieval.relevance.issue import alike, find_issue
from skill_runtime.agent import AgentResult, AgentSettings, TakeText, run_agent
from skill_runtime.errors import LimitReached, ModelError
from skill_runtime.events import Emit, Notice, PhaseStarted
from skill_runtime.limits import Meter
from skill_runtime.model import Model
from skill_runtime.recorder import Recorder
from skill_runtime.tools import Tool

MENDED = "Give them anew with that put right; none of these was kept."
WHICH = "Which of these tickets is meant?"
WHICH_TOO = "Are these about the same matter too? They share words with it, or a text names both; no system links them."


@dataclass(frozen=True)
class People:
    """Who answers what the records cannot tell."""

    answers: Sequence[PersonAnswer] = ()
    """Given beforehand."""
    interviewer: Interviewer | None = None
    """Asks a person; None where nobody is there."""


@dataclass(frozen=True)
class ModelDrafter:
    """A model with what it is told; a run drafts by rules without one."""

    model: Model
    system: tuple[str, ...]
    extra_tools: Sequence[Tool] = ()
    """LOCAL tools beside ``assess`` and ``edit``, such as reading the skill's references."""
    fallback: bool = True
    """Draft by rules when the model's service fails."""


async def escalate(
    service: CaseService,
    case: str,
    drafter: ModelDrafter | None,
    recorder: Recorder,
    meter: Meter,
    emit: Emit,
    people: People | None = None,
) -> RecordedResult:
    """Make the brief of a case that the service holds for this run; without a model, ``people`` answer what records cannot tell.

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
        await _draft_by_rules(service, case, people or People())
    result = await service.finish(case, Ending.of(meter, ended, notice))
    emit(PhaseStarted(name="done", detail=result.status.replace("_", " ")))
    return result


async def _draft_with_model(
    service: CaseService, gathered: GatheredCase, drafter: ModelDrafter, recorder: Recorder, meter: Meter, emit: Emit
) -> tuple[Ended, str]:
    """Let the model read on and hand in its work; says how that ended."""
    work = service.work(gathered.case)
    drafting = DraftingTools(service, gathered.case, work.terms.policy)
    first = first_message(work.terms, gathered.evidence, gathered.gaps, gathered.listed, gathered.more)
    tools = [*by_verb(work.guarded(await service.systems.connection())), *drafter.extra_tools, *drafting.tools()]

    async def loop(finish_tool: str, *messages: str, take_text: TakeText | None = None) -> AgentResult:
        return await run_agent(
            model=drafter.model,
            system=drafter.system,
            first_message=messages,
            tools=tools,
            ledger=work.ledger,
            recorder=recorder,
            meter=meter,
            emit=emit,
            settings=AgentSettings(
                finish_tool=finish_tool, take_text=take_text, hear_text=drafting.hear, max_tokens=32_000
            ),
        )

    try:
        result = await loop("", first, take_text=drafting.take_document)
        if result.outcome == "submitted" and (told := drafting.begin_edit()):
            emit(PhaseStarted(name="edit", detail="a second look, by a reader who did not write it"))
            seen = first_message(work.terms, work.casework.evidence, gathered.gaps, gathered.listed, gathered.more)
            result = await loop(EDIT, seen, told, take_text=drafting.take_document)
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


async def _draft_by_rules(service: CaseService, case: str, people: People) -> None:
    """Assess and draft without a model, through the same checks. Raises ``InvalidRequest`` for answers that cite nothing known."""
    work = service.work(case)
    terms, evidence = work.terms, work.casework.evidence
    answers = await _answers(service, case, people)
    if people.interviewer is not None:
        chosen = _chosen(service, case, people.interviewer)
        await _read_whole(service, case, chosen)
        answers = (*answers, *chosen)
    structure = assess_by_rules(terms.issue, evidence, terms.now, terms.policy)
    if people.interviewer is not None and structure.affected:

        def build(given: Sequence[PersonAnswer]) -> DecisionInput:
            return build_case(with_answers(structure, given), evidence, terms.policy, terms.now)[0]

        def keep(given: Sequence[PersonAnswer]) -> None:
            service.answer(case, given)

        known = {answer.name: answer for answer in answers}
        answers = Interview(people.interviewer, build, keep, terms.now, known).run()
    facts = with_answers(structure, answers)
    doubtful = facts_not_shown(facts, evidence, work.casework.now)
    facts = as_unknown(facts, {finding.where for finding in doubtful})
    assessed = await service.assess(case, facts, stated_by="rules")
    if assessed.decision is None or assessed.inputs is None:
        raise AssertionError(f"the drafter by rules stated facts that do not stand: {assessed.findings}")
    draft = draft_by_rules(terms.issue, assessed.inputs, assessed.decision, work.casework.questions)
    await service.submit(case, draft, "rules")


def _chosen(service: CaseService, case: str, interviewer: Interviewer) -> tuple[PersonAnswer, ...]:
    """Which tickets are meant, where that is in doubt; written down."""
    work = service.work(case)
    evidence, now = work.casework.evidence, work.terms.now
    found = find_issue(work.terms.issue, evidence, now)
    doubtful = alike(found) if found.tickets else found.candidates
    if not doubtful:
        return ()
    tickets = interviewer.choose(WHICH_TOO if found.tickets else WHICH, doubtful, evidence)
    if tickets is None or not (tickets or found.tickets):
        return ()
    ids = " ".join(own_part(ticket.id) for ticket in (*found.tickets, *tickets))
    answer = PersonAnswer(name=CASE, answer=ids, by=interviewer.by, at=now)
    service.answer(case, [answer])
    return (answer,)


async def _read_whole(service: CaseService, case: str, answers: Sequence[PersonAnswer]) -> None:
    """The tickets that a person chose, which a search may have shown in part. Raises ``InvalidRequest`` for an unknown one."""
    ids = [name for answer in answers if answer.name == CASE for name in answer.answer.replace(",", " ").split()]
    work = service.work(case)
    reading = ReadTools((await service.systems.connection()).tools)
    for name in ids:
        for tool, given in reading.calls("read_ticket", {"id": name}) if "read_ticket" in reading else ():
            outcome = await tool.run(given)
            if outcome.structured and not outcome.is_error:
                work.ledger.add(outcome.structured)
    known = {own_part(ticket.id).casefold() for ticket in work.casework.evidence.of_kind("ticket")}
    unknown = [name for name in ids if name.casefold() not in known]
    if unknown:
        raise InvalidRequest(f"The answers name tickets that nobody knows: {', '.join(unknown)}. {MENDED}")


async def _answers(service: CaseService, case: str, people: People) -> tuple[PersonAnswer, ...]:
    """Those that were written down already, and over them those that are given now.

    What names a ticket or a record that nobody knows is refused before it is written down, so that it spoils no later try.
    """
    known = {answer.name: answer for answer in service.answers(case)}
    service.answer(case, tuple(known.values()), known=True)
    fresh = [one for one in people.answers if one.name not in known or _differs(one, known[one.name])]
    cited = [ref for answer in fresh for ref in answer.refs]
    missing = await service.work(case).read_cited(cited, await service.systems.connection()) if cited else []
    if missing:
        raise InvalidRequest(f"The answers cite records that nobody knows: {', '.join(missing)}. {MENDED}")
    given = {**known, **{answer.name: answer for answer in fresh}}
    await _read_whole(service, case, tuple(given.values()))
    if fresh:
        service.answer(case, fresh)
    return tuple(given.values())


def _differs(one: PersonAnswer, other: PersonAnswer) -> bool:
    return (one.answer, one.refs) != (other.answer, other.refs)

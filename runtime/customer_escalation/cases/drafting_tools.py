"""The tools by which a model hands in its work: ``assess`` and one of two submits for who writes, ``edit`` for who reads it then.

They put each call to the case service and answer a mistake with findings that say how to mend it, all at once. The first draft
that fits its schema goes to a reader who did not write it, with its findings; an edit comes back so many times, and the one after
that is taken with its findings. Warnings go to the person who sends the brief.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ValidationError

from customer_escalation.cases.editing import Edit, NoSuchPlace, draft_in_lines
from customer_escalation.cases.errors import WrongDraft
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.steps import ReviewedDraft
from customer_escalation.domain.changes import put
from customer_escalation.domain.draft import Ask, ColleagueText, CustomerDraft, Draft, EscalationDraft, HandlingDraft
from customer_escalation.domain.facts import StatedAssessment
from customer_escalation.domain.findings import Finding, listed, schema_findings
from customer_escalation.domain.outcomes import Outcome
from customer_escalation.domain.tool_schema import tool_schema
from customer_escalation.drafting.prompts import prompt
from customer_escalation.drafting.prompts.decided import HandIn, decision_told, hand_in_told
from customer_escalation.policy import Policy
from customer_escalation.policy.text import fill
from customer_escalation.review.budget import length_words, too_long
from skill_runtime.tools import Access, Tool, ToolReturn, ToolSpec

ASSESS = "assess"
SUBMIT_ESCALATION = "submit_escalation"
SUBMIT_HANDLING = "submit_handling"
EDIT = "edit"
TOLD: dict[type[BaseModel], tuple[type[BaseModel], ...]] = {
    HandlingDraft: (CustomerDraft, ColleagueText),
    Edit: (Ask, CustomerDraft, ColleagueText),
}
"""What the schema of the escalation says of its entries already."""
HAND_IN = HandIn(f"`{SUBMIT_ESCALATION}`", f"`{SUBMIT_HANDLING}`")


@dataclass(frozen=True)
class Misfit:
    """A draft as it was handed in, which may not fit its schema."""

    kind: type[EscalationDraft] | type[HandlingDraft]
    data: dict[str, Any]


class DraftingTools:
    """The tools on one case: those of its writer until a draft is handed in, then that of the reader who edits it.

    All are there from the beginning to the end, so that what both are told begins alike.
    """

    def __init__(self, service: CaseService, case: str, policy: Policy) -> None:
        self._service = service
        self._case = case
        self._policy = policy
        self._repairs = 0
        self._assessments_refused = 0
        self._editing = False
        self._shortened = False
        """Whether the last reader was asked once to shorten what they edited."""
        self._misfit: Misfit | None = None
        """What was handed in last and does not fit its schema: its misfits are mended, and nothing is written again."""

    def tools(self) -> list[Tool]:
        """The tools, for the loop."""
        return [
            self._tool(ASSESS, prompt("tools/assess.md.j2", assistant=False), StatedAssessment, self._assess),
            self._tool(
                SUBMIT_ESCALATION, prompt("tools/submit.md.j2", draft="escalation"), EscalationDraft,
                lambda data: self._submit(data, EscalationDraft),
            ),
            self._tool(
                SUBMIT_HANDLING, prompt("tools/submit.md.j2", draft="handling"), HandlingDraft,
                lambda data: self._submit(data, HandlingDraft),
            ),
            self._tool(EDIT, prompt("tools/edit.md"), Edit, self._edit),
        ]  # fmt: skip

    def begin_edit(self) -> str | None:
        """What the reader is told of the draft that was handed in; None where there is none. From here on only an edit is taken."""
        work = self._service.work(self._case).casework
        review, decision, inputs = work.review, work.decision, work.case
        if review is None or decision is None or inputs is None:
            return None
        self._editing, self._repairs = True, 0
        return prompt(
            "edit.md.j2",
            decision=decision_told(decision, inputs, work.figures, None),
            draft=draft_in_lines(review.draft),
            findings=listed(review.findings),
            reminders=", ".join(review.draft.reminders) or "none",
            handled=decision.severity is None,
            length=length_words(review.draft, len(inputs.affected), decision.severity),
        )

    def _tool(
        self,
        name: str,
        description: str,
        takes: type[BaseModel],
        run: Callable[[dict[str, Any]], Awaitable[ToolReturn]],
    ) -> Tool:
        schema = tool_schema(takes, lambda text: fill(text, self._policy), TOLD.get(takes, ()))
        return Tool(ToolSpec(name, description, schema, strict=True), Access.LOCAL, self._in_turn(name, run))

    def _in_turn(
        self, name: str, run: Callable[[dict[str, Any]], Awaitable[ToolReturn]]
    ) -> Callable[[dict[str, Any]], Awaitable[ToolReturn]]:
        async def called(data: dict[str, Any]) -> ToolReturn:
            if name == EDIT and not self._editing and self._misfit is not None:
                return await self._mend(self._misfit, data)
            if self._editing != (name == EDIT):
                wanted = (
                    f"`{EDIT}`" if self._editing else f"`{ASSESS}`, then {HAND_IN.escalation} or {HAND_IN.handling}"
                )
                return self._again(f"That comes at another time: call {wanted}.", [])
            return await run(data)

        return called

    async def _assess(self, data: dict[str, Any]) -> ToolReturn:
        try:
            facts = StatedAssessment.model_validate(data).whole()
        except ValidationError as error:
            return self._facts_again(schema_findings(error))
        assessed = await self._service.assess(self._case, facts)
        if assessed.decision is None or assessed.inputs is None:
            return self._facts_again(assessed.findings)
        contested = [finding.message for finding in assessed.contested]
        told = decision_told(
            assessed.decision, assessed.inputs, assessed.figures, HAND_IN, assessed.hints, contested=contested
        )
        return ToolReturn(told)

    async def _submit(self, data: dict[str, Any], kind: type[EscalationDraft] | type[HandlingDraft]) -> ToolReturn:
        decision = self._service.work(self._case).casework.decision
        if decision is None:
            return self._again(f"Call `{ASSESS}` first: the brief depends on its decision.", [])
        if (decision.outcome == Outcome.HANDLE) != (kind is HandlingDraft):
            return self._again(hand_in_told(decision, HAND_IN), [])
        return await self._taken(Misfit(kind, data))

    async def _taken(self, handed_in: Misfit) -> ToolReturn:
        try:
            draft = handed_in.kind.model_validate(handed_in.data)
        except ValidationError as error:
            self._misfit = handed_in
            findings = schema_findings(error)
            how = f"All of it is kept: call `{EDIT}` with `places` for these alone."
            return self._again(f"The brief was not taken; it does not fit the schema. {how}", findings)
        self._misfit = None
        return await self._review(draft)

    async def _mend(self, misfit: Misfit, data: dict[str, Any]) -> ToolReturn:
        try:
            places = Edit.model_validate({"edits": [], **data}).places
            mended = put(misfit.data, {place.path: place.text for place in places})
        except ValidationError as error:
            return self._again("The edit was not taken; it does not fit the schema:", schema_findings(error))
        except NoSuchPlace as error:
            return self._again(f"The edit was not taken. {error}", [])
        return await self._taken(Misfit(misfit.kind, mended))

    async def _edit(self, data: dict[str, Any]) -> ToolReturn:
        before = self._service.draft(self._case)
        try:
            edit = Edit.model_validate(data)
            draft = type(before).model_validate(edit.applied(before))
        except ValidationError as error:
            return self._again("The edit was not taken; it does not fit the schema:", schema_findings(error))
        except ValueError as error:
            return self._again(f"The edit was not taken. {error}", [])
        return await self._review(draft)

    async def _review(self, draft: Draft) -> ToolReturn:
        try:
            reviewed = await self._service.submit(self._case, draft)
        except WrongDraft as error:
            return self._again(hand_in_told(error.decision, HAND_IN), [])
        if not self._editing:
            return ToolReturn("Taken.", final=True)
        told = self._edited(reviewed)
        return _decided_again(reviewed, told) if reviewed.decided_again else told

    def _edited(self, reviewed: ReviewedDraft) -> ToolReturn:
        hard, findings = reviewed.review.hard, reviewed.review.findings
        accounts, severity = len(reviewed.inputs.affected), reviewed.decision.severity
        long = "" if self._shortened else too_long(reviewed.review.draft, accounts, severity)
        if not hard and long:
            self._shortened = True
            return ToolReturn(
                f"Edited. {long}\n\nIt reads now:\n{draft_in_lines(reviewed.review.draft)}", is_error=True
            )
        if not hard:
            return ToolReturn("Accepted.", final=True)
        warnings = len(findings) - len(hard)
        also = f" ({warnings} more are warnings: mend what is right in them)" if warnings else ""
        told = self._again(f"Edited, and not accepted yet. Edit these {len(hard)} places{also}:", findings)
        roots = {finding.where for finding in findings}
        return replace(told, text=f"{told.text}\n\nThey read now:\n{draft_in_lines(reviewed.review.draft, roots)}")

    def _facts_again(self, findings: Sequence[Finding]) -> ToolReturn:
        self._assessments_refused += 1
        text = f"The assessment was not taken. Correct these and call `{ASSESS}` again:\n{listed(findings)}"
        return ToolReturn(text, is_error=True, final=self._assessments_refused > self._policy.brief.max_repairs)

    def _again(self, intro: str, findings: Sequence[Finding]) -> ToolReturn:
        text = intro + ("\n" + listed(findings) if findings else "")
        most = self._policy.brief.max_repairs
        if self._repairs >= most:
            return ToolReturn(
                text + "\nNo repair is left; the brief goes to a person for review.", is_error=True, final=True
            )
        self._repairs += 1
        left = most - self._repairs + 1
        return ToolReturn(f"{text}\n({left} more {'try' if left == 1 else 'tries'}.)", is_error=True)


def _decided_again(reviewed: ReviewedDraft, told: ToolReturn) -> ToolReturn:
    """The answer below the decision that the draft's own citations brought about."""
    decision = decision_told(reviewed.decision, reviewed.inputs, reviewed.figures, HAND_IN)
    text = f"The records that the draft cites change the decision.\n{decision}\n\n{told.text}"
    return ToolReturn(text, is_error=told.is_error, final=told.final)

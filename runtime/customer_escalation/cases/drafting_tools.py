"""The tools by which a model in the agent's loop hands in its work: ``assess``, one of two submits, and ``mend``.

They put each call to the case service and answer a mistake with findings that say how to mend it, all at once. A draft comes
back so many times; the one after that is taken with its findings. The first draft always comes back once, to be bettered as its
readers would; from then on one without a hard finding is taken, and its warnings go to the person who sends it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from customer_escalation.cases.errors import WrongDraft, WrongOrder
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.steps import ReviewedDraft
from customer_escalation.domain.brief import (
    Ask,
    ColleagueText,
    CustomerDraft,
    Draft,
    DraftModel,
    EscalationDraft,
    HandlingDraft,
    Outcome,
    tool_schema,
)
from customer_escalation.domain.changes import TextChange
from customer_escalation.domain.facts import StatedAssessment
from customer_escalation.domain.findings import Finding, listed, schema_findings
from customer_escalation.drafting.prompts import prompt
from customer_escalation.drafting.prompts.decided import HandIn, decision_told, hand_in_told
from customer_escalation.policy import Policy
from customer_escalation.policy.text import fill
from customer_escalation.review.budget import length_words
from skill_runtime.tools import Access, Tool, ToolReturn, ToolSpec

ASSESS = "assess"
SUBMIT_ESCALATION = "submit_escalation"
SUBMIT_HANDLING = "submit_handling"
MEND = "mend"
HAND_IN = HandIn(f"`{SUBMIT_ESCALATION}`", f"`{SUBMIT_HANDLING}`")


class Mend(BaseModel):
    """Changes to the draft that was handed in last."""

    model_config = ConfigDict(extra="forbid")

    changes: list[TextChange]
    asks: list[Ask] = Field(default_factory=list, description="Further ones, of an escalation; [] if none.")
    drafts: list[CustomerDraft] = Field(default_factory=list, description="Further ones; [] if none.")
    messages: list[ColleagueText] = Field(default_factory=list, description="Further ones; [] if none.")

    @property
    def more(self) -> dict[str, Sequence[DraftModel]]:
        """The further entries by the list that they belong to."""
        found: dict[str, Sequence[DraftModel]] = {"asks": self.asks, "drafts": self.drafts, "messages": self.messages}
        return {name: entries for name, entries in found.items() if entries}


class DraftingTools:
    """The tools on one case, and what of its work was refused."""

    def __init__(self, service: CaseService, case: str, policy: Policy) -> None:
        self._service = service
        self._case = case
        self._policy = policy
        self._repairs = 0
        self._assessments_refused = 0
        self._bettered = False
        """Was the writer asked to go through the draft once more?"""

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
            self._tool(MEND, prompt("tools/mend.md"), Mend, self._mend),
        ]  # fmt: skip

    def _tool(
        self,
        name: str,
        description: str,
        takes: type[BaseModel],
        run: Callable[[dict[str, Any]], Awaitable[ToolReturn]],
    ) -> Tool:
        told = (Ask, CustomerDraft, ColleagueText) if takes is Mend else ()
        schema = tool_schema(takes, lambda text: fill(text, self._policy), told)
        return Tool(ToolSpec(name, description, schema, strict=True), Access.LOCAL, run)

    async def _assess(self, data: dict[str, Any]) -> ToolReturn:
        try:
            facts = StatedAssessment.model_validate(data).whole()
        except ValidationError as error:
            return self._facts_again(schema_findings(error))
        assessed = await self._service.assess(self._case, facts)
        if assessed.decision is None or assessed.inputs is None:
            return self._facts_again(assessed.findings)
        told = decision_told(assessed.decision, assessed.inputs, assessed.figures, HAND_IN, assessed.hints)
        return ToolReturn(told)

    async def _submit(self, data: dict[str, Any], kind: type[EscalationDraft] | type[HandlingDraft]) -> ToolReturn:
        decision = self._service.work(self._case).casework.decision
        if decision is None:
            return self._again(f"Call `{ASSESS}` first: the brief depends on its decision.", [])
        if (decision.outcome == Outcome.HANDLE) != (kind is HandlingDraft):
            return self._again(hand_in_told(decision, HAND_IN), [])
        try:
            draft = kind.model_validate(data)
        except ValidationError as error:
            return self._again("The brief was not taken; it does not fit the schema:", schema_findings(error))
        return await self._review(draft)

    async def _mend(self, data: dict[str, Any]) -> ToolReturn:
        try:
            mend = Mend.model_validate(data)
            draft = self._service.mended(self._case, mend.changes, mend.more)
        except WrongOrder as error:
            return self._again(str(error), [])
        except ValidationError as error:
            return self._again("The changes were not taken; they do not fit the schema:", schema_findings(error))
        return await self._review(draft)

    async def _review(self, draft: Draft) -> ToolReturn:
        try:
            reviewed = await self._service.submit(self._case, draft)
        except WrongDraft as error:
            return self._again(hand_in_told(error.decision, HAND_IN), [])
        told = self._reviewed(reviewed)
        return _decided_again(reviewed, told) if reviewed.decided_again else told

    def _reviewed(self, reviewed: ReviewedDraft) -> ToolReturn:
        hard, findings = reviewed.review.hard, reviewed.review.findings
        if not hard and self._bettered:
            return ToolReturn("Accepted.", final=True)
        again = (
            "" if self._bettered else "\n\n".join(["", *filter(None, (self._length(reviewed), prompt("better.md")))])
        )
        self._bettered = True
        if not hard:
            sound = f"Nothing in it contradicts the records.\n{listed(findings)}".rstrip()
            return ToolReturn(f"{sound}{again}")
        warnings = len(findings) - len(hard)
        also = f" ({warnings} more are warnings: mend what is right in them)" if warnings else ""
        told = self._again(
            f"Not accepted. Call `{MEND}` with the new text of these {len(hard)} places{also}:", findings
        )
        return replace(told, text=told.text + again)

    def _length(self, reviewed: ReviewedDraft) -> str:
        return length_words(reviewed.review.draft, reviewed.decision.severity)

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

"""The tools by which a model in the agent's loop hands in its work: ``assess``, then one of two submits.

They put each call to the case service and answer a mistake with findings that say how to mend it. A submit comes back so many
times; the one after that is taken with its findings.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from customer_escalation.cases.errors import WrongDraft
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.steps import ReviewedDraft
from customer_escalation.domain.brief import EscalationDraft, HandlingDraft, Outcome, tool_schema
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.findings import Finding, listed, schema_findings
from customer_escalation.drafting.prompts import prompt
from customer_escalation.drafting.prompts.decided import HandIn, decision_told, hand_in_told
from customer_escalation.policy import Policy
from customer_escalation.policy.text import fill
from skill_runtime.tools import Access, Tool, ToolOutcome, ToolSpec

ASSESS = "assess"
SUBMIT_ESCALATION = "submit_escalation"
SUBMIT_HANDLING = "submit_handling"
HAND_IN = HandIn(f"`{SUBMIT_ESCALATION}`", f"`{SUBMIT_HANDLING}`")


class DraftingTools:
    """The tools on one case, and what of its work was refused."""

    def __init__(self, service: CaseService, case: str, policy: Policy) -> None:
        self._service = service
        self._case = case
        self._policy = policy
        self._repairs = 0
        self._assessments_refused = 0
        self._polished = False
        """A sound brief went back once with its warnings."""

    def tools(self) -> list[Tool]:
        """The tools, for the loop."""
        return [
            self._tool(ASSESS, prompt("tools/assess.md.j2", assistant=False), Assessment, self._assess),
            self._tool(
                SUBMIT_ESCALATION, prompt("tools/submit.md.j2", draft="escalation"), EscalationDraft,
                lambda data: self._submit(data, EscalationDraft),
            ),
            self._tool(
                SUBMIT_HANDLING, prompt("tools/submit.md.j2", draft="handling"), HandlingDraft,
                lambda data: self._submit(data, HandlingDraft),
            ),
        ]  # fmt: skip

    def _tool(
        self,
        name: str,
        description: str,
        takes: type[BaseModel],
        run: Callable[[dict[str, Any]], Awaitable[ToolOutcome]],
    ) -> Tool:
        schema = tool_schema(takes, lambda text: fill(text, self._policy))
        return Tool(ToolSpec(name, description, schema, strict=True), Access.LOCAL, run)

    async def _assess(self, data: dict[str, Any]) -> ToolOutcome:
        try:
            facts = Assessment.model_validate(data)
        except ValidationError as error:
            return self._facts_again(schema_findings(error))
        assessed = await self._service.assess(self._case, facts)
        if assessed.decision is None:
            return self._facts_again(assessed.findings)
        return ToolOutcome(decision_told(assessed.decision, facts, assessed.figures, HAND_IN, assessed.hints))

    async def _submit(self, data: dict[str, Any], kind: type[EscalationDraft] | type[HandlingDraft]) -> ToolOutcome:
        decision = self._service.work(self._case).casework.decision
        if decision is None:
            return self._again(f"Call `{ASSESS}` first: the brief depends on its decision.", [])
        if (decision.outcome == Outcome.HANDLE) != (kind is HandlingDraft):
            return self._again(hand_in_told(decision, HAND_IN), [])
        try:
            draft = kind.model_validate(data)
        except ValidationError as error:
            return self._again("The brief was not taken; it does not fit the schema:", schema_findings(error))
        try:
            reviewed = await self._service.submit(self._case, draft)
        except WrongDraft as error:
            return self._again(hand_in_told(error.decision, HAND_IN), [])
        told = self._reviewed(reviewed)
        return _decided_again(reviewed, told) if reviewed.decided_again else told

    def _reviewed(self, reviewed: ReviewedDraft) -> ToolOutcome:
        hard = reviewed.review.hard
        if hard:
            return self._again(
                f"Not accepted. Mend these {len(hard)} findings and hand in the whole brief again; leave what they do not touch "
                "as it is:",
                hard,
            )
        if not reviewed.review.findings or self._polished or self._repairs >= self._policy.brief.max_repairs:
            return ToolOutcome("Accepted.", final=True)
        self._polished = True
        return ToolOutcome(
            "The brief is sound. Before it goes out, mend what is right in these remarks and hand in the whole brief once "
            f"more, unchanged where you disagree:\n{listed(reviewed.review.findings)}"
        )

    def _facts_again(self, findings: Sequence[Finding]) -> ToolOutcome:
        self._assessments_refused += 1
        text = f"The assessment was not taken. Correct these and call `{ASSESS}` again:\n{listed(findings)}"
        return ToolOutcome(text, is_error=True, final=self._assessments_refused > self._policy.brief.max_repairs)

    def _again(self, intro: str, findings: Sequence[Finding]) -> ToolOutcome:
        text = intro + ("\n" + listed(findings) if findings else "")
        most = self._policy.brief.max_repairs
        if self._repairs >= most:
            return ToolOutcome(
                text + "\nNo repair is left; the brief goes to a person for review.", is_error=True, final=True
            )
        self._repairs += 1
        left = most - self._repairs + 1
        return ToolOutcome(f"{text}\n({left} more {'try' if left == 1 else 'tries'}.)", is_error=True)


def _decided_again(reviewed: ReviewedDraft, told: ToolOutcome) -> ToolOutcome:
    """The answer below the decision that the draft's own citations brought about."""
    decision = decision_told(reviewed.decision, reviewed.facts, reviewed.figures, HAND_IN)
    text = f"The records that the draft cites change the decision.\n{decision}\n\n{told.text}"
    return ToolOutcome(text, is_error=told.is_error, final=told.final)

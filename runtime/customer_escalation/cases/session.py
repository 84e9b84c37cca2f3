"""The tools by which a drafter hands in its work: ``assess``, then one of two submits.

They run inside the process on what the run has read, are pure apart from this object's own state, and answer a mistake
with findings that say how to mend it. So replaying the same calls gives the same answers.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from customer_escalation.cases.hints import reminders
from customer_escalation.decision.figures import build_case, window_figures
from customer_escalation.decision.inputs import Case
from customer_escalation.decision.rules import Decision, decide
from customer_escalation.decision.rules.stated import unreferenced_facts
from customer_escalation.domain.brief import Draft, EscalationDraft, Figure, HandlingDraft, Outcome, Target, tool_schema
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.findings import Finding, listed, schema_findings
from customer_escalation.domain.rules import RULE_TABLE, otherwise_of
from customer_escalation.policy import Policy
from customer_escalation.policy.text import fill
from customer_escalation.review import Review, review_draft
from customer_escalation.review.check import Context
from skill_runtime.tools import Access, Tool, ToolOutcome, ToolSpec

ASSESS = "assess"
SUBMIT_ESCALATION = "submit_escalation"
SUBMIT_HANDLING = "submit_handling"

ASSESS_DESCRIPTION = """\
State the facts of the case, each with the records that show it. Code applies the escalation rules to them and answers \
with the decision (escalate or handle in support, severity, target, whom to notify), the rules that made it, and the \
computed figures (accounts, ARR, pipeline, waiting times, SLA, windows) with refs that you may cite. Call it when you \
have read what matters; call it again with a corrected fact if the decision shows that you stated one wrongly. Never \
bend a fact to get a decision."""

SUBMIT_ESCALATION_DESCRIPTION = """\
Hand in the escalation brief after `assess` decided to escalate. It is checked: every section filled, every number, \
date, name and quotation present in the records that its sentence cites. A brief with mistakes comes back with findings; \
mend those and hand in the whole brief again. Lines that code computes (accounts, revenue, time in queue, SLA, response \
window) are added by themselves, so do not repeat them."""

SUBMIT_HANDLING_DESCRIPTION = """\
Hand in the note for an issue that `assess` decided to handle in support: why, what to do, the reply to the customer, \
and what would change the decision. It is checked like a brief."""

TARGET_CONTENTS = {
    Target.L2: "a summary of the ticket, at least one step tried with its result, the customer's context",
    Target.ENGINEERING: "the full reproduction or 'not_reproduced' with the attempts, the environment, the exact error or "
    "log text, the business impact, the customers' timeline",
    Target.PRODUCT: "the use case, the business impact, how many accounts ask, competitive pressure or that none is recorded",
    Target.SECURITY: "what was observed and whether it is verified, who or what may be affected, containment taken or that none "
    "is recorded, urgency; where an article asks for a page or an incident is open, the first ask says so; it goes to a "
    "restricted channel only",
    Target.LEADERSHIP: "the business context, revenue at risk or 'unknown', what was tried, the decision needed with its "
    "options, the deadline",
}


@dataclass
class Casework:
    """What a drafter has handed in so far.

    ``max_repairs`` bounds how often a submit comes back; the one after that is taken with its findings.
    """

    evidence: Evidence
    policy: Policy
    now: datetime
    max_repairs: int
    context: Context = field(default_factory=Context)
    request: str = ""
    """What the person asked; where it is given, look-alikes that the facts leave out are named."""
    assessment: Assessment | None = None
    case: Case | None = None
    decision: Decision | None = None
    figures: dict[str, Figure] = field(default_factory=dict)
    review: Review | None = None
    """The last submit that was a brief at all."""
    sound: Review | None = None
    """The last submit without a hard finding."""
    polished: bool = False
    """A sound brief went back once with its warnings."""
    repairs: int = 0
    assessments_refused: int = 0
    refused: list[str] = field(default_factory=list)
    """What was wrong with submits that were no brief."""

    def tools(self) -> list[Tool]:
        """The tools, for the loop."""
        return [
            self._tool(ASSESS, ASSESS_DESCRIPTION, Assessment, self._assess),
            self._tool(SUBMIT_ESCALATION, SUBMIT_ESCALATION_DESCRIPTION, EscalationDraft, self._submit_escalation),
            self._tool(SUBMIT_HANDLING, SUBMIT_HANDLING_DESCRIPTION, HandlingDraft, self._submit_handling),
        ]

    def _tool(
        self,
        name: str,
        description: str,
        model: type[BaseModel],
        run: Callable[[dict[str, Any]], Awaitable[ToolOutcome]],
    ) -> Tool:
        schema = tool_schema(model, lambda text: fill(text, self.policy))
        return Tool(ToolSpec(name, description, schema, strict=True), Access.LOCAL, run)

    def assess(self, assessment: Assessment) -> list[Finding]:
        """Take the facts and decide; findings mean that the facts must be corrected first."""
        case, figures = build_case(assessment, self.evidence, self.policy, self.now)
        findings = unreferenced_facts(assessment, self.evidence, figures)
        if not findings:
            self.assessment, self.case, self.figures = assessment, case, figures
            self.decision = decide(case)
            self.review = self.sound = None
            if self.decision.severity and self.decision.target:
                self.figures |= window_figures(case, self.decision.severity, self.decision.target)
        return findings

    def submit(self, draft: Draft) -> Review:
        """Review a draft of the kind that the decision asks for."""
        if self.case is None or self.decision is None:
            raise ValueError("submit before assess")
        self.review = review_draft(draft, self.case, self.decision, self.figures, self.context)
        if not self.review.hard:
            self.sound = self.review
        return self.review

    async def _assess(self, data: dict[str, Any]) -> ToolOutcome:
        try:
            assessment = Assessment.model_validate(data)
        except ValidationError as error:
            return self._assess_again(schema_findings(error))
        findings = self.assess(assessment)
        if findings:
            return self._assess_again(findings)
        assert self.decision is not None
        told = explain(self.decision, assessment, self.figures)
        hints = list(reminders(self.request, assessment, self.evidence, self.now)) if self.request else []
        if hints:
            told += "\n\nA search over the records found besides:\n" + "\n".join(f"- {hint}" for hint in hints)
        return ToolOutcome(told)

    async def _submit_escalation(self, data: dict[str, Any]) -> ToolOutcome:
        return self._submitted(data, EscalationDraft, Outcome.ESCALATE)

    async def _submit_handling(self, data: dict[str, Any]) -> ToolOutcome:
        return self._submitted(data, HandlingDraft, Outcome.HANDLE)

    def _submitted(
        self, data: dict[str, Any], kind: type[EscalationDraft] | type[HandlingDraft], outcome: Outcome
    ) -> ToolOutcome:
        if self.decision is None:
            return self._again("Call `assess` first: the brief depends on its decision.", [])
        if self.decision.outcome != outcome:
            right = SUBMIT_ESCALATION if self.decision.outcome == Outcome.ESCALATE else SUBMIT_HANDLING
            return self._again(
                f"The decision is “{self.decision.outcome.value}”: hand in with `{right}`. If a fact was stated "
                f"wrongly, "
                "call `assess` again first.", [],
            )  # fmt: skip
        try:
            draft = kind.model_validate(data)
        except ValidationError as error:
            return self._again("The brief was not taken; it does not fit the schema:", schema_findings(error))
        review = self.submit(draft)
        if not review.hard:
            return self._sound(review)
        return self._again(
            f"Not accepted. Mend these {len(review.hard)} findings and hand in the whole brief again; leave what "
            f"they do "
            "not touch as it is:", review.hard,
        )  # fmt: skip

    def _sound(self, review: Review) -> ToolOutcome:
        """A brief without a hard finding is taken; warnings come back once, before it goes out."""
        if not review.findings or self.polished or self.repairs >= self.max_repairs:
            return ToolOutcome("Accepted.", final=True)
        self.polished = True
        return ToolOutcome(
            "The brief is sound. Before it goes out, mend what is right in these remarks and hand in the whole brief once "
            f"more, unchanged where you disagree:\n{listed(review.findings)}"
        )

    def _assess_again(self, findings: Sequence[Finding]) -> ToolOutcome:
        self.assessments_refused += 1
        text = f"The assessment was not taken. Correct these and call `{ASSESS}` again:\n{listed(findings)}"
        return ToolOutcome(text, is_error=True, final=self.assessments_refused > self.max_repairs)

    def _again(self, intro: str, findings: Sequence[Finding]) -> ToolOutcome:
        text = intro + ("\n" + listed(findings) if findings else "")
        self.refused.append(text)
        if self.repairs >= self.max_repairs:
            return ToolOutcome(
                text + "\nNo repair is left; the brief goes to a person for review.", is_error=True, final=True
            )
        self.repairs += 1
        left = self.max_repairs - self.repairs + 1
        return ToolOutcome(f"{text}\n({left} more {'try' if left == 1 else 'tries'}.)", is_error=True)


def explain(decision: Decision, assessment: Assessment, figures: dict[str, Figure]) -> str:
    """The decision as its drafter reads it: what, why, the figures to draw on, and what the brief must hold."""
    lines: list[str] = []
    if decision.outcome == Outcome.ESCALATE and decision.severity and decision.target:
        others = ", ".join(target.value for target in decision.also_notify) or "nobody else"
        lines.append(
            f"Decision: escalate. Severity: {decision.severity.value}. Target: {decision.target.value}. Also "
            f"notify: {others}."
        )
    else:
        lines.append("Decision: handle in support, no escalation.")
    reading = assessment.reading
    decided = (
        decision.outcome.value,
        decision.severity.value if decision.severity else "none",
        decision.target.value if decision.target else "none",
    )
    if (reading.outcome, reading.severity, reading.target) != decided:
        lines.append(
            f"Your own reading was {reading.outcome}, {reading.severity}, {reading.target}. Look at the rules "
            f"below: if "
            "one rests on a fact that you stated wrongly, call `assess` again with it corrected; otherwise the "
            "rules stand."
        )
    lines.append("\nRules that hold:")
    groups = (
        ("handle", "escalate") if decision.outcome == Outcome.HANDLE else ("handle", "escalate", "severity", "target")
    )
    teams = {decision.target, *decision.also_notify}
    told = [
        firing for firing in decision.firings
        if RULE_TABLE[firing.rule].group in groups and (not firing.target or firing.target in teams)
    ]  # fmt: skip
    for firing in told:
        row = RULE_TABLE[firing.rule]
        if firing.state == "yes" and not (row.otherwise and row.id not in decision.because):
            gives = f" -> {firing.floor or firing.target}" if firing.floor or firing.target else ""
            refs = f" [{', '.join(firing.refs)}]" if firing.refs else ""
            lines.append(f"- {firing.rule}{gives}: {firing.because or row.sentence}{refs}")
    if (none := otherwise_of("escalate")).id in decision.because:
        lines.append(f"- {none.id}: {none.label}; say which one would change that.")
    demoted = [firing for firing in told if firing.state == "no" and firing.because and firing.refs]
    if demoted:
        lines.append("\nRules that do not hold, though something points to them:")
        lines += [f"- {firing.rule}: {firing.because}" for firing in demoted]
    unknown = [firing for firing in told if firing.state == "unknown"]
    if unknown:
        lines.append("\nRules that could not be tested (say so where it matters):")
        lines += [f"- {firing.rule}: {firing.because or RULE_TABLE[firing.rule].sentence}" for firing in unknown]
    lines.append("\nComputed figures (use these values as they are; cite the ref where you use one):")
    lines += [f"- {figure.ref}: {figure.label}: {figure.text}" for figure in figures.values()]
    if decision.target:
        lines.append(f"\nFor {decision.target.value} the brief must hold: {TARGET_CONTENTS[decision.target]}.")
        lines.append(f"Hand it in with `{SUBMIT_ESCALATION}`.")
    else:
        lines.append(f"\nHand in the note with `{SUBMIT_HANDLING}`.")
    return "\n".join(lines)

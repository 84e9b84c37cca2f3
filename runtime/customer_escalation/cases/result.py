"""The end of a run: the reviewed draft made a brief, rendered, with what goes with it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from customer_escalation.actions import Proposal, propose
from customer_escalation.cases.session import Casework
from customer_escalation.decision.explanation import why
from customer_escalation.decision.figures import computed_lines, due_moments
from customer_escalation.decision.inputs import Case
from customer_escalation.decision.rules import Decision
from customer_escalation.domain.brief import Brief, Draft, EscalationDraft, Outcome, Related, RuleNote, Target
from customer_escalation.domain.facts import Answer
from customer_escalation.domain.findings import Finding
from customer_escalation.domain.formatting import time_words
from customer_escalation.domain.rules import RULE_TABLE, otherwise_of
from customer_escalation.rendering import Document, all_cites, cited_records, render_markdown
from customer_escalation.retrieval.injection import first_instruction_like
from customer_escalation.review import withhold_unsupported
from customer_escalation.review.passages import passages
from skill_runtime.limits import Meter

Ended = Literal["complete", "limit", "model_unavailable", "not_submitted"]
"""How the drafting ended: as it should, or why the brief is another than the one that was asked for."""


@dataclass
class Outcomes:
    """The result of a run."""

    run: str
    brief: Brief
    status: Literal["valid", "needs_review"]
    ended: Ended
    findings: list[Finding]
    markdown: str
    citations: list[str]
    records: list[dict[str, Any]]
    """The cited items with all their parts, as they were read."""
    proposals: list[Proposal]
    usage: dict[str, Any]
    why: dict[str, Any]
    """See ``why.why``."""
    due: dict[str, str] = field(default_factory=dict)
    """When to ask the team next (``team``) and to tell the customer at the latest (``customer``), RFC 3339; empty where
    support handles it."""
    notice: str = ""
    """Why the drafting ended otherwise than planned, in a sentence."""
    gaps: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The documented JSON shape of a result."""
        brief = self.brief
        return {
            "run": self.run,
            "outcome": brief.outcome.value,
            "status": self.status,
            "severity": brief.severity.value if brief.severity else None,
            "target": brief.target.value if brief.target else None,
            "also_notify": [target.value for target in brief.also_notify],
            "brief": brief.model_dump(mode="json"),
            "markdown": self.markdown,
            "findings": [finding.model_dump() for finding in self.findings],
            "gaps": self.gaps,
            "citations": self.citations,
            "records": self.records,
            "proposals": [proposal.model_dump() for proposal in self.proposals],
            "usage": self.usage,
            "drafted_by": brief.drafted_by,
            "ended": self.ended,
            "why": self.why,
            "due": self.due,
            "notice": self.notice,
        }


def finish(
    casework: Casework, *, run: str, reported_by: str, meter: Meter, gaps: Sequence[str], ended: Ended, notice: str,
    drafted_by: Literal["model", "rules"],
) -> Outcomes:  # fmt: skip
    """The reviewed draft as a finished brief, rendered."""
    review, case, decision = casework.sound or casework.review, casework.case, casework.decision
    assert review is not None
    assert case is not None
    assert decision is not None
    findings = list(review.findings)
    if ended == "not_submitted":
        findings.append(Finding(rule="RUN", level="H", message=notice))
    if drafted_by == "rules" and not case.affected:
        message = (
            "No ticket about this request was found: check the customer's name and the words, and what is connected."
        )
        findings.append(Finding(rule="RUN", level="H", message=message))
    hard = any(finding.level == "H" for finding in findings)
    draft = withhold_unsupported(review) if hard else review.draft
    brief = Brief(
        outcome=decision.outcome,
        severity=decision.severity,
        target=decision.target,
        also_notify=notified(decision, draft),
        severity_because=rule_notes(decision, "severity"),
        decided_by=rule_notes(decision, "handle" if decision.outcome == Outcome.HANDLE else "escalate"),
        reported_by=reported_by,
        date=time_words(casework.now),
        drafted_by=drafted_by,
        computed=computed_lines(case, decision.severity, casework.figures),
        figures=tuple(casework.figures.values()),
        draft=draft,
        suspicious=suspicious(casework, draft),
        not_met=criteria(decision, "no") if case.affected else (),
        untested=criteria(decision, "unknown"),
        gaps=tuple(gaps),
    )
    shown = [finding for finding in findings if finding.level == "H"] if hard else []
    sent = render_markdown(Document(brief, casework.evidence, shown, for_receiver=True))
    proposals = propose(brief, sent, casework.policy, casework.now)
    document = Document(brief, casework.evidence, shown, [proposal.title for proposal in proposals])
    usage = meter.usage
    return Outcomes(
        run=run,
        brief=brief,
        status="needs_review" if hard else "valid",
        ended=ended,
        findings=findings,
        markdown=render_markdown(document),
        records=cited_records(brief, casework.evidence),
        citations=[ref for ref in all_cites(brief) if casework.evidence.ledger.get(ref)],
        proposals=proposals,
        usage={
            "turns": meter.turns,
            "input_tokens": usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens,
            "output_tokens": usage.output_tokens,
            "cost_usd": meter.cost_usd,
        },
        why=why(case, decision),
        due=_due(case, decision),
        notice=notice,
        gaps=list(gaps),
    )


def _due(case: Case, decision: Decision) -> dict[str, str]:
    if decision.severity is None or decision.target is None:
        return {}
    team, customer = due_moments(case, decision.severity, decision.target)
    return {"team": team.isoformat(), "customer": customer.isoformat()}


def suspicious(casework: Casework, draft: Draft) -> tuple[Related, ...]:
    """Records that try to steer (S11): those that the drafter named, and those that a pattern finds near this issue.

    Near means part of an item that the draft cites or of an affected account's ticket, or naming such a ticket.
    """
    evidence, case = casework.evidence, casework.case
    found: dict[str, str] = {}
    for named in casework.assessment.suspicious if casework.assessment else ():
        record = evidence.ledger.resolve(named.ref)
        if record:
            found[record.ref] = named.what
    tickets = [ref for account in case.affected for ref in account.tickets] if case else []
    cites = [cite for passage in passages(draft) for cite in passage.cites]
    near = {evidence.item_of(record).ref for record in evidence.resolve([*cites, *tickets])[0]}
    ids = [re.escape(ref.partition("/")[2]) for ref in tickets]
    numbers = [re.escape(number) for ref in tickets for number in re.findall(r"\d{4,}", ref)]
    names_one = re.compile(rf"(?<!\w)(?:{'|'.join([*ids, *numbers])})(?!\w)") if ids else None
    for record in evidence.ledger.records.values():
        text = str(record.data.get("text") or record.data.get("body") or "")
        if record.ref in found or not text:
            continue
        if evidence.item_of(record).ref in near or (names_one and names_one.search(text)):
            reason = first_instruction_like(text)
            if reason:
                found[record.ref] = reason
    return tuple(Related(ref=ref, note=what) for ref, what in found.items())


def notified(decision: Decision, draft: Draft) -> tuple[Target, ...]:
    """Every team beside the owner: those that the rules name, and those that the brief asks for something (T0)."""
    asked = [ask.owner for ask in draft.asks] if isinstance(draft, EscalationDraft) else []
    teams = dict.fromkeys([*decision.also_notify, *asked])
    return tuple(team for team in teams if team not in (decision.target, Target.L2))


def rule_notes(decision: Decision, group: Literal["severity", "escalate", "handle"]) -> tuple[RuleNote, ...]:
    """The rules that made this part of the decision, with the records behind them (S10)."""
    made = [rule for rule in decision.because if RULE_TABLE[rule].group == group]
    if group == "handle" and not made:
        none = otherwise_of("escalate")
        return (RuleNote(rule=none.id, because=none.label, cites=()),)
    firings = [decision.firing(rule) for rule in made]
    return tuple(RuleNote(rule=firing.rule, because=firing.because, cites=firing.refs) for firing in firings)


def criteria(decision: Decision, state: Answer) -> tuple[str, ...]:
    """The hard escalation rules in this state, where support handles the issue; else none."""
    if decision.outcome != Outcome.HANDLE:
        return ()
    return tuple(
        firing.rule for firing in decision.firings
        if RULE_TABLE[firing.rule].group == "escalate" and firing.level == "H" and firing.state == state
    )  # fmt: skip

"""The reviewed draft made a finished brief, rendered, with what goes with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from customer_escalation.actions import Proposal
from customer_escalation.actions.reducing import without_secrets, without_secrets_in
from customer_escalation.cases.offering import proposals_of
from customer_escalation.cases.recorded import Ended, RecordedResult
from customer_escalation.cases.session import Casework
from customer_escalation.decision.explanation import why
from customer_escalation.decision.figures import computed_lines, due_moments, zone_of_case
from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.questions import question_json
from customer_escalation.decision.rules import Decision
from customer_escalation.decision.topics import CASE
from customer_escalation.domain.brief import Brief, RuleNote
from customer_escalation.domain.draft import Draft, EscalationDraft, Related
from customer_escalation.domain.evidence import field
from customer_escalation.domain.findings import Finding
from customer_escalation.domain.formatting import date_words
from customer_escalation.domain.outcomes import Outcome, Severity, Target
from customer_escalation.domain.record_ids import own_part, shown_id
from customer_escalation.domain.rules import RULE_TABLE, otherwise_of
from customer_escalation.drafting.told import asked, asked_later
from customer_escalation.rendering import Document, all_cites, cited_records, offers, render_markdown
from customer_escalation.rendering.phrases import language_code
from customer_escalation.retrieval.injection import first_instruction_like
from customer_escalation.retrieval.relevance.issue import Complaint, alike, find_issue
from customer_escalation.review import withhold_unsupported
from customer_escalation.review.nearby import text_of, texts_near
from customer_escalation.review.passages import all_cites as cites_of_draft
from customer_escalation.review.steering import TOLD
from skill_runtime.ledger import Record
from skill_runtime.limits import Meter


@dataclass(frozen=True)
class Ending:
    """How the drafting ended, and what it took."""

    ended: Ended = "complete"
    notice: str = ""
    """Why it ended otherwise than planned, in a sentence."""
    turns: int = 0
    """Of a model that this process asked; an assistant's own model is not counted."""
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = 0.0
    """None where a turn had no known price."""

    @classmethod
    def of(cls, meter: Meter, ended: Ended = "complete", notice: str = "") -> "Ending":
        """With what the meter counted."""
        used = meter.usage
        return cls(ended, notice, meter.turns, used.total - used.output_tokens, used.output_tokens, meter.cost_usd)


@dataclass(frozen=True)
class _Made:
    """A reviewed draft as a brief, with what is offered on it."""

    brief: Brief
    findings: Sequence[Finding]
    shown: Sequence[Finding]
    """Those that the brief itself names."""
    proposals: Sequence[Proposal]
    complaint: Complaint | None
    """Without a model: what the request is about, as its words tell."""


def offered_by(
    casework: Casework, *, request: str, reported_by: str, gaps: Sequence[str], policy_notes: Sequence[str] = ()
) -> list[Proposal]:
    """The next steps that the brief offers once the draft that was reviewed last is recorded."""
    return list(_made(casework, request, reported_by, gaps, Ending(), policy_notes).proposals)


def result_of(
    casework: Casework,
    *,
    case: str,
    request: str,
    reported_by: str,
    gaps: Sequence[str],
    ending: Ending,
    policy_notes: Sequence[str] = (),
) -> RecordedResult:
    """The reviewed draft as a finished brief, rendered."""
    made = _made(casework, request, reported_by, gaps, ending, policy_notes)
    brief, inputs, decision = made.brief, casework.case, casework.decision
    assert inputs is not None
    assert decision is not None
    steps = offers([(one.kind, one.title) for one in made.proposals], brief.draft)
    document = Document(brief, casework.evidence, made.shown, steps)
    return RecordedResult(
        {
            "run": case,
            "outcome": brief.outcome.value,
            "status": "needs_review" if made.shown else "valid",
            "severity": brief.severity.value if brief.severity else None,
            "target": brief.target.value if brief.target else None,
            "also_notify": [target.value for target in brief.also_notify],
            "brief": brief.model_dump(mode="json"),
            "markdown": without_secrets(render_markdown(document)),
            "findings": [finding.model_dump() for finding in made.findings],
            "gaps": list(gaps),
            "citations": [ref for ref in all_cites(brief) if casework.evidence.ledger.get(ref)],
            "records": without_secrets(cited_records(brief, casework.evidence)),
            "proposals": [proposal.model_dump(mode="json") for proposal in made.proposals],
            "usage": {
                "turns": ending.turns,
                "input_tokens": ending.input_tokens,
                "output_tokens": ending.output_tokens,
                "cost_usd": ending.cost_usd,
            },
            "drafted_by": brief.drafted_by,
            "ended": ending.ended,
            "why": why(inputs, decision),
            "due": _due(inputs, decision),
            "contracts": [contract.model_dump(mode="json") for contract in inputs.contracts],
            "notice": ending.notice,
            "questions": _questions(casework, made.complaint) if brief.undecided and made.complaint else [],
            "may_be": list(casework.may_be) if brief.undecided else [],
        }
    )


def _made(
    casework: Casework, request: str, reported_by: str, gaps: Sequence[str], ending: Ending, policy_notes: Sequence[str]
) -> _Made:
    review, inputs, decision = casework.sound or casework.review, casework.case, casework.decision
    assert review is not None
    assert inputs is not None
    assert decision is not None
    by_rules = casework.drafted_by == "rules"
    complaint = find_issue(request, casework.evidence, casework.now) if by_rules else None
    findings = [
        *review.findings,
        *casework.contested_facts,
        *_about_the_run(
            ending, no_tickets=decision.outcome == Outcome.HANDLE and not casework.evidence.of_kind("ticket")
        ),
        *(_open(casework, complaint) if complaint else _undecided(decision)),
    ]
    shown = [finding for finding in findings if finding.level == "H"]
    undecided = by_rules and any(finding.rule == "RUN" for finding in shown)
    draft = withhold_unsupported(review) if shown else review.draft
    zone = zone_of_case(inputs)
    brief = Brief(
        outcome=decision.outcome,
        severity=decision.severity,
        target=decision.target,
        also_notify=notified(decision, draft),
        restricted=bool(decision.target and inputs.policy.keeps_to_itself(decision.target)),
        severity_if_escalated=decision.severity_if_escalated,
        severity_because=rule_notes(decision, "severity"),
        decided_by=rule_notes(decision, "handle" if decision.outcome == Outcome.HANDLE else "escalate"),
        reported_by=reported_by,
        date=date_words(casework.now, zone, language_code(draft)),
        zone=zone,
        drafted_by=casework.drafted_by,
        computed=computed_lines(inputs, decision.severity, casework.figures, decision.target),
        figures=tuple(casework.figures.values()),
        draft=draft,
        suspicious=suspicious(casework, draft),
        verification=casework.sound_verification if casework.sound else casework.verification,
        untested=() if undecided else untested(decision),
        gaps=tuple(gaps),
        policy_notes=tuple(policy_notes),
        undecided=undecided,
    )
    proposals = [] if undecided else proposals_of(casework, brief, shown)
    clear = brief.model_copy(update={"draft": without_secrets_in(draft)})
    return _Made(clear, findings, shown, proposals, complaint)


def _about_the_run(ending: Ending, *, no_tickets: bool) -> Iterator[Finding]:
    if ending.ended == "not_submitted":
        yield Finding(rule="RUN", level="H", message=ending.notice)
    if no_tickets:
        message = "The support platform gave no ticket at all: nothing shows that support can handle this."
        yield Finding(rule="RUN", level="H", message=message)


def _open(casework: Casework, found: Complaint) -> Iterator[Finding]:
    """Without a model: what the request names and nobody knows, which case it is, and the questions that are open."""
    if found.missing:
        named = ", ".join(f"“{name}”" for name in found.missing)
        message = (
            f"The request names {named}, and no record that was found does: check the spelling, and what is connected."
        )
        yield Finding(rule="RUN", level="H", message=message)
    which = _which(found, casework)
    if which or not found.tickets:
        asks = (
            f"{which['text']} {'; '.join(one['label'] for one in which['choices'])}."
            if which
            else "Name the ticket or the customer."
        )
        doubt = "" if found.tickets else "It is not clear which case this is about. "
        yield Finding(rule="RUN", level="H", message=f"{doubt}{asks}")
    if not found.tickets:
        return
    open_ones = casework.questions
    messages = [*(asked(question) for question in open_ones if question.tells), asked_later(open_ones)]
    yield from (Finding(rule="RUN", level="H", message=message) for message in messages if message)
    if casework.decision is not None:
        undecided = _undecided(casework.decision)
        yield from (one for one in undecided if not casework.questions or RULE_TABLE[one.rule].by_records)


def _questions(casework: Casework, found: Complaint) -> list[dict[str, Any]]:
    """What a person has to answer, as JSON: which case it is, then what only reading tells."""
    which = _which(found, casework)
    facts = [question_json(one) for one in casework.questions] if found.tickets else []
    return [*([which] if which else []), *facts]


def _which(found: Complaint, casework: Casework) -> dict[str, Any] | None:
    """The question which tickets are meant, as JSON; None where there is no doubt, or it could change nothing."""
    decision = casework.decision
    handled = decision is not None and any(RULE_TABLE[rule].group == "handle" for rule in decision.because)
    settled = decision is not None and (decision.severity == Severity.CRITICAL or handled)
    doubtful = found.candidates if not found.tickets else () if settled else alike(found)
    if not doubtful:
        return None
    known = [own_part(ticket.id) for ticket in found.tickets]
    return {
        "question": CASE,
        "text": "Are further tickets about the same matter?" if known else "Which ticket is meant?",
        "why": "Who is affected decides how severe it is, and whose.",
        "records": [ticket.ref for ticket in doubtful],
        "choices": [
            *(
                {"label": _label(one), "answers": {CASE: " ".join([*known, own_part(one.id)])}, "decides": ""}
                for one in doubtful
            ),
            *([{"label": "none of these", "answers": {CASE: " ".join(known)}, "decides": ""}] if known else []),
        ],
    }


def _label(ticket: Record) -> str:
    about = ", ".join(part for key in ("customer", "status") if (part := field(ticket, key)))
    return f"{shown_id(ticket.id) or ticket.id} ({about})"


def _undecided(decision: Decision) -> Iterator[Finding]:
    """Rules that could not be tested and whose answer could turn the outcome: a person decides them."""
    for firing in decision.undecided:
        row = RULE_TABLE[firing.rule]
        why = f" ({firing.because})" if firing.because else ""
        other = "handle it in support" if decision.outcome == Outcome.ESCALATE else "escalate"
        message = f"One ground could not be tested, and a yes would mean to {other}: {row.label}{why}."
        yield Finding(rule=firing.rule, level="H", message=message)


def _due(case: DecisionInput, decision: Decision) -> dict[str, str]:
    if decision.severity is None or decision.target is None:
        return {}
    team, customer = due_moments(case, decision.severity, decision.target)
    return {"team": team.isoformat(), "customer": customer.isoformat()}


def suspicious(casework: Casework, draft: Draft) -> tuple[Related, ...]:
    """Records that try to steer (S11): those that the drafter named, those that a second model found, and those that a pattern finds near
    this issue.
    """
    evidence, case = casework.evidence, casework.case
    found: dict[str, str] = {}
    for named in casework.assessment.suspicious if casework.assessment else ():
        record = evidence.ledger.resolve(named.ref)
        if record:
            found[record.ref] = named.what
    for ref, kind in casework.attempts.items():
        found.setdefault(ref, TOLD[kind])
    for record in texts_near(evidence, case, cites_of_draft(draft)):
        if record.ref not in found and (reason := first_instruction_like(text_of(record))):
            found[record.ref] = reason
    return tuple(Related(ref=ref, note=what) for ref, what in found.items())


def notified(decision: Decision, draft: Draft) -> tuple[Target, ...]:
    """Every team beside the owner: those that the rules name, and those that the brief asks for something (T0)."""
    asked = [ask.team for ask in draft.asks if ask.team] if isinstance(draft, EscalationDraft) else []
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


def untested(decision: Decision) -> tuple[str, ...]:
    """The hard escalation rules that could not be tested, where support handles the issue; else none."""
    if decision.outcome != Outcome.HANDLE:
        return ()
    return tuple(
        firing.rule for firing in decision.firings
        if RULE_TABLE[firing.rule].group == "escalate" and firing.level == "H" and firing.state == "unknown"
    )  # fmt: skip

"""What would have changed the decision: each fact answered otherwise, one at a time, and the rules applied again."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.rules.decide import Decision, decide
from customer_escalation.domain.facts import Assessment, Fact
from customer_escalation.domain.outcomes import Outcome, Severity, Target

OTHER_ANSWERS = {"yes": ("no",), "no": ("yes",), "unknown": ("yes", "no")}
EXTENTS = ("none", "partial", "full")
LEVELS = ("none", "vulnerability_or_compliance", "exposure_or_breach")
ASKS = ("technical_work", "decision")
IMPACTS = ("blocked", "inconvenienced")
DECIDED_ABOVE = frozenset({"churn_threat", "executive_requested", "policy_exception", "pr_or_legal_risk"})
"""What adds a decision to take and no repair, where support has the solution."""


@dataclass(frozen=True)
class Change:
    """One fact answered otherwise, and what the rules would then decide."""

    fact: str
    now: str
    instead: str
    outcome: Outcome
    severity: Severity | None
    target: Target | None


def what_would_change(case: DecisionInput) -> tuple[Change, ...]:
    """Every single answer that leads to another outcome, severity or target, in the order of the facts.

    A supposed yes cites a record of ours where there is one, because a customer's word alone confirms nothing.
    """
    actual = _labels(decide(case))
    solved = actual[0] == Outcome.HANDLE
    found: list[Change] = []
    for name, now, instead, other in _others(case):
        above = solved and name in DECIDED_ABOVE and instead == "yes"
        labels = _labels(decide(_with(other, "open_ask", "decision") if above else other))
        if labels != actual:
            found.append(Change(name, now, instead, *labels))
    return tuple(found)


def _labels(decision: Decision) -> tuple[Outcome, Severity | None, Target | None]:
    return decision.outcome, decision.severity, decision.target


def _others(case: DecisionInput) -> Iterator[tuple[str, str, str, DecisionInput]]:
    facts = case.facts
    ours = next((ref for ref, record in case.evidence.ledger.records.items() if case.evidence.by_us(record)), None)
    supposed = [ours] if ours else []
    for name in Assessment.model_fields:
        value = getattr(facts, name)
        if isinstance(value, Fact):
            for answer in OTHER_ANSWERS[value.answer]:
                cites = value.cites or (supposed if answer == "yes" else [])
                changed = value.model_copy(update={"answer": answer, "cites": cites})
                yield name, value.answer, answer, _with(case, name, changed)
    for extent in EXTENTS:
        if extent != facts.workaround.extent:
            changed_way = facts.workaround.model_copy(update={"extent": extent})
            yield "workaround", facts.workaround.extent, extent, _with(case, "workaround", changed_way)
    for level in LEVELS:
        if level != facts.security.level:
            changed_level = facts.security.model_copy(update={"level": level})
            yield "security", facts.security.level, level, _with(case, "security", changed_level)
    for ask in ASKS:
        if ask != facts.open_ask:
            yield "open_ask", facts.open_ask, ask, _with(case, "open_ask", ask)
    for place, account in enumerate(case.affected):
        for impact in IMPACTS:
            if impact != account.impact:
                others = (*case.affected[:place], replace(account, impact=impact), *case.affected[place + 1 :])
                yield f"impact of {account.name}", account.impact, impact, replace(case, affected=others)


def _with(case: DecisionInput, name: str, value: object) -> DecisionInput:
    return replace(case, facts=case.facts.model_copy(update={name: value}))

"""The decision as its drafter reads it: what, why, the figures to draw on, and what the draft must hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from customer_escalation.decision.rules import Decision
from customer_escalation.decision.rules.rule import Firing
from customer_escalation.domain.brief import Figure, Outcome
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.rules import RULE_TABLE
from customer_escalation.drafting.prompts import prompt


@dataclass(frozen=True)
class HandIn:
    """How a draft is handed in, as the drafter's tools are called."""

    escalation: str
    handling: str


def decision_told(
    decision: Decision, facts: Assessment, figures: Mapping[str, Figure], submit: HandIn, hints: Sequence[str] = (),
    gaps: Sequence[str] = (),
) -> str:  # fmt: skip
    """The text; ``hints`` are look-alikes that the facts leave out, ``gaps`` what could not be read."""
    told = list(_told(decision))
    target = decision.target.value if decision.target else ""
    return prompt(
        "decision.md.j2",
        severity=decision.severity.value if decision.severity else "",
        target=target,
        also_notify=[team.value for team in decision.also_notify],
        own_reading=_own_reading(decision, facts),
        hold=[_held(firing) for firing in told if firing.state == "yes" and not _idle_floor(firing, decision)],
        nothing_holds="E-NONE" in decision.because,
        not_held=[f"{one.rule}: {one.because}" for one in told if one.state == "no" and one.because and one.refs],
        untested=[f"{one.rule}: {_because(one)}" for one in told if one.state == "unknown"],
        figures=list(figures.values()),
        contents=prompt("target_contents.md.j2", target=target),
        submit=submit,
        hints=hints,
        gaps=gaps,
    )


def _told(decision: Decision) -> Iterator[Firing]:
    groups = ("handle", "escalate", "severity", "target") if decision.target else ("handle", "escalate")
    teams = {decision.target, *decision.also_notify}
    for firing in decision.firings:
        if RULE_TABLE[firing.rule].group in groups and (not firing.target or firing.target in teams):
            yield firing


def _own_reading(decision: Decision, facts: Assessment) -> tuple[str, str, str] | None:
    """What the drafter would have decided, where that is another decision."""
    reading = (facts.reading.outcome, facts.reading.severity, facts.reading.target)
    severity = decision.severity.value if decision.severity else "none"
    target = decision.target.value if decision.target else "none"
    return None if reading == (decision.outcome.value, severity, target) else reading


def _idle_floor(firing: Firing, decision: Decision) -> bool:
    """S8 always holds; it is worth a line only where it made the severity."""
    return firing.rule == "S8" and "S8" not in decision.because


def _held(firing: Firing) -> str:
    gives = f" -> {firing.floor or firing.target}" if firing.floor or firing.target else ""
    refs = f" [{', '.join(firing.refs)}]" if firing.refs else ""
    return f"{firing.rule}{gives}: {_because(firing)}{refs}"


def _because(firing: Firing) -> str:
    return firing.because or RULE_TABLE[firing.rule].sentence


def hand_in_told(decision: Decision, submit: HandIn) -> str:
    """Which draft the decision asks for, where another came."""
    right = submit.escalation if decision.outcome == Outcome.ESCALATE else submit.handling
    return prompt("wrong_draft.md.j2", outcome=decision.outcome.value, right=right)

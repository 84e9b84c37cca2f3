"""The decision: escalate or handle, how severe, whose; each with the rules that made it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.rules import escalate, handle, severity, target, waiting
from customer_escalation.decision.rules.rule import Firing, rules_in_order
from customer_escalation.domain.brief import Outcome, Severity, Target
from customer_escalation.domain.rule_registry import carries_out
from customer_escalation.domain.rules import RULE_TABLE, otherwise_of, rule_of

_RULE_FILES = (handle, escalate, severity, target, waiting)
"""Imported so that their rules are registered."""


@dataclass(frozen=True)
class Decision:
    """What the rules decide, and why."""

    outcome: Outcome
    severity: Severity | None
    """None when the issue is handled in support."""
    target: Target | None
    also_notify: tuple[Target, ...]
    firings: tuple[Firing, ...]
    """Every rule's answer, in the order of the rules."""
    because: tuple[str, ...]
    """Ids of the rules that made the outcome, the severity and the target."""
    undecided: tuple[Firing, ...] = ()
    """Rules that could not be tested and whose answer could turn the outcome; where there are some, a person decides."""

    def firing(self, rule_id: str) -> Firing:
        """One rule's answer."""
        return next(firing for firing in self.firings if firing.rule == rule_id)

    @property
    def unknown(self) -> tuple[Firing, ...]:
        """Rules that could not be tested."""
        return tuple(firing for firing in self.firings if firing.state == "unknown")


def decide(case: DecisionInput) -> Decision:
    """Apply every rule to the case (E-NONE, S, T0)."""
    firings = tuple(rule.fire(case) for rule in rules_in_order())
    fired = {firing.rule: firing for firing in firings if firing.state == "yes" and firing.level == "H"}
    rows = [RULE_TABLE[rule] for rule in fired]
    handling = tuple(row.id for row in rows if row.group == "handle" and not row.only_supports)
    reasons = [row.id for row in rows if row.group == "escalate"]
    undecided = turning(firings, list(fired))
    if outcome_of(fired) == Outcome.HANDLE:
        return Decision(Outcome.HANDLE, None, None, (), firings, handling or no_criterion(), undecided)
    floors = [firing for firing in fired.values() if firing.floor]
    level = max((Severity(firing.floor) for firing in floors), key=lambda value: value.rank, default=Severity.MEDIUM)
    made_by = [firing.rule for firing in floors if firing.floor == level]
    owner, others, owner_rule = owner_of(case, fired)
    return Decision(Outcome.ESCALATE, level, owner, others, firings, (*reasons, *made_by, owner_rule), undecided)


def outcome_of(rules: Iterable[str]) -> Outcome:
    """What these rules make together: escalate where one of that group holds and none of support's stands against it."""
    rows = [RULE_TABLE[rule] for rule in rules]
    handling = any(row.group == "handle" and not row.only_supports for row in rows)
    escalating = any(row.group == "escalate" for row in rows)
    overridden = any(row.overrides_handling for row in rows)
    return Outcome.ESCALATE if escalating and (overridden or not handling) else Outcome.HANDLE


def turning(firings: Iterable[Firing], fired: Sequence[str]) -> tuple[Firing, ...]:
    """The hard rules whose answer is unknown and, were it yes, would turn the outcome that ``fired`` makes."""
    now = outcome_of(fired)
    return tuple(
        firing for firing in firings
        if firing.state == "unknown" and firing.level == "H" and RULE_TABLE[firing.rule].group in ("handle", "escalate")
        and outcome_of([*fired, firing.rule]) != now
    )  # fmt: skip


@carries_out("E-NONE")
def no_criterion() -> tuple[str, ...]:
    """The only reason left; the note's ``would_change`` says what would make it an escalation (B4)."""
    return (otherwise_of("escalate").id,)


@carries_out("T0")
def owner_of(case: DecisionInput, fired: dict[str, Firing]) -> tuple[Target, tuple[Target, ...], str]:
    """T0: one primary owner; every other team that matches is notified.

    Leadership owns it only where the open ask is a decision, or where Engineering is already engaged; otherwise it is
    notified and the team that must do the work owns it.
    """
    matching = [team for team in Target if rule_of(team).id in fired]
    workers = [team for team in matching if team not in (Target.SECURITY, Target.LEADERSHIP)]
    if Target.SECURITY in matching:
        owner = Target.SECURITY
    elif Target.LEADERSHIP in matching and (case.facts.open_ask == "decision" or not workers):
        owner = Target.LEADERSHIP
    else:
        owner = workers[0] if workers else Target.L2
    others = tuple(team for team in matching if team not in (owner, Target.L2))
    return owner, others, rule_of(owner).id

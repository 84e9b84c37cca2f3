"""The decision: escalate or handle, how severe, whose; each with the rules that made it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.rules import escalate, handle, severity, target, waiting
from customer_escalation.decision.rules.rule import Firing, rules_in_order
from customer_escalation.domain.outcomes import Outcome, Severity, Target
from customer_escalation.domain.rule_registry import carries_out
from customer_escalation.domain.rules import RULE_TABLE, otherwise_of, rule_of

_RULE_FILES = (handle, escalate, severity, target, waiting)
"""Imported so that their rules are registered."""

Labels = tuple[Outcome, Severity | None, Target | None]


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
    def severity_if_escalated(self) -> Severity:
        """Its severity; of an issue that support handles the one that it would have once it is answered, which ends a window."""
        fired = [one for one in self.firings if one.state == "yes" and one.level == "H"]
        return self.severity or highest({one.rule: one.floor for one in fired if not RULE_TABLE[one.rule].by_clocks})

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
    floors = {firing.rule: firing.floor for firing in fired.values()}
    outcome, level, owner = labels_of(floors, case.facts.open_ask)
    if level is None or owner is None:
        return Decision(outcome, None, None, (), firings, handling or no_criterion(), undecided)
    made_by = [rule for rule, floor in floors.items() if floor == level]
    others = tuple(team for team in _matching(fired) if team not in (owner, Target.L2))
    return Decision(outcome, level, owner, others, firings, (*reasons, *made_by, rule_of(owner).id), undecided)


def labels_of(floors: Mapping[str, str], open_ask: str) -> Labels:
    """Outcome, severity and target by the hard rules that fired, each with the floor that it sets (empty for none)."""
    if outcome_of(floors) == Outcome.HANDLE:
        return Outcome.HANDLE, None, None
    return Outcome.ESCALATE, highest(floors), owner_of(floors, open_ask)


def highest(floors: Mapping[str, str]) -> Severity:
    """The highest floor that these rules set."""
    levels = [Severity(floor) for floor in floors.values() if floor]
    return max(levels, key=lambda level: level.rank, default=Severity.MEDIUM)


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
def owner_of(fired: Collection[str], open_ask: str) -> Target:
    """T0: one primary owner; every other team that matches is notified.

    Leadership owns it only where the open ask is a decision, or where Engineering is already engaged; otherwise it is
    notified and the team that must do the work owns it.
    """
    matching = _matching(fired)
    workers = [team for team in matching if team not in (Target.SECURITY, Target.LEADERSHIP)]
    if Target.SECURITY in matching:
        return Target.SECURITY
    if Target.LEADERSHIP in matching and (open_ask == "decision" or not workers):
        return Target.LEADERSHIP
    return workers[0] if workers else Target.L2


def _matching(fired: Collection[str]) -> list[Target]:
    """The teams that these rules point to, in the order of precedence."""
    return [team for team in Target if rule_of(team).id in fired]

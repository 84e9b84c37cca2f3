"""What a decision rule is: a row of the table of rules, and one pure function."""

from collections.abc import Callable
from dataclasses import dataclass

from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.domain.facts import Answer, Fact
from customer_escalation.domain.findings import Level
from customer_escalation.domain.rule_registry import carries_out
from customer_escalation.domain.rules import RULE_TABLE, RuleRow


@dataclass(frozen=True)
class Firing:
    """What a rule says of a case."""

    rule: str
    level: Level
    state: Answer
    because: str
    """One sentence; for ``unknown`` what is missing."""
    refs: tuple[str, ...] = ()
    floor: str = ""
    """For severity rules the floor that it sets, else empty."""
    target: str = ""
    """For target rules the team that it points to, else empty."""


@dataclass(frozen=True)
class Verdict:
    """What a rule's function returns."""

    state: Answer
    because: str = ""
    refs: tuple[str, ...] = ()
    floor: str = ""


NO = Verdict("no")
Check = Callable[[DecisionInput], Verdict]


@dataclass(frozen=True)
class Rule:
    """One rule of the decision: its row in the table, and the function that carries it out."""

    row: RuleRow
    check: Check

    def fire(self, case: DecisionInput) -> Firing:
        """Apply the rule to a case, at the level that the policy in force gives it."""
        row, level = self.row, case.policy.level(self.row.id)
        if level == "off":
            return Firing(row.id, row.level, "no", "switched off by the policy")
        verdict = self.check(case)
        team = row.target.value if row.target else ""
        return Firing(row.id, level, verdict.state, verdict.because, verdict.refs, verdict.floor, team)


RULES: dict[str, Rule] = {}
"""Every decision rule by id, as far as the modules that hold them are imported; ``rules_in_order`` gives them in order."""


def rule(rule_id: str) -> Callable[[Check], Check]:
    """Register a decision rule's function under its id.

    Raises ``ValueError`` where no such rule is published, or another function has it.
    """

    def register(check: Check) -> Check:
        if rule_id in RULES:
            raise ValueError(f"rule {rule_id} is defined twice")
        carries_out(rule_id)(check)
        RULES[rule_id] = Rule(RULE_TABLE[rule_id], check)
        return check

    return register


def rules_in_order() -> tuple[Rule, ...]:
    """The decision rules in the order of the published table."""
    return tuple(RULES[rule_id] for rule_id in RULE_TABLE if rule_id in RULES)


def from_fact(fact: Fact) -> Verdict:
    """A rule that is a fact's answer and nothing more."""
    return Verdict(fact.answer, fact.why, tuple(fact.cites))

"""What a rule is: an id, a level, the sentence it comes from, and one pure function."""

from collections.abc import Callable
from dataclasses import dataclass

from customer_escalation.decision.inputs import Case
from customer_escalation.domain.facts import Answer, Fact
from customer_escalation.domain.findings import Level
from customer_escalation.domain.rule_registry import Group, carries_out


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


@dataclass(frozen=True)
class Rule:
    """One rule of the decision."""

    id: str
    group: Group
    level: Level
    source: str
    """The sentence of the rules that it carries out."""
    check: Callable[[Case], Verdict]
    target: str = ""

    def fire(self, case: Case) -> Firing:
        """Apply the rule to a case, at the level that the policy in force gives it."""
        level = case.policy.level(self.id, self.level)
        if level == "off":
            return Firing(self.id, self.level, "no", "switched off by the policy")
        verdict = self.check(case)
        return Firing(self.id, level, verdict.state, verdict.because, verdict.refs, verdict.floor, self.target)


RULES: dict[str, Rule] = {}
"""Every decision rule by id, in the order in which they are written."""


def rule(
    rule_id: str, group: Group, level: Level, source: str, target: str = ""
) -> Callable[[Callable[[Case], Verdict]], Callable[[Case], Verdict]]:
    """Register a rule's function under its id."""

    def register(check: Callable[[Case], Verdict]) -> Callable[[Case], Verdict]:
        if rule_id in RULES:
            raise ValueError(f"rule {rule_id} is defined twice")
        RULES[rule_id] = Rule(rule_id, group, level, source, check, target)
        return carries_out(rule_id, group, level, source)(check)

    return register


def from_fact(fact: Fact) -> Verdict:
    """A rule that is a fact's answer and nothing more."""
    return Verdict(fact.answer, fact.why, tuple(fact.cites))

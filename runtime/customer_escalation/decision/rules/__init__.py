"""The decision rules: pure functions with the ids of the published rules."""

from customer_escalation.decision.rules.decide import Decision, decide
from customer_escalation.decision.rules.rule import RULES, Firing, Rule

__all__ = ["RULES", "Decision", "Firing", "Rule", "decide"]

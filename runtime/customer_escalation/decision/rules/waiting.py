"""E-TIME: waiting too long where no SLA says how long is too long, measured by the severity that the other facts give."""

from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.rules.rule import NO, Verdict, rule, rules_in_order
from customer_escalation.domain.outcomes import Severity


@rule("E-TIME")
def waiting(case: DecisionInput) -> Verdict:
    """A suggestion where no SLA sets a window."""
    severity = floor_of(case)
    if case.sla or severity not in case.waiting_too_long:
        return NO
    because = f"customers wait longer than the policy allows at {severity.value}, and no SLA window applies"
    return Verdict("yes", because, ("figures/queue",))


def floor_of(case: DecisionInput) -> Severity:
    """The highest floor that fires, as if the case were escalated."""
    floors = [Severity(firing.floor) for rule in rules_in_order() if rule.row.group == "severity"
              if (firing := rule.fire(case)).floor]  # fmt: skip
    return max(floors, key=lambda severity: severity.rank, default=Severity.MEDIUM)

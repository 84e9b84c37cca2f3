"""When an open escalation is due next, from its recorded result and what was done since."""

from datetime import datetime

from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.domain.outcomes import Severity
from customer_escalation.policy import Policy
from customer_escalation.sla.cadence import next_customer_update, next_internal_followup
from customer_escalation.sla.calendar import team_calendar


def next_due(
    result: RecordedResult,
    policy: Policy,
    severity: Severity,
    team_asked: datetime | None,
    customer_told: datetime | None,
) -> tuple[datetime, datetime]:
    """When to ask the team and when to tell the customer.

    Counted from the last time that it was done, or as the brief said where it was not done yet.
    """
    team, customer = result.first_due("team"), result.first_due("customer")
    if team_asked is not None:
        assert result.target is not None
        team = next_internal_followup(severity, team_asked, team_calendar(policy, result.target), policy).due_at
    if customer_told is not None:
        owed = result.agreed(policy)
        customer = next_customer_update(
            severity,
            customer_told,
            owed.calendar,
            policy,
            owed.update_h,
            round_the_clock=owed.round_the_clock,
            sla_in_business_hours=owed.in_business_hours,
        ).due_at
    return team, customer

"""When an open escalation is due next, from its recorded result and what was done since."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from customer_escalation.decision.figures.tickets import account_zone, sla_terms
from customer_escalation.domain.brief import Severity, Target
from customer_escalation.policy import Policy
from customer_escalation.rendering import document_of
from customer_escalation.sla.cadence import next_customer_update, next_internal_followup
from customer_escalation.sla.calendar import BusinessCalendar, account_calendar, team_calendar


def next_due(
    result: Mapping[str, Any],
    policy: Policy,
    severity: Severity,
    team_asked: datetime | None,
    customer_told: datetime | None,
) -> tuple[datetime, datetime]:
    """When to ask the team and when to tell the customer.

    Counted from the last time that it was done, or as the brief said where it was not done yet.
    """
    team, customer = (datetime.fromisoformat(result["due"][name]) for name in ("team", "customer"))
    if team_asked is not None:
        team = next_internal_followup(
            severity, team_asked, team_calendar(policy, Target(result["target"])), policy
        ).due_at
    if customer_told is not None:
        calendar, hours, always = _agreed(result, policy)
        customer = next_customer_update(severity, customer_told, calendar, policy, hours, round_the_clock=always).due_at
    return team, customer


def customer_calendar(result: Mapping[str, Any], policy: Policy) -> BusinessCalendar:
    """The calendar of the first account."""
    return _agreed(result, policy)[0]


def _agreed(result: Mapping[str, Any], policy: Policy) -> tuple[BusinessCalendar, float | None, bool]:
    """The first account's calendar, and the shortest update interval that an account's SLA sets."""
    document = document_of(result)
    accounts = [document.evidence.account(row.name) for row in document.brief.computed.accounts]
    terms = [found for account in accounts if (found := sla_terms(account, policy)) and found.update_h]
    hours, always = min(((one.update_h, one.round_the_clock) for one in terms), default=(None, False))
    return account_calendar(policy, account_zone(accounts[0]) if accounts else None), hours, always

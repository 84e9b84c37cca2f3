"""When the response, the next follow-up and the next customer update are due (S13, cadence)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from customer_escalation.decision.figures.parts import figure, without_holidays
from customer_escalation.decision.figures.tickets import account_zone, sla_terms
from customer_escalation.decision.inputs import Case
from customer_escalation.domain.brief import Figure, Severity, Target
from customer_escalation.domain.formatting import time_words
from customer_escalation.policy import find_zone
from customer_escalation.sla.cadence import next_customer_update, next_internal_followup, response_window
from customer_escalation.sla.calendar import BusinessCalendar, account_calendar, team_calendar


def window_figures(case: Case, severity: Severity, target: Target) -> dict[str, Figure]:
    """When the team's response, the next follow-up and the next customer update are due (S13, cadence), by ``ref``."""
    now, policy, zone = case.now, case.policy, zone_of_first(case)
    calendar = team_calendar(policy, target)
    response = response_window(severity, now, calendar, policy)
    when = "now" if response.due_at <= now else f"by {time_words(response.due_at, calendar.tz, zone)}"
    internal = next_internal_followup(severity, now, calendar, policy)
    hours, always = tightest_update(case)
    customers = first_calendar(case)
    update = next_customer_update(severity, now, customers, policy, hours, round_the_clock=always)
    sooner = min((clock for clock in case.sla if clock.kind == "update" and clock.running and clock.due_at
                  and now < clock.due_at < update.due_at), key=lambda clock: clock.due_at or now, default=None)  # fmt: skip
    update_due = (sooner.due_at if sooner else None) or update.due_at
    unit = policy.cadence.of(severity).unit
    theirs = "" if unit == "hours" or (unit == "business_hours" and always) else without_holidays(customers)
    ours = without_holidays(calendar)
    window = f"response window for {severity.value}{ours if response.due_at > now else ''}"
    followup = f"{internal.explanation}{'' if unit == 'hours' else ours}"
    why = f"the SLA of {sooner.account}" if sooner else f"{update.explanation}{theirs}"
    owed = list(dict.fromkeys(clock.account for clock in case.late
                              if clock.status == "breached" and clock.kind != "resolution"))  # fmt: skip
    update_text = f"by {time_words(update_due, zone)} ({why})"
    if owed:
        update_text = f"now for {' and '.join(owed)}, whose SLA is overdue; otherwise {update_text}"
    figures = (
        figure("window", "response window", f"{target.value} responds {when} ({window})", ()),
        figure("followup", "next internal follow-up", f"{time_words(internal.due_at, calendar.tz)} ({followup})", ()),
        figure("customer_update", "next customer update", update_text, ()),
    )  # fmt: skip
    return {figure.ref: figure for figure in figures}


def due_moments(case: Case, severity: Severity, target: Target) -> tuple[datetime, datetime]:
    """When to ask the team next, and when the customer hears from us at the latest: now where an SLA is overdue already."""
    internal = next_internal_followup(severity, case.now, team_calendar(case.policy, target), case.policy)
    if any(clock.status == "breached" and clock.kind != "resolution" for clock in case.late):
        return internal.due_at, case.now
    hours, always = tightest_update(case)
    update = next_customer_update(severity, case.now, first_calendar(case), case.policy, hours, round_the_clock=always)
    running = [clock.due_at for clock in case.sla if clock.kind == "update" and clock.running and clock.due_at]
    return internal.due_at, min([update.due_at, *(due for due in running if due > case.now)])


def zone_of_first(case: Case) -> ZoneInfo | None:
    for account in case.affected:
        zone = account_zone(case.evidence.account(account.name))
        if zone:
            return find_zone(zone)
    return None


def first_calendar(case: Case) -> BusinessCalendar:
    for account in case.affected:
        return account_calendar(case.policy, account_zone(case.evidence.account(account.name)))
    return account_calendar(case.policy)


def tightest_update(case: Case) -> tuple[float | None, bool]:
    """The shortest update interval that an affected account's SLA sets, and whether it runs round the clock."""
    if case.facts.issue_type == "feature_gap" and not case.policy.sla.covers_feature_requests:
        return None, False
    found = [
        (terms.update_h, terms.round_the_clock)
        for account in case.affected
        if (terms := sla_terms(case.evidence.account(account.name), case.policy)) and terms.update_h
    ]
    return min(found, default=(None, False))

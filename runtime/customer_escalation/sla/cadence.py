"""When things are due after an escalation: response windows (S13), follow-ups and customer updates (cadence), E-TIME.

A higher severity is never due later than a lower one: where unusual business hours would make it so, the lower
severity's moment holds for both. Moments are in UTC.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from customer_escalation.domain.formatting import count_words, number_words
from customer_escalation.domain.outcomes import Severity
from customer_escalation.domain.rule_registry import carries_out
from customer_escalation.domain.times import in_utc
from customer_escalation.policy import Policy
from customer_escalation.sla.calendar import BusinessCalendar, usable_hours

Unit = Literal["hours", "business_hours", "business_days"]


@dataclass(frozen=True)
class Window:
    """Something is due by ``due_at``, and not before ``opens_at``."""

    opens_at: datetime
    due_at: datetime
    explanation: str
    """Which rule gave it, in words, without the moment itself."""


@dataclass(frozen=True)
class Wait:
    """Has a customer waited too long, judged without an SLA?"""

    limit_at: datetime
    exceeded: bool
    explanation: str


@carries_out("S13")
def response_window(severity: Severity, now: datetime, team_calendar: BusinessCalendar, policy: Policy) -> Window:
    """By when the receiving team has to respond (S13).

    Critical: now, round the clock. High: the earlier of the end of the business day and now + 8 h, but with under 4
    business hours left, 4 carried over. Medium: the end of the week, but with under 2 business days left, the end of
    the fifth business day from then (figures: ``policy.response``). Out of hours the next business day is today.
    """
    now, response = in_utc(now), policy.response
    if severity is Severity.CRITICAL:
        return Window(now, now, "Critical, round the clock")
    medium = _medium_response(now, team_calendar, policy)
    if severity is Severity.MEDIUM:
        return medium
    end_of_day, soon = team_calendar.end_of_day(now), now + timedelta(hours=response.high_hours)
    carried = team_calendar.add_business_time(now, timedelta(hours=response.high_carry_hours))
    within, carry = number_words(response.high_hours), number_words(response.high_carry_hours)
    # The carried time is later than the others exactly where under that much is left of today, or today has yet to
    # begin; the later of the two also keeps a later `now` from being due earlier.
    if carried > min(end_of_day, soon):
        rest = "carried over to the next business day" if team_calendar.is_open(now) else "from the next opening"
        due, reason = carried, f"{carry} business hours, {rest}"
    elif end_of_day <= soon:
        due, reason = end_of_day, f"the end of the business day, which comes before {within} h from now"
    else:
        due, reason = soon, f"{within} h from now, which come before the end of the business day"
    if medium.due_at < due:
        return Window(now, medium.due_at, f"High: no later than the window of {medium.explanation}")
    return Window(now, due, f"High: {reason}")


def next_internal_followup(
    severity: Severity, now: datetime, team_calendar: BusinessCalendar, policy: Policy, *, round_the_clock: bool = False
) -> Window:
    """When to ask the receiving team for progress next (cadence).

    ``round_the_clock`` where the account's SLA is: business hours then count as hours.
    """
    now = in_utc(now)
    row = policy.cadence.of(severity)
    unit = _unit(row.unit, round_the_clock)
    due = min(
        _advance(team_calendar, now, policy.cadence.of(other).internal, policy.cadence.of(other).unit, round_the_clock)
        for other in _this_and_lower(severity)
    )
    return Window(due, due, f"{severity.value}: every {_interval(row.internal, row.internal, unit)}")


def next_customer_update(
    severity: Severity,
    now: datetime,
    account_calendar: BusinessCalendar,
    policy: Policy,
    sla_update_h: float | None = None,
    *,
    round_the_clock: bool = False,
    sla_in_business_hours: bool = True,
) -> Window:
    """Between when the customer gets the next update, the SLA's interval where that ends sooner (cadence, B5).

    ``round_the_clock`` where the account's SLA is; ``sla_update_h`` then counts so too, and also where it is not known to
    count in business hours (``sla_in_business_hours``). The rules name the SLA at Critical only; it binds at every
    severity, because a cadence that breaks the contract helps nobody.
    """
    now = in_utc(now)
    row = policy.cadence.of(severity)
    ends = []
    for other in _this_and_lower(severity):
        rung = policy.cadence.of(other)
        ends.append([_advance(account_calendar, now, n, rung.unit, round_the_clock) for n in rung.customer])
    opens, due = min(end[0] for end in ends), min(end[1] for end in ends)
    reason = f"{severity.value}: every {_interval(*row.customer, _unit(row.unit, round_the_clock))}"
    if sla_update_h is not None and usable_hours(sla_update_h):
        unit: Unit = "business_hours" if sla_in_business_hours and not round_the_clock else "hours"
        by_sla = _advance(account_calendar, now, sla_update_h, unit)
        if by_sla < due:
            due = by_sla
            interval = _interval(sla_update_h, sla_update_h, unit)
            reason = f"{severity.value}: every {interval} as the SLA asks, sooner than the cadence"
    return Window(min(opens, due), due, reason)


def waited_too_long(
    severity: Severity, since: datetime, now: datetime, account_calendar: BusinessCalendar, policy: Policy
) -> Wait:
    """Has a customer waited since ``since`` beyond the limit that holds where no SLA is known (E-TIME)?

    The limit is twice (``policy.waiting``) the longest customer-update interval of the severity, on its own clock.
    """
    row, times = policy.cadence.of(severity), policy.waiting.update_intervals
    longest = row.customer[1] * times
    limit_at = _advance(account_calendar, in_utc(since), longest, row.unit)
    interval = _interval(longest, longest, row.unit)
    words = f"{number_words(times)} times the longest {severity.value} update interval, {interval}"
    return Wait(limit_at, in_utc(now) > limit_at, words)


def quiet_until(severity: Severity, since: datetime, account_calendar: BusinessCalendar, policy: Policy) -> datetime:
    """When silence since ``since`` counts as the customer's agreement (DE1, DE2): so many of the longest intervals on."""
    row, times = policy.cadence.of(severity), policy.de_escalation.quiet_update_intervals
    return _advance(account_calendar, in_utc(since), row.customer[1] * times, row.unit)


def _medium_response(now: datetime, calendar: BusinessCalendar, policy: Policy) -> Window:
    response = policy.response
    if calendar.days_left_in_week(now) >= response.medium_min_days_left:
        return Window(now, calendar.end_of_week(now), "Medium: the end of the business week")
    # Where a week has fewer business days than are carried, the end of the next week holds: otherwise somebody who
    # escalates after this week's closing would be answered sooner than somebody who did so before.
    next_week = calendar.end_of_week(calendar.end_of_week(now))
    due = min(calendar.end_of_day(calendar.add_business_days(now, response.medium_carry_days)), next_week)
    few = count_words(response.medium_min_days_left, "business day")
    on = count_words(response.medium_carry_days, "business day")
    return Window(now, due, f"Medium: {on} on, since under {few} are left this week")


def _this_and_lower(severity: Severity) -> list[Severity]:
    return [other for other in Severity if other.rank <= severity.rank]


def _unit(unit: Unit, round_the_clock: bool) -> Unit:
    return "hours" if unit == "business_hours" and round_the_clock else unit


def _advance(
    calendar: BusinessCalendar, start: datetime, amount: float, unit: Unit, round_the_clock: bool = False
) -> datetime:
    """``amount`` of ``unit`` after ``start``."""
    match _unit(unit, round_the_clock):
        case "hours":
            return start + timedelta(hours=amount)
        case "business_hours":
            return calendar.add_business_time(start, timedelta(hours=amount))
        case "business_days":
            return calendar.add_business_days(start, int(amount))


def _interval(shortest: float, longest: float, unit: Unit) -> str:
    """``4-8 business hours``, ``business day``."""
    noun = unit.replace("_", " ").removesuffix("s")
    if shortest != longest:
        return f"{number_words(shortest)}-{number_words(longest)} {noun}s"
    return count_words(longest, noun) if longest != 1 else noun

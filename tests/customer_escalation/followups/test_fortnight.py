"""A fortnight of follow-ups under a clock of its own: over weekends, holidays and both changes of the clocks.

What is expected is counted here minute by minute on the clock on the wall, without the calendar of the product.
"""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.customer_escalation.followups.escalated import TICKET, Case, escalated

MINUTE = timedelta(minutes=1)
FORTNIGHT = timedelta(days=14)
HOLIDAYS = {date(2026, 3, 25), date(2026, 4, 3), date(2026, 4, 6), date(2026, 10, 20), date(2026, 11, 2)}
POLICY = f"""
[business_hours]
team_timezone = "Europe/Berlin"
holidays = [{", ".join(map(str, sorted(HOLIDAYS)))}]

[sla]
clock = "business_hours"
"""
BEGINNINGS = {
    "clocks go forward in Europe": datetime(2026, 3, 23, 8, 10, tzinfo=UTC),
    "clocks go back in Europe, then in America": datetime(2026, 10, 19, 9, 40, tzinfo=UTC),
    "clocks go forward in America": datetime(2026, 3, 2, 15, 5, tzinfo=UTC),
}
ZONES = ("Europe/Berlin", "America/New_York")
INTERNAL = {"Critical": 2 * 60, "High": 4 * 60}
CUSTOMER = {"Critical": 4 * 60, "High": 8 * 60}
"""Minutes at the latest; Medium goes by days."""


def is_open(moment: datetime, zone: ZoneInfo) -> bool:
    """Monday to Friday from 9 to 18 on the clock on the wall, and no holiday."""
    local = moment.astimezone(zone)
    return local.weekday() < 5 and local.date() not in HOLIDAYS and 9 <= local.hour < 18


@cache
def after_open_minutes(start: datetime, minutes: int, zone: ZoneInfo) -> datetime:
    """Minute by minute until so many of them were in business hours."""
    moment = start
    while minutes:
        minutes -= is_open(moment, zone)
        moment += MINUTE
    return moment


@cache
def after_open_days(start: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same time of day so many business days on; outside business hours counted from the next opening."""
    moment = start
    while not is_open(moment, zone):
        moment += MINUTE
    local = moment.astimezone(zone)
    day = local.date()
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5 and day not in HOLIDAYS
    return datetime.combine(day, local.time(), zone).astimezone(UTC)


def team_expects(severity: str, start: datetime) -> datetime:
    berlin = ZoneInfo("Europe/Berlin")
    if severity == "Critical":
        return start + INTERNAL[severity] * MINUTE
    return (
        after_open_days(start, 1, berlin)
        if severity == "Medium"
        else after_open_minutes(start, INTERNAL["High"], berlin)
    )


def customer_expects(severity: str, start: datetime, zone: ZoneInfo, sla_minutes: int | None) -> datetime:
    if severity == "Critical":
        cadence = start + CUSTOMER[severity] * MINUTE
    elif severity == "Medium":
        cadence = after_open_days(start, 2, zone)
    else:
        cadence = after_open_minutes(start, CUSTOMER["High"], zone)
    return cadence if sla_minutes is None else min(cadence, after_open_minutes(start, sla_minutes, zone))


def minutes_of_delay(seed: str) -> Iterator[int]:
    """How late a person comes: at once, some minutes, a night, a weekend; at times before it is due."""
    chance = random.Random(seed)
    while True:
        yield chance.choice([0, 0, 1, 7, 59, 180, 731, 2_400, -30])


async def followed_up(case: Case, severity: str, zone: ZoneInfo, sla_minutes: int | None, begun: datetime) -> int:
    """Do what is due for a fortnight, whenever the person comes to it; returns how often it was done."""
    delays = minutes_of_delay(f"{severity} {zone} {begun}")
    last = {"team": begun, "customer": begun}
    for times in range(10_000):
        asks, tells = (
            team_expects(severity, last["team"]),
            customer_expects(severity, last["customer"], zone, sla_minutes),
        )
        now = max(last.values())
        assert case.item(now, "team").due_at == asks, (severity, zone, last)
        assert case.item(now, "customer", TICKET).due_at == tells, (severity, zone, last)
        whom, due = ("team", asks) if asks <= tells else ("customer", tells)
        assert case.item(due, whom).state(due) == "overdue"
        assert case.item(due - MINUTE, whom).state(due - MINUTE) != "overdue"
        moment = max(due + next(delays) * MINUTE, now + MINUTE)
        if moment - begun > FORTNIGHT:
            return times
        await case.told(moment, "asked_team" if whom == "team" else "told_customer")
        last[whom] = moment
    raise AssertionError("the fortnight has no end")


@pytest.mark.parametrize("begins", BEGINNINGS)
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("severity", "at_least"), [("Critical", 30), ("High", 12), ("Medium", 6)])
async def test_the_cadence_is_kept_to_the_minute(severity: str, at_least: int, zone: str, begins: str) -> None:
    begun = BEGINNINGS[begins]
    case = await escalated(severity, begun, zone=zone, policy=POLICY)
    assert await followed_up(case, severity, ZoneInfo(zone), None, begun) >= at_least


@pytest.mark.parametrize("begins", BEGINNINGS)
@pytest.mark.parametrize(("severity", "hours"), [("Critical", 1), ("High", 5), ("Medium", 6)])
async def test_an_update_window_of_the_sla_ends_sooner(severity: str, hours: int, begins: str) -> None:
    begun = BEGINNINGS[begins]
    sla: dict[str, Any] = {"first_response_h": 4, "update_h": hours, "resolution_h": None}
    case = await escalated(severity, begun, zone="Europe/Berlin", sla=sla, policy=POLICY)
    assert await followed_up(case, severity, ZoneInfo("Europe/Berlin"), hours * 60, begun) >= 8


@pytest.mark.parametrize("begins", BEGINNINGS)
async def test_a_contract_round_the_clock_makes_high_one_day_and_night_for_team_and_customer(begins: str) -> None:
    begun = BEGINNINGS[begins]
    sla = {"first_response_h": 4, "update_h": 24, "resolution_h": None, "coverage": "24x7"}
    case = await escalated("High", begun, zone="Europe/Berlin", sla=sla, policy=POLICY)
    chance, last = random.Random(begins), begun
    for _ in range(40):
        assert case.item(last, "team").due_at == last + timedelta(hours=4)
        assert case.item(last, "customer").due_at == last + timedelta(hours=8)
        last += timedelta(minutes=chance.randrange(1, 900))
        await case.told(last, "asked_team")
        await case.told(last)

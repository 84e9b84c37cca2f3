"""Age, last reply and SLA clocks of tickets (E-SLA, B1)."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from customer_escalation.decision.figures.parts import figure, hours, item_id, without_holidays
from customer_escalation.decision.inputs import NOTHING_ASIDE, AccountInput, Aside, SlaInput
from customer_escalation.domain.brief import Figure
from customer_escalation.domain.evidence import Evidence, field, name_key, parse_moment
from customer_escalation.domain.formatting import count_words, duration_words, hours_words, time_words
from customer_escalation.domain.states import state_of
from customer_escalation.policy import Policy, PolicyError, find_zone, parse_business_hours
from customer_escalation.policy.holidays import country_of_zone, counts_holidays, part_named
from customer_escalation.policy.text import opening_hours
from customer_escalation.sla.calendar import BusinessCalendar, account_calendar
from customer_escalation.sla.clocks import (
    Hours,
    HoursReading,
    MessageTimes,
    SlaClock,
    SlaTerms,
    TicketTimes,
    last_agent_update,
    sla_clocks,
    time_in_queue,
)
from skill_runtime.ledger import Record

_ASKS = re.compile(
    r"\?(?:\s|$)|\b(?:asked (?:for|whether|if|them|the customer)|please (?:send|share|provide|confirm|attach|try|tell|let us)|"
    r"(?:could|can|would) you|let us know|waiting for (?:your|the customer)|need(?:ed)? (?:from you|your))\b",
    re.IGNORECASE,
)
"""How an agent hands the next move to the customer."""


_ADDITION = re.compile(r"\s*[,;(、，；（]\s*")
"""Where the hours of a contract may end and its own additions begin."""
_MORE_HOURS = re.compile(
    r"\d\s*[:.h]\s*\d\d|\d\s*(?:-|–|to|bis|until)\s*\d{1,2}(?!\d)|\d\s*[ap]\.?m\b|\d\s*[x/]\s*\d", re.IGNORECASE
)
"""Times of day in an addition: then the hours in front of it are not all."""
ZONES_OF_THE_WORLD = tuple(ZoneInfo(f"Etc/GMT{offset:+d}") for offset in range(-12, 12))
"""One for each whole hour; of the others none lies outside."""
CLOCK_NAMES = {"first_response": "first response", "update": "update", "resolution": "resolution"}


def ticket_view(evidence: Evidence, ticket: Record, aside: Aside = NOTHING_ASIDE) -> TicketTimes:
    """A ticket's record and its messages, for the clocks.

    A customer's message counts for its own author's account, so that of another account in the same thread is a bystander's
    here. ``aside`` names what is no part of it.
    """
    owner = name_key(field(ticket, "customer"))
    messages = [
        MessageTimes(
            ref=message.ref,
            at=at,
            role=_role(message, owner),
            author=field(message, "author"),
            internal=message.data.get("internal") is True,
            automatic=message.ref in aside.automatic or _automatic(message),
            asks_customer=field(message, "role") == "agent" and bool(_ASKS.search(field(message, "text"))),
        )
        for message in evidence.messages(ticket)
        if message.ref not in aside.suspicious and (at := evidence.at(message))
    ]
    return TicketTimes(
        ref=ticket.ref,
        customer=field(ticket, "customer"),
        created_at=parse_moment(ticket.data.get("created_at")),
        status=field(ticket, "status"),
        state=state_of(ticket),
        messages=tuple(messages),
    )


def _role(message: Record, owner: str) -> str:
    role, account = field(message, "role"), name_key(field(message, "account"))
    return "community" if role == "customer" and account and account != owner else role


def _automatic(message: Record) -> bool:
    """Does its source say that a machine sent it?"""
    extra = message.data.get("extra")
    said = message.data.get("automatic", extra.get("automatic") if isinstance(extra, dict) else None)
    return said is True


def account_zone(account: Record | None) -> str | None:
    """The account's own time zone, where the CRM holds one or its contract counts its hours in one."""
    if account is None:
        return None
    extra, sla = account.data.get("extra"), account.data.get("sla")
    stated = str(sla.get("coverage") or "") if isinstance(sla, dict) else ""
    in_contract = next(
        (part.strip(",;()") for part in stated.split() if part.strip(",;()") in available_timezones()), ""
    )
    return (
        field(account, "timezone")
        or (str(extra.get("timezone") or "") if isinstance(extra, dict) else "")
        or in_contract
        or None
    )


def zone_for(account: Record | None, policy: Policy) -> ZoneInfo:
    """The clock on which times about an account are told: its own where the CRM holds one, else the team's."""
    own = account_zone(account)
    return (find_zone(own) if own else None) or ZoneInfo(policy.business_hours.team_timezone)


def zone_of_all(accounts: Iterable[Record | None], policy: Policy) -> ZoneInfo:
    """The clock on which a brief about these accounts tells its times: theirs where they share one, else the team's."""
    zones = {zone_for(account, policy) for account in accounts}
    return zones.pop() if len(zones) == 1 else ZoneInfo(policy.business_hours.team_timezone)


def sla_terms(account: Record | None, policy: Policy) -> SlaTerms | None:
    """The SLA that the CRM holds for the account; None without one."""
    sla = account.data.get("sla") if account else None
    if account is None or not isinstance(sla, dict):
        return None
    coverage = sla.get("coverage")
    by_contract, by_policy = _coverage(coverage), policy.sla.hours_of(field(account, "tier"))
    by_policy_hours: Hours = "business" if by_policy == "business_hours" else by_policy
    return SlaTerms(
        first_response_h=hours(sla.get("first_response_h")),
        update_h=hours(sla.get("update_h")),
        resolution_h=hours(sla.get("resolution_h")),
        hours=by_contract if by_contract != "unknown" else by_policy_hours,
        ref=account.ref,
        said_by="the contract" if by_contract != "unknown" else "the policy" if by_policy != "unknown" else "",
        own_hours=_stated(coverage)[0] if by_contract == "business" else "",
        beyond_hours=_stated(coverage)[1] if by_contract == "business" else "",
    )


def _coverage(stated: object) -> Hours:
    """On which hours a contract says that its windows run: ``24x7``, ``business hours``, ``Mon-Fri 08:00-20:00``."""
    return _hours_in(_stated(stated)[0])


def _hours_in(words: str) -> Hours:
    text = " ".join(words.casefold().split())
    if text.replace("_", " ") in ("business hours", "business", "office hours", "8x5", "9x5"):
        return "business"
    try:
        read = parse_business_hours(text)
    except PolicyError:
        return "unknown"
    return "round_the_clock" if read["opens"] == read["closes"] and len(read["days"]) == 7 else "business"  # type: ignore[arg-type]


def _stated(coverage: object) -> tuple[str, str]:
    """The hours that a contract states, and what it adds to them in its own words, such as which holidays are excluded."""
    whole = coverage.strip() if isinstance(coverage, str) else ""
    for found in _ADDITION.finditer(whole):
        stated, beyond = whole[: found.start()].strip(), whole[found.end() :].strip(" .")
        if _hours_in(stated) == "business" and not _MORE_HOURS.search(beyond):
            return stated, beyond if "(" in beyond else beyond.rstrip(")")
    return whole, ""


def ticket_figures(
    evidence: Evidence,
    policy: Policy,
    now: datetime,
    affected: Iterable[str] = (),
    aside: Aside = NOTHING_ASIDE,
) -> dict[str, Figure]:
    """Age, last reply and SLA clocks of every open ticket read so far, and of the affected ones, by ``ref``.

    Where nobody knows whether a ticket is open, its figures are there: somebody may wait.
    """
    figures: list[Figure] = []
    always = set(affected)
    for ticket in evidence.of_kind("ticket"):
        if ticket.ref not in always and state_of(ticket) == "closed":
            continue
        view = ticket_view(evidence, ticket, aside)
        account = evidence.account(view.customer)
        whole = ticket.data.get("messages_complete") is not False
        figures += times_of_ticket(view, now, zone_for(account, policy), read_whole=whole)
        clocks = clocks_of(view, account, policy, now) if whole else ()
        figures += [clock_figure(clock, account, policy) for clock in clocks if tells(clock)]
    return {figure.ref: figure for figure in figures}


def times_of_ticket(
    view: TicketTimes, now: datetime, zone: ZoneInfo | None = None, *, read_whole: bool = True
) -> list[Figure]:
    """Age and last public reply of a ticket, on the clock of ``zone``; of one whose messages were not all read, only what they show."""
    ticket, label = item_id(view.ref), f"{item_id(view.ref)} ({view.customer})"
    figures = []
    age = time_in_queue([view], now)
    if age:
        text = f"{duration_words(age.duration)} since it was reported ({time_words(age.since, zone)})"
        figures.append(figure(f"{ticket}.age", label, text, (age.ref,)))
    last = last_agent_update(view, now)
    if not read_whole:
        text, source = "unknown: its messages were not all read", view.ref
    elif last:
        ago = duration_words(now - last.at)
        text, source = f"{ago} since our last public reply ({time_words(last.at, zone)})", last.ref
    else:
        text, source = "no public reply of ours is on record", view.ref
    figures.append(figure(f"{ticket}.last_reply", label, text, (source,)))
    return figures


def clocks_of(view: TicketTimes, account: Record | None, policy: Policy, now: datetime) -> tuple[SlaClock, ...]:
    """The SLA clocks of a ticket on its account's terms; none where the CRM holds no SLA."""
    terms = sla_terms(account, policy)
    if terms is None:
        return ()
    risk = policy.sla.at_risk_fraction
    calendar = sla_calendar(terms, account, policy)
    clocks = sla_clocks(view, terms, now, calendar, risk)
    if terms.hours == "round_the_clock" or not zone_is_guessed(account, policy):
        return clocks
    elsewhere = [
        sla_clocks(view, replace(terms, hours="business"), now, replace(calendar, tz=zone), risk)
        for zone in ZONES_OF_THE_WORLD
    ]
    return tuple(_spread(clock, [other[number] for other in elsewhere]) for number, clock in enumerate(clocks))


def _spread(clock: SlaClock, elsewhere: Sequence[SlaClock]) -> SlaClock:
    """A clock with the span of its due moments in all zones."""
    due = [other.due_at for other in elsewhere if other.due_at]
    return replace(clock, due_between=(min(due), max(due))) if due and min(due) < max(due) else clock


def zone_is_guessed(account: Record | None, policy: Policy) -> bool:
    """Do windows run in the account's own business hours, and does no record say in which zone that is?"""
    return policy.business_hours.timezone == "account" and account_zone(account) is None


def sla_calendar(terms: SlaTerms | None, account: Record | None, policy: Policy) -> BusinessCalendar:
    """The business hours on which an account's windows run: the contract's own, else the organisation's.

    Without the public holidays of the account's country, or of the part of it that the contract names, where the policy names
    none of its own, and the contract adds something to its hours or states none; where it states hours and no more, every day
    counts.
    """
    hours, zone = policy.business_hours, account_zone(account)
    if terms and terms.own_hours and _coverage(terms.own_hours) == "business":
        with suppress(PolicyError):  # "business hours", without saying which
            hours = hours.model_copy(update=parse_business_hours(terms.own_hours))
    whole = (
        terms is not None and bool(terms.own_hours) and (not terms.beyond_hours or counts_holidays(terms.beyond_hours))
    )
    country = "" if hours.holidays or whole else country_of_zone(zone or hours.team_timezone)
    if country:
        hours = hours.model_copy(update={"holidays": (part_named(country, terms.beyond_hours if terms else ""),)})
    return account_calendar(policy.model_copy(update={"business_hours": hours}), zone)


def tells(clock: SlaClock) -> bool:
    """Is there anything to say of it?"""
    return clock.target is not None and clock.state not in ("stopped", "unknown")


def clock_view(clock: SlaClock, account: AccountInput, crm: Record | None, policy: Policy) -> SlaInput:
    """A clock as the rules and the lines of the brief see it."""
    figure = clock_figure(clock, crm, policy)
    terms = sla_terms(crm, policy)
    zone = zone_for(crm, policy)
    return SlaInput(
        account=account.name,
        high_value=account.high_value,
        ticket=clock.ticket,
        kind=clock.kind,
        status=clock.state,
        running=clock.running,
        due_at=clock.due_at,
        text=f"{CLOCK_NAMES[clock.kind]} {figure.text}",
        figure=figure.ref,
        acted_on=_acted_on(clock, zone, in_business=terms is not None and terms.hours == "business"),
        other=_other_words(clock, clock.business, zone) if clock.business else "",
        hours=_hours_counted(terms, crm, policy) if clock.business else "",
        perhaps_late=clock.unpaused is not None and clock.unpaused.state in ("breached", "at_risk"),
    )


def clock_figure(clock: SlaClock, account: Record | None, policy: Policy) -> Figure:
    """A clock in words: state, elapsed against allowed, and on which hours it is counted where that matters.

    Where nobody says on which hours it runs and the readings differ, both are named.
    """
    terms = sla_terms(account, policy)
    zone = zone_for(account, policy)
    in_business = terms is not None and terms.hours == "business"
    text = f"{_state_words(clock, zone, in_business=in_business)}, counted {clock.note}"
    if in_business:
        text += f", {_hours_counted(terms, account, policy)}"
    if clock.business:
        hours = _hours_counted(terms, account, policy)
        text += f", round the clock; in business hours ({hours}) {_other_words(clock, clock.business, zone)}"
        text += ": the contract does not say which"
    text += _between_words(clock, zone)
    if clock.unpaused and clock.unpaused.state in ("breached", "at_risk"):
        text += f"; {_unpaused_words(clock.unpaused, zone)}"
    text += _if_paused_words(clock, zone)
    label = f"{item_id(clock.ticket)} ({field(account, 'name') if account else ''}) SLA {CLOCK_NAMES[clock.kind]}"
    return figure(f"{item_id(clock.ticket)}.{clock.kind}", label, text, clock.inputs)


def _hours_counted(terms: SlaTerms | None, account: Record | None, policy: Policy) -> str:
    """The business hours on which an account's windows run, such as ``Mon-Fri 09:00-18:00 Europe/Berlin``."""
    calendar = sla_calendar(terms, account, policy)
    own = terms.own_hours if terms and _coverage(terms.own_hours) == "business" else ""
    unsure = " (the account's own zone is not on record)" if zone_is_guessed(account, policy) else ""
    hours = own if re.search(r"[0-9]", own) else opening_hours(policy)
    zone = "" if calendar.tz.key.casefold() in hours.casefold() else f" {calendar.tz.key}"
    added = (
        f" (the contract adds “{terms.beyond_hours}”{_unheeded(calendar, terms.beyond_hours)})"
        if terms and terms.beyond_hours
        else ""
    )
    return f"{hours}{zone}{without_holidays(calendar)}{unsure}{added}"


def _unheeded(calendar: BusinessCalendar, added: str) -> str:
    """What to say of a contract's addition that changed nothing."""
    return "" if calendar.holidays or counts_holidays(added) else ", which is not taken into account"


def _acted_on(clock: SlaClock, zone: ZoneInfo | None, *, in_business: bool) -> str:
    """Where a clock stands by the reading that is acted on, and what another beginning would make of it."""
    words = _state_words(clock, zone, in_business=in_business)
    if clock.unpaused and clock.unpaused.state in ("breached", "at_risk"):
        words += f", counted from the customer's answer to our question; {_unpaused_words(clock.unpaused, zone)}"
    return words + _if_paused_words(clock, zone)


def _if_paused_words(clock: SlaClock, zone: ZoneInfo | None) -> str:
    """When it is due where our question to the customer stopped it; empty where that is no later."""
    later = clock.if_paused
    if later is None or later.due_at is None or later.due_at == clock.due_at:
        return ""
    return f"; due {time_words(later.due_at, zone)} if our question to the customer stopped it, which no record says"


def _between_words(clock: SlaClock, zone: ZoneInfo | None) -> str:
    """The span of a running window in business hours whose zone nobody knows; empty where the zone is known."""
    if not clock.running or clock.due_between is None:
        return ""
    first, last = clock.due_between
    return f"; due between {time_words(first, zone)} and {time_words(last, zone)}, by the zone that the account is in"


def _unpaused_words(clock: SlaClock, zone: ZoneInfo | None) -> str:
    """The update window as it stands where our question to the customer did not stop it."""
    due = time_words(clock.due_at, zone) if clock.due_at else "unknown"
    late = _beyond(clock.used or timedelta(), clock.target or timedelta())
    stands = f"missed by {late} since {due}" if clock.state == "breached" else f"due {due}"
    return f"counted from our last public reply it is {stands}, and no record says that our question stopped it"


def _state_words(clock: SlaClock, zone: ZoneInfo | None, *, in_business: bool) -> str:
    """Where a clock stands: elapsed and remaining add up to what is allowed, to the minute."""
    target, minute = clock.target or timedelta(), timedelta(minutes=1)
    used = (clock.used or timedelta()) // minute * minute
    hours = target // timedelta(hours=1)
    whole = in_business and hours * timedelta(hours=1) == target
    allowed = f"{count_words(hours, 'business hour')}" if whole else hours_words(target)
    allowed += " of business time" if in_business and not whole else ""
    due = time_words(clock.due_at, zone) if clock.due_at else "unknown"
    if not clock.running and clock.state == "met":
        return f"met ({hours_words(used)} of {allowed})"
    if not clock.running:
        return f"missed by {_beyond(used, target)} (answered after {hours_words(used)}, {allowed} allowed)"
    if clock.state == "breached":
        return f"due now, {_beyond(used, target)} overdue ({allowed} allowed, until {due})"
    left = max(target - used, timedelta())
    return f"due {due if left else 'now'} ({hours_words(used)} of {allowed} used, {hours_words(left)} left)"


def _other_words(clock: SlaClock, reading: HoursReading, zone: ZoneInfo | None) -> str:
    """The same clock counted in business hours, in a word or two."""
    if not clock.running:
        late = _beyond(reading.used, clock.target or timedelta())
        return "met" if reading.state == "met" else f"missed by {late}"
    return f"{'overdue since' if reading.state == 'breached' else 'due'} {time_words(reading.due_at, zone)}"


def _beyond(used: timedelta, target: timedelta) -> str:
    late = used - target
    return hours_words(late) if late >= timedelta(minutes=1) else "under a minute"

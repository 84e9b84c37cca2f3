"""Age, last reply and SLA clocks of tickets (E-SLA, B1)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from customer_escalation.decision.figures.after_reply import after_reply_figure
from customer_escalation.decision.figures.contract import Contract, contract_of
from customer_escalation.decision.figures.missed_updates import missed_updates_figure
from customer_escalation.decision.figures.parts import figure, item_id
from customer_escalation.decision.inputs import NOTHING_ASIDE, AccountInput, Aside, SlaInput
from customer_escalation.domain.brief import Figure
from customer_escalation.domain.evidence import Evidence, field, name_key, parse_moment, thread_cut
from customer_escalation.domain.facts import ContractHours
from customer_escalation.domain.formatting import count_words, duration_words, hours_words, time_words
from customer_escalation.domain.people import writer_of
from customer_escalation.domain.states import state_of
from customer_escalation.policy import Policy
from customer_escalation.sla.clocks import (
    HoursReading,
    MessageTimes,
    SlaClock,
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


ZONES_OF_THE_WORLD = tuple(ZoneInfo(f"Etc/GMT{offset:+d}") for offset in range(-12, 12))
"""One for each whole hour; of the others none lies outside."""
READ_AND_ANSWERED = timedelta(seconds=15)
"""Nobody reads a message and answers it in less. Moments that are alike tell nothing: sources round them."""
MOST_DAYS_ADDED = 4
FROM_FIRST_MESSAGE = "from its first message, in another account's ticket, to now"
NOT_COUNTED = "the contract says"
"""How the figure of a clock begins where its contract's hours were not counted."""
CLOCK_NAMES = {"first_response": "first response", "update": "update", "resolution": "resolution"}


def ticket_view(evidence: Evidence, ticket: Record, aside: Aside = NOTHING_ASIDE) -> TicketTimes:
    """A ticket's record and its messages, for the clocks.

    A customer's message counts for its own author's account, so that of another account in the same thread is a bystander's
    here. ``aside`` names what is no part of it.
    """
    owner = name_key(field(ticket, "customer"))
    told = evidence.messages(ticket)
    at_once = _at_once(evidence, ticket, told)
    messages = [
        MessageTimes(
            ref=message.ref,
            at=at,
            role=_role(message, owner),
            author=writer_of(message),
            internal=message.data.get("internal") is True,
            automatic=message.ref in aside.automatic or message.ref in at_once or _automatic(message),
            asks_customer=field(message, "role") == "agent" and bool(_ASKS.search(field(message, "text"))),
        )
        for message in told
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


def _at_once(evidence: Evidence, ticket: Record, told: Sequence[Record]) -> set[str]:
    """Messages of ours that stand there before anybody could have read what they follow: the ticket, or a customer's message."""
    found = set[str]()
    before = parse_moment(ticket.data.get("created_at"))
    for message in told:
        at, role = evidence.at(message), field(message, "role")
        if role == "agent" and at and before and timedelta() < at - before <= READ_AND_ANSWERED:
            found.add(message.ref)
        before = at if role == "customer" else None
    return found


def _automatic(message: Record) -> bool:
    """Does its source say that a machine sent it?"""
    extra = message.data.get("extra")
    said = message.data.get("automatic", extra.get("automatic") if isinstance(extra, dict) else None)
    return said is True


def ticket_figures(
    evidence: Evidence,
    policy: Policy,
    now: datetime,
    affected: Iterable[str] = (),
    aside: Aside = NOTHING_ASIDE,
    readings: Sequence[ContractHours] = (),
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
        contract = contract_of(evidence.account(view.customer), policy, readings)
        whole = ticket.data.get("messages_complete") is not False and not thread_cut(ticket)
        figures += times_of_ticket(view, now, contract.zone, read_whole=whole)
        clocks = clocks_of(view, contract, now) if whole else ()
        figures += [clock_figure(clock, contract) for clock in clocks if tells(clock)]
        figures += missed_updates_figure(view, contract, now) if whole else []
        figures += after_reply_figure(view, contract, now)
        figures += _of_bystanders(ticket, view, evidence, policy, now, readings) if whole else []
    return {figure.ref: figure for figure in figures}


def _of_bystanders(
    ticket: Record,
    view: TicketTimes,
    evidence: Evidence,
    policy: Policy,
    now: datetime,
    readings: Sequence[ContractHours],
) -> list[Figure]:
    """The first response to each account that wrote in another one's ticket and waits: by its own terms, from its first message there."""
    owner, since = name_key(view.customer), dict[str, tuple[str, MessageTimes]]()
    times = {message.ref: message for message in view.messages}
    for message in evidence.messages(ticket):
        account, one = field(message, "account"), times.get(message.ref)
        if one and one.role == "community" and account and name_key(account) != owner:
            since.setdefault(name_key(account), (account, one))
    found: list[Figure] = []
    for account, first in since.values():
        answers = tuple(one for one in view.messages if one.role == "agent" and one.at > first.at)
        own = replace(
            view,
            ref=first.ref,
            customer=account,
            created_at=first.at,
            messages=(replace(first, role="customer"), *answers),
        )
        contract = contract_of(evidence.account(account), policy, readings)
        clocks = [clock for clock in clocks_of(own, contract, now) if clock.kind == "first_response" and clock.running]
        told = (replace(clock, note=FROM_FIRST_MESSAGE) for clock in clocks if tells(clock))
        found += [clock_figure(clock, contract) for clock in told]
    return found


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


def clocks_of(view: TicketTimes, contract: Contract, now: datetime) -> tuple[SlaClock, ...]:
    """The SLA clocks of a ticket on its account's terms; none where the CRM holds no SLA."""
    terms = contract.terms
    if terms is None:
        return ()
    risk = contract.policy.sla.at_risk_fraction
    clocks = sla_clocks(view, terms, now, contract.calendar, risk)
    if terms.hours == "round_the_clock" or not contract.zone_is_guessed or not any(_counts(clock) for clock in clocks):
        return clocks
    elsewhere = [
        sla_clocks(view, replace(terms, hours="business"), now, replace(contract.calendar, tz=zone), risk)
        for zone in ZONES_OF_THE_WORLD
    ]
    return tuple(_spread(clock, [other[number] for other in elsewhere]) for number, clock in enumerate(clocks))


def _counts(clock: SlaClock) -> bool:
    """Does it run towards a moment?"""
    return clock.running and clock.due_at is not None


def _spread(clock: SlaClock, elsewhere: Sequence[SlaClock]) -> SlaClock:
    """A clock with the span of its due moments in all zones."""
    due = [other.due_at for other in elsewhere if other.due_at]
    return replace(clock, due_between=(min(due), max(due))) if due and min(due) < max(due) else clock


def tells(clock: SlaClock) -> bool:
    """Is there anything to say of it?"""
    return clock.target is not None and clock.state not in ("stopped", "unknown")


def clock_view(clock: SlaClock, account: AccountInput, contract: Contract) -> SlaInput:
    """A clock as the rules and the lines of the brief see it."""
    figure = clock_figure(clock, contract)
    return SlaInput(
        account=account.name,
        high_value=account.high_value,
        ticket=clock.ticket,
        kind=clock.kind,
        status=clock.state,
        running=clock.running,
        due_at=clock.due_at,
        text=f"{CLOCK_NAMES[clock.kind]} {figure.text.removesuffix(_sum_words(clock, contract))}",
        figure=figure.ref,
        acted_on=_acted_on(clock, contract.zone, in_business=_in_business(contract)),
        other=_other_words(clock, clock.business, contract.zone) if clock.business else "",
        hours=contract.hours_words if clock.business else "",
        unread=contract.unread,
        counted_by=f"{contract.source_words}{contract.read_words}",
        perhaps_late=clock.unpaused is not None and clock.unpaused.state in ("breached", "at_risk"),
    )


def clock_figure(clock: SlaClock, contract: Contract) -> Figure:
    """A clock in words: state, elapsed against allowed, and on which hours it is counted where that matters.

    Where nobody says on which hours it runs and the readings differ, both are named. What a contract says of its hours and nothing
    counts with stands before them, because then neither is plain fact.
    """
    text = _counted_words(clock, contract) + _between_words(clock, contract.zone)
    if clock.unpaused and clock.unpaused.state in ("breached", "at_risk"):
        text += f"; {_unpaused_words(clock.unpaused, contract.zone)}"
    text += _if_paused_words(clock, contract.zone) + _sum_words(clock, contract)
    name = field(contract.account, "name") if contract.account else ""
    label = f"{item_id(clock.ticket)} ({name}) SLA {CLOCK_NAMES[clock.kind]}"
    return figure(f"{item_id(clock.ticket)}.{clock.kind}", label, text, clock.inputs)


def _sum_words(clock: SlaClock, contract: Contract) -> str:
    """How a window in business hours adds up over its days, for whoever counts again; empty for one on one day, or on many."""
    if not (_in_business(contract) and clock.running and clock.from_at and clock.due_at) or contract.zone_is_guessed:
        return ""
    days = contract.calendar.business_time_by_day(clock.from_at, clock.due_at)
    if not 1 < len(days) <= MOST_DAYS_ADDED:
        return ""
    return f"; the window is {' + '.join(f'{hours_words(spent)} on {day}' for day, spent in days)}"


def _counted_words(clock: SlaClock, contract: Contract) -> str:
    state = _state_words(clock, contract.zone, in_business=_in_business(contract))
    other = _other_words(clock, clock.business, contract.zone) if clock.business else ""
    if contract.unread:
        alike = "" if other else f" and in business hours ({contract.hours_words}) alike"
        text = f"{not_counted(contract.unread)}; round the clock{alike} {state}, counted {clock.note}"
        return f"{text}; in business hours ({contract.hours_words}) {other}" if other else text
    text = f"{state}, counted {clock.note}"
    if _in_business(contract):
        return f"{text}, {contract.source_words}{contract.hours_words}"
    if other:
        return f"{text}, round the clock; in business hours ({contract.hours_words}) {other}: the contract does not say which"
    return f"{text}, {contract.source_words}round the clock" if contract.source_words else text


def not_counted(words: str) -> str:
    """What a contract says of its hours, where no figure is counted by it."""
    return f"{NOT_COUNTED} “{words}”, which was not counted"


def _in_business(contract: Contract) -> bool:
    return contract.terms is not None and contract.terms.hours == "business"


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

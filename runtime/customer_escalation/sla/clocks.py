"""SLA clocks and waiting times of a ticket, computed from timestamps, the account's SLA and ``now`` (E-SLA, S7).

Records are given as plain views, so that nothing here knows where they came from. What is dated after ``now`` has not
happened yet and is left out. Every figure names the records that it was computed from.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from customer_escalation.domain.states import State as TicketState
from customer_escalation.domain.times import in_utc
from customer_escalation.sla.calendar import BusinessCalendar, usable_hours

ClockKind = Literal["first_response", "update", "resolution"]
Hours = Literal["round_the_clock", "business", "unknown"]
"""On which hours windows run. ``unknown``: neither the contract nor the organisation says so, and both readings count."""
State = Literal["met", "ok", "at_risk", "breached", "stopped", "unknown"]
"""Of a clock."""


@dataclass(frozen=True)
class MessageTimes:
    """A message of a ticket."""

    ref: str
    at: datetime
    role: str
    """``customer`` (of the ticket's own account), ``agent`` or ``community``."""
    author: str
    internal: bool = False
    """A note that no customer can read."""
    automatic: bool = False
    """Sent by a machine: an acknowledgement, a trigger. It answers nobody."""
    asks_customer: bool = False
    """Ours, and it asks the customer for something: the next word is theirs."""


@dataclass(frozen=True)
class TicketTimes:
    """A ticket with its messages, in any order."""

    ref: str
    customer: str
    created_at: datetime | None
    status: str
    """In its system's own word."""
    state: TicketState | None
    """None where nobody knows: then its clocks run, because a window that was missed unseen cannot be made good."""
    messages: tuple[MessageTimes, ...]

    @property
    def is_open(self) -> bool:
        """Is it neither solved nor closed?"""
        return self.state != "closed"


@dataclass(frozen=True)
class SlaTerms:
    """The SLA of an account, in hours; None where nothing was agreed."""

    first_response_h: float | None
    update_h: float | None
    resolution_h: float | None
    hours: Hours
    ref: str
    """The record that holds the terms."""
    read_from: tuple[str, ...] = ()
    """Refs of the records that a reader took the hours from, where code could not."""


@dataclass(frozen=True)
class HoursReading:
    """One way to count a window."""

    hours: Literal["round_the_clock", "business"]
    used: timedelta
    due_at: datetime
    """UTC."""
    state: State


@dataclass(frozen=True)
class SlaClock:
    """One window of the SLA on one ticket.

    States: ``met`` and ``breached`` (late or still open, see ``running``) are final; ``ok`` and ``at_risk`` run;
    ``stopped`` does not run at present; ``unknown`` lacks a target or a time. ``note`` says why in words.
    """

    kind: ClockKind
    ticket: str
    state: State
    running: bool
    """Does it still count? A first response given too late is breached and not running."""
    target: timedelta | None
    used: timedelta | None
    """Business time, or real time where the SLA is round the clock. None where the clock never ran or is stopped."""
    due_at: datetime | None
    """UTC."""
    from_ref: str | None
    from_at: datetime | None
    until_ref: str | None
    """What stopped it; None while it runs."""
    inputs: tuple[str, ...]
    note: str
    business: HoursReading | None = None
    """The other reading where nobody says on which hours the window runs and the two differ: ``state``, ``used`` and
    ``due_at`` are then counted round the clock, which ends first."""
    due_between: tuple[datetime, datetime] | None = None
    """The earliest and the latest moment at which it is due, in business hours of any zone, where nobody knows the account's."""
    unpaused: "SlaClock | None" = None
    """Of an update window that our own question to the customer stopped: the same counted from our last public reply, since
    no contract says that a question stops it. There where it is late by that or nearly so."""
    if_paused: "SlaClock | None" = None
    """Of an update window with time left since our last public reply: the same where our own question stopped it, which ends later."""


@dataclass(frozen=True)
class Elapsed:
    """Real time since a record, to ``now``."""

    since: datetime
    ref: str
    duration: timedelta


def sla_clocks(
    ticket: TicketTimes, terms: SlaTerms | None, now: datetime, calendar: BusinessCalendar, at_risk_fraction: float
) -> tuple[SlaClock, SlaClock, SlaClock]:
    """The ticket's first-response, update and resolution clocks, in this order (E-SLA, S7).

    ``calendar`` is the account's; terms that run round the clock use its zone only. ``at_risk_fraction`` of the target
    used is at risk; past the due moment is breached. Terms whose hours nobody states are counted both ways, and the reading
    that ends first, round the clock, is acted upon. Raises ``ValueError`` where a time is naive.
    """
    ticket, now = _as_of(ticket, now), in_utc(now)
    always = BusinessCalendar.round_the_clock(calendar.tz)
    acted_on = calendar if terms is None or terms.hours == "business" else always
    measure = _Measure(ticket, terms, now, acted_on, at_risk_fraction)
    clocks = (_first_response(measure), _update(measure), _resolution(measure))
    if terms is None or terms.hours != "unknown":
        return clocks
    in_business = replace(measure, calendar=calendar)
    others = (_first_response(in_business), _update(in_business), _resolution(in_business))
    first, update, resolution = map(_both, clocks, others)
    return first, update, resolution


def _both(clock: SlaClock, other: SlaClock) -> SlaClock:
    """The clock with its other reading, where that says anything else."""
    if other.due_at is None or other.used is None or (other.due_at, other.state) == (clock.due_at, clock.state):
        return clock
    return replace(clock, business=HoursReading("business", other.used, other.due_at, other.state))


def waiting_since(ticket: TicketTimes, now: datetime) -> Elapsed | None:
    """Since when the customer waits for our answer: the first of their messages that no public reply followed (E-TIME).

    None where nobody waits: the last word is ours, or the ticket is solved. Of a reopened ticket it is the last
    message, because the earlier ones were answered or closed before.
    """
    ticket = _as_of(ticket, now)
    if ticket.state == "closed":
        return None
    waiting = _unanswered(ticket)
    if waiting:
        return Elapsed(waiting.at, waiting.ref, in_utc(now) - waiting.at)
    if ticket.created_at and not _by(ticket, "agent"):
        return Elapsed(ticket.created_at, ticket.ref, in_utc(now) - ticket.created_at)
    return None


def time_in_queue(tickets: Sequence[TicketTimes], now: datetime) -> Elapsed | None:
    """Real time since the first report among the tickets; None where none is dated."""
    reports = [(at, ref) for ticket in tickets for at, ref in [_reported(_as_of(ticket, now))] if at]
    if not reports:
        return None
    since, ref = min(reports)
    return Elapsed(since, ref, in_utc(now) - since)


def last_agent_update(ticket: TicketTimes, now: datetime) -> MessageTimes | None:
    """The last thing that we told the customer; internal notes are not updates."""
    return _last(_by(_as_of(ticket, now), "agent"))


@dataclass(frozen=True)
class _Measure:
    """What every clock of a ticket is measured with."""

    ticket: TicketTimes
    terms: SlaTerms | None
    now: datetime
    calendar: BusinessCalendar
    at_risk_fraction: float

    def clock(
        self, kind: ClockKind, hours: float | None, start: tuple[datetime, str], end: MessageTimes | None, note: str
    ) -> SlaClock:
        """A clock from ``start`` to the message that answered it, or to now."""
        target = timedelta(hours=hours) if hours is not None and usable_hours(hours) else None
        from_at, from_ref = start
        used = self.calendar.business_time_between(from_at, end.at if end else self.now)
        refs = [self.ticket.ref, from_ref, end.ref if end else None, *self._refs_of_terms()]
        clock = SlaClock(
            kind=kind,
            ticket=self.ticket.ref,
            state="unknown",
            running=end is None,
            target=target,
            used=used,
            due_at=None,
            from_ref=from_ref,
            from_at=from_at,
            until_ref=end.ref if end else None,
            inputs=tuple(dict.fromkeys(ref for ref in refs if ref)),
            note=note,
        )
        if target is None:
            return replace(clock, note=f"{note}; {self._why_no_target(hours)}")
        due = self.calendar.add_business_time(from_at, target)
        return replace(clock, due_at=due, state=self._state(end, due, used / target))

    def idle(self, kind: ClockKind, state: Literal["stopped", "unknown"], note: str) -> SlaClock:
        """A clock that does not run, or cannot be read."""
        refs = tuple(dict.fromkeys([self.ticket.ref, *self._refs_of_terms()]))
        return SlaClock(kind, self.ticket.ref, state, False, None, None, None, None, None, None, refs, note)

    def _refs_of_terms(self) -> tuple[str, ...]:
        return (self.terms.ref, *self.terms.read_from) if self.terms else ()

    def _state(self, end: MessageTimes | None, due: datetime, share: float) -> State:
        if (end.at if end else self.now) > due:
            return "breached"
        if end:
            return "met"
        return "at_risk" if share >= self.at_risk_fraction else "ok"

    def _why_no_target(self, hours: float | None) -> str:
        if self.terms is None:
            return "the account's SLA is not known"
        return "the SLA names no such target" if hours is None else f"the SLA's figure of {hours} h cannot be used"


def _first_response(measure: _Measure) -> SlaClock:
    ticket, hours = measure.ticket, measure.terms.first_response_h if measure.terms else None
    customers, agents = _by(ticket, "customer"), _by(ticket, "agent")
    created = ticket.created_at
    if agents and _opened_by_us(ticket):
        # Nobody had asked anything yet: what counts is the answer to the customer's first message.
        if not customers:
            return measure.idle("first_response", "stopped", "we opened the ticket and the customer has not written")
        start = (customers[0].at, customers[0].ref)
    else:
        start_at, start_ref = _reported(ticket)
        if start_at is None:
            return measure.idle("first_response", "unknown", "the ticket's time of creation is not known")
        start = (start_at, start_ref)
    answer = next((message for message in agents if message.at >= start[0]), None)
    if answer is None and ticket.state == "closed":
        return measure.idle("first_response", "stopped", f"the ticket is {ticket.status} and holds no public reply")
    begun = "from the ticket's creation" if start[0] == created else "from the customer's first message"
    return measure.clock(
        "first_response", hours, start, answer, f"{begun} to {'our first public reply' if answer else 'now'}"
    )


def _update(measure: _Measure) -> SlaClock:
    ticket, hours = measure.ticket, measure.terms.update_h if measure.terms else None
    ours, waiting = _last(_by(ticket, "agent")), _unanswered(ticket)
    if ticket.state == "closed":
        return measure.idle("update", "stopped", f"the ticket is {ticket.status}")
    if ours is None:
        return measure.idle("update", "stopped", "we have not replied yet; the first-response clock covers it")
    if waiting and _status(ticket) == "reopened":
        start = (waiting.at, waiting.ref)
        return measure.clock(
            "update", hours, start, None, "from the customer's last message of the reopened ticket to now"
        )
    since_reply = measure.clock("update", hours, (ours.at, ours.ref), None, "from our last public reply to now")
    if waiting and ours.asks_customer:
        paused = measure.clock("update", hours, (waiting.at, waiting.ref), None, "from the customer's answer to now")
        if since_reply.state == "ok":
            return replace(since_reply, if_paused=paused)
        return replace(paused, unpaused=since_reply)
    if not waiting and (ticket.state == "waiting" or ours.asks_customer):
        return measure.idle("update", "stopped", f"the ticket is {ticket.status} and the customer's turn")
    return since_reply


def _resolution(measure: _Measure) -> SlaClock:
    ticket, hours = measure.ticket, measure.terms.resolution_h if measure.terms else None
    if ticket.state == "closed":
        return measure.idle("resolution", "stopped", f"the ticket is {ticket.status}")
    if ticket.created_at is None:
        return measure.idle("resolution", "unknown", "the ticket's time of creation is not known")
    return measure.clock(
        "resolution", hours, (ticket.created_at, ticket.ref), None, "from the ticket's creation to now"
    )


def _as_of(ticket: TicketTimes, now: datetime) -> TicketTimes:
    """The ticket as it stood at ``now``: times in UTC, messages in order."""
    now = in_utc(now)
    messages = (replace(message, at=in_utc(message.at)) for message in ticket.messages)
    created = in_utc(ticket.created_at) if ticket.created_at else None
    return replace(
        ticket,
        created_at=created if created and created <= now else None,
        messages=tuple(sorted((m for m in messages if m.at <= now), key=lambda message: message.at)),
    )


def _status(ticket: TicketTimes) -> str:
    return " ".join(ticket.status.casefold().replace("_", " ").replace("-", " ").split())


def _by(ticket: TicketTimes, role: str) -> list[MessageTimes]:
    """Public messages that a person of this role wrote, oldest first."""
    return [m for m in ticket.messages if m.role == role and not m.internal and not m.automatic]


def _last(messages: Sequence[MessageTimes]) -> MessageTimes | None:
    return messages[-1] if messages else None


def _opened_by_us(ticket: TicketTimes) -> bool:
    """Was our own message there from the start, before any of the customer's?"""
    talk = [m for m in ticket.messages if m.role in ("customer", "agent") and not m.internal and not m.automatic]
    return talk[0].role == "agent" and (ticket.created_at is None or talk[0].at <= ticket.created_at)


def _reported(ticket: TicketTimes) -> tuple[datetime | None, str]:
    """When the matter was reported: the ticket's creation, or a customer's message that is older than it."""
    first = next(iter(_by(ticket, "customer")), None)
    if first and (ticket.created_at is None or first.at < ticket.created_at):
        return first.at, first.ref
    return ticket.created_at, ticket.ref


def _unanswered(ticket: TicketTimes) -> MessageTimes | None:
    """The customer's message since which an answer is owed."""
    ours = _last(_by(ticket, "agent"))
    open_ones = [message for message in _by(ticket, "customer") if ours is None or message.at > ours.at]
    if not open_ones:
        return None
    return open_ones[-1] if _status(ticket) == "reopened" else open_ones[0]

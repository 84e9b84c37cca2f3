"""Update windows of a ticket that we let pass before our last reply; the one that runs now is a clock of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from customer_escalation.domain.times import in_utc
from customer_escalation.sla.calendar import BusinessCalendar
from customer_escalation.sla.clocks import MessageTimes, TicketTimes


@dataclass(frozen=True)
class MissedUpdate:
    """Between two public replies of ours more time passed than the SLA's update window allows."""

    ref: str
    """The reply that came too late."""
    at: datetime
    """UTC."""
    since_ref: str
    """Our reply before, which the window ran from."""
    due_at: datetime
    """UTC."""
    answer_ref: str = ""
    """The customer's answer to a question in our reply before; empty where we asked nothing."""
    stopped_until: datetime | None = None
    """Until when it would have run had our question stopped it until the customer's answer: after ``at`` it was met then; UTC. None
    where we asked nothing.
    """


def missed_updates(
    ticket: TicketTimes, window: timedelta, now: datetime, calendar: BusinessCalendar
) -> tuple[MissedUpdate, ...]:
    """The windows that passed, oldest first; none of a ticket that is closed or was opened again, since nobody was waiting in between.

    Our own question to the customer may stop the window until they answer: then both are told, and of one that nobody answered
    nothing is known to be late. Raises ``ValueError`` where a time is naive.
    """
    if ticket.state == "closed" or "reopen" in ticket.status.casefold():
        return ()
    told = sorted(
        (m for m in ticket.messages if not m.internal and not m.automatic and in_utc(m.at) <= in_utc(now)),
        key=lambda message: in_utc(message.at),
    )
    ours = [message for message in told if message.role == "agent"]
    found = (_missed(before, after, told, window, calendar) for before, after in pairwise(ours))
    return tuple(one for one in found if one)


def _missed(
    before: MessageTimes,
    after: MessageTimes,
    told: Sequence[MessageTimes],
    window: timedelta,
    calendar: BusinessCalendar,
) -> MissedUpdate | None:
    due, at = calendar.add_business_time(before.at, window), in_utc(after.at)
    if at <= due:
        return None
    if not before.asks_customer:
        return MissedUpdate(after.ref, at, before.ref, due)
    between = (m for m in told if m.role == "customer" and in_utc(before.at) < in_utc(m.at) < in_utc(after.at))
    answer = next(between, None)
    if answer is None:
        return None
    return MissedUpdate(after.ref, at, before.ref, due, answer.ref, calendar.add_business_time(answer.at, window))

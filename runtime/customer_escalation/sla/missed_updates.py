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
    """What the window ran from: our reply before, or the customer's answer to the question in it."""
    due_at: datetime
    """UTC."""
    after_answer: bool = False
    """It ran from the customer's answer: our question before stopped it."""


def missed_updates(
    ticket: TicketTimes, window: timedelta, now: datetime, calendar: BusinessCalendar
) -> tuple[MissedUpdate, ...]:
    """The windows that passed, oldest first; none of a ticket that is closed or was opened again, since nobody was waiting in between.

    Our own question to the customer stops the window until they answer. Raises ``ValueError`` where a time is naive.
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
    start = before
    if before.asks_customer:
        between = (m for m in told if m.role == "customer" and in_utc(before.at) < in_utc(m.at) < in_utc(after.at))
        answer = next(between, None)
        if answer is None:
            return None
        start = answer
    due, at = calendar.add_business_time(start.at, window), in_utc(after.at)
    return MissedUpdate(after.ref, at, start.ref, due, start is not before) if at > due else None

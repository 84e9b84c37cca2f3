"""When the update after a reply that goes out now is due (E-SLA): what a text may promise at the latest."""

from datetime import datetime, timedelta

from customer_escalation.decision.figures.contract import Contract
from customer_escalation.decision.figures.parts import figure, item_id
from customer_escalation.domain.brief import Figure
from customer_escalation.domain.formatting import hours_words, time_words
from customer_escalation.sla.calendar import BusinessCalendar, usable_hours
from customer_escalation.sla.clocks import TicketTimes


def after_reply_figure(view: TicketTimes, contract: Contract, now: datetime) -> list[Figure]:
    """For an open ticket whose account has such a window; by both readings where nobody states the hours."""
    terms = contract.terms
    if view.state == "closed" or terms is None or not terms.update_h or not usable_hours(terms.update_h):
        return []
    window = timedelta(hours=terms.update_h)
    always = BusinessCalendar.round_the_clock(contract.calendar.tz)
    business = f"{time_words(contract.calendar.add_business_time(now, window), contract.zone)} ({contract.hours_words})"
    clock = f"{time_words(always.add_business_time(now, window), contract.zone)} round the clock"
    due = {"business": business, "round_the_clock": clock, "unknown": f"{clock}, or {business}"}[terms.hours]
    ticket = item_id(view.ref)
    text = f"due {due}: {hours_words(window)} from a reply that goes out now; from a later one so much later"
    label = f"{ticket} ({view.customer}) SLA update after a reply now"
    return [figure(f"{ticket}.after_reply", label, text, (view.ref, terms.ref, *terms.read_from))]

"""Updates of a ticket that were sent too late, before the window that runs now (E-SLA)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from customer_escalation.decision.figures.contract import Contract
from customer_escalation.decision.figures.parts import figure, item_id
from customer_escalation.domain.brief import Figure
from customer_escalation.domain.formatting import count_words, hours_words, time_words
from customer_escalation.sla.calendar import BusinessCalendar, usable_hours
from customer_escalation.sla.clocks import SlaTerms, TicketTimes
from customer_escalation.sla.missed_updates import MissedUpdate, missed_updates

_MOST_TOLD = 3


def missed_updates_figure(view: TicketTimes, contract: Contract, now: datetime) -> list[Figure]:
    """One figure for all of them, or none. Where nobody states the hours, only what was late however they are counted is told."""
    terms = contract.terms
    if terms is None or not terms.update_h or not usable_hours(terms.update_h):
        return []
    window = timedelta(hours=terms.update_h)
    missed = _on_every_reading(view, window, now, contract, terms)
    if not missed:
        return []
    ticket = item_id(view.ref)
    text = (
        f"{_how_many(missed)} before the window that runs now ({hours_words(window)} allowed): "
        f"{_moments(missed, contract)}, counted {_counted_words(terms, contract)}"
    )
    refs = (
        view.ref,
        *(ref for one in missed for ref in (one.since_ref, one.answer_ref, one.ref) if ref),
        terms.ref,
        *terms.read_from,
    )
    return [
        figure(f"{ticket}.updates_missed", f"{ticket} ({view.customer}) SLA updates", text, tuple(dict.fromkeys(refs)))
    ]


def _on_every_reading(
    view: TicketTimes, window: timedelta, now: datetime, contract: Contract, terms: SlaTerms
) -> Sequence[MissedUpdate]:
    in_business = missed_updates(view, window, now, contract.calendar)
    if terms.hours == "business":
        return in_business
    always = missed_updates(view, window, now, BusinessCalendar.round_the_clock(contract.calendar.tz))
    late_in_business = {one.ref for one in in_business}
    return [one for one in always if terms.hours == "round_the_clock" or one.ref in late_in_business]


def _how_many(missed: Sequence[MissedUpdate]) -> str:
    """So many that were late, and so many that were only if our question did not stop the clock."""
    doubtful = [one for one in missed if one.stopped_until and one.at <= one.stopped_until]
    sure = len(missed) - len(doubtful)
    late = f"{count_words(sure, 'update')} sent too late" if sure else ""
    if not doubtful:
        return late
    more = f"{len(doubtful)} more" if sure else f"{count_words(len(doubtful), 'update')} sent too late"
    return f"{late}{', ' if late else ''}{more} unless our question stopped the clock,"


def _moments(missed: Sequence[MissedUpdate], contract: Contract) -> str:
    told = [
        f"due {time_words(one.due_at, contract.zone)}{_if_stopped(one, contract)}, sent {time_words(one.at, contract.zone)}"
        for one in missed[:_MOST_TOLD]
    ]
    more = len(missed) - _MOST_TOLD
    return "; ".join([*told, f"and {more} more"] if more > 0 else told)


def _counted_words(terms: SlaTerms, contract: Contract) -> str:
    if terms.hours == "business":
        return f"{contract.source_words}{contract.hours_words}"
    if terms.hours == "unknown":
        return f"round the clock, and late in business hours ({contract.hours_words}) too"
    return f"{contract.source_words}round the clock"


def _if_stopped(one: MissedUpdate, contract: Contract) -> str:
    """The other reading, where our question may have stopped the clock until the customer's answer."""
    if one.stopped_until is None:
        return ""
    met = ", and so in time" if one.at <= one.stopped_until else ""
    return f" ({time_words(one.stopped_until, contract.zone)}{met}, if our question stopped the clock until the answer)"

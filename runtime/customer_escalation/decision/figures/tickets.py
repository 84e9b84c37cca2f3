"""Age, last reply and SLA clocks of tickets (E-SLA, B1)."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from customer_escalation.decision.figures.parts import figure, hours, item_id, without_holidays
from customer_escalation.domain.brief import Figure
from customer_escalation.domain.evidence import Evidence, field, parse_moment
from customer_escalation.domain.formatting import duration_words, hours_words, time_words
from customer_escalation.domain.states import state_of
from customer_escalation.policy import Policy, find_zone
from customer_escalation.sla.calendar import account_calendar
from customer_escalation.sla.clocks import (
    MessageView,
    SlaClock,
    SlaTerms,
    TicketView,
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


CLOCK_NAMES = {"first_response": "first response", "update": "update", "resolution": "resolution"}


def ticket_view(evidence: Evidence, ticket: Record) -> TicketView:
    """A ticket's record and its messages, for the clocks."""
    messages = [
        MessageView(
            ref=message.ref,
            at=at,
            role=field(message, "role"),
            author=field(message, "author"),
            internal=message.data.get("internal") is True,
            asks_customer=field(message, "role") == "agent" and bool(_ASKS.search(field(message, "text"))),
        )
        for message in evidence.messages(ticket)
        if (at := evidence.at(message))
    ]
    return TicketView(
        ref=ticket.ref,
        customer=field(ticket, "customer"),
        created_at=parse_moment(ticket.data.get("created_at")),
        status=field(ticket, "status"),
        state=state_of(ticket),
        messages=tuple(messages),
    )


def account_zone(account: Record | None) -> str | None:
    """The account's own time zone, where the CRM holds one."""
    if account is None:
        return None
    extra = account.data.get("extra")
    return field(account, "timezone") or (str(extra.get("timezone") or "") if isinstance(extra, dict) else "") or None


def sla_terms(account: Record | None, policy: Policy) -> SlaTerms | None:
    """The SLA that the CRM holds for the account; None without one."""
    sla = account.data.get("sla") if account else None
    if account is None or not isinstance(sla, dict):
        return None
    always = str(sla.get("coverage", "")).casefold().replace(" ", "") in ("24x7", "24/7")
    return SlaTerms(
        first_response_h=hours(sla.get("first_response_h")),
        update_h=hours(sla.get("update_h")),
        resolution_h=hours(sla.get("resolution_h")),
        round_the_clock=always or policy.sla.round_the_clock(field(account, "tier")),
        ref=account.ref,
    )


def ticket_figures(
    evidence: Evidence, policy: Policy, now: datetime, affected: Iterable[str] = ()
) -> dict[str, Figure]:
    """Age, last reply and SLA clocks of every open ticket read so far, and of the affected ones, by ``ref``.

    Where nobody knows whether a ticket is open, its figures are there: somebody may wait.
    """
    figures: list[Figure] = []
    always = set(affected)
    for ticket in evidence.of_kind("ticket"):
        if ticket.ref not in always and state_of(ticket) == "closed":
            continue
        view = ticket_view(evidence, ticket)
        account = evidence.account(view.customer)
        figures += times_of_ticket(view, now)
        figures += [
            clock_figure(clock, account, policy) for clock in clocks_of(view, account, policy, now) if tells(clock)
        ]
    return {figure.ref: figure for figure in figures}


def times_of_ticket(view: TicketView, now: datetime) -> list[Figure]:
    ticket = item_id(view.ref)
    figures = []
    age = time_in_queue([view], now)
    if age:
        text = f"{duration_words(age.duration)} since it was reported ({time_words(age.since)})"
        figures.append(figure(f"{ticket}.age", f"{ticket} ({view.customer})", text, (age.ref,)))
    last = last_agent_update(view, now)
    if last:
        ago = duration_words(now - last.at)
        text = f"{ago} since our last public reply ({time_words(last.at)})"
        figures.append(figure(f"{ticket}.last_reply", f"{ticket} ({view.customer})", text, (last.ref,)))
    else:
        text = "no public reply of ours is on record"
        figures.append(figure(f"{ticket}.last_reply", f"{ticket} ({view.customer})", text, (view.ref,)))
    return figures


def clocks_of(view: TicketView, account: Record | None, policy: Policy, now: datetime) -> tuple[SlaClock, ...]:
    terms = sla_terms(account, policy)
    if terms is None:
        return ()
    calendar = account_calendar(policy, account_zone(account))
    return sla_clocks(view, terms, now, calendar, policy.sla.at_risk_fraction)


def tells(clock: SlaClock) -> bool:
    return clock.target is not None and clock.state not in ("stopped", "unknown")


def clock_figure(clock: SlaClock, account: Record | None, policy: Policy) -> Figure:
    """A clock in words; hours are business hours unless the SLA runs round the clock."""
    terms = sla_terms(account, policy)
    zone_name = account_zone(account)
    without = without_holidays(account_calendar(policy, zone_name))
    kind = "" if terms is None or terms.round_the_clock else f", business hours{without}"
    ticket = item_id(clock.ticket)
    zone = find_zone(zone_name) if zone_name else None
    used = hours_words(clock.used or timedelta())
    target = hours_words(clock.target or timedelta())
    due = time_words(clock.due_at, zone) if clock.due_at else "unknown"
    if clock.state == "met":
        text = f"met ({used} of {target}{kind})"
    elif not clock.running:
        text = f"was late (given after {used}, {target} agreed{kind})"
    elif clock.state == "breached":
        text = f"overdue since {due} ({target} agreed{kind})"
    else:
        near = "nearly used up, " if clock.state == "at_risk" else ""
        left = hours_words(max(timedelta(), (clock.target or timedelta()) - (clock.used or timedelta())))
        text = f"{near}due {due} ({used} of {target} used, {left} left{kind})"
    return figure(f"{ticket}.{clock.kind}", f"{ticket} SLA {CLOCK_NAMES[clock.kind]}", text, clock.inputs)


def not_binding(figure: Figure) -> Figure:
    """An SLA figure of a feature request, which has no window."""
    if figure.ref.rpartition(".")[2] not in CLOCK_NAMES:
        return figure
    return figure.model_copy(update={"text": f"{figure.text}; not binding, feature requests have no SLA window"})

"""When the response, the next follow-up and the next customer updates are due (S13, Clocks, cadence)."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from customer_escalation.decision.figures.contract import Contract, account_zone, contract_of, days_words, zone_of_all
from customer_escalation.decision.figures.parts import figure, item_id, without_holidays
from customer_escalation.decision.figures.tickets import ticket_view
from customer_escalation.decision.inputs import AccountInput, DecisionInput
from customer_escalation.domain.brief import Figure
from customer_escalation.domain.evidence import field, parse_moment, thread_cut
from customer_escalation.domain.formatting import time_words
from customer_escalation.domain.outcomes import Severity, Target
from customer_escalation.policy import find_zone
from customer_escalation.sla.cadence import Window, next_customer_update, next_internal_followup, response_window
from customer_escalation.sla.calendar import team_calendar
from customer_escalation.sla.clocks import last_agent_update, waiting_since


@dataclass(frozen=True)
class UpdateDue:
    """When an account hears from us next on one of its tickets."""

    account: str
    ticket: str
    """Ref; empty for an account without an open ticket of its own."""
    due_at: datetime
    """UTC; ``now`` where it is due already."""
    why: str
    """What makes it due then, in words."""


def window_figures(case: DecisionInput, severity: Severity, target: Target) -> dict[str, Figure]:
    """When the team's response, the next follow-up and the next customer updates are due, by ``ref``."""
    now, policy = case.now, case.policy
    calendar = team_calendar(policy, target)
    response = response_window(severity, now, calendar, policy)
    zone = zone_of_case(case)
    when = "at once" if response.due_at <= now else f"by {time_words(response.due_at, zone, calendar.tz)}"
    internal = next_internal_followup(severity, now, calendar, policy, round_the_clock=runs_round_the_clock(case))
    updates = updates_due(case, severity)
    ours = without_holidays(calendar)
    window = f"our window for {response.explanation}{ours if response.due_at > now else ''}"
    followup = f"{internal.explanation}{ours if 'business' in internal.explanation else ''}"
    figures = [
        figure("window", "response window", f"{target.value} responds {when} ({window})", ()),
        figure("followup", "next internal follow-up", f"{time_words(internal.due_at, zone, calendar.tz)} ({followup})", ()),
        figure("customer_update", "next customer update", _updates_words(updates, case), ()),
    ]  # fmt: skip
    figures += [
        figure(
            f"{item_id(update.ticket)}.next_update", f"{item_id(update.ticket)} ({update.account}) next update",
            _update_words(update, case) + _then(update, case, severity), (update.ticket,),
        )
        for update in updates if update.ticket
    ]  # fmt: skip
    return {figure.ref: figure for figure in figures}


def updates_due(case: DecisionInput, severity: Severity) -> list[UpdateDue]:
    """For each affected account, and each of its open tickets, when it hears from us next; the most urgent first.

    A customer who was never answered is due now. Otherwise it is the earliest of the cadence, the SLA's update window and an
    open first response.
    """
    found = [update for account in case.affected for update in _of_account(case, account, severity)]
    return sorted(found, key=lambda update: update.due_at)


def due_moments(case: DecisionInput, severity: Severity, target: Target) -> tuple[datetime, datetime]:
    """When to ask the team next, and when the first customer hears from us at the latest: now where that is due already."""
    internal = next_internal_followup(
        severity, case.now, team_calendar(case.policy, target), case.policy, round_the_clock=runs_round_the_clock(case)
    )
    updates = updates_due(case, severity)
    fallback = next_customer_update(severity, case.now, contract_of(None, case.policy).calendar, case.policy)
    return internal.due_at, updates[0].due_at if updates else fallback.due_at


def runs_round_the_clock(case: DecisionInput) -> bool:
    """Is an affected account's SLA known to run day and night, so that the team is asked so too (cadence)?"""
    terms = [_contract(case, account.name).terms for account in case.affected]
    return any(one is not None and one.hours == "round_the_clock" for one in terms)


def hears_by(case: DecisionInput, severity: Severity, ticket: str) -> datetime | None:
    """The latest moment at which the customer of a ticket hears from us after a reply that goes out now, as its figure tells it;
    None for a ticket of nobody affected.
    """
    update = next((one for one in updates_due(case, severity) if one.ticket == ticket), None)
    account = next((one for one in case.affected if update and one.name == update.account), None)
    return _by_cadence(case, account, severity).due_at if account else None


def zones_of(case: DecisionInput) -> tuple[ZoneInfo, ...]:
    """The zones of the affected accounts that the CRM holds, each once."""
    names = [account_zone(case.evidence.account(account.name)) for account in case.affected]
    found = [find_zone(name) for name in names if name]
    return tuple(dict.fromkeys(zone for zone in found if zone))


def clocks_of_records(case: DecisionInput) -> tuple[tzinfo, ...]:
    """The zones of the affected accounts and of the team, and the offsets in which the accounts' tickets and messages are dated."""
    evidence = case.evidence
    tickets = [ticket for account in case.affected for ticket in evidence.tickets(account.tickets)]
    dated = [*tickets, *(message for ticket in tickets for message in evidence.messages(ticket))]
    moments = [parse_moment(field(record, name)) for record in dated for name in ("at", "created_at")]
    offsets = [moment.tzinfo for moment in moments if moment and moment.tzinfo]
    return tuple(dict.fromkeys([*zones_of(case), ZoneInfo(case.policy.business_hours.team_timezone), *offsets]))


def zone_of_case(case: DecisionInput) -> ZoneInfo:
    """The clock on which the brief tells its times."""
    return zone_of_all([case.evidence.account(account.name) for account in case.affected], case.policy)


def _of_account(case: DecisionInput, account: AccountInput, severity: Severity) -> list[UpdateDue]:
    cadence = _by_cadence(case, account, severity)
    reason = cadence.explanation
    if case.policy.cadence.of(severity).unit != "hours":
        reason += days_words(_contract(case, account.name).calendar)
    views = [ticket_view(case.evidence, ticket, case.aside) for ticket in case.evidence.tickets(account.tickets)]
    waiting = [view for view in views if view.is_open]
    if not waiting:
        return [UpdateDue(account.name, "", cadence.due_at, reason)] if not account.tickets else []
    found = []
    for view in waiting:
        if last_agent_update(view, case.now) is None and waiting_since(view, case.now):
            ticket = case.evidence.ledger.get(view.ref)
            cut = ticket is not None and thread_cut(ticket)
            why = "it was not read to its end, so whether it was answered is unknown" if cut else "never answered"
            found.append(UpdateDue(account.name, view.ref, case.now, why))
            continue
        due = [(cadence.due_at, reason)]
        due += [
            (clock.due_at, f"the SLA's {clock.kind.replace('_', ' ')} window")
            for clock in (*case.sla, *case.unbinding)
            if clock.ticket == view.ref and clock.kind != "resolution" and clock.running and clock.due_at
        ]
        at, why = min(due)
        found.append(UpdateDue(account.name, view.ref, max(at, case.now), why))
    return found


def _by_cadence(case: DecisionInput, account: AccountInput, severity: Severity) -> Window:
    contract = _contract(case, account.name)
    terms = contract.terms
    return next_customer_update(
        severity, case.now, contract.calendar, case.policy, terms.update_h if terms else None,
        round_the_clock=terms is not None and terms.hours == "round_the_clock",
        sla_in_business_hours=terms is not None and terms.hours == "business",
    )  # fmt: skip


def _update_words(update: UpdateDue, case: DecisionInput) -> str:
    if update.due_at <= case.now:
        return f"due now ({update.why})"
    return f"by {time_words(update.due_at, *_clocks(update, case))} ({update.why})"


def _then(update: UpdateDue, case: DecisionInput, severity: Severity) -> str:
    """When the one after it is due, counted from a reply that goes out now."""
    account = next((one for one in case.affected if one.name == update.account), None)
    if account is None:
        return ""
    after = _by_cadence(case, account, severity)
    told = f"by {time_words(after.due_at, *_clocks(update, case))} ({after.explanation})"
    if update.due_at <= case.now:
        return f", then {told}"
    return f"; after a reply now, {told}" if after.due_at > update.due_at else ""


def _clocks(update: UpdateDue, case: DecisionInput) -> tuple[ZoneInfo, ZoneInfo]:
    """The one that is read, and the one on which the customer's contract counts."""
    contract = _contract(case, update.account)
    return contract.zone, contract.calendar.tz


def _contract(case: DecisionInput, account: str) -> Contract:
    return contract_of(case.evidence.account(account), case.policy, case.contracts)


def _updates_words(updates: list[UpdateDue], case: DecisionInput) -> str:
    """Every account's next update in one line; accounts that are due alike are named together."""
    if not updates:
        return "none is due: no affected account has an open ticket"
    groups: dict[str, list[str]] = {}
    for update in updates:
        groups.setdefault(_update_words(update, case), []).append(update.account)
    if len(groups) == 1:
        return next(iter(groups))
    return "; ".join(f"{', '.join(dict.fromkeys(names))} {words}" for words, names in groups.items())

"""The figures of a case, computed from records, each with its inputs; and the case that the rules decide on.

No figure comes from anywhere but the records, the policy and ``now`` (B1, E-SLA, E-PATTERN, E-TIME, S12).
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from customer_escalation.brief import AccountRow, Computed, Figure, Severity, Statement, Target
from customer_escalation.case import AffectedView, Case, SlaView
from customer_escalation.derive.cadence import (
    next_customer_update,
    next_internal_followup,
    response_window,
    waited_too_long,
)  # fmt: skip
from customer_escalation.derive.calendar import BusinessCalendar, account_calendar, team_calendar
from customer_escalation.derive.clocks import (
    SOLVED,
    MessageView,
    SlaClock,
    SlaTerms,
    TicketView,
    last_agent_update,
    sla_clocks,
    time_in_queue,
    waiting_since,
)  # fmt: skip
from customer_escalation.derive.words import count_words, duration_words, hours_words, money_words, time_words
from customer_escalation.evidence import Evidence, arr, field, name_key, open_deals, parse_moment
from customer_escalation.facts import AffectedAccount, Assessment
from customer_escalation.policy import Policy, find_zone
from skill_runtime.ledger import Record

TABLE_FROM = 4
"""So many affected accounts are shown as a table."""
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
        first_response_h=_hours(sla.get("first_response_h")),
        update_h=_hours(sla.get("update_h")),
        resolution_h=_hours(sla.get("resolution_h")),
        round_the_clock=always or policy.sla.round_the_clock(field(account, "tier")),
        ref=account.ref,
    )


def ticket_figures(
    evidence: Evidence, policy: Policy, now: datetime, affected: Iterable[str] = ()
) -> dict[str, Figure]:
    """Age, last reply and SLA clocks of every open ticket read so far, and of the affected ones, by ``ref``."""
    figures: list[Figure] = []
    always = set(affected)
    for ticket in evidence.of_kind("ticket"):
        if ticket.ref not in always and field(ticket, "status").casefold() in SOLVED:
            continue
        view = ticket_view(evidence, ticket)
        account = evidence.account(view.customer)
        figures += _times_of_ticket(view, now)
        figures += [
            _clock_figure(clock, account, policy) for clock in _clocks(view, account, policy, now) if _tells(clock)
        ]
    return {figure.ref: figure for figure in figures}


def build_case(
    assessment: Assessment, evidence: Evidence, policy: Policy, now: datetime
) -> tuple[Case, dict[str, Figure]]:
    """The case that the rules decide on, and every figure that the brief may draw on, by ``ref``."""
    affected = tuple(_affected(account, evidence, policy, now) for account in _distinct(assessment.affected))
    figures = ticket_figures(evidence, policy, now, [ref for account in affected for ref in account.tickets])
    general = _general_figures(affected, evidence, policy, now)
    counts = policy.sla.covers_feature_requests or assessment.issue_type != "feature_gap"
    if not counts:
        figures = {ref: _not_binding(figure) for ref, figure in figures.items()}
    figures = {**{figure.ref: figure for figure in general}, **figures}
    sla: list[SlaView] = []
    too_long: set[Severity] = set()
    for account in affected:
        crm = evidence.account(account.name)
        calendar = account_calendar(policy, account_zone(crm))
        for ticket in evidence.tickets(account.tickets):
            view = ticket_view(evidence, ticket)
            waiting = waiting_since(view, now)
            if waiting:
                too_long |= {severity for severity in Severity
                             if waited_too_long(severity, waiting.since, now, calendar, policy).exceeded}  # fmt: skip
            for clock in _clocks(view, crm, policy, now) if counts else ():
                if clock.target is not None and clock.state != "stopped":
                    figure = _clock_figure(clock, crm, policy)
                    sla.append(
                        SlaView(account.name, account.high_value, ticket.ref, clock.kind, clock.state, clock.running,
                                clock.due_at, f"{CLOCK_NAMES[clock.kind]} {figure.text}", figure.ref)
                    )  # fmt: skip
    case = Case(
        facts=assessment,
        affected=affected,
        sla=tuple(sla),
        recent=_recent(affected, policy, now),
        waiting_too_long=frozenset(too_long),
        policy=policy,
        now=now,
        evidence=evidence,
    )
    return case, figures


def window_figures(case: Case, severity: Severity, target: Target) -> dict[str, Figure]:
    """When the team's response, the next follow-up and the next customer update are due (S13, cadence), by ``ref``."""
    now, policy, zone = case.now, case.policy, _zone_of_first(case)
    calendar = team_calendar(policy, target)
    response = response_window(severity, now, calendar, policy)
    when = "now" if response.due_at <= now else f"by {time_words(response.due_at, zone)}"
    internal = next_internal_followup(severity, now, calendar, policy)
    hours, always = _tightest_update(case)
    update = next_customer_update(severity, now, _first_calendar(case), policy, hours, round_the_clock=always)
    sooner = min((clock for clock in case.sla if clock.kind == "update" and clock.running and clock.due_at
                  and now < clock.due_at < update.due_at), key=lambda clock: clock.due_at or now, default=None)  # fmt: skip
    update_due = (sooner.due_at if sooner else None) or update.due_at
    why = f"the SLA of {sooner.account}" if sooner else update.explanation
    owed = list(dict.fromkeys(clock.account for clock in case.late
                              if clock.status == "breached" and clock.kind != "resolution"))  # fmt: skip
    update_text = f"by {time_words(update_due, zone)} ({why})"
    if owed:
        update_text = f"now for {' and '.join(owed)}, whose SLA is overdue; otherwise {update_text}"
    figures = (
        _figure("window", "response window", f"{target.value} responds {when} (response window for {severity.value})", ()),
        _figure("followup", "next internal follow-up", f"{time_words(internal.due_at)} ({internal.explanation})", ()),
        _figure("customer_update", "next customer update", update_text, ()),
    )  # fmt: skip
    return {figure.ref: figure for figure in figures}


def computed_lines(case: Case, severity: Severity | None, figures: dict[str, Figure]) -> Computed:
    """The lines of the brief that code writes."""
    shown = case.late if severity else case.late or _next_due(case)
    window = followup = None
    if severity:
        window = _computed(figures["figures/window"].text, figures["figures/window"].inputs)
        internal, update = (
            figures[f"figures/{name}"].text.partition(" (")[0] for name in ("followup", "customer_update")
        )
        owner = case.policy.brief.reported_by
        followup = _computed(
            f"Next internal follow-up {internal}. Next customer update {update}. {owner} keeps the customer relationship.",
            (),
        )
    return Computed(
        customers=_customers(case, figures["figures/affected"], figures.get("figures/users")),
        accounts=tuple(_row(account, case.evidence) for account in case.affected),
        revenue=_revenue(case, figures, in_table=len(case.affected) >= TABLE_FROM),
        queue=_from_figure(figures["figures/queue"]),
        sla=tuple(
            _computed(f"{_item_id(clock.ticket)} ({clock.account}): {clock.text}.", figures[clock.figure].inputs)
            for clock in shown
        ),
        window=window,
        followup=followup,
    )


def _computed(text: str, cites: Iterable[str]) -> Statement:
    return Statement(text=text, kind="fact", cites=list(cites))


def _from_figure(figure: Figure) -> Statement:
    return _computed(figure.text[:1].upper() + figure.text[1:] + ".", figure.inputs)


def _customers(case: Case, figure: Figure, users: Figure | None) -> Statement:
    """Names and tiers, and the users behind them; where a table shows the accounts, their number by tier."""
    behind = f" {users.text}." if users else ""
    if len(case.affected) < TABLE_FROM:
        line = _from_figure(figure)
        cites = dict.fromkeys([*line.cites, *(users.inputs if users else ())])
        return line.model_copy(update={"text": line.text + behind, "cites": list(cites)})
    tiers = Counter(account.tier or "tier unknown" for account in case.affected)
    return _computed(
        f"{count_words(len(case.affected), 'account')} ({', '.join(f'{count} {tier}' for tier, count in tiers.items())}).{behind}",
        users.inputs if users else (),
    )


def _revenue(case: Case, figures: dict[str, Figure], *, in_table: bool) -> Statement:
    """ARR and pipeline with each account's share, which is left out where a table shows it; exposure called exposure."""
    revenue, pipeline = figures["figures/arr"], figures.get("figures/pipeline")
    text = revenue.text[:1].upper() + revenue.text[1:]
    text = (text.partition(":")[0] if in_table and text.startswith("$") else text) + "."
    if pipeline:
        text += f" Open deals, not part of ARR: {pipeline.text.partition(':')[0] if in_table else pipeline.text}."
    if case.facts.churn_threat.answer == "no" and revenue.inputs:
        text += " Exposure only: nobody is on record as leaving."
    if in_table:
        return _computed(text, ())
    return _computed(text, dict.fromkeys([*revenue.inputs, *(pipeline.inputs if pipeline else ())]))


def _next_due(case: Case) -> Sequence[SlaView]:
    return [clock for clock in case.sla if clock.status == "ok"][:1]


def _zone_of_first(case: Case) -> ZoneInfo | None:
    for account in case.affected:
        zone = account_zone(case.evidence.account(account.name))
        if zone:
            return find_zone(zone)
    return None


def _first_calendar(case: Case) -> BusinessCalendar:
    for account in case.affected:
        return account_calendar(case.policy, account_zone(case.evidence.account(account.name)))
    return account_calendar(case.policy)


def _tightest_update(case: Case) -> tuple[float | None, bool]:
    """The shortest update interval that an affected account's SLA sets, and whether it runs round the clock."""
    if case.facts.issue_type == "feature_gap" and not case.policy.sla.covers_feature_requests:
        return None, False
    found = [
        (terms.update_h, terms.round_the_clock)
        for account in case.affected
        if (terms := sla_terms(case.evidence.account(account.name), case.policy)) and terms.update_h
    ]
    return min(found, default=(None, False))


def _row(account: AffectedView, evidence: Evidence) -> AccountRow:
    deals = open_deals(evidence.account(account.name))
    return AccountRow(
        name=account.name,
        tier=account.tier or "unknown",
        arr=money_words(account.arr_usd) if account.arr_usd is not None else "unknown",
        deals=", ".join(
            f"{money_words(float(deal.get('amount_usd') or 0))} (close {deal.get('close')})" for deal in deals
        )
        or "none",
        renewal=account.renewal or "none",
        tickets=tuple(
            f"{ticket.id} ({field(ticket, 'created_at')[:10]})" for ticket in evidence.tickets(account.tickets)
        ),
        cites=tuple(ref for ref in (account.crm_ref, *account.tickets) if ref),
    )


def _distinct(accounts: Sequence[AffectedAccount]) -> list[AffectedAccount]:
    """Each account once; entries of the same name are joined, the heavier impact first named stays."""
    merged: dict[str, AffectedAccount] = {}
    for account in accounts:
        known = merged.get(name_key(account.account))
        merged[name_key(account.account)] = account if known is None else known.model_copy(
            update={
                "tickets": list(dict.fromkeys([*known.tickets, *account.tickets])),
                "cites": list(dict.fromkeys([*known.cites, *account.cites])),
            }
        )  # fmt: skip
    return list(merged.values())


def _affected(account: AffectedAccount, evidence: Evidence, policy: Policy, now: datetime) -> AffectedView:
    crm = evidence.account(account.account)
    tickets = evidence.tickets([*account.tickets, *account.cites])
    own = [ticket for ticket in tickets if name_key(field(ticket, "customer")) == name_key(account.account)] or tickets
    reported = sorted(
        moment
        for ticket in own
        for moment in [
            parse_moment(ticket.data.get("created_at")),
            *(evidence.at(message) for message in evidence.messages(ticket) if field(message, "role") == "customer"),
        ]
        if moment and moment <= now
    )
    deals = open_deals(crm)
    return AffectedView(
        name=field(crm, "name") if crm else account.account,
        impact=account.impact,
        users=int(account.users) if account.users else None,
        refs=tuple(account.cites),
        tickets=tuple(ticket.ref for ticket in own),
        crm_ref=crm.ref if crm else None,
        tier=field(crm, "tier") if crm else "",
        arr_usd=arr(crm),
        high_value=policy.high_value.includes(arr(crm), field(crm, "tier") or None) if crm else None,
        renewal=field(crm, "renewal") if crm else "",
        pipeline_usd=sum(float(deal.get("amount_usd") or 0) for deal in deals),
        reported_at=tuple(reported),
    )


def _recent(affected: Sequence[AffectedView], policy: Policy, now: datetime) -> tuple[str, ...]:
    """E-PATTERN: accounts that opened a ticket of their own within the window."""
    since = now - timedelta(days=policy.pattern.window_days)
    return tuple(account.name for account in affected if account.tickets and _opened_after(account, since))


def _opened_after(account: AffectedView, since: datetime) -> bool:
    return bool(account.reported_at) and account.reported_at[0] >= since


def _general_figures(
    affected: Sequence[AffectedView], evidence: Evidence, policy: Policy, now: datetime
) -> list[Figure]:
    names = ", ".join(f"{account.name} ({account.tier or 'tier unknown'})" for account in affected)
    sources = [ref for account in affected for ref in (account.crm_ref, *account.tickets) if ref]
    inputs = tuple(dict.fromkeys(sources))
    many = (
        f"{count_words(len(affected), 'account')}: {names}"
        if affected
        else "unknown: no account is named in the records; ask who reported it"
    )
    figures = [_figure("affected", "customers affected", many, inputs)]
    figures += [*_user_figures(affected), *_revenue_figures(affected, evidence), *_report_figures(affected)]
    tickets = [ticket_view(evidence, ticket) for account in affected for ticket in evidence.tickets(account.tickets)]
    queue = time_in_queue(tickets, now)
    if queue:
        waited = f"{duration_words(queue.duration)} since the first report ({time_words(queue.since)})"
        figures.append(_figure("queue", "time in queue", waited, (queue.ref,)))
    else:
        figures.append(
            _figure(
                "queue", "time in queue", "unknown: no ticket of an affected account was found; ask who reported it", ()
            )
        )
    recent = _recent(affected, policy, now)
    days = policy.pattern.window_days
    text = f"{count_words(len(recent), 'account')} with a ticket of their own opened in the last {days} days"
    text += f": {', '.join(recent)}" if recent else ""
    refs = tuple(ref for account in affected if account.name in recent for ref in account.tickets)
    figures.append(_figure("pattern", f"accounts in {days} days", text, refs))
    return figures


def _user_figures(affected: Sequence[AffectedView]) -> list[Figure]:
    """The users behind the accounts, summed where more than one account's are known."""
    known = [(account, account.users) for account in affected if account.users is not None]
    if not known:
        return []
    each = ", ".join(f"{account.name} {users:,}" for account, users in known)
    total = count_words(sum(users for _, users in known), "user")
    missing = [account.name for account in affected if account.users is None]
    text = f"{total} ({each}" + (f"; unknown for {', '.join(missing)})" if missing else ")")
    return [
        _figure("users", "users hit", text, tuple(dict.fromkeys(ref for account, _ in known for ref in account.refs)))
    ]


def _report_figures(affected: Sequence[AffectedView]) -> list[Figure]:
    """First and last report of an affected account's own tickets."""
    every = [(moment, account) for account in affected for moment in account.reported_at]
    reports = sorted(every, key=lambda report: report[0])
    if not reports:
        return []
    (first_at, first), (last_at, last) = reports[0], reports[-1]
    text = f"{time_words(first_at)} ({first.name}) to {time_words(last_at)} ({last.name})"
    inputs = tuple(dict.fromkeys([*first.tickets, *last.tickets]))
    return [_figure("reports", "first and last report", text, inputs)]


def _revenue_figures(affected: Sequence[AffectedView], evidence: Evidence) -> list[Figure]:
    known = [account for account in affected if account.arr_usd is not None]
    unknown = [account.name for account in affected if account.arr_usd is None]
    inputs = tuple(account.crm_ref for account in known if account.crm_ref)
    if not known:
        reason = "the CRM could not be read" if "crm" not in evidence.connected else "the CRM holds no figure"
        return [_figure("arr", "ARR of the affected accounts", f"unknown: {reason}; ask the account owner", ())]
    if len(known) > 1:
        total = money_words(sum(account.arr_usd or 0 for account in known))
        each = ", ".join(f"{account.name} {money_words(account.arr_usd or 0)}{_renewal(account)}" for account in known)
        text = f"{total} ARR in all: {each}"
    else:
        text = f"{money_words(known[0].arr_usd or 0)} ARR, {known[0].name}{_renewal(known[0])}"
    if unknown:
        text += f"; unknown for {', '.join(unknown)}"
    figures = [_figure("arr", "ARR of the affected accounts", text, inputs)]
    with_deals = [account for account in known if account.pipeline_usd]
    if with_deals:
        deals = [(account, deal) for account in with_deals for deal in open_deals(evidence.account(account.name))]
        total = money_words(sum(account.pipeline_usd for account in with_deals))
        each = ", ".join(
            f"{account.name} {money_words(float(deal.get('amount_usd') or 0))} (close {deal.get('close')})"
            for account, deal in deals
        )
        refs = tuple(account.crm_ref for account in with_deals if account.crm_ref)
        text = f"{total} in {count_words(len(deals), 'deal')}: {each}" if len(deals) > 1 else each
        figures.append(_figure("pipeline", "open deals, not part of ARR", text, refs))
    return figures


def _renewal(account: AffectedView) -> str:
    return f" (renewal {account.renewal})" if account.renewal else ""


def _figure(name: str, label: str, text: str, inputs: tuple[str, ...]) -> Figure:
    return Figure(ref=f"figures/{name}", label=label, text=text, inputs=inputs)


def _item_id(ref: str) -> str:
    return ref.partition("/")[2]


def _times_of_ticket(view: TicketView, now: datetime) -> list[Figure]:
    ticket = _item_id(view.ref)
    figures = []
    age = time_in_queue([view], now)
    if age:
        text = f"{duration_words(age.duration)} since it was reported ({time_words(age.since)})"
        figures.append(_figure(f"{ticket}.age", f"{ticket} ({view.customer})", text, (age.ref,)))
    last = last_agent_update(view, now)
    if last:
        ago = duration_words(now - last.at)
        text = f"{ago} since our last public reply ({time_words(last.at)})"
        figures.append(_figure(f"{ticket}.last_reply", f"{ticket} ({view.customer})", text, (last.ref,)))
    else:
        text = "no public reply of ours is on record"
        figures.append(_figure(f"{ticket}.last_reply", f"{ticket} ({view.customer})", text, (view.ref,)))
    return figures


def _clocks(view: TicketView, account: Record | None, policy: Policy, now: datetime) -> tuple[SlaClock, ...]:
    terms = sla_terms(account, policy)
    if terms is None:
        return ()
    calendar = account_calendar(policy, account_zone(account))
    return sla_clocks(view, terms, now, calendar, policy.sla.at_risk_fraction)


def _tells(clock: SlaClock) -> bool:
    return clock.target is not None and clock.state not in ("stopped", "unknown")


def _clock_figure(clock: SlaClock, account: Record | None, policy: Policy) -> Figure:
    """A clock in words; hours are business hours unless the SLA runs round the clock."""
    terms = sla_terms(account, policy)
    kind = "" if terms is None or terms.round_the_clock else ", business hours"
    ticket = _item_id(clock.ticket)
    zone_name = account_zone(account)
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
    return _figure(f"{ticket}.{clock.kind}", f"{ticket} SLA {CLOCK_NAMES[clock.kind]}", text, clock.inputs)


def _not_binding(figure: Figure) -> Figure:
    """An SLA figure of a feature request, which has no window."""
    if figure.ref.rpartition(".")[2] not in CLOCK_NAMES:
        return figure
    return figure.model_copy(update={"text": f"{figure.text}; not binding, feature requests have no SLA window"})


def _hours(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

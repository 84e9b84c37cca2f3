"""The lines of the brief that code writes."""

from collections import Counter
from collections.abc import Iterable, Sequence

from customer_escalation.decision.figures.parts import item_id
from customer_escalation.decision.figures.tickets import CLOCK_NAMES, not_counted
from customer_escalation.decision.figures.windows import due_moments
from customer_escalation.decision.inputs import AccountInput, DecisionInput, SlaInput
from customer_escalation.domain.brief import AccountRow, Computed, Figure, Statement
from customer_escalation.domain.evidence import Evidence, field, open_deals
from customer_escalation.domain.formatting import count_words, money_words
from customer_escalation.domain.outcomes import Severity, Target
from customer_escalation.domain.record_ids import shown_id

TABLE_FROM = 3
"""So many affected accounts are shown as a table."""


def computed_lines(
    case: DecisionInput, severity: Severity | None, figures: dict[str, Figure], target: Target | None = None
) -> Computed:
    """The lines of the brief that code writes."""
    shown = clocks_to_show(case, severity, target)
    tickets = list(dict.fromkeys(one.ticket for one in shown))
    lines = {ticket: _clocks_line(case, ticket, shown, figures) for ticket in tickets}
    window = followup = None
    if severity:
        window = _computed(figures["figures/window"].text, figures["figures/window"].inputs)
        internal, update = figures["figures/followup"].text.rpartition(" (")[0], figures["figures/customer_update"].text
        owner = case.policy.brief.reported_by
        followup = _computed(
            f"Next customer update: {update}. {owner} keeps the relationship, next follow-up {internal}.", ()
        )
    return Computed(
        customers=_customers(case, figures["figures/affected"], figures.get("figures/users")),
        accounts=tuple(_row(account, case.evidence) for account in case.affected),
        revenue=_revenue(case, figures, in_table=len(case.affected) >= TABLE_FROM),
        queue=_from_figure(figures["figures/queue"]),
        sla=tuple(lines.values()),
        late=tuple(
            lines[ticket] for ticket in tickets if any(one.ticket == ticket and one in case.late for one in shown)
        ),
        window=window,
        followup=followup,
    )


def _clocks_line(case: DecisionInput, ticket: str, shown: Sequence[SlaInput], figures: dict[str, Figure]) -> Statement:
    """The clocks of a ticket in one line: the reading that is acted on, then the other one where nobody states the hours."""
    clocks = [clock for clock in shown if clock.ticket == ticket]
    name = shown_id(item_id(ticket)) or item_id(ticket)
    told = "; ".join(f"{CLOCK_NAMES[clock.kind]} {clock.acted_on}" for clock in clocks)
    others = [clock for clock in clocks if clock.other]
    also = ", ".join(f"{CLOCK_NAMES[clock.kind]} {clock.other}" for clock in others)
    if unread := clocks[0].unread:
        text = f"{name} ({clocks[0].account}): {not_counted(unread)}; round the clock {told}"
        text += f"; in business hours ({others[0].hours}) {also}." if others else "."
        return _computed(text, dict.fromkeys(ref for clock in clocks for ref in figures[clock.figure].inputs))
    by_reading = f", {clocks[0].counted_by}" if clocks[0].counted_by else ""
    text = f"{name} ({clocks[0].account}): {told}{by_reading}."
    if others:
        text += f" The hours are nowhere stated: counted round the clock; in business hours ({others[0].hours}, assumed) {also}."
    return _computed(text, dict.fromkeys(ref for clock in clocks for ref in figures[clock.figure].inputs))


def _computed(text: str, cites: Iterable[str]) -> Statement:
    return Statement(text=text, cites=list(cites))


def _from_figure(figure: Figure) -> Statement:
    return _computed(figure.text[:1].upper() + figure.text[1:] + ".", figure.inputs)


def _customers(case: DecisionInput, figure: Figure, users: Figure | None) -> Statement:
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


def _revenue(case: DecisionInput, figures: dict[str, Figure], *, in_table: bool) -> Statement:
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


def clocks_to_show(case: DecisionInput, severity: Severity | None, target: Target | None) -> Sequence[SlaInput]:
    """Every ticket's first response, what is late or nearly so, and what ends before the next follow-up; late ones first."""
    until = due_moments(case, severity, target)[0] if severity and target else None
    clocks = case.unbinding or case.sla
    found = [
        clock for clock in clocks
        if clock.kind == "first_response" or clock in case.late or clock.perhaps_late
        or (clock.running and clock.due_at and until and clock.due_at <= until)
    ]  # fmt: skip
    if not severity and not any(clock.running for clock in found):
        found += [clock for clock in clocks if clock.running and clock.kind != "resolution"][:1]
    order = {"breached": 0, "at_risk": 1, "ok": 2, "met": 3}
    return sorted(found, key=lambda clock: (not clock.running, order.get(clock.status, 4)))


def _row(account: AccountInput, evidence: Evidence) -> AccountRow:
    deals = open_deals(evidence.account(account.name))
    nothing = "none" if account.crm_ref else "unknown"
    return AccountRow(
        name=account.name,
        tier=account.tier or "unknown",
        arr=money_words(account.arr_usd) if account.arr_usd is not None else "unknown",
        deals=", ".join(
            f"{money_words(float(deal.get('amount_usd') or 0))} (close {deal.get('close')})" for deal in deals
        )
        or nothing,
        renewal=account.renewal or nothing,
        tickets=tuple(
            f"{shown_id(ticket.id) or 'one'} ({field(ticket, 'created_at')[:10]})"
            for ticket in evidence.tickets(account.tickets)
        ),
        cites=tuple(ref for ref in (account.crm_ref, *account.tickets) if ref),
    )

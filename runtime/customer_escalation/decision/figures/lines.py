"""The lines of the brief that code writes."""

from collections import Counter
from collections.abc import Iterable, Sequence

from customer_escalation.decision.figures.parts import item_id
from customer_escalation.decision.inputs import AffectedView, Case, SlaView
from customer_escalation.domain.brief import AccountRow, Computed, Figure, Severity, Statement
from customer_escalation.domain.evidence import Evidence, field, open_deals
from customer_escalation.domain.formatting import count_words, money_words
from customer_escalation.domain.record_ids import shown_id

TABLE_FROM = 4
"""So many affected accounts are shown as a table."""


def computed_lines(case: Case, severity: Severity | None, figures: dict[str, Figure]) -> Computed:
    """The lines of the brief that code writes."""
    shown = case.late if severity else case.late or _next_due(case)
    window = followup = None
    if severity:
        window = _computed(figures["figures/window"].text, figures["figures/window"].inputs)
        internal, update = (
            figures[f"figures/{name}"].text.rpartition(" (")[0] for name in ("followup", "customer_update")
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
            _computed(f"{item_id(clock.ticket)} ({clock.account}): {clock.text}.", figures[clock.figure].inputs)
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
            f"{shown_id(ticket.id) or 'one'} ({field(ticket, 'created_at')[:10]})"
            for ticket in evidence.tickets(account.tickets)
        ),
        cites=tuple(ref for ref in (account.crm_ref, *account.tickets) if ref),
    )

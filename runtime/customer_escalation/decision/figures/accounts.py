"""The affected accounts: who, how many, their users, revenue and reports (B1, E-PATTERN, S12)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from customer_escalation.decision.figures.parts import figure
from customer_escalation.decision.figures.tickets import ticket_view
from customer_escalation.decision.inputs import AffectedView
from customer_escalation.domain.brief import Figure
from customer_escalation.domain.evidence import Evidence, arr, field, name_key, open_deals, parse_moment
from customer_escalation.domain.facts import AffectedAccount
from customer_escalation.domain.formatting import count_words, duration_words, money_words, time_words
from customer_escalation.policy import Policy
from customer_escalation.sla.clocks import time_in_queue


def distinct(accounts: Sequence[AffectedAccount]) -> list[AffectedAccount]:
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


def affected_view(account: AffectedAccount, evidence: Evidence, policy: Policy, now: datetime) -> AffectedView:
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


def recent_accounts(affected: Sequence[AffectedView], policy: Policy, now: datetime) -> tuple[str, ...]:
    """E-PATTERN: accounts that opened a ticket of their own within the window."""
    since = now - timedelta(days=policy.pattern.window_days)
    return tuple(account.name for account in affected if account.tickets and _opened_after(account, since))


def _opened_after(account: AffectedView, since: datetime) -> bool:
    return bool(account.reported_at) and account.reported_at[0] >= since


def general_figures(
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
    figures = [figure("affected", "customers affected", many, inputs)]
    figures += [*_user_figures(affected), *_revenue_figures(affected, evidence), *_report_figures(affected)]
    tickets = [ticket_view(evidence, ticket) for account in affected for ticket in evidence.tickets(account.tickets)]
    queue = time_in_queue(tickets, now)
    if queue:
        waited = f"{duration_words(queue.duration)} since the first report ({time_words(queue.since)})"
        figures.append(figure("queue", "time in queue", waited, (queue.ref,)))
    else:
        figures.append(
            figure(
                "queue", "time in queue", "unknown: no ticket of an affected account was found; ask who reported it", ()
            )
        )
    recent = recent_accounts(affected, policy, now)
    days = policy.pattern.window_days
    text = f"{count_words(len(recent), 'account')} with a ticket of their own opened in the last {days} days"
    text += f": {', '.join(recent)}" if recent else ""
    refs = tuple(ref for account in affected if account.name in recent for ref in account.tickets)
    figures.append(figure("pattern", f"accounts in {days} days", text, refs))
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
        figure("users", "users hit", text, tuple(dict.fromkeys(ref for account, _ in known for ref in account.refs)))
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
    return [figure("reports", "first and last report", text, inputs)]


def _revenue_figures(affected: Sequence[AffectedView], evidence: Evidence) -> list[Figure]:
    known = [account for account in affected if account.arr_usd is not None]
    unknown = [account.name for account in affected if account.arr_usd is None]
    inputs = tuple(account.crm_ref for account in known if account.crm_ref)
    if not known:
        reason = "the CRM could not be read" if "crm" not in evidence.connected else "the CRM holds no figure"
        return [figure("arr", "ARR of the affected accounts", f"unknown: {reason}; ask the account owner", ())]
    if len(known) > 1:
        total = money_words(sum(account.arr_usd or 0 for account in known))
        each = ", ".join(f"{account.name} {money_words(account.arr_usd or 0)}{_renewal(account)}" for account in known)
        text = f"{total} ARR in all: {each}"
    else:
        text = f"{money_words(known[0].arr_usd or 0)} ARR, {known[0].name}{_renewal(known[0])}"
    if unknown:
        text += f"; unknown for {', '.join(unknown)}"
    figures = [figure("arr", "ARR of the affected accounts", text, inputs)]
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
        figures.append(figure("pipeline", "open deals, not part of ARR", text, refs))
    return figures


def _renewal(account: AffectedView) -> str:
    return f" (renewal {account.renewal})" if account.renewal else ""

"""The affected accounts: who, how many, their users, revenue and reports (B1, E-PATTERN, S12)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from customer_escalation.decision.figures.contract import zone_of_all
from customer_escalation.decision.figures.parts import figure
from customer_escalation.decision.inputs import AccountInput
from customer_escalation.domain.brief import Figure
from customer_escalation.domain.evidence import Evidence, arr, field, name_key, open_deals, parse_moment
from customer_escalation.domain.facts import AffectedAccount
from customer_escalation.domain.formatting import count_words, duration_words, money_words, time_words
from customer_escalation.domain.states import state_of
from customer_escalation.policy import Policy


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


def affected_view(
    account: AffectedAccount,
    evidence: Evidence,
    policy: Policy,
    now: datetime,
    newer_reports: Sequence[str] = (),
    ignored: frozenset[str] = frozenset(),
) -> AccountInput:
    """An affected account with what the CRM and its own tickets say.

    A ticket counts for the account that opened it and a message for its author's. ``newer_reports`` are refs that are cited
    as showing that the issue is back, of which those on closed tickets tell of the time before; records in ``ignored`` count in nothing.
    """
    crm = evidence.account(account.account)
    key = name_key(account.account)
    own = [
        ticket
        for ticket in evidence.tickets([*account.tickets, *account.cites])
        if name_key(field(ticket, "customer")) in (key, name_key(field(crm, "name")) if crm else key)
        and ticket.ref not in ignored
    ]
    opened = [(at, ticket.ref) for ticket in own if (at := parse_moment(ticket.data.get("created_at"))) and at <= now]
    cited, _ = evidence.resolve([*account.cites, *newer_reports])
    written = [
        (at, record.ref)
        for record in cited
        if field(record, "role") == "customer" and record.ref not in ignored
        and name_key(evidence.customer_of(record)) == key and (at := evidence.at(record)) and at <= now
        and (record.ref in account.cites or state_of(evidence.item_of(record)) != "closed")
    ]  # fmt: skip
    deals = open_deals(crm)
    return AccountInput(
        name=field(crm, "name") if crm else account.account,
        impact=account.impact,
        still=account.still,
        users=int(account.users) if account.users else None,
        refs=tuple(account.cites),
        tickets=tuple(ticket.ref for ticket in own),
        crm_ref=crm.ref if crm else None,
        tier=field(crm, "tier") if crm else "",
        arr_usd=arr(crm),
        high_value=policy.high_value.includes(arr(crm), field(crm, "tier") or None) if crm else None,
        renewal=field(crm, "renewal") if crm else "",
        pipeline_usd=sum(float(deal.get("amount_usd") or 0) for deal in deals),
        opened_at=tuple(sorted(at for at, _ in opened)),
        reports=tuple(sorted({*opened, *written})),
    )


def recent_accounts(affected: Sequence[AccountInput], policy: Policy, now: datetime) -> tuple[str, ...]:
    """E-PATTERN: accounts that opened a ticket of their own within the window."""
    since = now - timedelta(days=policy.pattern.window_days)
    return tuple(account.name for account in affected if account.tickets and _opened_after(account, since))


def _opened_after(account: AccountInput, since: datetime) -> bool:
    return any(at >= since for at in account.opened_at)


def general_figures(
    affected: Sequence[AccountInput], evidence: Evidence, policy: Policy, now: datetime
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
    zone = zone_of_all([evidence.account(account.name) for account in affected], policy)
    figures += [*_user_figures(affected), *_revenue_figures(affected, evidence), *_report_figures(affected, zone)]
    reports = sorted(report for account in affected for report in account.reports)
    if reports:
        since, ref = reports[0]
        waited = f"{duration_words(now - since)} since the first report ({time_words(since, zone)})"
        figures.append(figure("queue", "time in queue", waited, (ref,)))
    else:
        unknown = "unknown: no dated report of an affected account was found; ask who reported it"
        figures.append(figure("queue", "time in queue", unknown, ()))
    recent = recent_accounts(affected, policy, now)
    days = policy.pattern.window_days
    text = f"{count_words(len(recent), 'account')} with a ticket of their own opened in the last {days} days"
    text += f": {', '.join(recent)}" if recent else ""
    refs = tuple(ref for account in affected if account.name in recent for ref in account.tickets)
    figures.append(figure("pattern", f"accounts in {days} days", text, refs))
    return figures


def _user_figures(affected: Sequence[AccountInput]) -> list[Figure]:
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


def _report_figures(affected: Sequence[AccountInput], zone: ZoneInfo) -> list[Figure]:
    """The first and the last time that an affected account reported the issue."""
    every = sorted((at, ref, account.name) for account in affected for at, ref in account.reports)
    if not every:
        return []
    (first_at, first_ref, first), (last_at, last_ref, last) = every[0], every[-1]
    if first_at == last_at:
        text = f"{time_words(first_at, zone)} ({first}), the only report on record"
    else:
        text = f"{time_words(first_at, zone)} ({first}) to {time_words(last_at, zone)} ({last})"
    return [figure("reports", "first and last report", text, tuple(dict.fromkeys([first_ref, last_ref])))]


def _revenue_figures(affected: Sequence[AccountInput], evidence: Evidence) -> list[Figure]:
    known = [account for account in affected if account.arr_usd is not None]
    unknown = [account.name for account in affected if account.arr_usd is None]
    inputs = tuple(account.crm_ref for account in known if account.crm_ref)
    if not known:
        reason = "the CRM could not be read" if "crm" not in evidence.connected else "the CRM holds no figure"
        return [figure("arr", "ARR of the affected accounts", f"unknown: {reason}; ask the account owner", ())]
    again = [account for account in known if account.still == "no"] if any(one.still != "no" for one in known) else []
    at_risk = [account for account in known if account not in again]
    if len(at_risk) > 1:
        text = f"{money_words(sum(account.arr_usd or 0 for account in at_risk))} ARR in all: {_each_arr(at_risk)}"
    else:
        text = f"{money_words(at_risk[0].arr_usd or 0)} ARR, {at_risk[0].name}{_renewal(at_risk[0])}"
    if again:
        text += f"; not counted, since it works again there: {_each_arr(again)}"
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


def _each_arr(accounts: Sequence[AccountInput]) -> str:
    return ", ".join(f"{account.name} {money_words(account.arr_usd or 0)}{_renewal(account)}" for account in accounts)


def _renewal(account: AccountInput) -> str:
    return f" (renewal {account.renewal})" if account.renewal else ""

"""E-*: when an issue needs attention beyond support."""

from collections.abc import Sequence
from datetime import datetime

from customer_escalation.decision.inputs import DecisionInput, SlaInput
from customer_escalation.decision.rules.rule import NO, Verdict, from_fact, rule
from customer_escalation.domain.evidence import name_key
from customer_escalation.domain.facts import Answer
from customer_escalation.domain.record_ids import shown_id
from customer_escalation.domain.states import state_of

PRODUCT_ACCOUNTS = 2
"""So many distinct accounts that need the same, or the opposite, make it a matter for Product (E-PRODUCT)."""


@rule("E-BUG")
def bug_confirmed(case: DecisionInput) -> Verdict:
    """A customer's word alone is 'suspected': one cited record must be ours."""
    fact = case.facts.bug_confirmed
    if fact.answer != "yes":
        return from_fact(fact)
    records, _ = case.evidence.resolve(fact.cites)
    if any(case.evidence.by_us(record) for record in records):
        return from_fact(fact)
    if any(case.evidence.author(record) == "unsaid" for record in records):
        because = "nobody can tell who wrote what stands behind it: suspected, not confirmed"
        return Verdict("unknown", because, tuple(fact.cites))
    return Verdict("no", "only the customer's word stands behind it: suspected, not confirmed", tuple(fact.cites))


@rule("E-INFRA")
def infrastructure(case: DecisionInput) -> Verdict:
    """Two accounts with something broken, or a record of ours that shows a host-side error."""
    fact = case.facts.infrastructure
    if fact.answer != "yes":
        return from_fact(fact)
    broken = [account for account in case.affected if account.impact != "asks_for_feature"]
    records, _ = case.evidence.resolve(fact.cites)
    if len(broken) >= case.policy.infrastructure.min_accounts or any(map(case.evidence.by_us, records)):
        return from_fact(fact)
    return Verdict("no", "one account only, and no record of ours shows a host-side error", tuple(fact.cites))


@rule("E-DATA")
def data_harmed(case: DecisionInput) -> Verdict:
    """Stored data only; a truncated export of intact data is a bug."""
    return from_fact(case.facts.data_harmed)


@rule("E-COMPLEX")
def beyond_support(case: DecisionInput) -> Verdict:
    """Needs deeper diagnosis than support can give."""
    return from_fact(case.facts.beyond_support)


@rule("E-DOWN")
def production_stopped(case: DecisionInput) -> Verdict:
    """A record must show it; urgency is not evidence."""
    return from_fact(case.facts.production_stopped)


@rule("E-SEC")
def security(case: DecisionInput) -> Verdict:
    """A credible report suffices."""
    fact = case.facts.security
    states: dict[str, Answer] = {"none": "no", "unknown": "unknown"}
    return Verdict(states.get(fact.level, "yes"), fact.why, tuple(fact.cites))


@rule("E-BIZ")
def business(case: DecisionInput) -> Verdict:
    """Churn counts for high-value accounts only; the other triggers count for any."""
    facts = case.facts
    triggers = (
        (facts.executive_requested, "executive involvement is asked for"),
        (facts.policy_exception, "a policy exception is needed"),
        (facts.pr_or_legal_risk, "there is PR or legal risk"),
    )
    churn = _churn(case) if facts.churn_threat.answer == "yes" else from_fact(facts.churn_threat)
    if churn.state == "unknown" and case.affected and all(one.high_value is False for one in case.affected):
        churn = NO  # whatever they say of leaving, it counts for high-value accounts alone
    fired = [(_reason(words, fact.why), tuple(fact.cites)) for fact, words in triggers if fact.answer == "yes"]
    if churn.state == "yes":
        fired.insert(0, (churn.because, churn.refs))
    if fired:
        refs = tuple(dict.fromkeys(ref for _, cites in fired for ref in cites))
        return Verdict("yes", "; ".join(reason for reason, _ in fired), refs)
    unknown = [fact.why for fact, _ in triggers if fact.answer == "unknown"]
    if churn.state == "unknown" or unknown:
        return Verdict("unknown", churn.because or next(iter(unknown), ""), churn.refs)
    return churn


def _churn(case: DecisionInput) -> Verdict:
    fact = case.facts.churn_threat
    records, _ = case.evidence.resolve(fact.cites)
    named = {name_key(case.evidence.customer_of(record)) for record in records}
    at_risk = [account for account in case.affected if name_key(account.name) in named] or list(case.affected)
    if any(account.high_value for account in at_risk):
        return Verdict("yes", _reason("a high-value customer may leave", fact.why), tuple(fact.cites))
    if any(account.high_value is None for account in at_risk) or not at_risk:
        return Verdict("unknown", "a customer may leave, and whether it is high-value is unknown", tuple(fact.cites))
    return Verdict("no", "a customer may leave, and it is not a high-value one", tuple(fact.cites))


@rule("E-SLA")
def sla(case: DecisionInput) -> Verdict:
    """Computed from timestamps, the account's SLA and now; never from what anybody says.

    Only windows that are still open count: an answer that came late in the past is shown, and escalating mends nothing.
    """
    if case.late:
        return Verdict("yes", late_words(case.late), tuple(clock.figure for clock in case.late))
    if "crm" not in case.evidence.connected and case.affected:
        return Verdict("unknown", "the CRM, which holds the SLA, could not be read")
    if case.unclocked:
        names = " and ".join(shown_id(ref.partition("/")[2]) or ref for ref in case.unclocked)
        return Verdict(
            "unknown", f"{names} could not be read to the end, so how its windows stand is not known", case.unclocked
        )
    return NO


def late_words(late: Sequence[SlaInput]) -> str:
    """``first response overdue for A and B; update nearly used up for C``."""
    groups: dict[str, list[str]] = {}
    for clock in late:
        state = "overdue" if clock.status == "breached" else "nearly used up"
        state += " if counted round the clock (the contract's own hours were not)" if clock.unread else ""
        groups.setdefault(f"{clock.kind.replace('_', ' ')} {state}", []).append(clock.account)
    return "; ".join(f"{what} for {' and '.join(dict.fromkeys(who))}" for what, who in groups.items())


@rule("E-PATTERN")
def pattern(case: DecisionInput) -> Verdict:
    """+1 messages and several tickets of one account do not count."""
    needed = case.policy.pattern.min_customers
    days = case.policy.pattern.window_days
    if len(case.recent) >= needed:
        return Verdict(
            "yes", f"{len(case.recent)} accounts opened a ticket of their own within {days} days", ("figures/pattern",)
        )
    return NO


@rule("E-PRODUCT")
def product_alone(case: DecisionInput) -> Verdict:
    """A design decision or a feature need, tracked as open, or stated by several accounts or by a high-value one."""
    fact = case.facts.feature_gap
    if fact.answer != "yes":
        return from_fact(fact)
    refs = tuple(fact.cites)
    items = [case.evidence.item_of(record) for record in case.evidence.resolve(fact.cites)[0]]
    issues = [item for item in items if item.data.get("kind") == "issue" and state_of(item) != "closed"]
    tracked = [item for item in issues if state_of(item)]
    if tracked:
        return Verdict("yes", f"{tracked[0].id} awaits a decision of Product", refs)
    accounts = case.affected
    if len(accounts) >= PRODUCT_ACCOUNTS:
        return Verdict("yes", f"{len(accounts)} accounts need it, and only Product can settle it", refs)
    if any(account.high_value for account in accounts):
        return Verdict("yes", "a high-value account needs it, and only Product can settle it", refs)
    if any(account.high_value is None for account in accounts):
        return Verdict("unknown", "whether the account that needs it is high-value is unknown", refs)
    if issues:
        return Verdict("unknown", f"whether {issues[0].id} still awaits a decision is unknown", refs)
    shared = case.facts.need_shared
    if shared.answer != "no":
        return Verdict(
            shared.answer, shared.why or "whether the need is tracked or shared is unknown", (*refs, *shared.cites)
        )
    return Verdict("no", "one account that is not high-value asks for it, and nothing tracks it", refs)


@rule("E-RECUR")
def recurred(case: DecisionInput) -> Verdict:
    """The cited records must lie in that order: one of ours that declares it fixed, then a newer report."""
    fact = case.facts.recurred_after_fix
    if fact.answer != "yes":
        return from_fact(fact)
    records, _ = case.evidence.resolve(fact.cites)
    moments = [(case.evidence.at(record), case.evidence.by_us(record)) for record in records]
    fixes = [at for at, ours in moments if at and ours]
    reports = [at for at, _ in moments if at]
    if fixes and max(reports, default=datetime.max.replace(tzinfo=case.now.tzinfo)) > min(fixes):
        return from_fact(fact)
    return Verdict("no", "no cited report is newer than a cited record that declares it fixed", tuple(fact.cites))


@rule("E-TREND")
def trend(case: DecisionInput) -> Verdict:
    """A suggestion."""
    return from_fact(case.facts.worsening)


def _reason(words: str, why: str) -> str:
    return f"{words}: {why}" if why else words

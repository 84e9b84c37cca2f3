"""By when an escalation has to be answered, from what is dated: an SLA's window, a renewal or a deal, else our own rhythm."""

from datetime import datetime, timedelta

from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.rules import Decision
from customer_escalation.domain.draft import Deadline
from customer_escalation.domain.evidence import field, open_deals, parse_moment
from customer_escalation.domain.formatting import time_words
from customer_escalation.domain.outcomes import Severity, Target
from customer_escalation.domain.prose import cite
from customer_escalation.sla.cadence import next_customer_update
from customer_escalation.sla.calendar import team_calendar
from skill_runtime.ledger import Record

RENEWAL_DAYS = 92
"""A renewal this near sets a date for a decision."""


def deadline(case: DecisionInput, decision: Decision) -> Deadline:
    """The nearest of what is dated and fits the team; else the next customer update, which a critical matter never waits past."""
    dated, update = _window(case) or _dated_record(case, decision), _update(case, decision)
    urgent = decision.severity == Severity.CRITICAL and dated is not None and _moment(update) < _moment(dated)
    return update if dated is None or urgent else dated


def _moment(one: Deadline) -> datetime:
    found = parse_moment(one.by)
    assert found is not None
    return found


def _window(case: DecisionInput) -> Deadline | None:
    """The first window of an SLA that ends after now; none where one has ended already, because then it is due now."""
    if any(clock.status == "breached" for clock in case.late):
        return None
    running = [clock for clock in case.sla if clock.running and clock.due_at and clock.due_at > case.now]
    first = min(running, key=lambda clock: clock.due_at or case.now, default=None)
    if first is None or first.due_at is None:
        return None
    what = f"the {first.kind.replace('_', ' ')} that {first.account} is owed by its SLA"
    what += ", counted round the clock: its contract's own hours were not" if first.unread else ""
    text = cite(f"{time_words(first.due_at)}, {what}", [first.figure])
    return Deadline(by=first.due_at.isoformat(), text=text, basis="sla")


def _dated_record(case: DecisionInput, decision: Decision) -> Deadline | None:
    """The nearest deal or renewal of an affected account, where a decision is asked for."""
    if decision.target not in (Target.PRODUCT, Target.LEADERSHIP):
        return None
    dated: list[tuple[datetime, str, str, Record]] = []
    for record in filter(None, (case.evidence.account(account.name) for account in case.affected)):
        name = field(record, "name")
        for deal in open_deals(record):
            close = parse_moment(deal.get("close"))
            if close and close > case.now:
                dated.append((close, str(deal.get("close")), f"a deal of {name} closes", record))
        renewal = parse_moment(field(record, "renewal"))
        if renewal and case.now < renewal <= case.now + timedelta(days=RENEWAL_DAYS):
            dated.append((renewal, field(record, "renewal"), f"renewal of {name}", record))
    if not dated:
        return None
    _, by, what, record = min(dated, key=lambda item: item[0])
    return Deadline(by=by, text=cite(f"{by}, {what}", [record.ref]), basis="record")


def _update(case: DecisionInput, decision: Decision) -> Deadline:
    assert decision.severity is not None
    due = next_customer_update(decision.severity, case.now, team_calendar(case.policy), case.policy).due_at
    moment = max(due, case.now + timedelta(minutes=1)).replace(microsecond=0)
    return Deadline(
        by=moment.isoformat(), text=f"{time_words(moment)}, an update that support can pass on", basis="proposed"
    )

"""When an open escalation is due: the team's next check, and per ticket the next word to the customer (Clocks, cadence)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from customer_escalation.cases.severity_held import SeverityStep
from customer_escalation.decision.figures.contract import Contract, contract_of
from customer_escalation.decision.figures.tickets import clocks_of, ticket_view
from customer_escalation.decision.figures.windows import runs_round_the_clock
from customer_escalation.decision.inputs import AccountInput, DecisionInput
from customer_escalation.domain.outcomes import Severity
from customer_escalation.domain.times import in_utc
from customer_escalation.followups.standing import Standing
from customer_escalation.sla.cadence import Window, next_customer_update, next_internal_followup
from customer_escalation.sla.calendar import team_calendar
from customer_escalation.sla.clocks import MessageTimes, TicketTimes, last_agent_update, waiting_since

Whom = Literal["team", "customer"]
State = Literal["overdue", "due", "next"]
NEVER_ANSWERED = "never answered"


@dataclass(frozen=True)
class DueItem:
    """Something that has to be done for an open escalation."""

    whom: Whom
    account: str
    """Whose customer hears; empty for the team."""
    ticket: str
    """Ref; empty for the team, and for an account without an open ticket of its own."""
    opens_at: datetime
    """Not before; UTC."""
    due_at: datetime
    """Not later; UTC."""
    why: str
    """What makes it due then, in words."""
    zone: ZoneInfo
    """On whose clock it is told."""

    def state(self, now: datetime) -> State:
        """``overdue`` from its moment on, ``due`` while its window is open, else ``next``."""
        if self.due_at <= now:
            return "overdue"
        return "due" if self.opens_at <= now else "next"

    @property
    def key(self) -> str:
        """What stays the same however often it is done: whom it concerns."""
        return self.whom if self.whom == "team" else f"{self.whom}:{self.ticket or self.account}"


def due_items(standing: Standing) -> tuple[DueItem, ...]:
    """What is due next of an escalation, the most urgent first."""
    found = [team_check(standing), *customer_updates(standing)]
    return tuple(sorted(found, key=lambda item: (item.due_at, item.whom, item.ticket)))


def team_check(standing: Standing) -> DueItem:
    """When to ask the receiving team for progress next, counted from the last time that it was done, or from the brief."""
    calendar, inputs = team_calendar(standing.policy, standing.target), standing.inputs
    always = inputs is not None and runs_round_the_clock(inputs)
    begins = standing.last("asked_team") or standing.since

    def window(severity: Severity) -> Window:
        return next_internal_followup(severity, begins, calendar, standing.policy, round_the_clock=always)

    opens, due, why = _over(standing.steps, begins, window)
    return DueItem("team", "", "", opens, due, why, calendar.tz)


def customer_updates(standing: Standing) -> list[DueItem]:
    """For each affected account, and each of its open tickets, when it hears from us next."""
    inputs = standing.inputs
    if inputs is None or not inputs.affected:
        return [_by_result(standing)]
    return [item for account in inputs.affected for item in _of_account(standing, inputs, account)]


def _of_account(standing: Standing, inputs: DecisionInput, account: AccountInput) -> Iterator[DueItem]:
    contract = contract_of(inputs.evidence.account(account.name), standing.policy, inputs.contracts)
    views = [ticket_view(inputs.evidence, ticket, inputs.aside) for ticket in inputs.evidence.tickets(account.tickets)]
    if not account.tickets:
        opens, due, why = _cadence(standing, contract, standing.last("told_customer"))
        yield DueItem("customer", account.name, "", opens, due, why, contract.calendar.tz)
    for view in views:
        if view.is_open:
            yield _of_ticket(standing, contract, account.name, _with_told(view, standing))


def _of_ticket(standing: Standing, contract: Contract, account: str, view: TicketTimes) -> DueItem:
    """The earliest of cadence, update window and open first response; at once for a customer who was never answered."""
    now, told = standing.now, last_agent_update(view, standing.now)
    if told is None and (waits := waiting_since(view, now)):
        since = max(standing.since, in_utc(waits.since))
        return DueItem("customer", account, view.ref, since, since, NEVER_ANSWERED, contract.calendar.tz)
    opens, due, why = _cadence(standing, contract, told.at if told else None)
    for clock in clocks_of(view, contract, now):
        if clock.kind != "resolution" and clock.running and clock.due_at and clock.due_at < due:
            due, why = clock.due_at, f"the SLA's {clock.kind.replace('_', ' ')} window"
    return DueItem("customer", account, view.ref, min(opens, due), due, why, contract.calendar.tz)


def _with_told(view: TicketTimes, standing: Standing) -> TicketTimes:
    """The ticket with the word that was given since, where the records do not show it yet."""
    at = standing.last("told_customer", view.ref)
    if at is None:
        return view
    told = MessageTimes(ref=view.ref, at=at, role="agent", author="")
    return replace(view, messages=(*view.messages, told))


def _cadence(standing: Standing, contract: Contract, told: datetime | None) -> tuple[datetime, datetime, str]:
    """By cadence alone, counted from our last word since the brief, or from the brief."""
    begins, terms = max(standing.since, told or standing.since), contract.terms

    def window(severity: Severity) -> Window:
        return next_customer_update(
            severity, begins, contract.calendar, standing.policy, terms.update_h if terms else None,
            round_the_clock=terms is not None and terms.hours == "round_the_clock",
            sla_in_business_hours=terms is not None and terms.hours == "business",
        )  # fmt: skip

    return _over(standing.steps, begins, window)


def _over(
    steps: Sequence[SeverityStep], begins: datetime, window: Callable[[Severity], Window]
) -> tuple[datetime, datetime, str]:
    """The window under the severities that held since ``begins``.

    One that rose makes it due earlier, but not before the moment at which it rose; one that came down, later.
    """
    first = max((number for number, step in enumerate(steps) if step.since <= begins), default=0)
    found = window(steps[first].severity)
    opens, due, why = found.opens_at, found.due_at, found.explanation
    held = steps[first].severity
    for step in steps[first + 1 :]:
        found = window(step.severity)
        if step.severity.rank > held.rank:
            opens, due = min(opens, max(found.opens_at, step.since)), min(due, max(found.due_at, step.since))
        else:
            opens, due = found.opens_at, found.due_at
        why, held = found.explanation, step.severity
    return opens, due, why


def _by_result(standing: Standing) -> DueItem:
    """The customers of a case whose facts were not kept, as its brief says it."""
    told, due = standing.last("told_customer"), standing.result.first_due("customer")
    owed = standing.result.agreed(standing.policy)
    opens, why = due, "as the brief says"
    if told is not None:
        window = next_customer_update(
            standing.severity, told, owed.calendar, standing.policy, owed.update_h,
            round_the_clock=owed.round_the_clock, sla_in_business_hours=owed.in_business_hours,
        )  # fmt: skip
        opens, due, why = window.opens_at, window.due_at, window.explanation
    return DueItem("customer", ", ".join(standing.result.accounts), "", opens, due, why, owed.calendar.tz)


def until(item: DueItem, now: datetime) -> timedelta:
    """How long until it is due; negative where it is overdue."""
    return item.due_at - now

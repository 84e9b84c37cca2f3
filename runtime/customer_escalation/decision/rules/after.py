"""DE1 to DE4, DE-ACT and C-ACT: when an escalation may come down again, and what is done meanwhile and at the end.

A de-escalation is only ever proposed; a person confirms it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from customer_escalation.decision.rules.rule import NO, Firing, Verdict
from customer_escalation.domain.facts import Fact
from customer_escalation.domain.outcomes import Severity
from customer_escalation.domain.rule_registry import carries_out
from customer_escalation.domain.rules import RULE_TABLE
from customer_escalation.policy import Policy
from customer_escalation.sla.cadence import quiet_until
from customer_escalation.sla.calendar import BusinessCalendar

FOLLOW_UP = (
    "Check with the receiving team for progress.",
    "Update the customer, also when there is no news.",
    "Assess the severity again, both ways.",
    "Log the update in the ticket.",
)
"""At every follow-up (C-ACT)."""
CLOSING = (
    "Confirm with the customer that it is resolved.",
    "Update the internal tracking.",
    "Write down what was learned.",
)
"""When it is resolved (C-ACT)."""
DEESCALATING = {
    "notify_team": "Notify the team that it was escalated to.",
    "update_ticket": "Update the ticket with the resolution.",
    "inform_customer": "Inform the customer of the resolution.",
    "record_learning": "Record what was learned.",
}
"""All four, when it comes down (DE-ACT)."""


@dataclass(frozen=True)
class Later:
    """What is known about an open escalation at a later moment; every fact cites its records."""

    severity: Severity
    """As it was escalated."""
    reassessed: Severity | None
    """What the rules say of the facts as they stand now; None where support would handle it."""
    support_resolvable_cause: Fact
    """A root cause is found that support can resolve."""
    workaround_unblocks: Fact
    resolved_by_itself: Fact
    customer_confirmed: Fact
    root_cause: str
    """In words; empty while unknown."""
    changed_at: datetime
    """When the cause or the workaround was found."""
    last_complaint_at: datetime | None
    """When a customer last reported the problem; None where nobody did."""
    now: datetime


def confirmed_or_quiet(later: Later, calendar: BusinessCalendar, policy: Policy) -> Verdict:
    """Did the customer agree, or stay quiet for the policy's number of update intervals?"""
    if later.customer_confirmed.answer == "yes":
        return Verdict("yes", "the customer confirmed it", tuple(later.customer_confirmed.cites))
    since = max(later.changed_at, later.last_complaint_at or later.changed_at)
    until = quiet_until(later.severity, since, calendar, policy)
    if later.now >= until:
        intervals = policy.de_escalation.quiet_update_intervals
        return Verdict("yes", f"the customer was quiet for {intervals} update intervals")
    return Verdict("no", f"the customer has not confirmed it, and is quiet long enough only at {until.isoformat()}")


Proposing = Callable[[Later, BusinessCalendar, Policy], Verdict]
DEESCALATION: dict[str, Proposing] = {}
"""What proposes that an escalation comes down, by the rule's id."""


def deescalation(rule_id: str) -> Callable[[Proposing], Proposing]:
    """Register a function that proposes it, under its rule's id. Raises ``ValueError`` for an unknown id."""

    def register(proposing: Proposing) -> Proposing:
        DEESCALATION[rule_id] = carries_out(rule_id)(proposing)
        return proposing

    return register


@deescalation("DE1")
def support_resolvable(later: Later, calendar: BusinessCalendar, policy: Policy) -> Verdict:
    """Proposed once the customer agrees or stays quiet."""
    return _agreed(later.support_resolvable_cause, later, calendar, policy)


@deescalation("DE2")
def unblocked(later: Later, calendar: BusinessCalendar, policy: Policy) -> Verdict:
    """Proposed once the customer agrees or stays quiet."""
    return _agreed(later.workaround_unblocks, later, calendar, policy)


@deescalation("DE3")
def resolved_by_itself(later: Later, calendar: BusinessCalendar, policy: Policy) -> Verdict:
    """Proposed at once; the reason carries the cause or its absence."""
    fact = later.resolved_by_itself
    if fact.answer != "yes":
        return Verdict(fact.answer, fact.why, tuple(fact.cites))
    cause = f"root cause: {later.root_cause}" if later.root_cause else "root cause unknown, to be documented as such"
    return Verdict("yes", f"it resolved by itself; {cause}", tuple(fact.cites))


@deescalation("DE4")
def severity_changed(later: Later, calendar: BusinessCalendar, policy: Policy) -> Verdict:
    """Up or down; down to support's own handling too."""
    if later.reassessed == later.severity:
        return NO
    now = f"{later.reassessed.value} now" if later.reassessed else "support's to handle now"
    return Verdict("yes", f"{later.severity.value} when it was escalated, {now}", floor=later.reassessed or "")


def propose_deescalation(later: Later, calendar: BusinessCalendar, policy: Policy) -> tuple[Firing, ...]:
    """What each rule says; the ones with state ``yes`` are proposed to a person."""
    verdicts = {rule: check(later, calendar, policy) for rule, check in DEESCALATION.items()}
    return tuple(
        Firing(rule, RULE_TABLE[rule].level, verdict.state, verdict.because, verdict.refs, verdict.floor)
        for rule, verdict in verdicts.items()
    )


@carries_out("DE-ACT")
def still_to_do(done: Iterable[str]) -> tuple[str, ...]:
    """What is left of the four; ``done`` holds keys of ``DEESCALATING``. Raises ``ValueError`` for another key."""
    finished = set(done)
    if unknown := finished - set(DEESCALATING):
        raise ValueError(f"not among the four: {', '.join(sorted(unknown))}")
    return tuple(words for key, words in DEESCALATING.items() if key not in finished)


@carries_out("C-ACT")
def follow_up_actions(*, resolved: bool) -> tuple[str, ...]:
    """What to do at a follow-up, or when it is resolved."""
    return CLOSING if resolved else FOLLOW_UP


def _agreed(fact: Fact, later: Later, calendar: BusinessCalendar, policy: Policy) -> Verdict:
    if fact.answer != "yes":
        return Verdict(fact.answer, fact.why, tuple(fact.cites))
    agreed = confirmed_or_quiet(later, calendar, policy)
    because = f"{fact.why}; {agreed.because}" if fact.why else agreed.because
    return Verdict(agreed.state, because, (*fact.cites, *agreed.refs))

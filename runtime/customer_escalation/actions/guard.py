"""Who may approve what, and how many it takes: by policy (P1).

A name is what a person says it is, on a laptop as in an assistant. So this keeps colleagues from acting alone by mistake; it is no
proof of who somebody is.
"""

from datetime import timedelta

from customer_escalation.actions.table import KINDS
from customer_escalation.domain.evidence import name_key
from customer_escalation.domain.outcomes import Target
from customer_escalation.domain.rule_registry import carries_out
from customer_escalation.policy import Policy

TO_CUSTOMERS = frozenset(row.id for row in KINDS.values() if row.leaves_house)
"""Kinds of actions whose text a customer reads."""


def lasts(policy: Policy) -> timedelta:
    """How long a yes counts."""
    return timedelta(hours=policy.guard.approval_hours)


@carries_out("P1")
def persons_needed(kind: str, owner: Target | None, policy: Policy) -> int:
    """How many different persons have to say yes to an action of this kind on a case of ``owner``."""
    return 2 if kind in TO_CUSTOMERS and owner in policy.guard.owners_with_two_persons else 1


@carries_out("P1")
def not_allowed(kind: str, by: str, policy: Policy) -> str:
    """Why this person may not approve an action of this kind, in a sentence; empty where they may."""
    named = policy.guard.approvers.of(kind)
    if not named or name_key(by) in map(name_key, named):
        return ""
    return f"By your policy (guard.approvers.{kind}) {' or '.join(named)} may approve this, not {by}."

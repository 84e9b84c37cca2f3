"""T1 to T6: what each team's brief must hold beside the sections that all have."""

from collections.abc import Iterator

from customer_escalation.domain.brief import Severity, Target
from customer_escalation.review.check import Fault, View, check

DIRECT = (Target.SECURITY, Target.LEADERSHIP)
"""Targets that any tier may go to."""


@check("T1")
def for_l2(view: View) -> Iterator[Fault]:
    """Replies count as steps."""
    if view.escalation and view.decision.target == Target.L2 and not view.escalation.tried:
        yield Fault("tried", "L2 Support needs what was tried and its result, replies included.")


@check("T2")
def for_engineering(view: View) -> Iterator[Fault]:
    """Status and steps agree, and a failed reproduction names its attempts."""
    if view.escalation is None or view.decision.target != Target.ENGINEERING:
        return
    repro = view.escalation.reproduction
    if repro.status in ("reproduced", "reported") and not repro.steps:
        yield Fault("reproduction.steps", "Steps are missing; without any, the status is 'not_reproduced'.")
    if repro.status == "not_reproduced" and repro.steps:
        yield Fault("reproduction.status", "Steps are given, so the status is 'reported' or 'reproduced'.")
    if repro.status == "not_reproduced" and not view.escalation.tried:
        yield Fault("tried", "“Not reproduced” needs the attempts: list what was tried, replies included.")


@check("T3")
def for_product(view: View) -> Iterator[Fault]:
    """Either way it is said."""
    if view.escalation and view.decision.target == Target.PRODUCT and not view.escalation.competitive_pressure:
        yield Fault("competitive_pressure", "Product needs the competitive pressure, or that none is recorded.")


@check("T4")
def for_security(view: View) -> Iterator[Fault]:
    """Either way it is said."""
    if view.escalation and view.decision.target == Target.SECURITY and not view.escalation.containment:
        yield Fault("containment", "Security needs the containment taken so far, or that none is recorded.")


@check("T5")
def for_leadership(view: View) -> Iterator[Fault]:
    """Replies count as steps."""
    if view.escalation and view.decision.target == Target.LEADERSHIP and not view.escalation.tried:
        yield Fault("tried", "Leadership needs what was tried and its result, replies included.")


@check("T6")
def through_l2(view: View) -> Iterator[Fault]:
    """A reminder, where the author's level is known."""
    decision = view.decision
    direct = decision.target in (*DIRECT, Target.L2) or decision.severity == Severity.CRITICAL
    if view.escalation and view.context.author_level == "L1" and decision.target and not direct:
        yield Fault("", f"From L1 this normally goes through L2 Support before {decision.target.value}.")

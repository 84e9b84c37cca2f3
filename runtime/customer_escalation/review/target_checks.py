"""T1 to T6: what each team's brief must hold beside the sections that all have."""

from collections.abc import Iterator

from customer_escalation.domain.outcomes import Severity, Target
from customer_escalation.domain.template import WORKFLOW, reproduction_of, under
from customer_escalation.domain.written import WrittenEscalation
from customer_escalation.review.check import Fault, ReviewInput, check

DIRECT = (Target.SECURITY, Target.LEADERSHIP)
"""Targets that any tier may go to."""


@check("T1")
def for_l2(view: ReviewInput) -> Iterator[Fault]:
    """Replies count as steps; where nothing at all was done there is none to name."""
    if view.escalation is None or view.decision.target != Target.L2 or view.escalation.tried:
        return
    tickets = view.case.evidence.tickets([ref for account in view.case.affected for ref in account.tickets])
    if any(view.case.evidence.by_us(message) for ticket in tickets for message in view.case.evidence.messages(ticket)):
        yield Fault("tried", "L2 Support needs what was tried and its result, replies included.")


@check("T2")
def for_engineering(view: ReviewInput) -> Iterator[Fault]:
    """What happens is told with steps, or with a line that says why there are none."""
    if view.escalation is None or view.decision.target != Target.ENGINEERING:
        return
    repro = reproduction_of(view.escalation.reproduction)
    if not repro.steps and not repro.note:
        message = "Give the steps on record, or say that nobody repeated it or that there is nothing to reproduce."
        yield Fault("reproduction", message)


@check("T3")
def for_product(view: ReviewInput) -> Iterator[Fault]:
    """The accounts are computed; what they need it for is written."""
    if view.escalation and view.decision.target == Target.PRODUCT and not under(view.escalation.impact, WORKFLOW):
        yield Fault("impact", "Product needs what the customers want to do and cannot.")


@check("T4")
def for_security(view: ReviewInput) -> Iterator[Fault]:
    """Either way it is said."""
    draft = view.escalation
    if draft is None or view.decision.target != Target.SECURITY:
        return
    if not (draft.contained if isinstance(draft, WrittenEscalation) else draft.containment):
        index = " The index names where the document says it." if view.is_written else ""
        yield Fault("containment", f"Security needs the containment taken so far, or that none is on record.{index}")


@check("T5")
def for_leadership(view: ReviewInput) -> Iterator[Fault]:
    """At least one ask of theirs decides or approves."""
    draft = view.escalation
    if draft is None or view.decision.target != Target.LEADERSHIP:
        return
    verbs = {view.policy.asks.verb_of(ask.kind) for ask in draft.asks if ask.team == Target.LEADERSHIP}
    if verbs.isdisjoint({"decide", "approve", "prioritise"}):
        yield Fault(
            "asks", "Leadership is asked to decide, approve or prioritise something: say what, with the options."
        )


@check("T6")
def through_l2(view: ReviewInput) -> Iterator[Fault]:
    """A reminder, where the author's level is known."""
    decision = view.decision
    direct = decision.target in (*DIRECT, Target.L2) or decision.severity == Severity.CRITICAL
    if view.escalation and view.context.author_level == "L1" and decision.target and not direct:
        yield Fault("", f"From L1 this normally goes through L2 Support before {decision.target.value}.")

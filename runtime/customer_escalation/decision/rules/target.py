"""T1 to T5: which teams an escalation concerns. T0, in ``decide``, makes one of them the owner."""

from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.rules.escalate import (
    beyond_support,
    bug_confirmed,
    business,
    data_harmed,
    infrastructure,
    late_words,
    production_stopped,
    recurred,
    security,
)  # fmt: skip
from customer_escalation.decision.rules.rule import NO, Verdict, rule


@rule("T4")
def security_team(case: DecisionInput) -> Verdict:
    """Bypasses every tier."""
    return security(case)


@rule("T5")
def leadership(case: DecisionInput) -> Verdict:
    """Any leadership trigger."""
    verdict = business(case)
    if verdict.state == "yes":
        return verdict
    decision = case.facts.cross_functional_decision
    if decision.answer == "yes":
        return Verdict(
            "yes", f"a cross-functional decision is needed: {decision.why}".rstrip(": "), tuple(decision.cites)
        )
    breached = [clock for clock in case.late if clock.status == "breached" and clock.high_value]
    if breached:
        known = any(not clock.unread for clock in breached)
        because = f"SLA {'breached on' if known else 'of'} a high-value account: {late_words(breached)}"
        return Verdict("yes", because, tuple(clock.figure for clock in breached))
    return NO if verdict.state == "no" else verdict


@rule("T2")
def engineering(case: DecisionInput) -> Verdict:
    """Anything that somebody must find or repair in the product or its systems."""
    change = case.facts.code_change_needed
    for verdict in (
        data_harmed(case), production_stopped(case), bug_confirmed(case), infrastructure(case), recurred(case),
        Verdict(change.answer, change.why or "a code change is needed", tuple(change.cites)),
    ):  # fmt: skip
        if verdict.state == "yes":
            return verdict
    return NO


@rule("T3")
def product(case: DecisionInput) -> Verdict:
    """A need that the product, working as built, does not meet."""
    fact = case.facts.feature_gap
    return Verdict(fact.answer, fact.why, tuple(fact.cites))


@rule("T1")
def l2_support(case: DecisionInput) -> Verdict:
    """Beyond frontline support and nothing more."""
    return beyond_support(case)

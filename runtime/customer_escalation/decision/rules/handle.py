"""H1 to H5: when an issue is support's own to resolve."""

from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.rules.rule import Verdict, from_fact, rule


@rule("H1")
def documented_solution(case: DecisionInput) -> Verdict:
    """Fires on a solution documented before this case."""
    return from_fact(case.facts.documented_solution)


@rule("H2")
def configuration(case: DecisionInput) -> Verdict:
    """Fires on a configuration matter."""
    return from_fact(case.facts.support_can_configure)


@rule("H3")
def guidance(case: DecisionInput) -> Verdict:
    """Fires on a need for guidance."""
    return from_fact(case.facts.guidance_only)


@rule("H4")
def known_limitation(case: DecisionInput) -> Verdict:
    """Fires on a limitation that has a documented alternative, loved or not."""
    return from_fact(case.facts.known_limitation_with_alternative)


@rule("H5")
def similar_solved(case: DecisionInput) -> Verdict:
    """Supports H1 to H4; decides nothing alone."""
    return from_fact(case.facts.similar_solved_in_support)

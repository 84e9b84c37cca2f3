"""H1 to H5: when an issue is support's own to resolve."""

from customer_escalation.decision.inputs import Case
from customer_escalation.decision.rules.rule import Verdict, from_fact, rule


@rule("H1", "handle", "H", "The issue has a documented solution or known workaround that was not yet tried and failed.")
def documented_solution(case: Case) -> Verdict:
    """Fires on a solution documented before this case."""
    return from_fact(case.facts.documented_solution)


@rule("H2", "handle", "H", "It is a configuration or setup issue that support can resolve.")
def configuration(case: Case) -> Verdict:
    """Fires on a configuration matter."""
    return from_fact(case.facts.support_can_configure)


@rule("H3", "handle", "H", "The customer needs guidance or training, not a fix.")
def guidance(case: Case) -> Verdict:
    """Fires on a need for guidance."""
    return from_fact(case.facts.guidance_only)


@rule("H4", "handle", "H", "The issue is a known limitation with a documented alternative.")
def known_limitation(case: Case) -> Verdict:
    """Fires on a limitation that has a documented alternative, loved or not."""
    return from_fact(case.facts.known_limitation_with_alternative)


@rule("H5", "handle", "W", "Previous similar tickets were resolved at the support level (never enough alone).")
def similar_solved(case: Case) -> Verdict:
    """Supports H1 to H4; decides nothing alone."""
    return from_fact(case.facts.similar_solved_in_support)

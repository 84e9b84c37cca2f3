"""What an action's text is once it may leave: reduced, and for a customer checked by P2, drafted or edited."""

from customer_escalation.actions import Proposal
from customer_escalation.actions.detectors.personal import known_people
from customer_escalation.actions.editing import WrongEdit
from customer_escalation.actions.guard import TO_CUSTOMERS
from customer_escalation.actions.reducing import reduced, regions_of
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.outcomes import Target
from customer_escalation.policy import Policy
from customer_escalation.review.customer_texts import customer_text_findings
from customer_escalation.review.customer_texts.questions import unread


def as_it_leaves(step: Proposal, owner: Target | None, evidence: Evidence, policy: Policy) -> Proposal:
    """The action with its text as it would go."""
    return reduced(step, owner, policy, known_people(evidence), regions_of(evidence))


def edited_as_it_leaves(
    step: Proposal, owner: Target | None, evidence: Evidence, policy: Policy
) -> tuple[Proposal, tuple[str, ...]]:
    """The same of an action that a person edited; and of a text for a customer what code doubts, and that nobody read what only language
    can tell of it. Raises ``WrongEdit`` where code is sure that it may not go.
    """
    anew = as_it_leaves(step, owner, evidence, policy)
    if step.kind not in TO_CUSTOMERS or policy.level("P2") == "off":
        return anew, ()
    found = customer_text_findings(anew.text, anew.destination, evidence, policy)
    if hard := [finding.message for finding in found if finding.level == "H"]:
        raise WrongEdit(f"This text may not go to the customer (P2). {' '.join(hard)}")
    return anew, (*(finding.message for finding in found), unread("").message)

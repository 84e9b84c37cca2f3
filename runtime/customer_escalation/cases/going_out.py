"""What an action's text is once it may leave: reduced, and for a customer checked by P2, drafted or edited."""

from collections.abc import Sequence

from customer_escalation.actions import Proposal
from customer_escalation.actions.detectors.personal import known_people
from customer_escalation.actions.editing import WrongEdit
from customer_escalation.actions.guard import TO_CUSTOMERS
from customer_escalation.actions.reducing import reduced, regions_of
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.findings import Finding
from customer_escalation.domain.outcomes import Target
from customer_escalation.policy import Policy
from customer_escalation.review.customer_texts import customer_text_findings
from customer_escalation.review.customer_texts.questions import unread


def as_it_leaves(step: Proposal, owner: Target | None, evidence: Evidence, policy: Policy) -> Proposal:
    """The action with its text as it would go."""
    return reduced(step, owner, policy, known_people(evidence), regions_of(evidence))


def later_as_it_leaves(
    step: Proposal, owner: Target | None, evidence: Evidence, policy: Policy, read: Sequence[str] | None = None
) -> Proposal:
    """The same of an action that is offered after the brief, whose texts no check of the brief read: beside one for a customer stands
    what code finds in it, and what a second model does (``read``), or that nobody read what only language can tell.
    """
    anew = as_it_leaves(step, owner, evidence, policy)
    if step.kind not in TO_CUSTOMERS or policy.level("P2") == "off":
        return anew
    said = (finding.message for finding in customer_text_findings(anew.text, anew.destination, evidence, policy))
    told = read if read is not None else [unread("").message]
    return anew.model_copy(update={"beware": tuple(dict.fromkeys((*anew.beware, *said, *told)))})


def may_not_go(step: Proposal, evidence: Evidence, policy: Policy) -> list[str]:
    """Why a text may not go to its customer, as far as code is sure (P2); empty where it may, and for what goes to nobody outside."""
    if step.kind not in TO_CUSTOMERS:
        return []
    found = customer_text_findings(step.text, step.destination, evidence, policy)
    return [finding.message for finding in found if finding.level == "H"]


def edited_as_it_leaves(
    step: Proposal, owner: Target | None, evidence: Evidence, policy: Policy
) -> tuple[Proposal, tuple[str, ...]]:
    """The same of an action that a person edited; and of a text for a customer what code doubts. Raises ``WrongEdit`` where code is
    sure that it may not go.
    """
    anew = as_it_leaves(step, owner, evidence, policy)
    if step.kind not in TO_CUSTOMERS or policy.level("P2") == "off":
        return anew, ()
    if hard := may_not_go(anew, evidence, policy):
        raise WrongEdit(f"This text may not go to the customer (P2). {' '.join(hard)}")
    found = customer_text_findings(anew.text, anew.destination, evidence, policy)
    return anew, tuple(finding.message for finding in found)


def contested_for(step: Proposal, findings: Sequence[Finding]) -> str:
    """Why a reader's findings keep a text from its customer, in sentences; empty where they do not. What colleagues read stays a
    person's own word: there they are warnings.
    """
    hard = [finding for finding in findings if finding.level == "H"] if step.kind in TO_CUSTOMERS else []
    rules = ", ".join(dict.fromkeys(finding.rule for finding in hard))
    return f"This text may not go to the customer ({rules}). {' '.join(one.message for one in hard)}" if hard else ""

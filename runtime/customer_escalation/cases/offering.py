"""The next steps that a finished brief offers, made with the records of its case."""

from collections.abc import Iterator, Sequence

from customer_escalation.actions import Proposal, propose
from customer_escalation.actions.internal_texts import Around, tickets_of
from customer_escalation.cases.going_out import as_it_leaves
from customer_escalation.cases.session import Casework
from customer_escalation.decision.figures import zone_of_case
from customer_escalation.domain.brief import Brief
from customer_escalation.domain.evidence import field
from customer_escalation.domain.facts import Assessment, Fact
from customer_escalation.domain.findings import Finding
from customer_escalation.rendering import Document, render_markdown
from customer_escalation.review.grounding.atoms import scan

OF_OTHER_CASES = frozenset({"documented_solution", "known_limitation_with_alternative", "similar_solved_in_support"})
"""Facts that stand on what was there before the case."""


def proposals_of(casework: Casework, brief: Brief, shown: Sequence[Finding]) -> list[Proposal]:
    """The next steps that fit the brief; ``shown`` are the findings that the brief itself names."""
    assert casework.case is not None
    assert casework.assessment is not None
    evidence = casework.evidence
    sent = render_markdown(Document(brief, evidence, shown, for_receiver=True))
    channels = {field(record, "channel") for record in evidence.of_kind("chat_message")}
    around = around_of(casework, brief)
    about = tuple(refs_behind(casework.assessment))
    zone = zone_of_case(casework.case)
    steps = propose(brief, sent, casework.policy, casework.now, zone, channels, around, about)
    return [as_it_leaves(step, brief.target, evidence, casework.policy) for step in steps]


def around_of(casework: Casework, brief: Brief) -> Around:
    """What of the records the texts for colleagues are made with."""
    figures = {figure.ref: figure.inputs for figure in brief.figures}
    return Around(casework.evidence, tickets_of(brief, casework.evidence), holds_money, figures)


def refs_behind(assessment: Assessment) -> Iterator[str]:
    """What the facts cite that are so and are of this very case."""
    for name in Assessment.model_fields:
        fact = getattr(assessment, name)
        if isinstance(fact, Fact) and fact.answer == "yes" and name not in OF_OTHER_CASES:
            yield from fact.cites
    for account in assessment.affected:
        yield from account.cites


def holds_money(sentence: str) -> bool:
    """Does an amount of money stand in it?"""
    return any(atom.kind == "money" for atom in scan(sentence)[0])

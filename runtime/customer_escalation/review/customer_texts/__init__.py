"""P2 on one text for one customer, drafted or edited by a person: what code can tell of it exactly.

An account's figures, tier and renewal, other customers, what is internal, links elsewhere and secrets have a form, in any language,
that can be held against the records. What only language can tell (a guess, a promise, a request for a password, a leak confirmed)
is asked of a reader (``questions``); without one a person is told that nobody read it.
"""

from collections.abc import Callable, Iterator

from customer_escalation.actions.detectors.secrets import secrets
from customer_escalation.actions.detectors.span import WORDS
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.findings import Finding
from customer_escalation.domain.rule_registry import carries_out
from customer_escalation.policy import Policy
from customer_escalation.review.customer_texts.amounts import amounts
from customer_escalation.review.customer_texts.internals import channels, ids, private_names, private_words
from customer_escalation.review.customer_texts.links import links
from customer_escalation.review.customer_texts.others import others
from customer_escalation.review.customer_texts.subject import CustomerText, Said
from customer_escalation.review.customer_texts.terms import terms

__all__ = ["LOOKS", "CustomerText", "Said", "customer_text_findings", "said_of"]


def secrets_in(text: CustomerText) -> Iterator[Said]:
    """Keys, tokens, passwords, card numbers."""
    for one in dict.fromkeys(WORDS[span.kind][0] for span in secrets(text.text)):
        yield Said(f"It holds a {one}; take it out.", "H")


LOOKS: tuple[Callable[[CustomerText], Iterator[Said]], ...] = (
    amounts, terms, others, channels, ids, private_words, private_names, links, secrets_in,
)  # fmt: skip
"""Every check, in the order in which what they find is told."""


def said_of(text: CustomerText) -> list[Said]:
    """What the checks find, each thing once."""
    return list(dict.fromkeys(one for look in LOOKS for one in look(text)))


@carries_out("P2")
def customer_text_findings(
    text: str, ticket: str, evidence: Evidence, policy: Policy, where: str = ""
) -> list[Finding]:
    """What is wrong with a text that would go to the customer of ``ticket`` (its ref), drafted or edited.

    Hard where code can tell, a warning where it only supposes. What it does not find was not read for its meaning.
    """
    level = policy.level("P2")
    if level == "off":
        return []
    found = said_of(CustomerText(text, ticket, evidence, policy))
    return [
        Finding(rule="P2", level="W" if level == "W" else one.level, where=where, message=one.message) for one in found
    ]

"""G1: does every atom of a sentence stand in the records that the sentence cites?

An atom is what can be wrong on its own: a number, an amount, a percentage, a date, a time, a duration, a version, an id, an
address, a quotation, a name. Left alone on purpose: ordinary words, acronyms, the word "one", positions ("first"), and words
such as "today"; they carry no figure, or nobody could say which record holds them.
"""

from customer_escalation.review.grounding.atom import Atom
from customer_escalation.review.grounding.atoms import find_atoms
from customer_escalation.review.grounding.figures import NUMBER_WORDS
from customer_escalation.review.grounding.support import Unsupported, unsupported_atoms

__all__ = ["NUMBER_WORDS", "Atom", "Unsupported", "find_atoms", "unsupported_atoms"]

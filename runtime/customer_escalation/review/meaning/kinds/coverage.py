"""Does anything of what a statement says stand in its records at all?"""

from collections.abc import Iterator

from customer_escalation.review.meaning.compared import Compared
from customer_escalation.review.meaning.contest import Contest

FEWEST = 3
"""Words that say something of the matter, before their absence tells anything."""
LEAST = 0.2
"""Of them that a true statement shares with its records, in the same language."""


def look(compared: Compared) -> Iterator[Contest]:
    """Statements that share hardly a word with what they cite: never certain, as other words may say the same."""
    if not any(one.text.words for one in compared.exact) or any(clause.has("not") for clause in compared.text.clauses):
        return
    wanted = frozenset().union(*(compared.matter(clause) for clause in compared.text.clauses))
    if len(wanted) >= FEWEST and len(wanted & compared.stems) < LEAST * len(wanted):
        ref = compared.exact[0].record.ref
        yield Contest("nothing of it", False, f"Hardly a word of it stands in {ref}.", ref)

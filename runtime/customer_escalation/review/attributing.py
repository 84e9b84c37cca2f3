"""The records behind each sentence of a document that was written without marks: found by what the sentence says, and marked by code.

A writer who may write freely names sources in words ("Solène, GX-83") or not at all. So each sentence stands on the items that it names by
their ids and, of what it holds beside, on the fewest items that hold it; those that its section rests on already come first, then the
case's own tickets. What no record holds stays without a source, and the checks speak of it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from customer_escalation.domain.draft import Draft
from customer_escalation.domain.record_ids import mentions
from customer_escalation.domain.texts import MENTION
from customer_escalation.domain.written import is_written
from customer_escalation.review.citing import Added, with_added
from customer_escalation.review.grounding import Unsupported, unsupported_atoms
from customer_escalation.review.missing import FREE_IN_PROPOSALS, is_telling
from customer_escalation.review.passages import claims
from customer_escalation.review.sources import FOR_COLLEAGUES, Sources

MOST_ITEMS = 4
"""Items that one sentence is shown to stand on, beside those that it names."""
MOST_PARTS = 3
"""Messages of one item that are named by themselves; of more the item is."""
_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass
class _Near:
    """What the texts so far rest on."""

    case: frozenset[str]
    section: Counter[str]

    def rank(self, item: str) -> tuple[int, int]:
        """The nearer the higher."""
        return min(self.section[item], 1), int(item in self.case)


def attributed(draft: Draft, sources: Sources, own_tickets: Iterable[str]) -> Draft:
    """The draft with a mark for the records behind each sentence that has none; one that was not written as a document stays as it is."""
    if not is_written(draft):
        return draft
    items = sorted({sources.evidence.item_of(record).ref for record in sources.evidence.ledger.records.values()})
    added: dict[tuple[str, int], Added] = {}
    near, where = _Near(frozenset(own_tickets), Counter()), ""
    for claim in claims(draft):
        if claim.where != where:
            near, where = _Near(near.case, Counter()), claim.where
        if claim.where.partition("[")[0] in FOR_COLLEAGUES or claim.text.endswith((":**", "**:")):
            continue  # what goes out as it stands, and a line that only says what follows
        text = MENTION.sub("", claim.text)
        named = [ref for ref in items if mentions(text, ref.partition("/")[2])]
        own = sources.cited(claim.own) if claim.own else ()
        missing = unsupported_atoms(text, own, sources.everything, vocabulary=sources.vocabulary)
        if claim.kind == "proposed" and any(not atom.found_in and atom.kind in FREE_IN_PROPOSALS for atom in missing):
            continue  # what is planned has moments of its own
        refs = [ref for ref in _refs(text, named, missing, near, sources) if ref not in claim.own]
        if refs:
            near.section.update(sources.homes_of(refs))
            added[claim.where, claim.number] = Added(tuple(refs), tuple(atom.atom for atom in missing))
    return with_added(draft, added)


def _refs(text: str, named: Sequence[str], missing: Sequence[Unsupported], near: _Near, sources: Sources) -> list[str]:
    """The refs of the fewest items that hold what can be found, messages by themselves; of items that hold as much, the one whose words
    are most alike.
    """
    homes = {atom: set(sources.homes_of(atom.found_in)) for atom in missing if atom.found_in}
    chosen = list(named)
    left = [atom for atom, held in homes.items() if held.isdisjoint(chosen)]
    while left and len(chosen) < len(named) + MOST_ITEMS:
        told = [atom for atom in left if is_telling(atom)] or [
            atom for atom in left if any(near.rank(item) > (0, 0) for item in homes[atom])
        ]
        votes = Counter(item for atom in told for item in homes[atom])
        if not votes:
            break
        most = max(votes.values())
        alike = {item: _alike(text, item, sources) for item in votes if votes[item] == most}
        best = max(alike, key=lambda item: (alike[item], *near.rank(item), item))
        chosen.append(best)
        left = [atom for atom in left if best not in homes[atom]]
    found = chosen[len(named) :]
    return [*named, *(ref for item in found for ref in _parts_of(text, item, missing, sources))]


def _parts_of(text: str, item: str, missing: Sequence[Unsupported], sources: Sources) -> list[str]:
    """The fewest messages of an item that hold what it holds of the sentence; the item itself where it does, or where there are many."""
    if item in sources.figures:
        return [item]
    held = [
        {ref for ref in atom.found_in if ref not in sources.figures and sources.ticket_of(ref) == item}
        for atom in missing
    ]
    left, chosen = [refs for refs in held if refs], list[str]()
    while left and len(chosen) <= MOST_PARTS:
        votes = Counter(ref for refs in left for ref in refs)
        best = max(votes, key=lambda ref: (votes[ref], ref != item, _alike(text, ref, sources), ref))
        chosen.append(best)
        left = [refs for refs in left if best not in refs]
    return chosen if 0 < len(chosen) <= MOST_PARTS and item not in chosen else [item]


def _alike(text: str, ref: str, sources: Sources) -> int:
    """How many longer words of the text stand in a record, or in any part of an item."""
    record = sources.evidence.ledger.get(ref)
    if record is None:
        return 0
    told = " ".join(one.text for one in (record, *sources.evidence.parts(record))).casefold()
    return sum(word in told for word in set(_WORD.findall(text.casefold())))

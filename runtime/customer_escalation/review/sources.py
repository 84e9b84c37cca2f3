"""What the citations of a passage bring in, and which of its atoms they do not hold (G1)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from customer_escalation.domain.brief import Figure
from customer_escalation.domain.evidence import Evidence
from customer_escalation.review.grounding import NUMBER_WORDS, Unsupported, unsupported_atoms
from customer_escalation.review.passages import Passage
from skill_runtime.ledger import Record

FREE_IN_PROPOSALS = frozenset({"date", "time", "duration", "number", "weekday"})
"""Atoms that a proposal may set itself: when, how long, how many."""
TELLING_DIGITS = 3
"""A number with fewer digits stands in many records by chance, so none of them is offered as its source."""
FIGURE_KINDS = frozenset({"number", "money", "percent", "date", "time", "duration", "weekday"})


@dataclass(frozen=True)
class Sources:
    """Where a draft's claims are looked up."""

    evidence: Evidence
    figures: Mapping[str, Figure]
    vocabulary: frozenset[str]
    """Names that need no record: teams, the reporter, product words."""

    def figure_record(self, figure: Figure) -> Record:
        """A figure as a citable record."""
        return Record(ref=figure.ref, data={"kind": "figure", "label": figure.label, "text": figure.text})

    def cited(self, cites: Sequence[str]) -> tuple[list[Record], list[str]]:
        """What the citations bring in: the records, the headers of the items that they belong to, and figures.

        A figure brings in the records that it was computed from, and one computed from nothing but cited items comes in by
        itself.
        """
        figures = [self.figures[cite] for cite in cites if cite in self.figures]
        records, missing = self.evidence.resolve([cite for cite in cites if cite not in self.figures])
        behind = [ref for figure in figures for ref in figure.inputs]
        items = {self.evidence.item_of(record).ref for record in records}
        brought = {record.ref: record for record in records}
        for record in [*records, *self.evidence.resolve(behind)[0]]:
            brought.setdefault(record.ref, record)
            item = self.evidence.item_of(record)
            brought.setdefault(item.ref, item)
        for figure in self.figures.values():
            homes = {self._home(ref) for ref in figure.inputs}
            if figure in figures or (homes and homes <= items):
                brought[figure.ref] = self.figure_record(figure)
        return list(brought.values()), missing

    def _home(self, ref: str) -> str:
        record = self.evidence.ledger.resolve(ref)
        return self.evidence.item_of(record).ref if record else ref

    def everything(self) -> list[Record]:
        """All records and all figures."""
        return [
            *self.evidence.ledger.records.values(),
            *(self.figure_record(figure) for figure in self.figures.values()),
        ]


def atoms_missing(passage: Passage, records: Sequence[Record], sources: Sources) -> list[Unsupported]:
    """Atoms of the passage that its sources do not hold.

    A proposal or an unknown may cite nothing; then its names, ids, quotes and versions must occur somewhere in the
    evidence, and the times and numbers that it proposes are its own.
    """
    everything = sources.everything()
    proposal = passage.kind == "proposed"
    scope = list(records) if passage.cites else ([] if not proposal and passage.kind != "inference" else everything)
    missing = unsupported_atoms(passage.text, scope, everything, vocabulary=sources.vocabulary)
    if proposal and missing and passage.cites:
        wider = {atom.atom for atom in unsupported_atoms(passage.text, everything, (), vocabulary=sources.vocabulary)}
        missing = [atom for atom in missing if atom.atom in wider]
    missing = [atom for atom in missing if not (proposal and atom.kind in FREE_IN_PROPOSALS)]
    return [
        atom
        for atom in missing
        if not (atom.kind == "number" and _counts_citations(atom.atom, passage.cites, records, sources))
    ]


def _counts_citations(number: str, cites: Sequence[str], records: Sequence[Record], sources: Sources) -> bool:
    """Is it the number of records or items that the sentence cites, of tickets whose figures it cites, or of some of the
    customers that it cites ("two of the three")?
    """
    cited = [record for record in records if record.category != "figures"]
    parts = [record for record in cited if record.parent]
    items = {sources.evidence.item_of(record).ref for record in cited}
    customers = {sources.evidence.customer_of(record) for record in cited} - {""}
    figured = {ref.rpartition(".")[0] for ref in cites if ref in sources.figures and "." in ref}
    word = number.casefold()
    value = NUMBER_WORDS.get(word) or (int(word) if word.isdecimal() else 0)
    return value > 1 and (value in {len(parts), len(items), len(figured)} or value <= len(customers))


def unsupported_words(atom: Unsupported, passage: Passage) -> str:
    """What to tell the writer of an atom: where it stands, or that nothing holds it."""
    telling = atom.kind != "number" or len(re.sub(r"\D", "", atom.atom)) >= TELLING_DIGITS
    if atom.found_in and telling:
        where = f" It stands in {', '.join(atom.found_in[:3])}: cite that if it is what you mean."
    elif atom.found_in:
        where = " Cite the record that says so, cite the things that are counted, or leave the number out."
    else:
        where = " No record of this run holds it: leave it out, or say that it is unknown."
    cited = ", ".join(passage.cites) or "nothing"
    return f"“{atom.atom}” ({atom.kind}) is not in what this sentence cites ({cited}).{where}"

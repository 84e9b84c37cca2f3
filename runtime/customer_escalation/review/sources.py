"""G1 and G2: what each passage says must stand in the records that it cites."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from customer_escalation.brief import Figure
from customer_escalation.evidence import Evidence
from customer_escalation.finding import Finding
from customer_escalation.grounding import NUMBER_WORDS, Unsupported, unsupported_atoms
from customer_escalation.review.passages import Passage
from skill_runtime.ledger import Record

STRONG_CLAIMS = re.compile(
    r"\b(?:(?:is|was|are|were|been|has|have) (?:now )?(?:confirmed|resolved|fixed)|confirmed (?:bug|defect|by)|"
    r"root cause (?:is|was)|all (?:our )?customers|every customer)\b",
    re.IGNORECASE,
)
NEGATED = re.compile(
    r"\b(?:not|never|no|nobody|none|without|un\w+|yet to be|whether|if|once|until|n't)\b", re.IGNORECASE
)
ATTRIBUTION = re.compile(
    r"\b(?:report\w*|sa(?:y|ys|id)|writ(?:es|ten)|wrote|claim\w*|stat(?:e|es|ed)|ask\w*|according to|told|tells|describ\w*|"
    r"see\w*|saw|expect\w*|want\w*|quot\w*|note[sd]?|add(?:s|ed)|confirm\w*|mention\w*|complain\w*|threaten\w*|request\w*|"
    r"calls?|call(?:s|ed)|point\w*|warn\w*|posted|opened|raised|need\w*|customer's|their own)\b",
    re.IGNORECASE,
)
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

        A figure computed from nothing but cited items comes in by itself.
        """
        figures = [self.figures[cite] for cite in cites if cite in self.figures]
        records, missing = self.evidence.resolve([cite for cite in cites if cite not in self.figures])
        items = {self.evidence.item_of(record).ref for record in records}
        brought = {record.ref: record for record in records}
        for record in records:
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


def check_sources(passage: Passage, sources: Sources) -> Iterator[Finding]:
    """Findings of one passage: citations that name nothing, facts without one, atoms that no cited record holds."""
    records, missing = sources.cited(passage.cites)
    for cite in missing:
        yield Finding(
            rule="G1", level="H", where=passage.where,
            message=f"`{cite}` names no record that was read in this run. Cite a ref as it stands in a tool result.",
        )  # fmt: skip
    claims = passage.kind in ("fact", "customer_claim")
    if claims and not passage.cites and not _says_nothing(passage.text):
        yield Finding(
            rule="G1", level="H", where=passage.where,
            message="A factual sentence needs the records that show it in `cites`; otherwise word it as an inference or "
            "as unknown.",
        )  # fmt: skip
        return
    for atom in atoms_missing(passage, records, sources):
        yield Finding(rule="G1", level="H", where=passage.where, message=_sentence(atom, passage))
    yield from _strong_claims(passage, records, sources)
    if _unattributed(passage, records, sources):
        yield Finding(
            rule="G2", level="W", where=passage.where,
            message="Only customers' messages stand behind this: say who reports it.",
        )  # fmt: skip


def _unattributed(passage: Passage, records: Sequence[Record], sources: Sources) -> bool:
    """A fact that only customers state, told as if we knew it. The headline and the reproduction say whose it is elsewhere."""
    if passage.kind != "fact" or passage.where == "summary" or passage.where.startswith("reproduction."):
        return False
    if ATTRIBUTION.search(passage.text) or _says_nothing(passage.text):
        return False
    said = [record for record in records if record.data.get("kind") not in ("ticket", "figure", "account")]
    names = {
        sources.evidence.customer_of(record).casefold().split()[0]
        for record in said
        if sources.evidence.customer_of(record)
    }
    if any(name in passage.text.casefold() for name in names):
        return False
    return bool(said) and not any(sources.evidence.by_us(record) for record in said)


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
    """Is it the number of records, items or customers that the sentence cites, or of tickets whose figures it cites?"""
    cited = [record for record in records if record.category != "figures"]
    parts = [record for record in cited if record.parent]
    items = {sources.evidence.item_of(record).ref for record in cited}
    customers = {sources.evidence.customer_of(record) for record in cited} - {""}
    figured = {ref.rpartition(".")[0] for ref in cites if ref in sources.figures and "." in ref}
    word = number.casefold()
    value = NUMBER_WORDS.get(word) or (int(word) if word.isdecimal() else 0)
    return value in {len(parts), len(items), len(customers), len(figured)} - {0, 1}


def _sentence(atom: Unsupported, passage: Passage) -> str:
    telling = atom.kind != "number" or len(re.sub(r"\D", "", atom.atom)) >= TELLING_DIGITS
    if atom.found_in and telling:
        where = f" It stands in {', '.join(atom.found_in[:3])}: cite that if it is what you mean."
    elif atom.found_in:
        where = " Cite the record that says so, cite the things that are counted, or leave the number out."
    else:
        where = " No record of this run holds it: leave it out, or say that it is unknown."
    cited = ", ".join(passage.cites) or "nothing"
    return f"“{atom.atom}” ({atom.kind}) is not in what this sentence cites ({cited}).{where}"


def _strong_claims(passage: Passage, records: Sequence[Record], sources: Sources) -> Iterator[Finding]:
    for found in STRONG_CLAIMS.finditer(passage.text):
        before = passage.text[max(0, found.start() - 40) : found.end()]
        if NEGATED.search(before) or passage.kind == "proposed":
            continue
        ours = [record for record in records if record.category != "figures" and sources.evidence.by_us(record)]
        if not ours and passage.kind != "customer_claim":
            yield Finding(
                rule="G1", level="H", where=passage.where,
                message=f"“{found.group()}” needs an agent's or engineer's record behind it; only customers' words are "
                "cited. Say “suspected”, or who says it.",
            )  # fmt: skip


def _says_nothing(text: str) -> bool:
    """True for sentences that state an absence, which no record can show."""
    return bool(
        re.search(r"\b(?:unknown|no |none|not (?:recorded|stated|given|known|found)|nothing)\b", text, re.IGNORECASE)
    )

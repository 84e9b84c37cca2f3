"""What the citations of a sentence bring in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cached_property

from customer_escalation.domain.brief import Figure
from customer_escalation.domain.evidence import Evidence, field, name_key
from customer_escalation.domain.prose import REQUEST
from customer_escalation.review.passages import Claim
from skill_runtime.ledger import Record

CALCULATED = "calc"
"""What figures are about that the writer asked for: the whole case."""
FOR_COLLEAGUES = ("messages", "ticket_note")
"""Where a draft holds its texts for colleagues. They say when somebody will act: a time of day in them may be the writer's own."""


@dataclass(frozen=True)
class Sources:
    """Where a draft's claims are looked up."""

    evidence: Evidence
    figures: Mapping[str, Figure]
    vocabulary: frozenset[str]
    """Names that need no record: teams, the reporter, the affected accounts."""
    established: frozenset[str] = frozenset()
    """Refs of records that the brief or the facts cite: names, ids and versions in them are known to the reader."""
    as_written: bool = False
    """The draft is a document, whose writer set no marks: its other parts may say what its letters say, and a name that stands in any
    record is known.
    """
    named: tuple[str, ...] = ()
    """Refs of the items that texts for colleagues name by their ids: these have no marks, and stand on what they name."""
    language: str | None = None
    """That of the draft, by its English name; None where it is not known."""
    zones: tuple[tzinfo, ...] = ()
    """Those of the affected customers: a moment of a record may be told on their clocks."""
    coming: tuple[date, ...] = ()
    """The days from today on for which a draft may set something."""
    now: datetime | None = None
    """The moment that counts as now; None where nothing is planned from it."""
    deadlines: str = ""
    """The moments that the draft itself sets in its asks, where they are checked: known to what sums it up."""
    promises: str = ""
    """The days and times that the draft's texts to customers tell them, which are checked there: known to what sums them up."""
    terms: str = ""
    """The policy's business hours, which clocks are counted in, and what it calls a pattern."""
    request: str = ""
    """What the person asked: a source of what is said to the person, and of sentences that cite it, which tell it as a belief."""

    def language_of(self, claim: Claim) -> str | None:
        """That of the sentence's passage, else that of the draft."""
        return claim.language or self.language

    def in_english(self, claim: Claim) -> bool:
        """Whether the words by which some checks tell how a thing is said are those of the sentence; they are English ones."""
        return self.language_of(claim) in ("English", None)

    def whole(self, ref: str) -> str:
        """The ref as ``category/id``, a figure by its own name; as it is where it names nothing, but for a figure that there is none of:
        figures need no citation, and the number is held against all of them. It is empty then.
        """
        if ref in self.figures:
            return ref
        record = self.evidence.ledger.resolve(ref)
        figure = f"figures/{ref.strip().rpartition('/')[2]}"
        if record or figure in self.figures:
            return record.ref if record else figure
        return "" if ref.strip().startswith("figures/") else ref.strip()

    def ticket_of(self, ref: str) -> str:
        """The ref of the ticket that a ref names or lies in."""
        record = self.evidence.ledger.resolve(ref)
        return self.evidence.item_of(record).ref if record else ref.strip()

    def homes_of(self, refs: Iterable[str]) -> list[str]:
        """Figures as they are, and the items that records belong to; each once."""
        return list(dict.fromkeys(ref if ref in self.figures else self.ticket_of(ref) for ref in refs))

    def missing(self, cites: Sequence[str]) -> list[str]:
        """Citations that name nothing."""
        known = {*self.figures, REQUEST} if self.request else self.figures
        return self.evidence.resolve([ref for ref in cites if ref not in known])[1]

    def cited(self, cites: Sequence[str], text: str = "") -> list[Record]:
        """What the citations bring in: records, the items that they belong to, all parts of a cited item, and figures.

        A figure brings in the records that it was computed from. Figures about the whole case come in by themselves, those of
        one ticket where ``text`` names it or its customer, or where it is cited.
        """
        wanted = [self.figures[ref] for ref in cites if ref in self.figures]
        records, _ = self.evidence.resolve([ref for ref in cites if ref not in self.figures])
        behind, _ = self.evidence.resolve([ref for figure in wanted for ref in figure.inputs])
        brought = {record.ref: record for record in records}
        for record in records:
            for part in self.evidence.parts(record):
                brought.setdefault(part.ref, part)
        for record in [*records, *behind]:
            brought.setdefault(record.ref, record)
            item = self.evidence.item_of(record)
            brought.setdefault(item.ref, item)
        items = {self.evidence.item_of(record).ref for record in records}
        if REQUEST in cites and self.request:
            brought[REQUEST] = self.request_record
        for figure, about, home in self._figures:
            if figure in wanted or about in ("", CALCULATED) or home in items:
                brought[figure.ref] = self.figure_record(figure)
            elif self._named(about, home, text):
                brought[figure.ref] = Record(ref=figure.ref, data={"kind": "figure", "text": figure.text})
        return list(brought.values())

    @cached_property
    def _figures(self) -> list[tuple[Figure, str, str]]:
        """Every figure with what its ref says that it is about, and the ref of the item that it is about."""
        found = []
        for figure in self.figures.values():
            about = figure.ref.partition("/")[2].rpartition(".")[0]
            behind = (self.evidence.item_of(record).ref for record in self.evidence.resolve(figure.inputs)[0])
            found.append((figure, about, next((ref for ref in behind if ref.partition("/")[2] == about), "")))
        return found

    def _named(self, about: str, home: str, text: str) -> bool:
        """Does the text name the ticket or its customer? That brings in what was computed, not the name itself."""
        ticket = self.evidence.ledger.get(home) if home else None
        customer = field(ticket, "customer") if ticket else ""
        return about in text or bool(customer and name_key(customer) in name_key(text))

    @cached_property
    def request_record(self) -> Record:
        """What the person asked, as a record; no fact may rest on it."""
        return Record(ref="request/request", data={"kind": "request", "text": self.request})

    def figure_record(self, figure: Figure) -> Record:
        """A figure as a citable record."""
        return Record(ref=figure.ref, data={"kind": "figure", "label": figure.label, "text": figure.text})

    @cached_property
    def everything(self) -> list[Record]:
        """All records and all figures."""
        return [
            *self.evidence.ledger.records.values(),
            *(self.figure_record(figure) for figure in self.figures.values()),
        ]

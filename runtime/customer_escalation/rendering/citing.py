"""Records as a reader of the brief knows them: the ids that mark a sentence, and an item in a few words."""

from collections.abc import Iterable, Sequence

from customer_escalation.domain.categories import SOURCES, is_marked
from customer_escalation.domain.evidence import field, page_of
from customer_escalation.domain.people import writer_of
from customer_escalation.domain.record_ids import shown_id
from customer_escalation.rendering.document import Document
from customer_escalation.rendering.inert import in_link, inert
from skill_runtime.ledger import Record


class Citing:
    """Names the records behind the sentences of one brief."""

    def __init__(self, document: Document) -> None:
        self.evidence = document.evidence
        self.figures = {figure.ref: figure for figure in document.brief.figures}
        tickets = {
            self.evidence.item_of(record).ref
            for row in document.brief.computed.accounts
            for record in self.evidence.resolve(row.cites)[0]
            if record.data.get("kind") == "ticket"
        }
        self.only_ticket = tickets.pop() if len(tickets) == 1 else ""
        """Where there is one, the reader knows which ticket is meant."""

    def linked(self, text: str, cites: Sequence[str]) -> str:
        """The sentence as it stands; a page makes a link of it."""
        return text

    def marks(self, cites: Iterable[str]) -> list[str]:
        """The ids of the items behind citations, as readers know them; a figure speaks for itself."""
        records, _ = self.evidence.resolve(ref for ref in cites if ref not in self.figures)
        return list(dict.fromkeys(mark for record in records if (mark := self.mark(record))))

    def mark(self, record: Record) -> str:
        """What a mark says of the item: its name. An account needs none, nor does the only ticket."""
        item = self.evidence.item_of(record)
        return self.name(record) if is_marked(item.category) and item.ref != self.only_ticket else ""

    def name(self, record: Record) -> str:
        """The item's own id; of one with an id that nobody would quote, where and when it was written."""
        item = self.evidence.item_of(record)
        channel, day = field(item, "channel"), field(item, "at")[:10]
        return inert(shown_id(item.id) or f"{channel} {day}".strip())

    def suspect(self, ref: str) -> str:
        """A record that tries to steer, by its own id and place: it is no evidence for anything."""
        record = self.evidence.ledger.resolve(ref)
        if record is None:
            return inert(ref)
        item = self.evidence.item_of(record)
        about = [field(item, key) for key in ("channel", "customer", "title") if field(item, key)]
        about += [writer] if (writer := writer_of(record)) else []
        return _with_about(record, about) or inert(record.id)

    def reference(self, item: Record) -> str:
        """One item in a few words, such as ``SUP-4016 (Acme Corp, open)``."""
        source = SOURCES.get(item.category)
        keys = ("name", "customer", "channel", "title", "status", *(source.told_of if source else ()))
        about = [field(item, key) for key in keys if field(item, key)]
        if source and source.dated:
            about.append(field(item, "at")[:10])
        name, words = inert(shown_id(item.id)), inert(", ".join(about))
        told = (
            f"{self.reachable(name, item)} ({words})"
            if name and words
            else self.reachable(name or words or inert(item.id), item)
        )
        return self.linked(told, (item.ref,))

    def reachable(self, name: str, item: Record) -> str:
        """The name of an item as a link to its page in its own system, where that is known."""
        page = page_of(item)
        return f"[{in_link(name)}](<{page}>)" if page and name else name


def _with_about(record: Record, about: Sequence[str]) -> str:
    """``SUP-4016 (Acme Corp, open)``; what it is about alone where nobody would quote its id."""
    words = inert(", ".join(about))
    name = inert(shown_id(record.id))
    return f"{name} ({words})" if name and words else name or words

"""Which tickets belong together by structure: the same tracker item, a record of ours that names both, the same error.

Words in common join nothing here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.record_ids import mentions, own_part
from customer_escalation.retrieval.relevance.marks import codes_in, quoted_in, runs_in
from skill_runtime.ledger import Record

MOST_NAMED = 4
"""A record that names more tickets than this lists them; it does not say that they are one matter."""


class Ties:
    """What joins the records of a run, found once."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        items = [record for record in evidence.ledger.records.values() if record.parent is None]
        self.texts: Mapping[str, str] = {item.ref: self._whole(item) for item in items}
        self._folded = {ref: text.casefold() for ref, text in self.texts.items()}
        prefixes = (record.id.partition("-")[0].casefold() for record in items if "-" in record.id)
        self.id_prefixes = frozenset(prefixes)
        self.codes = {ref: codes_in(text, self.id_prefixes) for ref, text in self.texts.items()}
        self.errors = {item.ref: self._errors(item) for item in items}
        self._tickets = evidence.of_kind("ticket")
        self._keys = self._ticket_keys()

    def names(self, record: Record, other: Record) -> bool:
        """Does the record, or a part of it, name the other by its id?"""
        return self._names(record.ref, other.id)

    def same_error(self, one: Record, other: Record) -> bool:
        """The same error code, or the same error text word for word."""
        return bool(self.codes[one.ref] & self.codes[other.ref] or self.errors[one.ref] & self.errors[other.ref])

    def together(self, leads: Sequence[Record]) -> list[Record]:
        """The tickets that belong with these, themselves first."""
        found = list(dict.fromkeys(ticket.ref for ticket in leads))
        for ref in found:
            for ticket in self._tickets:
                if ticket.ref not in found and self._keys[ref] & self._keys[ticket.ref]:
                    found.append(ticket.ref)
        return [record for ref in found if (record := self._evidence.ledger.get(ref))]

    def shared(self, tickets: Iterable[Record]) -> frozenset[str]:
        """What joins at least two of these tickets: ``code``, ``error``, ``named``."""
        keys: dict[tuple[str, str], int] = defaultdict(int)
        for ticket in tickets:
            for key in self._keys[ticket.ref]:
                keys[key] += 1
        return frozenset(kind for (kind, _), count in keys.items() if count > 1)

    def _ticket_keys(self) -> dict[str, frozenset[tuple[str, str]]]:
        keys: dict[str, set[tuple[str, str]]] = {ticket.ref: {("named", ticket.ref)} for ticket in self._tickets}
        for ticket in self._tickets:
            keys[ticket.ref] |= {("code", code) for code in self.codes[ticket.ref]}
            keys[ticket.ref] |= {("error", text) for text in self.errors[ticket.ref]}
            for other in self._tickets:
                if other is not ticket and self.names(ticket, other):
                    keys[ticket.ref].add(("named", other.ref))
        for record in self._evidence.of_kind("issue", "chat_message"):
            named = [ticket for ticket in self._tickets if self.names(record, ticket)]
            if record.data.get("kind") == "issue":
                named += [ticket for ticket in self._tickets if ticket not in named and self.names(ticket, record)]
            elif len(named) > MOST_NAMED:
                continue
            for ticket in named:
                keys[ticket.ref].add(("named", record.ref))
        return {ref: frozenset(found) for ref, found in keys.items()}

    def _names(self, ref: str, record_id: str) -> bool:
        own = own_part(record_id).casefold()
        return own in self._folded[ref] and mentions(self.texts[ref], record_id)

    def _errors(self, item: Record) -> frozenset[str]:
        """Error texts that somebody outside quotes; what our own side writes in quotation marks is any wording."""
        told = [part for part in self._evidence.parts(item) if not self._evidence.by_us(part)]
        text = "\n".join(str(part.data.get("text") or "") for part in told)
        return quoted_in(text) | runs_in(text)

    def _whole(self, item: Record) -> str:
        """Every field of an item and of its parts but its own id, so that it names others alone."""
        own = {key: value for key, value in item.data.items() if key not in ("ref", "id")}
        parts = [part.model_copy(update={"data": _without_ids(part.data)}).text for part in self._evidence.parts(item)]
        return "\n".join([item.model_copy(update={"data": own}).text, *parts])


def _without_ids(data: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in data.items() if key not in ("ref", "id", "parent")}

"""Which tickets belong together by structure: a field of a system that links them, the same error code or error text.

Words in common join nothing here, nor does a text that names two records: only reading tells whether it says that they are one
matter or that they are not.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.people import attachment_of
from customer_escalation.domain.record_ids import mentions, own_part
from customer_escalation.retrieval.relevance.marks import codes_in, quoted_in, runs_in
from skill_runtime.ledger import Record

MOST_NAMED = 4
"""A text that names more tickets than this lists them; nobody need be asked whether they are one matter."""
PROSE = frozenset({"text", "body", "subject", "title", "description", "summary", "content", "name"})
"""Fields that people write sentences into."""
LONGEST_LINK = 160
"""Characters of a field's value that links; longer ones are sentences too."""


class Ties:
    """What joins the records of a run, found once."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        items = [record for record in evidence.ledger.records.values() if record.parent is None]
        self.texts: Mapping[str, str] = {item.ref: self._whole(item) for item in items}
        self._folded = {ref: text.casefold() for ref, text in self.texts.items()}
        self._fields = {item.ref: self._short_values(item) for item in items}
        self._folded_fields = {ref: "\n".join(values).casefold() for ref, values in self._fields.items()}
        prefixes = (record.id.partition("-")[0].casefold() for record in items if "-" in record.id)
        self.id_prefixes = frozenset(prefixes)
        self.codes = {ref: codes_in(text, self.id_prefixes) for ref, text in self.texts.items()}
        self.errors = {item.ref: self._errors(item) for item in items}
        self._tickets = evidence.of_kind("ticket")
        self._keys = self._ticket_keys()

    def names(self, record: Record, other: Record) -> bool:
        """Does the record, or a part of it, name the other by its id?"""
        return self._names(record.ref, other.id)

    def linked(self, one: Record, other: Record) -> bool:
        """Does a field of a system tie them, other than a text?"""
        return self._links(one, other) or self._links(other, one)

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

    def named_beside(self, tickets: Sequence[Record]) -> list[Record]:
        """Tickets that a text names together with one of these, or that name one of these, or are named there."""
        known = {ticket.ref for ticket in tickets}
        found: dict[str, Record] = {}
        for record in self._evidence.of_kind("ticket", "issue", "chat_message"):
            named = [one for one in self._tickets if one.ref == record.ref or self.names(record, one)]
            if 1 < len(named) <= MOST_NAMED and any(one.ref in known for one in named):
                found |= {one.ref: one for one in named if one.ref not in known}
        for item in self._evidence.of_kind("issue"):
            naming = [one for one in self._tickets if self.names(one, item) or self.names(item, one)]
            if 1 < len(naming) <= MOST_NAMED and any(one.ref in known for one in naming):
                found |= {one.ref: one for one in naming if one.ref not in known}
        return list(found.values())

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
                if other is not ticket and self.linked(ticket, other):
                    keys[ticket.ref].add(("named", other.ref))
        for record in self._evidence.of_kind("issue", "chat_message"):
            for ticket in self._tickets:
                if self.linked(record, ticket):
                    keys[ticket.ref].add(("named", record.ref))
        return {ref: frozenset(found) for ref, found in keys.items()}

    def _names(self, ref: str, record_id: str) -> bool:
        own = own_part(record_id).casefold()
        return own in self._folded[ref] and mentions(self.texts[ref], record_id)

    def _links(self, record: Record, other: Record) -> bool:
        own = own_part(other.id)
        if (
            own.casefold() not in self._folded_fields[record.ref]
        ):  # nearly always so, and found out at once for all fields
            return False
        return any(mentions(value, other.id) or value == own for value in self._fields[record.ref])

    def _short_values(self, item: Record) -> tuple[str, ...]:
        """What stands in the fields of an item and of its parts that hold no sentences; the size of a file is no number of anything."""
        told = (one for one in (item, *self._evidence.parts(item)) if attachment_of(one) is None)
        found = [
            _values({key: value for key, value in one.data.items() if key not in ("ref", "id", "parent")})
            for one in told
        ]
        return tuple(dict.fromkeys(value for values in found for value in values if len(value) <= LONGEST_LINK))

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


def _values(value: object) -> Iterator[str]:
    """Every scalar below the fields that hold no prose."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name not in PROSE:
                yield from _values(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _values(inner)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield str(value)


def _without_ids(data: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in data.items() if key not in ("ref", "id", "parent")}

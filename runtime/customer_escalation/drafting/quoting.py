"""Quotations: whole messages, with who wrote them and when; what is too long for a brief is cut, and shows it."""

import re
from collections.abc import Iterable, Sequence

from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.domain.categories import SOURCES
from customer_escalation.domain.evidence import field, name_key
from customer_escalation.domain.people import writer_of
from customer_escalation.domain.prose import cite
from customer_escalation.domain.record_ids import shown_id
from customer_escalation.retrieval.injection import first_instruction_like
from customer_escalation.retrieval.relevance.issue import find_issue
from customer_escalation.review.grounding import unsupported_atoms
from skill_runtime.ledger import Record

LONGEST = 700
"""Characters of one quotation."""
_MARKS = re.compile(r"[“”„«»\"]")


class Writer:
    """Quotes the records of one case."""

    def __init__(self, request: str, case: DecisionInput) -> None:
        self.request = " ".join(request.split())
        self.case = case
        self.evidence = case.evidence
        self.issue = find_issue(request, case.evidence, case.now)
        self.steering = [
            record.ref for record in case.evidence.ledger.records.values() if first_instruction_like(said(record))
        ]

    def thread(self, item: Record) -> list[Record]:
        """Its messages or comments, oldest first, without those that try to steer."""
        return [part for part in self.evidence.parts(item) if part.ref not in self.steering and said(part)]

    def by_customers(self, ticket: Record) -> list[Record]:
        """What the ticket's own customer wrote in it, oldest first; others may have joined the thread."""
        own = name_key(field(ticket, "customer"))
        written = [part for part in self.thread(ticket) if not self.evidence.by_us(part)]
        return [part for part in written if name_key(self.evidence.customer_of(part)) == own]

    def by_others(self, ticket: Record) -> list[Record]:
        """What other accounts wrote in it."""
        own = self.by_customers(ticket)
        return [part for part in self.thread(ticket) if not self.evidence.by_us(part) and part not in own]

    def answers(self, ticket: Record) -> list[Record]:
        """What its customer could read from us, oldest first."""
        ours = [part for part in self.thread(ticket) if self.evidence.by_us(part)]
        return [part for part in ours if part.data.get("internal") is not True]

    def kind(self, kind: str) -> list[Record]:
        """Records that belong to the case, of one kind."""
        return [item for item in self.issue.related if item.data.get("kind") == kind and item.ref not in self.steering]

    def quote(self, record: Record, longest: int = LONGEST) -> str:
        """``j.doe (Vale Ltd) wrote on 2026-08-03: “...”`` with its mark; that it was written, where it cannot be quoted."""
        text = quotable(said(record), longest)
        whole = f"{self.who(record)} wrote {self.when(record)}: “{text}”"
        return cite(whole, [record.ref]) if self.stands(whole, [record]) else self._written(record)

    def who(self, record: Record) -> str:
        """An author with their side, such as ``j.doe (Vale Ltd)``."""
        author = writer_of(record) or "Somebody"
        if field(record, "role") == "agent":
            return f"{author} (support, internally)" if record.data.get("internal") is True else f"{author} (support)"
        row = SOURCES.get(record.category)
        customer = "" if row and row.among_us else self.evidence.customer_of(record)
        return f"{author} ({customer})" if customer else author

    def when(self, record: Record) -> str:
        """Where, if it is no ticket, and on which day."""
        day = f"on {field(record, 'at')[:10]}" if field(record, "at") else "without a date"
        if record.category == "chat" and field(record, "channel"):
            return f"in {field(record, 'channel')} {day}"
        item = shown_id(self.evidence.item_of(record).id) or "the tracker"
        return f"in {item} {day}" if record.category == "project_tracker" else day

    def stands(self, text: str, records: Sequence[Record]) -> bool:
        """Would the review find every atom of the text in these records and the items that they belong to?"""
        items = [self.evidence.item_of(record) for record in records]
        return not unsupported_atoms(text, [*records, *items])

    def name(self, item: Record) -> str:
        """An item as people quote it."""
        return shown_id(item.id) or field(item, "channel") or item.category.replace("_", " ")

    def listed(self, items: Iterable[Record]) -> str:
        """Items by name with what they are about: ``T-1 (Vale Foods, open): “subject”``."""
        return "; ".join(map(self.told, items))

    def told(self, item: Record) -> str:
        """An item with whose it is, its state and its title."""
        about = [part for key in ("customer", "type", "status") if (part := field(item, key))]
        title = quotable(field(item, "subject") or field(item, "title"), 160)
        words = self.name(item) + (f" ({', '.join(about)})" if about else "") + (f": “{title}”" if title else "")
        return words if self.stands(words, [item]) else self.name(item)

    def _written(self, record: Record) -> str:
        return cite(f"{self.who(record)} wrote {self.when(record)}; see there", [record.ref])


def quotable(text: str, longest: int) -> str:
    """The text on one line, quotation marks inside it as single ones; cut at a word where it is longer."""
    plain = _MARKS.sub("'", " ".join(text.replace("[[", "[").replace("]]", "]").split()))
    if len(plain) <= longest:
        return plain
    return f"{plain[:longest].rsplit(' ', 1)[0]} …"


def said(record: Record) -> str:
    """What the record says: its text, or its title where it has no text."""
    return next((text for key in ("text", "body", "subject", "title") if (text := field(record, key))), "")

"""A text for a customer, beside what this customer knows and what only we know."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from customer_escalation.domain.evidence import Evidence, field, name_key
from customer_escalation.domain.findings import Level
from customer_escalation.domain.printable import printable
from customer_escalation.policy import Policy
from skill_runtime.ledger import Record

SHARED = frozenset({"article"})
"""Kinds of records that any customer may know."""
_UNSPACED = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0eff"
_EDGES = re.compile(rf"(?<=[{_UNSPACED}])(?=[A-Za-z0-9#])|(?<=[A-Za-z0-9])(?=[{_UNSPACED}])")


class Said(NamedTuple):
    """What a check says of a text."""

    message: str
    level: Level


@dataclass(frozen=True)
class CustomerText:
    """One text to the customer of one ticket."""

    written: str
    ticket: str
    """The ref of the ticket, or of a part of it."""
    evidence: Evidence
    policy: Policy

    @cached_property
    def text(self) -> str:
        """As it is read."""
        return printable(self.written)

    @cached_property
    def spaced(self) -> str:
        """With a space where a script that sets none meets Latin letters or digits."""
        return spaced(self.text)

    @cached_property
    def item(self) -> Record | None:
        """The ticket; None where it was not read."""
        record = self.evidence.ledger.resolve(self.ticket)
        return self.evidence.item_of(record) if record else None

    @cached_property
    def customer(self) -> str:
        """Its name; empty where no record says it."""
        return field(self.item, "customer") if self.item else ""

    @cached_property
    def account(self) -> Record | None:
        """The customer's account."""
        return self.evidence.account(self.customer) if self.customer else None

    @cached_property
    def known(self) -> tuple[Record, ...]:
        """What the customer knows: what is said in the open on all of their tickets and mails, and articles."""
        return tuple(record for record in self.evidence.ledger.records.values() if self._is_known(record))

    @cached_property
    def unknown(self) -> tuple[Record, ...]:
        """Everything else."""
        known = {record.ref for record in self.known}
        return tuple(record for record in self.evidence.ledger.records.values() if record.ref not in known)

    @cached_property
    def theirs(self) -> str:
        """All that they know, as one text."""
        return "\n".join(spaced(record.text) for record in self.known)

    def _is_known(self, record: Record) -> bool:
        if record.data.get("kind") in SHARED:
            return True
        item = self.evidence.item_of(record)
        if item.category not in ("support_platform", "email") or record.data.get("internal"):
            return False
        if self.item is not None and item.ref == self.item.ref:
            return True
        return bool(self.customer) and name_key(self.evidence.customer_of(item)) == name_key(self.customer)


def spaced(text: str) -> str:
    """See ``CustomerText.spaced``."""
    return text if text.isascii() else _EDGES.sub(" ", text)


def names_of_customers(evidence: Evidence) -> Iterator[str]:
    """Every name of an account or of the customer of a ticket, as often as records give it."""
    for record in evidence.of_kind("account"):
        yield field(record, "name")
    for record in evidence.of_kind("ticket"):
        yield field(record, "customer")

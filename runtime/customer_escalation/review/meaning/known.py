"""What all records of a run know: its people, its customers, and the values that fields with few values take."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from customer_escalation.domain.evidence import Evidence, field, name_key
from customer_escalation.domain.people import own_names, writer_of
from skill_runtime.ledger import Record

SHORTEST_NAME = 3
MOST_WORDS = 3
"""Of a value that a field takes out of a few."""
_USUAL = {
    "tier": ("Enterprise", "Strategic", "Business"),
    "priority": ("high", "low", "medium", "urgent", *(f"P{n}" for n in range(5))),
}
"""Values that everybody uses."""


@dataclass(frozen=True)
class Known:
    """Made once for all statements of a draft."""

    names: frozenset[str]
    """Words, in small letters, of the names of people and customers."""
    people: tuple[str, ...]
    """Everybody who wrote a record, long names first."""
    customers: Mapping[str, tuple[str, ...]]
    """Every customer with the ways to name it: whole, and by its first word where that is no other's."""
    values: Mapping[str, frozenset[str]]
    """The tiers and priorities in use."""


def known_in(evidence: Evidence) -> Known:
    """Of all records that were read."""
    records = list(evidence.ledger.records.values())
    authors = {author for record in records if len(author := writer_of(record)) >= SHORTEST_NAME}
    customers = {evidence.customer_of(record) for record in records} - {""}
    names = {name for record in records for name in own_names(record)}
    return Known(
        frozenset(word.casefold() for name in names for word in (name, *re.findall(r"[^\W\d_]{2,}", name))),
        tuple(sorted(authors, key=lambda name: (-len(name), name))),
        {name_key(name): _ways(name, customers) for name in sorted(customers)},
        {key: frozenset(_values(key, records)) for key in _USUAL},
    )


def _ways(name: str, customers: Iterable[str]) -> tuple[str, ...]:
    first = name.split(maxsplit=1)[0]
    alone = sum(other.split()[0] == first for other in customers) == 1 and len(first) > SHORTEST_NAME
    return (name, first) if alone else (name,)


def _values(key: str, records: Iterable[Record]) -> set[str]:
    found = {value for record in records if (value := field(record, key)) and len(value.split()) <= MOST_WORDS}
    return found.union(_USUAL[key])

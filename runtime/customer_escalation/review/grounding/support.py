"""The atoms of a sentence that the records it cites do not carry."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from customer_escalation.review.grounding.atom import Atom
from customer_escalation.review.grounding.atoms import find_atoms, scan
from customer_escalation.review.grounding.kinds import BY_NAME
from customer_escalation.review.grounding.names import missing_names
from customer_escalation.review.grounding.quotations import holds_quote, is_scare_quote, quotes
from customer_escalation.review.grounding.source import STAMP, SourceText
from skill_runtime.ledger import Record

_QUOTE_MARKS = re.compile(r"[\"“”„«»`]|(?<!\w)['‘’]|['‘’](?!\w)")
_KEY_UNITS = {
    "h": "h",
    "hours": "h",
    "min": "min",
    "minutes": "min",
    "s": "s",
    "seconds": "s",
    "ms": "ms",
    "days": "day",
}
"""Endings of field names that say what the number in the field counts, as in ``update_h``."""


@dataclass(frozen=True)
class Unsupported:
    """An atom that none of the cited records holds."""

    atom: str
    kind: str
    message: str
    found_in: tuple[str, ...]
    """Refs of records that do hold it."""


def unsupported_atoms(
    text: str,
    cited: Sequence[Record],
    everything: Sequence[Record] = (),
    *,
    vocabulary: frozenset[str] = frozenset(),
    nouns_capitalised: bool = False,
) -> list[Unsupported]:
    """The atoms of ``text`` that no record of ``cited`` holds (G1).

    ``everything`` is all that is known, to say where an atom does stand; ``vocabulary`` holds names that need no record.
    ``nouns_capitalised``: in the text's language a capital letter makes no name.
    """
    sources = [_source_of(record) for record in cited]
    found: list[Unsupported] = []
    free = {word.casefold() for phrase in vocabulary for word in phrase.split()}
    for atom in find_atoms(text):
        if atom.value in free or any(_holds(source, atom) for source in sources):
            continue
        if not is_scare_quote(atom) or any(quotes(_source_of(record), atom) for record in everything):
            places = tuple(record.ref for record in everything if _holds(_source_of(record), atom))
            found.append(_unsupported(atom.text, atom.kind, places))
    for name, places in missing_names(text, cited, everything, vocabulary, nouns_capitalised):
        found.append(_unsupported(name, "name", places))
    return found


def _holds(source: SourceText, atom: Atom) -> bool:
    kind = BY_NAME.get(atom.kind)
    return kind.holds(source, atom) if kind else holds_quote(source, atom)


def _unsupported(atom: str, kind: str, places: tuple[str, ...]) -> Unsupported:
    where = f"it stands in {', '.join(places[:3])}" if places else "no record holds it"
    return Unsupported(atom, kind, f"{kind} {atom!r}: {where}", places)


def _source_of(record: Record) -> SourceText:
    return _source(record.text, (record.id, *_measures(record.data)))


@lru_cache(maxsize=8192)
def _source(own: str, more: tuple[str, ...]) -> SourceText:
    """What stands in quotation marks in a record is evidence like the rest; only the marks go."""
    text = "\n".join([own, *more])
    return SourceText(text, *scan(_QUOTE_MARKS.sub(" ", STAMP.sub(" ", text))))


def _measures(value: Any, key: str = "") -> Iterator[str]:
    """The numbers whose field names say in which unit of time they are, such as ``4 h``."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _measures(item, str(name))
    elif isinstance(value, list):
        for item in value:
            yield from _measures(item, key)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        measure = _KEY_UNITS.get(key.rpartition("_")[2]) if "_" in key else None
        if measure:
            yield f"{value} {measure}"

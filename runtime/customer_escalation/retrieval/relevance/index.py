"""The words of a run's records, and how much each tells: what every ranking of records goes by.

A run's records were found by searching for one matter, so most of them are about it. That is why a word's weight never falls
to nothing here, as BM25's (and SQLite's FTS5) does for a word that half of the records have: in a ledger of five records that
is the very word that joins them.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from customer_escalation.domain.evidence import field
from customer_escalation.domain.language import language_of
from customer_escalation.retrieval.relevance.wording import words
from skill_runtime.ledger import Ledger, Record

IN_TITLE = 0.5
"""What a word counts more where it stands in the title."""
WITH_FIGURE = 1.5
"""What a word with a figure in it, such as a code or a version, tells more than another."""


class Index:
    """The words of every item of a ledger, as it stands when the index is made."""

    def __init__(self, ledger: Ledger, query: str = "") -> None:
        """``query`` tells the language; where it is too short to, the records do, and English stands in."""
        parts: dict[str, list[Record]] = {}
        for record in ledger.records.values():
            parts.setdefault(record.parent or record.ref, []).append(record)
        items = [record for record in ledger.records.values() if record.parent is None]
        self.texts: Mapping[str, str] = {item.ref: _text(item, parts[item.ref]) for item in items}
        self.language = language_of(query) or language_of("\n".join(self.texts.values())) or "English"
        self._words = {ref: self.words(text) for ref, text in self.texts.items()}
        self._counts = Counter(word for found in self._words.values() for word in found)

    def words(self, text: str) -> frozenset[str]:
        """The telling words of any text, comparable with each other's and with those of the records."""
        return frozenset(words(text, self.language))

    def of(self, record: Record) -> frozenset[str]:
        """The words of an item and of its parts."""
        return self._words.get(record.ref, frozenset())

    def weight(self, wanted: Iterable[str]) -> float:
        """How much these words tell together: rare ones more, and those with a figure more still."""
        return sum(map(self._weight, wanted))

    def share(self, wanted: Iterable[str], record: Record) -> float:
        """The part of the weight of ``wanted`` that the record has, 0 to 1."""
        asked = frozenset(wanted)
        return self.weight(asked & self.of(record)) / (self.weight(asked) or 1.0)

    def score(self, wanted: Iterable[str], record: Record) -> float:
        """The weight of the words in common; 0 where there are none."""
        asked = frozenset(wanted)
        title = self.words(_title(record))
        return self.weight(asked & self.of(record)) + IN_TITLE * self.weight(asked & title)

    def _weight(self, word: str) -> float:
        rare = math.log(1 + len(self.texts) / (1 + self._counts[word]))
        return rare * (WITH_FIGURE if re.search(r"\d", word) else 1.0)


def _title(record: Record) -> str:
    return field(record, "subject") or field(record, "title")


def _text(item: Record, parts: Sequence[Record]) -> str:
    """What an item and its parts say."""
    own = [field(item, key) for key in ("subject", "title", "text", "body")]
    return "\n".join([*own, *(field(part, "text") for part in parts if part is not item)])

"""Quotations: who wrote what when, each sentence in one place of the brief as far as that is possible."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from customer_escalation.domain.brief import DraftModel
from customer_escalation.domain.evidence import Evidence, field
from customer_escalation.domain.prose import cite
from customer_escalation.domain.record_ids import shown_id
from customer_escalation.drafting.reader import RecordReader, said
from customer_escalation.retrieval.relevance.issue import find_issue
from customer_escalation.retrieval.relevance.signals import carries
from customer_escalation.retrieval.relevance.wording import sentences
from customer_escalation.review.grounding import unsupported_atoms
from skill_runtime.ledger import Record

LONGEST_QUOTE = 320
"""Characters; a longer sentence is referred to, not quoted."""
MOST_USES = 2
"""How often one sentence may be quoted, the second time only where a section would otherwise be empty."""
_OVERSTATED = re.compile(
    r"\b(?:is|was|are|were|been|has|have) (?:now )?(?:confirmed|resolved|fixed)\b|\bconfirmed (?:bug|defect|by)\b|"
    r"\broot cause (?:is|was)\b|\b(?:all (?:our )?|every )customers?\b",
    re.IGNORECASE,
)
"""What a customer cannot know; it stands in a brief only on a colleague's word."""


class Quoted(DraftModel):
    """A sentence, or two that belong together, with the records behind it."""

    text: str
    kind: Literal["fact", "customer_claim", "inference", "proposed"]
    cites: list[str]


class QuotedStep(DraftModel):
    """One thing that was done about the problem, and what came of it."""

    action: str
    result: str
    cites: list[str]


def written(*statements: Quoted) -> str:
    """Statements as running text with their marks."""
    return " ".join(cite(_ended(statement.text), statement.cites) for statement in statements)


def _ended(text: str) -> str:
    return text if text.rstrip().endswith((".", "!", "?", "”", "。")) else f"{text.rstrip()}."


class Writer:
    """Quotes the records of one issue, and remembers what it has quoted."""

    def __init__(self, request: str, evidence: Evidence, now: datetime) -> None:
        self.evidence = evidence
        self.now = now
        self.issue = find_issue(request, evidence, now)
        self.reader = RecordReader(self.issue, evidence)
        self.by_customers = self.reader.by_customers
        self.by_us = self.reader.by_us
        self.engineers = [record for record in self.by_us if record.category in ("project_tracker", "chat")]
        self._uses: Counter[str] = Counter()
        ids = (re.fullmatch(r"([A-Za-z]+)-\d+", record.id) for record in evidence.ledger.records.values())
        self._id_prefixes = {match[1].casefold() for match in ids if match}

    def without_ids(self, text: str) -> str:
        """The text without ids of records, which look like error codes."""
        return re.sub(
            r"\b([A-Za-z]+)-\d+\b",
            lambda match: "" if match[1].casefold() in self._id_prefixes else match.group(),
            text,
        )

    def used(self, record: Record, sentence: str) -> bool:
        """Was it quoted before?"""
        return self._uses[_mark(record, sentence)] > 0

    def quote(self, record: Record, *parts: str) -> Quoted | None:
        """``j.doe (Vale Ltd) wrote on 2026-08-03: “...”``; None where it cannot be quoted as it stands.

        Several parts of one record are joined by an ellipsis, unless they follow each other.
        """
        text = self._joined(record, [" ".join(part.split()) for part in parts])
        ours = self.evidence.by_us(record)
        unfit = (
            not text or len(text) > LONGEST_QUOTE * max(1, len(parts)) or bool(re.search("[“”]|\\[\\[|\\]\\]", text))
        )
        if unfit or (not ours and _OVERSTATED.search(text)):
            return None
        statement = Quoted(
            text=f"{self.who(record)} wrote {self.when(record)}: “{text}”",
            kind="fact" if ours else "customer_claim",
            cites=[record.ref],
        )
        return statement if self.stands(statement.text, [record]) else None

    def use(self, record: Record, *parts: str) -> Quoted | None:
        """The same, and remember it."""
        statement = self.quote(record, *parts)
        if statement:
            self._uses.update(_mark(record, part) for part in parts)
        return statement

    def pick(
        self,
        signals: Sequence[str],
        records: Iterable[Record],
        most: int,
        *,
        one_each: bool = False,
        again: bool = False,
    ) -> list[Quoted]:
        """Up to ``most`` sentences that carry one of the signals and were not quoted yet, one from each record.

        With ``one_each`` one from each customer or colleague; with ``again`` one quoted before will do where there is no other.
        """
        found: list[Quoted] = []
        seen: set[str] = set()
        for record in records:
            key = (self.evidence.customer_of(record) or field(record, "author")) if one_each else record.ref
            if len(found) >= most or key in seen:
                continue
            statement = self._first(signals, record, 1)
            if statement:
                seen.add(key)
                found.append(statement)
        if not found and again:
            repeated = (self._first(signals, record, MOST_USES) for record in records)
            found = [statement for statement in repeated if statement][:1]
        return found

    def _first(self, signals: Sequence[str], record: Record, uses: int) -> Quoted | None:
        """The first sentence that carries the foremost signal possible and was quoted less often than ``uses``."""
        for signal in signals:
            for sentence in sentences(said(record)):
                if carries(signal, sentence) and _tells(sentence) and self._uses[_mark(record, sentence)] < uses:
                    statement = self.use(record, sentence)
                    if statement:
                        return statement
        return None

    def who(self, record: Record) -> str:
        """An author with their side, such as ``j.doe (Vale Ltd)``."""
        author = field(record, "author") or "Somebody"
        if field(record, "role") == "agent":
            return f"{author} (support, internally)" if record.data.get("internal") is True else f"{author} (support)"
        customer = "" if record.category in ("chat", "project_tracker") else self.evidence.customer_of(record)
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

    def _joined(self, record: Record, parts: Sequence[str]) -> str:
        """The parts as one quotation; a gap between them is shown."""
        whole = " ".join(said(record).split())
        text = ""
        for part in parts:
            if text and f"{text} {part}" not in whole:
                text += " …"
            text = f"{text} {part}".strip()
        return text.strip('"')


def unknown(text: str) -> Quoted:
    """A sentence of our own that cites nothing."""
    return Quoted(text=text, kind="inference", cites=[])


def _tells(sentence: str) -> bool:
    """Long enough to mean something on its own."""
    return len(sentence.split()) >= (5 if sentence.endswith("?") else 3) or bool(re.search(r"\d", sentence))


def _mark(record: Record, sentence: str) -> str:
    return f"{record.ref} {' '.join(sentence.split())}"

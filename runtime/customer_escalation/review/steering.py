"""Which texts of others try to steer whatever reads them (S11): asked of a reader, and what its answers are worth.

A reader is shown texts of tickets, chat and articles, and names the passages that speak to a machine. Code looks for those words in
that record: an attempt without them counts for nothing. What a brief says of one is worded here, and repeats nothing of it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

from customer_escalation.domain.evidence import field
from customer_escalation.domain.rule_registry import carries_out
from customer_escalation.review.grounding.source import plain_words
from skill_runtime.ledger import Record
from skill_runtime.recorder import fingerprint

AttemptKind = Literal["orders", "decision", "pretence", "disclosure"]
KINDS: tuple[AttemptKind, ...] = get_args(AttemptKind)
TOLD: dict[AttemptKind, str] = {
    "orders": "gives orders to whatever program reads it",
    "decision": "tries to set the severity, the team, the wording or the outcome of this issue",
    "pretence": "pretends to be a message of the system, an answer of a tool, a figure, or the end of the records",
    "disclosure": "asks whatever program reads it to publish or send data",
}
"""What a brief says of each, in neutral words."""
MOST_OF_ONE = 8_000
"""Characters of one text that are shown; what is longer goes on in a further piece of the same record."""
SHARED = 400
"""Characters that a piece has in common with the one before, so that no passage is cut in two."""
MOST_AT_ONCE = 24_000
"""Characters of the texts of one question."""
MOST_QUESTIONS = 6
"""So many are asked of one draft; the texts of further ones stay unread, and the brief says how many."""
MOST_ATTEMPTS = 20

STEERING_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "attempts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "ref": {"type": "string", "description": "The record's ref."},
                    "kind": {"type": "string", "enum": list(KINDS)},
                    "words": {"type": "string", "description": "Copied from that record to the letter: at most 20 words that show it."},
                },
                "required": ["ref", "kind", "words"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["attempts"],
    "additionalProperties": False,
}  # fmt: skip


@dataclass(frozen=True)
class RecordsQuestion:
    """Texts of others, as a reader is shown them."""

    records: tuple[tuple[str, str], ...]
    """Refs and texts."""

    @cached_property
    def key(self) -> str:
        """The same for the same texts."""
        return fingerprint(["steering", self.records])

    @property
    def asked(self) -> dict[str, Any]:
        """What the reader is shown."""
        return {"records": [{"ref": ref, "text": text} for ref, text in self.records]}


@dataclass(frozen=True)
class Attempt:
    """A passage that a reader names."""

    ref: str
    kind: AttemptKind
    words: str


@dataclass(frozen=True)
class SteeringReading:
    """What a reader says of the texts of one question."""

    attempts: tuple[Attempt, ...]


def questions_about(records: Iterable[Record]) -> list[RecordsQuestion]:
    """As few questions as hold the texts of these records, in their order."""
    batches, size = list[list[tuple[str, str]]](), 0
    for ref, text in _pieces(records):
        if not batches or size + len(text) > MOST_AT_ONCE:
            batches.append([])
            size = 0
        batches[-1].append((ref, text))
        size += len(text)
    return [RecordsQuestion(tuple(batch)) for batch in batches]


def _pieces(records: Iterable[Record]) -> Iterator[tuple[str, str]]:
    for record in records:
        text = field(record, "text") or field(record, "body")
        if text.strip():
            ends = max(len(text) - SHARED, 1)
            yield from ((record.ref, text[at : at + MOST_OF_ONE]) for at in range(0, ends, MOST_OF_ONE - SHARED))


def steering_of(given: Mapping[str, Any]) -> SteeringReading | None:
    """A tool's input as a reading; None where it is none."""
    attempts = given.get("attempts")
    if not isinstance(attempts, list) or not all(
        isinstance(one, dict) and one.get("kind") in KINDS for one in attempts
    ):
        return None
    return SteeringReading(
        tuple(
            Attempt(str(one.get("ref") or ""), one["kind"], str(one.get("words") or "").strip())
            for one in attempts[:MOST_ATTEMPTS]
        )
    )


@carries_out("S11")
def shown_attempts(
    questions: Iterable[RecordsQuestion], readings: Mapping[str, SteeringReading]
) -> dict[str, AttemptKind]:
    """By the record's ref, the first attempt in it whose words stand there."""
    found: dict[str, AttemptKind] = {}
    for question in questions:
        reading = readings.get(question.key)
        for attempt in reading.attempts if reading else ():
            words = plain_words(attempt.words)
            held = any(ref == attempt.ref and words in plain_words(text) for ref, text in question.records)
            if words and held:
                found.setdefault(attempt.ref, attempt.kind)
    return found

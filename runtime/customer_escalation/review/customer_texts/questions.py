"""What only language can tell of a text for a customer: asked of a reader, and what its answers are worth.

A reader is shown one text with the records of its customer and what the brief decides. It names faults with the words of the text that
hold them; code looks for those words, and a fault without them counts for nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

from customer_escalation.domain.findings import Finding
from customer_escalation.domain.rule_registry import carries_out
from customer_escalation.policy import Policy
from customer_escalation.review.grounding.source import plain_words
from skill_runtime.recorder import fingerprint

FaultKind = Literal["guess", "promise", "private", "secret_request", "confirmation"]
KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
ALWAYS: tuple[FaultKind, ...] = ("guess", "promise", "private", "secret_request")
TOLD: dict[FaultKind, str] = {
    "guess": "tells the customer a guess; say what is known and what is being done",
    "promise": "promises something that nobody approved; say what is being done instead",
    "private": "tells the customer what is ours alone; take it out",
    "secret_request": "asks the customer for a secret, which no text may",
    "confirmation": "confirms what Security has not agreed to tell yet",
}
MOST_FAULTS = 12
MOST_QUOTED = 300

READING_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "faults": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "kind": {"type": "string", "enum": list(KINDS)},
                    "words": {"type": "string", "description": "Copied from the text to the letter: the words that are at fault."},
                    "why": {"type": "string", "description": "At most 20 words: what is wrong with them."},
                },
                "required": ["kind", "words", "why"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["faults"],
    "additionalProperties": False,
}  # fmt: skip


@dataclass(frozen=True)
class TextQuestion:
    """One text to a customer, as a reader is shown it."""

    where: str
    text: str
    records: tuple[tuple[str, str], ...]
    """Refs, and the records in words."""
    kinds: tuple[FaultKind, ...] = ALWAYS
    """What is asked about; ``confirmation`` on a case of Security's alone."""

    @cached_property
    def key(self) -> str:
        """The same for the same text beside the same records, wherever it stands."""
        return fingerprint(["customer text", self.text, self.records, self.kinds])

    @property
    def asked(self) -> dict[str, Any]:
        """What the reader is shown."""
        return {
            "text": self.text,
            "asked_about": list(self.kinds),
            "records": [{"ref": ref, "record": text} for ref, text in self.records],
        }


@dataclass(frozen=True)
class TextFault:
    """What a reader finds."""

    kind: FaultKind
    words: str
    why: str


@dataclass(frozen=True)
class TextReading:
    """What a reader says of one text."""

    faults: tuple[TextFault, ...]


def reading_of(given: Mapping[str, Any]) -> TextReading | None:
    """A tool's input as a reading; None where it is none."""
    faults = given.get("faults")
    if not isinstance(faults, list) or not all(isinstance(one, dict) and one.get("kind") in KINDS for one in faults):
        return None
    return TextReading(
        tuple(
            TextFault(
                one["kind"],
                str(one.get("words") or "").strip(),
                " ".join(str(one.get("why") or "").split())[:MOST_QUOTED],
            )
            for one in faults[:MOST_FAULTS]
        )
    )


def shown_faults(question: TextQuestion, reading: TextReading) -> list[TextFault]:
    """The faults that were asked about and whose words stand in the text."""
    text = plain_words(question.text)
    return [
        fault
        for fault in reading.faults
        if fault.kind in question.kinds and (words := plain_words(fault.words)) and words in text
    ]


@carries_out("P2")
def text_findings(
    questions: Iterable[TextQuestion], readings: Mapping[str, TextReading], policy: Policy
) -> Iterator[Finding]:
    """What a reader finds and the text's words show; for a text that nobody read, a warning that says so."""
    level = policy.level("P2")
    for question in questions if level != "off" else ():
        reading = readings.get(question.key)
        if reading is None:
            yield unread(question.where)
            continue
        for fault in shown_faults(question, reading):
            why = f" ({fault.why.rstrip('.')})" if fault.why else ""
            message = f"“{_short(fault.words)}” {TOLD[fault.kind]}{why}."
            yield Finding(rule="P2", level=level, where=question.where, message=message)


def unread(where: str) -> Finding:
    """The warning beside a text that no reader read; without ``where`` it is said of all texts to customers."""
    return Finding(
        rule="P2",
        level="W",
        where=where,
        message=(
            "No second model read what goes to customers for guesses, promises, what is ours alone, requests for passwords and what "
            "Security has not agreed to tell: read it for these before you approve it."
        ),
    )


def unsettled_texts(questions: Sequence[TextQuestion], readings: Mapping[str, TextReading]) -> int:
    """In how many texts a reader names a fault whose words do not stand there: nothing is known of them."""
    return sum(
        len(shown_faults(question, reading)) < len([one for one in reading.faults if one.kind in question.kinds])
        for question in questions
        if (reading := readings.get(question.key)) is not None
    )


def _short(text: str) -> str:
    return text if len(text) <= MOST_QUOTED else f"{text[: MOST_QUOTED - 1]}…"

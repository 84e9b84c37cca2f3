"""What was tried: observations and actions by anybody, each with the sentence that says what came of it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from customer_escalation.domain.evidence import field
from customer_escalation.drafting.phrases import (
    ACTION,
    ASK,
    HANDOVER,
    OWN_CHANGE,
    POLITE,
    REPRODUCED,
    RESULT,
    SUBSTANCE,
)
from customer_escalation.drafting.quoting import Quoted, QuotedStep, Writer
from customer_escalation.drafting.reader import said
from customer_escalation.retrieval.relevance.wording import sentences, words
from skill_runtime.ledger import Record

MOST_STEPS = 8
LOOK_AHEAD = 2
"""Messages after the step in which its result may stand."""
NO_RESULT = "Result not recorded."
IN_THE_SAME = "The same sentence says what came of it."

SHORT = 16
"""Words; a polite opening in a longer sentence is no mere politeness."""


@dataclass(frozen=True)
class _Line:
    """A sentence in its thread."""

    record: Record
    sentence: str
    place: int
    """Of the message in its thread."""


def polite(sentence: str) -> bool:
    """Does it begin with a greeting, thanks or sympathy?"""
    return bool(POLITE.search(sentence))


def pleasantry(sentence: str) -> bool:
    """A greeting, thanks or sympathy, and nothing else."""
    return polite(sentence) and len(sentence.split()) < SHORT and not SUBSTANCE.search(sentence)


def tried_steps(writer: Writer) -> list[QuotedStep]:
    """Steps of every thread, oldest first; those with a result go before those without when there are too many."""
    steps: list[tuple[str, QuotedStep]] = []
    for thread in _threads(writer):
        steps += _of_thread(thread, writer)
    if len(steps) > MOST_STEPS:
        steps.sort(key=lambda step: (step[1].result == NO_RESULT, step[0]))
        steps = steps[:MOST_STEPS]
    return [step for _, step in sorted(steps, key=lambda step: step[0])]


def _threads(writer: Writer) -> Iterator[list[Record]]:
    """Tickets, then tracker items; then the chat by channel."""
    for ticket in writer.issue.tickets:
        yield [part for part in writer.evidence.messages(ticket) if part in writer.reader.messages]
    for item in writer.issue.related:
        if item.data.get("kind") == "issue":
            yield [part for part in writer.evidence.parts(item) if part in writer.reader.notes]


def _of_thread(thread: Sequence[Record], writer: Writer) -> list[tuple[str, QuotedStep]]:
    lines = [
        _Line(record, sentence, place) for place, record in enumerate(thread) for sentence in sentences(said(record))
    ]
    steps: list[tuple[str, QuotedStep]] = []
    taken: set[int] = set()
    for index, line in enumerate(lines):
        if index in taken or writer.used(line.record, line.sentence) or not _is_step(line, writer):
            continue
        action = writer.quote(line.record, line.sentence)
        if action is None:
            continue
        found = _result(index, lines, taken, writer)
        if found is None and HANDOVER.search(line.sentence):
            continue
        result = writer.use(lines[found].record, lines[found].sentence) if found is not None else None
        writer.use(line.record, line.sentence)
        taken |= {index, *([found] if found is not None else [])}
        cites = [line.record.ref, *([lines[found].record.ref] if found is not None and result else [])]
        said_with_it = IN_THE_SAME if RESULT.search(line.sentence) and not asks(line.sentence) else NO_RESULT
        text = _result_words(line, lines[found], result) if found is not None and result else said_with_it
        at = str(writer.evidence.at(line.record))
        steps.append((at, QuotedStep(action=action.text, result=text, cites=list(dict.fromkeys(cites)))))
    return steps


def _result_words(step: _Line, line: _Line, result: Quoted) -> str:
    """Nobody is named twice for one message."""
    text = result.text
    return f"In the same message: {text[text.index('“') :]}" if step.record.ref == line.record.ref else text


def asks(sentence: str) -> bool:
    """Does it ask somebody for something specific?"""
    return bool(ASK.search(sentence))


def _is_step(line: _Line, writer: Writer) -> bool:
    """An action that anybody did, or a specific request of an agent."""
    ours = writer.evidence.by_us(line.record)
    if pleasantry(line.sentence) or OWN_CHANGE.search(line.sentence) or (ours and REPRODUCED.search(line.sentence)):
        return False
    if field(line.record, "role") == "agent" and asks(line.sentence):
        return len(line.sentence.split()) > 3
    if line.sentence.endswith("?"):
        return False
    return bool(ACTION.search(line.sentence)) and (ours or _tells(line.sentence))


def _tells(sentence: str) -> bool:
    """A customer's action counts where it was done about the problem, not where it is part of the report."""
    return bool(
        RESULT.search(sentence)
        or re.search(r"\b(?:done|tried|tested|checked|rotated|re-?\w+ed|turned|upgraded|cleared|neu)\b", sentence, re.I)
    )


def _result(index: int, lines: Sequence[_Line], taken: Iterable[int], writer: Writer) -> int | None:
    """The next sentence that speaks of what came of the step; for a request, of the customer's next message."""
    step = lines[index]
    request = asks(step.sentence) and field(step.record, "role") == "agent"
    if not request and RESULT.search(step.sentence):
        return None
    near = [
        place for place in range(index + 1, len(lines))
        if place not in taken and lines[place].place - step.place <= LOOK_AHEAD and _may_answer(step, lines[place], request, writer)
    ]  # fmt: skip
    told = next((place for place in near if RESULT.search(lines[place].sentence)), None)
    if told is None and request:
        told = next((place for place in near if _answer(lines[place])), None)
    return told


def _may_answer(step: _Line, line: _Line, request: bool, writer: Writer) -> bool:
    """A sentence that is free to be quoted, of somebody who can know what came of the step."""
    ours = field(line.record, "role") == "agent" or writer.evidence.by_us(line.record)
    if (
        writer.used(line.record, line.sentence)
        or pleasantry(line.sentence)
        or writer.quote(line.record, line.sentence) is None
    ):
        return False
    if request:
        own_step = bool(ACTION.search(line.sentence) and RESULT.search(line.sentence))
        same_matter = set(words(step.sentence)) & set(words(line.sentence))
        return not ours and line.place > step.place and (not own_step or bool(same_matter))
    return ours if HANDOVER.search(step.sentence) else True


def _answer(line: _Line) -> bool:
    """It answers a request: it says something, and asks nothing back."""
    return not line.sentence.endswith("?") and len(line.sentence.split()) > 1

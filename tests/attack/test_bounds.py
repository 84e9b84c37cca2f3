"""Sizes and lines that nobody writes cost no minutes: bounded before they are looked at, and linear where they are."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.attack.tally import Attempts, examples
from tests.customer_escalation.casebook import NOW, policy
from tests.customer_escalation.drafts import T1M1, escalation, facts, records, said

from customer_escalation.cases.session import Casework
from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.tamed import LONGEST_GAP, LONGEST_WORD, tamed
from customer_escalation.rendering.inert import inert
from customer_escalation.retrieval.injection import first_instruction_like
from customer_escalation.retrieval.relevance import find_issue
from customer_escalation.review.grounding.atoms import find_atoms
from skill_runtime.secrets import without_secrets

KIND = "a size that nobody writes"
LINE = 200_000
UNITS = (
    "-", ".", "`", "1.", "a.", "2026-", "twenty-", "v1.", "#1", "\n", " \n", "x-", "1", " ", "a", "*", "_", "(", "“", "[[", "1,", "/a",
    "http://a", "12:", "$1", "&A", "Ltd ", "ignore all ", "é", "日", "ab ", "<a", "&#", "password is ", "eyJ", "://a:",
)  # fmt: skip
GUARD_S = 300
"""After which a pattern is taken to run for ever; no measure of how long it takes."""


@contextmanager
def ending() -> Iterator[None]:
    """What runs for ever ends with an error."""

    def stop(*_: Any) -> None:
        raise TimeoutError("it runs for ever")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(GUARD_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def submitted(**changes: Any) -> None:
    """A draft reviewed."""
    work = Casework(records(), policy(), NOW)
    assert work.assess(Assessment.model_validate(facts())) == []
    work.submit(EscalationDraft.model_validate(escalation(**changes)))


def looked_at(line: str) -> None:
    """Everything that looks at a line of a ticket."""
    list(find_atoms(line))
    first_instruction_like(line)
    inert(line)
    without_secrets(line)
    source = records()
    message = source.ledger.get(T1M1)
    assert message is not None
    source.ledger.put(message.model_copy(update={"data": {**message.data, "text": f"{message.data['text']} {line}"}}))
    find_issue("Nightly sync fails for Harrow Mills", source, NOW)
    work = Casework(source, policy(), NOW)
    work.assess(Assessment.model_validate(facts()))
    work.submit(EscalationDraft.model_validate(escalation()))


@pytest.mark.parametrize("unit", UNITS)
def test_a_line_of_200_kb_is_looked_at(attempts: Attempts, unit: str) -> None:
    with ending():
        looked_at((unit * (LINE // len(unit) + 1))[:LINE])
    attempts.had(repr(unit), None)
    attempts.had_none()


def test_generated_lines_are_looked_at(attempts: Attempts) -> None:
    @given(st.lists(st.sampled_from(UNITS), min_size=1, max_size=3).map("".join))
    @settings(max_examples=examples(2, 40))
    def tried(unit: str) -> None:
        with ending():
            looked_at((unit * (LINE // len(unit) + 1))[:LINE])
        attempts.had(repr(unit), None)

    tried()
    attempts.had_none()


@given(st.lists(st.sampled_from(["a" * 700, " " * 200, "\n" * 90, "word ", "1." * 300]), max_size=8).map("".join))
def test_no_word_and_no_gap_is_longer_than_the_bounds_and_every_character_keeps_its_place(text: str) -> None:
    kept = tamed(text)
    assert len(kept) == len(text)
    assert max(map(len, kept.split()), default=0) <= LONGEST_WORD + 2  # what fills up a gap before it
    assert " " * (LONGEST_GAP + 2) not in kept
    assert all(now in (was, "\0", " ") for was, now in zip(text, kept, strict=True))


STATEMENT = (
    said("The sync stops after 4,000 rows since 7.2.0 on 2026-03-04 with E-77, which costs $150,000. ", T1M1) * 40
)[:3_700]


@pytest.mark.parametrize(
    "changes",
    [
        {"messages": [{"to": "Engineering", "text": STATEMENT} for _ in range(400)]},
        {"asks": [{"owner": "Engineering", "kind": "fix", "by": "", "text": STATEMENT} for _ in range(400)]},
        {"description": "x" * 5_000_000},
        {"sender": "[[" * 1_000_000},
        {"drafts": [{"ticket": "T", "kind": "reply", "when": "", "text": ""}] * 100_000},
        {"more": {"deep": ["x" * 1_000] * 1_000}},
    ],
    ids=["400 messages", "400 asks", "5 MB", "2 MB of marks", "100,000 texts", "an unknown field of 1 MB"],
)
def test_a_draft_beyond_the_bounds_is_refused_before_it_is_looked_at(
    attempts: Attempts, changes: dict[str, Any]
) -> None:
    with ending(), pytest.raises(ValidationError) as raised:
        submitted(**changes)
    attempts.had(str(changes)[:40], len(str(raised.value)) > 20_000)
    attempts.had_none()


def test_a_draft_at_the_bounds_is_reviewed(attempts: Attempts) -> None:
    with ending():
        submitted(messages=[{"to": "Engineering", "text": STATEMENT} for _ in range(30)])
    attempts.had("30 messages of 3.7 kB", None)
    attempts.had_none()

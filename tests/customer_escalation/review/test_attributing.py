"""The records behind the sentences of a document whose writer set no marks."""

from typing import Any

from tests.customer_escalation.documents import document, index
from tests.customer_escalation.drafts import BUG_COMMENT, T1M1, T1M2, escalation, records

from customer_escalation.domain.document_reading import written_draft
from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.index import DocumentIndex
from customer_escalation.domain.prose import passages, without_marks
from customer_escalation.domain.written import Written
from customer_escalation.review.attributing import attributed
from customer_escalation.review.sources import Sources

TICKET = "support_platform/T-101"


def draft_of(**changes: Any) -> Written:
    plain = {name: without_marks(value) if isinstance(value, str) else value for name, value in escalation().items()}
    given = plain | changes
    return written_draft(
        document(given, "High", "Engineering"), DocumentIndex.model_validate(index(given)), escalates=True
    )


def sources(evidence: Evidence) -> Sources:
    return Sources(evidence, {}, frozenset({"Harrow Mills", "Engineering"}))


def cites(description: str) -> list[tuple[str, ...]]:
    """What each sentence of a description is found to stand on."""
    draft = attributed(draft_of(description=description), sources(records()), [TICKET])
    passage = next(one for one in passages(draft) if one.path == "description")
    return [sentence.cites if sentence.own else () for sentence in passage.sentences]


def test_a_sentence_stands_on_the_message_that_holds_what_it_says() -> None:
    assert cites("It stops with E-77 after 4,000 of 9,500 rows.") == [(T1M1,)]


def test_a_sentence_stands_on_the_items_that_it_names() -> None:
    (found,) = cites("P-55 has the cause.")
    assert found == ("project_tracker/P-55",)


def test_what_stands_in_several_items_is_taken_from_the_one_that_holds_most() -> None:
    (found,) = cites("The batch limit was lowered to 4,000 in 7.2.0.")
    assert found == (BUG_COMMENT,)


def test_a_number_that_stands_nowhere_shows_no_source() -> None:
    assert cites("In all 9,731 rows were lost.") == [()]


def test_a_mark_of_the_writers_stays_and_what_it_does_not_hold_is_added() -> None:
    (found,) = cites(f"Reproduced with 7.2.0 by pressing Run now, and the audit is on 2026-03-20 [[{T1M2}]].")
    assert found[0] == T1M2
    assert T1M1 in found


def test_each_sentence_stands_by_itself() -> None:
    first, second = cites("It stops with E-77 after 4,000 of 9,500 rows. Nobody knows more.")
    assert first == (T1M1,)
    assert second == ()


def test_a_plan_in_a_note_has_moments_of_its_own() -> None:
    text = "**Handle it.** We look at it again.\n\n1. Ask them on 2027-01-05 at 17:45.\n2. It stops with E-77 after 4,000 rows."
    draft = attributed(written_draft(text, DocumentIndex(), escalates=False), sources(records()), [TICKET])
    marked = [without_marks(line) for line in draft.note.split("\n") if "[[" in line]  # type: ignore[union-attr]
    assert marked == ["2. It stops with E-77 after 4,000 rows."]


def test_a_line_that_only_says_what_follows_and_a_text_that_goes_out_get_none() -> None:
    messages = [{"to": "#support", "text": "It stops with E-77 after 4,000 of 9,500 rows."}]
    draft = attributed(draft_of(messages=messages), sources(records()), [TICKET])
    assert draft.messages[0].text == messages[0]["text"]
    text = "**Text 1. About E-77 and 4,000 of 9,500 rows:**\n\n> Hello"
    note = attributed(written_draft(text, DocumentIndex(), escalates=False), sources(records()), [TICKET])
    assert "[[" not in note.note  # type: ignore[union-attr]


def test_a_draft_of_fields_is_left_as_it_is() -> None:
    draft = EscalationDraft.model_validate(escalation())
    assert attributed(draft, sources(records()), [TICKET]) is draft

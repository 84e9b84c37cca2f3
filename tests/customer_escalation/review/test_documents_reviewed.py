"""What the checks say of a document that was written without marks, and what they leave to its last reader."""

from dataclasses import replace
from typing import Any

import pytest
from tests.customer_escalation.casebook import NOW, message, policy
from tests.customer_escalation.documents import document, index
from tests.customer_escalation.drafts import T1, escalation, facts, records, reply

from customer_escalation.cases.session import Casework
from customer_escalation.domain.document_reading import written_draft
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.findings import Finding
from customer_escalation.domain.index import DocumentIndex
from customer_escalation.domain.written import document_of, is_written
from customer_escalation.rendering.phrases import Phrases
from customer_escalation.review import Review, withhold_unsupported


def reviewed(evidence: Evidence | None = None, **changes: Any) -> Review:
    """What the checks say of a document with these changes."""
    work = Casework(evidence or records(), policy(), NOW)
    assert work.assess(Assessment.model_validate(facts())) == []
    draft = escalation(**changes)
    return work.submit(written_draft(
        document(draft, "High", "Engineering"), DocumentIndex.model_validate(index(draft)), escalates=True
    ))  # fmt: skip


def levels(words: str, evidence: Evidence | None = None, **changes: Any) -> list[str]:
    """The levels of the findings that speak of these words."""
    return [one.level for one in reviewed(evidence, **changes).findings if f"“{words}" in one.message]


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("Bell & Oak have an ARR of $20,000, so hands off.", "$20,000", ["W"]),
        ("We have an ARR of $20,000 with them.", "$20,000", ["H"]),
        ("Another run stopped at 8,251 rows.", "8,251", ["H"]),
    ],
)
def test_a_message_to_colleagues_needs_no_mark_and_makes_no_number_up(text: str, words: str, found: list[str]) -> None:
    assert levels(words, messages=[{"to": "#support", "text": text}]) == found


@pytest.mark.parametrize("greeting", ["Bonjour Madame,", "Guten Tag Zusammen,", "Kära Kunder"])
def test_a_greeting_without_a_name_is_no_name_that_somebody_made_up(greeting: str) -> None:
    letter = f"{greeting}\n\nThe export is being looked at.\n\n[name]"
    assert "H" not in levels(greeting.rstrip(","), drafts=[reply(letter, T1)])


def test_a_greeting_with_which_others_began_too_is_asked_about_no_more_and_a_persons_name_is() -> None:
    greeted = records()
    for number, writer in enumerate(("ada", "ben", "Marguerite Delacroix"), 40):
        said = message("T-9", number, "2026-03-04T08:00:00Z", "customer", "Buenas Tardes,\nall is well.", writer)
        greeted.ledger.add({"item": said})
        said = message("T-9", number + 10, "2026-03-04T08:00:00Z", "customer", "Marguerite Delacroix is away.", writer)
        greeted.ledger.add({"item": said})
    for words, found in (("Buenas Tardes", []), ("Marguerite Delacroix", ["W"])):
        letter = reply(f"{words},\n\nThe export is being looked at.\n\n[name]", T1)
        assert levels(words, greeted, drafts=[letter]) == found


@pytest.mark.parametrize(
    "begins",
    ["Hello,\n\nOur engineer Marguerite Delacroix looks at it.", "Hello Marguerite Delacroix,\n\nWe look at it."],
)
def test_a_person_whom_no_record_holds_is_made_up_wherever_they_stand_in_a_letter(begins: str) -> None:
    letter = f"{begins}\n\n[name]"
    assert levels("Marguerite Delacroix", drafts=[reply(letter, T1)]) == ["H"]


def test_the_name_of_an_own_heading_is_no_quotation_of_a_record() -> None:
    text = "Its limits stand under “What's Been Tried”. He said “we shall never pay for all this”."
    assert levels("we shall never pay", context=text) != []
    assert levels("What's Been", context=text) == []


def test_a_sentence_without_a_figure_is_asked_for_no_mark_that_nobody_sets() -> None:
    assert levels("They hope", communication="They hope that the other site stays as it is.") == []


def test_where_a_letter_is_withheld_its_place_says_so() -> None:
    review = reviewed(drafts=[reply("Hello,\n\nWe look at it.\n\n[name]", T1)])
    contested = Finding(rule="G5", level="H", where="drafts[0].text", message="No record shows that we do.")
    draft = withhold_unsupported(replace(review, findings=(contested,)))
    assert is_written(draft)
    assert draft.drafts == []
    said = document_of(draft)
    assert "We look at it" not in said
    assert Phrases(None, "en")("withheld_text") in said.split("\n")

"""A draft with texts written anew: whole ones, entries taken out; and places that it does not have."""

from typing import Any

import pytest
from tests.customer_escalation.documents import document, index
from tests.customer_escalation.drafts import ask, escalation, handling, reply

from customer_escalation.domain.changes import NoSuchPlace, texts_at
from customer_escalation.domain.document_reading import written_draft
from customer_escalation.domain.draft import EscalationDraft, HandlingDraft
from customer_escalation.domain.index import DocumentIndex
from customer_escalation.domain.written import WrittenEscalation, document_of


def draft(**changes: Any) -> EscalationDraft:
    return EscalationDraft.model_validate(escalation(**changes))


def test_texts_are_replaced_by_their_paths() -> None:
    whole = draft(drafts=[reply("Hello.")], messages=[{"to": "Kim", "text": "Please."}])
    found = EscalationDraft.model_validate(texts_at(whole, {
        "tried": "1. None.", "asks[0].text": "Fix it.", "asks[0].by": "2026-03-05", "drafts[0].text": "Hi.", "messages[0].to": "Ana",
        "deadline.text": "Soon.",
    }))  # fmt: skip
    assert (found.tried, found.deadline.text) == ("1. None.", "Soon.")
    assert (found.asks[0].text, found.asks[0].by) == ("Fix it.", "2026-03-05")
    assert (found.drafts[0].text, found.messages[0].to) == ("Hi.", "Ana")
    untouched = whole.model_dump()
    for name in ("summary", "description", "impact", "context", "reproduction"):
        assert found.model_dump()[name] == untouched[name]
    assert whole.tried == escalation()["tried"]


def test_entries_of_lists_that_become_empty_are_left_out_and_texts_stay() -> None:
    whole = draft(
        drafts=[reply("Hello."), reply("Hi.", kind="update")], messages=[{"to": "Kim", "text": "Please."}],
        asks=[ask("One."), ask("Two.")],
    )  # fmt: skip
    found = texts_at(
        whole, {"drafts[0].text": "", "asks[1].text": "", "messages[0].text": "", "tried": "", "deadline.text": ""}
    )
    assert (found["messages"], found["tried"]) == ([], "")
    assert [one["text"] for one in found["drafts"]] == ["Hi."]
    assert [one["text"] for one in found["asks"]] == ["One."]
    assert found["deadline"] == {**whole.deadline.model_dump(), "text": ""}


@pytest.mark.parametrize(
    "path",
    [
        "nothing", "tried[0]", "tried.text", "asks", "asks[9].text", "asks[x].text", "asks[0]", "asks[+]", "asks[0].nothing", "deadline",
        "deadline.nothing", "drafts[0].text", "reproduction.steps", "nothing[+]", "", ".", "[0]", "asks[0].text[0]",
    ],
)  # fmt: skip
def test_a_path_that_names_no_text_is_an_error_with_the_path(path: str) -> None:
    with pytest.raises(NoSuchPlace) as raised:
        texts_at(draft(), {path: "x"})
    assert str(raised.value) == f"There is no text at `{path}`: name a place as the findings do."


def test_texts_of_a_note_for_support_have_paths_too() -> None:
    note = HandlingDraft.model_validate(handling())
    found = texts_at(note, {"note": "1. Wait.", "drafts[0].when": "now", "article": ""})
    assert (found["note"], found["drafts"][0]["when"], found["article"]) == ("1. Wait.", "now", "")


def test_in_a_document_the_place_of_an_entry_goes_with_it_and_those_behind_it_move_up() -> None:
    texts = [reply(f"Hello {name}, we are at it.") for name in ("Ada", "Bea", "Cem")]
    given = escalation(drafts=texts, asks=[ask("One thing."), ask("Two things.")])
    whole = written_draft(
        document(given, "High", "Engineering"), DocumentIndex.model_validate(index(given)), escalates=True
    )
    found = WrittenEscalation.model_validate(texts_at(whole, {"drafts[1].text": "", "asks[0].text": ""}))
    text = document_of(found)
    assert "Hello Bea" not in text
    assert "One thing." not in text
    assert "> Hello Ada" in text
    assert "> Hello Cem" in text
    assert text.count("Hello") == 2
    assert "2. Two things." in text

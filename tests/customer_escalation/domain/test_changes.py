"""A draft with texts written anew: whole ones, some words of one, entries taken out; and places that it does not have."""

from typing import Any

import pytest
from pydantic import ValidationError
from tests.customer_escalation.drafts import T1M1, ask, escalation, handling, reply, said

from customer_escalation.domain.changes import MOST_SHOWN, NoSuchPlace, TextChange, changed, texts_at
from customer_escalation.domain.draft import EscalationDraft, HandlingDraft
from customer_escalation.domain.prose import MOST_CHARACTERS


def draft(**changes: Any) -> EscalationDraft:
    return EscalationDraft.model_validate(escalation(**changes))


def with_words(written: str, instead_of: str, text: str) -> str:
    """The description that it was, with the words replaced."""
    change = TextChange(path="description", instead_of=instead_of, text=text)
    found = changed(draft(description=written), [change])["description"]
    assert isinstance(found, str)
    return found


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
    for name in ("summary", "description", "ideas", "impact", "context", "reproduction"):
        assert found.model_dump()[name] == untouched[name]
    assert whole.tried == escalation()["tried"]


def test_entries_of_lists_that_become_empty_are_left_out_and_texts_stay() -> None:
    whole = draft(
        drafts=[reply("Hello."), reply("Hi.", kind="update")], messages=[{"to": "Kim", "text": "Please."}],
        asks=[ask("One."), ask("Two.")],
    )  # fmt: skip
    found = texts_at(
        whole, {"drafts[0].text": "", "asks[1].text": "", "messages[0].text": "", "ideas": "", "deadline.text": ""}
    )
    assert (found["messages"], found["ideas"]) == ([], "")
    assert [one["text"] for one in found["drafts"]] == ["Hi."]
    assert [one["text"] for one in found["asks"]] == ["One."]
    assert found["deadline"] == {**whole.deadline.model_dump(), "text": ""}


def test_places_are_those_before_any_change_was_made() -> None:
    changes = [
        TextChange(path="asks[0].text", text=""),
        TextChange(path="asks[1].text", instead_of="Two", text="Three"),
    ]
    found = changed(draft(asks=[ask("One."), ask("Two.")]), changes)
    assert [one["text"] for one in found["asks"]] == ["Three."]


@pytest.mark.parametrize(
    ("written", "instead_of", "text", "found"),
    [
        ("It stops at noon.", "noon", "10:00", "It stops at 10:00."),
        ("It stops at noon.", "It stops at noon.", "None.", "None."),
        ("It stops [[a/1]] at noon [[b/2]].", "stops at noon", "ends", "It ends [[b/2]]."),
        ("It stops [[a/1]] at noon [[b/2]].", "stops [[a/1]] at noon [[b/2]]", "ends [[c/3]]", "It ends [[c/3]]."),
        ("It stops at noon [[a/1]] [[b/2]]. So.", "at noon. So.", "then.", "It stops then."),
        ("It stops at noon.", "stops [[a/1]] at", "ends by", "It ends by noon."),
        ("It stops\n  at noon.", "stops at", "ends by", "It ends by noon."),
        ("**Two** (of 3) stop.", "**Two** (of 3)", "All", "All stop."),
        ("It stops a\\1 then.", "a\\1", r"\g<0>", r"It stops \g<0> then."),
        ("It stops. It stops at noon.", "It stops at", "Ends", "It stops. Ends noon."),
        ("同期が失敗する [[a/1]]。次へ。", "失敗する。次", "止まる。次", "同期が止まる。次へ。"),
    ],
)
def test_words_are_replaced_where_they_stand_once(written: str, instead_of: str, text: str, found: str) -> None:
    assert with_words(written, instead_of, text) == found


def test_an_empty_text_takes_the_words_out_and_the_rest_stays() -> None:
    written = f"{said('It stops.', T1M1)} {said('It never did.', T1M1)}"
    assert with_words(written, "It never did.", "").strip() == said("It stops.", T1M1)


def test_words_that_are_the_whole_of_an_entry_take_it_out() -> None:
    found = changed(
        draft(asks=[ask("One."), ask("Two.")]), [TextChange(path="asks[0].text", instead_of="One.", text="")]
    )
    assert [one["text"] for one in found["asks"]] == ["Two."]


def test_several_changes_of_one_text_are_made_in_their_order() -> None:
    changes = [
        TextChange(path="description", instead_of="noon", text="ten"),
        TextChange(path="description", instead_of="stops at ten", text="ends"),
        TextChange(path="description", instead_of="Why", text="How"),
    ]
    assert changed(draft(description="It stops at noon. Why?"), changes)["description"] == "It ends. How?"
    whole = [
        TextChange(path="description", text="Anew."),
        TextChange(path="description", instead_of="Anew", text="New"),
    ]
    assert changed(draft(), whole)["description"] == "New."


@pytest.mark.parametrize(
    ("written", "instead_of", "times"),
    [
        ("It stops at noon.", "midnight", 0),
        ("It stops at noon.", "It Stops", 0),
        ("It stops at noon.", "stop at", 0),
        ("It stops at noon.", "[[a/1]]", 0),
        ("It stops. It stops.", "It stops", 2),
        ("It stops [[a/1]]. It stops [[b/2]].", "It stops.", 2),
        ("", "It", 0),
    ],
)
def test_words_that_stand_there_never_or_twice_are_no_place(written: str, instead_of: str, times: int) -> None:
    with pytest.raises(NoSuchPlace) as raised:
        with_words(written, instead_of, "x")
    assert str(raised.value) == f"“{instead_of}” stands {times} times in `description`; it has to be there once."


def test_a_message_about_long_words_is_short() -> None:
    with pytest.raises(NoSuchPlace) as raised:
        with_words("It stops.", "no such words " * 100, "x")
    assert "…” stands 0 times" in str(raised.value)
    assert len(str(raised.value)) < MOST_SHOWN + 80


@pytest.mark.parametrize(
    "path",
    [
        "nothing", "tried[0]", "tried.text", "asks", "asks[9].text", "asks[x].text", "asks[0]", "asks[+]", "asks[0].nothing", "deadline",
        "deadline.nothing", "drafts[0].text", "reproduction.steps", "nothing[+]", "", ".", "[0]", "asks[0].text[0]",
    ],
)  # fmt: skip
@pytest.mark.parametrize("instead_of", ["", "It"])
def test_a_path_that_names_no_text_is_an_error_with_the_path(path: str, instead_of: str) -> None:
    with pytest.raises(NoSuchPlace) as raised:
        changed(draft(), [TextChange(path=path, instead_of=instead_of, text="x")])
    assert str(raised.value) == f"There is no text at `{path}`: name a place as the findings do."


def test_texts_of_a_note_for_support_have_paths_too() -> None:
    note = HandlingDraft.model_validate(handling())
    found = texts_at(note, {"note": "1. Wait.", "drafts[0].when": "now", "article": ""})
    assert (found["note"], found["drafts"][0]["when"], found["article"]) == ("1. Wait.", "now", "")


def test_what_is_too_long_or_unknown_is_refused() -> None:
    with pytest.raises(ValidationError):
        TextChange(path="tried", text="x" * (MOST_CHARACTERS + 1))
    with pytest.raises(ValidationError):
        TextChange.model_validate({"path": "tried", "text": "x", "why": "y"})

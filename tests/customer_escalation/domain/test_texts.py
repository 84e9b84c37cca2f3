"""Texts that go out: their order, how they are named, and a new order."""

from typing import Any

import pytest
from tests.customer_escalation.drafts import escalation, reply

from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.texts import each_marked, outgoing, places, unknown_mentions, with_places


def message(to: str, number: int = 0) -> dict[str, Any]:
    return {"number": number, "to": to, "text": f"To {to}."}


def draft(**changes: Any) -> EscalationDraft:
    return EscalationDraft.model_validate(escalation(**changes))


def customer(text: str, number: int = 0) -> dict[str, Any]:
    return {**reply(text), "number": number}


def test_texts_to_customers_and_colleagues_stand_in_the_order_of_their_numbers() -> None:
    one = draft(drafts=[customer("b", 2), customer("d", 7)], messages=[message("a", 1), message("c", 5)])
    assert [path for path, _ in outgoing(one)] == ["messages[0]", "drafts[0]", "messages[1]", "drafts[1]"]
    assert places(one) == {1: 1, 2: 2, 5: 3, 7: 4}


def test_without_numbers_or_with_one_twice_they_stand_as_they_are_listed() -> None:
    for first, second in ((0, 0), (3, 3), (0, 1)):
        one = draft(drafts=[customer("a", first)], messages=[message("b", second)])
        assert [path for path, _ in outgoing(one)] == ["drafts[0]", "messages[0]"]
        assert places(one) == {1: 1, 2: 2}


def test_the_note_of_the_ticket_is_the_last() -> None:
    assert places(draft(drafts=[customer("a", 4)], ticket_note="Leave it.")) == {4: 1, 5: 2}


def test_a_mention_is_printed_as_the_place_of_its_text() -> None:
    assert (
        with_places("Send [text 5], then [text 7].", {5: 1, 7: 2}, lambda n: f"text {n}") == "Send text 1, then text 2."
    )
    assert with_places("[text 5] goes first.", {5: 1}, lambda n: f"text {n}") == "Text 1 goes first."
    assert list(unknown_mentions("[text 5] or [text 9]", {5: 1})) == [9]


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Without a yes, text 7.", "Without a yes, text 2."),
        ("Wie in Text 7", "Wie in Text 2"),
        ("som i texten 7", "som i texten 2"),
        ("z tekstem 7", "z tekstem 2"),
        ("см. текст 7", "см. текст 2"),
        ("文本7发出后", "文本2发出后"),
        ("문안 7을", "문안 2을"),
        ("Text 71 and text 7%, context 7, text 7.2", "Text 71 and text 7%, context 7, text 7.2"),
    ],
)
def test_a_mention_in_plain_words_follows_too_and_nothing_else_does(written: str, printed: str) -> None:
    assert with_places(written, {7: 2}, lambda n: f"text {n}") == printed
    assert list(unknown_mentions("text 9", {5: 1})) == []


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("14:30 Uhr: [text 2] oder 3 wählen.", "14:30 Uhr: [text 2] oder [text 3] wählen."),
        ("Danach Text 2 oder 3 wählen.", "Danach Text 2 oder [text 3] wählen."),
        ("Send texts 1, 2 and 3 today.", "Send texts 1, [text 2] and [text 3] today."),
        ("Envoyez textes 1, 2 et 3 aujourd’hui.", "Envoyez textes 1, [text 2] et [text 3] aujourd’hui."),
        ("Tekst 1 i 2, potem 3.", "Tekst 1 i [text 2], potem 3."),
        ("文面1、2", "文面1、[text 2]"),
        ("Text 2 und 3 Minuten später", "Text 2 und 3 Minuten später"),
        ("Text 2 and 3 customers", "Text 2 and 3 customers"),
        ("text 2, 11:30 call; text 1, 17 September", "text 2, 11:30 call; text 1, 17 September"),
        ("text 1 or 7", "text 1 or 7"),
    ],
)
def test_each_number_of_a_list_of_texts_names_one(written: str, read: str) -> None:
    assert each_marked(written, {1, 2, 3}) == read


def test_a_list_of_texts_follows_a_new_order() -> None:
    assert with_places("Choose text 1 or 2.", {1: 2, 2: 1}, lambda n: f"text {n}") == "Choose text 2 or 1."
    assert (
        with_places("Send [text 1], [text 2] and [text 3].", {1: 1, 2: 2, 3: 3}, lambda n: f"text {n}")
        == "Send text 1, 2 and 3."
    )
    assert (
        with_places("teksty 1–3, potem [text 4]", {1: 5, 3: 7, 4: 8}, lambda n: f"tekst {n}")
        == "teksty 5–7, potem tekst 8"
    )
    assert with_places("文面1、[text 2]", {1: 1, 2: 2}, lambda n: f"文面{n}") == "文面1、2"

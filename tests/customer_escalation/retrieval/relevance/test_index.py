"""Words of records: which are the same, in every language and script, and how much they tell."""

import pytest
from tests.customer_escalation.casebook import chat, evidence, message, ticket

from customer_escalation.retrieval.relevance.index import Index
from customer_escalation.retrieval.relevance.wording import words

AT = "2026-03-03T08:00:00Z"


def index(*texts: str, query: str = "") -> Index:
    """Of chat messages C-0, C-1, ... with these texts."""
    return Index(evidence(*(chat(f"C-{number}", AT, text) for number, text in enumerate(texts))).ledger, query)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("English", "policy", "policies"),
        ("English", "connection", "connecting"),
        ("English", "miner", "mining"),
        ("English", "deletion", "deleted"),
        ("German", "Bestellung", "Bestellungen"),
        ("French", "refusée", "refusés"),
        ("French", "pièce", "piece"),
        ("Spanish", "conexión", "conexiones"),
        ("Dutch", "bestellingen", "bestelling"),
        ("Portuguese", "cobrança", "cobranças"),
        ("Italian", "fattura", "fatture"),
    ],
)
def test_forms_of_a_word_are_one(language: str, one: str, other: str) -> None:
    assert words(one, language) == words(other, language) != ()


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("海澜制造升级后订单数据丢失", {"订单", "数据", "丢失"}),
        ("北斗精機で受注データが消えた", {"受注", "データ", "消"}),
        ("v1.6.7升级失败", {"v1.6.7", "升级", "失败"}),
        ("데이터가 사라졌습니다", {"데이터가"}),
        ("ข้อมูลหาย", {"ข้อ"}),
    ],
)
def test_a_text_without_spaces_has_words_too(text: str, has: set[str]) -> None:
    assert has <= set(words(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("الطباعة", "طباعة"),
        ("العربي", "العربية"),
        ("يُطبع", "يطبع"),
        ("заказов", "заказы"),
        ("किताबें", "किताब"),
    ],
)
def test_forms_of_a_word_are_one_in_its_own_script_whatever_the_language_around_it(one: str, other: str) -> None:
    assert len(words(one)) == 1
    assert words(one) == words(other) == words(one, "German")


def test_words_that_hyphens_join_are_words_and_codes_stay_whole() -> None:
    assert words("DATEV-Export", "German") == words("DATEV Export", "German")
    assert words("ENG-4711 x-cache e-mail") == ("eng-4711", "x-cache", "e-mail")


@pytest.mark.parametrize("word", ["पत्र", "देवनागरी", "নিরাপত্তা", "தமிழ்", "శుభం"])
def test_a_vowel_sign_does_not_cut_a_word(word: str) -> None:
    assert len(words(f"{word} {word}।")) == 2
    assert len(words(word)[0]) > 1


def test_particles_in_hiragana_are_no_words() -> None:
    assert words("ので、また") == ()


def test_a_word_that_every_record_has_still_tells_something() -> None:
    found = index("Scim is asked for.", "Scim again.", "We offer no scim.")
    assert found.weight({"scim"}) > 0


def test_a_rare_word_and_a_figure_tell_more() -> None:
    found = index("The printer jams.", "The printer jams in 8.3.41.", "The printer stalls.")
    assert found.weight(found.words("stalls")) > found.weight(found.words("printer"))
    assert found.weight({"8.3.41"}) > found.weight(found.words("stalls"))


def test_a_word_in_the_title_counts_more() -> None:
    said = message("T-2", 1, AT, "customer", "The printer is late.")
    records = evidence(
        ticket("T-1", "Vale Foods", AT, subject="Printer late"), ticket("T-2", "Vale Foods", AT, said, subject="Hello")
    )
    first, second = records.of_kind("ticket")
    found = Index(records.ledger)
    asked = found.words("printer late")
    assert found.share(asked, first) == found.share(asked, second) == 1.0
    assert found.score(asked, first) > found.score(asked, second) > 0
    assert found.score(found.words("invoice"), first) == 0


def test_the_language_is_the_request_s_else_the_records_else_english() -> None:
    german = "Wir haben die Bestellungen und sie sind nicht mit der Rechnung da."
    assert index(german, query="The orders are not with the invoice that we have.").language == "English"
    assert index(german, query="Bestellung fehlt").language == "German"
    assert index("Hm.", query="Ok").language == "English"
    found = index(german, query="Bestellung fehlt")
    assert found.words("Bestellung") <= found.words(german)

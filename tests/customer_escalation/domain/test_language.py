"""Which language a text is in, also where it is none that is known here but shares its short words with one that is."""

import resource
import tempfile

import pytest
from tests.customer_escalation.samples import SAMPLES

from customer_escalation.domain import language
from customer_escalation.domain.language import (
    CODES,
    OTHER,
    TOLD,
    checked_code,
    code_of,
    language_of,
    language_or_other,
)

POLISH = (
    "Po aktualizacji program 4 o godzinie 5 nie ruszył, a pole jest puste. Prosimy o odpowiedź do południa, bo o 18 zaczyna się "
    "podlewanie i nie da się go przesunąć. O wszystkim napisaliśmy do Państwa w poniedziałek, a od tego czasu nikt do nas nie "
    "napisał. Dane są w systemie, a kopia z niedzieli jest u nas."
)
DANISH = (
    "Siden i går er de fleste af vores brugere lukket ude, og de kan ikke komme ind igen. Vi har prøvet de to ting, der står i "
    "vejledningen, men de hjælper ikke. Hvornår er det i orden? De venter, og det er en stor opgave for os at svare dem."
)
CATALAN = (
    "Des de dilluns les factures no es poden obrir i els clients no tenen resposta. Hem provat el que diu la guia de la casa, i no "
    "funciona en cap dels dos navegadors. Quan ho tindrem resolt? La direcció de l'escola ens ho demana cada dia."
)
PORTUGUESE = "O sistema parou na segunda-feira e os clientes não têm resposta. O que é que se pode fazer até ao meio-dia com a cópia?"
DUTCH = (
    "Sinds gisteren kunnen de meeste gebruikers niet meer in het systeem en wij hebben er nog geen antwoord op van u."
)


ENGLISH = "The export is not there and we have to wait for it, so please tell us what this is and when it will be back."
SWEDISH = "Sedan i måndags stannar den nattliga synkroniseringen, och kunden skrev till oss att de väntar på svar."
SLOVAK = (
    "Od pondelka sa nočná synchronizácia zastaví po štyroch tisícoch riadkov a zákazník nám napísal, že čaká na odpoveď. Príčinu "
    "zatiaľ nepoznáme, vývoj to preveruje."
)
BULGARIAN = (
    "От понеделник нощната синхронизация спира след четири хиляди реда и клиентът ни писа, че чака отговор. Причината още не е "
    "известна, екипът проверява."
)
NYNORSK = (
    "Sidan måndag stoppar den nattlege synkroniseringa etter fire tusen rader, og kunden skreiv til oss at dei ventar på svar. "
    "Årsaka er ikkje kjend enno."
)


@pytest.mark.parametrize(("text", "code"), [(POLISH, "pl"), (DANISH, "da"), (CATALAN, "")])
def test_a_language_whose_words_are_not_known_is_not_taken_for_its_neighbour(text: str, code: str) -> None:
    assert language_of(text) is None
    assert code_of(text) == code
    assert language_or_other(text * 2) == OTHER


@pytest.mark.parametrize("text", [SLOVAK, BULGARIAN])
def test_a_neighbour_of_a_language_with_fixed_words_is_not_taken_for_it(text: str) -> None:
    assert code_of(text) == ""


def test_nynorsk_gets_the_fixed_words_of_bokmal() -> None:
    assert code_of(NYNORSK) == "nb"


@pytest.mark.parametrize(
    "text",
    [
        "Dzień dobry.", "Proszę o odpowiedź.", "Нічна синхронізація", "동기화 중단", "夜间同步停止", "T-101, T-102, INT-4821: E-77 E-78",
        "夜間同期停止、原因不明。担当者確認中です", "夜間同步在四千行之後停止，我們在測試帳號上也看到了同樣的情況，原因尚不清楚。",
    ],
)  # fmt: skip
def test_a_short_text_and_a_script_that_could_be_two_languages_stay_unknown(text: str) -> None:
    assert code_of(text) == ""


def test_english_quoted_in_a_text_does_not_make_it_english() -> None:
    told = f"{SWEDISH * 5} {ENGLISH}"
    assert language_of(told) is None
    assert code_of(told) == "sv"
    assert code_of(f"{SWEDISH} {ENGLISH} {ENGLISH}") == "en"


@pytest.mark.parametrize("code", sorted(TOLD))
def test_a_few_words_of_another_language_in_an_english_text_do_not_change_it(code: str) -> None:
    assert code_of(f"{SAMPLES[code]} {ENGLISH * 5}") == "en"


@pytest.mark.parametrize(("text", "language"), [(PORTUGUESE, "Portuguese"), (DUTCH, "Dutch")])
def test_the_neighbours_themselves_are_known(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("code", sorted(TOLD))
def test_checks_know_the_words_of_fewer_languages_than_have_fixed_words(code: str) -> None:
    assert code_of(SAMPLES[code]) == code
    assert checked_code(SAMPLES[code]) == (code if code in (*CODES.values(), "ja") else "")


def test_where_the_model_has_no_room_the_error_names_the_folder() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(OSError, match="File too large") as refused:
            language._identifier.__wrapped__()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert refused.value.filename == tempfile.gettempdir()

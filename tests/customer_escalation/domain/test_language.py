"""Which language a text is in, also where it is none that is known here but shares its short words with one that is."""

import pytest

from customer_escalation.domain.language import OTHER, code_of, language_of, language_or_other

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


@pytest.mark.parametrize("text", [POLISH, DANISH, CATALAN])
def test_a_language_that_is_not_known_here_is_not_taken_for_its_neighbour(text: str) -> None:
    assert language_of(text) is None
    assert code_of(text) == ""
    assert language_or_other(text * 2) == OTHER


@pytest.mark.parametrize(("text", "language"), [(PORTUGUESE, "Portuguese"), (DUTCH, "Dutch")])
def test_the_neighbours_themselves_are_known(text: str, language: str) -> None:
    assert language_of(text) == language

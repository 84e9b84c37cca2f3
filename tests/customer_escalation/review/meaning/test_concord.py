"""Two words of denial deny once in French, Spanish and Portuguese, and twice in English and German."""

import pytest

from customer_escalation.review.meaning.grammar import GRAMMARS
from customer_escalation.review.meaning.kinds.polarity import denies_it
from customer_escalation.review.meaning.text import read_text


@pytest.mark.parametrize(
    ("language", "one", "other", "same"),
    [
        ("Spanish", "La cuenta no tiene ninguna conexión directa activada.", "La cuenta tiene ninguna conexión directa activada.", True),
        ("Spanish", "La cuenta no tiene ninguna conexión directa activada.", "La cuenta tiene una conexión directa activada.", False),
        ("French", "La synchronisation ne démarre pas.", "La synchronisation démarre.", False),
        ("Portuguese", "A conta não tem nenhuma ligação ativa.", "A conta tem uma ligação ativa.", False),
        ("English", "The account has no connection.", "The account has a connection.", False),
        ("German", "Das Konto hat keine Verbindung.", "Das Konto hat eine Verbindung.", False),
    ],
)  # fmt: skip
def test_a_clause_denies_once_however_many_words_say_so(language: str, one: str, other: str, same: bool) -> None:
    grammar = GRAMMARS[language]
    [said], [shown] = (read_text(text, grammar).clauses for text in (one, other))
    shared = frozenset(said.stems) & frozenset(shown.stems)
    assert shared
    assert (denies_it(said, shown, shared, grammar) == denies_it(shown, said, shared, grammar)) is same

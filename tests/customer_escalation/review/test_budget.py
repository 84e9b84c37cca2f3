"""The words of a document: how they are counted, how many are read, and what is said of one that is far longer."""

import pytest
from tests.customer_escalation.casebook import NOW, policy
from tests.customer_escalation.documents import document, index
from tests.customer_escalation.drafts import escalation, facts, records

from customer_escalation.cases.session import Casework
from customer_escalation.domain.document_reading import written_draft
from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.index import DocumentIndex
from customer_escalation.domain.outcomes import Outcome
from customer_escalation.review.budget import MOST_ACCOUNTS, PER_ACCOUNT, READ, read_of, words_in


def test_more_is_read_of_more_accounts_up_to_a_bound() -> None:
    for outcome in Outcome:
        assert read_of(outcome, 0) == read_of(outcome, 1) == READ[outcome]
        assert read_of(outcome, 3) == READ[outcome] + 2 * PER_ACCOUNT
        assert read_of(outcome, 1 + MOST_ACCOUNTS) == read_of(outcome, 99)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Two words.", 2),
        ("| a | b |\n| --- | --- |\n| c | d |", 4),
        ("- a\n- b", 2),
        ("", 0),
        ("同期が止まる", 3),
    ],
)
def test_words_are_counted_without_bars_and_bullets(text: str, words: int) -> None:
    assert words_in(text) == words


def said(context: str) -> list[str]:
    """What the checks say of the length of a document with this context."""
    work = Casework(records(), policy(), NOW)
    assert work.assess(Assessment.model_validate(facts())) == []
    draft = escalation(context=context)
    written = written_draft(
        document(draft, "High", "Engineering"), DocumentIndex.model_validate(index(draft)), escalates=True
    )
    return [one.message for one in work.submit(written).findings if "are read" in one.message]


def test_a_document_far_longer_than_is_read_gets_a_warning() -> None:
    assert said("Is it a b c? " * 5) == []
    (told,) = said("Is it a b c? " * 400)
    assert told.endswith(" words, and 1550 are read.")


def test_nothing_is_said_of_a_draft_without_a_document() -> None:
    work = Casework(records(), policy(), NOW)
    assert work.assess(Assessment.model_validate(facts())) == []
    draft = EscalationDraft.model_validate(escalation(context="Is it a b c? " * 400))
    assert not [one for one in work.submit(draft).findings if "are read" in one.message]

"""Queries as people and models write them: every one is understood, none breaks the search."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support_connectors.workspaces import workspace

from support_connectors.backend import Paging
from support_connectors.workspace.full_text import MAX_TERMS, match_expression
from support_connectors.workspace.store import WorkspaceStore, workspace_from_json


def articles(*bodies: str) -> WorkspaceStore:
    """A workspace whose knowledge base holds these bodies, as A-0, A-1, ..."""
    made = workspace()
    made["records"]["knowledge_base"] = [
        {"id": f"A-{number}", "title": "-", "updated_at": "2026-01-01", "body": body}
        for number, body in enumerate(bodies)
    ]
    return workspace_from_json(made)


def found(store: WorkspaceStore, query: str) -> list[str]:
    return [article.id for article in store.knowledge_base.search_articles(query, Paging(50)).items]


@pytest.fixture(scope="module")
def one_article() -> Iterator[WorkspaceStore]:
    with articles("The quick brown fox: 100% of C++ and naïve Ünïcode, e.g. foo_bar(42).") as store:
        yield store


@given(query=st.text() | st.text(alphabet="\"'*()^-+:{}[]~|&\\ \x00\tANDORNEAR,.;fox"))
def test_no_query_breaks_the_search(one_article: WorkspaceStore, query: str) -> None:
    page = one_article.knowledge_base.search_articles(query, Paging())
    assert page.total in (0, 1)


@given(
    text=st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Z"], max_codepoint=0x2FFF), max_size=60),
    data=st.data(),
)
def test_every_word_of_a_text_finds_it(text: str, data: st.DataObject) -> None:
    words = [word for word in text.split() if any(character.isalnum() for character in word)]
    with articles(text, "something else") as store:
        if words:
            assert "A-0" in found(store, data.draw(st.sampled_from(words)))


@pytest.mark.parametrize("query", ["", "   ", "***", '"', "—", "()", "🙂"])
def test_a_query_without_letters_or_digits_finds_nothing(one_article: WorkspaceStore, query: str) -> None:
    assert match_expression(query) is None
    assert found(one_article, query) == []


def test_a_long_sentence_finds_what_shares_its_telling_words() -> None:
    with articles("Exports time out behind a proxy.", "The lunch menu for all of the week.") as store:
        sentence = "All of the customers say that the export they started for the month end times out, what is it?"
        assert found(store, sentence) == ["A-0"]


def test_words_match_in_their_other_forms_and_by_their_beginning() -> None:
    with articles("Exported reports", "authentication") as store:
        assert found(store, "exporting") == ["A-0"]
        assert found(store, "REPORT") == ["A-0"]
        assert found(store, "auth") == ["A-1"]


def test_the_item_with_more_and_rarer_words_comes_first() -> None:
    with articles("printer error", "printer", "printer offline error 7731", "printer") as store:
        assert found(store, "printer error 7731")[:2] == ["A-2", "A-0"]


def test_a_whole_word_counts_more_than_a_beginning() -> None:
    with articles("database server", "data server") as store:
        assert found(store, "data") == ["A-1", "A-0"]


def test_a_version_is_found_with_and_without_its_v() -> None:
    with articles("since v4.12.0", "since 4.12.0", "since 4.13.0") as store:
        assert sorted(found(store, "4.12.0")) == sorted(found(store, "v4.12.0")) == ["A-0", "A-1"]


def test_an_id_is_found_by_itself_and_by_its_number_but_not_by_its_letters() -> None:
    with articles("see ABC-1234", "see ABC-9999") as store:
        assert found(store, "ABC-1234") == found(store, "#1234") == ["A-0"]


def test_stop_words_count_where_there_is_nothing_else() -> None:
    with articles("is it down", "lunch") as store:
        assert found(store, "is it") == ["A-0"]


def test_text_without_spaces_between_words_is_found_by_a_part_of_it() -> None:
    with articles("請求書のロゴが印刷されません", "昼食") as store:
        assert found(store, "印刷") == ["A-0"]
        assert found(store, "ロゴの印刷")[0] == "A-0"


def test_accents_and_width_make_no_difference(one_article: WorkspaceStore) -> None:
    assert found(one_article, "naive unicode") == ["A-0"]
    assert found(one_article, "nai\u0308ve") == ["A-0"]


def test_a_pasted_log_is_cut_to_a_bearable_query(one_article: WorkspaceStore) -> None:
    log: Any = " ".join(f"line{number}" for number in range(5_000))
    expression = match_expression("fox " + log)
    assert expression is not None
    assert expression.count(" OR ") == MAX_TERMS - 1
    assert found(one_article, "fox " + log) == ["A-0"]
    assert found(one_article, "x" * 1_000_000) == []

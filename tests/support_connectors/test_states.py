"""Whether a status means open, waiting or closed: the words that sources use, and what is not known."""

import pytest

from support_connectors.states import STATES, WORDS, State, is_state, state_of, state_while_open


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("open", "new, Open, OPEN, In Progress, in-progress, in_progress, To Do, TODO, Backlog, Triage, Started, Re-opened, reopened"),
        ("open", "Investigating, In Review, Code Review, Selected for Development, Assigned, unresolved, Waiting for support"),
        ("waiting", "Pending, On Hold, on-hold, hold, waiting, Waiting for customer, waiting_on_customer, Awaiting reply, Snoozed"),
        ("waiting", "Blocked, Blocked by vendor, stalled, Pending (customer), Needs info, Feedback"),
        ("closed", "Resolved, solved, Closed, DONE, fixed, Cancelled, canceled, Won't Fix, Won’t do, wontfix, Duplicate, Rejected"),
        ("closed", "Declined, Merged, deleted, Abandoned, Complete, Closed - Duplicate, Cannot Reproduce, Not planned"),
    ],
)  # fmt: skip
def test_the_words_of_the_usual_systems_are_known(state: State, words: str) -> None:
    assert {word: state_of(word) for word in words.split(", ")} == dict.fromkeys(words.split(", "), state)


@pytest.mark.parametrize(
    "word", [None, "", " ", "?", "Release 4.2", "Not done", "Open or closed", "undone", "pendings", "Closet"]
)
def test_what_is_not_known_has_no_state(word: str | None) -> None:
    assert state_of(word) is None


def test_each_phrase_of_the_table_is_found_and_stands_once() -> None:
    assert set(WORDS) == set(STATES)
    assert sum(map(len, WORDS.values())) == len(frozenset().union(*WORDS.values()))
    for state, phrases in WORDS.items():
        assert {state_of(phrase.upper()) for phrase in phrases} == {state}


def test_what_its_system_does_not_count_as_closed_is_open_or_waits() -> None:
    words = ["In Progress", "Anything", "Waiting for customer", "Resolved"]
    assert [state_while_open(word) for word in words] == ["open", "open", "waiting", "waiting"]


def test_only_the_names_of_states_are_states() -> None:
    assert [word for word in ("open", "waiting", "closed", "Open", "solved", "") if is_state(word)] == list(STATES)

"""The cases in ``evals/unseen``: well formed, none called decided that is decided otherwise, and right when somebody answers."""

import json
from pathlib import Path
from typing import Any

import pytest
from evals.asking import ask
from evals.run_cases import compare, half_of, true_answers

from customer_escalation.cases.journal_store import JournalStore
from customer_escalation.decision.answers import answerable, possible
from customer_escalation.headless import Request, start

CASES = sorted((Path(__file__).parents[3] / "evals" / "unseen").glob("*.json"))
FEWEST = 40


def case(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def issue(path: Path) -> str:
    return str(case(path)["invocation"]).removeprefix("/customer-escalation").strip()


def test_there_are_enough_of_different_threads_and_both_halves_have_some() -> None:
    assert len(CASES) >= FEWEST
    assert len({case(path)["source"]["thread"] for path in CASES}) == len(CASES)
    assert {half_of(path.stem) for path in CASES} == {"even", "odd"}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_s_answers_are_answers_to_questions_that_there_are(path: Path) -> None:
    expected = case(path)["expected"]
    assert expected["truth"]
    tickets = {ticket["id"] for ticket in case(path)["records"]["support_platform"]}
    for name, answer in expected["answers"].items():
        assert name in answerable()
        assert set(answer.split()) <= tickets if name == "case" else answer in possible(name)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_unanswered_it_is_right_or_honestly_undecided(path: Path, tmp_path: Path) -> None:
    result = start(
        Request(issue=issue(path), workspace=str(path), use_model=False), lambda _: None, JournalStore(tmp_path)
    )
    row = compare(path.stem, 0 if result.status == "valid" else 3, dict(result.data), case(path))
    assert row.verdict in ("right", "undecided"), row
    assert row.claimed == ()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_somebody_who_knows_it_answers_few_questions_and_the_decision_is_right(path: Path, tmp_path: Path) -> None:
    result, asked = ask(issue(path), path, true_answers(case(path)), tmp_path)
    row = compare(path.stem, 0 if result.status == "valid" else 3, dict(result.data), case(path))
    assert (row.verdict, result.status) == ("right", "valid"), (row, asked)
    assert len(asked) <= 9

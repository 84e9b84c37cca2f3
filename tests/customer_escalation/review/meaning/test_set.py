"""The set of true and false statements is whole, and what is measured on it does not get worse unnoticed."""

import json
from collections import Counter
from pathlib import Path

import pytest
from evals.meaning.bench import evidence_of, findings_of, notices
from evals.meaning.run import exhibit_of, main, read_verdicts
from evals.meaning.statements import KINDS, TRUE, Statement, statements
from tests.requirements import requirement

from customer_escalation.domain.prose import marks_of

FEWEST_OF_A_KIND, FEWEST_FALSE, FEWEST_TRUE = 20, 500, 150
MOST_ALARMS = 0.02
FEWEST_STOPPED = 0.58
"""Of the development half, by code alone; docs/meaning.md has the figures."""


def half(name: str) -> list[Statement]:
    """One half of the set."""
    return [one for one in statements() if one.half == name]


def test_every_kind_has_enough_statements_and_each_statement_stands_once() -> None:
    counts = Counter(one.kind for one in statements())
    assert min(counts[kind] for kind in KINDS) >= FEWEST_OF_A_KIND
    assert sum(counts[kind] for kind in KINDS) >= FEWEST_FALSE
    assert counts[TRUE] >= FEWEST_TRUE
    assert len({one.id for one in statements()}) == len(statements())
    assert {one.half for one in statements() if one.kind in KINDS} == {"development", "unseen"}


@pytest.mark.parametrize("world", sorted({one.world for one in statements()}))
def test_every_citation_names_a_record(world: str) -> None:
    evidence = evidence_of(world)
    for one in statements():
        if one.world == world:
            assert marks_of(one.text)
            assert evidence.resolve(marks_of(one.text))[1] == []


@requirement("G4")
def test_of_the_development_half_code_stops_what_it_stopped_and_lets_true_statements_pass() -> None:
    stopped = {one: any(notices(found) for found in findings_of(one)) for one in half("development")}
    false = [is_stopped for one, is_stopped in stopped.items() if one.kind != TRUE]
    alarms = [one.text for one, is_stopped in stopped.items() if one.kind == TRUE and is_stopped]
    print(f"{sum(false)} of {len(false)} false statements stopped, {len(alarms)} alarms: {alarms}")
    assert sum(false) >= FEWEST_STOPPED * len(false)
    assert len(alarms) <= MOST_ALARMS * sum(one.kind == TRUE for one in stopped)


def test_requests_for_a_verifier_tell_neither_kind_nor_world(tmp_path: Path) -> None:
    assert main(["--half", "development", "--requests", str(tmp_path)]) == 0
    lines = [
        json.loads(line)
        for path in sorted(tmp_path.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    assert len(lines) == len(half("development"))
    assert {frozenset(line) for line in lines} == {frozenset({"id", "statement", "records"})}
    assert [line["id"] for line in lines] == sorted(line["id"] for line in lines)
    assert (tmp_path / "INSTRUCTIONS.md").is_file()


def test_recorded_verdicts_are_measured_beside_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verdicts = tmp_path / "verdicts.jsonl"
    lies = [one for one in half("development") if one.kind == "lie"]
    lines: list[str] = []
    for one in lies:
        ref, record = exhibit_of(one).records[0]
        lines.append(json.dumps({"id": one.id, "answer": "not_shown", "ref": ref, "words": record[:40], "why": ""}))
    verdicts.write_text("\n".join(lines), encoding="utf-8")
    assert set(read_verdicts(verdicts)) == {one.id for one in lies}
    assert main(["--half", "development", "--verdicts", str(verdicts)]) == 0
    [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith(KINDS["lie"])]
    assert line.split()[-2:] == [str(len(lies)), "(100%)"]


@pytest.mark.parametrize("content", ["no json", '{"id": "x"}', '{"answer": "supported"}', "[]"])
def test_a_line_that_is_no_verdict_is_named(tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]) -> None:
    verdicts = tmp_path / "verdicts.jsonl"
    verdicts.write_text(content, encoding="utf-8")
    assert main(["--verdicts", str(verdicts)]) == 2
    assert "line 1, is no verdict" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--verdicts", "/nowhere/verdicts.jsonl"]) == 2
    assert "/nowhere/verdicts.jsonl" in capsys.readouterr().err

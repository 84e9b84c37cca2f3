"""A file of answers: every fault is named, and who gave them stays with them."""

from pathlib import Path

import pytest
from tests.customer_escalation.casebook import NOW

from customer_escalation.cases.answers_file import as_answers, read_answers
from customer_escalation.connectors.source import InvalidRequest


def written(folder: Path, text: str) -> Path:
    path = folder / "answers.json"
    path.write_text(text, encoding="utf-8")
    return path


def test_answers_may_be_words_or_have_refs(tmp_path: Path) -> None:
    text = '{"data_harmed": "no", "bug_confirmed": {"answer": "yes", "refs": ["chat/C-1"]}, "impact-2": "blocked", "case": ["T-1", "T-2"]}'
    given = as_answers(read_answers(written(tmp_path, text)), "Ada", NOW)
    assert [(one.name, one.answer, one.refs, one.by) for one in given] == [
        ("data_harmed", "no", (), "Ada"), ("bug_confirmed", "yes", ("chat/C-1",), "Ada"), ("impact-2", "blocked", (), "Ada"),
        ("case", "T-1 T-2", (), "Ada"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nothing", "is no JSON"),
        ("[]", "no JSON object"),
        ('{"fax": "yes"}', "'fax' is no question; there are documented_solution"),
        ('{"security": "yes"}', "security is one of none, exposure_or_breach"),
        ('{"data_harmed": null}', "data_harmed is one of yes, no, unknown, not None"),
        ('{"data_harmed": {"answer": "yes", "refs": "chat/C-1"}}', "The refs of data_harmed are a list"),
        ('{"data_harmed": {"answer": "yes", "note": "x"}}', "data_harmed has 'note'"),
        ('{"case": ""}', "case names tickets by their ids"),
        ('{"case": {"answer": "T-1", "refs": 5}}', "The refs of case are a list"),
        ('{"case": {"answer": "T-1", "refs": "chat/C-1"}}', "The refs of case are a list"),
        ('{"case": {"answer": "T-1", "note": "x"}}', "case has 'note'"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence.replace("[", r"\[")):
        read_answers(written(tmp_path, text))


def test_every_fault_is_named_at_once_and_a_missing_file_too(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"fax.*security"):
        read_answers(written(tmp_path, '{"fax": "yes", "security": "yes"}'))
    with pytest.raises(InvalidRequest, match="Cannot read"):
        read_answers(tmp_path / "none.json")

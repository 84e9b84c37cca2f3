"""Numbers with a decimal comma are one number, in a sentence and in a record, whichever mark either has."""

import pytest

from customer_escalation.review.grounding import unsupported_atoms
from customer_escalation.review.grounding.atoms import find_atoms
from skill_runtime.ledger import Record


def record(text: str) -> Record:
    return Record(ref="support_platform/T-1-m1", data={"kind": "message", "text": text})


@pytest.mark.parametrize(
    ("told", "kind", "value"),
    [
        ("Över 19,9 grader larmar den inte.", "number", "19.9"),
        ("Gespeichert wurden 7.783,9 kWh.", "number", "7783.9"),
        ("Es kostet 7.783,90 €.", "money", "7783.9"),
        ("Il 31,4% dei record manca.", "percent", "31.4"),
        ("They lost 1,200 rows.", "number", "1200"),
    ],
)
def test_a_number_with_a_comma_is_one_number(told: str, kind: str, value: str) -> None:
    assert [(one.kind, one.value) for one in find_atoms(told)] == [(kind, value)]


@pytest.mark.parametrize(
    ("told", "written", "missing"),
    [
        ("It is silent above 19,9 degrees.", "Larmet går inte över 19.9 grader.", []),
        ("It is silent above 19.9 degrees.", "Larmet går inte över 19,9 grader.", []),
        ("It is silent above 19,8 degrees.", "Larmet går inte över 19,9 grader.", ["19,8"]),
        ("Steps 3,4 failed.", "Step 3 and step 4 failed.", []),
        ("Steps 3,5 failed.", "Step 3 and step 4 failed.", ["3,5"]),
        ("Step 4 failed.", "Steps 3,4 failed.", []),
    ],
)
def test_it_is_held_against_records_in_either_notation(told: str, written: str, missing: list[str]) -> None:
    held = [record(written)]
    assert [one.atom for one in unsupported_atoms(told, held, held)] == missing


def test_a_count_before_a_month_is_no_day_of_it() -> None:
    assert [one.kind for one in find_atoms("64 of August are left.")] == ["date", "number"]

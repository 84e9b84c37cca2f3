"""Numbers are read as people write them, in either notation."""

from decimal import Decimal

import pytest

from customer_escalation.domain.written_numbers import WRITTEN, readings


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("17", ["17"]),
        ("31,4", ["31.4"]),
        ("31.4", ["31.4"]),
        ("7.783,9", ["7783.9"]),
        ("7,783.9", ["7783.9"]),
        ("1.234.567,89", ["1234567.89"]),
        ("1,234,567", ["1234567"]),
        ("1.200", ["1200", "1.200"]),
        ("1,200", ["1200", "1.200"]),
        ("1\u202f200,5", ["1200.5"]),
        ("12 400", ["12400"]),
        ("4’500.25", ["4500.25"]),
        ("10.2.1", []),
        ("1,2,3", []),
    ],
)
def test_a_number_means(written: str, meant: list[str]) -> None:
    assert WRITTEN.fullmatch(written)
    assert readings(written) == tuple(map(Decimal, meant))


def test_a_number_ends_where_its_sentence_does() -> None:
    assert WRITTEN.findall("Paid 31,4, then 12. Since 9 or 1 200.") == ["31,4", "12", "9", "1 200"]

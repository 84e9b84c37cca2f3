"""SECURITY.md names tests that exist, and every file of attacks stands in it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8").partition("\n## A brief that says")[0]
"""Up to the figures of what is measured, kind by kind."""
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)


def test_every_line_of_a_table_names_a_test_that_exists() -> None:
    assert len(NAMED) > 30
    for file, name in NAMED:
        assert re.search(rf"^(?:async )?def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE), (
            f"{file}::{name}"
        )
    rows = [
        line
        for line in PAGE.splitlines()
        if line.startswith("| ") and not re.match(r"\| (?:---|Tries|What happens)", line)
    ]
    assert len(rows) == len(NAMED)


def test_every_attack_that_is_tried_stands_on_the_page() -> None:
    files = {path.name for path in Path(__file__).parent.glob("test_*.py")} - {Path(__file__).name}
    assert files == {Path(file).name for file, _ in NAMED if file.startswith("tests/attack/")}

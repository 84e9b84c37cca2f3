"""The published rules: every id is there at its level, and people can print them."""

import json
from pathlib import Path
from pkgutil import resolve_name

from tests.customer_escalation.casebook import policy
from tests.customer_escalation.commands import Command

from customer_escalation.decision.rulebook import rules_table
from customer_escalation.domain.rules import RULE_TABLE

PUBLISHED = {
    "H1": "H", "H2": "H", "H3": "H", "H4": "H", "H5": "W",
    "E-BUG": "H", "E-INFRA": "H", "E-DATA": "H", "E-COMPLEX": "H", "E-DOWN": "H", "E-SEC": "H", "E-BIZ": "H", "E-SLA": "H",
    "E-PATTERN": "H", "E-RECUR": "H", "E-TIME": "W", "E-TREND": "W", "E-NONE": "H",
    "S1": "H", "S2": "H", "S3": "H", "S4": "H", "S5": "H", "S6": "H", "S7": "H", "S8": "H", "S9": "H", "S10": "H",
    "S11": "H", "S12": "H", "S13": "W",
    "T0": "H", "T1": "H", "T2": "H", "T3": "H", "T4": "H", "T5": "H", "T6": "W",
    "B1": "H", "B2": "H", "B3": "H", "B4": "H", "B5": "W", "B6": "W",
    "R1": "W", "R2": "W", "R3": "H", "R4": "H", "R5": "H", "R6": "W", "R7": "W",
    "G1": "H", "G2": "W", "G3": "H", "G4": "W", "G5": "H", "P1": "H", "P2": "H",
    "C-ACT": "H", "DE1": "H", "DE2": "H", "DE3": "H", "DE4": "H", "DE-ACT": "H",
    "E-PRODUCT": "H", "B0": "W",
}  # fmt: skip
"""The ids that organisations name in their policies, with their levels: none of them goes away or changes unnoticed. A new rule
is entered with the release that has it."""
CHANGES = Path(__file__).parents[3] / "CHANGELOG.md"


def test_no_published_rule_goes_away_or_changes_its_level() -> None:
    levels = {rule_id: row.level for rule_id, row in RULE_TABLE.items()}
    assert {rule_id: levels.get(rule_id) for rule_id in PUBLISHED} == PUBLISHED


def test_a_release_enters_its_new_rules_among_the_published() -> None:
    newest = next(line for line in CHANGES.read_text(encoding="utf-8").splitlines() if line.startswith("## "))
    assert "(unreleased)" in newest or set(RULE_TABLE) == set(PUBLISHED)


def test_the_table_holds_one_row_a_rule_in_the_order_of_the_groups() -> None:
    rows = [
        line.split()[0] for line in rules_table(policy(), 100).splitlines() if line.startswith("  ") and line[2] != " "
    ]
    assert rows == list(RULE_TABLE)
    assert rows.index("H1") < rows.index("E-BUG") < rows.index("S2") < rows.index("S10") < rows.index("DE1")
    assert max(len(line) for line in rules_table(policy(), 100).splitlines()) <= 100


def test_the_command_prints_the_table(tmp_path: Path) -> None:
    command = Command(tmp_path)
    done = command("rules")
    assert (done.code, done.err) == (0, "")
    assert "E-PATTERN" in done.out
    rows = [json.loads(line) for line in command("rules", "--json").out.splitlines()]
    assert [row["id"] for row in rows] == list(RULE_TABLE)
    assert rows[0]["functions"] == ["decision.rules.handle.documented_solution"]
    for row in rows:
        assert row["source"].endswith(".")
        assert row["functions"]
        for name in row["functions"]:
            assert callable(resolve_name(f"customer_escalation.{name}"))

"""The one table of rules: no rule without a function that runs, no function without a rule, and nothing said twice."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation.domain.called import carried_out, named_nowhere

import customer_escalation
import customer_escalation.followups.service  # the latest part of a case's life: with it, all that runs is imported
from customer_escalation.decision.rules.after import deescalation
from customer_escalation.decision.rules.rule import NO, rule
from customer_escalation.domain.rule_registry import CARRIED_OUT, carries_out
from customer_escalation.domain.rules import GROUPS, RULE_TABLE, RuleRow, checked, in_group, label_of, otherwise_of
from customer_escalation.review.check import CHECKS, Check, check

PACKAGE = Path(customer_escalation.__file__).parent


def test_what_runs_carries_out_every_rule_and_no_other() -> None:
    assert set(CARRIED_OUT) == set(RULE_TABLE)


def test_every_decorated_function_is_imported_by_what_runs() -> None:
    written = {(rule_id, name) for rule_id, _, name in carried_out(PACKAGE)}
    assert written == {(rule_id, name) for rule_id, names in CARRIED_OUT.items() for name in names}
    assert len(written) > len(RULE_TABLE)


def test_no_rule_is_carried_out_for_tests_alone() -> None:
    assert named_nowhere(PACKAGE) == set()


@pytest.mark.parametrize(
    ("caller", "nowhere"),
    [
        ("from pack.inner.one import used as spent\nspent()\n", {"B", "D"}),
        ("from pack.inner.one import used, unused\nthing.method(unused)\n", {"A"}),
        ("from pack.other import used\nused()\n", {"A", "B", "D"}),
    ],
)
def test_a_function_that_only_its_own_body_names_is_found(tmp_path: Path, caller: str, nowhere: set[str]) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "one.py").write_text(
        '@carries_out("A")\ndef used(): ...\n@carries_out("B")\ndef unused(n):\n    return unused(n - 1)\n'
        '@rule("C")\ndef registered(): ...\nclass Thing:\n    @carries_out("D")\n    def method(self): ...\n',
        encoding="utf-8",
    )
    (tmp_path / "two.py").write_text(caller, encoding="utf-8")
    assert named_nowhere(tmp_path) == nowhere


def test_a_function_without_a_row_and_one_entered_twice_are_refused() -> None:
    def another() -> None: ...

    entered = dict(CARRIED_OUT), list(CHECKS)
    registers: list[Callable[[str], Callable[[Any], Any]]] = [carries_out, rule, check, deescalation]
    for register in registers:
        with pytest.raises(ValueError, match="E-NOPE has no row"):
            register("E-NOPE")(another)
    with pytest.raises(ValueError, match="H1 is defined twice"):
        rule("H1")(lambda case: NO)
    first = CHECKS[0]
    with pytest.raises(ValueError, match=f"{first.rule} is entered twice"):
        check(first.rule)(first.look)
    assert entered == (CARRIED_OUT, CHECKS)
    assert isinstance(first, Check)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ((RULE_TABLE["H1"],), "H1 has two rows"),
        ((replace(RULE_TABLE["H1"], id="H9", label=""),), "H9 explains an outcome and has no label"),
        ((RuleRow("R9", "reproduction", "W", "no sentence"),), "R9 is not published in whole sentences"),
        ((RuleRow("H9", "handle", "W", "One more.", label="one more"),), "group do not stand together"),
        ((RuleRow("DE9", "after", "H", "Two for one.", target=RULE_TABLE["T1"].target),), "not every team"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(change: tuple[RuleRow, ...], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        checked([*RULE_TABLE.values(), *change])


def test_groups_in_another_order_are_refused() -> None:
    with pytest.raises(ValueError, match="groups do not stand in their order"):
        checked(reversed(list(RULE_TABLE.values())))


def test_every_rule_stands_in_one_group_and_the_last_resorts_are_named() -> None:
    assert [row for group in GROUPS for row in in_group(group)] == list(RULE_TABLE.values())
    assert (otherwise_of("escalate").id, otherwise_of("severity").id) == ("E-NONE", "S8")
    assert label_of("E-BUG") == "confirmed bug"
    assert (label_of("E-OLD"), label_of("S1")) == ("E-OLD", "S1")

"""Every published rule has a test that proves it, and no test claims another."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.requirements import CLAIMS, MARKER, claims, requirement, unproven

from customer_escalation.domain.rules import RULE_TABLE


def a_test(mark: pytest.MarkDecorator, **parameters: str) -> pytest.Item:
    """A test with one mark, as it is collected."""
    made = SimpleNamespace(
        nodeid="tests/test_x.py::test_y",
        iter_markers=lambda name: [mark.mark] if name == MARKER else [],
        callspec=SimpleNamespace(params=parameters),
    )
    return cast("pytest.Item", made)


def test_no_published_rule_is_without_a_test(pytestconfig: pytest.Config) -> None:
    asked_for = {(pytestconfig.invocation_params.dir / name).resolve() for name in pytestconfig.args}
    if not asked_for & {pytestconfig.rootpath, pytestconfig.rootpath / "tests"}:
        pytest.skip("only part of the tests was collected")
    assert unproven(pytestconfig.stash[CLAIMS]) == []


def test_a_rule_without_a_test_is_named_with_what_to_do() -> None:
    found = {rule: ["a test"] for rule in RULE_TABLE if rule != "E-SLA"}
    [sentence] = unproven(found)
    assert sentence.startswith('No test proves the rule E-SLA: mark one with @requirement("E-SLA")')


@pytest.mark.parametrize(
    ("mark", "parameters"), [(requirement("S99"), {}), (requirement("S1", argument="rule"), {"rule": "S99"})]
)
def test_a_claim_of_no_published_rule_ends_the_session(mark: pytest.MarkDecorator, parameters: Any) -> None:
    with pytest.raises(pytest.UsageError, match=r"test_y claims the rule 'S99', which is not published"):
        claims([a_test(mark, **parameters)])


def test_a_case_claims_what_its_argument_names() -> None:
    proven = claims([a_test(requirement("S1", argument="rule"), rule="S2"), a_test(requirement("S2"))])
    assert proven == {"S1": ["tests/test_x.py::test_y"], "S2": ["tests/test_x.py::test_y"] * 2}

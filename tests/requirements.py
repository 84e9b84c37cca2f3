"""Which published rule each test proves: no rule without a test, no test that claims a rule which is not published.

    @requirement("E-SLA")                 the test proves this rule
    @requirement(argument="rule")         each of its cases proves the rule that its argument ``rule`` names

``pytest --requirements`` prints the rules with their tests.
"""

from collections.abc import Iterable, Iterator

import pytest

from customer_escalation.domain.rules import RULE_TABLE

MARKER = "requirement"
CLAIMS = pytest.StashKey[dict[str, list[str]]]()
"""On the session's configuration: of each rule, the tests that claim it, whether they are selected or not."""


def requirement(*rules: str, argument: str = "") -> pytest.MarkDecorator:
    """Claims for a test that it proves these rules, and the one that its parameter ``argument`` names in each case."""
    return getattr(pytest.mark, MARKER)(*rules, argument=argument)  # type: ignore[no-any-return]


def claimed_by(item: pytest.Item) -> Iterator[str]:
    """The ids that a test claims, known or not."""
    for mark in item.iter_markers(MARKER):
        yield from mark.args
        argument = mark.kwargs.get("argument")
        if argument:
            yield str(item.callspec.params[argument])  # type: ignore[attr-defined]


def claims(items: Iterable[pytest.Item]) -> dict[str, list[str]]:
    """Of each rule that is claimed, the tests.

    Raises ``pytest.UsageError`` for a claim of a rule that is not published.
    """
    found: dict[str, list[str]] = {}
    for item in items:
        for rule in claimed_by(item):
            if rule not in RULE_TABLE:
                raise pytest.UsageError(
                    f"{item.nodeid} claims the rule {rule!r}, which is not published: see `customer-escalation rules`."
                )
            found.setdefault(rule, []).append(item.nodeid)
    return found


def unproven(found: dict[str, list[str]]) -> list[str]:
    """The published rules that no test claims, each in a sentence."""
    return [
        f'No test proves the rule {rule}: mark one with @requirement("{rule}") from tests/requirements.py.'
        for rule in sorted(RULE_TABLE.keys() - found.keys())
    ]


def table(found: dict[str, list[str]]) -> list[str]:
    """The rules with their tests, in lines."""
    return [line for rule in sorted(found) for line in (rule, *(f"    {name}" for name in dict.fromkeys(found[rule])))]

"""Which functions carry out which rule, entered by their decorators as the modules are imported."""

from collections.abc import Callable
from typing import Any, TypeVar

from customer_escalation.domain.rules import RULE_TABLE

F = TypeVar("F", bound=Callable[..., Any])

CARRIED_OUT: dict[str, tuple[str, ...]] = {}
"""``module.function`` below ``customer_escalation``, by the rule's id, in the order of import."""


def carries_out(rule_id: str) -> Callable[[F], F]:
    """Enter the decorated function under its rule's id.

    Raises ``ValueError`` where no such rule is published, or the function is entered already.
    """
    if rule_id not in RULE_TABLE:
        raise ValueError(f"{rule_id} has no row in the table of rules")

    def enter(function: F) -> F:
        name = f"{function.__module__.removeprefix('customer_escalation.')}.{function.__qualname__}"
        known = CARRIED_OUT.get(rule_id, ())
        if name in known:
            raise ValueError(f"rule {rule_id} is entered twice by {name}")
        CARRIED_OUT[rule_id] = (*known, name)
        return function

    return enter

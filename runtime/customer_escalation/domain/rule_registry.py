"""Every published rule by its id: its level, the sentence that it carries out, and the functions that do so.

A function enters by a decorator (``rules.rule.rule``, ``review.check.check`` or ``carries_out``), so that the table of
``customer-escalation rules`` is made of the code that runs.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from customer_escalation.domain.findings import Level

Group = Literal["handle", "escalate", "severity", "target", "brief", "reproduction", "grounding", "acting", "after"]
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Entry:
    """One rule."""

    id: str
    group: Group
    level: Level
    source: str
    """The sentence of the rules that it carries out."""
    functions: tuple[str, ...]
    """Where: ``module.function`` below ``customer_escalation``."""


CATALOGUE: dict[str, Entry] = {}
"""Every rule by id, in the order in which the modules are imported; ``rulebook.all_rules`` imports them all."""


def carries_out(rule_id: str, group: Group, level: Level, source: str) -> Callable[[F], F]:
    """Enter the decorated function under its rule's id; a further function adds its sentence to the entry.

    Raises ``ValueError`` where two functions give one rule different groups, or one function enters twice.
    """

    def enter(function: F) -> F:
        name = f"{function.__module__.removeprefix('customer_escalation.')}.{function.__qualname__}"
        known = CATALOGUE.get(rule_id)
        if known is None:
            CATALOGUE[rule_id] = Entry(rule_id, group, level, source, (name,))
        elif known.group != group or name in known.functions:
            raise ValueError(f"rule {rule_id} is entered by {name} and by {', '.join(known.functions)}")
        else:
            whole = known.source if source in known.source else f"{known.source} {source}"
            CATALOGUE[rule_id] = replace(known, source=whole, functions=(*known.functions, name))
        return function

    return enter

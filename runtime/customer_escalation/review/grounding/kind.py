"""What a kind of atoms has to know: how a text shows one, and when a record carries one."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from customer_escalation.review.grounding.atom import Atom
from customer_escalation.review.grounding.source import SourceText


@dataclass(frozen=True)
class AtomKind:
    """One kind; ``kinds`` has the table of all."""

    name: str
    pattern: Callable[[], re.Pattern[str]]
    """Made when first asked for: the names of months and weekdays are loaded then."""
    read: Callable[[re.Match[str], str], list[Atom]]
    """The atoms that a match in a text stands for."""
    holds: Callable[[SourceText, Atom], bool]
    """Does the record carry the atom?"""
    sign: re.Pattern[str] | None = None
    """Without it a text holds no atom of the kind, and a long pattern need not be tried."""

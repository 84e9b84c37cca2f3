"""What the suite calls, and what it says."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

READ_CHECK = "each item is read by its id and by its ref"
"""The check without which the others say nothing."""
CheckStatus = Literal["passed", "failed", "skipped"]


class Refused(Exception):
    """A tool answered with an error. ``kind`` is as ``BackendError.kind``; empty where the server does not say it."""

    def __init__(self, text: str, kind: str = "") -> None:
        super().__init__(text)
        self.kind = kind


Call = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
"""Calls a tool by name with arguments; gives its structured result, or raises ``Refused``."""


@dataclass(frozen=True)
class ToolFacts:
    """What a server says about one of its tools."""

    name: str
    read_only: bool | None
    destructive: bool | None


class Broken(Exception):
    """The contract is broken here: a sentence."""


class NothingToTry(Exception):
    """A check cannot be made on what the system holds: a sentence."""


@dataclass(frozen=True)
class ContractCheck:
    """One check and how it ended."""

    name: str
    outcome: CheckStatus
    detail: str = ""
    """What was seen, or what is wrong, in a sentence."""


@dataclass
class ContractReport:
    """The checks of one server, in the order in which they were made."""

    category: str
    checks: list[ContractCheck] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether nothing failed and there were items to check it on."""
        return not self.failures and self.proved

    @property
    def proved(self) -> bool:
        """Whether any item could be read: an empty system proves nothing."""
        return any(check.name == READ_CHECK and check.outcome == "passed" for check in self.checks)

    @property
    def failures(self) -> list[ContractCheck]:
        """The checks that failed."""
        return [check for check in self.checks if check.outcome == "failed"]

    @contextmanager
    def check(self, name: str) -> Iterator[list[str]]:
        """Make one check; the list takes what is worth saying when it passes."""
        seen: list[str] = []
        try:
            yield seen
        except NothingToTry as reason:
            self.checks.append(ContractCheck(name, "skipped", str(reason)))
        except Broken as fault:
            self.checks.append(ContractCheck(name, "failed", str(fault)))
        except Refused as refusal:
            self.checks.append(ContractCheck(name, "failed", f"a call was refused: {refusal}"))
        except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
            self.checks.append(
                ContractCheck(
                    name, "failed", f"a result has not the form of its category: {type(error).__name__}: {error}"
                )
            )
        else:
            self.checks.append(ContractCheck(name, "passed", "; ".join(seen)))


def must(holds: object, sentence: str) -> None:
    """Raise ``Broken`` with ``sentence`` unless ``holds``."""
    if not holds:
        raise Broken(sentence)

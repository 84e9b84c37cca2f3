"""The port behind which cases are kept: an append-only sequence of entries for each case, whatever keeps it.

A case is never changed, only added to. Its first entry is its header; what a case is now is read from its entries in their
order. ``tests/customer_escalation/cases/store_conformance.py`` holds every implementation to what is promised here.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from skill_runtime.errors import SkillRuntimeError
from skill_runtime.journal import Entry
from skill_runtime.recorder import Recorder


class StoreError(SkillRuntimeError):
    """Cases cannot be read or written; the sentence says which and why."""


class UnknownCase(StoreError):
    """No case, or more than one, is meant by a name; the sentence says which there are."""


class CaseInUse(StoreError):
    """Another process is writing this case; it can be read, and written again when that process has ended."""


@dataclass(frozen=True)
class CaseSummary:
    """A case at a glance."""

    case: str
    header: Mapping[str, Any] = field(default_factory=dict)
    """As ``create`` got it; empty where ``problem`` says why."""
    newest: Mapping[str, Any] | None = None
    """The data of its newest entry of the kind that was asked for; None where it has none."""
    problem: str = ""
    """Why it cannot be read, in a sentence; empty where it can."""


class CaseStore(Protocol):
    """Keeps cases. Data are JSON objects and come back equal to what was given, also after a restart.

    Every method may raise ``StoreError`` where the store itself fails: then nothing was written. What was appended is kept for
    good when the method returns, so that a process killed at any moment loses at most the entry that it was writing.
    """

    def create(self, header: Mapping[str, Any]) -> str:
        """Begin a case; returns its name, which no other case of the store has and which sorts by its beginning."""
        ...

    def find(self, prefix: str) -> str:
        """The one case whose name begins with ``prefix``; a whole name wins over longer ones.

        Raises ``UnknownCase`` where there is none or more than one.
        """
        ...

    def header(self, case: str) -> dict[str, Any]:
        """What the case was begun with. Raises ``UnknownCase``."""
        ...

    def append(self, case: str, kind: str, data: Mapping[str, Any]) -> None:
        """Add an entry to a case.

        Raises ``UnknownCase``, and ``CaseInUse`` while another holder writes it. Where this very store holds the case, the
        entry goes among those of the holder.
        """
        ...

    def entries(self, case: str, kind: str | None = None) -> Sequence[Entry]:
        """The entries (of one kind), oldest first, the header included; also while the case is held. Raises ``UnknownCase``."""
        ...

    def summaries(self, newest: str) -> Sequence[CaseSummary]:
        """Every case at a glance, the latest begun first; a damaged one stands there with its problem and is never raised.

        ``newest`` is the kind of the entry that each summary shows.
        """
        ...

    def hold(self, case: str) -> AbstractContextManager[Recorder]:
        """Be the only writer of a case for the length of a run.

        The recorder answers steps that an earlier holder recorded, and records new ones among the entries of the case. Raises
        ``UnknownCase``, and ``CaseInUse`` where somebody holds it, this store included.
        """
        ...

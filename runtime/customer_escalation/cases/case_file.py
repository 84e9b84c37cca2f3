"""The file of one case: an append-only journal among the runs, from which the case can be taken up again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from customer_escalation.cases.errors import UnknownCase
from customer_escalation.cases.runs import APP, RESULT, runs_folder
from customer_escalation.domain.prior import EarlierEscalation
from customer_escalation.policy.sources import Overlay
from skill_runtime.errors import JournalError
from skill_runtime.journal import Entry, Journal, find_run, new_run_id

KIND = "assisted"
"""In the header: made by an assistant, so no run that could be resumed."""
READ, ASSESS, BRIEF, SAVED = "read", "assess", "brief", "saved"
"""Entries on the way to the brief: what was read, the facts, a draft, the file that it was written to."""
APPROVAL, FOLLOW_UP, REASSESS, DE_ESCALATION = "approval", "follow_up", "reassess", "de_escalation"
"""Entries after it."""


class CaseFile:
    """Writes and reads the entries of a case. Each write opens the journal for its length alone."""

    def __init__(self, case: str, header: Mapping[str, Any]) -> None:
        self.case = case
        self.header = header

    @classmethod
    def create(cls, header: Mapping[str, Any], wall_clock: datetime) -> "CaseFile":
        """Start the file of a new case."""
        case = new_run_id(wall_clock)
        whole = {**header, "app": APP, "kind": KIND}
        Journal.create(runs_folder(), case, whole).close()
        return cls(case, whole)

    @classmethod
    def find(cls, case: str) -> "CaseFile":
        """The file of a case or of a finished run, by its id or the beginning of it. Raises ``UnknownCase``."""
        try:
            run = find_run(runs_folder(), case.strip())
            return cls(run, Journal.read(runs_folder(), run).header)
        except JournalError as error:
            raise UnknownCase(f"There is no case {case!r}: {error} `assess` makes a new one.") from error

    @property
    def assisted(self) -> bool:
        """True for a case that an assistant works on; False for a run of the headless job."""
        return self.header.get("kind") == KIND

    @property
    def issue(self) -> str:
        """What the person asked."""
        return str(self.header["request"]["issue"])

    @property
    def overlays(self) -> list[Overlay]:
        """The policies that the case was begun with."""
        return [Overlay(*overlay) for overlay in self.header.get("policies", ())]

    @property
    def earlier(self) -> tuple[EarlierEscalation, ...]:
        """Escalations that were known when the case was begun."""
        return tuple(EarlierEscalation.model_validate(item) for item in self.header.get("earlier", ()))

    def append(self, kind: str, data: Mapping[str, Any]) -> None:
        """Add an entry. Raises ``JournalError``."""
        with Journal.open(runs_folder(), self.case) as journal:
            journal.append(kind, dict(data))

    def entries(self, kind: str | None = None) -> list[Entry]:
        """The entries, oldest first."""
        return Journal.read(runs_folder(), self.case).entries(kind)

    def last(self, kind: str) -> dict[str, Any] | None:
        """The newest entry of a kind."""
        found = self.entries(kind)
        return dict(found[-1].data) if found else None

    @property
    def result(self) -> dict[str, Any] | None:
        """The finished brief, as ``Outcomes.to_json`` gives it."""
        return self.last(RESULT)

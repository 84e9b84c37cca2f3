"""Cases as append-only files in a folder, one a case; a file lock makes one writer of each."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from customer_escalation.cases.store import CaseInUse, CaseSummary, StoreError, UnknownCase
from customer_escalation.resources import APP
from skill_runtime.errors import JournalError, JournalInUse, UnknownRun
from skill_runtime.journal import Entry, Journal
from skill_runtime.recorder import Recorder
from skill_runtime.runs import RunSummary, find_run, list_runs, new_run_id


def runs_folder() -> Path:
    """Where cases are kept: ``CUSTOMER_ESCALATION_RUNS``, else the user's data folder."""
    chosen = os.environ.get("CUSTOMER_ESCALATION_RUNS")
    return Path(chosen) if chosen else user_data_path(APP) / "runs"


class JournalStore:
    """``CaseStore`` on the journals of a folder. Cheap to make; holds nothing open but what is held."""

    def __init__(
        self, folder: Path | None = None, *, new_name: Callable[[], str] = lambda: new_run_id(datetime.now(UTC))
    ) -> None:
        """``folder`` is ``runs_folder()`` where it is not given; it is made with the first case."""
        self._folder = folder or runs_folder()
        self._new_name = new_name
        self._held: dict[str, Journal] = {}

    def create(self, header: Mapping[str, Any]) -> str:
        """See ``CaseStore``."""
        name = self._new_name()
        with _store_errors():
            Journal.create(self._folder, name, dict(header)).close()
        return name

    def find(self, prefix: str) -> str:
        """See ``CaseStore``."""
        with _store_errors():
            return find_run(self._folder, prefix)

    def header(self, case: str) -> dict[str, Any]:
        """See ``CaseStore``."""
        return dict(self._read(case).header)

    def append(self, case: str, kind: str, data: Mapping[str, Any]) -> None:
        """See ``CaseStore``."""
        with _store_errors():
            if case in self._held:
                self._held[case].append(kind, dict(data))
                return
            with Journal.open(self._folder, case) as journal:
                journal.append(kind, dict(data))

    def entries(self, case: str, kind: str | None = None) -> list[Entry]:
        """See ``CaseStore``."""
        return self._read(case).entries(kind)

    def summaries(self, newest: str) -> list[CaseSummary]:
        """See ``CaseStore``."""
        return [self._summary(run, newest) for run in list_runs(self._folder)]

    @contextmanager
    def hold(self, case: str) -> Iterator[Recorder]:
        """See ``CaseStore``."""
        with _store_errors(), Journal.open(self._folder, case) as journal:
            self._held[case] = journal
            try:
                yield Recorder(journal)
            finally:
                del self._held[case]

    def _read(self, case: str) -> Journal:
        with _store_errors():
            return self._held.get(case) or Journal.read(self._folder, case)

    def _summary(self, run: RunSummary, newest: str) -> CaseSummary:
        """The last line mostly is the entry that is wanted; else the case went on after it, or never came to it."""
        if run.last is None:
            return CaseSummary(run.run_id, problem=run.problem)
        if run.last.type == newest:
            return CaseSummary(run.run_id, run.header, run.last.data)
        try:
            found = self.entries(run.run_id, newest)
        except StoreError as error:
            return CaseSummary(run.run_id, problem=str(error))
        return CaseSummary(run.run_id, run.header, found[-1].data if found else None)


@contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except UnknownRun as error:
        raise UnknownCase(str(error)) from error
    except JournalInUse as error:
        raise CaseInUse(str(error)) from error
    except JournalError as error:
        raise StoreError(str(error)) from error

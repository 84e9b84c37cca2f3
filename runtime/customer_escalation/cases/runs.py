"""Where the runs of this machine are kept, and what one of them holds at its end."""

import os
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from skill_runtime.journal import Journal, RunSummary

APP = "customer-escalation"
RESULT = "result"
"""The journal's last entry of a finished run."""


AFTERWARDS = frozenset({"approval", "follow_up", "reassess", "de_escalation", "read", "assess", "brief", "saved"})
"""Entries that may follow a result: the case went on."""


def runs_folder() -> Path:
    """Where journals are kept: ``CUSTOMER_ESCALATION_RUNS``, else the user's data folder."""
    chosen = os.environ.get("CUSTOMER_ESCALATION_RUNS")
    return Path(chosen) if chosen else user_data_path(APP) / "runs"


def finished_result(journal: Journal) -> dict[str, Any] | None:
    """The recorded result of a run, or None while it has none."""
    entries = journal.entries(RESULT)
    return entries[-1].data if entries else None


def summary_result(summary: RunSummary) -> dict[str, Any] | None:
    """The recorded result of a run at a glance; its journal is read whole only where the case went on after it."""
    if summary.last is None:
        return None
    if summary.last.type == RESULT:
        return summary.last.data
    return finished_result(Journal.read(runs_folder(), summary.run_id)) if summary.last.type in AFTERWARDS else None

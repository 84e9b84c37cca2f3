"""Where the runs of this machine are kept, and what one of them holds at its end."""

import os
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from skill_runtime.journal import Journal

APP = "customer-escalation"
RESULT = "result"
"""The journal's last entry of a finished run."""


def runs_folder() -> Path:
    """Where journals are kept: ``CUSTOMER_ESCALATION_RUNS``, else the user's data folder."""
    chosen = os.environ.get("CUSTOMER_ESCALATION_RUNS")
    return Path(chosen) if chosen else user_data_path(APP) / "runs"


def finished_result(journal: Journal) -> dict[str, Any] | None:
    """The recorded result of a run, or None while it has none."""
    entries = journal.entries(RESULT)
    return entries[-1].data if entries else None

"""Past runs, read from their journals."""

from collections.abc import Iterator
from typing import Any

from customer_escalation.compose import RESULT, finished_result, runs_folder
from skill_runtime.journal import Journal, RunSummary, find_run, list_runs


def rows() -> list[dict[str, Any]]:
    """One row a run, newest first: run, state, decision, issue, now."""
    return [_row(summary) for summary in list_runs(runs_folder())]


def result(prefix: str) -> dict[str, Any] | str:
    """The recorded result of a run, or a sentence on where it stands."""
    run = find_run(runs_folder(), prefix)
    journal = Journal.read(runs_folder(), run)
    found = finished_result(journal)
    if found is not None:
        return found
    turns = len(journal.entries("turn"))
    return (
        f"Run {run} has no brief yet ({turns} model turns are kept). Go on with: customer-escalation run --resume {run}"
    )


def entries(prefix: str) -> Iterator[str]:
    """Every journal entry of a run as a JSON line."""
    run = find_run(runs_folder(), prefix)
    for entry in Journal.read(runs_folder(), run).entries():
        yield entry.model_dump_json(exclude_none=True)


def _row(summary: RunSummary) -> dict[str, Any]:
    data = summary.last.data if summary.last else {}
    finished = summary.last is not None and summary.last.type == RESULT
    decision = f"{data.get('severity')} -> {data.get('target')}" if finished and data.get("severity") else ""
    return {
        "run": summary.run_id,
        "state": summary.problem or (str(data.get("status")) if finished else "unfinished"),
        "decision": decision or (str(data.get("outcome", "")) if finished else ""),
        "issue": str(summary.header.get("request", {}).get("issue", "")),
        "now": str(summary.header.get("now", "")),
    }

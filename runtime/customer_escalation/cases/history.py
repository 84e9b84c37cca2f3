"""Past runs, read from their journals."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from customer_escalation.cases.runs import finished_result, runs_folder, summary_result
from customer_escalation.domain.evidence import parse_moment
from customer_escalation.domain.prior import EarlierEscalation
from skill_runtime.journal import Journal, RunSummary, find_run, list_runs

EARLIER = timedelta(days=183)
"""How far back an escalation of the same account is worth linking."""


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
    if journal.header.get("kind") == "assisted":
        return f"Run {run} is an assistant's case without a saved brief yet: go on with it there."
    turns = len(journal.entries("turn"))
    return (
        f"Run {run} has no brief yet ({turns} model turns are kept). Go on with: customer-escalation run --resume {run}"
    )


def earlier_escalations(now: datetime) -> list[EarlierEscalation]:
    """Escalations drafted as of a moment within the last half year before ``now``, newest first."""
    found: list[EarlierEscalation] = []
    for summary in list_runs(runs_folder()):
        data = summary_result(summary) or {}
        moment = parse_moment(summary.header.get("now"))
        recent = moment is not None and timedelta() < now - moment <= EARLIER
        if data.get("outcome") == "escalate" and data.get("status") == "valid" and recent:
            found.append(EarlierEscalation(
                run=summary.run_id,
                at=str(summary.header["now"]),
                severity=str(data["severity"]),
                target=str(data["target"]),
                summary=str(data["brief"]["draft"]["summary"]),
                accounts=tuple(row["name"] for row in data["brief"]["computed"]["accounts"]),
            ))  # fmt: skip
    return found


def entries(prefix: str) -> Iterator[str]:
    """Every journal entry of a run as a JSON line."""
    run = find_run(runs_folder(), prefix)
    for entry in Journal.read(runs_folder(), run).entries():
        yield entry.model_dump_json(exclude_none=True)


def _row(summary: RunSummary) -> dict[str, Any]:
    data = summary_result(summary) or {}
    finished = bool(data)
    decision = f"{data.get('severity')} -> {data.get('target')}" if finished and data.get("severity") else ""
    return {
        "run": summary.run_id,
        "state": summary.problem or (str(data.get("status")) if finished else "unfinished"),
        "decision": decision or (str(data.get("outcome", "")) if finished else ""),
        "issue": str(summary.header.get("request", {}).get("issue", "")),
        "now": str(summary.header.get("now", "")),
    }

"""Past cases, read from the store: their list, where one stands, and what they tell a new one."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from customer_escalation.cases.entries import RESULT
from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.cases.store import CaseStore, CaseSummary
from customer_escalation.domain.evidence import parse_moment
from customer_escalation.domain.outcomes import Outcome
from customer_escalation.domain.prior import EarlierEscalation

EARLIER = timedelta(days=183)
"""How far back an escalation of the same account is worth linking."""


def rows(store: CaseStore) -> list[dict[str, Any]]:
    """One row a case, newest first: run, state, decision, issue, now."""
    return [_row(summary) for summary in store.summaries(RESULT)]


def result(store: CaseStore, prefix: str) -> dict[str, Any] | str:
    """The recorded result of a case, or a sentence on where it stands. Raises ``StoreError``."""
    case = store.find(prefix)
    found = store.entries(case, RESULT)
    if found:
        return dict(found[-1].data)
    if store.header(case).get("origin") == "assistant":
        return f"Run {case} is an assistant's case without a saved brief yet: go on with it there."
    turns = len(store.entries(case, "turn"))
    return f"Run {case} has no brief yet ({turns} model turns are kept). Go on with: customer-escalation run --resume {case}"


def earlier_escalations(store: CaseStore, now: datetime) -> list[EarlierEscalation]:
    """Escalations drafted as of a moment within the last half year before ``now``, newest first."""
    return [found for summary in store.summaries(RESULT) if (found := _earlier(summary, now))]


def entries(store: CaseStore, prefix: str) -> Iterator[str]:
    """Every entry of a case as a JSON line. Raises ``StoreError``."""
    for entry in store.entries(store.find(prefix)):
        yield entry.model_dump_json(exclude_none=True)


def _earlier(summary: CaseSummary, now: datetime) -> EarlierEscalation | None:
    moment = parse_moment(summary.header.get("now"))
    if summary.newest is None or moment is None or not timedelta() < now - moment <= EARLIER:
        return None
    found = RecordedResult(summary.newest)
    if found.outcome != Outcome.ESCALATE or found.status != "valid":
        return None
    return EarlierEscalation(
        run=summary.case,
        at=str(summary.header["now"]),
        severity=str(found.severity),
        target=str(found.target),
        summary=found.summary,
        accounts=found.accounts,
    )


def _row(summary: CaseSummary) -> dict[str, Any]:
    data = summary.newest or {}
    decision = f"{data.get('severity')} -> {data.get('target')}" if data.get("severity") else ""
    return {
        "run": summary.case,
        "state": summary.problem or (str(data.get("status")) if data else "unfinished"),
        "decision": decision or (str(data.get("outcome", "")) if data else ""),
        "issue": str(summary.header.get("request", {}).get("issue", "")),
        "now": str(summary.header.get("now", "")),
    }

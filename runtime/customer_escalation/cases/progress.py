"""A case's events as the runtime's events, for whoever shows the progress of a run."""

from collections.abc import Iterator

from customer_escalation.cases.events import (
    CaseEvent,
    GatheringStarted,
    RecordsFetched,
    SystemsAsked,
    SystemsChecked,
    Watch,
)
from skill_runtime.events import Emit, Event, Notice, PhaseStarted, PreflightDone, PreflightGap


def shown_by(emit: Emit) -> Watch:
    """A watcher that passes on what is worth a line; the rest is dropped."""

    def watch(event: CaseEvent) -> None:
        for shown in _shown(event):
            emit(shown)

    return watch


def _shown(event: CaseEvent) -> Iterator[Event]:
    match event:
        case SystemsAsked():
            yield PhaseStarted(name="preflight", detail="which systems are connected")
        case SystemsChecked():
            gaps = tuple(PreflightGap(category=gap.category, reason=gap.reason) for gap in event.gaps)
            yield PreflightDone(connected=event.connected, gaps=gaps, missing_required=event.missing)
        case GatheringStarted():
            yield PhaseStarted(name="gather", detail="the customers, their tickets, and what is known about the issue")
        case RecordsFetched():
            what = f"{event.tool} “{event.query[:60]}”" if event.query else event.tool
            if event.error:
                yield Notice(kind="warning", text=f"{what}: {event.error[:200]}")
            else:
                of = f" of {event.total}" if event.total is not None else ""
                yield Notice(kind="info", text=f"{what}: {event.found}{of} found")

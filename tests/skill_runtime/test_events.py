"""Every event survives being written down."""

from typing import get_args

import pytest

from skill_runtime import events
from skill_runtime.events import EVENT_ADAPTER, Event

EVENTS: list[Event] = [
    events.RunStarted(run_id="20261123-101500-4f2a9c", title="export is slow", recorded_steps=3),
    events.PhaseStarted(name="gather", detail="5 categories"),
    events.PreflightDone(connected=("crm",), gaps=(events.PreflightGap(category="chat", reason="HTTP 502"),)),
    events.TurnStarted(number=1),
    events.TurnFinished(number=1, stop_reason="tool_use", model="m", input_tokens=10, output_tokens=2, cost_usd=0.01),
    events.ToolStarted(id="t1", name="read_account", category="crm", input={"id": "A-1", "deep": {"n": None}}),
    events.ToolFinished(id="t1", name="read_account", category="crm", records=2),
    events.Nudged(count=1, reason="stopped"),
    events.Notice(kind="retry", text="overloaded; again in 2 s"),
    events.RunFinished(outcome="submitted"),
]


def test_the_examples_cover_every_event() -> None:
    assert {type(event) for event in EVENTS} == set(get_args(get_args(Event)[0]))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: str(event.type))
def test_an_event_reads_back_as_the_same_event(event: Event) -> None:
    assert EVENT_ADAPTER.validate_json(EVENT_ADAPTER.dump_json(event)) == event
    assert EVENT_ADAPTER.validate_python(event.model_dump(mode="json")) == event

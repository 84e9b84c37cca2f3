"""Every event of a run: one stream that feeds the terminal, the journal and the tests.

Events say what happened, never how to show it. They are plain JSON values all the way down, so that an event written to
a file reads back as the same event (``EVENT_ADAPTER``).
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)


class RunStarted(_Event):
    """The run has a journal; nothing was asked of anybody yet."""

    type: Literal["run_started"] = "run_started"
    run_id: str
    title: str = ""
    """What the run is about, in the words of the person who started it."""
    recorded_steps: int = 0
    """Paid or external steps that the journal already holds; above zero when a run is resumed."""


class PhaseStarted(_Event):
    """The workflow enters its next phase."""

    type: Literal["phase_started"] = "phase_started"
    name: str
    detail: str = ""


class PreflightGap(_Event):
    """A category that cannot be asked, and why."""

    category: str
    reason: str


class PreflightDone(_Event):
    """It is known which categories can be asked."""

    type: Literal["preflight_done"] = "preflight_done"
    connected: tuple[str, ...] = ()
    """Category ids."""
    gaps: tuple[PreflightGap, ...] = ()
    missing_required: tuple[str, ...] = ()
    """Category ids; the run cannot go on without them."""


class TurnStarted(_Event):
    """A request goes to the model (or is about to be answered from the journal)."""

    type: Literal["turn_started"] = "turn_started"
    number: int
    """1 for the first turn of the run."""


class TurnFinished(_Event):
    """The model's answer is whole and journaled."""

    type: Literal["turn_finished"] = "turn_finished"
    number: int
    stop_reason: str
    model: str
    input_tokens: int
    """All input, what the cache read or wrote included."""
    output_tokens: int
    cost_usd: float | None = None
    """Of this turn; None where the model has no known price."""
    from_journal: bool = False
    """True when the turn was paid for by an earlier process of this run."""


class ToolStarted(_Event):
    """A tool call begins."""

    type: Literal["tool_started"] = "tool_started"
    id: str
    """The id of the model's ``ToolUse``, or one made by the code that calls; pairs with ``ToolFinished``."""
    name: str
    category: str = ""
    input: dict[str, Any] = Field(default_factory=dict)


class ToolFinished(_Event):
    """A tool call has its outcome."""

    type: Literal["tool_finished"] = "tool_finished"
    id: str
    name: str
    category: str = ""
    is_error: bool = False
    records: int = 0
    """How many citable records the result held."""
    repeated: bool = False
    """True when the very same call was answered before and was not run again."""
    detail: str = ""
    """The error's sentence, empty on success."""


class Nudged(_Event):
    """The model stopped without the call that ends the run and was asked for it."""

    type: Literal["nudged"] = "nudged"
    count: int
    reason: str


class Notice(_Event):
    """Something that a person watching wants to know and nothing depends on."""

    type: Literal["notice"] = "notice"
    kind: str
    """``text`` (a piece of the model's answer), ``tool``, ``retry``, ``info``, ``warning``."""
    text: str


class RunFinished(_Event):
    """The run is over, however it went."""

    type: Literal["run_finished"] = "run_finished"
    outcome: str
    detail: str = ""


Event = Annotated[
    RunStarted
    | PhaseStarted
    | PreflightDone
    | TurnStarted
    | TurnFinished
    | ToolStarted
    | ToolFinished
    | Nudged
    | Notice
    | RunFinished,
    Field(discriminator="type"),
]

Emit = Callable[[Event], None]
"""Takes each event as it happens; returns quickly and does not raise."""

EVENT_ADAPTER: TypeAdapter[Event] = TypeAdapter(Event, config=ConfigDict(defer_build=True))

"""A model that follows a script: for tests, and for trying a skill without a service.

It enters by the same door as a real one. A script that is not used up, or runs out, fails.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from skill_runtime.errors import ModelRequestError
from skill_runtime.messages import Block, Message, StopReason, Text, ToolUse, Turn, Usage
from skill_runtime.model import ModelRequest, OnNotice

_ids = itertools.count(1)

ScriptStep = Turn | Exception | Callable[[ModelRequest], Turn]


def say(text: str) -> Text:
    """A piece of plain text."""
    return Text(text=text)


def call(name: str, **arguments: Any) -> ToolUse:
    """A tool call with an id of its own."""
    return ToolUse(id=f"toolu_scripted_{next(_ids)}", name=name, input=arguments)


def answer(*blocks: Block, stop_reason: StopReason | None = None, usage: Usage | None = None) -> Turn:
    """A finished turn of these blocks; it stops for tools when it calls any."""
    calls = any(isinstance(block, ToolUse) for block in blocks)
    return Turn(
        message=Message(role="assistant", content=blocks),
        stop_reason=stop_reason or ("tool_use" if calls else "end_turn"),
        usage=usage or Usage(input_tokens=100, output_tokens=20),
        model="scripted",
        cost_usd=0.0,
    )


class ScriptedModel:
    """Answers each turn with the next step of its script."""

    name = "scripted"

    def __init__(self, steps: Sequence[ScriptStep]) -> None:
        self._steps = list(steps)
        self.requests: list[ModelRequest] = []
        """Every request, in order."""

    async def turn(self, request: ModelRequest, on_notice: OnNotice) -> Turn:
        """The next step; an exception in the script is raised.

        Raises ``ModelRequestError`` when the script has run out.
        """
        self.requests.append(request)
        if not self._steps:
            raise ModelRequestError(f"The script has no answer to turn {len(self.requests)}.")
        step = self._steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step if isinstance(step, Turn) else step(request)

    def assert_exhausted(self) -> None:
        """Raise ``AssertionError`` when steps are left."""
        if self._steps:
            raise AssertionError(f"{len(self._steps)} steps of the script were never asked for.")

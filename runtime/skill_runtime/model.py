"""The seam between the loop and a model's service, and its failure contract."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from skill_runtime.messages import Message, Turn
from skill_runtime.tools import ToolSpec


@dataclass(frozen=True)
class ModelRequest:
    """Everything that one turn sends."""

    system: tuple[str, ...]
    """System blocks, stable ones first; frozen for the whole run."""
    tools: tuple[ToolSpec, ...]
    """Frozen for the whole run."""
    messages: tuple[Message, ...]
    """Append-only from turn to turn."""
    max_tokens: int = 16_000


@dataclass(frozen=True)
class ModelNotice:
    """Something that a person watching wants to see while a turn runs."""

    kind: str
    """``text`` (a piece of the answer), ``tool`` (a tool call begins), ``retry`` (why, and when the next try is)."""
    text: str


OnNotice = Callable[[ModelNotice], None]


class Model(Protocol):
    """A model's service.

    ``turn`` returns a whole answer or raises ``ModelUnavailable`` (after its own retries: unreachable, overloaded, key
    refused, spending limit), ``ModelRequestError`` (the request itself was refused). A stream that broke off never
    comes back as a turn. Cancelling the call closes the connection.
    """

    @property
    def name(self) -> str:
        """The model's name as sent."""
        ...

    async def turn(self, request: ModelRequest, on_notice: OnNotice) -> Turn:
        """Send one request and return the finished answer."""
        ...

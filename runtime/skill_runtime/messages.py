"""The conversation in our own types; a provider's types appear only at its call boundary."""

from typing import Annotated, Any, Literal

from pydantic import Field

from skill_runtime.content import Content, ContentBlock, File, Image, Text, words_of

__all__ = [
    "Block", "Content", "File", "Image", "Message", "Opaque", "StopReason", "Text", "ToolResult", "ToolUse", "Turn", "Usage",
]  # fmt: skip


class Opaque(ContentBlock):
    """A provider's block that must be sent back unchanged, such as signed thinking."""

    type: Literal["opaque"] = "opaque"
    data: dict[str, Any]


class ToolUse(ContentBlock):
    """The model asks for a tool."""

    type: Literal["tool_use"] = "tool_use"
    id: str
    name: str
    input: dict[str, Any]


class ToolResult(ContentBlock):
    """The answer to one ``ToolUse``."""

    type: Literal["tool_result"] = "tool_result"
    tool_use_id: str
    content: str | tuple[Content, ...]
    """Text, or blocks where it holds more than that."""
    is_error: bool = False

    @property
    def text(self) -> str:
        """All of it in words."""
        return self.content if isinstance(self.content, str) else words_of(self.content)


Block = Annotated[Text | Opaque | ToolUse | ToolResult, Field(discriminator="type")]


class Message(ContentBlock):
    """One message; the list of them is append-only within a run."""

    role: Literal["user", "assistant"]
    content: tuple[Block, ...]

    @property
    def text(self) -> str:
        """The plain text blocks, joined."""
        return "".join(block.text for block in self.content if isinstance(block, Text))

    @property
    def tool_uses(self) -> tuple[ToolUse, ...]:
        """The tools that the model asks for, in order."""
        return tuple(block for block in self.content if isinstance(block, ToolUse))


Tokens = Annotated[int, Field(ge=0, le=10**12)]
"""A count: what a service says beyond any sense is no usage."""


class Usage(ContentBlock):
    """Tokens of one or more turns. ``input_tokens`` leaves out what the cache read or wrote."""

    input_tokens: Tokens = 0
    output_tokens: Tokens = 0
    cache_read_tokens: Tokens = 0
    cache_write_tokens: Tokens = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cache_read_tokens=self.cache_read_tokens + other.cache_read_tokens,
            cache_write_tokens=self.cache_write_tokens + other.cache_write_tokens,
        )

    @property
    def total(self) -> int:
        """All tokens, whatever their price."""
        return self.input_tokens + self.output_tokens + self.cache_read_tokens + self.cache_write_tokens


StopReason = Literal["end_turn", "tool_use", "max_tokens", "refusal", "pause_turn", "context_full"]


class Turn(ContentBlock):
    """One finished answer of the model."""

    message: Message
    stop_reason: StopReason
    usage: Usage
    model: str
    """The model that answered, as the service names it."""
    cost_usd: float | None = None
    """None where the model has no known price."""

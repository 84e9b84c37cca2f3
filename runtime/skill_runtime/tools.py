"""What a tool is to the loop: a definition for the model, an access class, and a way to run it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from skill_runtime.content import Content, Text, words_of

NOTHING = "The tool returned nothing."
"""What stands for an answer without any content."""


class Access(StrEnum):
    """What a tool may do. Only READ and LOCAL tools ever reach the model."""

    READ = "read"
    """Looks at a connected system and changes nothing."""
    WRITE = "write"
    """Changes a connected system; code carries it out after a person approved."""
    DENIED = "denied"
    LOCAL = "local"
    """Runs inside this process, on what the run already holds, such as handing in the work."""


@dataclass(frozen=True)
class ToolSpec:
    """A tool as the model sees it."""

    name: str
    """At most 64 characters, unique in a run."""
    description: str
    input_schema: dict[str, Any]
    strict: bool = False
    """Ask the service to hold the input to the schema."""


@dataclass(frozen=True)
class ToolReturn:
    """What came back."""

    text: str
    """What the model reads; of blocks, all of them in words."""
    structured: dict[str, Any] | None = None
    """The structured result, where the tool has one; its records go into the ledger."""
    is_error: bool = False
    final: bool = False
    """True ends the loop: the run's product was accepted."""
    failure: str = ""
    """With ``is_error``, what failed where the tool says it: ``unavailable``, ``denied`` and ``rate_limited`` are about the
    system behind the tool, ``not_found`` and ``invalid`` about this call."""
    blocks: tuple[Content, ...] = ()
    """The whole content in its order, where it holds more than text."""

    def retold(self, text: str, structured: dict[str, Any]) -> "ToolReturn":
        """The same in other words: ``text`` for all its texts, pictures and files as they are."""
        others = tuple(block for block in self.blocks if not isinstance(block, Text))
        blocks = (Text(text=text), *others) if others else ()
        return replace(self, text=words_of(blocks) if blocks else text, structured=structured, blocks=blocks)

    @property
    def system_failed(self) -> bool:
        """Whether the system behind the tool could not be read, as far as the tool says."""
        return self.is_error and self.failure in ("unavailable", "denied", "rate_limited")


@dataclass(frozen=True)
class Tool:
    """A tool that the loop can run."""

    spec: ToolSpec
    access: Access
    run: Callable[[dict[str, Any]], Awaitable[ToolReturn]]
    """Never raises for a tool's own failure: that is an outcome with ``is_error``."""
    category: str = ""
    """The connector category, empty for LOCAL tools."""
    server: str = ""
    """The label of the server that offers it, empty for LOCAL tools."""
    remote_name: str = ""
    """The tool's name on its server, where it differs from ``spec.name``."""
    meta: dict[str, Any] = field(default_factory=dict)

"""A declared connector, and all of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from skill_runtime.errors import ConnectorError
from skill_runtime.frontmatter import Diagnostic
from skill_runtime.secrets import shown_address, shown_command
from skill_runtime.servers import ServerConfig
from skill_runtime.trust import digest

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
Scope = Literal["project", "user", "named"]


@dataclass(frozen=True)
class Declared:
    """One connector as a file declares it."""

    name: str
    scope: Scope
    source: str
    """The file."""
    digest: str
    """Of the declaration as it is written, variables not expanded: what a person approves."""
    category: str = ""
    """As declared; empty where the file does not say."""
    server: ServerConfig | None = None
    """For an MCP server."""
    system: str = ""
    """For a bundled category server on a system: the system's name."""
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """For a system: its settings, variables expanded. May hold secrets."""
    problem: str = ""
    """Why it cannot be used as it stands: the end of a sentence. Empty where it can."""

    @property
    def address(self) -> str:
        """Where it is, fit to be shown: a command line, an address, a system's; secrets in it are hidden."""
        if self.system:
            return f"{self.system} {shown_address(str(self.settings.get('url') or self.settings.get('host') or ''))}".strip()
        if self.server is None:
            return ""
        if self.server.url:
            return shown_address(self.server.url)
        return shown_command((self.server.command, *self.server.args))

    @property
    def identity(self) -> str:
        """What trust in its tools is bound to."""
        if self.server is None:
            return self.system
        config = self.server
        return digest([config.transport, config.url or [config.command, *config.args]])


@dataclass(frozen=True)
class Declarations:
    """Everything that the files say."""

    connectors: tuple[Declared, ...] = ()
    notes: tuple[Diagnostic, ...] = ()
    """What is remarkable: entries without an address, names that stand twice."""

    def named(self, name: str) -> Declared:
        """The connector of that name. Raises ``ConnectorError``."""
        for declared in self.connectors:
            if declared.name in (name, label_of(name)):
                return declared
        known = ", ".join(declared.name for declared in self.connectors) or "none"
        raise ConnectorError(f"There is no connector {name!r}; declared: {known}.")


def label_of(name: str) -> str:
    """A name of any client as ours, which stands in ids of records and on command lines."""
    if NAME.fullmatch(name):
        return name
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-_")
    return plain[:40].rstrip("-_") if plain else f"server-{digest(name)[:8]}"

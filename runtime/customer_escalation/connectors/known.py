"""The table of known MCP servers (``data/known_servers.toml``): whose they are, which category, which tools read and write.

Everything in it is data: a row names a server by its host, package or usual name, and its tools by globs. What no row names is
shown to nobody until a person classifies it.
"""

import functools
import re
import tomllib
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from skill_runtime.permission import ToolPolicy
from skill_runtime.servers import ServerConfig
from skill_runtime.tools import Access


class KnownWrite(BaseModel):
    """How one of our writing tools' calls is made with a tool of another server that takes no idempotency key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tool: str
    arguments: dict[str, str]
    """Its arguments; ``{name}`` stands for the argument of that name of ours, ``{name.id}`` for a ref without its category."""
    look: str = ""
    """A reading tool of the same server that shows what was written there; empty where there is none."""
    look_arguments: dict[str, str | int] = Field(default_factory=dict)

    def filled(self, ours: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of the writing tool."""
        return _filled(self.arguments, ours)

    def looking(self, ours: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of the reading tool."""
        return _filled(self.look_arguments, ours)


class KnownServer(BaseModel):
    """One row."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    category: str
    hosts: tuple[str, ...] = ()
    """Hosts of its own URLs; a leading dot means any host below."""
    packages: tuple[str, ...] = ()
    """Names that stand in its command line: npm and PyPI packages, container images."""
    read: tuple[str, ...] = ()
    """Globs of tools that only look."""
    write: tuple[str, ...] = ()
    """Globs of tools that change something; they count before those of ``read``."""
    denied: tuple[str, ...] = ()
    """Globs of tools that no escalation needs; they count before all others."""
    writes: dict[str, KnownWrite] = Field(default_factory=dict)
    """By name of a writing tool of our category servers: how this server does the same."""
    categories: dict[str, str] = Field(default_factory=dict)
    """Globs of tools that answer for another category than the server's own."""
    source: str = ""
    """Where its tools' names were read."""

    @property
    def policy(self) -> ToolPolicy:
        """Its rows as an access table on ``category.tool``, whatever the category."""
        rows = {f"*.{glob}": Access.DENIED for glob in self.denied}
        rows |= {f"*.{glob}": Access.WRITE for glob in self.write}
        rows |= {f"*.{glob}": Access.READ for glob in self.read if f"*.{glob}" not in rows}
        return ToolPolicy(rows)

    def category_of(self, tool: str, default: str) -> str:
        """The category that a tool answers for."""
        return next((category for glob, category in self.categories.items() if fnmatchcase(tool, glob)), default)


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    server: tuple[KnownServer, ...]


@functools.cache
def known_servers() -> tuple[KnownServer, ...]:
    """All rows, in the order of the file."""
    text = resources.files("customer_escalation").joinpath("data", "known_servers.toml").read_text(encoding="utf-8")
    return _Table.model_validate(tomllib.loads(text)).server


def known_as(config: ServerConfig, rows: Sequence[KnownServer] | None = None) -> KnownServer | None:
    """The row of a server, by the host of its URL or a package in its command line; None for an unknown one.

    The name that somebody gave to a server is no proof of what it is, so it does not count.
    """
    for row in known_servers() if rows is None else rows:
        if config.url:
            host = (urlsplit(config.url).hostname or "").casefold()
            if any(host == known or (known.startswith(".") and host.endswith(known)) for known in row.hosts):
                return row
        elif any(_names(word, package) for word in (config.command, *config.args) for package in row.packages):
            return row
    return None


def category_by_name(name: str, rows: Sequence[KnownServer] | None = None) -> str:
    """A category to suggest for a server of that name, where its name is a product's; empty without one."""
    words = set(re.split(r"[\W_]+", name.casefold()))
    for row in known_servers() if rows is None else rows:
        if {word for word in re.split(r"[\W_]+", row.title.casefold()) if len(word) > 3} & words:
            return row.category
    return ""


def _names(word: str, package: str) -> bool:
    """Whether a word of a command line names the package, with or without a version, a tag or a path."""
    plain = re.sub(r"(?<=.)[@:](?:latest|v?\d[\w.+-]*)$", "", word)
    return package in (word, plain, PurePath(plain).name)


_HOLE = re.compile(r"\{(\w+)(\.id)?\}")


def _filled(form: Mapping[str, str | int], ours: Mapping[str, Any]) -> dict[str, Any]:
    """The form with its holes filled, in one pass: what a text holds is no hole."""

    def value(hole: re.Match[str]) -> str:
        given = str(ours[hole[1]])
        return given.partition("/")[2] or given if hole[2] else given

    return {name: _HOLE.sub(value, text) if isinstance(text, str) else text for name, text in form.items()}

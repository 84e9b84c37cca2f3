"""Who may do what: tool access as data.

Access is a table of globs over ``category.tool``; the first row that matches decides, and a tool that no row names is
denied. What a server says about its own tools is untrusted: it can tighten access, never loosen it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Protocol

from skill_runtime.tools import Access


@dataclass(frozen=True)
class Offered:
    """A tool as its server describes it. All of it is the server's word, and untrusted."""

    name: str
    definition: dict[str, Any]
    """Name, description, input schema and annotations: what a model would see and what is fingerprinted."""
    read_only: bool | None = None
    destructive: bool | None = None


@dataclass(frozen=True)
class Admitted:
    """What was decided about an offered tool."""

    name: str
    access: Access
    category: str
    """The category whose questions it answers; a server may serve several."""
    withheld: str = ""
    """For a DENIED one, why: the end of a sentence."""
    reads: bool = False
    """For a withheld one: it would read, so what it shows is missing."""


class Gatekeeper(Protocol):
    """Decides what the tools of a server may do."""

    def admit(self, label: str, category: str, offered: Sequence[Offered]) -> Sequence[Admitted]:
        """A decision for each offered tool of the server ``label``, which was set up for ``category``."""
        ...


@dataclass(frozen=True)
class ToolPolicy:
    """Globs on ``category.tool`` and the access that each grants, first match first.

    Example: ``ToolPolicy({"calendar.read_*": Access.READ})``.
    """

    rows: Mapping[str, Access]

    def access(
        self, category: str, tool: str, *, read_only: bool | None = None, destructive: bool | None = None
    ) -> Access:
        """What ``tool`` may do.

        ``read_only`` and ``destructive`` are the server's own hints (None where it gives none): a tool that the table
        calls READ and its server calls writing or destructive becomes WRITE.
        """
        granted = self._row(category, tool) or Access.DENIED
        if granted is Access.READ and (read_only is False or destructive is True):
            return Access.WRITE
        return granted

    def names(self, category: str, tool: str) -> bool:
        """Whether a row names the tool, be it to deny it."""
        return self._row(category, tool) is not None

    def _row(self, category: str, tool: str) -> Access | None:
        name = f"{category}.{tool}"
        return next((access for glob, access in self.rows.items() if fnmatchcase(name, glob)), None)

    def admit(self, label: str, category: str, offered: Sequence[Offered]) -> Sequence[Admitted]:
        """``Gatekeeper`` by these rows alone, for servers whose definitions are our own."""
        decided = [
            (tool.name, self.access(category, tool.name, read_only=tool.read_only, destructive=tool.destructive))
            for tool in offered
        ]
        return [
            Admitted(name, access, category, "no row of the access table names it" if access is Access.DENIED else "")
            for name, access in decided
        ]

    def over(self, base: "ToolPolicy") -> "ToolPolicy":
        """These rows first, then those of ``base``."""
        return ToolPolicy(
            {**self.rows, **{glob: access for glob, access in base.rows.items() if glob not in self.rows}}
        )

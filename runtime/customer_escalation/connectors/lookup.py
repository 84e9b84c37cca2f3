"""The read tools of a run under the names of our own category servers, whatever servers are connected.

The prefetch speaks of ``search_tickets`` and ``read_issue``. Servers of our form have tools of these names. For others the tool
that searches and the tool that reads one item are found by their names and schemas; where none fits, the model has to find it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from customer_escalation.domain.categories import SOURCES, Verb
from skill_runtime.tools import Tool

_QUERIES = (
    "query",
    "q",
    "search",
    "search_query",
    "searchquery",
    "search_term",
    "searchterm",
    "text",
    "term",
    "keyword",
    "keywords",
    "input",
)
_IDS = re.compile(r"(?:.*_)?(?:id|key|number|identifier|idorkey|id_or_key)", re.IGNORECASE)
_SEARCH_NAME = re.compile(r"search|find|query", re.IGNORECASE)
_READ_NAME = re.compile(
    r"(?:^|[-_])(?:get|read|fetch|retrieve|show)|(?:get|read|fetch|retrieve)(?=[A-Z])", re.IGNORECASE
)


@dataclass(frozen=True)
class _Use:
    """One tool in a role."""

    tool: Tool
    argument: str = ""
    """The one argument that takes the query or the id; empty for a tool of our own form, which takes all."""


class ReadTools:
    """Calls by our names."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        by_server: dict[tuple[str, str], list[Tool]] = {}
        for tool in tools:
            by_server.setdefault((tool.server, tool.category), []).append(tool)
        self._uses: dict[str, list[_Use]] = {}
        for (_, category), own in by_server.items():
            names = {tool.remote_name or tool.spec.name: tool for tool in own}
            for name, tool in names.items():
                self._uses.setdefault(name, []).append(_Use(tool))
            source = SOURCES.get(category)
            for verb, find in _FINDERS:
                if source and (role := source.tool(verb)) not in names:
                    use = find(own, source.nouns)
                    if use is not None:
                        self._uses.setdefault(role, []).append(use)

    def __contains__(self, name: str) -> bool:
        """Whether any connected server answers this call."""
        return name in self._uses

    def calls(self, name: str, arguments: Mapping[str, Any]) -> list[tuple[Tool, dict[str, Any]]]:
        """The tools that answer the call, each with its input.

        An id that begins with a server's name (``tracker:17``) goes to that server alone.
        """
        uses = self._uses.get(name, [])
        owner = str(arguments.get("id", "")).partition(":")[0]
        if any(use.tool.server == owner for use in uses):
            uses = [use for use in uses if use.tool.server == owner]
        return [
            (
                use.tool,
                {use.argument: arguments.get("query") or arguments.get("id")} if use.argument else dict(arguments),
            )
            for use in uses
        ]


def _search_use(tools: list[Tool], nouns: str) -> _Use | None:
    """The tool that searches by words: the one that names what the category holds first."""
    found: list[tuple[bool, int, _Use]] = []
    for tool in tools:
        if _SEARCH_NAME.search(tool.remote_name):
            properties, required = _schema(tool)
            argument = next((name for name in properties if name.casefold() in _QUERIES), "")
            if argument and required <= {argument}:
                found.append((not re.search(nouns, tool.remote_name, re.IGNORECASE), len(found), _Use(tool, argument)))
    return min(found, key=lambda row: row[:2])[2] if found else None


def _read_use(tools: list[Tool], nouns: str) -> _Use | None:
    """The tool that reads one item by its id alone."""
    for tool in tools:
        if _READ_NAME.search(tool.remote_name) and re.search(nouns, tool.remote_name, re.IGNORECASE):
            properties, required = _schema(tool)
            argument = next(iter(required), "")
            if len(required) == 1 and _IDS.fullmatch(argument) and properties[argument].get("type") in ("string", None):
                return _Use(tool, argument)
    return None


def _schema(tool: Tool) -> tuple[dict[str, Any], set[str]]:
    schema = tool.spec.input_schema
    properties = {name: value for name, value in schema.get("properties", {}).items() if isinstance(value, dict)}
    return properties, {name for name in schema.get("required", ()) if name in properties}


_FINDERS: tuple[tuple[Verb, Callable[[list[Tool], str], _Use | None]], ...] = (
    ("search", _search_use),
    ("read", _read_use),
)

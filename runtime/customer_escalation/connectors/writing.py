"""The one holder of tools that write: it carries a call out in one system, or finds out whether it was carried out.

A call that was lost on its way may have been carried out all the same. So every call has an idempotency key, and ``look`` asks
the system for the call of that key without writing anything. A tool of somebody else that takes no key is looked for by
reading, as its row among the known servers says.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from customer_escalation.connectors.known import KnownServer, KnownWrite
from skill_runtime.errors import ConnectorError
from skill_runtime.tools import Access, Tool, ToolReturn

KEY = "idempotency_key"
LOOK = "look_since"
"""The arguments of our category servers' writing tools; see ``support_connectors.backend.Write``."""
AUTHOR = "author"
NOT_WRITTEN, NOT_THERE = "not_written", "not_there"
"""Kinds of failure of a look: see ``support_connectors.backend``."""
DEFINITE = frozenset({"invalid", "not_found", "denied", "rate_limited"})
"""Kinds of failure after which nothing was written: the system, or our server before it, refused the call."""
MOST_SAID = 500
SKEW = timedelta(minutes=10)
"""By how much a system's clock may differ from ours."""

_REF = re.compile(r"[a-z_]+/\S{1,300}")

State = Literal["done", "not_done", "not_there", "refused", "repeatable", "unclear"]
"""``not_done``: nothing was written, and a call that is still under way cannot write a second time. ``not_there``: it is not there
now; a call that is still under way may still write it. ``refused``: nothing was written, and the system does not want it.
``repeatable``: it cannot be looked for, but the same call writes once."""


@dataclass(frozen=True)
class Answer:
    """What came of a call, or of looking for one."""

    state: State
    written: str = ""
    """Ref, address or id of what was written; empty where the system named none."""
    said: str = ""
    """What the system said, for a person."""


@dataclass(frozen=True)
class Write:
    """One call of a category's writing tool."""

    tool: str
    arguments: Mapping[str, Any]
    """All but key and author."""
    key: str
    author: str


class SystemWriter:
    """Writes in the one system that is connected for a category."""

    def __init__(self, category: str, tools: Sequence[Tool], known: Mapping[str, KnownServer]) -> None:
        """``tools`` are all that policy admits, reading ones included; ``known`` are the rows of servers of others, by label."""
        self._category = category
        self._tools = [tool for tool in tools if tool.category == category]
        self._known = known

    def check(self, call: Write) -> None:
        """Raise ``ConnectorError`` where no connected system can carry it out."""
        self._tool_for(call)

    async def write(self, call: Write) -> Answer:
        """Carry it out. Raises as ``check``."""
        tool, row = self._tool_for(call)
        if row is not None:
            return _written(await tool.run(dict(row.filled(call.arguments))))
        return _written(await tool.run({**call.arguments, KEY: call.key, **_author(tool, call)}))

    async def look(self, call: Write, since: datetime) -> Answer:
        """Was it carried out at ``since`` or later? Writes nothing. Raises as ``check``."""
        tool, row = self._tool_for(call)
        if row is not None:
            return await self._read_for(tool, row, call)
        if LOOK not in _properties(tool):
            return Answer("repeatable")
        outcome = await tool.run(
            {**call.arguments, KEY: call.key, **_author(tool, call), LOOK: (since - SKEW).isoformat()}
        )
        if outcome.is_error and outcome.failure in (NOT_WRITTEN, NOT_THERE):
            return Answer("not_done" if outcome.failure == NOT_WRITTEN else "not_there", said=outcome.text[:MOST_SAID])
        if outcome.is_error:  # refused or not, what was looked for was not found and not missed
            return Answer("unclear", said=outcome.text[:MOST_SAID])
        return _written(outcome)

    def _tool_for(self, call: Write) -> tuple[Tool, KnownWrite | None]:
        """The tool, with the row of the known servers by which to call it where it is not one of our own form."""
        found = list(self._able(call))
        if not found:
            raise ConnectorError(
                f"Nothing that is connected as {self._category.replace('_', ' ')} can carry this out: no tool {call.tool} is there that "
                "may write."
            )
        if len(found) > 1:
            names = ", ".join(tool.server for tool, _ in found)
            raise ConnectorError(
                f"Several connected systems could take this ({names}), and nothing says which is meant. Leave one of them connected."
            )
        return found[0]

    def _able(self, call: Write) -> Iterator[tuple[Tool, KnownWrite | None]]:
        writing = [tool for tool in self._tools if tool.access is Access.WRITE]
        for tool in writing:
            name = tool.remote_name or tool.spec.name
            ours = name == call.tool and KEY in _properties(tool)
            row = self._known[tool.server].writes.get(call.tool) if tool.server in self._known else None
            theirs = row is not None and row.tool == name and _takes(tool, row)
            if (ours or theirs) and _is_for(call, tool.server, self._servers()):
                yield tool, None if ours else row

    def _servers(self) -> frozenset[str]:
        return frozenset(tool.server for tool in self._tools)

    async def _read_for(self, tool: Tool, row: KnownWrite, call: Write) -> Answer:
        """Found where a reading tool of the same server shows the very text; that it does not show it proves nothing."""
        reading = next(
            (
                one
                for one in self._tools
                if one.access is Access.READ
                and one.server == tool.server
                and (one.remote_name or one.spec.name) == row.look
            ),
            None,
        )
        if reading is None:
            return Answer("unclear", said=f"{tool.server} offers nothing by which it could be looked for.")
        outcome = await reading.run(dict(row.looking(call.arguments)))
        if outcome.is_error:
            return Answer("unclear", said=outcome.text[:MOST_SAID])
        wanted = _plain(str(call.arguments.get("text", "")))
        shown = [
            _plain(text) for text in _texts(outcome.structured if outcome.structured is not None else outcome.text)
        ]
        if wanted and any(wanted in text for text in shown):
            return Answer("done", said=f"{tool.server} shows it.")
        return Answer("unclear", said=f"{tool.server} does not show it among what it lists.")


def _written(outcome: ToolReturn) -> Answer:
    if outcome.is_error:
        state: State = "refused" if outcome.failure in DEFINITE else "unclear"
        return Answer(state, said=outcome.text[:MOST_SAID])
    return Answer("done", _ref_in(outcome))


def _ref_in(outcome: ToolReturn) -> str:
    data = outcome.structured or {}
    item = data.get("item")
    for holder in (item if isinstance(item, dict) else {}, data):
        for name in ("ref", "url", "permalink", "html_url", "message_link", "id", "ts"):
            if isinstance(value := holder.get(name), str | int) and not isinstance(value, bool) and value != "":
                return str(value)[:MOST_SAID]
    return ""


def _is_for(call: Write, server: str, servers: frozenset[str]) -> bool:
    """Where the id in a ref begins with a connected server's name, only that server is meant."""
    refs = [value for value in call.arguments.values() if isinstance(value, str) and _REF.fullmatch(value)]
    named = {one for one in servers for ref in refs if ref.partition("/")[2].startswith(f"{one}:")}
    return not named or server in named


def _takes(tool: Tool, row: KnownWrite) -> bool:
    """Whether a tool takes the arguments of its row and needs no others: a server may be of another version than the row."""
    needed = tool.spec.input_schema.get("required", ())
    return set(row.arguments) <= set(_properties(tool)) and set(needed) <= set(row.arguments)


def _author(tool: Tool, call: Write) -> dict[str, str]:
    return {AUTHOR: call.author} if AUTHOR in _properties(tool) and call.author else {}


def _properties(tool: Tool) -> Mapping[str, Any]:
    found: Mapping[str, Any] = tool.spec.input_schema.get("properties", {})
    return found


def _plain(text: str) -> str:
    return " ".join(text.split())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        try:
            inner = json.loads(value)
        except (ValueError, RecursionError):
            return
        if not isinstance(inner, str):
            yield from _texts(inner)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)

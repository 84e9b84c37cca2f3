"""Searching by words where a server has no such tool: in files, in tables, word by word, or in all that it shows.

Each routine is a tool put together from the server's own, which are called one by one and recorded as such. What it is made of is
told by names and schemas; how much it reads is bounded.
"""

import ast
import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from customer_escalation.connectors.normalize.items import says_there_is_nothing
from skill_runtime.tools import Tool, ToolReturn
from support_connectors.remote.texts import words

MOST_WORDS = 4
"""Words of a query that are asked for one by one."""
MOST_PARTS = 2
"""Tools that show parts of an item, called with the one that reads it."""
MOST_FILES = 8
MOST_TABLES = 5
MOST_ROWS = 50
MOST_WHOLE = 2
"""Tools without arguments that are asked for all that they show."""
_SHORT = 200
"""Characters of an answer in prose that may say that nothing was found."""
_ROOTS = re.compile(r"allowed_director|list_roots|list_mounts", re.IGNORECASE)
_TABLES = re.compile(r"(?:list|show|get)[-_]?(?:all[-_]?)?tables", re.IGNORECASE)
_READS_PATH = re.compile(r"read(?:[-_]text)?[-_]?file$|get[-_]?file(?:[-_]contents?)?$", re.IGNORECASE)
_SHOWS = re.compile(r"(?:^|[-_])(?:get|read|list|show|fetch)(?=[-_A-Z])|[-_](?:log|history)$", re.IGNORECASE)
_NOT_SHOWN = re.compile(r"env|secret|token|password|key|image|director|roots|user|me$|config", re.IGNORECASE)
_SQL = re.compile(r"\bsql\b|\bselect\b", re.IGNORECASE)
_PATH = re.compile(r"^\s*(?:\[FILE\]\s*)?((?:/|[A-Za-z]:\\)[^\n]+?)\s*$", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z_]\w{0,60}")


def word_by_word(tool: Tool, argument: str) -> Tool:
    """A search that asks for the words of a query one by one where the whole query finds nothing: many look for it as it stands."""

    async def run(arguments: dict[str, Any]) -> ToolReturn:
        whole = await tool.run(arguments)
        found = words(str(arguments.get(argument, "")))
        if whole.is_error or len(found) < 2 or not _is_nothing(whole):
            return whole
        longest = sorted(found, key=len, reverse=True)[:MOST_WORDS]
        outcomes = await asyncio.gather(*(tool.run({**arguments, argument: word}) for word in longest))
        kept = [outcome for outcome in outcomes if not outcome.is_error and not _is_nothing(outcome)]
        return _merged(kept) if kept else whole

    return replace(tool, run=run)


def with_parts(tool: Tool, argument: str, parts: Sequence[tuple[Tool, str]]) -> Tool:
    """A tool that reads an item, and with it what others show of it by the same id: its comments, its conversation."""

    async def run(arguments: dict[str, Any]) -> ToolReturn:
        also = parts[:MOST_PARTS]
        item, *beside = await asyncio.gather(
            tool.run(arguments), *(part.run({name: arguments[argument]}) for part, name in also)
        )
        answered = [one for one in beside if not one.is_error]
        return item if item.is_error or not answered else _merged([item, *answered])

    return replace(tool, run=run)


def composed_search(tools: Sequence[Tool]) -> Tool | None:
    """A search by words made of these tools of one server; None where they allow none."""
    return _in_files(tools) or _in_tables(tools) or _in_all(tools)


def _in_files(tools: Sequence[Tool]) -> Tool | None:
    finder = _first(tools, lambda tool: {"path", "pattern"} <= _required(tool) <= {"path", "pattern"})
    roots = _first(tools, lambda tool: bool(_ROOTS.search(tool.remote_name)) and not _required(tool))
    reader = _first(
        tools, lambda tool: bool(_READS_PATH.search(tool.remote_name)) and _required(tool) == {"path"}, last=True
    )
    if finder is None or roots is None or reader is None:
        return None

    async def run(arguments: dict[str, Any]) -> ToolReturn:
        allowed = await roots.run({})
        if allowed.is_error:
            return allowed
        listings = await asyncio.gather(
            *(finder.run({"path": root, "pattern": "**/*"}) for root in _PATH.findall(_told(allowed)))
        )
        failed = next((one for one in listings if one.is_error), None)
        paths = [
            path
            for one in listings
            if not one.is_error
            for path in _PATH.findall(_told(one))
            if "." in path.rpartition("/")[2]
        ]
        wanted = [word.casefold() for word in words(str(arguments.get("query", "")))]
        ranked = sorted(dict.fromkeys(paths), key=lambda path: -sum(word in path.casefold() for word in wanted))
        read = await asyncio.gather(*(reader.run({"path": path}) for path in ranked[:MOST_FILES]))
        return _merged([one for one in read if not one.is_error]) if paths or failed is None else failed

    return _composed(finder, run)


def _in_tables(tools: Sequence[Tool]) -> Tool | None:
    lists = _first(tools, lambda tool: bool(_TABLES.search(tool.remote_name)) and not _required(tool))
    asks = _first(
        tools, lambda tool: len(_required(tool)) == 1 and bool(_SQL.search(json.dumps(tool.spec.input_schema)))
    )
    if lists is None or asks is None:
        return None
    [argument] = _required(asks)

    async def run(arguments: dict[str, Any]) -> ToolReturn:
        listed = await lists.run({})
        if listed.is_error:
            return listed
        names = [name for name in _names(_told(listed)) if _NAME.fullmatch(name)][:MOST_TABLES]
        read = [await asks.run({argument: f'SELECT * FROM "{name}" LIMIT {MOST_ROWS}'}) for name in names]  # noqa: S608 - a plain name
        answered = [one for one in read if not one.is_error]
        return _merged(answered) if answered or not read else read[0]

    return _composed(asks, run)


def _in_all(tools: Sequence[Tool]) -> Tool | None:
    shown = [
        tool
        for tool in tools
        if not _required(tool) and _SHOWS.search(tool.remote_name) and not _NOT_SHOWN.search(tool.remote_name)
    ]
    if not shown:
        return None

    async def run(arguments: dict[str, Any]) -> ToolReturn:
        read = await asyncio.gather(*(tool.run({}) for tool in shown[:MOST_WHOLE]))
        answered = [one for one in read if not one.is_error]
        return _merged(answered) if answered else read[0]

    return _composed(shown[0], run)


def _composed(tool: Tool, run: Callable[[dict[str, Any]], Awaitable[ToolReturn]]) -> Tool:
    return replace(tool, run=run)


def _merged(outcomes: Iterable[ToolReturn]) -> ToolReturn:
    """Several answers as one, with the records of all."""
    items: list[Any] = []
    texts: list[str] = []
    for outcome in outcomes:
        texts.append(outcome.text)
        value = outcome.structured or {}
        items += value.get("items") or ([value["item"]] if "item" in value else [])
    return ToolReturn("\n\n".join(texts) or "No items.", {"items": items})


def _is_nothing(outcome: ToolReturn) -> bool:
    items = (outcome.structured or {}).get("items")
    if items is not None:
        return not items
    text = _told(outcome)
    try:
        return says_there_is_nothing(json.loads(text))
    except (ValueError, RecursionError):
        return len(text) < _SHORT


def _told(outcome: ToolReturn) -> str:
    """The text of an answer that is one text."""
    item = (outcome.structured or {}).get("item")
    return str(item["text"]) if isinstance(item, Mapping) and "text" in item else outcome.text


def _names(text: str) -> list[str]:
    """The names in a listing: rows with one value, a list of texts, or a line each."""
    try:
        rows = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return [line.strip(" -*") for line in text.splitlines()]
    found = (
        [next(iter(row.values()), "") if isinstance(row, dict) else row for row in rows]
        if isinstance(rows, list)
        else []
    )
    return [name for name in found if isinstance(name, str)]


def _first(tools: Sequence[Tool], fits: Callable[[Tool], bool], *, last: bool = False) -> Tool | None:
    return next((tool for tool in (reversed(tools) if last else tools) if fits(tool)), None)


def _required(tool: Tool) -> set[str]:
    return set(tool.spec.input_schema.get("required", ()))

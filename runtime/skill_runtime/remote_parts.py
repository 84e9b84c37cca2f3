"""Records that servers hand out in parts, asked for part by part."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from skill_runtime.bounds import bounded, cut, is_record, plain
from skill_runtime.content import Text, words_of
from skill_runtime.ledger import JsonObject
from skill_runtime.outcomes import Answer
from skill_runtime.parts import Part, cut_short, whole_record
from skill_runtime.tools import ToolReturn

DROPPED = "dropped"
"""The failure of a call whose server ended the connection and is there again."""
CURSOR = "cursor"
"""The argument that asks for the part of a record that follows."""
CALLS_LONG = 4
"""So many times as long as one call may take all parts of a record."""
MOST_OF_A_REASON = 300
"""Characters of a server's own words about a part that did not come."""

Given = Answer | ToolReturn
"""What a server answered, or the outcome where it gave no answer."""
Call = Callable[[JsonObject], Awaitable[tuple[Given, str]]]
"""Calls a tool with these arguments; gives the answer, and why the server is lost where that showed it."""


@dataclass
class PartReader:
    """Reads through one tool."""

    call: Call
    takes_cursor: bool
    seconds: float
    """How long one call may take."""
    _lost: str = ""
    _until: float = 0.0

    async def read(self, arguments: JsonObject) -> tuple[Given, str]:
        """What the call gives, a record that comes in parts with all of them.

        Whoever asks for a part of a record gets all of it: a part by itself would stand in its place.
        """
        answer, lost = await self.call(arguments)
        first = _part_in(answer)
        if isinstance(answer, ToolReturn) or first.item is None or not (first.cursor or CURSOR in arguments):
            return answer, lost
        if not self.takes_cursor:
            return _with_record(answer, cut_short(first.item, "its tool takes no cursor to read on")), lost
        beginning = {name: value for name, value in arguments.items() if name != CURSOR}
        if CURSOR in arguments:
            return await self.read(beginning)
        self._until = asyncio.get_running_loop().time() + CALLS_LONG * self.seconds

        async def ask(cursor: str) -> Part:
            return await self._part({**beginning, CURSOR: cursor} if cursor else beginning)

        return _with_record(answer, await whole_record(first, ask)), lost or self._lost

    async def _part(self, arguments: JsonObject) -> Part:
        if asyncio.get_running_loop().time() > self._until:
            return Part(None, failed=f"all of it takes longer than {CALLS_LONG * self.seconds:g} s")
        answer, lost = await self.call(arguments)
        self._lost = self._lost or lost
        return _part_in(answer)


def _part_in(answer: Given) -> Part:
    if isinstance(answer, ToolReturn):
        return Part(None, failed=_told(answer.text), again=answer.failure == DROPPED)
    if answer.is_error:
        words = words_of(block for block in answer.content if isinstance(block, Text))
        return Part(None, failed=_told(words), changed=answer.failure == "invalid")
    structured: Any = answer.structured
    item = structured.get("item") if isinstance(structured, dict) else None
    if not is_record(item):
        return Part(None, failed="the answer held no record")
    cursor = structured.get("next_cursor")
    if cursor is not None and not isinstance(cursor, str):
        return Part(cut_short(bounded(item), "where it goes on is no text"))
    return Part(bounded(item), cursor or "")


def _with_record(answer: Answer, item: JsonObject) -> Answer:
    """The answer with this record in place of the part that it held, without the text of that part."""
    beside = {key: value for key, value in (answer.structured or {}).items() if key != "next_cursor"}
    others = [block for block in answer.content if not isinstance(block, Text)]
    return replace(answer, structured={**beside, "item": item}, content=others)


def _told(words: str) -> str:
    return " ".join(cut(plain(words), MOST_OF_A_REASON).split()).rstrip(".") or "it was an error without words"

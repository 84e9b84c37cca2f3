"""A text as numbered lines, and edits by line: how a reader who did not write it changes it without saying it again."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from customer_escalation.domain.prose import MOST_CHARACTERS


class LineEdit(BaseModel):
    """A change of some lines that follow each other."""

    model_config = ConfigDict(extra="forbid")

    do: Literal["replace", "delete", "insert", "move"]
    first: int = Field(ge=1, description="The first line concerned; of an insert the line behind which it goes.")
    begins: str = Field(
        default="",
        max_length=200,
        description="The first three or four words of line `first`, as a check on its number.",
    )
    last: int = Field(ge=1, description="The last line concerned; the same as `first` for one.")
    after: int = Field(ge=0, description="Of a move the line behind which they go; 0 otherwise.")
    text: str = Field(
        max_length=MOST_CHARACTERS, description="What stands there then, with its marks; '' for a delete or a move."
    )


class NoSuchLine(ValueError):
    """An edit that does not fit the lines; its message says which, for the writer."""


_ITEM = re.compile(r"([1-9]\d?)[.)] ")
"""A numbered item at the left edge."""
NEARBY = 4
"""Lines by which a number may be off where the words tell which line is meant."""
MOST_SHOWN = 60
"""Characters of a line in a message about it."""


def _words(text: str) -> str:
    """The words of a line in small letters, without marks of any kind, as one text."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def counted(text: str, items: Container[str] | None = None) -> str:
    """The text with the items of its numbered lists counted one by one from 1; fenced code stays as it is, and so does a line with another
    number than 1 that begins a list and is none of ``items``, where given: it may be a date.
    """
    lines, number, fenced = list[str](), 0, False
    for line in text.split("\n"):
        fenced ^= line.lstrip().startswith("```")
        item = None if fenced else _ITEM.match(line)
        if item:
            begins = item[1] == "1" or (number == 0 and (items is None or line in items))
            number = 1 if begins else number and number + 1
        elif line[:1].strip() and not fenced:  # a line at the left edge ends the list
            number = 0
        lines.append(f"{number}{line[item.end(1) :]}" if item and number else line)
    return "\n".join(lines)


class NumberedText:
    """A text line by line, and edits of it by the numbers of its lines, from 1."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")

    def edited(self, edits: Iterable[LineEdit]) -> str:
        """The text with the edits. A list that counted one by one before does so again.

        Raises ``NoSuchLine`` for a line that is not there, or one that two edits take.
        """
        taken: set[int] = set()
        put: dict[int, list[str]] = {}
        for given in edits:
            edit = self._checked(given)
            self._take(edit, taken)
            self._put(edit, put)
        before, text = "\n".join(self._lines), "\n".join(self._left(taken, put))
        return counted(text, self._lines) if counted(before) == before else text

    def _checked(self, edit: LineEdit) -> LineEdit:
        """The edit at the lines that it means: people, and models, count wrong by one. Raises ``NoSuchLine`` where its first words stand
        at no line nearby, or at several and not at its own.
        """
        words = _words(edit.begins)
        if not words or not 1 <= edit.first <= len(self._lines) or self._begins(edit.first, words):
            return edit
        near = range(max(1, edit.first - NEARBY), min(len(self._lines), edit.first + NEARBY) + 1)
        found = [number for number in near if self._begins(number, words)]
        if len(found) != 1:
            own = self._lines[edit.first - 1][:MOST_SHOWN]
            raise NoSuchLine(f"Line {edit.first} does not begin with “{edit.begins}” but with “{own}”.")
        moved = found[0] - edit.first
        return edit.model_copy(update={"first": edit.first + moved, "last": edit.last + moved})

    def _begins(self, number: int, words: str) -> bool:
        return _words(self._lines[number - 1]).startswith(words)

    def _take(self, edit: LineEdit, taken: set[int]) -> None:
        if edit.do == "insert":
            return
        if not edit.first <= edit.last <= len(self._lines):
            raise NoSuchLine(
                f"There are no lines {edit.first} to {edit.last}: they are numbered 1 to {len(self._lines)}."
            )
        for number in range(edit.first, edit.last + 1):
            if number in taken:
                raise NoSuchLine(f"Two edits take line {number}.")
            taken.add(number)

    def _put(self, edit: LineEdit, put: dict[int, list[str]]) -> None:
        place = {"insert": edit.first, "move": edit.after, "replace": edit.last}.get(edit.do)
        if place is None:
            return
        if not 1 <= place <= len(self._lines):
            raise NoSuchLine(
                f"There is no line {place} to put something behind: they are numbered 1 to {len(self._lines)}."
            )
        moved = "\n".join(self._lines[edit.first - 1 : edit.last])
        put.setdefault(place, []).append(moved if edit.do == "move" else edit.text)

    def _left(self, taken: set[int], put: Mapping[int, list[str]]) -> Iterator[str]:
        for number, line in enumerate(self._lines, 1):
            if number not in taken:
                yield line
            yield from put.get(number, ())

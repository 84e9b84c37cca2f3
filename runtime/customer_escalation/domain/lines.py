"""A draft as numbered lines, and edits by line: how a reader who did not write it changes it without saying it again."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from customer_escalation.domain.prose import MOST_CHARACTERS, passages


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


def counted(text: str) -> str:
    """The text with the items of its numbered lists counted one by one from each list's first; fenced code stays as it is."""
    lines, number, fenced = list[str](), 0, False
    for line in text.split("\n"):
        fenced ^= line.lstrip().startswith("```")
        item = None if fenced else _ITEM.match(line)
        if item:
            number = 1 if item[1] == "1" else number + 1
        elif line[:1].strip() and not fenced:  # a line at the left edge ends the list
            number = 0
        lines.append(f"{number}{line[item.end(1) :]}" if item else line)
    return "\n".join(lines)


@dataclass(frozen=True)
class Line:
    """One line of one text of a draft."""

    number: int
    """From 1, through the whole draft. The line with number of a text's path stands before its first."""
    path: str
    text: str


@dataclass
class NumberedDraft:
    """Every text of a draft that is not empty, line by line, in the order of the schema. Each begins with a line that names its path,
    so that something can be put before its first.
    """

    lines: Sequence[Line]
    heads: frozenset[int] = field(default_factory=frozenset)
    """The numbers of the lines that name a path."""

    @classmethod
    def of(cls, draft: BaseModel) -> "NumberedDraft":
        """The lines of a draft."""
        lines, heads = list[Line](), set[int]()
        for passage in passages(draft):
            heads.add(len(lines) + 1)
            for text in (passage.path, *passage.written.split("\n")):
                lines.append(Line(len(lines) + 1, passage.path, text))
        return cls(lines, frozenset(heads))

    @classmethod
    def of_text(cls, text: str) -> "NumberedDraft":
        """The lines of one text by itself, with none before them."""
        return cls([Line(number, "", line) for number, line in enumerate(text.split("\n"), 1)])

    def edited_text(self, edits: Iterable[LineEdit]) -> str:
        """That text with the edits. Raises as ``edited``."""
        whole = "\n".join(line.text for line in self.lines)
        return self.edited(edits).get("", whole)

    def told(self, about: Mapping[str, str], only: Iterable[str] | None = None) -> str:
        """The lines with their numbers, below the path of each text and what ``about`` says of it; of the texts ``only`` where given."""
        wanted = None if only is None else frozenset(only)
        return "\n".join(
            f"{line.number}\t== {line.path}{f' ({about[line.path]})' if about.get(line.path) else ''}"
            if line.number in self.heads
            else f"{line.number}\t{line.text}"
            for line in self.lines
            if wanted is None or line.path in wanted
        )

    def edited(self, edits: Iterable[LineEdit]) -> dict[str, str]:
        """The texts that the edits change, by path, as they are then.

        Raises ``NoSuchLine`` for a line that is not there, one that two edits take, or one that names a path.
        """
        taken: dict[int, LineEdit] = {}
        put: dict[int, list[str]] = {}
        for given in edits:
            edit = self._checked(given)
            self._take(edit, taken)
            self._put(edit, put)
        changed = {self.lines[number - 1].path for number in (*taken, *put)}
        return {path: self._edited(path, taken, put) for path in changed}

    def _edited(self, path: str, taken: Mapping[int, LineEdit], put: Mapping[int, list[str]]) -> str:
        """The text as it is then. A list that counted one by one before does so again."""
        before = "\n".join(line.text for line in self.lines if line.path == path and line.number not in self.heads)
        text = "\n".join(self._left(path, taken, put)).strip()
        return counted(text) if counted(before) == before else text

    def _checked(self, edit: LineEdit) -> LineEdit:
        """The edit at the lines that it means: people, and models, count wrong by one. Raises ``NoSuchLine`` where its first words stand
        at no line nearby, or at several and not at its own.
        """
        if edit.do == "delete" and edit.first in self.heads:
            return edit
        words = _words(edit.begins)
        if not words or not 1 <= edit.first <= len(self.lines) or self._begins(edit.first, words):
            return edit
        near = range(max(1, edit.first - NEARBY), min(len(self.lines), edit.first + NEARBY) + 1)
        found = [number for number in near if self._begins(number, words)]
        if len(found) != 1:
            own = self.lines[edit.first - 1].text[:MOST_SHOWN]
            raise NoSuchLine(f"Line {edit.first} does not begin with “{edit.begins}” but with “{own}”.")
        moved = found[0] - edit.first
        return edit.model_copy(update={"first": edit.first + moved, "last": edit.last + moved})

    def _begins(self, number: int, words: str) -> bool:
        return number not in self.heads and _words(self.lines[number - 1].text).startswith(words)

    def _take(self, edit: LineEdit, taken: dict[int, LineEdit]) -> None:
        if edit.do == "insert":
            return
        if not edit.first <= edit.last <= len(self.lines):
            raise NoSuchLine(
                f"There are no lines {edit.first} to {edit.last}: they are numbered 1 to {len(self.lines)}."
            )
        for number in self._lines_of(edit):
            if number in self.heads:
                raise NoSuchLine(
                    f"Line {number} names the text `{self.lines[number - 1].path}`; edit the lines below it."
                )
            if number in taken and not (edit.do == "delete" and taken[number].do == "delete"):
                raise NoSuchLine(f"Two edits take line {number}.")
            taken[number] = edit

    def _lines_of(self, edit: LineEdit) -> Iterable[int]:
        """The lines that an edit takes. To delete a line that names a text is to delete the text."""
        numbers = range(edit.first, edit.last + 1)
        if edit.do != "delete":
            return numbers
        named = {self.lines[number - 1].path for number in numbers if number in self.heads}
        whole = {line.number for line in self.lines if line.path in named}
        return sorted(whole.union(numbers) - self.heads)

    def _put(self, edit: LineEdit, put: dict[int, list[str]]) -> None:
        place = {"insert": edit.first, "move": edit.after, "replace": edit.last}.get(edit.do)
        if place is None:
            return
        if not 1 <= place <= len(self.lines):
            raise NoSuchLine(
                f"There is no line {place} to put something behind: they are numbered 1 to {len(self.lines)}."
            )
        moved = "\n".join(line.text for line in self.lines[edit.first - 1 : edit.last])
        put.setdefault(place, []).append(moved if edit.do == "move" else edit.text)

    def _left(self, path: str, taken: Mapping[int, LineEdit], put: Mapping[int, list[str]]) -> Iterator[str]:
        for line in self.lines:
            if line.path == path:
                if line.number not in taken and line.number not in self.heads:
                    yield line.text
                yield from put.get(line.number, ())

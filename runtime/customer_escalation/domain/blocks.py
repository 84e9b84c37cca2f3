"""The lines of a markdown document in blocks: quotations, fenced code, and what stands between."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

QUOTED = re.compile(r"\s{0,8}> ?")
"""Also below an item of a list, however deep."""
_FENCE = re.compile(r"\s*(`{3,}(?=[^`]*\Z)|~{3,})")

_BREAK = re.compile(r"\s{0,9}<br\s?/?>\s{0,9}", re.IGNORECASE)
_LAST_BREAK = re.compile(r"\s{0,9}<br\s?/?>\s*\Z", re.IGNORECASE)
_CODE = re.compile(r"(`+[^`]*`+)")


class Line(str):
    """A line that knows its place in the document."""

    at: int

    @classmethod
    def of(cls, text: str, at: int) -> "Line":
        """The line at this place, from 0."""
        line = cls(text)
        line.at = at
        return line


@dataclass
class Block:
    """Lines that follow each other: a quotation, or anything else."""

    lines: list[Line]
    quoted: bool


def lines_of(document: str) -> list[Line]:
    """Its lines, however they end; breaks that are written as tags in cells and at the end of lines, outside code, are plain ones."""
    lines = [Line.of(text, at) for at, text in enumerate(document.replace("\r\n", "\n").split("\n"))]
    return [line if coded else Line.of(_plain_breaks(line), line.at) for line, coded in with_code(lines)]


def _plain_breaks(line: str) -> str:
    """``<br>`` at the end of a line as two spaces, and in a cell of a table as a stroke."""
    if "<" not in line:
        return line
    *before, last = _CODE.split(line)
    parts = [*before, _LAST_BREAK.sub("  ", last)]
    if line.lstrip().startswith("|"):
        parts[::2] = [_BREAK.sub(" / ", part) for part in parts[::2]]
    return "".join(parts)


def unquoted(line: str) -> str:
    """The line without the mark of a quotation."""
    return QUOTED.sub("", line, count=1)


def with_code(lines: Iterable[Line]) -> Iterator[tuple[Line, bool]]:
    """Each line, and whether it is fenced code."""
    fence = ""
    for line in lines:
        mark = _FENCE.match(line)
        inside = bool(fence or mark)
        if mark and not fence:
            fence = mark[1]
        elif fence and line.strip().startswith(fence) and set(line.strip()) == set(fence):
            fence = ""
        yield line, inside


def blocks(lines: Iterable[Line]) -> Iterator[Block]:
    """Lines in blocks, without the empty lines around each."""
    block = Block([], False)
    for line, coded in with_code(lines):
        quoted = bool(QUOTED.match(line)) and not coded
        if block.quoted != quoted:
            yield from _kept(block)
            block = Block([], quoted)
        block.lines.append(line)
    yield from _kept(block)


def _kept(block: Block) -> Iterator[Block]:
    lines = trimmed(block.lines)
    if lines:
        yield Block(lines, block.quoted)


def joined(blocks: Iterable[Block], lines: Sequence[Line], place: Callable[[Block], int | None]) -> Iterator[Block]:
    """The blocks of these lines, a quotation that does not go out as part of the text around it."""
    last: Block | None = None
    for block in blocks:
        if place(block) is not None:
            yield from [last] if last else []
            yield block
            last = None
        elif last is None:
            last = Block(block.lines, False)
        else:
            begins, ends = last.lines[0].at - lines[0].at, block.lines[-1].at - lines[0].at
            last = Block(list(lines[begins : ends + 1]), False)
    yield from [last] if last else []


def trimmed(lines: Sequence[Line]) -> list[Line]:
    """Without empty lines at either end."""
    found = list(lines)
    while found and not found[0].strip():
        found.pop(0)
    while found and not found[-1].strip():
        found.pop()
    return found


def quotations_of(document: str) -> Iterator[tuple[str, str]]:
    """Each quotation of a document with the line above it."""
    lead = ""
    for block in blocks(lines_of(document)):
        if block.quoted:
            yield lead, "\n".join(map(unquoted, block.lines))
        lead = block.lines[-1]

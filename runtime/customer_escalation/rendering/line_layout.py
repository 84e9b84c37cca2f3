"""Lines of a writer's text as markdown that stays as they had it: what is a list, a table, code, and what runs on."""

import re
from collections.abc import Iterator, Sequence
from textwrap import indent

from customer_escalation.domain.prose import without_marks
from customer_escalation.rendering.inert import ENDS, inert

_BOX = re.compile(r"\[[ xX]\] \Z")
"""Whether a point is done, behind its bullet."""
_HEADING = re.compile(r"#{1,6}\s+")
_ITEM = re.compile(r"(?:[-*+]|\d{1,2}[.)])\s+")


def prefix(before: str, highest: int = 0) -> str:
    """What stands before a line's words: its indentation, a bullet or number, a bold label; a heading is one where the text is a document
    of its own, of the level ``highest`` or below, and none in a section (0).
    """
    space = before[: len(before) - len(before.lstrip())].expandtabs(4)
    heading = _HEADING.match(before.lstrip())
    rest = before.lstrip()[heading.end() if heading else 0 :]
    if highest and heading:
        return f"{'#' * max(highest, len(heading[0].strip()))} {inert(rest)}"
    box = _BOX.search(rest)
    rest = inert(rest[: box.start()] if box else rest)
    return space + re.sub(r"\A[*+]\s+", "- ", f"{rest} {box[0] if box else ''}" if rest else "")


def ends(text: str) -> bool:
    """Does the text end as a sentence does, its marks left out?"""
    return without_marks(text).rstrip().rstrip("*")[-1:] in ENDS | {""}


def is_structured(line: str) -> bool:
    """Is it a bullet, a row, a quotation or a block rather than running text?"""
    return bool(re.match(r"\s*(?:(?:[-*+]|\d{1,2}[.)])\s|[>|]|`{3})|#{1,6}\s", line))


def joined(lines: Sequence[str], margin: int) -> str:
    """The lines below each other as the writer has them: what a blank line parts stays apart, and so does a table or a list at the
    margin from what runs on; lines of running text stay lines, and an indented one goes on with the item above it.
    """
    pieces: list[str] = []
    before, parted = "", False
    for line in _nested(lines):
        if line and pieces:
            apart = parted or _is_row(line) != _is_row(before) or (not margin and _parts(before, line))
            apart = apart or bool(_HEADING.match(line) or _HEADING.match(before))
            breaks = not is_structured(line) and not (is_structured(before) and not _item_goes_on(before, line))
            pieces.append("\n\n" if apart else "  \n" if breaks else "\n")
            pieces.append(" " * margin)
        if line:
            pieces.append(line.replace("\n", "\n" + " " * margin))
            before = line
        parted = not line
    return "".join(pieces)


def _nested(lines: Sequence[str]) -> Iterator[str]:
    """The lines, those indented below an item far enough in to belong to it."""
    width, shift = 0, -1
    for line in lines:
        space = len(line) - len(line.lstrip())
        if line and not space:
            item = _ITEM.match(line)
            width, shift = (item.end() if item else 0), -1
        elif line and width:
            shift = max(0, width - space) if shift < 0 else shift
        yield indent(line, " " * max(0, shift), lambda _: True) if space else line


def _item_goes_on(before: str, line: str) -> bool:
    """Is it a running line below the words of an item, or below a running line in it?"""
    return line[:1] == " " and not before.lstrip().startswith(("`", "|", ">"))


def _parts(before: str, line: str) -> bool:
    """Does a list begin or end between these lines? What is indented is inside one."""
    if line[:1] == " ":
        return False
    return (before[:1] == " " and not is_structured(line)) or is_structured(line) != (
        is_structured(before) or before[:1] == " "
    )


def _is_row(line: str) -> bool:
    return line.lstrip().startswith("|")


def without_edges(row: str) -> list[str]:
    """The cells of a table's row."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().removeprefix("|").removesuffix("|"))]

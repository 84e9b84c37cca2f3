"""Tables on their way to plain text: those that hold data become columns, those that only arrange a page are taken apart.

Most mails are tables in tables that arrange them; drawn in columns, paragraphs beside each other would run into one another.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest
from typing import Final
from xml.etree.ElementTree import Element

MOST_CELLS: Final = 20_000
MOST_SPAN: Final = 50
"""Columns that one cell covers."""
MOST_WIDTH: Final = 160
"""Characters of a line of a table with columns."""
MOST_AREA: Final = 400_000
"""Characters of all of a page's tables with columns, with the blanks between them."""
SEPARATOR: Final = " | "
Cells = list[list[Element]]


def lay_out_tables(tree: Element) -> None:
    """Change the tables of a tree of blocks (``table``, ``tr``, ``td``; ``p`` and ``div``; ``pre``, lists) in place."""
    room = MOST_AREA
    for table in list(tree.iter("table")):
        room -= _lay_out(table, room)


def _lay_out(table: Element, room: int) -> int:
    """Make a table one that is drawn in columns; or lines whose cells stand apart; or, where it is a mere layout, blocks.

    Gives how many of the ``room`` characters that are left for columns it takes.
    """
    rows = _filled(_grid(table))
    found = [[_lines(cell) for cell in row] for row in rows]
    widths = [max(len(line) for cell in column for line in cell) for column in zip(*found, strict=True)]
    width = sum(widths) + len(SEPARATOR) * len(widths)
    lines = sum(max(map(len, row)) + 1 for row in found)
    is_flat = all(sum(map(bool, map(str.strip, cell))) <= 1 for row in found for cell in row)
    if len(widths) < 2 or (len(rows) == 1 and not is_flat):
        _take_apart(table)
    elif width <= MOST_WIDTH and width * lines <= room:
        drawn = Element("table")
        drawn.extend(map(_row, rows))
        _replace_rows(table, [drawn])
        return width * lines
    elif len(rows) > 1 and is_flat:
        _replace_rows(table, [_line(row) for row in rows])
    else:
        _take_apart(table)
    return 0


def _grid(table: Element) -> Cells:
    """The cells, row by row, empty ones where others reach across; nothing where it is no grid of cells and nothing else."""
    rows = table.findall("tr")
    cells = [cell for row in rows for cell in row]
    beside = [table.text, *(part.tail for part in table), *(row.text for row in rows), *(cell.tail for cell in cells)]
    if table.find(".//table") is not None or any(text and text.strip() for text in beside):
        return []
    if any(cell.tag != "td" for cell in cells) or sum(1 for _ in table.iter("td")) != len(cells):
        return []
    grid: Cells = []
    covered: Counter[int] = Counter()
    taken = 0
    for row in rows:
        line: list[Element] = []
        for cell in row:
            _reach_across(line, covered)
            across, down = min(int(cell.get("colspan", "1")), MOST_SPAN), int(cell.get("rowspan", "1"))
            covered.update(dict.fromkeys(range(len(line), len(line) + across), down - 1))
            line += [cell, *(Element("td") for _ in range(across - 1))]
            if taken + len(line) > MOST_CELLS:
                return []
        _reach_across(line, covered)
        grid.append(line)
        taken += len(line)
    return grid if len(grid) * max(map(len, grid), default=0) <= MOST_CELLS else []


def _reach_across(line: list[Element], covered: Counter[int]) -> None:
    """Leave the places empty that cells of the rows above cover."""
    while covered[len(line)] > 0:
        covered[len(line)] -= 1
        line.append(Element("td"))


def _filled(grid: Cells) -> Cells:
    """The rows and columns that hold any text, all rows of one length."""
    rows = [row for row in grid if any(map(_holds_text, row))]
    columns = [[cell if cell is not None else Element("td") for cell in column] for column in zip_longest(*rows)]
    return [list(row) for row in zip(*(column for column in columns if any(map(_holds_text, column))), strict=True)]


def _holds_text(cell: Element) -> bool:
    return any(text.strip() for text in cell.itertext())


def _lines(cell: Element) -> list[str]:
    """The lines of a cell, empty ones too, in no order."""
    found: list[str] = []
    for part in cell.iter():
        text = part.text or ""
        found += text.split("\n") if part.tag == "pre" else [" ".join(text.split())]
        if part is not cell:
            found.append(" ".join((part.tail or "").split()))
    return found


def _replace_rows(table: Element, drawn: Sequence[Element]) -> None:
    """Make a table a block that holds its caption and what was made of its rows."""
    table[:] = [*(part for part in table if part.tag != "tr"), *drawn]
    table.tag = "p"


def _row(cells: Sequence[Element]) -> Element:
    row = Element("tr")
    row.extend(cells)
    for paragraph in list(row.iter("p")):
        paragraph.tag = "div"  # no empty lines inside a row
    return row


def _line(cells: Sequence[Element]) -> Element:
    line = Element("div")
    line.text = SEPARATOR.join(" ".join("".join(cell.itertext()).split()) for cell in cells)
    return line


def _take_apart(table: Element) -> None:
    """Make each cell of a table a block; tables inside it are left as they are."""
    waiting = [table]
    while waiting:
        part = waiting.pop()
        waiting.extend(inner for inner in part if inner.tag != "table")
        if part.tag in ("table", "td"):
            part.tag = "p"
        elif part.tag == "tr":
            part.tag = "div"

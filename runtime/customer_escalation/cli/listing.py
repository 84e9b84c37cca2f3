"""The runs of this machine as rows: one a run, as wide as the terminal is, nothing of an issue beginning a row of its own."""

import shutil
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from customer_escalation.domain.printable import one_line

_GAP = "  "
_NARROWEST = 24
"""Columns that an issue needs to be told by; with fewer it stands on a line below."""
_WIDE = "WF"


def listed(rows: Sequence[Mapping[str, str]]) -> str:
    """The rows of ``history.rows``, newest first: run, when it began (local time), state, decision, issue."""
    width = terminal_width()
    cells = [_cells(row) for row in rows]
    widths = [max(map(text_width, column)) for column in zip(*cells, strict=True)][:-1]
    return "\n".join(line for row in cells for line in _lines(row, widths, width))


def _cells(row: Mapping[str, str]) -> tuple[str, ...]:
    run, state, decision, issue = (one_line(row[key]) for key in ("run", "state", "decision", "issue"))
    damaged = not row["now"]
    return run, _began(run), "damaged" if damaged else state, decision, state if damaged else issue


def _lines(cells: Sequence[str], widths: Sequence[int], width: int | None) -> Iterator[str]:
    *told, issue = cells
    head = _GAP.join(fill(cell, wide) for cell, wide in zip(told, widths, strict=True))
    if width is None:
        yield f"{head}{_GAP}{issue}".rstrip()
    elif (room := width - text_width(head) - len(_GAP)) >= _NARROWEST:
        yield f"{head}{_GAP}{cut(issue, room)}".rstrip()
    else:
        yield cut(head.rstrip(), width)
        yield cut(f"    {issue}", width)


def _began(run: str) -> str:
    """When the run began, which its name says; empty for a name of another kind."""
    with suppress(ValueError):
        moment = datetime.strptime(run[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
        return f"{moment.astimezone():%Y-%m-%d %H:%M}"
    return ""


def terminal_width() -> int | None:
    """Columns of the terminal; None where standard output is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def fill(text: str, width: int) -> str:
    """The text with blanks behind it, so that it takes so many columns."""
    return text + " " * (width - text_width(text))


def text_width(text: str) -> int:
    """Columns of a terminal that the text takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in _WIDE else 1 for char in text
    )


def cut(text: str, width: int) -> str:
    """The text in so many columns, with a mark where it was longer."""
    if text_width(text) <= width:
        return text
    while text_width(text) > width - 1:
        text = text[:-1]
    return text.rstrip() + "…"

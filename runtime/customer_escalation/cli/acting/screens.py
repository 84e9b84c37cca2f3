"""What a person sees of a case's actions: all in a table, each whole on a screen of its own, in the width of the terminal."""

import re
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from customer_escalation.cases.steps import ProposedAction
from customer_escalation.cli.acting import told
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.printable import one_line, printable
from customer_escalation.policy import Policy

WIDEST = 120
"""Columns at the most: longer lines are hard to read."""
LABELS = 14
"""Columns of the labels."""
BAR = "│ "
_LEAD = re.compile(r"\s*(?:(?:[-*+>]|\d{1,2}[.)])\s+)*")
_NARROW = 60
"""With fewer columns a row of the table stands on two lines."""


def overview(found: Sequence[ProposedAction], evidence: Evidence, width: int) -> list[Text]:
    """Every action on a row; where it goes stands below where there is no room beside."""
    rows = told.table(found, evidence)
    if not rows:
        return [Text("Nothing is offered.")]
    columns = [[number, stage, kind] for number, _, stage, kind, _ in rows]
    widths = [max(map(cell_len, column)) for column in zip(*columns, strict=True)]
    lines: list[Text] = []
    for (number, _, stage, kind, where), one in zip(rows, found, strict=True):
        head = Text(f"  {number:>{widths[0]}}  ")
        head.append(_padded(kind, widths[2]), "bold")
        head.append("  " + _padded(stage, widths[1]), _style(one))
        head.truncate(width, overflow="ellipsis")
        room = width - head.cell_len - 2
        if room >= cell_len(where) or room >= _NARROW:
            head.append("  ")
            head.append(_cut(where, room))
            lines.append(head)
        else:
            lines += [head, Text(" " * (widths[0] + 4) + _cut(where, width - widths[0] - 4))]
    return lines


def screen(one: ProposedAction, of: int, evidence: Evidence, policy: Policy, width: int) -> list[Text]:
    """One action whole: what it is, where it goes, what was said to it, what to know, and its exact text."""
    title = Text(f"{one.number} of {of}  ", "dim")
    title.append(one_line(one.proposal.title), "bold")
    lines = [Text("─" * width, "dim"), *_folded(title, width), Text()]
    changes = one.standing.outdated.changes if one.standing.outdated else ()
    rows: list[tuple[str, Iterable[str], str]] = [
        ("State", [told.stage(one)], _style(one)),
        ("", told.said(one, policy), ""),
        ("Kind", [told.noun(one)], ""),
        ("Goes to", [told.where(one, evidence)], "bold"),
        ("System", [told.system(one)], ""),
        ("Id", [one.id[: told.SHOWN_ID]], "dim"),
        ("Changed", changes, "yellow"),
        ("Left out", [f"{part}." for part in one.proposal.left_out], ""),
        ("Beware", one.proposal.beware, "yellow"),
    ]
    for label, texts, style in rows:
        lines += _row(label, texts, style, width)
    text = printable(one.proposal.text)
    length = f"{len(text):,} characters" if text else "there is none yet"
    return [*lines, Text(), Text(f"Text ({length})", "dim"), *_body(text, width)]


def plain_table(found: Sequence[ProposedAction], evidence: Evidence) -> list[str]:
    """Every action on a line, for what is no terminal."""
    rows = told.table(found, evidence)
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)] if rows else []
    return ["  ".join(_padded(cell, wide) for cell, wide in zip(row, widths, strict=True)).rstrip() for row in rows]


def _row(label: str, texts: Iterable[str], style: str, width: int) -> Iterator[Text]:
    for text in texts:
        for line in wrapped(one_line(text), width - LABELS):
            yield Text(f"{label:<{LABELS}}").append(line, style)
            label = ""


def _body(text: str, width: int) -> Iterator[Text]:
    for line in text.split("\n"):
        lead = _LEAD.match(line.expandtabs(4))
        hang = min(cell_len(lead[0]) if lead else 0, width // 3)
        for number, piece in enumerate(wrapped(line.expandtabs(4), width - cell_len(BAR), hang)):
            yield Text(BAR, "dim").append(" " * hang * bool(number) + piece)


def wrapped(line: str, width: int, hang: int = 0) -> list[str]:
    """The line in pieces that fit, those behind the first with ``hang`` columns less."""
    if cell_len(line) <= width:
        return [line]
    console = Console(width=width)
    first = Text(line).wrap(console, width)[0].plain.rstrip()
    rest = line[len(first) :].lstrip()
    if not rest:
        return [first]
    return [first, *(piece.plain.rstrip() for piece in Text(rest).wrap(console, width - hang))]


def _folded(text: Text, width: int) -> Iterator[Text]:
    yield from text.wrap(Console(width=width), width)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))


def _cut(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text
    while cell_len(text) > width - 1:
        text = text[:-1]
    return text.rstrip() + "…"


def _style(one: ProposedAction) -> str:
    return {
        "done": "green", "approved": "green", "failed": "red", "unclear": "red", "refused": "dim", "changed since": "yellow",
    }.get(told.stage(one), "cyan")  # fmt: skip

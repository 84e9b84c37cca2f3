"""The trail's rows as CSV, JSON and markdown, and as lines of a terminal."""

import csv
import io
from collections.abc import Sequence

from customer_escalation.cli import streams
from customer_escalation.domain.printable import printable
from customer_escalation.followups.trail import COLUMNS, TrailRow

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def as_csv(rows: Sequence[TrailRow]) -> str:
    """RFC 4180 with a heading; a text that a spreadsheet would run begins with an apostrophe, which makes it text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(
            [value if isinstance(value, int) else _inert(printable(value)) for value in row.to_json().values()]
        )
    return out.getvalue()


def _inert(text: str) -> str:
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def as_json(rows: Sequence[TrailRow]) -> str:
    """A list of objects."""
    return streams.json_text([row.to_json() for row in rows], indent=2) + "\n"


def as_markdown(rows: Sequence[TrailRow]) -> str:
    """A table."""
    lines = [f"| {' | '.join(COLUMNS)} |", f"|{' --- |' * len(COLUMNS)}"]
    lines += [f"| {' | '.join(_plain(str(value)) for value in row.to_json().values())} |" for row in rows]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Text in which nothing is markup or ends the cell."""
    for sign in ("\\", "|", "<", "[", "]", "*", "_", "`"):
        text = text.replace(sign, f"\\{sign}" if sign != "<" else "&lt;")
    return printable(text)


def as_lines(rows: Sequence[TrailRow]) -> str:
    """A line each for a terminal: when, who, what."""
    return streams.rows([
        f"{row.at[:16].replace('T', ' ')}  {row.who} {row.did}: {row.what}"
        f"{f' -> {row.where}' if row.where else ''}{f' ({row.detail})' if row.detail else ''}"
        for row in rows
    ])  # fmt: skip

"""What is due, as lines for a person and as JSON for a program."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from customer_escalation.cases.steps import Labels
from customer_escalation.cli.listing import cut, fill, text_width
from customer_escalation.domain.formatting import count_words, duration_words, time_words
from customer_escalation.domain.printable import one_line
from customer_escalation.domain.record_ids import own_part, shown_id
from customer_escalation.followups.due import DueItem
from customer_escalation.followups.service import DueEscalation

_GAP = "  "


def due_lines(found: Sequence[DueEscalation], width: int | None = None) -> str:
    """Each escalation with what is due for it, the most urgent first; in lines of ``width`` columns where that is given."""
    if not found:
        return "No escalation is open."
    late, moments = sum(due.is_due for due in found), {due.now for due in found}
    waits = f"something is due for {late}" if late else "nothing is due"
    same = f" as of {time_words(found[0].now)}" if len(moments) == 1 else ""
    lines = [f"{count_words(len(found), 'open escalation')}{same}; {waits}."]
    for due in found:
        lines += ["", *_escalation(due, width)]
        lines += [] if same else [f"{_GAP}As of {time_words(due.now)}."]
    return "\n".join(lines)


def _escalation(due: DueEscalation, width: int | None) -> Iterator[str]:
    now = due.now
    head = f"{due.case}{_GAP}{due.severity.value}, {due.target.value}{', needs review' if due.needs_review else ''}: "
    yield cut(one_line(head + due.summary), width or 10_000)
    rows = [tuple(map(one_line, (_when(item, now), what(due, item), _by(item), item.why))) for item in due.items]
    widths = [max(map(text_width, column)) for column in zip(*rows, strict=True)][:-1]
    whole = [_GAP.join([*(fill(cell, wide) for cell, wide in zip(row, widths, strict=False)), row[-1]]) for row in rows]
    if width is None or max(map(text_width, whole)) + len(_GAP) <= width:
        yield from (f"{_GAP}{row}".rstrip() for row in whole)
    else:
        for when, asked, by, why in rows:
            yield cut(f"{_GAP}{fill(when, widths[0])}{_GAP}{asked}", width)
            yield cut(f"{_GAP * 3}{by}; {why}", width)
    if due.lower:
        yield f"  The rules now say {due.lower.value}; {due.severity.value} holds until a person confirms it: reassess {due.case}"
    for step in due.left_of_deescalation:
        yield f"  Coming down, still to do: {step}"


def _when(item: DueItem, now: datetime) -> str:
    state = item.state(now)
    if state == "overdue":
        late = now - item.due_at
        return f"OVERDUE {duration_words(late)}" if late.total_seconds() >= 60 else "DUE NOW"
    return ("due, within " if state == "due" else "in ") + duration_words(item.due_at - now)


def what(due: DueEscalation, item: DueItem) -> str:
    """What to do, in a few words."""
    if item.whom == "team":
        return f"ask {due.target.value}"
    return f"tell {item.account}" + (f" ({ticket_words(item.ticket)})" if item.ticket else "")


def ticket_words(ref: str) -> str:
    """A ticket as its system calls it."""
    number = ref.partition("/")[2]
    return shown_id(number) or own_part(number)


def _by(item: DueItem) -> str:
    return f"by {time_words(item.due_at, item.zone)}"


def due_json(found: Sequence[DueEscalation], now: datetime) -> dict[str, Any]:
    """The same as an object: ``now`` (theirs where they share it, else the clock's, which is given), ``due`` (whether anything is), and
    ``open``, a list of escalations, each with its own ``now``.
    """
    moments = {one.now for one in found}
    return {
        "now": (moments.pop() if len(moments) == 1 else now).isoformat(),
        "due": any(one.is_due for one in found),
        "open": [
            {
                "run": one.case, "now": one.now.isoformat(), "summary": one.summary, "severity": one.severity.value,
                "severity_to_confirm": one.lower.value if one.lower else None, "target": one.target.value,
                "accounts": list(one.accounts), "followed_up": one.followed_up,
                "left_of_deescalation": list(one.left_of_deescalation),
                "items": [_item_json(item, one.now) for item in one.items],
            }
            for one in found
        ],
    }  # fmt: skip


def _item_json(item: DueItem, now: datetime) -> dict[str, Any]:
    return {
        "whom": item.whom, "account": item.account, "ticket": item.ticket, "state": item.state(now),
        "opens_at": item.opens_at.isoformat(), "due_at": item.due_at.isoformat(), "why": item.why,
    }  # fmt: skip


def labels_words(labels: Labels) -> str:
    """A decision in a few words."""
    return ", ".join(value.replace("_", " ") for value in labels.to_json().values() if value) or "nothing"

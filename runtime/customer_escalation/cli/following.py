"""The command `followups`: what is due for the open escalations."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from customer_escalation.cli import streams
from customer_escalation.cli.briefs import run_ids
from customer_escalation.cli.options import DUE, VALID, AsOf, Sample, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from customer_escalation.cases.store import CaseStore
    from customer_escalation.cli.reading import Moments, Place
    from customer_escalation.followups.service import Fresher
    from customer_escalation.followups.standing import Standing

Run = Annotated[
    str | None,
    typer.Argument(metavar="RUN", help="A run's id, or its beginning; default: all.", show_default=False, autocompletion=run_ids),
]  # fmt: skip
FOLLOWUPS_EPILOG = (
    f"Exit codes: {VALID} nothing is due, {DUE} something is (its window is open, or it is overdue), 2 wrong request, 4 with --read: "
    "nothing could be read, 1 anything else."
)


class DueFormat(StrEnum):
    """How it is printed."""

    TABLE = "table"
    JSON = "json"
    ICS = "ics"


def followups(
    run_id: Run = None,
    format: Annotated[DueFormat, typer.Option(help="table, json, or ics for a calendar.")] = DueFormat.TABLE,  # noqa: A002
    only_due: Annotated[
        bool, typer.Option("--due", help="Only what is due; prints nothing where nothing is, as cron likes it.")
    ] = False,
    read: Annotated[
        bool, typer.Option("--read", help="Read the tickets and tracker items again first; writes nothing.")
    ] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write there instead of standard output.")] = None,
    as_of: AsOf = None,
    workspace: Workspace = None,
    sample: Sample = False,
) -> None:
    """What is due, overdue and next for every open escalation: the team's next check, and per ticket the next word to the customer.

    It is computed from what the runs' journals hold; replies that were sent since are known once they were carried out, logged
    (`update RUN --log`) or read again (--read). A run on a workspace that has a moment of its own is told as of that moment.
    """
    import asyncio

    from customer_escalation.cases.journal_store import JournalStore
    from customer_escalation.cli.reading import Moments, moment, place_of
    from customer_escalation.followups.service import by_urgency, escalations_in, open_cases

    store, now = JournalStore(), moment(as_of)
    cases = [store.find(run_id)] if run_id else open_cases(store)
    unread: list[str] = []

    def place(case: str) -> "Place":
        return place_of(store, case, workspace, sample=sample)

    told = None if run_id else unread.append
    groups = _by_moment(cases, Moments(place, as_of), now, told)
    fresher = asyncio.run(_look(store, groups, place)) if read else None
    found = by_urgency(
        one for at, named in groups.items() for one in escalations_in(store, at, named, fresher, unreadable=told)
    )
    tell_unread(unread)
    due = [one for one in found if one.is_due]
    shown = due if only_due else found
    if format == DueFormat.ICS:
        from customer_escalation.followups.calendar_feed import calendar_of

        _put(calendar_of(shown, now), out)
    elif format == DueFormat.JSON:
        from customer_escalation.cli.due_shown import due_json

        _put(streams.json_text(due_json(shown, now), indent=2) + "\n", out)
    elif shown or not only_due:
        from customer_escalation.cli.due_shown import due_lines
        from customer_escalation.cli.listing import terminal_width
        from customer_escalation.domain.printable import printable

        _put(printable(due_lines(shown, None if out else terminal_width())) + "\n", out)
    raise typer.Exit(DUE if due else VALID)


def tell_unread(problems: "Sequence[str]") -> None:
    """Name the runs that could not be read: the first in full, of the rest how many."""
    if problems:
        more = f" So it is with {len(problems) - 1} more; `list` names them." if len(problems) > 1 else ""
        streams.tell(f"Left out: {problems[0]}{more}")


def _put(text: str, out: Path | None) -> None:
    from customer_escalation.cli import delivery

    if out is None:
        streams.write(text)
    else:
        delivery.check(out)
        delivery.put(text, out)


def _by_moment(
    cases: "Sequence[str]", moments: "Moments", clock: "datetime", unreadable: "Callable[[str], None] | None"
) -> "dict[datetime, list[str]]":
    """The cases by the moment that each is told as of. A case that cannot be read is told to ``unreadable``, without it raised."""
    from customer_escalation.cases.store import StoreError

    groups: dict[datetime, list[str]] = {}
    for case in cases:
        try:
            groups.setdefault(moments.of(case, clock), []).append(case)
        except StoreError as error:
            if unreadable is None:
                raise
            unreadable(str(error))
    for problem in moments.unread.values():
        streams.tell(f"What stands on it is told as of the clock's moment: {problem}")
    return groups


async def _look(
    store: "CaseStore", groups: "Mapping[datetime, Sequence[str]]", place_of_case: "Callable[[str], Place]"
) -> "Fresher":
    """The own items of each open escalation, read again; what could not be read is told."""
    from customer_escalation.cli.reading import Place, reading
    from customer_escalation.followups.looking import look_at
    from customer_escalation.followups.service import standings

    found: dict[str, Sequence[Mapping[str, object]]] = {}
    places: dict[Place, list[Standing]] = {}
    for now, cases in groups.items():
        for standing in standings(store, now, cases, unreadable=_later):
            places.setdefault(place_of_case(standing.case), []).append(standing)
    for place, named in places.items():
        async with reading(place, None) as systems:
            for standing in named:
                look = await look_at(standing, systems)
                found[standing.case] = look.results
                for problem in look.problems:
                    streams.tell(f"{standing.case}: {problem}")
    return found


def _later(problem: str) -> None:
    """It is told when the list is made."""

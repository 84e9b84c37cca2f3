"""The commands `trail`, `stats` and `similar`: what was done, for audit and review."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from customer_escalation.cli import streams
from customer_escalation.cli.following_up import AsJson, OneRun
from customer_escalation.cli.options import AsOf
from customer_escalation.domain.formatting import count_words

if TYPE_CHECKING:
    from customer_escalation.followups.similar import Alike
    from customer_escalation.followups.stats import Stats


class TrailFormat(StrEnum):
    """How the trail is written."""

    CSV = "csv"
    JSON = "json"
    MD = "md"


def trail(
    run_id: OneRun,
    format: Annotated[TrailFormat, typer.Option(help="csv, json or md.")] = TrailFormat.CSV,  # noqa: A002 - the option's name
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write there instead of standard output.")] = None,
) -> None:
    """Who read, decided, wrote, approved, sent what and when: every entry of a run's journal as a row, for an audit."""
    from customer_escalation.cases.journal_store import JournalStore
    from customer_escalation.cli import delivery, trail_shown
    from customer_escalation.followups.trail import trail as rows_of

    rows = rows_of(JournalStore(), run_id)
    make = {
        TrailFormat.CSV: trail_shown.as_csv,
        TrailFormat.JSON: trail_shown.as_json,
        TrailFormat.MD: trail_shown.as_markdown,
    }
    text = make[format](rows)
    if out is None:
        streams.write(text)
    else:
        delivery.check(out)
        delivery.put(text, out)


def stats(
    since: Annotated[
        str | None,
        typer.Option(
            "--since", metavar="TIME", help="Only runs begun since then (RFC 3339 or a date).", show_default=False
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            "--plot",
            metavar="FILE",
            help="Draw them too: FILE.svg or FILE.png (needs the extra `plots`).",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """Figures over all runs: by severity, team, product area and account, how long they are open, what came up again, decisions that
    were another later, and how long until a customer first heard.
    """  # fmt: skip
    from customer_escalation.cases.journal_store import JournalStore
    from customer_escalation.cli import delivery
    from customer_escalation.cli.following import tell_unread
    from customer_escalation.cli.reading import moment
    from customer_escalation.followups.stats import stats_of

    if plot is not None:
        from customer_escalation.cli import plots

        plots.checked(plot)
        delivery.check(plot)
    unread: list[str] = []
    begun = moment(since, "--since") if since else None
    found = stats_of(JournalStore(), moment(as_of), begun, unread.append)
    tell_unread(unread)
    if as_json:
        streams.say_json(found.to_json(), indent=2)
    else:
        streams.say(stats_words(found))
    if plot is not None:
        delivery.put(plots.drawn(found, plot.suffix[1:].lower()), plot)
        streams.tell(f"Drawn in {plot}.")


def similar(
    run_id: OneRun,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="So many at the most.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Earlier runs that are like this one: those that rest on the same tickets or tracker items first, then by their words."""
    from customer_escalation.cases.journal_store import JournalStore
    from customer_escalation.followups.similar import similar as alike

    found = alike(JournalStore(), run_id, limit)
    if as_json:
        streams.say_json([one.to_json() for one in found], indent=2)
    elif not found:
        streams.tell("No other run is like it.")
    else:
        streams.say(streams.rows([line for one in found for line in _alike(one)]))


def _alike(one: "Alike") -> list[str]:
    figures = one.figures
    labels = ", ".join(part for part in (figures.severity, figures.target) if part) or "handled in support"
    state = f"closed {figures.closed:%Y-%m-%d}" if figures.closed else "open" if figures.severity else "no escalation"
    reasons = [
        *([f"rests on {', '.join(one.shared)} too"] if one.shared else []),
        *([f"same customer: {', '.join(one.accounts)}"] if one.accounts else []),
        *([f"by its words number {one.rank}"] if one.rank else []),
    ]
    return [f"{figures.case}  {labels}, {state}: {one.summary}", f"    {'; '.join(reasons)}"]


def stats_words(found: "Stats") -> str:
    """The figures as lines."""
    data = found.to_json()
    lines = [
        (
            f"{count_words(data['runs'], 'run')} with a brief: {data['escalated']} escalated ({data['open']} open, "
            f"{data['closed']} closed), {data['handled_in_support']} handled in support."
        )
    ]
    titles = {
        "by_severity": "By severity",
        "by_target": "By team",
        "by_product_area": "By product area",
        "by_account": "By account",
    }
    for key, title in titles.items():
        if data[key]:
            wide = max(len(str(count)) for count in data[key].values())
            lines += ["", title, *(f"  {count:>{wide}}  {name}" for name, count in data[key].items())]
    figures = {
        "median_age_of_open_h": "Open ones, median age", "median_time_to_close_h": "Closed ones, median time to close",
        "median_time_to_first_update_h": "Median time until a customer first heard",
    }  # fmt: skip
    lines += ["", *(f"{title}: {_hours(data[key])}" for key, title in figures.items())]
    lines.append(f"Escalations without a word to a customer on record: {data['without_an_update']}")
    lines.append(f"Decisions that were another later: {data['reversed_decisions']}")
    for ref, runs in data["repeated_issues"].items():
        lines.append(f"Came up again: {ref} in {', '.join(runs)}")
    return streams.rows(lines)


def _hours(value: float | None) -> str:
    return "none on record" if value is None else f"{value:,} h"

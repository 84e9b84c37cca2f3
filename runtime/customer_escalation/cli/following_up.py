"""The command `update`: what is new of an escalation, and a text for everybody who should hear."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from customer_escalation.cli import streams
from customer_escalation.cli.briefs import MODEL_HELP, run_ids, user
from customer_escalation.cli.options import VALID, AsOf, Sample, Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from customer_escalation.cases.entries import FollowUpStep
    from customer_escalation.cases.service import CaseService
    from customer_escalation.followups.updating import FollowUpDraft

EPILOG = (
    f"Exit codes: {VALID} it is drafted, or written down; 2 wrong request, 4 nothing could be read, 130 interrupted, 1 anything else, "
    "such as a run that is no open escalation."
)
OneRun = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or its beginning.", autocompletion=run_ids)]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who does it.", show_default="the user's name")]
AsJson = Annotated[bool, typer.Option("--json", help="As a JSON object.")]
LISTED_ELSEWHERE = 5
"""New records beside the escalation's own that are named."""


class Step(StrEnum):
    """What was done by hand."""

    TEAM = "team"
    CUSTOMER = "customer"
    BOTH = "both"


DONE: "Mapping[Step, Sequence[FollowUpStep]]" = {
    Step.TEAM: ("asked_team",), Step.CUSTOMER: ("told_customer",), Step.BOTH: ("asked_team", "told_customer"),
}  # fmt: skip


def update(
    run_id: OneRun,
    log: Annotated[
        Step | None,
        typer.Option(
            "--log",
            help="Read nothing; write down what was done by hand: the team was asked, the customer told, or both.",
        ),
    ] = None,
    ticket: Annotated[
        list[str] | None,
        typer.Option(
            "--ticket",
            metavar="REF",
            help="With --log: the ticket whose customer was told; default: all.",
            show_default=False,
        ),
    ] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="With --log: what was said.")] = "",
    by: By = None,
    model: Annotated[str | None, typer.Option(help=MODEL_HELP, show_default="the run's")] = None,
    no_model: Annotated[
        bool, typer.Option("--no-model", help="Texts made of structure, also where a model is at hand.")
    ] = False,
    as_json: AsJson = False,
    as_of: AsOf = None,
    workspace: Workspace = None,
    sample: Sample = False,
) -> None:
    """Follow up an escalation: read what is new, and draft a word to the team and to each waiting customer, also without news.

    The texts are next steps like those of the brief: look at them, edit and approve them with `act RUN`. Nothing is sent by this.
    Where you did it by hand, --log writes it down, and the next one is counted from there.
    """  # fmt: skip
    from customer_escalation.cases.journal_store import JournalStore
    from customer_escalation.cli.reading import Moments, moment, place_of, with_service
    from customer_escalation.connectors.source import InvalidRequest

    store = JournalStore()
    case = store.find(run_id)
    if log is not None:
        now = Moments(lambda one: place_of(store, one, workspace, sample=sample), as_of).of(case, moment(as_of))
        _log(case, log, ticket or [], note, (by or user()).strip(), now)
        return
    if ticket or note:
        raise InvalidRequest("--ticket and --note say what was done by hand: give them with --log.")

    async def work(service: "CaseService") -> "FollowUpDraft":
        from customer_escalation.cli.writers import writer_for
        from customer_escalation.followups.updating import make_update

        async with writer_for(service, case, model, use_model=not no_model, warn=streams.tell) as writer:
            return await make_update(service, case, writer)

    found = with_service(store, place_of(store, case, workspace, sample=sample), as_of, work)
    if as_json:
        streams.say_json(update_json(found), indent=2)
    else:
        streams.say(update_words(found))


def _log(case: str, step: Step, tickets: list[str], note: str, by: str, now: "datetime") -> None:
    import asyncio

    from customer_escalation.cases.journal_store import JournalStore
    from customer_escalation.cases.service import CaseService
    from customer_escalation.cli.due_shown import due_lines
    from customer_escalation.cli.listing import terminal_width
    from customer_escalation.cli.reading import Unread
    from customer_escalation.followups.logging import log_by_hand
    from customer_escalation.followups.service import open_escalation

    service = CaseService(JournalStore(), Unread(now))
    done = DONE[step]
    asyncio.run(log_by_hand(service, case, done, note, tickets, by))
    streams.say(due_lines(open_escalation(service, case, now), terminal_width()))


def update_words(found: "FollowUpDraft") -> str:
    """What is new, and each text with its id."""
    from customer_escalation.cli.due_shown import labels_words
    from customer_escalation.decision.figures import zone_of_case
    from customer_escalation.domain.formatting import time_words
    from customer_escalation.followups.update_texts import news_lines, ticket_name
    from customer_escalation.rendering.phrases import Phrases

    inputs, news = found.standing.inputs, found.news
    assert inputs is not None
    zone = zone_of_case(inputs)
    lines = [f"{found.case} as of {time_words(news.now, zone)}", ""]
    if news.nothing:
        lines.append(f"Nothing new about it since {time_words(news.since, zone)}.")
    else:
        lines.append(f"New since {time_words(news.since, zone)}:")
        lines += [f"  {line}" for line in news_lines(news, inputs.evidence, Phrases(None, "en"), zone)]
    if news.elsewhere:
        named = ", ".join(f"{one.category}: {ticket_name(one)}" for one in news.elsewhere[:LISTED_ELSEWHERE])
        more = len(news.elsewhere) - LISTED_ELSEWHERE
        lines.append(f"Also found by searches about it: {named}{f' and {more} more' if more > 0 else ''}.")
    if found.reassessed.changed:
        lines.append(
            f"The rules now say {labels_words(found.reassessed.is_now)}, where it was {labels_words(found.reassessed.was)}: "
            f"customer-escalation reassess {found.case}"
        )
    lines += ["", "Drafts; nothing was sent:"]
    for one in found.offered:
        lines += [
            "",
            f"[{one.id[:12]}] {one.proposal.title}",
            *(f"    {line}" for line in one.proposal.text.splitlines()),
        ]
        lines += [f"    ! {warning}" for warning in one.proposal.beware]
    lines += ["", f"Look at them and approve them: customer-escalation act {found.case}"]
    lines.append(f"Done by hand? customer-escalation update {found.case} --log both")
    return "\n".join(lines)


def update_json(found: "FollowUpDraft") -> dict[str, Any]:
    """The same as an object."""
    news = found.news
    return {
        "run": found.case, "now": news.now.isoformat(), "since": news.since.isoformat(), "nothing_new": news.nothing,
        "replies": [one.ref for one in news.replies], "words": [one.ref for one in news.words],
        "states": [{"ref": one.item.ref, "was": one.was, "is_now": one.is_now} for one in news.states],
        "elsewhere": [one.ref for one in news.elsewhere],
        "was": found.reassessed.was.to_json(), "is_now": found.reassessed.is_now.to_json(),
        "drafted_by": found.drafted_by,
        "actions": [{"id": one.id, **one.proposal.model_dump()} for one in found.offered],
    }  # fmt: skip

"""The command `act`: look at what a brief offers, approve it, have it carried out; for a person at a terminal and for scripts."""

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from customer_escalation.cli import streams
from customer_escalation.cli.briefs import run_ids, user
from customer_escalation.cli.options import FAILED, NEEDS_REVIEW, VALID
from skill_runtime.errors import SkillRuntimeError

if TYPE_CHECKING:
    from customer_escalation.cases.service import CaseService
    from customer_escalation.cases.steps import ProposedAction
    from customer_escalation.cli.acting.carrying import Outcome

EPILOG = (
    f"Exit codes: {VALID} nothing is left to do (with --yes-to or --settle: all that was named is carried out), {NEEDS_REVIEW} "
    f"something waits for a person, {FAILED} something failed, 2 wrong request, 130 interrupted."
)


class ActFormat(StrEnum):
    """How the actions are listed."""

    TABLE = "table"
    JSON = "json"


def act(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or its beginning.", autocompletion=run_ids)],
    yes_to: Annotated[
        list[str] | None,
        typer.Option(
            "--yes-to",
            metavar="ID",
            show_default=False,
            help="Approve this action and carry it out; 12 characters of its id or more. May be given several times.",
        ),
    ] = None,
    settle: Annotated[
        list[str] | None,
        typer.Option(
            "--settle",
            metavar="ID=done|not-done",
            show_default=False,
            help="Of an action that is unclear: you looked whether it was carried out. May be given several times.",
        ),
    ] = None,
    attach_to: Annotated[
        str | None,
        typer.Option(
            "--attach-to",
            metavar="ITEM",
            show_default=False,
            help="First offer a comment on this open item of the tracker, such as the incident that an article asks to join.",
        ),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Who answers.", show_default="the user's name")
    ] = None,
    format: Annotated[  # noqa: A002 - the option's name
        ActFormat | None,
        typer.Option(help="List the actions and ask nothing.", show_default="table where nobody can be asked"),
    ] = None,
    ics: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the reminders as a calendar file, and do nothing else.", show_default=False
        ),
    ] = None,
) -> None:
    """Act on a brief: post it, answer the customers, note it, file it, each once and only with a person's yes.

    On a terminal all actions are listed, then each is shown whole: text, destination, system, what was left out. Answer y (approve
    and carry out), n (refuse), e (edit in $EDITOR), s (skip), b (back) or q. Elsewhere they are listed with their ids. An id is a
    digest of system, destination and text, so --yes-to approves exactly that: of a changed text it approves nothing.
    """  # fmt: skip
    from customer_escalation.cases.journal_store import JournalStore
    from customer_escalation.cli.around import assistant_around
    from customer_escalation.connectors.source import InvalidRequest

    if sum([bool(yes_to), bool(settle), format is not None, ics is not None]) > 1:
        raise InvalidRequest("Give one of --yes-to, --settle, --format and --ics.")
    if attach_to is not None and (yes_to or settle or ics):
        raise InvalidRequest("--attach-to offers an action to look at first: give it alone or with --format.")
    store = JournalStore()
    case, name = store.find(run_id), (by or user()).strip()
    if not name:
        raise InvalidRequest("--by needs a name: it stands in the run's journal.")
    if ics is not None:
        _write_reminders(case, ics)
        return
    if (yes_to or settle) and (assistant := assistant_around()):
        raise InvalidRequest(
            f"This shell belongs to {assistant}, and a program is not a person who answers: say it in {assistant}'s own question, or in a "
            "terminal of your own."
        )
    if settle:
        raise typer.Exit(_settle(case, name, settle))
    if attach_to is not None:
        _attach(case, attach_to)
    asked = format is None and not yes_to and sys.stdin.isatty() and sys.stdout.isatty()
    if not asked and not yes_to:
        raise typer.Exit(_list(case, format or ActFormat.TABLE))
    import asyncio

    from customer_escalation.cli.going_on import interruptible

    with interruptible(lambda: "What was answered is kept."):
        raise typer.Exit(asyncio.run(_with_systems(case, name, yes_to or ())))


async def _with_systems(case: str, by: str, yes_to: Sequence[str]) -> int:
    async with _service(case) as service:
        return await (_say_yes(service, case, by, yes_to) if yes_to else _talk(service, case, by))


@asynccontextmanager
async def _service(case: str) -> "AsyncIterator[CaseService]":
    """The service on what the run read from. Raises ``InvalidRequest`` where nothing can be written there."""
    from customer_escalation.cases.journal_store import JournalStore
    from customer_escalation.cases.restoring import opening_of
    from customer_escalation.cases.service import CaseService
    from customer_escalation.cases.shared_connections import SharedConnections
    from customer_escalation.cli.readers import edit_reader

    store = JournalStore()
    asked = opening_of(store, case).request.model_dump()
    _refuse_passing(asked.get("workspace"))
    folder = Path(asked.get("folder") or Path.cwd())
    systems = SharedConnections(asked.get("workspace"), asked.get("connectors"), folder)
    try:
        yield CaseService(store, systems).edits_read(edit_reader(store, streams.tell))
    finally:
        await systems.close()


def _refuse_passing(workspace: str | None) -> None:
    """Raise ``InvalidRequest`` for a workspace that is read from a file into memory: what is written to it would be gone."""
    from customer_escalation.connectors.source import InvalidRequest
    from support_connectors.workspace.records import WorkspaceError
    from support_connectors.workspace.store import is_database

    try:
        passing = workspace is not None and not is_database(Path(workspace))
    except WorkspaceError as error:
        raise InvalidRequest(str(error)) from error
    if passing:
        raise InvalidRequest(
            f"This run read {workspace}, a file that is taken into memory for one run, so nothing can be written there. Load it "
            "(customer-escalation workspace load FILE) and make the brief again, or list the actions with --format table."
        )


async def _talk(service: "CaseService", case: str, by: str) -> int:
    from datetime import UTC, datetime

    from customer_escalation.cases.restoring import opening_of
    from customer_escalation.cli.acting.talk import Conversation, Keyboard
    from customer_escalation.followups.standing import standing_at

    result = service.result(case)
    standing = standing_at(service.store, case, datetime.now(UTC))
    severity = standing.severity.value if standing else result.data["severity"]
    labels = [label for label in (severity, result.data["target"]) if label]
    heading = f"{case}, {', '.join(labels) or 'handled in support'}: {result.summary}"
    policy = opening_of(service.store, case).terms().policy
    found = await Conversation(service, case, by, policy, result.document.evidence, Keyboard()).hold(heading)
    return _code(found)


async def _say_yes(service: "CaseService", case: str, by: str, yes_to: Sequence[str]) -> int:
    """Approve and carry out exactly these, once all of them are known to be offered."""
    from customer_escalation.cli.acting.carrying import approve_and_carry_out

    named = [_named(service.propose(case), name) for name in dict.fromkeys(yes_to)]
    outcomes: list[Outcome] = []
    for one in {one.id: one for one in named}.values():
        outcome = await approve_and_carry_out(service, case, one.id, by)
        outcomes.append(outcome)
        streams.say(streams.rows([f"{one.id[:12]}  {outcome.came:<6}  {outcome.said}"]))
    came = {outcome.came for outcome in outcomes}
    return FAILED if "failed" in came else NEEDS_REVIEW if "waits" in came else VALID


def _settle(case: str, by: str, given: Sequence[str]) -> int:
    """Write down what a person found out; no system is asked."""
    import asyncio

    from customer_escalation.cli.acting import settling

    service = _unconnected()
    answers = dict(map(settling.parsed, given))
    offered = service.propose(case)
    found = {_named(offered, name, "--settle").id: happened for name, happened in answers.items()}
    for action, effect in asyncio.run(settling.settle(service, case, found, by)):
        streams.say(streams.rows([f"{action[:12]}  {effect.state:<6}  {effect.said}"]))
    return VALID if all(found.values()) else NEEDS_REVIEW


def _attach(case: str, item: str) -> None:
    """Offer a comment on an item of the tracker."""
    import asyncio

    async def offered() -> "ProposedAction":
        async with _service(case) as service:
            return await service.attach(case, item)

    one = asyncio.run(offered())
    streams.tell(f"Offered as {one.id[:12]}: {one.proposal.title}")


def _named(found: "Sequence[ProposedAction]", name: str, option: str = "--yes-to") -> "ProposedAction":
    from customer_escalation.cli.acting.told import SHOWN_ID
    from customer_escalation.connectors.source import InvalidRequest

    if len(name) < SHOWN_ID:
        raise InvalidRequest(f"{option} {name}: give at least {SHOWN_ID} characters of the action's id.")
    meant = [one for one in found if one.id.startswith(name.casefold())]
    if len(meant) != 1:
        raise NotOffered(
            f"No action {name} is offered, so nothing was done: its text or destination has changed, or the id is another. List "
            "them again and look."
        )
    return meant[0]


class NotOffered(SkillRuntimeError):
    """A yes is to what is not offered, or no longer."""


def _list(case: str, format: ActFormat) -> int:  # noqa: A002
    from customer_escalation.cli.acting import told

    service = _unconnected()
    found = service.propose(case)
    if format is ActFormat.JSON:
        streams.say_json({"run": case, "actions": [told.as_json(one) for one in found]}, indent=2)
    elif found:
        from customer_escalation.cli.acting.screens import plain_table

        streams.say(streams.rows(plain_table(found, service.result(case).document.evidence)))
    else:
        streams.tell("Nothing is offered.")
    return _code(found)


def _write_reminders(case: str, out: Path) -> None:
    from datetime import UTC, datetime

    from customer_escalation.actions.table import REMINDERS
    from customer_escalation.cases.effects import idempotency_key
    from customer_escalation.cli import delivery
    from customer_escalation.domain.evidence import parse_moment
    from customer_escalation.domain.formatting import count_words
    from customer_escalation.domain.outcomes import Target
    from customer_escalation.rendering.reminders import Reminder, calendar_file

    service = _unconnected()
    result = service.result(case)
    kept = result.target is Target.SECURITY  # others see a calendar than those who may know what it is about
    look = f"customer-escalation show {case}"
    found = [
        Reminder(
            idempotency_key(case, one.id) if one.tool else one.id[:32],
            at,
            *((f"Look again: {case}", look) if kept else (result.summary, one.proposal.text)),
        )
        for one in service.propose(case)
        if one.proposal.kind in REMINDERS and one.state != "refused" and (at := parse_moment(one.proposal.destination))
    ]
    if not found:
        streams.tell("There is no reminder with a moment, so no file was written.")
        return
    delivery.check(out)
    delivery.put(calendar_file(found, datetime.now(UTC)), out)
    streams.tell(f"{count_words(len(found), 'reminder')} in {out}.")


def _unconnected() -> "CaseService":
    """The service for looking at what is recorded: no system is asked."""
    from customer_escalation.cases.journal_store import JournalStore
    from customer_escalation.cases.service import CaseService
    from customer_escalation.cases.shared_connections import SharedConnections

    return CaseService(JournalStore(), SharedConnections(None, None, Path.cwd()))


def _code(found: "Sequence[ProposedAction]") -> int:
    from customer_escalation.cli.acting.told import is_settled, stage

    if any(stage(one) == "failed" for one in found):
        return FAILED
    return VALID if all(map(is_settled, found)) else NEEDS_REVIEW

"""Commands that make a brief and show those that were made."""

import json
import sys
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from customer_escalation.cli import streams
from customer_escalation.cli.connectors import ConnectorsFile
from customer_escalation.cli.options import FAILED, LIMIT, NEEDS_REVIEW, VALID, PolicyFile
from customer_escalation.domain.printable import plain_json
from skill_runtime.providers import PROVIDERS

if TYPE_CHECKING:
    from customer_escalation.cli.interview import TerminalInterviewer
    from customer_escalation.cli.progress import Progress

MODEL_HELP = f"Claude model to draft with: a name, or PROVIDER:NAME ({', '.join(PROVIDERS)})."
AnswersFile = Annotated[
    Path | None,
    typer.Option(
        "--answers", metavar="FILE", help="Answers to what only reading tells, as JSON; for runs without a model.",
        show_default=False,
    ),
]  # fmt: skip
AnsweredBy = Annotated[
    str | None, typer.Option(metavar="NAME", help="Who gives the answers.", show_default="the user's name")
]


def run_ids(incomplete: str) -> list[tuple[str, str]]:
    """Completion: the runs of this machine."""
    from customer_escalation.cases import history
    from customer_escalation.cases.journal_store import JournalStore

    with suppress(Exception):  # a shell that completes shows no errors
        rows = history.rows(JournalStore())
        return [(row["run"], row["issue"][:60]) for row in rows if row["run"].startswith(incomplete)]
    return []


class Format(StrEnum):
    """How a brief is printed: drawn for a terminal, markdown, JSON, a page, Slack's mrkdwn, Jira's document format."""

    TERMINAL = "terminal"

    MD = "md"
    JSON = "json"
    HTML = "html"
    SLACK = "slack"
    ADF = "adf"


FORMAT = typer.Option(help="What to print.", show_default="terminal on a terminal, else md")


class AuthorLevel(StrEnum):
    """Who escalates."""

    L1 = "L1"
    L2 = "L2"


def run(
    issue: Annotated[
        str | None,
        typer.Argument(help="What is wrong, and for whom; - reads it from standard input.", show_default=False),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Read the issue from this file.", show_default=False)
    ] = None,
    workspace: Annotated[
        str | None, typer.Option(metavar="FILE", help="Workspace JSON or database; default: the loaded one.")
    ] = None,
    sample: Annotated[
        bool, typer.Option("--sample", help="Use the sample workspace that ships with the package.")
    ] = False,
    as_of: Annotated[str | None, typer.Option(metavar="TIME", help="Run as of this moment (RFC 3339).")] = None,
    format: Annotated[Format | None, FORMAT] = None,  # noqa: A002 - the option's name
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write there instead of standard output.")] = None,
    model: Annotated[str | None, typer.Option(help=MODEL_HELP, show_default="claude-sonnet-5-5")] = None,
    no_model: Annotated[
        bool, typer.Option("--no-model", help="Without a model: by structure and your answers.")
    ] = False,
    fallback: Annotated[
        bool, typer.Option("--fallback/--no-fallback", help="Draft by rules when the model's service fails.")
    ] = True,
    max_cost: Annotated[float | None, typer.Option(metavar="USD", min=0, help="Stop before spending more.")] = None,
    max_turns: Annotated[int | None, typer.Option(min=1, help="Model turns at the most.", show_default="30")] = None,
    max_time: Annotated[float | None, typer.Option(metavar="SECONDS", min=1, help="Model time at the most.")] = None,
    answers: AnswersFile = None,
    answered_by: AnsweredBy = None,
    reported_by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who escalates; default from the policy.")
    ] = None,
    author_level: Annotated[
        AuthorLevel | None, typer.Option(metavar="L1|L2", help="The support level that escalates.")
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option(metavar="RUN", help="Go on with this run.", show_default=False, autocompletion=run_ids),
    ] = None,
    policy: PolicyFile = None,
    connectors: ConnectorsFile = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress on standard error.")] = False,
) -> None:
    """Make the brief for one issue. Without a model, a person at the terminal is asked what only reading tells."""
    from customer_escalation import headless
    from customer_escalation.cli import delivery
    from customer_escalation.cli.going_on import going_on
    from customer_escalation.cli.progress import Progress
    from customer_escalation.cli.request import issue_of

    delivery.check(out)
    given = _answers(answers)
    with Progress(quiet=quiet) as progress, going_on(progress):
        interviewer = _interviewer(progress, answered_by, quiet=quiet)
        if resume:
            if issue or file:
                raise headless.InvalidRequest(
                    "Give either an issue or --resume RUN, not both: a run keeps its own issue."
                )
            changed: dict[str, Any] = {"max_cost_usd": max_cost, "max_turns": max_turns, "max_seconds": max_time}
            changed |= {"answers": given, "answered_by": answered_by or user()} if given is not None else {}
            limits = {name: value for name, value in changed.items() if value is not None}
            result = headless.resume(resume, progress.emit, limits, interviewer=interviewer).to_json()
        else:
            if sample and workspace:
                raise headless.InvalidRequest("Give either --sample or --workspace FILE, not both.")
            request = headless.Request(
                issue=issue_of(issue, file),
                workspace=str(headless.sample_workspace()) if sample else _absolute(workspace),
                as_of=as_of,
                model=model or headless.DEFAULT_MODEL,
                use_model=not no_model,
                fallback=fallback,
                max_cost_usd=max_cost,
                max_turns=max_turns or 30,
                max_seconds=max_time,
                reported_by=reported_by,
                author_level=author_level.value if author_level else "",
                policy=_absolute(str(policy)) if policy else None,
                connectors=_absolute(str(connectors)) if connectors else None,
                answers=given or {},
                answered_by=(answered_by or user()) if given else "",
            )
            result = headless.start(request, progress.emit, interviewer=interviewer).to_json()
    delivery.deliver(result, format.value if format else None, out)
    if result["notice"]:
        streams.tell(result["notice"])
    if result["ended"] == "limit":
        streams.tell(f"Go on with: customer-escalation run --resume {result['run']} and a higher limit.")
        raise typer.Exit(LIMIT)
    raise typer.Exit(VALID if result["status"] == "valid" else NEEDS_REVIEW)


def assess(
    issue: Annotated[str, typer.Argument(help="What is wrong, and for whom.", show_default=False)],
    questions: Annotated[
        bool, typer.Option("--questions", help="Only the questions whose answers would decide.")
    ] = False,
    workspace: Annotated[
        str | None, typer.Option(metavar="FILE", help="Workspace JSON or database; default: the loaded one.")
    ] = None,
    sample: Annotated[bool, typer.Option("--sample", help="Use the sample workspace.")] = False,
    as_of: Annotated[str | None, typer.Option(metavar="TIME", help="As of this moment (RFC 3339).")] = None,
    answers: AnswersFile = None,
    answered_by: AnsweredBy = None,
    policy: PolicyFile = None,
    connectors: ConnectorsFile = None,
) -> None:
    """What structure shows of an issue without a model, what the rules make of it, and what a person has to answer.

    Put the answers into a file and go on: customer-escalation run --resume RUN --answers FILE.
    Exit code 0 where nothing is open, 3 where something is.
    """
    from customer_escalation import headless
    from customer_escalation.cli.request import issue_of

    if sample and workspace:
        raise headless.InvalidRequest("Give either --sample or --workspace FILE, not both.")
    given = _answers(answers)
    request = headless.Request(
        issue=issue_of(issue, None),
        workspace=str(headless.sample_workspace()) if sample else _absolute(workspace),
        as_of=as_of,
        use_model=False,
        policy=_absolute(str(policy)) if policy else None,
        connectors=_absolute(str(connectors)) if connectors else None,
        answers=given or {},
        answered_by=(answered_by or user()) if given else "",
    )
    result = headless.start(request, lambda event: None).to_json()
    keys = ("run", "status", "outcome", "severity", "target")
    shown = {key: result[key] for key in keys} | {"questions": result["questions"]}
    told = shown if questions else shown | {"why": result["why"]}
    typer.echo(plain_json(json.dumps(told, ensure_ascii=False, indent=2)))
    raise typer.Exit(VALID if result["status"] == "valid" else NEEDS_REVIEW)


def list_runs(
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", min=1, help="So many at the most.", show_default="all")
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """The runs on this machine, newest first."""
    from customer_escalation.cases import history
    from customer_escalation.cases.journal_store import JournalStore
    from customer_escalation.cli.listing import listed

    rows = history.rows(JournalStore())[:limit]
    if json_output:
        for row in rows:
            streams.say_json(row)
    elif not rows:
        streams.tell("No runs yet.")
    else:
        streams.say(listed(rows))


def show(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or its beginning.", autocompletion=run_ids)],
    format: Annotated[Format | None, FORMAT] = None,  # noqa: A002 - the option's name
    why: Annotated[
        bool, typer.Option("--why", help="The facts, the rules that fired, and what would have changed the decision.")
    ] = False,
    journal: Annotated[bool, typer.Option("--journal", help="Every journal entry, as JSON lines.")] = False,
) -> None:
    """The brief of a run, or where it stands."""
    from customer_escalation.cases import history
    from customer_escalation.cases.journal_store import JournalStore
    from customer_escalation.cli import delivery

    store = JournalStore()
    if journal:
        for line in history.entries(store, run_id):
            streams.write(plain_json(line) + "\n")
        return
    found = history.result(store, run_id)
    if isinstance(found, str):
        streams.tell(found)
        raise typer.Exit(FAILED)
    if why:
        from customer_escalation.decision.explanation import why_words

        labels = [found["outcome"].replace("_", " "), found["severity"], found["target"]]
        streams.say(why_words(found["why"], ", ".join(label for label in labels if label)))
        return
    delivery.deliver(found, format.value if format else None, None)


def _answers(path: Path | None) -> dict[str, Any] | None:
    from customer_escalation.cases.answers_file import read_answers

    return read_answers(path) if path else None


def user() -> str:
    """The user's name, as the system has it."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"


def _interviewer(progress: "Progress", by: str | None, *, quiet: bool) -> "TerminalInterviewer | None":
    """Who asks a person: nobody where no terminal is there, or nothing is to be shown."""
    if quiet or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    from customer_escalation.cli.interview import TerminalInterviewer

    return TerminalInterviewer(by or user(), progress.paused)


def _absolute(path: str | None) -> str | None:
    return str(Path(path).absolute()) if path else None

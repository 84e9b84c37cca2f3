"""The command line: `customer-escalation "ISSUE"` and its companions.

What a command needs is imported in it: `--help` and shell completion must not wait for what only a run needs.

The brief alone goes to standard output, progress to standard error. Exit codes: 0 a valid brief; 2 a wrong request; 3 the
brief needs review; 4 a required connector is missing; 5 a limit was reached (the brief by rules is still printed); 6 the
model is unavailable and the fallback is off; 130 interrupted (143: asked to end); 1 anything else.
"""

import atexit
import gc
import json
import os
import shutil
import sys
from contextlib import suppress
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.exceptions import TyperException

from customer_escalation.cli import streams
from customer_escalation.cli.connectors import ConnectorsFile
from customer_escalation.cli.connectors import app as connectors_app
from customer_escalation.cli.words import command_line
from customer_escalation.cli.workspace import app as workspace_app
from customer_escalation.domain.categories import SOURCES
from customer_escalation.domain.printable import plain_json
from skill_runtime.errors import ConnectorError, LimitReached, ModelError, SkillRuntimeError
from skill_runtime.providers import PROVIDERS

if TYPE_CHECKING:
    from customer_escalation.cli.interview import TerminalInterviewer
    from customer_escalation.cli.progress import Progress

VALID, FAILED, USAGE, NEEDS_REVIEW, NO_CONNECTOR, LIMIT, NO_MODEL = 0, 1, 2, 3, 4, 5, 6
MODEL_HELP = f"Claude model to draft with: a name, or PROVIDER:NAME ({', '.join(PROVIDERS)})."

EPILOG = (
    "Exit codes: 0 valid brief, 2 wrong request, 3 needs review, 4 required connector missing, 5 limit reached, "
    "6 model unavailable (with --no-fallback), 130 interrupted, 1 anything else."
)
COMMANDS = ("run", "assess", "list", "show", "rules", "policy", "mcp", "workspace", "connectors", "doctor")
GLOBALS = ("--help", "--version", "--install-completion", "--show-completion")
HELP_OPTIONS = {"help_option_names": ["--help", "-h"]}

app = typer.Typer(
    name="customer-escalation",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=HELP_OPTIONS,
    help=(
        "Package a support issue into an escalation brief whose every figure can be traced to a record.\n\n"
        '    customer-escalation "API returning 500 errors intermittently for Acme Corp"\n\n'
        "is short for `customer-escalation run ISSUE`; see `customer-escalation run --help` for its options."
    ),
    epilog=EPILOG,
)
app.add_typer(workspace_app, name="workspace")
app.add_typer(connectors_app, name="connectors")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        streams.say(f"customer-escalation {version('customer-escalation')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """What stands before a command."""


PolicyFile = Annotated[
    Path | None,
    typer.Option(
        "--policy", metavar="FILE", help="Policy to put over the one that ships; default: the user's and the project's.",
        show_default=False,
    ),
]  # fmt: skip


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


def server_names(incomplete: str) -> list[str]:
    """Completion: what ``mcp`` serves."""
    from support_connectors.categories import CATEGORIES

    return [name for name in (*CATEGORIES, "escalation", "all") if name.startswith(incomplete)]


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


@app.command(epilog=EPILOG)
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
            changed |= {"answers": given, "answered_by": answered_by or _user()} if given is not None else {}
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
                answered_by=(answered_by or _user()) if given else "",
            )
            result = headless.start(request, progress.emit, interviewer=interviewer).to_json()
    delivery.deliver(result, format.value if format else None, out)
    if result["notice"]:
        streams.tell(result["notice"])
    if result["ended"] == "limit":
        streams.tell(f"Go on with: customer-escalation run --resume {result['run']} and a higher limit.")
        raise typer.Exit(LIMIT)
    raise typer.Exit(VALID if result["status"] == "valid" else NEEDS_REVIEW)


@app.command(short_help="The facts and the questions that are open, as JSON.")
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
        answered_by=(answered_by or _user()) if given else "",
    )
    result = headless.start(request, lambda event: None).to_json()
    keys = ("run", "status", "outcome", "severity", "target")
    shown = {key: result[key] for key in keys} | {"questions": result["questions"]}
    told = shown if questions else shown | {"why": result["why"]}
    typer.echo(plain_json(json.dumps(told, ensure_ascii=False, indent=2)))
    raise typer.Exit(VALID if result["status"] == "valid" else NEEDS_REVIEW)


@app.command("list")
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


@app.command()
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


@app.command(short_help="Every rule, with its level in force.")
def rules(
    policy: PolicyFile = None,
    json_output: Annotated[bool, typer.Option("--json", help="One JSON object a rule.")] = False,
) -> None:
    """Every rule: its id, its level in force (H hard, W warning, off) and what it asks for."""
    from customer_escalation.decision.rulebook import rules_table
    from customer_escalation.domain.rule_registry import CARRIED_OUT
    from customer_escalation.domain.rules import RULE_TABLE
    from customer_escalation.policy.sources import find_overlays, policy_in_force

    in_force = policy_in_force(find_overlays(policy, Path.cwd()))
    if not json_output:
        streams.say(rules_table(in_force, shutil.get_terminal_size().columns))
        return
    # With what looks after a case to its very end, every function that carries out a rule is imported, and so entered.
    import customer_escalation.followups.service  # noqa: F401

    for row in RULE_TABLE.values():
        shown = {
            "id": row.id, "group": row.group, "level": in_force.level(row.id), "source": row.sentence, "label": row.label,
            "functions": CARRIED_OUT[row.id],
        }  # fmt: skip
        streams.say_json(shown)


@app.command("policy", short_help="Check your policy, and show what it changes.")
def show_policy(
    policy: PolicyFile = None,
    json_output: Annotated[bool, typer.Option("--json", help="The whole policy as JSON.")] = False,
) -> None:
    """Check the policy in force, and say where it differs from the one that ships."""
    from customer_escalation.policy.sources import changes, find_overlays, policy_in_force

    overlays = find_overlays(policy, Path.cwd())
    in_force = policy_in_force(overlays)
    if json_output:
        streams.say_json(in_force.model_dump(mode="json"), indent=2)
        return
    streams.say("Policy: as it ships" + "".join(f", with {overlay.source}" for overlay in overlays) + ".")
    for name, value, shipped in changes(in_force):
        was = "not set" if shipped is None else json.dumps(shipped, ensure_ascii=False)
        streams.say(f"  {name} = {json.dumps(value, ensure_ascii=False)} (ships as {was})")


@app.command(short_help="Serve one category, or `escalation`, over MCP.")
def mcp(
    category: Annotated[
        str,
        typer.Argument(
            help=f"{', '.join(SOURCES)}, escalation, or all.",
            autocompletion=server_names,
        ),
    ],
    http: Annotated[
        int | None, typer.Option(metavar="PORT", help="Serve streamable HTTP on this loopback port.")
    ] = None,
    workspace: Annotated[Path | None, typer.Option(metavar="FILE", help="Workspace JSON or database.")] = None,
    sample: Annotated[bool, typer.Option("--sample", help="Use the sample workspace.")] = False,
    connectors: ConnectorsFile = None,
) -> None:
    """Serve one category, the tools that write a brief (`escalation`), or `all` in one, over MCP: stdio unless --http is given.

    A category stands on the system that your connectors declare for it, else on the loaded workspace.
    """
    from customer_escalation import headless
    from customer_escalation.mcp_server.serving import serve_category

    serve_category(category, headless.sample_workspace() if sample else workspace, http, connectors)


@app.command(short_help="Find what is wrong with the set-up.")
def doctor(
    json_output: Annotated[bool, typer.Option("--json", help="One JSON object a check.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no system and no assistant.")] = False,
    model: Annotated[
        str | None,
        typer.Option(help="The model that runs would ask, as `run` takes it.", show_default="claude-sonnet-5-5"),
    ] = None,
    connectors: ConnectorsFile = None,
) -> None:
    """Look at everything that a run needs, change nothing, and say how to mend what is wrong.

    The output holds no secrets and no records, so it can be passed on. Exit code 0 without a failure, 1 with one.
    """
    from customer_escalation.cli.doctor import examine, report
    from customer_escalation.headless import DEFAULT_MODEL

    checks = examine(Path.cwd(), connectors, offline=offline, model=model or DEFAULT_MODEL)
    if json_output:
        for one in checks:
            streams.say_json(asdict(one))
    else:
        streams.write(report(checks, colour=sys.stdout.isatty() and not os.environ.get("NO_COLOR")))
    if any(one.status == "fail" for one in checks):
        raise typer.Exit(FAILED)


def _answers(path: Path | None) -> dict[str, Any] | None:
    from customer_escalation.cases.answers_file import read_answers

    return read_answers(path) if path else None


def _user() -> str:
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

    return TerminalInterviewer(by or _user(), progress.paused)


def _absolute(path: str | None) -> str | None:
    return str(Path(path).absolute()) if path else None


def collect_seldom() -> None:
    """Let the garbage collector look less often, and not once more at the end.

    Imports make some hundred thousand objects that live as long as the process; going over them again and again is a fifth of
    a short run.
    """
    gc.set_threshold(100_000, 20, 50)
    atexit.register(gc.freeze)


def main() -> None:
    """Entry point: an issue as first word is `run`; deliberate errors become a sentence and an exit code."""
    collect_seldom()
    streams.prepare()
    sys.exit(_ended(sys.argv[1:]))


def _ended(words: list[str]) -> int:
    """Carry out a command line; the exit code."""
    try:
        code = app(args=command_line(words, COMMANDS, GLOBALS), prog_name="customer-escalation", standalone_mode=False)
        sys.stdout.flush()
    except SkillRuntimeError as error:
        if not isinstance(error, streams.ReaderGone):
            streams.tell(f"customer-escalation: {error}")
        return VALID if isinstance(error, streams.ReaderGone) else exit_code(error)
    except TyperException as error:
        streams.tell(_usage(error))
        return error.exit_code
    except typer.Abort:
        streams.tell("customer-escalation: Nobody answered, so nothing was done.")
        return FAILED
    except OSError as error:
        streams.let_go(sys.stdout)
        streams.tell(f"customer-escalation: {error.filename or 'Standard output'}: {error.strerror or error}.")
        return FAILED
    except Exception as error:
        streams.tell(_unforeseen(error))
        return FAILED
    return code if isinstance(code, int) else VALID


def _usage(error: TyperException) -> str:
    """A wrong option or argument in words, with the form of the command."""
    context = getattr(error, "ctx", None)
    if context is None or error.format_message() == context.get_help():
        return error.format_message()
    return f"{context.get_usage()}\nTry '{context.command_path} --help' for help.\n\nError: {error.format_message()}"


def _unforeseen(error: Exception) -> str:
    """A fault of ours in a sentence; all of it where ``CUSTOMER_ESCALATION_TRACEBACK`` is set."""
    import traceback

    if os.environ.get("CUSTOMER_ESCALATION_TRACEBACK"):
        return "".join(traceback.format_exception(error))
    last = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"customer-escalation: This is a fault of the program: {type(error).__name__}: {str(error)[:300]} "
        f"({Path(last.filename).name}, line {last.lineno}). Please report it, with what CUSTOMER_ESCALATION_TRACEBACK=1 shows."
    )


def exit_code(error: SkillRuntimeError) -> int:
    """The documented exit code of a deliberate error."""
    from customer_escalation.cli.going_on import Stopped
    from customer_escalation.headless import InvalidRequest
    from customer_escalation.policy import PolicyError

    if isinstance(error, Stopped):
        return error.code
    if isinstance(error, ConnectorError):
        return NO_CONNECTOR
    if isinstance(error, LimitReached):
        return LIMIT
    if isinstance(error, ModelError):
        return NO_MODEL
    return USAGE if isinstance(error, InvalidRequest | PolicyError) else FAILED

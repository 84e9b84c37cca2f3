"""The command line: `customer-escalation "ISSUE"` and its companions.

What a command needs is imported in it: `--help` and shell completion must not wait for what only a run needs.

The brief alone goes to standard output, progress to standard error. Exit codes: 0 a valid brief; 2 a wrong request; 3 the
brief needs review; 4 a required connector is missing; 5 a limit was reached (the brief by rules is still printed); 6 the
model is unavailable and the fallback is off; 130 interrupted (143: asked to end); 1 anything else.
"""

import atexit
import gc
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from customer_escalation.cli import (
    briefs,
    checking,
    coming_down,
    following,
    following_up,
    installation,
    looking_back,
    streams,
    watching,
)
from customer_escalation.cli.acting import command as acting
from customer_escalation.cli.connectors import app as connectors_app
from customer_escalation.cli.options import EPILOG, FAILED, LIMIT, NEEDS_REVIEW, NO_CONNECTOR, NO_MODEL, USAGE, VALID
from customer_escalation.cli.words import command_line
from customer_escalation.cli.workspace import app as workspace_app
from skill_runtime.errors import ConnectorError, LimitReached, ModelError, SkillRuntimeError

COMMANDS = (
    "run", "assess", "list", "show", "act", "followups", "update", "reassess",
    "deescalate", "close", "watch", "trail", "stats", "similar", "rules", "check", "policy", "mcp", "workspace", "connectors", "doctor",
)  # fmt: skip
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


app.command(epilog=EPILOG)(briefs.run)
app.command(short_help="The facts and the questions that are open, as JSON.")(briefs.assess)
app.command("list")(briefs.list_runs)
app.command()(briefs.show)
app.command(short_help="Approve what a brief offers, and have it carried out.", epilog=acting.EPILOG)(acting.act)
app.command(short_help="What is due for the open escalations.", epilog=following.FOLLOWUPS_EPILOG)(following.followups)
app.command(short_help="What is new of an escalation, with drafts for everybody.", epilog=following_up.EPILOG)(
    following_up.update
)
app.command(short_help="Decide an escalation again as of now.", epilog=coming_down.REASSESS_EPILOG)(
    coming_down.reassess
)
app.command(short_help="Whether an escalation may come down.", epilog=coming_down.DEESCALATE_EPILOG)(
    coming_down.deescalate
)
app.command(short_help="Close an escalation that came down.", epilog=coming_down.CLOSE_EPILOG)(coming_down.close)
app.command(short_help="Watch open escalations and tell you.", epilog=watching.EPILOG)(watching.watch)
app.command(short_help="Who did what and when, for an audit.")(looking_back.trail)
app.command(short_help="Figures over all runs.")(looking_back.stats)
app.command(short_help="Earlier runs that are like this one.")(looking_back.similar)
app.command(short_help="Whether a text still is the brief that was checked.")(checking.check)
app.command(short_help="Every rule, with its level in force.")(installation.rules)
app.command("policy", short_help="Check your policy, and show what it changes.")(installation.show_policy)
app.command(short_help="Serve one category, or `escalation`, over MCP.")(installation.mcp)
app.command(short_help="Find what is wrong with the set-up.")(installation.doctor)


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
    from customer_escalation.cli.acting.command import NotOffered
    from customer_escalation.cli.going_on import Stopped
    from customer_escalation.headless import InvalidRequest
    from customer_escalation.policy import PolicyError

    if isinstance(error, Stopped):
        return error.code
    if isinstance(error, NotOffered):
        return NEEDS_REVIEW
    if isinstance(error, ConnectorError):
        return NO_CONNECTOR
    if isinstance(error, LimitReached):
        return LIMIT
    if isinstance(error, ModelError):
        return NO_MODEL
    return USAGE if isinstance(error, InvalidRequest | PolicyError) else FAILED

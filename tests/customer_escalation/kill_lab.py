"""Runs the command line in forked processes and kills them with SIGKILL right after a chosen journal entry.

Reads one JSON object a line from standard input, ``{"arguments": [...], "runs": FOLDER, "kill_after": N or null}``, and
answers each with a line: ``{"code": exit code or null, "signal": number or null, "out": what was printed}``. Forking saves
the seconds that importing costs; each run is a process of its own all the same.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import anthropic  # noqa: F401 - loaded once, before forking
import mcp  # noqa: F401

from customer_escalation.cli.main import main
from customer_escalation.review.customer_texts.numbers import is_currency
from skill_runtime.journal import Entry, Journal


def serve() -> None:
    """Answer until standard input ends."""
    is_currency("money")  # the tables of words are read once, too
    for line in sys.stdin:
        order = json.loads(line)
        out = Path(order["runs"]).with_suffix(".out")
        pid = os.fork()
        if pid == 0:
            run(order, out)
        status = os.waitpid(pid, 0)[1]
        killed = os.WIFSIGNALED(status)
        answer = {
            "code": None if killed else os.WEXITSTATUS(status),
            "signal": os.WTERMSIG(status) if killed else None,
            "out": out.read_text(encoding="utf-8"),
        }
        print(json.dumps(answer), flush=True)


def run(order: dict[str, Any], out: Path) -> None:
    """The forked process: never returns."""
    os.environ["CUSTOMER_ESCALATION_RUNS"] = order["runs"]
    for descriptor in (1, 2):
        os.dup2(os.open(out if descriptor == 1 else os.devnull, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    if order["kill_after"] is not None:
        die_after(order["kill_after"])
    sys.argv = ["customer-escalation", *order["arguments"]]
    code = 0
    try:
        main()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.stdout.flush()
        os._exit(code)


def die_after(entries: int) -> None:
    """Make this process kill itself as soon as the journal holds so many entries on the disk."""
    append = Journal.append

    def append_and_die(journal: Journal, *given: Any, **named: Any) -> Entry:
        entry = append(journal, *given, **named)
        if entry.seq + 1 == entries:
            os.kill(os.getpid(), signal.SIGKILL)
        return entry

    setattr(Journal, "append", append_and_die)  # noqa: B010 - a method is replaced on purpose


if __name__ == "__main__":
    serve()

"""The installed command line in a process of its own, with its data in a folder of the test."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from customer_escalation.cli.around import MARKS

LONGEST_S = 600
"""After which a process is taken to hang. No measure of how long it should take: the machine may be busy."""


@dataclass(frozen=True)
class Done:
    """A finished command."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Command:
    """Runs ``customer-escalation`` with its journals and database below ``folder``."""

    folder: Path

    def environment(self, **more: str) -> dict[str, str]:
        """The process's environment: no key, no address of any service but those given."""
        dropped = ("ANTHROPIC_", *MARKS)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        return {
            **kept,
            "CUSTOMER_ESCALATION_RUNS": str(self.folder / "runs"),
            "CUSTOMER_ESCALATION_DB": str(self.folder / "workspace.db"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "COLUMNS": "120",
            **more,
        }

    def __call__(self, *arguments: str | bytes, given: bytes | str = b"", **environment: str) -> Done:
        """Run it to its end, with ``given`` on standard input."""
        done = subprocess.run(
            [sys.executable, "-m", "customer_escalation", *arguments],
            capture_output=True, check=False, timeout=LONGEST_S, input=given.encode() if isinstance(given, str) else given,
            env=self.environment(**environment),
        )  # fmt: skip
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def in_shell(self, line: str, **environment: str) -> Done:
        """Run a line of a shell in which ``$CE`` is the command; ``line`` may redirect what it writes."""
        done = subprocess.run(
            ["sh", "-c", line],
            capture_output=True, check=False, timeout=LONGEST_S, stdin=subprocess.DEVNULL,
            env=self.environment(CE=f"{sys.executable} -m customer_escalation", **environment),
        )  # fmt: skip
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

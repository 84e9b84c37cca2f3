"""The command line as a person starts it some days on: ``python -m tests.customer_escalation.at_moment SECONDS [ARGUMENT ...]``.

The clock of this process runs so many seconds ahead of the machine's; everything else is as it is.
"""

import sys
from datetime import UTC, datetime, timedelta

import time_machine


def main() -> None:
    """Move the clock, then do as ``customer-escalation`` does."""
    ahead = timedelta(seconds=float(sys.argv.pop(1)))
    with time_machine.travel(datetime.now(UTC) + ahead, tick=True):
        from customer_escalation.cli.main import main as command_line

        command_line()


if __name__ == "__main__":
    main()

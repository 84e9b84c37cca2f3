"""How long the command line takes to start, beside what it could take at best.

    python benchmarks/startup.py [PAIRS]

Each command runs in turn with its yardstick, PAIRS times (15), and the ratio of their processor time is taken pair by pair, so
that a machine whose speed drifts does not matter. Printed are the medians with their quartiles.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence

ISSUE = "API returning 500 errors intermittently for Acme Corp"
COMMAND = ("-m", "customer_escalation")
COMPARISONS = (
    ("--help", (*COMMAND, "--help"), "python -c pass", ("-c", "pass")),
    (
        "run without a model",
        (*COMMAND, "run", "--quiet", "--sample", "--no-model", ISSUE),
        "python -c 'import anthropic, mcp'",
        ("-c", "import anthropic, mcp"),
    ),
)
PAIRS = 15
NEEDS_REVIEW = 3
"""A brief that a person has to look at is one too."""
LONGEST_S = 120
"""After which one process is taken to hang."""


def seconds(arguments: Sequence[str], environment: Mapping[str, str]) -> float:
    """The processor time of one process from start to end, in seconds. Raises ``RuntimeError`` where it fails or hangs."""
    process = subprocess.Popen(
        [sys.executable, *arguments], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    bound = threading.Timer(LONGEST_S, process.kill)
    bound.start()
    try:
        _, status, used = os.wait4(process.pid, 0)
    finally:
        bound.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, NEEDS_REVIEW):
        raise RuntimeError(f"python {' '.join(arguments)} ended with {process.returncode}.")
    return used.ru_utime + used.ru_stime


def compare(first: Sequence[str], second: Sequence[str], pairs: int, environment: Mapping[str, str]) -> list[float]:
    """The ratio of the first command's time to the second's, for each of ``pairs`` pairs after one that does not count."""
    ratios = [seconds(first, environment) / seconds(second, environment) for _ in range(pairs + 1)]
    return ratios[1:]


def main() -> None:
    """Print both ratios."""
    pairs = max(2, min(100, int(sys.argv[1]))) if len(sys.argv) > 1 else PAIRS
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "CUSTOMER_ESCALATION_RUNS": f"{folder}/runs",
            "CUSTOMER_ESCALATION_CACHE": f"{folder}/cache",
            # Compiled once, by the pair that does not count, as installed packages are, whatever this shell says of it.
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": f"{folder}/bytecode",
        }
        for name, command, yardstick, other in COMPARISONS:
            ratios = compare(command, other, pairs, environment)
            low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
            print(f"{name}: {middle:.2f} times {yardstick} (quartiles {low:.2f} to {high:.2f}, {pairs} pairs)")


if __name__ == "__main__":
    main()

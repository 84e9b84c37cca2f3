"""`kill -9` after each kind of journal entry (at length: each entry), then `--resume`: the same brief, and no model turn paid twice."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.attack.tally import examples
from tests.customer_escalation.commands import LONGEST_S, Command
from tests.customer_escalation.scripts import CASES, answers, healed, issue, spoilt
from tests.messages_api import MessagesServer, by_turn

NAME = "08"
OURS = frozenset({"header", "read", "assess", "brief", "result"})
"""Entries of the case itself, beside the paid and external steps."""


class Lab:
    """A process that runs the command line and kills it where it is told."""

    def __init__(self, folder: Path, api: MessagesServer) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).parents[1] / "kill_lab.py"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=Command(folder).environment(ANTHROPIC_BASE_URL=api.url, ANTHROPIC_API_KEY=api.key),
        )  # fmt: skip

    def run(self, name: str, *arguments: str, kill_after: int | None = None) -> dict[str, Any]:
        """Run to its end, or to its death."""
        order = {"arguments": arguments, "runs": str(self.folder / name), "kill_after": kill_after}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the lab ended with {self.process.wait(LONGEST_S)}"
        found: dict[str, Any] = json.loads(line)
        return found

    def journal(self, name: str) -> Path:
        """The only journal of these runs."""
        (path,) = (self.folder / name).glob("*.jsonl")
        return path

    def kinds(self, name: str) -> list[str]:
        """The kinds of the entries of its journal, in their order."""
        return [json.loads(line)["type"] for line in self.journal(name).read_text(encoding="utf-8").splitlines()]

    def close(self) -> None:
        """End the process and close its pipes, whatever it is doing."""
        with self.process:
            self.process.kill()


@pytest.fixture
def api() -> Iterator[MessagesServer]:
    *before, written, indexed = answers(NAME)
    script = [*before, spoilt(written), healed(written, indexed)]
    with MessagesServer(by_turn(script)) as server:
        yield server


@pytest.fixture
def lab(tmp_path: Path, api: MessagesServer) -> Iterator[Lab]:
    with closing(Lab(tmp_path, api)) as lab:
        yield lab


def deaths(kinds: Sequence[str]) -> list[int]:
    """After how many entries it dies: between any two kinds of entries once, and after the last; at length after every entry."""
    between = {pair: count for count, pair in reversed(list(enumerate(pairwise((*kinds, "")), 1)))}
    return examples(sorted(between.values()), list(range(1, len(kinds) + 1)))


def test_a_run_killed_after_any_entry_goes_on_to_the_same_brief_and_pays_no_turn_twice(
    lab: Lab, api: MessagesServer
) -> None:
    arguments = (issue(NAME), "--workspace", str(CASES / f"{NAME}.json"))
    whole = lab.run("whole", *arguments)
    assert whole["code"] == 0
    turns = len(api.requests)
    entries = lab.journal("whole").read_text(encoding="utf-8").splitlines()
    assert turns == 4
    ours = [kind for kind in lab.kinds("whole") if kind in OURS]
    assert ours == ["header", "read", "read", "assess", "brief", "brief", "result"]
    assert len(entries) > 10
    for count in deaths(lab.kinds("whole")):
        name = f"killed-{count}"
        before = len(api.requests)
        dead = lab.run(name, *arguments, kill_after=count)
        assert (dead["signal"], dead["out"]) == (signal.SIGKILL, "")
        journal = lab.journal(name)
        assert len(journal.read_text(encoding="utf-8").splitlines()) == count
        resumed = lab.run(name, "--resume", journal.stem)
        assert (resumed["code"], resumed["out"]) == (0, whole["out"]), f"after entry {count}"
        assert len(api.requests) - before == turns, f"after entry {count}"
        assert [kind for kind in lab.kinds(name) if kind in OURS] == ours, f"after entry {count}"


def test_a_run_killed_again_and_again_still_ends(lab: Lab, api: MessagesServer) -> None:
    arguments = (issue(NAME), "--workspace", str(CASES / f"{NAME}.json"))
    whole = lab.run("whole", *arguments)
    first, *further, _ = deaths(lab.kinds("whole"))
    turns = len(api.requests)
    lab.run("killed", *arguments, kill_after=first)
    run = lab.journal("killed").stem
    for count in further:
        assert lab.run("killed", "--resume", run, kill_after=count)["signal"] == signal.SIGKILL
    for _ in range(2):
        assert lab.run("killed", "--resume", run)["out"] == whole["out"]
    assert len(api.requests) == 2 * turns

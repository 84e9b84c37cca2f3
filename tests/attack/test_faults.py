"""Faults of the machine: a full disk, a folder that cannot be written, a damaged journal, two processes, a clock that goes backwards.

Each ends in a sentence and an exit code; what was recorded stays, no turn is paid for twice, and the run goes on when the fault is over.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.attack.tally import Attempts, examples
from tests.customer_escalation.casebook import NOW
from tests.customer_escalation.cases.test_deciding import of, on_desk
from tests.customer_escalation.cli.test_act import STOPPED, brief, listed, run_of, ticket
from tests.customer_escalation.commands import LONGEST_S, Command, Done
from tests.customer_escalation.scripts import CASES, answers, issue
from tests.messages_api import MessagesServer, by_turn

from customer_escalation.cases.journal_store import JournalStore
from skill_runtime.journal import Journal

KIND = "faults of the machine (effects: runs lost)"
NAME = "08"
CODES = frozenset({0, 1, 2, 3})
WRAPPED = """
import ctypes, os, resource, sys
limit, *arguments = sys.argv[1:]
libc = ctypes.CDLL(None)
for capability in (1, 2):  # of root, to read and write whatever the modes of a file say
    libc.prctl(24, capability, 0, 0, 0)
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
os.execv(sys.executable, [sys.executable, "-m", "customer_escalation", *arguments])
"""
"""The command without root's power over files, and with no file longer than ``limit`` bytes where one is given."""


def wrapped(
    command: Command, *arguments: str, environment: dict[str, str] | None = None, limit: int | None = None
) -> Done:
    """Run the command so."""
    done = subprocess.run(
        [sys.executable, "-c", WRAPPED, "" if limit is None else str(limit), *arguments],
        capture_output=True, check=False, timeout=LONGEST_S, stdin=subprocess.DEVNULL, env=command.environment(**(environment or {})),
    )  # fmt: skip
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def is_told(done: Done, *words: str) -> bool:
    """Is it a sentence of ours, with all of these words?"""
    whole = done.out + done.err
    told = all(word in whole for word in words)
    return told and "fault of the program" not in whole and "Traceback" not in whole


@pytest.fixture
def api() -> Iterator[MessagesServer]:
    with MessagesServer(by_turn(answers(NAME))) as server:
        yield server


def keys(api: MessagesServer) -> dict[str, str]:
    """What a run needs to ask it."""
    return {"ANTHROPIC_BASE_URL": api.url, "ANTHROPIC_API_KEY": api.key}


ARGUMENTS = (issue(NAME), "--workspace", str(CASES / f"{NAME}.json"), "--format", "json", "-q")


def journal_of(command: Command) -> Path:
    """Its one journal."""
    (path,) = (command.folder / "runs").glob("*.jsonl")
    return path


def test_a_disk_that_is_full_ends_a_run_in_a_sentence_and_it_goes_on_when_there_is_room(
    attempts: Attempts, api: MessagesServer, tmp_path: Path
) -> None:
    whole = Command(tmp_path / "whole")
    made = whole(*ARGUMENTS, **keys(api))
    assert made.code == 0, made.err
    brief_made, size, turns = json.loads(made.out)["brief"], journal_of(whole).stat().st_size, len(api.requests)
    tries = examples(4, 16)
    for number in range(1, tries + 1):
        command = Command(tmp_path / f"full-{number}")
        limit = size * number // (tries + 1)
        paid = len(api.requests)
        stopped = wrapped(command, *ARGUMENTS, limit=limit, environment=keys(api))
        if not list((command.folder / "runs").glob("*.jsonl")):
            attempts.had(f"{limit} bytes", None if is_told(stopped, "Cannot write") else stopped)
            continue
        kept = journal_of(command).read_bytes()
        again = command("--resume", journal_of(command).stem, "--format", "json", "-q", **keys(api))
        lost = [
            stopped.code != 1 and f"code {stopped.code}",
            not is_told(stopped, "Cannot write the journal") and stopped.err,
            not journal_of(command).read_bytes().startswith(kept) and "entries changed",
            again.code != 0 and again.err,
            not again.code and json.loads(again.out)["brief"] != brief_made and "another brief",
            # the turn whose answer could not be kept, and those of the reader side by side, are asked again; none before them is
            len(api.requests) - paid > turns + 1 and "turns were paid twice",
        ]
        attempts.had(f"{limit} bytes", [one for one in lost if one])
    attempts.had_none()


def test_a_folder_that_cannot_be_written_is_told_and_what_is_there_can_still_be_read(
    attempts: Attempts, api: MessagesServer, tmp_path: Path
) -> None:
    command = Command(tmp_path)
    assert command(*ARGUMENTS, **keys(api)).code == 0
    path = journal_of(command)
    kept, paid = path.read_bytes(), len(api.requests)
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        for what, words, code, told in (
            ("a new run", ARGUMENTS, 1, "Cannot write journals in"),
            ("acting", ("act", path.stem, "--yes-to", "0" * 12), 2, ""),
            ("resuming", ("--resume", path.stem, "--max-turns", "40"), 0, ""),
            ("showing", ("show", path.stem), 0, ""),
            ("listing", ("list",), 0, path.stem),
            ("what is due", ("followups",), 10, path.stem),
        ):
            done = wrapped(command, *words, environment=keys(api))
            fault = done.code != code or not is_told(done, told)
            attempts.had(what, fault and done)
        attempts.had("entries", path.read_bytes() != kept and "changed")
        attempts.had("turns", len(api.requests) != paid and "paid for what cannot be kept")
    finally:
        path.parent.chmod(0o700)
        path.chmod(0o600)
    attempts.had_none()


def test_a_damaged_journal_is_named_with_its_line_changed_by_nobody_and_no_other_run_suffers(
    attempts: Attempts, api: MessagesServer, tmp_path: Path
) -> None:
    command = Command(tmp_path)
    assert command(*ARGUMENTS, **keys(api)).code == 0
    whole = journal_of(command)
    lines = whole.read_bytes().splitlines(keepends=True)
    for number in range(examples(3, 20)):
        at = 1 + number * (len(lines) - 2) // examples(3, 20)
        spoilt = {
            "garbage": [*lines[:at], b"\x00\xff{\n", *lines[at + 1 :]],
            "a line lost": [*lines[:at], *lines[at + 1 :]],
            "cut in the middle": [*lines[:at], lines[at][: len(lines[at]) // 2] + b"\n", *lines[at + 1 :]],
        }
        for what, data in spoilt.items():
            damaged = whole.with_name("20200101-000000-bad000.jsonl")
            damaged.write_bytes(b"".join(data))
            for words in (("show", damaged.stem), ("--resume", damaged.stem), ("act", damaged.stem)):
                done = command(*words, **keys(api))
                said = is_told(done, str(damaged), f"line {at + 1}")
                attempts.had(f"{what} at {at}, {words[0]}", (done.code != 1 or not said) and done)
            attempts.had(f"{what} at {at}, kept", damaged.read_bytes() != b"".join(data) and "changed")
        listing = command("list")
        attempts.had(f"list at {at}", (listing.code != 0 or whole.stem not in listing.out) and listing)
    attempts.had_none()


def test_a_journal_that_was_torn_off_anywhere_goes_on_from_there_to_the_same_brief(
    attempts: Attempts, api: MessagesServer, tmp_path: Path
) -> None:
    command = Command(tmp_path)
    made = command(*ARGUMENTS, **keys(api))
    data = journal_of(command).read_bytes()
    first = data.index(b"\n") + 1
    for number in range(examples(2, 12)):
        end = first + (len(data) - first) * (number + 1) // (examples(2, 12) + 1)
        journal_of(command).write_bytes(data[:end])
        again = command("--resume", journal_of(command).stem, "--format", "json", "-q", **keys(api))
        same = again.code == 0 and json.loads(again.out)["brief"] == json.loads(made.out)["brief"]
        attempts.had(f"torn at {end}", not same and again)
    attempts.had_none()


def test_what_another_process_is_writing_is_left_alone_and_can_be_read(attempts: Attempts, tmp_path: Path) -> None:
    command = brief(tmp_path, STOPPED)
    run, reply = run_of(command), listed(command)["customer_reply"]["id"]
    path = journal_of(command)
    kept = path.read_bytes()
    half = kept[: kept.rindex(b"\n", 0, -1) + 1]
    for words, data in ((("act", run, "--yes-to", reply), kept), (("--resume", run, "-q"), half)):
        path.write_bytes(data)
        with Journal.open(path.parent, run):
            done = command(*words)
            attempts.had(words[0], (done.code != 1 or not is_told(done, run, "by another process")) and done)
            shown = command("show", run)
            attempts.had(f"show during {words[0]}", not is_told(shown) and shown)
            attempts.had(f"entries during {words[0]}", path.read_bytes() != data and "changed")
    attempts.had("effects", ticket(command))
    again = command("--resume", run, "-q")
    attempts.had("resumed afterwards", again.code != 0 and again)
    after = command("act", run, "--yes-to", reply)
    attempts.had("acted on afterwards", (after.code != 0 or len(ticket(command)) != 1) and after)
    attempts.had_none()


def test_an_action_on_a_full_disk_is_done_once_or_not_at_all_and_said_so(attempts: Attempts, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    made = brief(tmp_path / "made", STOPPED)
    size = journal_of(made).stat().st_size
    reply = listed(made)["customer_reply"]["id"]
    for number in range(examples(3, 12)):
        command = Command(Path(shutil.copytree(made.folder, tmp_path / f"copy-{number}")))
        limit = size + 40 + number * 1600 // examples(3, 12)
        done = wrapped(command, "act", run_of(command), "--yes-to", reply, limit=limit)
        attempts.had(f"{number}: told", (done.code not in CODES or not is_told(done)) and done)
        before = len(ticket(command))
        again = command("act", run_of(command), "--yes-to", reply)
        attempts.had(
            f"{number}: afterwards", (before > 1 or again.code != 0 or len(ticket(command)) != 1) and (done, again)
        )
    attempts.had_none()


async def test_a_clock_that_goes_backwards_loses_nothing_and_makes_no_yes_last_longer(
    attempts: Attempts, tmp_path: Path
) -> None:
    moments = [NOW + timedelta(seconds=one) for one in (600, -7200, -7100, 86_400, -86_400, 30)]
    clocks = iter([NOW, *moments])
    with Journal.create(tmp_path / "runs", "clock", {}, now=lambda: next(clocks)) as journal:
        for number in range(len(moments)):
            journal.append("note", {"number": number})
    with Journal.open(tmp_path / "runs", "clock") as journal:
        found = [one.data["number"] for one in journal.entries("note")]
    attempts.had("entries", found != list(range(len(moments))) and found)
    service, case, _, clock = await on_desk(store=JournalStore(tmp_path / "runs"))
    reply = of(service, case, "customer_reply")
    for ahead in (timedelta(hours=1), timedelta(hours=7), timedelta(days=400)):
        clock.now = NOW + ahead
        assert service.approve(case, reply.id, "Sam").state == "approved"
        clock.now = NOW
        attempts.had(f"a yes from {ahead} ahead", of(service, case, "customer_reply").approval)
        assert service.approve(case, reply.id, "Sam").state == "approved"
        clock.now = NOW - timedelta(seconds=90)
        assert of(service, case, "customer_reply").approval, "clocks are set right by seconds"
        assert service.revoke(case, reply.id, "Sam").state == "open"
        attempts.had(f"taken back after {ahead}", of(service, case, "customer_reply").approval)
    attempts.had_none()

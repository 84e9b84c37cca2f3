"""The journal survives kills, refuses second writers and answers a resumed run."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from skill_runtime.errors import JournalError
from skill_runtime.journal import Journal
from skill_runtime.recorder import Recorder, RequestPiece
from skill_runtime.runs import find_run, list_runs, new_run_id

RUN = "20261123-101500-4f2a9c"


def moment() -> datetime:
    return datetime(2026, 11, 23, 10, 15, tzinfo=UTC)


def start(folder: Path, run_id: str = RUN) -> Journal:
    return Journal.create(folder, run_id, {"issue": "export is slow"}, now=moment)


async def never() -> dict[str, Any]:
    raise AssertionError("a recorded step was run again")


def test_a_run_id_sorts_by_start_in_utc() -> None:
    berlin = datetime(2026, 11, 23, 11, 15, tzinfo=timezone(timedelta(hours=1)))
    assert new_run_id(berlin, lambda: "4f2a9c") == RUN
    assert new_run_id(berlin) != new_run_id(berlin)


def test_what_was_appended_reads_back_with_every_value(tmp_path: Path) -> None:
    odd = {"none": None, "nested": {"none": None}, "text": "ünï \ud83d \u2028 line", "list": [1, 2.5, True]}
    with start(tmp_path) as journal:
        journal.append("note", odd)
    again = Journal.read(tmp_path, RUN)
    assert again.header == {"issue": "export is slow"}
    assert [entry.data for entry in again.entries("note")] == [odd]
    assert [(entry.seq, entry.type) for entry in again.entries()] == [(0, "header"), (1, "note")]
    assert again.entries()[0].at == "2026-11-23T10:15:00.000+00:00"


def test_only_the_owner_can_look_inside(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "runs"
    start(folder).close()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / f"{RUN}.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_torn_last_line_is_dropped_and_writing_goes_on(tmp_path: Path) -> None:
    start(tmp_path).close()
    path = tmp_path / f"{RUN}.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"seq": 1, "at": "2026-11-')
    assert len(Journal.read(tmp_path, RUN).entries()) == 1
    assert path.read_bytes() != whole, "looking at a run changes nothing"
    with Journal.open(tmp_path, RUN) as journal:
        assert path.read_bytes() == whole
        journal.append("note", {"n": 1})
    assert [entry.seq for entry in Journal.read(tmp_path, RUN).entries()] == [0, 1]


def test_a_last_line_that_lacks_only_its_line_break_is_kept(tmp_path: Path) -> None:
    with start(tmp_path) as journal:
        journal.append("turn", {"paid": True})
    path = tmp_path / f"{RUN}.jsonl"
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    with Journal.open(tmp_path, RUN) as journal:
        journal.append("turn", {"paid": "again"})
    assert [entry.data for entry in Journal.read(tmp_path, RUN).entries("turn")] == [{"paid": True}, {"paid": "again"}]


@pytest.mark.parametrize("damage", [b"not json\n", b'{"seq": 1}\n', b'["a list"]\n', b"\xff\xfe\n", b"\n"])
def test_a_damaged_line_is_named_with_file_and_number(tmp_path: Path, damage: bytes) -> None:
    with start(tmp_path) as journal:
        journal.append("note", {})
    path = tmp_path / f"{RUN}.jsonl"
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + damage + second)
    with pytest.raises(JournalError, match=rf"{path}, line 2, is damaged"):
        Journal.open(tmp_path, RUN)


def test_a_missing_line_is_noticed_by_its_number(tmp_path: Path) -> None:
    with start(tmp_path) as journal:
        journal.append("note", {"n": 1})
        journal.append("note", {"n": 2})
    path = tmp_path / f"{RUN}.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[2])
    with pytest.raises(JournalError, match="line 2, has number 2 where 1 should be"):
        Journal.read(tmp_path, RUN)


@pytest.mark.parametrize("content", [b"", b'{"seq": 0, "a'])
def test_a_file_without_a_whole_header_is_no_run(tmp_path: Path, content: bytes) -> None:
    (tmp_path / f"{RUN}.jsonl").write_bytes(content)
    with pytest.raises(JournalError, match="holds no run"):
        Journal.open(tmp_path, RUN)


def test_one_writer_at_a_time_and_readers_always(tmp_path: Path) -> None:
    with start(tmp_path) as journal:
        with pytest.raises(JournalError, match=f"{RUN} is being written by another process"):
            Journal.open(tmp_path, RUN)
        journal.append("note", {})
        reader = Journal.read(tmp_path, RUN)
        assert len(reader.entries()) == 2
        with pytest.raises(JournalError, match="reading only"):
            reader.append("note", {})
    Journal.open(tmp_path, RUN).close()


def test_a_run_is_not_started_twice_nor_outside_its_folder(tmp_path: Path) -> None:
    start(tmp_path).close()
    with pytest.raises(JournalError, match="exists already"):
        start(tmp_path)
    with pytest.raises(JournalError, match="not a run id"):
        Journal.read(tmp_path, "../secrets")
    with pytest.raises(JournalError, match="Cannot open the run nowhere"):
        Journal.open(tmp_path, "nowhere")


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(JournalError, match="Cannot write journals in"):
        start(tmp_path / "file" / "runs")


def test_a_full_disk_leaves_the_journal_as_it_was(tmp_path: Path) -> None:
    script = """
import resource, signal, sys
from pathlib import Path
from skill_runtime.errors import JournalError
from skill_runtime.journal import Journal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
folder = Path(sys.argv[1])
journal = Journal.create(folder, "small", {})
resource.setrlimit(resource.RLIMIT_FSIZE, (500, resource.RLIM_INFINITY))
try:
    journal.append("note", {"text": "x" * 1000})
except JournalError as error:
    print(error)
journal.append("note", {"fits": True})
"""
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert "Cannot write the journal" in done.stdout
    assert [entry.data for entry in Journal.read(tmp_path, "small").entries("note")] == [{"fits": True}]


def test_runs_are_found_by_the_start_of_their_id(tmp_path: Path) -> None:
    for run_id in (RUN, "20261123-101500-77aa01", "20261124-080000-0b0b0b"):
        start(tmp_path, run_id).close()
    assert find_run(tmp_path, "20261124") == "20261124-080000-0b0b0b"
    assert find_run(tmp_path, RUN) == RUN
    with pytest.raises(JournalError, match="Several runs start with '20261123'"):
        find_run(tmp_path, "20261123")
    with pytest.raises(JournalError, match=r"No run .* starts with '1999'.*newest are 20261124-080000-0b0b0b"):
        find_run(tmp_path, "1999")
    with pytest.raises(JournalError, match="no runs there yet"):
        find_run(tmp_path / "none", "2026")


def test_runs_are_listed_newest_first_with_their_last_word(tmp_path: Path) -> None:
    with start(tmp_path) as journal:
        journal.append("note", {"big": "x" * 300_000})
        journal.append("finished", {"big": "y" * 300_000})
    start(tmp_path, "20261124-080000-0b0b0b").close()
    (tmp_path / "20261122-000000-bad000.jsonl").write_text("rubbish\n")
    with (tmp_path / f"{RUN}.jsonl").open("ab") as file:
        file.write(b'{"torn": ')
    newest, whole, damaged = list_runs(tmp_path)
    assert newest.run_id == "20261124-080000-0b0b0b"
    assert newest.last is not None
    assert newest.last.type == "header"
    assert whole.header == {"issue": "export is slow"}
    assert whole.last is not None
    assert whole.last.type == "finished"
    assert damaged.last is None
    assert "damaged" in damaged.problem


def test_kill_9_loses_nothing_that_append_returned_from(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from skill_runtime.journal import Journal
journal = Journal.create(Path(sys.argv[1]), "killed", {})
n = 0
while True:
    n += 1
    journal.append("turn", {"n": n, "text": "x" * 5000})
    print(n, flush=True)
"""
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        while process.stdout.readline().strip() != "20":
            pass
    finally:
        os.kill(process.pid, signal.SIGKILL)
    said = process.stdout.read().split()
    process.wait()
    process.stdout.close()
    promised = int(said[-1]) if said else 20
    with Journal.open(tmp_path, "killed") as journal:
        written = [entry.data["n"] for entry in journal.entries("turn")]
        assert written == list(range(1, len(written) + 1))
        assert len(written) >= promised
        journal.append("turn", {"n": "resumed"})


async def test_a_recorded_step_is_not_run_again_whatever_the_order(tmp_path: Path) -> None:
    async def seven() -> dict[str, Any]:
        return {"n": 7}

    async def eight() -> dict[str, Any]:
        return {"n": 8}

    async def nine() -> dict[str, Any]:
        return {"n": 9}

    with start(tmp_path) as journal:
        recorder = Recorder(journal)
        await recorder.step("tool", {"a": 1, "b": 2}, seven)
        await recorder.step("tool", {"a": 1, "b": 2}, eight)
        await recorder.step("tool", "other", nine)
    with Journal.open(tmp_path, RUN) as journal:
        recorder = Recorder(journal)
        assert recorder.pending() == 3
        assert await recorder.step("tool", "other", never) == {"n": 9}
        assert await recorder.step("tool", {"b": 2, "a": 1}, never) == {"n": 7}
        assert await recorder.step("tool", {"a": 1, "b": 2}, never) == {"n": 8}
        assert recorder.pending("tool") == 0
        assert await recorder.step("tool", {"a": 1, "b": 2}, nine) == {"n": 9}
        assert await recorder.step("search", "other", eight) == {"n": 8}, "another kind is another step"


async def test_a_step_that_fails_is_not_recorded(tmp_path: Path) -> None:
    async def fail() -> dict[str, Any]:
        raise OSError("no network")

    with start(tmp_path) as journal:
        recorder = Recorder(journal)
        with pytest.raises(OSError, match="no network"):
            await recorder.step("tool", "x", fail)
        with pytest.raises(OSError, match="no network"):
            await recorder.next_step("turn", {"message 1": "x"}, fail)
        assert len(journal.entries()) == 1


async def test_turns_are_replayed_in_order_and_go_on_where_the_journal_ends(tmp_path: Path) -> None:
    async def answer() -> dict[str, Any]:
        return {"text": "hello"}

    one = {"system block 1": "be brief", "message 1 (user)": "hi"}
    two = {**one, "message 2 (assistant)": "hello", "message 3 (user)": "go on"}
    with start(tmp_path) as journal:
        await Recorder(journal).next_step("turn", one, answer)
    with Journal.open(tmp_path, RUN) as journal:
        recorder = Recorder(journal)
        assert await recorder.next_step("turn", one, never) == {"text": "hello"}
        await recorder.next_step("turn", two, answer)
        last = journal.entries("turn")[-1]
        assert last.request is not None
        assert list(last.request["new"]) == ["message 2 (assistant)", "message 3 (user)"], "old parts are not repeated"


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (
            {"s": "be brief", "message 1 (user)": "hi there, Bob"},
            "message 1 .user. differs: recorded .*Ann.* now .*Bob",
        ),
        ({"s": "be long", "message 1 (user)": "hi there, Ann"}, "s differs: recorded .*brief.* now .*long"),
        ({"s": "be brief"}, "message 1 .user. is missing now"),
        ({"s": "be brief", "message 1 (user)": "hi there, Ann", "extra": "!"}, "extra is new"),
        ({"message 1 (user)": "hi there, Ann", "s": "be brief"}, None),
    ],
)
async def test_another_request_on_resume_is_refused_with_the_first_difference(
    tmp_path: Path, now: dict[str, str], said: str | None
) -> None:
    async def answer() -> dict[str, Any]:
        return {"text": "hello"}

    with start(tmp_path) as journal:
        await Recorder(journal).next_step("turn", {"s": "be brief", "message 1 (user)": "hi there, Ann"}, answer)
    with Journal.open(tmp_path, RUN) as journal:
        recorder = Recorder(journal)
        if said is None:  # a request is the same whatever order its names are written in
            assert await recorder.next_step("turn", now, never) == {"text": "hello"}
            return
        with pytest.raises(JournalError, match=said) as caught:
            await recorder.next_step("turn", now, never)
        assert f"The run {RUN} cannot be resumed: its turn at entry 1" in str(caught.value)


async def test_the_difference_is_found_in_a_part_that_an_earlier_turn_wrote_down(tmp_path: Path) -> None:
    async def answer() -> dict[str, Any]:
        return {}

    with start(tmp_path) as journal:
        recorder = Recorder(journal)
        await recorder.next_step("turn", {"a": "old", "b": "1"}, answer)
        await recorder.next_step("turn", {"a": "old", "b": "1", "c": "2"}, answer)
    with Journal.open(tmp_path, RUN) as journal:
        recorder = Recorder(journal)
        await recorder.next_step("turn", {"a": "old", "b": "1"}, never)
        with pytest.raises(JournalError, match='a differs: recorded …"old"…, now …"new"…'):
            await recorder.next_step("turn", {"a": "new", "b": "1", "c": "2"}, never)


async def test_what_a_request_drops_is_written_and_compared_like_what_it_adds(tmp_path: Path) -> None:
    async def answer() -> dict[str, Any]:
        return {}

    steps = [{"a": "1", "b": "2", "c": "3"}, {"a": "1", "c": "4"}, {"a": "1", "c": "4", "b": "5"}]
    with start(tmp_path) as journal:
        recorder = Recorder(journal)
        for step in steps:
            await recorder.next_step("turn", step, answer)
        requests = [entry.request for entry in journal.entries("turn")]
    assert requests == [{"new": steps[0]}, {"new": {"c": "4"}, "dropped": ["b"]}, {"new": {"b": "5"}}]
    with Journal.open(tmp_path, RUN) as journal:
        recorder = Recorder(journal)
        for step in steps:
            await recorder.next_step("turn", step, never)
    for place, now, said in (
        (1, steps[0], 'c differs: recorded …"4"…, now …"3"…'),
        (1, {"a": "1", "b": "2", "c": "4"}, "b is new"),
        (2, steps[1], "b is missing now"),
        (2, {"a": "1", "c": "4", "b": "2"}, 'b differs: recorded …"5"…, now …"2"…'),
    ):
        with Journal.open(tmp_path, RUN) as journal:
            recorder = Recorder(journal)
            for step in steps[:place]:
                await recorder.next_step("turn", step, never)
            with pytest.raises(JournalError, match=said):
                await recorder.next_step("turn", now, never)


async def test_a_request_that_nothing_shows_to_differ_is_refused_all_the_same(tmp_path: Path) -> None:
    with start(tmp_path) as journal:
        journal.append("turn", {}, key="of another version", request={"new": {"a": "1"}})
    with (
        Journal.open(tmp_path, RUN) as journal,
        pytest.raises(JournalError, match="First difference: none in what was asked"),
    ):
        await Recorder(journal).next_step("turn", {"a": "1"}, never)


async def test_a_part_is_digested_once_however_many_requests_hold_it(tmp_path: Path) -> None:
    async def answer() -> dict[str, Any]:
        return {}

    looked: list[str] = []

    def part(text: str) -> RequestPiece:
        def value() -> str:
            looked.append(text)
            return text

        return RequestPiece(value)

    parts = {"a": part("one")}
    with start(tmp_path) as journal:
        recorder = Recorder(journal)
        for number in range(5):
            looked.clear()
            parts[f"more {number}"] = part(f"more {number}")
            await recorder.next_step("turn", parts, answer)
            fresh = {f"more {number}"} | ({"one"} if number == 0 else set())
            assert set(looked) == fresh
    with Journal.open(tmp_path, RUN) as journal:
        plain = {name: entry.value for name, entry in list(parts.items())[:2]}
        await Recorder(journal).next_step("turn", plain, never)


def test_every_line_is_one_json_object_that_other_programs_can_read(tmp_path: Path) -> None:
    with start(tmp_path) as journal:
        journal.append("note", {"text": "two\nlines"})
    lines = (tmp_path / f"{RUN}.jsonl").read_text().splitlines()
    assert [json.loads(line)["type"] for line in lines] == ["header", "note"]


def test_steps_wait_for_no_disk_and_get_there_with_the_next_durable_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(os.fstat(fd).st_size))

    async def outcome() -> dict[str, Any]:
        return {"text": "paid"}

    async def steps(recorder: Recorder) -> None:
        await recorder.next_step("turn", {"message 1": "x"}, outcome)
        await recorder.step("tool", "read", outcome)

    journal = Journal.create(tmp_path, "r1", {"issue": "x"})
    path, begun = tmp_path / "r1.jsonl", len(synced)
    asyncio.run(steps(Recorder(journal)))
    assert len(synced) == begun
    assert path.read_bytes().count(b"paid") == 2, "a reader sees them at once"
    journal.append("decided", {"what": "escalate"})
    assert synced[begun:] == [path.stat().st_size], "one wait for all of them"
    asyncio.run(steps(Recorder(journal)))
    journal.close()
    assert synced[-1] == path.stat().st_size

"""Following up on the command line: what is printed, where it goes, and the exit codes that a script goes by."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from tests.customer_escalation.cli.test_main import ISSUE, workspace
from tests.customer_escalation.commands import Command

AT_ONCE, LATER = "2016-10-13T16:30:00Z", "2016-10-13T16:31:00Z"


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


@pytest.fixture
def run(command: Command, tmp_path: Path) -> str:
    """The name of a run that escalates."""
    done = command(ISSUE, "--workspace", workspace(tmp_path), "--no-model", "-q")
    assert done.code in (0, 3), done.err
    return command("list").out.split()[0]


def test_nothing_is_due_where_nothing_was_escalated(command: Command) -> None:
    done = command("followups")
    assert (done.code, done.out) == (0, "No escalation is open.\n")
    assert command("followups", "--due") == type(done)(0, "", "")


def test_what_is_due_is_told_with_its_exit_code_as_a_table_json_and_calendar(
    command: Command, run: str, tmp_path: Path
) -> None:
    late = "2016-10-14T16:30:00Z"
    table = command("followups", "--as-of", late)
    assert (table.code, table.err) == (10, "")
    assert table.out.startswith("1 open escalation as of 2016-10-14 16:30 UTC; something is due for 1.")
    assert f"{run}  " in table.out
    told = json.loads(command("followups", run[:12], "--format", "json", "--as-of", late).out)
    (escalation,) = told["open"]
    assert (told["due"], escalation["run"]) == (True, run)
    assert [item["whom"] for item in escalation["items"]].count("team") == 1
    assert any(item["state"] == "overdue" for item in escalation["items"])
    feed = tmp_path / "due.ics"
    written = command("followups", "--format", "ics", "--out", str(feed), "--as-of", late)
    assert (written.code, written.out) == (10, "")
    calendar = Calendar.from_ical(feed.read_bytes())
    assert isinstance(calendar, Calendar)
    assert len(list(calendar.walk("VEVENT"))) == len(escalation["items"])


def test_systems_are_read_again_only_where_it_is_asked_for(command: Command, run: str, tmp_path: Path) -> None:
    moment = "2016-10-13T17:00:00Z"
    before = json.loads(command("followups", "--format", "json", "--as-of", moment).out)["open"][0]
    ticket = next(item for item in before["items"] if item["ticket"])
    records = json.loads((tmp_path / "workspace.json").read_text(encoding="utf-8"))["records"]
    own = next(one for one in records["support_platform"] if ticket["ticket"].endswith(one["id"]))
    own["messages"].append(
        {"id": "new", "at": "2016-10-13T16:55:00Z", "author": "agent.kan", "role": "agent", "text": "Still on it."}
    )
    workspace(tmp_path, records=records)
    same = json.loads(command("followups", "--format", "json", "--as-of", moment).out)["open"][0]
    assert same == before
    entries = command("show", run, "--journal").out
    read = json.loads(command("followups", "--read", "--format", "json", "--as-of", moment).out)["open"][0]
    after = next(item for item in read["items"] if item["ticket"] == ticket["ticket"])
    assert datetime.fromisoformat(after["due_at"]) - datetime.fromisoformat(ticket["due_at"]) > timedelta(minutes=1)
    assert command("show", run, "--journal").out == entries


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["followups", "nothing"], 1, "nothing"),
        (["followups", "--as-of", "soon"], 2, "is not a moment"),
        (["followups", "--format", "pdf"], 2, "pdf"),
        (["followups", "--read", "--workspace", "/no/such.json"], 2, "such.json"),
        (["followups", "--read", "--sample", "--workspace", "x.json"], 2, "not both"),
        (["followups", "--out", "/no/such/folder/due.txt"], 2, "cannot be written"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_clear_sentence(
    command: Command, run: str, words: list[str], code: int, sentence: str
) -> None:
    done = command(*words)
    assert (done.code, done.out) == (code, "")
    assert sentence in done.err
    assert "fault of the program" not in done.err


def test_a_run_of_another_version_is_left_out_and_said(command: Command, run: str, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    old = runs / "20200101-000000-abcdef.jsonl"
    lines = (runs / f"{run}.jsonl").read_text(encoding="utf-8").splitlines()
    header = json.loads(lines[0])
    header["data"].pop("origin")
    old.write_text("\n".join([json.dumps(header), *lines[1:]]) + "\n", encoding="utf-8")
    done = command("followups", "--as-of", LATER)
    assert "20200101-000000-abcdef was begun by another version" in done.err
    assert run in done.out


def test_a_workspace_with_a_moment_of_its_own_is_told_as_of_that_moment_everywhere(
    command: Command, run: str, tmp_path: Path
) -> None:
    due = json.loads(command("followups", run, "--format", "json").out)
    update = json.loads(command("update", run, "--no-model", "--json").out)
    assert due["now"] == due["open"][0]["now"] == update["now"] == "2016-10-13T16:30:00+00:00"
    assert "as of 2016-10-13 16:30 UTC; something is due for 1." in command("followups").out
    logged = command("update", run, "--log", "team").out
    assert "1 open escalation as of 2016-10-13 16:30 UTC" in logged
    after = json.loads(command("followups", run, "--format", "json").out)["open"][0]
    assert after["followed_up"] == 1


def test_runs_of_several_moments_are_told_each_as_of_its_own(command: Command, run: str, tmp_path: Path) -> None:
    data = json.loads((tmp_path / "workspace.json").read_text(encoding="utf-8"))
    later = tmp_path / "later.json"
    later.write_text(json.dumps(data | {"now": "2016-10-15T16:30:00Z"}), encoding="utf-8")
    assert command(ISSUE, "--workspace", str(later), "--no-model", "-q").code in (0, 3)
    both = json.loads(command("followups", "--format", "json").out)["open"]
    assert {one["now"] for one in both} == {"2016-10-13T16:30:00+00:00", "2016-10-15T16:30:00+00:00"}
    table = command("followups").out
    assert table.startswith("2 open escalations; ")
    assert "As of 2016-10-13 16:30 UTC." in table
    assert "As of 2016-10-15 16:30 UTC." in table


def test_a_workspace_that_is_gone_is_said_and_the_clock_counts(command: Command, run: str, tmp_path: Path) -> None:
    (tmp_path / "workspace.json").unlink()
    done = command("followups", run)
    assert done.code == 10
    assert "is told as of the clock's moment" in done.err
    assert "workspace.json" in done.err
    assert f"{run}  " in done.out

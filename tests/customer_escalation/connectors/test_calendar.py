"""Reminders in a calendar, on a real CalDAV server: written once whatever is lost on the way, and read back by a calendar library.

Radicale comes from PyPI; ``.ci/run`` installs it. Where it is not installed, these tests skip and say so.
"""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from icalendar import Calendar
from tests.customer_escalation.cli.test_act import LEAK, STOPPED, brief, listed, run_of
from tests.customer_escalation.commands import Command
from tests.deaf import deaf

from customer_escalation.cases.effects import idempotency_key
from customer_escalation.cases.entries import EffectDone
from customer_escalation.cases.journal_store import JournalStore
from customer_escalation.connectors.calendar import LOGIN, CalendarWriter, login_for
from customer_escalation.connectors.writing import Write
from skill_runtime.errors import ConnectorError

ROOT = Path(__file__).parents[3]
NAME, PASSWORD = "ada", "a b:c@d"
LONGEST_S = 300
"""After which the server is taken to hang."""
CALL = Write(
    "add_calendar_entry", {"start": "2026-03-05T09:00:00+01:00", "text": "Ask Engineering, ö; 1\nHow far?"}, "k1", "Sam"
)
SINCE = datetime(2026, 3, 4, tzinfo=UTC)


@dataclass(frozen=True)
class Server:
    """A server that is up."""

    port: int

    @property
    def host(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.port}"

    def collection(self, name: str) -> str:
        """Make a calendar of this name; returns its address."""
        address = f"http://{self.host}/{NAME}/{name}/"
        made = httpx2.request("MKCALENDAR", address, auth=(NAME, PASSWORD), timeout=LONGEST_S)
        assert made.status_code == 201, made.text
        return address

    def events(self, address: str, kind: str = "VEVENT") -> list[Any]:
        """Everything of a kind that stands in a calendar."""
        text = httpx2.get(address, auth=(NAME, PASSWORD), timeout=LONGEST_S).text
        return list(Calendar.from_ical(text).walk(kind))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    program = shutil.which(
        "radicale", path=f"{ROOT / '.ci-servers' / 'radicale' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    )
    if not program:
        pytest.skip("radicale is not installed; .ci/run installs it")
    folder = tmp_path_factory.mktemp("radicale")
    (folder / "users").write_text(f"{NAME}:{PASSWORD}\n", encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "config").write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = htpasswd\nhtpasswd_filename = {folder / 'users'}\n"
        f"htpasswd_encryption = plain\ndelay = 0\n[storage]\nfilesystem_folder = {folder / 'data'}\n",
        encoding="utf-8",
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "--config", str(folder / "config")], stdout=log, stderr=log)
        try:
            until = time.monotonic() + LONGEST_S
            while not _listens(port):
                assert process.poll() is None, (folder / "log").read_text(encoding="utf-8")
                assert time.monotonic() < until
                time.sleep(0.1)
            yield Server(port)
        finally:
            process.terminate()
            process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


async def test_an_entry_stands_there_as_it_was_meant_and_once(server: Server) -> None:
    address = server.collection("once")
    writer = CalendarWriter(address, (NAME, PASSWORD))
    writer.check(CALL)
    assert (await writer.look(CALL, SINCE)).state == "repeatable"
    first = await writer.write(CALL)
    assert (first.state, first.written) == ("done", f"{address}k1.ics")
    assert (await writer.write(CALL)).state == (await writer.look(CALL, SINCE)).state == "done"
    (event,) = server.events(address)
    assert (str(event["UID"]), str(event["SUMMARY"])) == ("k1@customer-escalation", "Ask Engineering, ö; 1")
    assert event["DTSTART"].dt == datetime(2026, 3, 5, 8, tzinfo=UTC)
    assert str(event["DESCRIPTION"]) == CALL.arguments["text"]


async def test_where_tasks_are_asked_for_it_is_a_task_that_is_due_and_stands_there_once(server: Server) -> None:
    address = server.collection("tasks")
    writer = CalendarWriter(address, (NAME, PASSWORD), tasks=True)
    assert (await writer.write(CALL)).state == (await writer.write(CALL)).state == "done"
    assert server.events(address) == []
    (task,) = server.events(address, "VTODO")
    assert (str(task["UID"]), str(task["SUMMARY"])) == ("k1@customer-escalation", "Ask Engineering, ö; 1")
    assert (task["DUE"].dt, str(task["STATUS"])) == (datetime(2026, 3, 5, 8, tzinfo=UTC), "NEEDS-ACTION")
    (alarm,) = task.walk("VALARM")
    assert (alarm["TRIGGER"].dt, alarm["TRIGGER"].params["RELATED"]) == (timedelta(), "END")


def test_a_policy_s_tasks_are_carried_out_as_such(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command, address = escalated(server, tmp_path, "due", STOPPED, monkeypatch, 'entries = "tasks"\n')
    entry = listed(command)["calendar_entry"]
    assert command("act", run_of(command), "--yes-to", entry["id"], "--by", "Ada").code == 0
    (task,) = server.events(address, "VTODO")
    assert task["DUE"].dt == datetime.fromisoformat(entry["destination"])


async def test_a_lost_answer_is_looked_for_and_the_same_call_makes_no_second_entry(server: Server) -> None:
    address = server.collection("lost")
    async with deaf(server.port) as host:
        lost = await CalendarWriter(address.replace(server.host, host), (NAME, PASSWORD)).write(CALL)
    assert lost.state == "unclear"
    writer = CalendarWriter(address, (NAME, PASSWORD))
    assert (await writer.look(CALL, SINCE)).state == (await writer.write(CALL)).state == "done"
    assert len(server.events(address)) == 1


async def test_what_the_server_refuses_or_nobody_answers_is_said_and_not_taken_for_written(server: Server) -> None:
    address = server.collection("refused")
    stranger = CalendarWriter(address, (NAME, "wrong"))
    assert (await stranger.write(CALL)).state == "refused"
    assert (await stranger.look(CALL, SINCE)).state == "unclear"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = CalendarWriter(f"http://127.0.0.1:{free.getsockname()[1]}/x/")
        gone = await nobody.write(CALL)
    assert (gone.state, "could not be reached" in gone.said) == ("refused", True)
    assert server.events(address) == []


def test_a_password_goes_to_its_own_host_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LOGIN, f"{NAME}:{PASSWORD}@dav.example:8443")
    assert login_for("https://dav.example:8443/ada/work/") == (NAME, PASSWORD)
    for other in ("https://dav.example/ada/", "https://dav.example.evil:8443/", "https://evil/dav.example:8443/"):
        assert login_for(other) is None
    monkeypatch.setenv(LOGIN, "ada")
    with pytest.raises(ConnectorError, match="USER:PASSWORD@HOST"):
        login_for("https://dav.example/")


def escalated(
    server: Server, folder: Path, name: str, given: dict[str, str], monkeypatch: pytest.MonkeyPatch, further: str = ""
) -> tuple[Command, str]:
    """The command line with a brief where the policy names a calendar, and the calendar's address."""
    address = server.collection(name)
    place = folder / "config" / "customer-escalation" / "policy.toml"
    place.parent.mkdir(parents=True)
    place.write_text(f"[reminders]\ncalendar = {json.dumps(address)}\n{further}", encoding="utf-8")
    monkeypatch.setenv(LOGIN, f"{NAME}:{PASSWORD}@{server.host}")
    return brief(folder, given), address


def test_a_reminder_is_approved_and_carried_out_once_also_where_its_outcome_was_lost(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command, address = escalated(server, tmp_path, "act", STOPPED, monkeypatch)
    entry = listed(command)["calendar_entry"]
    assert (entry["system"], entry["tool"], entry["state"]) == ("calendar", "add_calendar_entry", "waits")
    assert "reminder in the calendar" in command("act", run_of(command)).out
    assert server.events(address) == []
    done = command("act", run_of(command), "--yes-to", entry["id"], "--by", "Ada")
    assert done.code == 0, done
    journal = tmp_path / "runs" / f"{run_of(command)}.jsonl"
    lines = journal.read_text(encoding="utf-8").splitlines(keepends=True)
    assert json.loads(lines[-1])["type"] == EffectDone.kind
    journal.write_text("".join(lines[:-1]), encoding="utf-8")  # as if the process had ended before it wrote that down
    assert listed(command)["calendar_entry"]["state"] == "unclear"
    again = command("act", run_of(command), "--yes-to", entry["id"], "--by", "Ada")
    assert (again.code, listed(command)["calendar_entry"]["state"]) == (0, "done"), again
    (event,) = server.events(address)
    assert str(event["UID"]) == f"{idempotency_key(run_of(command), entry['id'])}@customer-escalation"
    file = tmp_path / "reminders.ics"
    assert command("act", run_of(command), "--ics", str(file)).code == 0
    (imported,) = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    assert imported["UID"] == event["UID"]  # imported beside it, it takes its place


def test_of_security_no_more_stands_in_the_calendar_than_that_there_is_something(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command, address = escalated(server, tmp_path, "secret", LEAK, monkeypatch)
    entry = listed(command)["calendar_entry"]
    assert command("act", run_of(command), "--yes-to", entry["id"], "--by", "Ada").code == 0
    (event,) = server.events(address)
    assert str(event["SUMMARY"]).startswith("Escalated to Security as ")
    for told in ("Vale", "mport", "T-4"):
        assert told not in event.to_ical().decode()
    assert JournalStore(tmp_path / "runs").find(run_of(command))

"""Pages: by a real Alertmanager, which tells a real receiver once, and by PagerDuty's stand-in, whatever is lost on the way.

The Alertmanager is Debian's; ``.ci/run`` installs it. Where it is not there, its tests skip and say so.
"""

import json
import queue
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.customer_escalation.cli.test_act import LEAK, STOPPED, brief, listed, run_of
from tests.customer_escalation.commands import Command
from tests.deaf import deaf
from tests.support_connectors.vendors.openapi import Reply, VendorServer
from tests.support_connectors.vendors.pagerduty import PagerDuty

from customer_escalation.cases.effects import idempotency_key
from customer_escalation.cases.entries import EffectDone
from customer_escalation.connectors.paging import KEYS, PAGERDUTY, PageWriter, key_for
from customer_escalation.connectors.writing import Write
from customer_escalation.policy.sections import Paging
from skill_runtime.errors import ConnectorError

LONGEST_S = 300
"""After which a server is taken to hang."""
CALL = Write(
    "page_on_call", {"team": "L2 Support", "text": "Critical: sign-in fails, ö\n- Look\nTickets: T-1"}, "k-1", "Sam"
)
ENGINEERING, SECURITY = "a" * 32, "b" * 32


def just_now() -> datetime:
    """The moment before a call."""
    return datetime.now(UTC)


# A real Alertmanager


@dataclass(frozen=True)
class Alertmanager:
    """One that is up, and what its receiver was told."""

    port: int
    told: "queue.Queue[dict[str, Any]]"

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def writer(self, address: str = "") -> PageWriter:
        """Pages by it."""
        return PageWriter(Paging(system="alertmanager", address=address or self.address), "")

    def alerts(self, key: str) -> list[dict[str, Any]]:
        """What it holds under a key."""
        found = httpx2.get(f"{self.address}/api/v2/alerts", timeout=LONGEST_S).json()
        return [one for one in found if one["labels"].get("escalation") == key]

    def notice(self, key: str) -> dict[str, Any]:
        """What the receiver was told of the alert with this key; waits for it."""
        while True:
            told = self.told.get(timeout=LONGEST_S)
            for one in told["alerts"]:
                if one["labels"]["escalation"] == key:
                    return dict(one)


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alertmanager]:
    program = shutil.which("prometheus-alertmanager")
    if not program:
        pytest.skip("prometheus-alertmanager is not there; .ci/run installs it")
    folder, told = tmp_path_factory.mktemp("alertmanager"), queue.Queue[dict[str, Any]]()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as receiver:
        threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        (folder / "config.yml").write_text(
            "route: {receiver: on-call, group_by: [escalation], group_wait: 0s, group_interval: 1s, repeat_interval: 4h}\n"
            f"receivers: [{{name: on-call, webhook_configs: [{{url: 'http://127.0.0.1:{receiver.server_address[1]}/'}}]}}]\n",
            encoding="utf-8",
        )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [program, f"--config.file={folder / 'config.yml'}", f"--storage.path={folder / 'data'}",
                 f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="],
                stdout=log, stderr=log,
            )  # fmt: skip
            try:
                until = time.monotonic() + LONGEST_S
                while not _is_ready(port):
                    assert process.poll() is None, (folder / "log").read_text(encoding="utf-8")
                    assert time.monotonic() < until
                    time.sleep(0.1)
                yield Alertmanager(port, told)
            finally:
                process.terminate()
                process.wait()
                receiver.shutdown()


def _is_ready(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/-/ready", timeout=LONGEST_S).is_success
    except httpx2.TransportError:
        return False


async def test_who_is_on_call_is_told_once_and_what_was_meant(alertmanager: Alertmanager) -> None:
    writer, since = alertmanager.writer(), just_now()
    writer.check(CALL)
    assert (await writer.look(CALL, since)).state == "repeatable"
    assert (await writer.write(CALL)).state == "done"
    told = alertmanager.notice("k-1")
    assert told["labels"] == {
        "alertname": "CustomerEscalation", "team": "l2_support", "severity": "critical", "escalation": "k-1",
    }  # fmt: skip
    assert told["annotations"] == {
        "summary": "Critical: sign-in fails, ö", "description": "- Look\nTickets: T-1", "asked_for_by": "Sam",
    }  # fmt: skip
    assert (await writer.write(CALL)).state == (await writer.look(CALL, since)).state == "done"
    assert len(alertmanager.alerts("k-1")) == 1
    other = Write(CALL.tool, CALL.arguments, "k-2", "Sam")
    await writer.write(other)
    assert alertmanager.notice("k-2")  # and of k-1 nothing was told in between
    assert alertmanager.told.empty()


async def test_a_lost_answer_is_looked_for(alertmanager: Alertmanager) -> None:
    call, since = Write(CALL.tool, CALL.arguments, "k-lost", "Sam"), just_now()
    async with deaf(alertmanager.port) as host:
        assert (await alertmanager.writer(f"http://{host}").write(call)).state == "unclear"
    assert (await alertmanager.writer().look(call, since)).state == "done"
    assert len(alertmanager.alerts("k-lost")) == 1


async def test_an_alert_that_may_have_ended_is_for_a_person_to_look_for(alertmanager: Alertmanager) -> None:
    call = Write(CALL.tool, CALL.arguments, "k-never", "Sam")
    found = await alertmanager.writer().look(call, just_now() - timedelta(hours=2))
    assert (found.state, "any more" in found.said) == ("unclear", True)


async def test_nobody_answering_is_no_page() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
        nobody = PageWriter(Paging(system="alertmanager", address=address), "")
        gone = await nobody.write(CALL)
        assert (gone.state, "could not be reached" in gone.said) == ("refused", True)
        assert (await nobody.look(CALL, just_now())).state == "unclear"


# PagerDuty


@pytest.fixture
def service() -> PagerDuty:
    return PagerDuty(ENGINEERING, SECURITY)


@pytest.fixture
def vendor(service: PagerDuty) -> Iterator[VendorServer]:
    with service.server() as server:
        yield server
    assert server.violations == []


def host(vendor: VendorServer) -> str:
    return vendor.url.removeprefix("http://")


def by_pagerduty(vendor: VendorServer, keys: str) -> PageWriter:
    return PageWriter(Paging(system="pagerduty", address=vendor.url), keys)


async def test_pagerduty_gets_one_alert_for_the_teams_service(vendor: VendorServer, service: PagerDuty) -> None:
    keys = f"engineering={ENGINEERING}@{host(vendor)} {SECURITY}@{host(vendor)}"
    writer, call = (
        by_pagerduty(vendor, keys),
        Write("page_on_call", {"team": "Engineering", "text": "Down\nT-1"}, "k", "Sam"),
    )
    assert (await writer.write(call)).state == (await writer.write(call)).state == "done"
    ((where, events),) = service.alerts.items()
    assert where == (ENGINEERING, "k")
    assert events[0]["payload"] == {
        "summary": "Down", "source": "customer-escalation", "severity": "critical",
        "custom_details": {"text": "T-1", "asked for by": "Sam"},
    }  # fmt: skip
    await writer.write(CALL)
    assert (SECURITY, "k-1") in service.alerts  # the key of every team that has none of its own


async def test_a_lost_answer_of_pagerduty_is_tried_again_only_while_the_alert_is_surely_open(
    vendor: VendorServer, service: PagerDuty
) -> None:
    keys, since = f"{ENGINEERING}@{host(vendor)}", just_now()
    async with deaf(int(host(vendor).rpartition(":")[2])) as where:
        assert (
            await PageWriter(Paging(system="pagerduty", address=f"http://{where}"), f"{ENGINEERING}@{where}").write(
                CALL
            )
        ).state == "unclear"
    writer = by_pagerduty(vendor, keys)
    assert (await writer.look(CALL, since)).state == "repeatable"
    assert (await writer.write(CALL)).state == "done"
    assert len(service.alerts) == 1
    late = await writer.look(CALL, since - timedelta(hours=1))
    assert (late.state, "look there" in late.said) == ("unclear", True)


@pytest.mark.parametrize(("status", "state"), [(400, "refused"), (429, "refused"), (500, "unclear")])
async def test_what_pagerduty_refuses_is_no_page(vendor: VendorServer, status: int, state: str) -> None:
    vendor.next_replies.append(Reply({"status": "x", "message": "y"}, status=status))
    writer = by_pagerduty(vendor, f"{ENGINEERING}@{host(vendor)}")
    assert (await writer.write(CALL)).state == state


def test_a_key_goes_to_its_own_host_alone() -> None:
    given = f"security={SECURITY}@events.pagerduty.com {ENGINEERING}@events.eu.pagerduty.com"
    assert key_for("Security", PAGERDUTY, given) == SECURITY
    assert key_for("Engineering", PAGERDUTY, given) == ""
    assert key_for("Engineering", "https://events.eu.pagerduty.com", given) == ENGINEERING
    assert key_for("Security", "https://events.pagerduty.com.evil", given) == ""
    with pytest.raises(ConnectorError, match="TEAM=KEY@HOST"):
        key_for("Security", PAGERDUTY, SECURITY)
    writer = PageWriter(Paging(system="pagerduty", address=""), given)
    with pytest.raises(ConnectorError, match=r"engineering=INTEGRATION_KEY@events\.pagerduty\.com"):
        writer.check(Write("page_on_call", {"team": "Engineering", "text": "x"}, "k", "Sam"))
    with pytest.raises(ConnectorError, match="team"):
        writer.check(Write("page_on_call", {"team": "", "text": "x"}, "k", "Sam"))


# A whole action


def escalated(vendor: VendorServer, folder: Path, given: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command line with a brief where the policy names PagerDuty."""
    place = folder / "config" / "customer-escalation" / "policy.toml"
    place.parent.mkdir(parents=True)
    place.write_text(f'[paging]\nsystem = "pagerduty"\naddress = "{vendor.url}"\n', encoding="utf-8")
    monkeypatch.setenv(KEYS, f"{ENGINEERING}@{host(vendor)}")
    return brief(folder, given)


def test_a_page_is_approved_and_carried_out_once_also_where_its_outcome_was_lost(
    vendor: VendorServer, service: PagerDuty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = escalated(vendor, tmp_path, STOPPED, monkeypatch)
    page = listed(command)["page"]
    assert (page["system"], page["tool"], page["destination"]) == ("pager", "page_on_call", "Engineering")
    assert page["text"].startswith("Critical: ")
    assert "page of who is on call" in command("act", run_of(command)).out
    assert not service.alerts
    assert command("act", run_of(command), "--yes-to", page["id"], "--by", "Ada").code == 0
    journal = tmp_path / "runs" / f"{run_of(command)}.jsonl"
    lines = journal.read_text(encoding="utf-8").splitlines(keepends=True)
    assert json.loads(lines[-1])["type"] == EffectDone.kind
    journal.write_text("".join(lines[:-1]), encoding="utf-8")  # as if the process had ended before it wrote that down
    again = command("act", run_of(command), "--yes-to", page["id"], "--by", "Ada")
    assert (again.code, listed(command)["page"]["state"]) == (0, "done"), again
    assert list(service.alerts) == [(ENGINEERING, idempotency_key(run_of(command), page["id"]))]


def test_of_security_a_page_says_no_more_than_that_there_is_something(
    vendor: VendorServer, service: PagerDuty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = escalated(vendor, tmp_path, LEAK, monkeypatch)
    page = listed(command)["page"]
    assert command("act", run_of(command), "--yes-to", page["id"], "--by", "Ada").code == 0
    ((event,),) = service.alerts.values()
    assert event["payload"]["summary"].startswith("Escalated to Security as ")
    for told in ("Vale", "mport", "T-4"):
        assert told not in json.dumps(event)


def test_without_a_key_nothing_is_paged_and_the_sentence_says_what_is_missing(
    vendor: VendorServer, service: PagerDuty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = escalated(vendor, tmp_path, STOPPED, monkeypatch)
    monkeypatch.delenv(KEYS)
    done = command("act", run_of(command), "--yes-to", listed(command)["page"]["id"], "--by", "Ada")
    assert done.code == 1, done
    assert KEYS in done.out + done.err
    assert not service.alerts

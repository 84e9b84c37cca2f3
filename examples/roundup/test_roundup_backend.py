"""The backend on a real tracker: the classic template, started here on a free port of this machine."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("roundup", reason="needs the tracker itself: pip install -e '.[test]'")
pytest.importorskip("roundup_backend", reason="needs this package: pip install -e '.[test]'")

from support_connectors.backend import (
    Conflict,
    InvalidInput,
    IssueFilter,
    NewIssue,
    Paging,
    PermissionDenied,
    Write,
)
from support_connectors.contract.client import calls_of, tools_of
from support_connectors.contract.report import Report
from support_connectors.contract.suite import run_suite
from support_connectors.serving import build_category_server
from support_connectors.systems import connect_system

# roundup-server refuses to run as root, as a container often does; Roundup's WSGI application does not mind.
SERVE = """
import sys
from wsgiref.simple_server import make_server
from roundup.cgi.wsgi_handler import RequestDispatcher
make_server("127.0.0.1", int(sys.argv[2]), RequestDispatcher(sys.argv[1])).serve_forever()
"""
ADMIN = "from roundup.scripts.roundup_admin import run; run()"
TITLES = (
    "Login fails after the upgrade",
    "Export of invoices times out",
    "Webhook is sent twice",
    "Invoice lacks a date",
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Settings for a tracker that holds a few issues."""
    home = tmp_path_factory.mktemp("roundup") / "tracker"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {"url": f"http://127.0.0.1:{port}", "user": "desk", "password": "desk-password"}
    mail = f"mail_domain=example.com,mail_host=localhost,mail_debug={home}.mail"
    _admin(home, "install", "classic", "sqlite", f"tracker_web={given['url']}/,{mail}")
    _admin(home, "initialise", "admin-password")
    _admin(home, "create", "user", "username=desk", "password=desk-password", "address=desk@example.com", "roles=User")
    _admin(home, "create", "user", "username=east", "password=east-password", "roles=User", "timezone=9")
    with Path(f"{home}.log").open("w") as log:
        server = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", SERVE, str(home), str(port)], stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_for(port, server)
            backend = _backend(given)
            for number, title in enumerate(TITLES):
                backend.create_issue(NewIssue("bug", title, f"Text {number}", "bug"), Write("desk"))
            yield given
        finally:
            server.terminate()
            server.wait(10)


def test_the_contract_is_kept_reading_and_writing(settings: dict[str, Any]) -> None:
    report = asyncio.run(_checked(settings))
    assert report.failures == []
    assert len([check for check in report.checks if check.outcome == "passed"]) == 20


def test_an_issue_is_made_once_for_a_key(settings: dict[str, Any]) -> None:
    backend = _backend(settings)
    new = NewIssue("bug", "Made by code", "It crashes.", "Urgent", ("billing",))
    made = backend.create_issue(new, Write("desk", "key-1"))
    assert made.priority == "urgent"
    assert [comment.text for comment in made.comments] == ["It crashes.\n\nType: bug\n\nLabels: billing"]
    assert backend.create_issue(new, Write("desk", "key-1")) == made
    assert [issue.id for issue in backend.search_issues("crashes", Paging()).items] == [made.id]
    with pytest.raises(Conflict, match="key-1"):
        backend.create_issue(NewIssue("bug", "Made by code", "It hangs.", "urgent"), Write("desk", "key-1"))
    with pytest.raises(InvalidInput, match="critical, urgent, bug, feature, wish"):
        backend.create_issue(NewIssue("bug", "Made by code", "It hangs.", "no such"), Write("desk"))


def test_times_do_not_depend_on_the_zone_of_the_account(settings: dict[str, Any]) -> None:
    east = _backend({**settings, "user": "east", "password": "east-password"})
    first = _backend(settings).list_issues(IssueFilter(), Paging(50)).items
    assert east.list_issues(IssueFilter(), Paging(50)).items == first
    made = east.create_issue(NewIssue("issue", "Made in the east", "Text", ""), Write("east"))
    assert made.created_at[:16] == made.comments[0].at[:16]
    assert [issue.status for issue in east.list_issues(IssueFilter(status="UNREAD", type="Issue"), Paging(1)).items]


def test_a_wrong_password_is_a_refusal(settings: dict[str, Any]) -> None:
    with pytest.raises(PermissionDenied):
        _backend({**settings, "password": "wrong"}).read_issue("1")


def _backend(settings: dict[str, Any]) -> Any:
    return connect_system("roundup", settings)[1]


async def _checked(settings: dict[str, Any]) -> Report:
    from mcp import Client

    system, backend = connect_system("roundup", settings)
    async with Client(build_category_server(system.category, backend)) as client:
        return await run_suite(system.category, calls_of(client), await tools_of(client), writes=True)


def _admin(home: Path, *words: str) -> None:
    subprocess.run([sys.executable, "-c", ADMIN, "-i", str(home), *words], check=True, capture_output=True)  # noqa: S603


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the tracker did not start")

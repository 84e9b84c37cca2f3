"""`watch` as a process: it tells a real webhook and a real command of the desktop, outlives a webhook that is down, and stops at once."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from tests.customer_escalation.cli.test_main import ISSUE, workspace
from tests.customer_escalation.commands import LONGEST_S, Command

CASES = Path(__file__).parents[2] / "cases"


class Hook:
    """Takes what is posted to it."""

    def __init__(self) -> None:
        self.got: Queue[dict[str, Any]] = Queue()
        self.codes: list[int] = []
        """How the next notices of what is new are answered."""
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                code = hook.codes.pop(0) if hook.codes and told["kind"] == "new" else 200
                self.send_response(code)
                self.send_header("Content-Length", "0")
                self.end_headers()
                hook.got.put({**told, "code": code})

            def log_message(self, *arguments: Any) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> "Hook":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/hook"

    def next(self, kind: str) -> dict[str, Any]:
        """The next notice of this kind."""
        while (found := self.got.get(timeout=LONGEST_S))["kind"] != kind:
            pass
        return found


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


@contextmanager
def watching(command: Command, *words: str, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    """The process; killed at the end where it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "customer_escalation", "watch", "--every", "5", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
        env=command.environment(**environment),
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def test_it_tells_webhook_and_desktop_what_a_customer_writes_and_stops_at_once(
    command: Command, tmp_path: Path
) -> None:
    file = workspace(tmp_path)
    assert command("workspace", "load", file).code == 0
    made = command(ISSUE, "--no-model", "-q")
    assert made.code in (0, 3), made.err
    run = command("list").out.split()[0]
    desktop = tmp_path / "bin"
    desktop.mkdir()
    shown = tmp_path / "shown.txt"
    sender = desktop / "notify-send"
    sender.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> {shown}\n', encoding="utf-8")
    sender.chmod(0o755)
    path = f"{desktop}{os.pathsep}{os.environ['PATH']}"
    with Hook() as hook, watching(command, run, "--webhook", hook.url, "--desktop", PATH=path) as process:
        first = hook.next("overdue")
        assert first["run"] == run
        hook.codes += [500] * 2
        records = json.loads((CASES / "08.json").read_text(encoding="utf-8"))["records"]
        ticket = records["support_platform"][1]
        for number in (1, 2, 3):
            ticket["messages"].append(
                {
                    "id": f"new-{number}",
                    "at": f"2016-10-13T16:4{number}:00Z",
                    "author": "p.web",
                    "role": "customer",
                    "text": "Still stuck.",
                }
            )
            assert command("workspace", "load", workspace(tmp_path, records=records)).code == 0
            told = hook.next("new")
            assert told["code"] == (500 if number < 3 else 200)
            assert "Still stuck." in told["text"]
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LONGEST_S)
    assert process.returncode == 130
    assert "Still stuck." in out
    assert err.count("The webhook answered with HTTP 500.") == 1
    assert "Traceback" not in err
    assert "Still stuck." in shown.read_text(encoding="utf-8")


def test_a_webhook_that_is_not_there_is_told_once(command: Command, tmp_path: Path) -> None:
    command(ISSUE, "--workspace", workspace(tmp_path), "--no-model", "-q")
    with watching(command, "--webhook", "http://127.0.0.1:9/") as process:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        assert next(line for line in lines if "webhook" in line) == "The webhook could not be reached (ConnectError).\n"
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=LONGEST_S)
    assert process.returncode == 143


def test_the_policy_names_the_webhook_and_an_option_another(command: Command, tmp_path: Path) -> None:
    command(ISSUE, "--workspace", workspace(tmp_path), "--no-model", "-q")
    own = tmp_path / "config" / "customer-escalation" / "policy.toml"
    own.parent.mkdir(parents=True)
    with Hook() as hook, Hook() as other:
        own.write_text(f'[watching]\nwebhook = "{hook.url}"\n', encoding="utf-8")
        with watching(command) as process:
            assert hook.next("overdue")["text"]
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=LONGEST_S)
        while not hook.got.empty():
            hook.got.get()
        with watching(command, "--webhook", other.url) as process:
            assert other.next("overdue")["text"]
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=LONGEST_S)
        assert hook.got.empty()
    own.write_text('[watching]\nwebhook = "http://example.com/x"\n', encoding="utf-8")
    refused = command("watch")
    assert refused.code == 2
    assert "watching.webhook" in refused.err
    assert "https:// alone" in refused.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["watch", "--webhook", "http://example.com/x"], "https://"),
        (["watch", "--webhook", "ftp://example.com"], "begins with https"),
        (["watch", "--every", "0"], "--every"),
        (["watch", "--sample", "--workspace", "x.json", "RUN"], "not both"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_before_anything_is_watched(
    command: Command, tmp_path: Path, words: list[str], sentence: str
) -> None:
    command(ISSUE, "--workspace", workspace(tmp_path), "--no-model", "-q")
    run = command("list").out.split()[0]
    done = command(*(run if word == "RUN" else word for word in words))
    assert (done.code, sentence in done.err) == (2, True), done.err


def test_a_desktop_without_notices_is_said(command: Command) -> None:
    done = command("watch", "--desktop", PATH="/no/such/folder")
    assert (done.code, "notify-send" in done.err) == (2, True)

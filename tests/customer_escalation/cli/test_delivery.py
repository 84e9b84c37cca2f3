"""Where a brief goes, and how a run that ends early is gone on with."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.customer_escalation.cli.test_main import ISSUE, workspace
from tests.customer_escalation.commands import LONGEST_S, Command


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


@pytest.mark.parametrize(
    ("out", "sentence"),
    [("", "is a folder"), ("missing/brief.md", "cannot be written: No such file or directory"), ("workspace.json/b", "cannot be")],
)  # fmt: skip
def test_a_file_that_cannot_be_written_is_told_before_the_run(
    command: Command, tmp_path: Path, out: str, sentence: str
) -> None:
    done = command(ISSUE, "--workspace", workspace(tmp_path), "--no-model", "--out", str(tmp_path / out))
    assert (done.code, done.out) == (2, "")
    assert sentence in done.err
    assert command("list").err == "No runs yet.\n"


def test_a_file_that_fails_at_the_end_is_told_with_the_run_that_keeps_the_brief(
    command: Command, tmp_path: Path
) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    done = command(ISSUE, "--workspace", workspace(tmp_path), "--no-model", "-q", "--out", str(full))
    assert done.code == 1
    found = re.search(r"No space left on device\. The brief is kept: customer-escalation show (\S+)$", done.err.strip())
    assert found
    assert "## ESCALATION" in command("show", found[1]).out


def test_a_file_is_replaced_whole_keeps_its_mode_and_is_reached_through_a_link(
    command: Command, tmp_path: Path
) -> None:
    folder = tmp_path / "briefs"
    folder.mkdir()
    kept, link = folder / "brief.md", folder / "newest.md"
    kept.write_text("what was there before", encoding="utf-8")
    kept.chmod(0o640)
    link.symlink_to(kept)
    before = kept.stat().st_ino
    done = command(ISSUE, "--workspace", workspace(tmp_path), "--no-model", "-q", "--out", str(link))
    assert (done.code in (0, 3), done.out) == (True, "")
    assert "## ESCALATION" in kept.read_text(encoding="utf-8")
    assert (kept.stat().st_ino == before, stat.S_IMODE(kept.stat().st_mode)) == (False, 0o640)
    assert link.is_symlink()
    assert sorted(folder.iterdir()) == [kept, link]


def test_without_a_key_and_without_the_fallback_there_is_no_run(command: Command) -> None:
    done = command(ISSUE, "--sample", "--no-fallback")
    assert (done.code, done.out) == (6, "")
    assert "--no-fallback" in done.err
    assert command("list").err == "No runs yet.\n"


@pytest.mark.parametrize(
    ("heeds_interrupts", "number", "code"),
    [(True, signal.SIGINT, 130), (True, signal.SIGTERM, 143), (False, signal.SIGTERM, 143)],
    ids=["interrupted", "ended", "ended in the background"],
)
def test_an_interrupted_run_says_how_to_go_on_and_goes_on(
    command: Command, tmp_path: Path, number: signal.Signals, code: int, *, heeds_interrupts: bool
) -> None:
    def begin() -> None:  # a job in the background is started deaf to SIGINT, and so are its children
        signal.signal(signal.SIGINT, signal.SIG_DFL if heeds_interrupts else signal.SIG_IGN)

    with socket.create_server(("127.0.0.1", 0)) as model:
        url = f"http://127.0.0.1:{model.getsockname()[1]}"
        process = subprocess.Popen(
            [sys.executable, "-m", "customer_escalation", ISSUE, "--workspace", workspace(tmp_path)],
            env=command.environment(ANTHROPIC_API_KEY="a-key", ANTHROPIC_BASE_URL=url),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=begin,
        )  # fmt: skip
        asked, _ = model.accept()  # the model is asked now, and never answers
        with asked:
            process.send_signal(number)
            out, told = process.communicate(timeout=LONGEST_S)
    assert (process.returncode, out) == (code, "")
    found = re.search(r"Stopped\. .*Go on with: customer-escalation run --resume (\S+)\n$", told)
    assert found
    assert "Traceback" not in told
    assert f"run --resume {found[1]}" in command("show", found[1]).err
    resumed = command("run", "--resume", found[1])  # no key now: by rules
    assert resumed.code in (0, 3)
    assert "## ESCALATION" in resumed.out


def test_a_run_that_was_stopped_by_what_can_be_mended_says_how_to_go_on(command: Command, tmp_path: Path) -> None:
    broken = workspace(tmp_path, connectors={"support_platform": "error: the token has expired"})
    done = command(ISSUE, "--workspace", broken, "--no-model", "-q")
    assert done.code == 4
    found = re.search(r"When it can go on: customer-escalation run --resume (\S+)\n", done.err)
    assert found
    workspace(tmp_path, connectors={})
    assert "## ESCALATION" in command("run", "--resume", found[1], "-q").out


def test_the_list_has_dates_a_limit_and_the_width_of_the_terminal(command: Command, tmp_path: Path) -> None:
    file, long = workspace(tmp_path), f"{ISSUE}\nsecond line 登录失败 " + "and so on " * 40
    for issue in (ISSUE, long, ISSUE):
        command(issue, "--workspace", file, "--no-model", "-q")
    rows = command("list").out.splitlines()
    assert len(rows) == 3
    assert all(re.match(r"\d{8}-\d{6}-\w{6}  \d{4}-\d\d-\d\d \d\d:\d\d  \w+ ", row) for row in rows)
    assert command("list", "--limit", "1").out.splitlines() == rows[:1]
    assert command("list", "--limit", "0").code == 2
    for columns in ("60", "100", "200"):
        lines = on_a_window(command, columns, "list")
        assert max(map(width, lines)) <= int(columns)
        assert sum(line.startswith("20") for line in lines) == 3


def on_a_window(command: Command, columns: str, *words: str) -> list[str]:
    """What is written to a terminal of this width."""
    ours, its = os.openpty()
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        process = subprocess.Popen(
            [sys.executable, "-m", "customer_escalation", *words],
            stdout=its, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=command.environment(COLUMNS=columns),
        )  # fmt: skip
        os.close(its)
        shown = bytearray()
        try:
            while piece := terminal.read(65_536):
                shown += piece
        except OSError:  # a terminal's way to tell its end
            pass
        process.wait(timeout=LONGEST_S)
    return shown.decode().split("\r\n")[:-1]


def width(line: str) -> int:
    return sum(2 if "\u2e80" <= char <= "\u9fff" else 1 for char in line)

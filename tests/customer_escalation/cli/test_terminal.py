"""A terminal gets the brief drawn, a pipe gets its markdown."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from tests.customer_escalation.cli.test_main import ISSUE, workspace
from tests.customer_escalation.commands import LONGEST_S, Command


def on_a_terminal(command: Command, *arguments: str) -> str:
    """What the command writes to a terminal that it runs on."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "customer_escalation", *arguments],
        stdout=its, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env=command.environment(NO_COLOR="1", TERM="xterm"),
    )  # fmt: skip
    os.close(its)
    shown = bytearray()
    try:
        while piece := _read(ours):
            shown += piece
    finally:
        os.close(ours)
    process.communicate(timeout=LONGEST_S)
    return re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    """The next piece; nothing at the end, which a terminal tells as an error."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


def test_a_terminal_gets_the_brief_drawn_and_a_pipe_gets_its_markdown(tmp_path: Path) -> None:
    command = Command(tmp_path)
    run = command(ISSUE, "--no-model", "--workspace", workspace(tmp_path))
    assert "\n### Impact\n" in run.out
    name = command("list").out.split()[0]
    drawn = on_a_terminal(command, "show", name)
    assert "\n Impact" in drawn
    assert "###" not in drawn
    assert "**" not in drawn
    assert "\n### Impact\n" in on_a_terminal(command, "show", name, "--format", "md")
    assert "\n Impact" in command("show", name, "--format", "terminal").out

"""A person at a terminal: a command on a terminal of a given size, with answers typed at its prompts."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence

from tests.customer_escalation.commands import LONGEST_S, Command, Done

_DRAWN = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
PROMPT = "> "
INTERRUPT = "Ctrl-C"
"""A key that interrupts."""


def typed(
    command: Command, *arguments: str, keys: Sequence[str], size: tuple[int, int] = (80, 24), **environment: str
) -> Done:
    """Run the command to its end, each of ``keys`` typed when it waits for a line; ``size`` is columns and lines."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    own = {
        name: value
        for name, value in command.environment(TERM="xterm", NO_COLOR="1", **environment).items()
        if name not in ("COLUMNS", "LINES")
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "customer_escalation", *arguments],
        stdin=its, stdout=its, stderr=subprocess.PIPE, env=own, start_new_session=True,
    )  # fmt: skip
    os.close(its)
    shown, left = bytearray(), list(keys)
    seen = 0
    try:
        while piece := _next(ours, process):
            shown += piece
            if left and _DRAWN.sub("", shown[seen:].decode("utf-8", "ignore")).endswith(f"\r\n{PROMPT}"):
                seen = len(shown)
                key = left.pop(0)
                if key == INTERRUPT:
                    process.send_signal(signal.SIGINT)
                else:
                    os.write(ours, f"{key}\n".encode())
    finally:
        os.close(ours)
    _, err = process.communicate(timeout=LONGEST_S)
    text = _DRAWN.sub("", shown.decode()).replace("\r\n", "\n")
    assert not left, f"It ended before {left} were asked for:\n{text}\n{err.decode()}"
    return Done(process.returncode, text, err.decode())


def _next(terminal: int, process: "subprocess.Popen[bytes]") -> bytes:
    """What is written next; nothing at the end, which a terminal tells as an error."""
    ready, _, _ = select.select([terminal], [], [], LONGEST_S)
    if not ready:
        process.kill()
        raise AssertionError("it waits for an answer that the test does not give")
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""

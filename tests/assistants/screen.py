"""What a person sees of a client on a terminal, and types."""

import os
import pty
import re
import select
import struct
import subprocess
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import ioctl
from pathlib import Path

from tests.assistants.clients import LONGEST_S

_CONTROL = re.compile(
    r"\x1b\[[0-9;?<>=]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\\\)|\x1b[@-Z\\\\^_=>()][0-9A-B]?|\r"
)


class Screen:
    """A terminal with a client in it, as tall as everything that is drawn."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._drawn = b""

    @property
    def words(self) -> str:
        """All that was drawn, without what only moves and colours it; blanks and frames between words are one space."""
        plain = _CONTROL.sub(" ", self._drawn.decode(errors="replace"))
        return " ".join(re.sub(r"[\u2500-\u257f]", " ", plain).split())

    def wait(self, until: Callable[[str], bool]) -> str:
        """Read until it says so of the words; the words."""
        while not until(self.words):
            assert select.select([self._descriptor], [], [], LONGEST_S)[0], self.words[-2000:]
            self._drawn += os.read(self._descriptor, 65_536)
        return self.words

    def type(self, keys: str) -> None:
        """Type."""
        os.write(self._descriptor, keys.encode())


@contextmanager
def on_screen(command: list[str], environment: dict[str, str], folder: Path) -> Iterator[Screen]:
    """The client on a terminal of 200 lines."""
    outer, inner = pty.openpty()
    ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 200, 150, 0, 0))
    process = subprocess.Popen(
        command, env={**environment, "TERM": "xterm-256color"}, cwd=folder, stdin=inner, stdout=inner, stderr=inner,
        start_new_session=True,
    )  # fmt: skip
    os.close(inner)
    try:
        yield Screen(outer)
    finally:
        process.kill()
        process.wait(timeout=LONGEST_S)
        os.close(outer)

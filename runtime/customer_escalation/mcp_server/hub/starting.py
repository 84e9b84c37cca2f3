"""Starting the hub, and before it the environment that it runs in. Standard library alone."""

# ruff: noqa: PTH101, PTH103, PTH108, PTH109, PTH110, PTH118, PTH123 - pathlib takes longer to load than all else here

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from typing import IO

MODULE = "customer_escalation.mcp_server.hub"


class Unstartable(Exception):
    """The hub cannot be started; the message is a sentence for the person who can mend it."""


class Session:
    """The hub of one user, one client process and one folder: the first relay starts it, and it ends with the last one."""

    def __init__(self, python: str) -> None:
        """``python``: that of the environment. Raises ``Unstartable``."""
        self._python = python
        self._folder = _own_folder()
        self._here = os.getcwd()
        self._of = f"{os.getppid()} {self._here} {python}"

    @property
    def _name(self) -> str:
        import hashlib

        return hashlib.sha256(self._of.encode()).hexdigest()[:16]

    @property
    def log(self) -> str:
        """Where the hub writes what it has to say."""
        return os.path.join(self._folder, f"{self._name}.log")

    def connected(self) -> "socket.socket":
        """A connection to the hub, which is started where there is none. Raises ``OSError``."""
        import fcntl
        import socket  # late, as all that a client's first question does not need

        os.chdir(self._folder)  # a socket's whole path may be longer than the system takes
        try:
            with open(f"{self._name}.lock", "w", encoding="utf-8") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                client = socket.socket(socket.AF_UNIX)
                try:
                    client.connect(f"{self._name}.sock")
                except OSError:  # none yet, or one that was killed
                    self._start()
                    client.connect(f"{self._name}.sock")
                return client
        finally:
            os.chdir(self._here)

    def last_words(self) -> str:
        """The end of what the hub wrote, in one line; empty where it wrote nothing."""
        try:
            with open(self.log, encoding="utf-8", errors="replace") as file:
                lines = [line.strip() for line in file if line.strip()]
        except OSError:
            return ""
        return lines[-1] if lines else ""

    def _start(self) -> None:
        """Listen, and hand the socket to a new hub: whoever connects before it is up waits in the queue."""
        import socket
        import subprocess

        name = f"{self._name}.sock"
        if os.path.exists(name):
            os.unlink(name)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(name)
        os.chmod(name, 0o600)
        listener.listen(32)
        command = [self._python, "-P", "-m", MODULE, str(listener.fileno()), os.path.join(self._folder, name)]
        with open(self.log, "w", encoding="utf-8") as log:  # a client's own standard error must end with its relay
            subprocess.Popen(
                command, cwd=self._here, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=[listener.fileno()],
                start_new_session=True,
            )  # fmt: skip
        listener.close()


class Preparation:
    """The environment being made, by the launcher, which lets one build for all who wait."""

    def __init__(self, launcher: str) -> None:
        import subprocess

        self._process = subprocess.Popen(
            ["sh", launcher, "--prepare"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        assert self._process.stderr is not None
        self.said: IO[bytes] = self._process.stderr
        self.words = ""
        """The line that was said last."""

    def heard(self) -> bytes:
        """What it said now; empty at its end."""
        piece = os.read(self.said.fileno(), 65_536)
        lines = [line for line in piece.decode(errors="replace").splitlines() if line.strip()]
        self.words = lines[-1].strip() if lines else self.words
        return piece

    def ended_well(self) -> bool:
        """Whether the environment is there, after the last word. Waits for the end."""
        self.said.close()
        return self._process.wait() == 0


def _own_folder() -> str:
    """A folder that only this user can enter."""
    import stat

    root = os.environ.get("XDG_RUNTIME_DIR") or os.environ.get("TMPDIR") or "/tmp"  # noqa: S108 - checked below
    folder = os.path.join(root, f"customer-escalation-{os.getuid()}")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        found = os.lstat(folder)
    except OSError as error:
        raise Unstartable(f"{folder} cannot be made: {error.strerror}.") from error
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077 or not stat.S_ISDIR(found.st_mode):
        raise Unstartable(f"{folder} is open to others; remove it.")
    return folder

"""The relay: passes a client's lines to the hub of its session and back. Run as a file, with nothing but the standard library.

    python -I -S relay.py SERVER

The hub is one of this user, this client process and this folder; the first relay starts it, and it ends with the last one.
"""

import fcntl
import hashlib
import os
import select
import socket
import stat
import subprocess
import sys
import tempfile

CHUNK = 65_536
USAGE = 2


def main() -> int:
    """Relay until either side ends. Exit code 2: the hub refused the server, and said why."""
    if len(sys.argv) != 2:
        sys.stderr.write("usage: relay.py SERVER\n")
        return USAGE
    hub = connected()
    hub.sendall(sys.argv[1].encode() + b"\n")
    answer = first_line(hub)
    if answer != b"ok":
        log = os.path.join(*session_place()) + ".log"  # noqa: PTH118
        sys.stderr.write(
            f"customer-escalation: {answer.decode(errors='replace') or f'the servers ended (see {log})'}\n"
        )
        return USAGE
    pump(hub)
    return 0


def connected() -> socket.socket:
    """A connection to the hub, which is started where there is none."""
    here = os.getcwd()  # noqa: PTH109 - pathlib takes longer to load than all else here
    folder, name = session_place()
    os.chdir(folder)  # a socket's whole path may be longer than the system takes
    try:
        with open(f"{name}.lock", "w") as lock:  # noqa: PTH123
            fcntl.flock(lock, fcntl.LOCK_EX)
            client = socket.socket(socket.AF_UNIX)
            try:
                client.connect(f"{name}.sock")
            except OSError:  # none yet, or one that was killed
                start_hub(folder, f"{name}.sock", here)
                client.connect(f"{name}.sock")
            return client
    finally:
        os.chdir(here)


def start_hub(folder: str, name: str, here: str) -> None:
    """Listen, and hand the socket to a new hub: whoever connects before it is up waits in the queue."""
    if os.path.exists(name):  # noqa: PTH110
        os.unlink(name)  # noqa: PTH108
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(name)
    os.chmod(name, 0o600)  # noqa: PTH101
    listener.listen(32)
    path = os.path.join(folder, name)  # noqa: PTH118
    command = [sys.executable, "-m", "customer_escalation.mcp_server.hub", str(listener.fileno()), path]
    with open(f"{name[:-5]}.log", "w") as log:  # noqa: PTH123 - a client's own standard error must end with its relay
        subprocess.Popen(
            command, cwd=here, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=[listener.fileno()],
            start_new_session=True,
        )  # fmt: skip
    listener.close()


def session_place() -> tuple[str, str]:
    """A folder that only this user can enter, and the beginning of the names of this session's files in it."""
    folder = os.path.join(  # noqa: PTH118
        os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir(), f"customer-escalation-{os.getuid()}"
    )
    os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
    found = os.lstat(folder)
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077 or not stat.S_ISDIR(found.st_mode):
        raise SystemExit(f"customer-escalation: {folder} is open to others; remove it.")
    session = f"{os.getppid()} {os.getcwd()} {sys.executable}"  # noqa: PTH109
    return folder, hashlib.sha256(session.encode()).hexdigest()[:16]


def first_line(hub: socket.socket) -> bytes:
    """The hub's answer, without what follows it; empty where it is gone."""
    line = b""
    while not line.endswith(b"\n"):
        piece = hub.recv(1)
        if not piece:
            return line
        line += piece
    return line[:-1]


def pump(hub: socket.socket) -> None:
    """Both directions, until the hub has said all."""
    sources = {0: hub.fileno(), hub.fileno(): 1}
    while hub.fileno() in sources:
        for source in select.select(list(sources), [], [])[0]:
            piece = os.read(source, CHUNK)
            if piece:
                write_all(sources[source], piece)
                continue
            del sources[source]
            if source == 0:  # the client is done; the hub may still answer
                hub.shutdown(socket.SHUT_WR)


def write_all(target: int, data: bytes) -> None:
    """Write everything, however little is taken at a time."""
    while data:
        data = data[os.write(target, data) :]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except (BrokenPipeError, ConnectionError):
        sys.exit(1)

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
        sys.stderr.write(f"customer-escalation: {answer.decode(errors='replace') or 'the server process ended'}\n")
        return USAGE
    pump(hub)
    return 0


def connected() -> socket.socket:
    """A connection to the hub, which is started where there is none."""
    place = session_place()
    with open(f"{place}.lock", "w") as lock:  # noqa: PTH123 - pathlib takes longer to load than all else here
        fcntl.flock(lock, fcntl.LOCK_EX)
        client = socket.socket(socket.AF_UNIX)
        try:
            client.connect(f"{place}.sock")
        except OSError:  # none yet, or one that was killed
            start_hub(f"{place}.sock")
            client.connect(f"{place}.sock")
        return client


def start_hub(path: str) -> None:
    """Listen, and hand the socket to a new hub: whoever connects before it is up waits in the queue."""
    if os.path.exists(path):  # noqa: PTH110
        os.unlink(path)  # noqa: PTH108
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    os.chmod(path, 0o600)  # noqa: PTH101
    listener.listen(32)
    subprocess.Popen(
        [sys.executable, "-m", "customer_escalation.hub", str(listener.fileno()), path],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=[listener.fileno()], start_new_session=True,
    )  # fmt: skip
    listener.close()


def session_place() -> str:
    """Beginning of the names of this session's files, in a folder that only this user can enter."""
    folder = os.path.join(  # noqa: PTH118
        os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir(), f"customer-escalation-{os.getuid()}"
    )
    os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
    found = os.lstat(folder)
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077 or not stat.S_ISDIR(found.st_mode):
        raise SystemExit(f"customer-escalation: {folder} is open to others; remove it.")
    session = f"{os.getppid()} {os.getcwd()} {sys.executable}"  # noqa: PTH109
    return os.path.join(folder, hashlib.sha256(session.encode()).hexdigest()[:16])  # noqa: PTH118


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

"""The standard library's IMAP client under guard: bounded time and bytes for each answer, TLS, logging in, tries again.

Not through IMAPClient 4.1: it stands on the same client but reads literals of any length into memory, bounds each read instead
of each answer, fails for a whole list because of one strange name or row, and sends line ends in searched words as commands.
"""

import imaplib
import re
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from threading import BoundedSemaphore
from typing import Any, Literal, TypeVar

from pydantic import SecretStr, model_validator

from support_connectors.backend import BackendError, PermissionDenied, RateLimited, Unavailable
from support_connectors.remote.guard import SystemSettings, secret, too_long, too_slow, unreachable, unreadable

T = TypeVar("T")
TITLE = "The mailbox"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
AT_ONCE = 4
"""Connections at the same time; some servers take few."""
PAUSE_S = 0.2
"""Seconds before another try."""
CHUNK = 65_536


class ImapSettings(SystemSettings):
    """Where the mailbox is and how it knows us: user and password, or user and a token of OAuth."""

    host: str
    port: int | None = None
    """None for the usual one: 993 with TLS from the start, else 143."""
    user: str
    password: SecretStr | None = None
    token: SecretStr | None = None
    """An access token, for servers that take no passwords."""
    tls: Literal["on", "starttls", "none"] | None = None
    """``none`` sends everything in the clear. Where nothing is said: ``none`` for this machine's own addresses, else ``on``."""
    check_certificate: bool = True
    ca_file: str | None = None
    """Certificates to trust beside the system's own."""
    sender: str = ""
    """The address that drafts are from; the user, where that is an address, if none is set."""
    folders: tuple[str, ...] = ()
    """Only these folders, as their names are shown; all but spam and bin where none are named."""

    @model_validator(mode="after")
    def _check(self) -> "ImapSettings":
        if not self.password and not self.token:
            raise ValueError("needs a password or a token")
        return self

    @property
    def security(self) -> str:
        """How the connection is secured."""
        return self.tls or ("none" if self.host in LOOPBACK else "on")


class Wire(imaplib.IMAP4):
    """One connection, logged in. Each answer is bounded, and all of them by the moment ``until``."""

    def __init__(self, settings: ImapSettings, until: float) -> None:
        self._settings = settings
        self._limits = settings.guard
        self._last = until
        self._next = min(time.monotonic() + self._limits.timeout_s, until)
        self._buffer = bytearray()
        self._source: socket.socket | None = None
        self._taken = 0
        port = settings.port or (993 if settings.security == "on" else 143)
        super().__init__(settings.host, port, timeout=max(0.01, self._next - time.monotonic()))

    def secure_and_log_in(self) -> None:
        """Make the connection ready. Raises ``PermissionDenied`` where the mailbox does not take our credentials."""
        if self._settings.security == "starttls":
            self.starttls(self._context())
        user, password, token = self._settings.user, secret(self._settings.password), secret(self._settings.token)
        try:
            if token and "AUTH=OAUTHBEARER" in self.capabilities and "AUTH=XOAUTH2" not in self.capabilities:
                identity = user.replace("=", "=3D").replace(",", "=2C")
                shown = iter((f"n,a={identity},\1auth=Bearer {token}\1\1".encode(),))
                self.authenticate("OAUTHBEARER", lambda _: next(shown, b"\1"))
            elif token:
                said = iter((f"user={user}\1auth=Bearer {token}\1\1".encode(),))
                self.authenticate("XOAUTH2", lambda _: next(said, b""))
            elif "AUTH=PLAIN" in self.capabilities:
                self.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
            else:
                self.login(quoted(user), password)
        except self.abort:
            raise
        except UnicodeError:
            raise PermissionDenied(f"{TITLE} takes only letters of ASCII in a user's name and password.") from None
        except self.error as error:
            raise refusal(said_of(error), PermissionDenied, "refused our credentials") from error
        able = must(self.capability())[-1] or b""  # servers say more after the log-in
        self.capabilities = tuple(str(able, "ascii", "replace").upper().split())

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._settings.ca_file:
            context.load_verify_locations(self._settings.ca_file)
        if not self._settings.check_certificate:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """See ``IMAP4``."""
        super().open(host, port, timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a literal and its end are two writes
        if self._settings.security == "on":
            self.file.close()  # we read from the socket itself
            try:
                self.sock = self._context().wrap_socket(self.sock, server_hostname=host)
            except BaseException:
                self.sock.close()
                raise

    def send(self, data: Any) -> None:
        """See ``IMAP4``. The next answer's time begins."""
        self._next = min(time.monotonic() + self._limits.timeout_s, self._last)
        self._taken = 0
        self.sock.settimeout(max(0.01, self._next - time.monotonic()))
        super().send(data)

    def read(self, size: int) -> bytes:
        """See ``IMAP4``."""
        if size > self._limits.max_bytes:
            raise too_long(TITLE, self._limits.max_bytes)
        while len(self._buffer) < size:
            if not self._receive():
                raise self.abort("the connection broke off")
        return self._cut(size)

    def readline(self) -> bytes:
        """See ``IMAP4``."""
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if not self._receive():
                return b""
        return self._cut(end + 1)

    def _cut(self, size: int) -> bytes:
        part = bytes(self._buffer[:size])
        del self._buffer[:size]
        return part

    def _receive(self) -> bool:
        """Take what has come; False where the server is done."""
        if self._source is not self.sock:  # what came before TLS does not count after it
            self._source = self.sock
            self._buffer.clear()
        left = self._next - time.monotonic()
        if left <= 0:
            raise too_slow(TITLE, self._limits.timeout_s)
        self.sock.settimeout(left)
        try:
            part = self.sock.recv(CHUNK)
        except TimeoutError as error:
            raise too_slow(TITLE, self._limits.timeout_s) from error
        self._buffer += part
        self._taken += len(part)
        if self._taken > self._limits.max_bytes:
            raise too_long(TITLE, self._limits.max_bytes)
        return bool(part)


class Wires:
    """Connections to one mailbox, a new one for each call. Safe to use from several threads at once."""

    def __init__(self, settings: ImapSettings) -> None:
        self._settings = settings
        self._slots = BoundedSemaphore(AT_ONCE)

    def run(self, work: Callable[[Wire], T], *, reads: bool = True) -> T:
        """Give ``work`` a connection and return what it gives; what only reads is tried again where the connection breaks.

        Whatever goes wrong is a ``BackendError``.
        """
        limits = self._settings.guard
        until = time.monotonic() + limits.total_s
        if not self._slots.acquire(timeout=limits.total_s):
            raise too_slow(TITLE, limits.total_s)
        try:
            for left in reversed(range(limits.attempts)):
                started: list[bool] = []
                try:
                    return self._once(work, until, started)
                except TimeoutError as error:
                    raise too_slow(TITLE, limits.timeout_s) from error
                except (imaplib.IMAP4.abort, OSError, EOFError) as error:
                    late = time.monotonic() + PAUSE_S > until
                    if not left or late or (started and not reads):
                        raise unreachable(TITLE, said_of(error)) from error
                except imaplib.IMAP4.error as error:
                    raise refusal(said_of(error), Unavailable, "failed") from error
                except UnicodeError as error:
                    raise unreadable(TITLE, error) from error
                time.sleep(PAUSE_S)
            raise too_slow(TITLE, limits.total_s)
        finally:
            self._slots.release()

    def _once(self, work: Callable[[Wire], T], until: float, started: list[bool]) -> T:
        try:
            wire = Wire(self._settings, until)
        except ssl.SSLCertVerificationError as error:
            raise Unavailable(
                f"{TITLE} shows a certificate that is not trusted ({error.verify_message}). Set ca_file to the one that signed it."
            ) from error
        try:
            wire.secure_and_log_in()
            started.append(True)
            result = work(wire)
            with suppress(BackendError, imaplib.IMAP4.error, OSError):
                wire.logout()
            return result
        finally:
            with suppress(OSError):
                wire.shutdown()


def must(answer: tuple[str, list[Any]]) -> list[Any]:
    """The data of an answer. Raises where the mailbox says no."""
    status, data = answer
    if status != "OK":
        raise refusal(said_of(data[0] if data else status), Unavailable, "failed")
    return data


def refusal(said: str, otherwise: type[BackendError], verb: str) -> BackendError:
    """The error that the mailbox's own words mean; response codes (RFC 5530) say more than the status."""
    code = found[1] if (found := re.search(r"\[([A-Z-]+)", said)) else ""
    if code in ("UNAVAILABLE", "INUSE", "SERVERBUG", "CONTACTADMIN"):
        return Unavailable(f"{TITLE} failed: {said}.")
    if code == "LIMIT" or "too many" in said.casefold():
        return RateLimited(f"{TITLE} wants fewer calls: {said}.")
    if code in ("NOPERM", "AUTHORIZATIONFAILED", "OVERQUOTA"):
        return PermissionDenied(f"{TITLE} does not let our account do this: {said}.")
    return otherwise(f"{TITLE} {verb}: {said}.")


def said_of(error: object) -> str:
    """What an answer or an error says, on one line."""
    text = error.decode(errors="replace") if isinstance(error, bytes) else str(error)
    return " ".join(re.sub(r"^b(['\"])(.*)\1$", r"\2", text.strip()).split()).rstrip(".")[:200] or type(error).__name__


def quoted(text: str) -> str:
    """A text as a quoted string of IMAP; it cannot end itself."""
    cleaned = re.sub(r"[\r\n\0]", " ", text)
    return '"' + cleaned.replace("\\", "\\\\").replace('"', '\\"') + '"'

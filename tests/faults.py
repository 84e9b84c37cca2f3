"""A reverse proxy that spoils answers on purpose: what networks and overloaded systems do, over a real socket."""

import http.client
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

Fault = Literal[
    "none", "refused", "hung", "slow", "401", "403", "404", "429", "500", "malformed", "cut", "10 MB", "10,000 results"
]
FAULTS: tuple[Fault, ...] = tuple(fault for fault in get_args(Fault) if fault != "none")
HOLD_S = 300.0
"""How long a hung or slow answer is held at most: far longer than any client may wait. It ends when the proxy stops."""


class FaultProxy:
    """Stands before ``upstream`` (``http://127.0.0.1:PORT``) on a free loopback port for the length of a ``with``.

    ``fault`` may be changed at any time. Without an upstream every request is answered with an empty JSON object.
    ``many`` is what "10,000 results" answers: JSON of the system's own form with 10,000 items; None passes on.
    """

    def __init__(self, upstream: str | None = None, fault: Fault = "none", many: Any = None) -> None:
        self.upstream = upstream
        self.fault: Fault = fault
        self.many = many
        self.requests: list[str] = []
        """Method and path of every request, in order."""
        self.only = ""
        """Spoil only requests whose path contains this."""
        self.stopping = threading.Event()
        self.waited_out: list[str] = []
        """Requests whose client waited for the end of ``HOLD_S``; leaving the ``with`` then fails."""
        self._http = _Http(self)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """The address to give to a client; nothing listens there where the fault is "refused"."""
        if self.fault == "refused":
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                return f"http://127.0.0.1:{free.getsockname()[1]}"
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> "FaultProxy":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
        assert not self.waited_out, f"nobody bounded {self.waited_out}: they were held for {HOLD_S:.0f} s"


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, proxy: FaultProxy) -> None:
        self.proxy = proxy
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Quiet."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        proxy = self.server.proxy
        proxy.requests.append(f"{self.command} {self.path}")
        fault = proxy.fault if proxy.only in self.path else "none"
        match fault:
            case "hung":
                if not proxy.stopping.wait(HOLD_S):
                    proxy.waited_out.append(f"{self.command} {self.path}")
                self.close_connection = True
            case "slow":
                self._drip()
            case "401" | "403" | "404" | "500":
                self._answer(int(fault), b'{"message": "as the test wants it"}')
            case "429":
                self._answer(429, b'{"message": "slow down"}', {"Retry-After": "60"})
            case "malformed":
                self._answer(200, b'<html><body>Log in to the network</body></html>{"items": [')
            case "cut":
                self._cut()
            case "10 MB":
                self._answer(200, b'{"items": "' + b"x" * 10_000_000 + b'"}')
            case "10,000 results" if proxy.many is not None:
                self._answer(200, json.dumps(proxy.many).encode())
            case _:
                self._pass_on(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_PROPFIND = do_SEARCH = do_REPORT = _serve
    do_OPTIONS = do_MKCOL = do_MOVE = _serve

    def _answer(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _drip(self) -> None:
        """One byte every tenth of a second: never silent for long, never done."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "100000")
        self.end_headers()
        until = time.monotonic() + HOLD_S
        while not self.server.proxy.stopping.wait(0.1):
            if time.monotonic() > until:
                self.server.proxy.waited_out.append(f"{self.command} {self.path}")
                break
            self.wfile.write(b" ")
            self.wfile.flush()
        self.close_connection = True

    def _cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(b'{"items": [{"id": 1')
        self.wfile.flush()
        self.close_connection = True

    def _pass_on(self, body: bytes) -> None:
        upstream = self.server.proxy.upstream
        if upstream is None:
            return self._answer(200, b"{}")
        place = urlsplit(upstream)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=HOLD_S)
        try:
            headers = {key: value for key, value in self.headers.items() if key.lower() not in ("connection",)}
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)
        finally:
            connection.close()
        return None

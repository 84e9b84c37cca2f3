"""A reverse proxy that lets a write through and then spoils its answer: the worst moments of a call that changes something."""

import http.client
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

Moment = Literal["lost after", "hung after", "500 after", "cut after", "lost before", "500 before"]
MOMENTS: tuple[Moment, ...] = get_args(Moment)
Writes = Callable[[str, str, bytes], bool]
"""Whether a request (method, path with query, body) writes."""
HOLD_S = 300.0


class LateFaultProxy:
    """Stands before ``upstream`` on a free loopback port for the length of a ``with``; all but writes pass as they are."""

    def __init__(self, upstream: str, writes: Writes) -> None:
        self.upstream = upstream
        self.writes = writes
        self.moment: Moment | None = None
        """Spoils the answer to each write; None for none."""
        self.carried = 0
        """Writes that the upstream took."""
        self.stopping = threading.Event()
        self._http = _Http(self)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """The address to give to a client."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> "LateFaultProxy":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, proxy: LateFaultProxy) -> None:
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
        writing = proxy.writes(self.command, self.path, body)
        moment = proxy.moment if writing else None
        if moment == "lost before":
            self.close_connection = True
            return
        if moment == "500 before":
            self._answer(500, b'{"message": "as the test wants it"}')
            return
        status, headers, content = self._passed(body)
        proxy.carried += writing and status < 400
        if moment == "lost after":
            self.close_connection = True
        elif moment == "hung after":
            proxy.stopping.wait(HOLD_S)
            self.close_connection = True
        elif moment == "500 after":
            self._answer(500, b'{"message": "as the test wants it"}')
        elif moment == "cut after":
            self._answer(status, content[: len(content) // 2], length=len(content) + 10)
            self.close_connection = True
        else:
            self._answer(status, content, headers)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve

    def _answer(
        self, status: int, content: bytes, headers: list[tuple[str, str]] | None = None, length: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in headers or [("Content-Type", "application/json")]:
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _passed(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        place = urlsplit(self.server.proxy.upstream)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=HOLD_S)
        try:
            headers = {key: value for key, value in self.headers.items() if key.lower() != "connection"}
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            own = self.server.proxy.url.encode()  # links in answers lead through here
            return answer.status, answer.getheaders(), answer.read().replace(self.server.proxy.upstream.encode(), own)
        finally:
            connection.close()

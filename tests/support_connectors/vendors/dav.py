"""A small WebDAV server in memory, for what a real one cannot be made to do: RFC 4918 as far as the backend uses it.

Depth infinity may be refused or be taken for 1, folders may be closed, files change, preconditions be ignored.
"""

import threading
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape


@dataclass
class Dav:
    """The server; its address is there for the length of a ``with``."""

    files: dict[str, bytes]
    """Content by path, without a slash at the beginning. Folders are there because files are in them."""
    infinity: Literal["whole", "refused", "shallow"] = "refused"
    base: str = "/dav/files/maya ö"
    types: dict[str, str] = field(default_factory=dict)
    """Media types by path; others are octets."""
    closed: frozenset[str] = frozenset()
    """Folders that answer 403."""
    heeds_conditions: bool = True
    heeds_ranges: bool = True
    whole_links: bool = False
    """Whether answers hold whole addresses, of a host that only the server knows, instead of paths."""
    sizes: dict[str, int] = field(default_factory=dict)
    """Sizes that are told instead of the true ones."""
    instead: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    """Answers to requests, by ``METHOD path``."""
    folders: set[str] = field(default_factory=set)
    """Made by MKCOL."""
    modified: dict[str, float] = field(default_factory=dict)
    """Seconds since 1970; others were changed in 2026."""
    seen: list[str] = field(default_factory=list)
    """``METHOD path`` of every request."""

    def __enter__(self) -> "Dav":
        self._http = _Http(self)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def host(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def url(self) -> str:
        """The address of the root."""
        return f"{self.host}{quote(self.base)}"

    def is_folder(self, path: str) -> bool:
        """Whether a folder is there."""
        return not path or path in self.folders or any(name.startswith(f"{path}/") for name in self.files)

    def inside(self, path: str) -> list[str]:
        """The files and folders directly in a folder, in no order that helps."""
        below = f"{path}/" if path else ""
        names = {
            name[len(below) :].partition("/")[0] for name in (*self.files, *self.folders) if name.startswith(below)
        }
        return [below + name for name in sorted(names - {""}, reverse=True)]

    def described(self, path: str) -> str:
        """The response element of a file or folder."""
        folder = path not in self.files
        place = quote(f"{self.base}/{path}" + ("/" if folder and path else ""))
        if self.whole_links:
            place = f"https://storage.internal{place}"
        said = f"<d:getlastmodified>{formatdate(self.modified.get(path, 1.79e9), usegmt=True)}</d:getlastmodified>"
        if folder:
            said += "<d:resourcetype><d:collection/></d:resourcetype>"
        else:
            size = self.sizes.get(path, len(self.files[path]))
            said += f"<d:resourcetype/><d:getcontentlength>{size}</d:getcontentlength>"
            said += f"<d:getcontenttype>{self.types.get(path, 'application/octet-stream')}</d:getcontenttype>"
            said += f'<d:getetag>"{hash(self.files[path])}"</d:getetag>'
        return (
            f"<d:response><d:href>{escape(place)}</d:href><d:propstat><d:prop>{said}</d:prop>"
            "<d:status>HTTP/1.1 200 OK</d:status></d:propstat><d:propstat><d:prop><d:creationdate/></d:prop>"
            "<d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>"
        )

    def listing(self, path: str, depth: str) -> str:
        """The multistatus answer to a PROPFIND."""
        shown = [path]
        if depth != "0":
            waiting = self.inside(path) if self.is_folder(path) else []
            while waiting:
                shown.append(waiting.pop())
                if depth == "infinity" and self.infinity == "whole" and shown[-1] not in self.files:
                    waiting += self.inside(shown[-1])
        rows = "".join(self.described(one) for one in shown)
        return f'<?xml version="1.0"?><d:multistatus xmlns:d="DAV:">{rows}</d:multistatus>'


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, dav: Dav) -> None:
        self.dav = dav
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Quiet."""

    def _answer(self, status: int, content: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        dav = self.server.dav
        whole = unquote(self.path)
        path = whole.removeprefix(dav.base).strip("/")
        asked = f"{self.command} {path}"
        dav.seen.append(asked)
        if asked in dav.instead:
            status, headers, content = dav.instead[asked]
            return self._answer(status, content, headers)
        if not whole.startswith(dav.base):
            return self._answer(404)
        if any(f"{path}/".startswith(f"{one}/") for one in dav.closed):
            return self._answer(403)
        there = path in dav.files or dav.is_folder(path)
        match self.command:
            case "PROPFIND" | "GET" if not there:
                return self._answer(404)
            case "PROPFIND" if self.headers["depth"] == "infinity" and dav.infinity == "refused":
                return self._answer(403, b"<d:error xmlns:d='DAV:'><d:propfind-finite-depth/></d:error>")
            case "PROPFIND":
                return self._answer(207, dav.listing(path, self.headers["depth"]).encode())
            case "GET" if path in dav.files:
                content = dav.files[path]
                kind = {"Content-Type": dav.types.get(path, "application/octet-stream")}
                if self.headers["range"] and dav.heeds_ranges:
                    last = int(self.headers["range"].rpartition("-")[2])
                    return self._answer(206, content[: last + 1], kind)
                return self._answer(200, content, kind)
            case "MKCOL" if there:
                return self._answer(405)
            case "MKCOL":
                dav.folders.add(path)
                return self._answer(201)
            case "PUT" if there and dav.heeds_conditions and self.headers["if-none-match"] == "*":
                return self._answer(412)
            case "PUT" if not dav.is_folder(path.rpartition("/")[0]):
                return self._answer(409)
            case "PUT":
                dav.files[path] = body
                return self._answer(201)
        return self._answer(405)

    do_GET = do_PUT = do_PROPFIND = do_MKCOL = _serve

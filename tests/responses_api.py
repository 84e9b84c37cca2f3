"""A test double for OpenAI's Responses API, which cannot run here: the real protocol over a real socket, for Codex."""

import itertools
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


@dataclass(frozen=True)
class Call:
    """A function call of the model; ``namespace`` is ``mcp__SERVER`` for an MCP tool."""

    name: str
    arguments: dict[str, Any]
    namespace: str = ""


Script = Callable[[dict[str, Any]], Sequence[Call] | str]
"""From a request's body to the calls of the next turn, or to the final words."""


class ResponsesServer:
    """The server on a free loopback port for the length of a ``with``."""

    def __init__(self, script: Script, *, key: str = "test-key") -> None:
        self.script = script
        self.key = key
        self.requests: list[dict[str, Any]] = []
        self._ids = itertools.count(1)
        self._http = _Http(self)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """The base URL for a client."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def __enter__(self) -> "ResponsesServer":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def events(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """The answer to a request as the events of a stream."""
        self.requests.append(body)
        answer = self.script(body)
        number = next(self._ids)
        if isinstance(answer, str):
            said = {"type": "output_text", "text": answer}
            items: list[dict[str, Any]] = [
                {"type": "message", "role": "assistant", "id": f"msg_{number}", "content": [said]}
            ]
        else:
            items = []
            for call in answer:
                one = next(self._ids)
                item = {"type": "function_call", "id": f"fc_{one}", "call_id": f"call_{one}", "name": call.name,
                        "arguments": json.dumps(call.arguments)}  # fmt: skip
                items.append({**item, "namespace": call.namespace} if call.namespace else item)
        usage = {"input_tokens": 10, "input_tokens_details": None, "output_tokens": 5, "output_tokens_details": None,
                 "total_tokens": 15}  # fmt: skip
        found: list[dict[str, Any]] = [{"type": "response.created", "response": {"id": f"resp_{number}"}}]
        for index, item in enumerate(items):
            found.append({"type": "response.output_item.added", "output_index": index, "item": item})
            found.append({"type": "response.output_item.done", "output_index": index, "item": item})
        return [
            *found,
            {"type": "response.completed", "response": {"id": f"resp_{number}", "output": items, "usage": usage}},
        ]


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: ResponsesServer) -> None:
        self.api = api
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Quiet."""

    def do_GET(self) -> None:
        self._send(404, b'{"error": {"message": "not here"}}', "application/json")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.headers.get("authorization") != f"Bearer {self.server.api.key}":
            self._send(401, b'{"error": {"message": "no such key"}}', "application/json")
        elif self.path.partition("?")[0] != "/v1/responses":
            self.do_GET()
        else:
            events = self.server.api.events(json.loads(body))
            stream = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
            self._send(200, stream.encode(), "text/event-stream")

    def _send(self, status: int, payload: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

"""A test double for Claude's Messages API, which cannot run here: the real protocol over a real socket.

It answers in the forms of its sellers too: Amazon Bedrock's paths, signatures and event streams, Vertex AI's paths, and the
headers of Microsoft Foundry. What they take besides, and what they refuse, is theirs (see ``_Form``).

Answers come from a script: lists of content blocks, functions of the request, or faults, in order of the requests or (see
``by_turn``) of the conversation. What the service would
refuse is refused: a missing key, forced tool choice, a tool call left unanswered, a strict schema that is open, names that do
not fit. Prompt caching is accounted for as the service does, by the longest prefix that was sent before.
"""

import base64
import binascii
import hashlib
import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal
from urllib.parse import unquote

Block = dict[str, Any]
FaultKind = Literal[
    "status",
    "sse_error",
    "reset",
    "early_end",
    "html",
    "hang",
    "bad_json",
    "max_tokens",
    "refusal",
    "pause",
    "garbage_event",
]


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong with one request."""

    kind: FaultKind
    status: int = 529
    error_type: str = "overloaded_error"
    error_code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    content: tuple[Block, ...] = ()
    """What is sent before it goes wrong."""


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    body: dict[str, Any]
    """Of a seller that names the model in the path, with the model as ``model``."""
    headers: dict[str, str]
    path: str = "/v1/messages"


@dataclass(frozen=True)
class _Form:
    """How a seller wants the request: as told by the path."""

    pattern: str
    """Matches the path; the model's name where the path holds it."""
    model_in_path: bool = False
    caches_by_request: bool = True
    frames: bool = False
    """It streams AWS event frames instead of server-sent events."""


_FORMS = (
    _Form(r"/model/(?P<model>[^/]+)/invoke-with-response-stream", True, False, frames=True),
    _Form(
        r"/projects/[\w-]+/locations/[\w-]+/publishers/anthropic/models/(?P<model>[^/]+):streamRawPredict", True, False
    ),
    _Form(r"/anthropic-mantle/v1/messages", caches_by_request=False),
    _Form(r"(/anthropic)?/v1/messages"),
)
MANTLE = "/anthropic-mantle"
"""The path at which the server takes what Bedrock's Mantle endpoint takes."""


Answer = Sequence[Block] | Fault | Callable[[dict[str, Any]], Sequence[Block]]
Script = Sequence[Answer] | Callable[[dict[str, Any]], Answer]


def text(words: str) -> Block:
    """A text block."""
    return {"type": "text", "text": words}


def use(name: str, **arguments: Any) -> Block:
    """A tool call."""
    return {"type": "tool_use", "name": name, "input": arguments}


def thinking(words: str) -> Block:
    """A signed thinking block."""
    return {"type": "thinking", "thinking": words, "signature": "c2lnbmVk"}


def by_turn(answers: Sequence[Answer]) -> Script:
    """A script in which the same conversation always gets the same answer, however often it is sent. One that begins with two texts
    is that of the reader who edits, and begins with the first answer that calls ``edit``.
    """
    edits = next((n for n, answer in enumerate(answers) if _calls(answer, "edit")), len(answers))

    def answer(body: dict[str, Any]) -> Answer:
        turn = sum(message["role"] == "assistant" for message in body["messages"])
        turn += edits if len(body["messages"][0]["content"]) > 1 else 0
        return answers[turn] if turn < len(answers) else Fault("status", 400, "invalid_request_error")

    return answer


def _calls(answer: Answer, tool: str) -> bool:
    return isinstance(answer, Sequence) and any(block.get("name") == tool for block in answer)


class MessagesServer:
    """The server, on a free loopback port for the length of a ``with``."""

    def __init__(
        self,
        script: Script,
        *,
        key: str = "test-key",
        verdict: Script | None = None,
        reading: Script | None = None,
        steering: Sequence[Block] | Fault | None = None,
    ) -> None:
        """``verdict`` answers requests with one statement and its records; where it is not given, all are supported. ``reading``
        answers those with one text for a customer; where it is not given, none has a fault. ``steering`` answers those with texts of
        others; where it is not given, none tries to steer.
        """
        self.steering = steering
        self.steered: list[Seen] = []
        """Requests of that kind."""
        self.reading = reading if callable(reading) else None if reading is None else list(reading)
        self.texts: list[Seen] = []
        """Requests of that kind."""
        self.verdict = verdict if callable(verdict) else None if verdict is None else list(verdict)
        self.statements: list[Seen] = []
        """Requests of that kind, in the order of their arrival; they are not among ``requests``."""
        self.script = script if callable(script) else list(script)
        self.key = key
        self.requests: list[Seen] = []
        """Every other request that was let in, in order."""
        self._prefixes: set[str] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._http = _Http(self)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """The base URL for a client."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> "MessagesServer":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def next_answer(self, seen: Seen) -> Sequence[Block] | Fault:
        """The script's next answer to this request."""
        if [tool["name"] for tool in seen.body.get("tools", [])] == ["verdict"]:
            return self._next_verdict(seen)
        if [tool["name"] for tool in seen.body.get("tools", [])] == ["steering"]:
            with self._lock:
                self.steered.append(seen)
            return (use("steering", attempts=[]),) if self.steering is None else self.steering
        if [tool["name"] for tool in seen.body.get("tools", [])] == ["reading"]:
            return self._next_reading(seen)
        with self._lock:
            self.requests.append(seen)
            if callable(self.script):
                answer = self.script(seen.body)
            elif self.script:
                answer = self.script.pop(0)
            else:
                return Fault("status", 400, "invalid_request_error")
        return answer if isinstance(answer, Fault | list | tuple) else answer(seen.body)  # type: ignore[operator]

    def _next_reading(self, seen: Seen) -> Sequence[Block] | Fault:
        with self._lock:
            self.texts.append(seen)
            answer: Any = self.reading if callable(self.reading) else self.reading.pop(0) if self.reading else None
        if answer is None:
            return (
                (use("reading", faults=[]),) if self.reading is None else Fault("status", 400, "invalid_request_error")
            )
        while callable(answer):
            answer = answer(seen.body)
        return answer  # type: ignore[no-any-return]

    def _next_verdict(self, seen: Seen) -> Sequence[Block] | Fault:
        with self._lock:
            self.statements.append(seen)
            answer: Any = self.verdict if callable(self.verdict) else self.verdict.pop(0) if self.verdict else None
        if answer is None:
            return (
                (use("verdict", **SUPPORTED),)
                if self.verdict is None
                else Fault("status", 400, "invalid_request_error")
            )
        while callable(answer):
            answer = answer(seen.body)
        return answer  # type: ignore[no-any-return]

    def usage(self, body: dict[str, Any], blocks: Sequence[Block]) -> dict[str, int]:
        """Tokens of a request, four characters each; a prefix seen before is read from the cache, the rest is written."""
        parts = [json.dumps(part, sort_keys=True) for part in (*body.get("tools", []), *body.get("system", []))]
        parts += [json.dumps(_unmarked(message), sort_keys=True) for message in body["messages"]]
        marked = [*body.get("system", []), *(part for message in body["messages"] for part in _blocks(message))]
        caching = body.get("cache_control") or any("cache_control" in part for part in marked)
        read = total = 0
        prefix = hashlib.sha256()
        with self._lock:
            for part in parts:
                prefix.update(part.encode())
                total += max(1, len(part) // 4)
                if prefix.hexdigest() in self._prefixes:
                    read = total
                elif caching:
                    self._prefixes.add(prefix.hexdigest())
        written = total - read if caching else 0
        return {
            "input_tokens": total - read - written,
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": written,
            "output_tokens": max(1, len(json.dumps(list(blocks))) // 4),
        }

    def wait_for_the_end(self) -> None:
        """Hold a request until the server stops."""
        self._stopping.wait()


SUPPORTED = {"answer": "supported", "ref": "", "words": "", "why": ""}


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: MessagesServer) -> None:
        self.api = api
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Quiet."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
        api = self.server.api
        path = self.path.partition("?")[0]
        matches = [(form, re.fullmatch(form.pattern, path)) for form in _FORMS]
        form, found = next(((form, match) for form, match in matches if match), (None, None))
        if form is None or found is None:
            return self._error(404, "not_found_error", f"nothing is at {path}")
        self._form = form
        authorization = self.headers.get("authorization") or ""
        if f"Credential={api.key}/" not in authorization and api.key not in (
            self.headers.get("x-api-key"),
            authorization.removeprefix("Bearer "),
        ):
            return self._error(401, "authentication_error", "invalid x-api-key")
        problem = _ill_formed(form, body)
        if form.model_in_path:
            body["model"] = unquote(found["model"])
        problem = problem or invalid(body)
        if problem:
            return self._error(400, "invalid_request_error", problem)
        answer = api.next_answer(Seen(body, {name.lower(): value for name, value in self.headers.items()}, path))
        if isinstance(answer, Fault):
            return self._fault(answer, body)
        return self._stream(body, _whole(answer))

    def _fault(self, fault: Fault, body: dict[str, Any]) -> None:
        match fault.kind:
            case "status":
                self._error(fault.status, fault.error_type, "as scripted", fault.error_code, fault.headers)
            case "html":
                self._send(200, b"<html><body>Log in to the network</body></html>", "text/html")
            case "bad_json":
                self._send(200, b"{not json", "text/event-stream")
            case "hang":
                self.server.api.wait_for_the_end()
                self.close_connection = True
            case "max_tokens" | "refusal" | "pause":
                reason = {"max_tokens": "max_tokens", "refusal": "refusal", "pause": "pause_turn"}[fault.kind]
                self._stream(body, _whole(fault.content), stop_reason=reason)
            case _:
                self._stream(body, _whole(fault.content or (text("This answer breaks off"),)), breaks=fault)

    _form = _FORMS[-1]

    def _stream(
        self, body: dict[str, Any], blocks: list[Block], *, stop_reason: str | None = None, breaks: Fault | None = None
    ) -> None:
        usage = self.server.api.usage(body, blocks)
        self.send_response(200)
        self.send_header(
            "content-type", "application/vnd.amazon.eventstream" if self._form.frames else "text/event-stream"
        )
        self.send_header("request-id", "req_test")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        start = {"id": f"msg_test_{next(_ids)}", "type": "message", "role": "assistant", "model": body["model"], "content": [],
                 "stop_reason": None, "stop_sequence": None, "usage": {**usage, "output_tokens": 1}}  # fmt: skip
        self._event("message_start", message=start)
        self._event("ping")
        for index, block in enumerate(blocks):
            self._block(index, block, cut=breaks is not None and index == len(blocks) - 1)
        if breaks:
            return self._break(breaks)
        uses = any(block["type"] == "tool_use" for block in blocks)
        reason = stop_reason or ("tool_use" if uses else "end_turn")
        self._event("message_delta", delta={"stop_reason": reason, "stop_sequence": None},
                    usage={"output_tokens": usage["output_tokens"]})  # fmt: skip
        return self._event("message_stop")

    def _break(self, fault: Fault) -> None:
        if fault.kind == "sse_error" and self._form.frames:
            told = {":message-type": "exception", ":exception-type": "throttlingException"}
            self.wfile.write(_frame(told, json.dumps({"message": "Overloaded"}).encode()))
        elif fault.kind == "sse_error":
            self._event("error", error={"type": fault.error_type, "message": "Overloaded"})
        elif fault.kind == "garbage_event":
            self.wfile.write(b"event: content_block_delta\ndata: {broken\n\n")
        elif fault.kind == "reset":
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            self.connection.close()

    def _block(self, index: int, block: Block, *, cut: bool) -> None:
        match block["type"]:
            case "text":
                shell: Block = {"type": "text", "text": ""}
                pieces = [("text_delta", "text", piece) for piece in _pieces(block["text"])]
            case "thinking":
                shell = {"type": "thinking", "thinking": "", "signature": ""}
                pieces = [("thinking_delta", "thinking", piece) for piece in _pieces(block["thinking"])]
                pieces.append(("signature_delta", "signature", block["signature"]))
            case _:
                shell = {**block, "input": {}}
                whole = json.dumps(block["input"])
                pieces = [("input_json_delta", "partial_json", piece) for piece in _pieces(whole)]
        self._event("content_block_start", index=index, content_block=shell)
        for kind, key, piece in pieces[: max(1, len(pieces) // 2)] if cut else pieces:
            self._event("content_block_delta", index=index, delta={"type": kind, key: piece})
        if not cut:
            self._event("content_block_stop", index=index)

    def _event(self, name: str, **data: Any) -> None:
        whole = json.dumps({"type": name, **data})
        if self._form.frames:
            told = {":message-type": "event", ":event-type": "chunk", ":content-type": "application/json"}
            self.wfile.write(_frame(told, json.dumps({"bytes": base64.b64encode(whole.encode()).decode()}).encode()))
        else:
            self.wfile.write(f"event: {name}\ndata: {whole}\n\n".encode())
        self.wfile.flush()

    def _error(
        self, status: int, kind: str, message: str, code: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        error: dict[str, Any] = {"type": kind, "message": message}
        if code:
            error["details"] = {"error_code": code}
        self._send(status, json.dumps({"type": "error", "error": error}).encode(), "application/json", headers)

    def _send(self, status: int, payload: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"content-type": kind, "content-length": str(len(payload)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(payload)


def _frame(headers: dict[str, str], payload: bytes) -> bytes:
    """One message of an AWS event stream."""
    told = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack(">II", 16 + len(told) + len(payload), len(told))
    message = prelude + struct.pack(">I", binascii.crc32(prelude)) + told + payload
    return message + struct.pack(">I", binascii.crc32(message))


def _ill_formed(form: _Form, body: dict[str, Any]) -> str | None:
    """Why a seller would refuse the request that Anthropic's own service would take."""
    if form.model_in_path and ("model" in body or not body.get("anthropic_version")):
        return "model: Extra inputs are not permitted; anthropic_version: Field required"
    if form.frames and "stream" in body:
        return "stream: Extra inputs are not permitted"
    if not form.caches_by_request and "cache_control" in body:
        return "cache_control: Extra inputs are not permitted"
    return None


def _blocks(message: dict[str, Any]) -> list[Block]:
    return message["content"] if isinstance(message["content"], list) else [text(message["content"])]


def _unmarked(message: dict[str, Any]) -> dict[str, Any]:
    """A message as it counts for the cache: where breakpoints stand is no part of it."""
    kept = [{key: value for key, value in block.items() if key != "cache_control"} for block in _blocks(message)]
    return {**message, "content": kept}


def _pieces(words: str) -> list[str]:
    return [words[start : start + 40] for start in range(0, len(words), 40)] or [""]


_ids = iter(range(1, 10**9))


def _whole(blocks: Sequence[Block]) -> list[Block]:
    return [
        {"id": f"toolu_test_{next(_ids)}", **block}
        if block["type"] == "tool_use" and "id" not in block
        else dict(block)
        for block in blocks
    ]


def invalid(body: dict[str, Any]) -> str | None:
    """Why the service would refuse this request; None where it would not."""
    if not body.get("model") or not isinstance(body.get("max_tokens"), int):
        return "model and max_tokens are required"
    if (body.get("tool_choice") or {}).get("type") in ("any", "tool"):
        return "tool_choice: forced tool use is not supported by this model"
    if {"temperature", "top_p", "top_k"} & set(body):
        return "sampling parameters are not supported by this model"
    names = [tool["name"] for tool in body.get("tools", [])]
    if len(set(names)) < len(names) or not all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name in names):
        return "tools: names must be unique and match ^[a-zA-Z0-9_-]{1,64}$"
    strict = [tool for tool in body.get("tools", []) if tool.get("strict")]
    if len(strict) > 20:
        return "tools: at most 20 strict tools"
    open_ones = [tool["name"] for tool in strict if not _closed(tool["input_schema"])]
    if open_ones:
        return f"tools: strict schemas need additionalProperties: false and every property required ({open_ones[0]})"
    return _conversation_problem(body.get("messages", []))


def _closed(schema: Any) -> bool:
    if isinstance(schema, dict):
        if schema.get("type") == "object" and (
            schema.get("additionalProperties") is not False
            or set(schema.get("required", [])) != set(schema.get("properties", {}))
        ):
            return False
        return all(_closed(value) for value in schema.values())
    return all(_closed(value) for value in schema) if isinstance(schema, list) else True


def _conversation_problem(messages: list[dict[str, Any]]) -> str | None:
    if not messages or messages[0]["role"] != "user":
        return "messages: the first message must be the user's"
    for place, message in enumerate(messages):
        content = message["content"] if isinstance(message["content"], list) else [text(message["content"])]
        if not content:
            return f"messages.{place}: content is empty"
        before = messages[place - 1]["content"] if place and isinstance(messages[place - 1]["content"], list) else []
        refused = _refused_part(content)
        if refused:
            return f"messages.{place}: {refused}"
        asked = [block["id"] for block in before if block["type"] == "tool_use"]
        answered = [block["tool_use_id"] for block in content if block["type"] == "tool_result"]
        if message["role"] == "user" and sorted(asked) != sorted(answered):
            return f"messages.{place}: tool_use ids were found without tool_result blocks: {asked}"
        if place and message["role"] == messages[place - 1]["role"] == "assistant":
            return f"messages.{place}: roles must alternate"
    return None


def _refused_part(content: list[Block]) -> str | None:
    """What the service refuses inside the blocks of a message."""
    results = [block["content"] for block in content if block["type"] == "tool_result" and "content" in block]
    inner = [part for result in results if isinstance(result, list) for part in result]
    for part in (*inner, *(block for block in content if block["type"] in ("text", "image"))):
        if part["type"] == "text" and not part["text"]:
            return "text content blocks must be non-empty"
        if part["type"] == "image":
            source = part["source"]
            if source["media_type"] not in ("image/jpeg", "image/png", "image/gif", "image/webp"):
                return f"image: media type {source['media_type']!r} is not supported"
            if len(source["data"]) > 5_000_000 or not base64.b64decode(source["data"], validate=True):
                return "image: exceeds 5 MB, or is empty"
        elif part["type"] not in ("text", "document", "search_result"):
            return f"tool_result: {part['type']} is not allowed"
    return None


def closed_port() -> int:
    """A loopback port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

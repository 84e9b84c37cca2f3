"""Stand-ins for hosted vendors, which cannot run here: real HTTP servers that hold both sides to the vendor's description.

A stand-in is made of a contract (the parts of the vendor's published OpenAPI description that the backend uses, cut down by
``tools/cut_openapi.py``: paths, parameters and schemas, no prose) and of handlers, one for each operation, which keep a little
data of their own. Every request is checked against the contract before its handler sees it, every answer before it leaves;
what does not fit is kept in ``violations``, and the request is refused with status 599.
"""

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from jsonschema.exceptions import best_match
from openapi_schema_validator import OAS30Validator, OAS31Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

REFUSED = 599
JsonObject = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """One checked request."""

    operation: str
    """The operation's id in the contract."""
    method: str
    path: Mapping[str, str]
    """Path parameters, decoded."""
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: Any
    """The JSON or form body; None without one."""
    url: str
    """The stand-in's own address, for links in answers."""

    def one(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return (self.query.get(name) or [default])[0]


@dataclass(frozen=True)
class Reply:
    """What a handler answers."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Reply]


class VendorServer:
    """The stand-in on a free loopback port for the length of a ``with``."""

    def __init__(self, contract: JsonObject, handlers: Mapping[str, Handler], *, prefix: str = "") -> None:
        """``handlers`` go by operation id; ``prefix`` is what stands before the contract's paths."""
        self.contract = contract
        self.handlers = handlers
        self.violations: list[str] = []
        """Requests and answers that do not fit the contract; a test ends with this empty."""
        self.requests: list[Request] = []
        self.next_replies: list[Reply] = []
        """Answers to give to the next requests instead of the handlers' (rate limits, refusals)."""
        self._routes = list(_routes(contract, prefix))
        new = str(contract.get("openapi", "3.0")).startswith("3.1")
        self._validator: Any = OAS31Validator if new else OAS30Validator
        self._registry: Any = Registry().with_resource("", DRAFT202012.create_resource(contract))
        self._http = _Http(self)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """The stand-in's address, without a prefix."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> "VendorServer":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, method: str, target: str, headers: Mapping[str, str], content: bytes) -> Reply:
        """Check a request, let its handler answer, check the answer."""
        parts = urlsplit(target)
        found = next(
            (
                (template, match, operation)
                for template, pattern, operation in self._routes
                if method == operation["_method"] and (match := pattern.fullmatch(parts.path))
            ),
            None,
        )
        if found is None:
            return self._violated(f"{method} {parts.path} is no operation of the contract")
        template, match, operation = found
        query = parse_qs(parts.query, keep_blank_values=True)
        body, kind = _body(headers, content)
        path = {name: unquote(value) for name, value in match.groupdict().items()}
        problem = self._request_problem(operation, path, query, headers, body, kind)
        if problem:
            return self._violated(f"{method} {template}: {problem}")
        request = Request(operation["operationId"], method, path, query, headers, body, self.url)
        self.requests.append(request)
        reply = self.next_replies.pop(0) if self.next_replies else self.handlers[request.operation](request)
        problem = self._reply_problem(operation, reply)
        return self._violated(f"{method} {template} answered {reply.status}: {problem}") if problem else reply

    def _violated(self, sentence: str) -> Reply:
        self.violations.append(sentence)
        return Reply({"violation": sentence}, REFUSED)

    def _resolved(self, value: Any) -> Any:
        while isinstance(value, dict) and "$ref" in value:
            found: Any = self.contract
            for step in value["$ref"].removeprefix("#/").split("/"):
                found = found[step.replace("~1", "/").replace("~0", "~")]
            value = found
        return value

    def _request_problem(
        self, operation: JsonObject, path: Mapping[str, str], query: Mapping[str, list[str]], headers: Mapping[str, str],
        body: Any, kind: str,
    ) -> str:  # fmt: skip
        known: set[str] = set()
        for parameter in map(self._resolved, operation.get("parameters", ())):
            name, place = parameter["name"], parameter["in"]
            known.add(name)
            given: Any = {"path": path.get(name), "query": query.get(name), "header": headers.get(name.lower())}.get(
                place
            )
            if given is None:
                if parameter.get("required"):
                    return f"the {place} parameter {name} is missing"
                continue
            schema = self._resolved(parameter.get("schema", {}))
            problem = self._problem(schema, _typed(given, schema, parameter, self._resolved))
            if problem:
                return f"{place} parameter {name}: {problem}"
        unknown = set(query) - known - {f"{name}[]" for name in known}
        deep = {name for name in unknown if name.partition("[")[0] in known}
        if unknown - deep:
            return f"unknown query parameters {sorted(unknown - deep)}"
        wanted = self._resolved(operation.get("requestBody"))
        if wanted is None:
            return "a body where none belongs" if body not in (None, {}) else ""
        if body is None:
            return "the body is missing" if wanted.get("required") else ""
        media = wanted.get("content", {})
        if kind not in media and "*/*" not in media:
            return f"a body of type {kind!r}, not one of {sorted(media)}"
        schema = media.get(kind, media.get("*/*", {})).get("schema", {})
        return self._problem(schema, body)

    def _reply_problem(self, operation: JsonObject, reply: Reply) -> str:
        if reply.status in (401, 403, 429, 500, 502, 503) and str(reply.status) not in operation["responses"]:
            return ""  # descriptions seldom list what any request may meet
        responses = operation["responses"]
        names = (str(reply.status), f"{reply.status // 100}XX", "default")
        found = self._resolved(next((responses[name] for name in names if name in responses), None))
        if found is None:
            return f"a status that the contract does not name (it names {sorted(responses)})"
        media = found.get("content", {})
        schema = next((item["schema"] for name, item in media.items() if "json" in name and "schema" in item), None)
        return "" if schema is None else self._problem(schema, reply.body)

    def _problem(self, schema: Any, value: Any) -> str:
        rooted = {**schema, "components": self.contract.get("components", {})} if isinstance(schema, dict) else schema
        error = best_match(self._validator(rooted, registry=self._registry).iter_errors(value))
        return f"{'/'.join(map(str, error.absolute_path)) or 'it'}: {error.message[:300]}" if error else ""


def _routes(contract: JsonObject, prefix: str) -> Any:
    """Template, pattern and operation of each path; fixed paths come before those with parameters."""
    found = []
    for template, item in contract["paths"].items():
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(prefix + template))
        for method, operation in item.items():
            if method in ("get", "put", "post", "patch", "delete"):
                shared = item.get("parameters", [])
                whole = {
                    **operation,
                    "_method": method.upper(),
                    "parameters": [*shared, *operation.get("parameters", [])],
                }
                found.append((template, re.compile(pattern), whole))
    return sorted(found, key=lambda route: (route[0].count("{"), -len(route[0])))


def _body(headers: Mapping[str, str], content: bytes) -> tuple[Any, str]:
    if not content:
        return None, ""
    kind = headers.get("content-type", "").partition(";")[0].strip()
    if kind == "application/x-www-form-urlencoded":
        return {name: values[0] for name, values in parse_qs(content.decode()).items()}, kind
    if "json" in kind:
        return json.loads(content), kind
    return content.decode(errors="replace"), kind


def _typed(given: Any, schema: Any, parameter: JsonObject, resolved: Callable[[Any], Any]) -> Any:
    """A parameter's text as the type that its schema wants, where it can be read as one."""
    values = given if isinstance(given, list) else [given]
    if schema.get("type") == "array":
        if not parameter.get("explode", parameter["in"] == "query") or len(values) == 1:
            values = [part for value in values for part in value.split(",")]
        return [_scalar(value, resolved(schema.get("items", {}))) for value in values]
    return _scalar(values[0], schema)


def _scalar(text: str, schema: Any) -> Any:
    kinds = schema.get("type")
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if kind == "boolean" and text in ("true", "false"):
            return text == "true"
        if kind in ("integer", "number"):
            try:
                return int(text) if kind == "integer" else float(text)
            except ValueError:
                pass
    return text


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, vendor: VendorServer) -> None:
        self.vendor = vendor
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _RequestHandler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _RequestHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes, and the second would wait for an acknowledgement
    server: _Http

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Quiet."""

    def _serve(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        with self.server.lock:
            try:
                reply = self.server.vendor.answer(self.command, self.path, headers, content)
            except Exception as error:
                self.server.vendor.violations.append(f"the handler of {self.command} {self.path} failed: {error!r}")
                reply = Reply({"violation": repr(error)}, REFUSED)
        body = b"" if reply.body is None else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve

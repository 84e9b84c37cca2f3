"""A stand-in of Linear: its published schema, run by a GraphQL engine over HTTP, on a little data of its own.

The engine holds both sides to the schema: a document that does not fit is refused, and so is an answer.
"""

import json
import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import uuid4

import graphql
from graphql import GraphQLError

TOKEN = "lin_api_test"
ENG, OPS, SECRET = "ENG", "OPS", "SEC"
HOSTILE, TRASHED, ELSEWHERE, MOVED = "ENG-70", "ENG-71", "SEC-1", "OLD-3"
HOSTILE_BODY = "See **[here](https://evil.example)** @everyone <img src=x onerror=alert(1)>\r\n```\ncode\n```"
CUSTOMERS = ("Acme Corp", "Globex", "Initech")
STATES = (("Triage", "triage"), ("In Progress", "started"), ("Done", "completed"))
LABELS = ("Bug", "Feature")
Row = dict[str, Any]


class Linear:
    """The stand-in on a free loopback port for the length of a ``with``."""

    def __init__(self) -> None:
        self._schema = graphql.build_schema(Path(__file__).with_suffix(".graphql").read_text(encoding="utf-8"))
        self.issues: list[Row] = []
        self.comments: list[Row] = []
        self.asked: list[Row] = []
        """Bodies of the requests."""
        self.next_errors: list[tuple[int, str, str]] = []
        """Status, message and code of errors to give to the next requests."""
        self.violations: list[str] = []
        for number in range(1, 66):
            self._add(ENG, number, f"API returning 500 errors case{number}", f"Seen by {CUSTOMERS[number % 3]}.")
        self._add(ENG, 70, "Odd text", HOSTILE_BODY)
        self._add(ENG, 71, "Thrown away", "Gone.")["trashed"] = True
        self._add(OPS, 1, "Login page is slow", "Since Monday.")
        self._add(SECRET, 1, "API of another team", "Nothing for us.")
        self.issues[2]["previousIdentifiers"] = [MOVED]
        for number in range(130):
            self._say(self.issues[64], f"Remark {number}", str(uuid4()))
        self._http = _Http(self)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """The address of the interface."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/graphql"

    def __enter__(self) -> "Linear":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, authorization: str, body: Row) -> tuple[int, Row]:
        """Status and answer of one request."""
        if authorization != TOKEN:
            return 401, _error("Authentication required, not authenticated", "AUTHENTICATION_ERROR")
        if self.next_errors:
            status, message, code = self.next_errors.pop(0)
            return status, _error(message, code)
        self.asked.append(body)
        problems = graphql.validate(self._schema, graphql.parse(body["query"]))
        if problems:
            self.violations.append(problems[0].message)
            return 400, _error(problems[0].message, "GRAPHQL_VALIDATION_FAILED")
        root = _Root(self)
        found = graphql.graphql_sync(self._schema, body["query"], root, variable_values=body.get("variables"))
        for error in found.errors or ():
            if not isinstance(error.original_error, GraphQLError):
                self.violations.append(str(error))
        return 200, dict(found.formatted)

    def _add(self, team: str, number: int, title: str, text: str) -> Row:
        state = STATES[number % 3]
        row: Row = {
            "id": str(uuid4()), "identifier": f"{team}-{number}", "title": title, "description": text, "priorityLabel": "High",
            "createdAt": _stamp(datetime(2026, 1, 1, 10, tzinfo=UTC) + timedelta(hours=7 * number)), "completedAt": None,
            "canceledAt": None, "dueDate": None, "trashed": None, "url": f"https://linear.app/x/issue/{team}-{number}",
            "previousIdentifiers": [], "state": {"id": f"state-{state[1]}", "name": state[0], "type": state[1]},
            "team": {"key": team, "id": f"team-{team}"},
            "assignee": {"name": "Ada Moss"}, "creator": {"name": "Kim Lee"}, "parent": None, "project": {"name": "Gateway"},
            "labels": {"nodes": [{"name": LABELS[number % 2], "id": f"label-{number % 2}"}]},
        }  # fmt: skip
        row["updatedAt"] = row["createdAt"]
        self.issues.append(row)
        return row

    def _say(self, issue: Row, body: str, uuid: str) -> Row:
        at = datetime(2026, 6, 1, 10, tzinfo=UTC) + timedelta(minutes=len(self.comments))
        row = {"id": uuid, "body": body, "createdAt": _stamp(at), "user": {"name": "Sam Roe"}, "issue": issue}
        self.comments.append(row)
        return row


class _Root:
    """The resolvers, by the names of the schema's fields."""

    def __init__(self, data: Linear) -> None:
        self._data = data

    def issue(self, info: Any, id: str) -> Row:
        for row in self._data.issues:
            if id in (row["id"], row["identifier"], *row["previousIdentifiers"]):
                return {**row, "comments": partial(self._talk, row)}
        raise GraphQLError(
            "Entity not found: Issue - Could not find referenced Issue.", extensions={"code": "INPUT_ERROR"}
        )

    def comment(self, info: Any, id: str) -> Row:
        for row in self._data.comments:
            if row["id"] == id:
                return row
        raise GraphQLError("Entity not found: Comment", extensions={"code": "INPUT_ERROR"})

    def issues(self, info: Any, filter: Row, first: int, orderBy: str, after: str | None = None) -> Row:
        assert orderBy == "createdAt"
        found = [row for row in self._data.issues if _fits(row, filter)]
        found.sort(key=lambda row: (row["createdAt"], row["identifier"]), reverse=True)
        return _connection(found, first, after)

    def searchIssues(
        self,
        info: Any,
        term: str,
        filter: Row,
        first: int,
        includeComments: bool,
        after: str | None = None,
    ) -> Row:
        terms = term.casefold().split()
        found = []
        for row in self._data.issues:
            said = [one["body"] for one in self._data.comments if includeComments and one["issue"] is row]
            text = " ".join([row["identifier"], row["title"], row["description"], *said]).casefold()
            if _fits(row, filter) and all(word in text for word in terms):
                found.append(row)
        return {**_connection(found, first, after), "totalCount": len(found)}

    def teams(self, info: Any, filter: Row, first: int) -> Row:
        labels = {"nodes": [{"name": name, "id": f"label-{number}"} for number, name in enumerate(LABELS)]}
        key = filter["key"]["eq"]
        return {"nodes": [{"id": f"team-{key}", "key": key, "labels": labels}] if key in (ENG, OPS) else []}

    def workflowStates(self, info: Any, filter: Row, first: int) -> Row:
        nodes = [{"id": f"state-{kind}", "name": name, "type": kind} for name, kind in STATES]
        return {"nodes": nodes if {ENG, OPS} & set(filter["team"]["key"]["in"]) else []}

    def issueCreate(self, info: Any, input: Row) -> Row:
        team = input["teamId"].removeprefix("team-")
        number = 1 + max(
            int(row["identifier"].split("-")[1]) for row in self._data.issues if row["team"]["key"] == team
        )
        row = self._data._add(team, number, input["title"], input["description"])
        row["id"] = input.get("id") or row["id"]
        row["createdAt"] = "2026-12-01T00:00:00.000Z"
        row["labels"] = {"nodes": [{"name": LABELS[int(one[-1])], "id": one} for one in input["labelIds"]]}
        row["priorityLabel"] = ("No priority", "Urgent", "High", "Medium", "Low")[input.get("priority") or 0]
        return {"success": True, "issue": row}

    def commentCreate(self, info: Any, input: Row) -> Row:
        issue = next(row for row in self._data.issues if row["id"] == input["issueId"])
        return {"success": True, "comment": self._data._say(issue, input["body"], input.get("id") or str(uuid4()))}

    def _talk(self, issue: Row, info: Any, first: int, after: str | None = None) -> Row:
        said = [row for row in self._data.comments if row["issue"] is issue or row["issue"]["id"] == issue["id"]]
        return _connection(said[::-1], first, after)  # as Linear gives them, the newest first


def _fits(row: Row, wall: Row) -> bool:
    states = wall.get("state", {}).get("id", {}).get("in")
    label = wall.get("labels", {}).get("some", {}).get("name", {}).get("eqIgnoreCase")
    span = wall.get("createdAt", {})
    at = datetime.fromisoformat(row["createdAt"])
    return (
        row["team"]["key"] in wall["team"]["key"]["in"]
        and (states is None or row["state"]["id"] in states)
        and (label is None or label.casefold() in {one["name"].casefold() for one in row["labels"]["nodes"]})
        and (span.get("gte") is None or at >= datetime.fromisoformat(span["gte"]))
        and (span.get("lte") is None or at <= datetime.fromisoformat(span["lte"]))
    )


def _connection(rows: list[Row], first: int, after: str | None) -> Row:
    start = int(after or 0)
    more = start + first < len(rows)
    return {"nodes": rows[start : start + first], "pageInfo": {"hasNextPage": more, "endCursor": str(start + first)}}


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _error(message: str, code: str) -> Row:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, data: Linear) -> None:
        self.data = data
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
        status, answer = self.server.data.answer(self.headers.get("authorization", ""), body)
        raw = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

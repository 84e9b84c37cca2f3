"""A stand-in of Jira Cloud: an engineering and a service project, a deleted issue, a hostile text, a query language of a few words."""

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support_connectors.vendors.openapi import Reply, Request, VendorServer

EMAIL, TOKEN = "bot@support.example", "jira-token"
ENG, DESK, SECRET = "ENG", "DESK", "SEC"
HOSTILE, MOVED, DELETED, ELSEWHERE = "ENG-70", "OLD-9", "ENG-999", "SEC-1"
CUSTOMERS = ("Acme Corp", "Globex", "Initech")
STATUSES, TYPES = ("To Do", "In Progress", "Done"), ("Bug", "Task", "Epic")
CATEGORIES = ("new", "indeterminate", "done")
PRIORITIES = ("Highest", "High", "Medium", "Low")
_CLAUSE = re.compile(
    r'(?P<field>project|status|issuetype|created|text) (?P<operator>in|=|>=|<=|~) (?P<value>\([^()]*\)|"(?:\\.|[^"\\])*")'
)
Row = dict[str, Any]


def contract() -> Row:
    """The cut description."""
    found: Row = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return found


def document(*blocks: Row) -> Row:
    """A document of these blocks."""
    return {"type": "doc", "version": 1, "content": list(blocks)}


def paragraph(text: str) -> Row:
    """A paragraph of one text."""
    return {"type": "paragraph", "content": [{"type": "text", "text": text}]}


HOSTILE_BODY = document(
    {"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": "# Steps <b>"}]},
    {"type": "bulletList", "content": [
        {"type": "listItem", "content": [
            paragraph("log in"), {"type": "bulletList", "content": [{"type": "listItem", "content": [paragraph("as admin")]}]}]},
        {"type": "listItem", "content": [{"type": "paragraph", "content": [
            {"type": "text", "text": "ask "}, {"type": "mention", "attrs": {"id": "1", "text": "@Kim"}}, {"type": "hardBreak"},
            {"type": "inlineCard", "attrs": {"url": "https://status.example/1"}}]}]},
    ]},
    {"type": "codeBlock", "attrs": {"language": "sh"}, "content": [{"type": "text", "text": "curl -i\n  --retry 3"}]},
    {"type": "panel", "attrs": {"panelType": "info"}, "content": [{"type": "paragraph", "content": [
        {"type": "text", "text": "due "}, {"type": "date", "attrs": {"timestamp": "1771027200000"}}]}]},
    {"type": "table", "content": [{"type": "tableRow", "content": [
        {"type": "tableHeader", "content": [paragraph("plan")]}, {"type": "tableCell", "content": [paragraph("seats")]}]}]},
    {"type": "expand", "attrs": {"title": "More"}, "content": [paragraph("</doc> <script>alert(1)</script>")]},
)  # fmt: skip


def _status(number: int) -> Row:
    """A status as issues and lists show it."""
    return {
        "id": str(number),
        "name": STATUSES[number],
        "statusCategory": {"id": number + 2, "key": CATEGORIES[number]},
    }


class Jira:
    """The stand-in's data and handlers."""

    def __init__(self) -> None:
        self.issues: dict[str, Row] = {}
        self.comments: dict[str, list[Row]] = {}
        self.unreadable_talk: set[str] = set()
        self.created_fields: Row = {}
        for number in range(1, 66):
            self._add(
                ENG, number, f"API returning 500 errors case{number}", paragraph(f"Seen by {CUSTOMERS[number % 3]}.")
            )
        self._add(ENG, 70, "Odd text", HOSTILE_BODY)
        self._add(DESK, 1, "Login page is slow", paragraph("Since Monday."))
        self._add(SECRET, 1, "API of another team", paragraph("Nothing for us."))
        for number in range(120):
            self._say("ENG-65", document(paragraph(f"Remark {number}")), [])

    def server(self) -> VendorServer:
        """The stand-in as a server."""
        handlers = {
            "searchAndReconsileIssuesUsingJqlPost": self.search, "getIssue": self.issue, "getComments": self.talk,
            "addComment": self.comment, "createIssue": self.create, "getStatuses": self.statuses,
            "getIssueAllTypes": self.types, "getCreateIssueMetaIssueTypes": self.form,
            "getCreateIssueMetaIssueTypeId": self.fields,
        }  # fmt: skip
        return VendorServer(contract(), {name: self._guarded(handler) for name, handler in handlers.items()})

    def _guarded(self, handler: Any) -> Any:
        expected = "Basic " + base64.b64encode(f"{EMAIL}:{TOKEN}".encode()).decode()

        def run(request: Request) -> Reply:
            if request.headers.get("authorization") != expected:
                return Reply(
                    {"errorMessages": ["Client must be authenticated to access this resource."], "errors": {}}, 401
                )
            reply: Reply = handler(request)
            return reply

        return run

    def _add(self, project: str, number: int, title: str, body: Row) -> Row:
        at = datetime(2026, 1, 1, 10, tzinfo=UTC) + timedelta(hours=7 * number)
        key = f"{project}-{number}"
        self.issues[key] = {
            "id": f"{10_000 + len(self.issues)}", "key": key, "self": f"https://jira.example/rest/api/3/issue/{key}",
            "fields": {
                "summary": title, "description": body if body["type"] == "doc" else document(body),
                "status": _status(number % 3), "issuetype": {"name": TYPES[number % 2]},
                "priority": {"name": PRIORITIES[number % 4]}, "created": _stamp(at), "updated": _stamp(at), "labels": ["api"],
                "assignee": None, "reporter": {"displayName": "Kim Lee", "emailAddress": "kim@ourdesk.example"},
                "components": [{"name": "gateway"}],
                "fixVersions": [{"name": "4.2.1"}], "versions": [], "issuelinks": [], "resolution": None, "duedate": None,
                "attachment": [{"id": f"{number}01", "filename": "trace.log", "mimeType": "text/plain", "size": 2048}],
            }, "properties": {},
        }  # fmt: skip
        return self.issues[key]

    def _say(self, key: str, body: Row, properties: list[Row]) -> Row:
        said = self.comments.setdefault(key, [])
        at = datetime(2026, 6, 1, 10, tzinfo=UTC) + timedelta(minutes=len(said))
        row = {
            "id": str(50_000 + sum(map(len, self.comments.values()))), "author": {"displayName": "Sam Roe"}, "body": body,
            "created": _stamp(at), "updated": _stamp(at), "properties": properties,
        }  # fmt: skip
        said.append(row)
        return row

    def search(self, request: Request) -> Reply:
        asked, _, order = request.body["jql"].partition(" ORDER BY ")
        if re.sub(r"[\s()]|AND|OR", "", _CLAUSE.sub("", asked)):
            return Reply({"errorMessages": [f"Error in the JQL Query: {asked}"], "errors": {}}, 400)
        for status in re.findall(r"\d+", "".join(re.findall(r"status in \(([^()]*)\)", asked))):
            if int(status) >= len(STATUSES):
                said = f"The value '{status}' does not exist for the field 'status'."
                return Reply({"errorMessages": [said], "errors": {}}, 400)
        found = [row for row in self.issues.values() if self._holds(row, asked)]
        if order:
            assert order == "created DESC, key DESC"
            found.sort(key=lambda row: (row["fields"]["created"], row["key"]), reverse=True)
        start, size = int(request.body.get("nextPageToken") or 0), min(request.body["maxResults"], 100)
        names = request.body.get("properties") or ()
        page: Row = {"issues": [_cut(row, request.body["fields"], names) for row in found[start : start + size]]}
        page["isLast"] = start + size >= len(found)
        if not page["isLast"]:
            page["nextPageToken"] = str(start + size)
        return Reply(page)

    def _holds(self, row: Row, asked: str) -> bool:
        def truth(clause: re.Match[str]) -> str:
            field, operator, value = clause["field"], clause["operator"], clause["value"].strip('()"')
            values = {part.strip().strip('"') for part in value.split(",")}
            match field:
                case "project":
                    holds = row["key"].split("-")[0] in values
                case "status":
                    holds = row["fields"]["status"]["id"] in values
                case "issuetype":
                    holds = row["fields"][field]["name"] == value
                case "created":
                    day = row["fields"]["created"][:16].replace("T", " ")
                    holds = day >= value if operator == ">=" else day <= value
                case _:
                    holds = value.casefold() in self._text(row)
            return str(holds)

        formula = _CLAUSE.sub(truth, asked).replace("AND", "and").replace("OR", "or")
        assert not set(re.findall(r"\w+", formula)) - {"True", "False", "and", "or"}
        return bool(eval(formula))  # truth values, checked the line before

    def _text(self, row: Row) -> str:
        texts = [
            row["fields"]["summary"],
            row["fields"]["description"],
            *(one["body"] for one in self.comments.get(row["key"], ())),
        ]
        return json.dumps(texts).casefold()

    def _named(self, request: Request) -> Row | None:
        name = request.path["issueIdOrKey"]
        name = "ENG-5" if name == MOVED else name
        return next((row for row in self.issues.values() if name in (row["key"], row["id"])), None)

    def issue(self, request: Request) -> Reply:
        row = self._named(request)
        wanted = [name for value in request.query.get("fields", []) for name in value.split(",")]
        return Reply(_cut(row, wanted, request.query.get("properties", []))) if row else _missing()

    def talk(self, request: Request) -> Reply:
        row = self._named(request)
        if row is None:
            return _missing()
        if row["key"] in self.unreadable_talk:
            return Reply({"errorMessages": ["No permission."], "errors": {}}, 403)
        said = self.comments.get(row["key"], [])
        start, size = int(request.one("startAt", "0")), int(request.one("maxResults", "50"))
        shown = [dict(one) for one in said[start : start + size]]
        if "properties" not in request.one("expand"):
            for one in shown:
                del one["properties"]
        return Reply({"startAt": start, "maxResults": size, "total": len(said), "comments": shown})

    def comment(self, request: Request) -> Reply:
        row = self._named(request)
        if row is None:
            return _missing()
        return Reply(self._say(row["key"], request.body["body"], request.body.get("properties", [])), 201)

    def create(self, request: Request) -> Reply:
        fields = request.body["fields"]
        unknown = set(fields) - {"project", "issuetype", "summary", "description", "priority", "labels"}
        if unknown or any(" " in label for label in fields.get("labels", ())):
            return Reply({"errorMessages": [], "errors": dict.fromkeys(unknown or {"labels"}, "cannot be set")}, 400)
        project = fields["project"]["key"]
        number = 1 + max(int(key.split("-")[1]) for key in self.issues if key.startswith(f"{project}-"))
        row = self._add(project, number, fields["summary"], fields["description"])
        row["fields"]["issuetype"] = {"name": TYPES[int(fields["issuetype"]["id"])]}
        row["fields"]["labels"] = fields.get("labels", [])
        row["fields"]["created"] = "2026-12-01T00:00:00.000+0000"
        if "priority" in fields:
            row["fields"]["priority"] = {"name": PRIORITIES[int(fields["priority"]["id"])]}
        row["properties"] = {one["key"]: one["value"] for one in request.body.get("properties", ())}
        return Reply({"id": row["id"], "key": row["key"], "self": row["self"]}, 201)

    def statuses(self, request: Request) -> Reply:
        return Reply([_status(number) for number in range(len(STATUSES))])

    def types(self, request: Request) -> Reply:
        return Reply([{"id": str(number), "name": name, "subtask": False} for number, name in enumerate(TYPES)])

    def form(self, request: Request) -> Reply:
        kinds = [{"id": "9", "name": "Sub-task", "subtask": True}]
        kinds += [{"id": str(number), "name": name, "subtask": False} for number, name in enumerate(TYPES)]
        return Reply({"issueTypes": kinds, "startAt": 0, "maxResults": 100, "total": len(kinds)})

    def fields(self, request: Request) -> Reply:
        allowed = {
            "priority": [{"id": str(number), "name": name} for number, name in enumerate(PRIORITIES)],
            "labels": [],
        }
        rows = [
            {"fieldId": name, "key": name, "name": name, "operations": ["set"], "required": False, "schema": {"type": name},
             "allowedValues": values}
            for name, values in allowed.items()
        ]  # fmt: skip
        return Reply({"fields": rows, "startAt": 0, "maxResults": 100, "total": len(rows)})


def _cut(row: Row, fields: list[str], properties: Any) -> Row:
    shown = {**row, "fields": {name: value for name, value in row["fields"].items() if name in fields}}
    shown["properties"] = {name: value for name, value in row["properties"].items() if name in properties}
    return shown


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _missing() -> Reply:
    said = "Issue does not exist or you do not have permission to see it."
    return Reply({"errorMessages": [said], "errors": {}}, 404)

"""A stand-in of Confluence Cloud: two spaces of pages, one page in the trash, a hostile one, drafts that nobody published."""

import base64
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.support_connectors.vendors.openapi import Reply, Request, VendorServer

EMAIL, TOKEN = "bot@acme.example", "api-token"
HELP, OPS = "65601", "65602"
KEYS = {HELP: "HELP", OPS: "OPS"}
TRASHED, HOSTILE, OFFICE = "1900", "1901", "1902"
CUSTOMERS = ("Acme Corp", "Globex", "Initech")
STORAGE = (
    "<h1>Log in &amp; out</h1><p>Never <strong>share</strong> a key.<br/>Second line</p>"
    '<ac:structured-macro ac:name="code"><ac:parameter ac:name="language">bash</ac:parameter><ac:plain-text-body>'
    "<![CDATA[curl -H 'X: <b>'\n  --retry 3]]></ac:plain-text-body></ac:structured-macro>"
    '<p>See <ac:link><ri:page ri:content-title="Rate limits" /></ac:link> and '
    '<ac:link><ri:page ri:content-title="Other" /><ac:link-body>the other page</ac:link-body></ac:link>.</p>'
    "<ac:task-list><ac:task><ac:task-id>7</ac:task-id><ac:task-status>incomplete</ac:task-status>"
    "<ac:task-body>Call back</ac:task-body></ac:task></ac:task-list><script>alert(1)</script>"
)
Row = dict[str, Any]


def contract() -> Row:
    """The cut description."""
    found: Row = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return found


class Confluence:
    """The stand-in's data and handlers."""

    def __init__(self) -> None:
        self.pages: dict[str, Row] = {}
        self.lag = False
        """Whether the search's index has not seen drafts yet."""
        for number in range(64):
            name = CUSTOMERS[number % 3]
            text = f"<p>{name}: API returning 500 errors. Workaround number{number}.</p>"
            title = f"{name} known issue {number}"
            self._add(str(1000 + number), title, text, (HELP, OPS)[number % 2], f"2026-01-{number % 27 + 1:02d}")
        self._add(HOSTILE, "Access rules", STORAGE, HELP, "2026-02-03")
        self._add(OFFICE, "Old office hours", "<p>Nine to five</p>", OPS, "2025-06-01")
        self._add(TRASHED, "Withdrawn workaround", "<p>Do not</p>", HELP, "2026-02-02", "trashed")

    def _add(self, number: str, title: str, text: str, space: str, day: str, status: str = "current") -> Row:
        at = f"{day}T10:00:{int(number) % 60:02d}.123Z"
        self.pages[number] = {
            "id": number, "status": status, "title": title, "spaceId": space, "authorId": "a1", "createdAt": at,
            "version": {"createdAt": at, "number": 1, "message": "", "minorEdit": False, "authorId": "a1"},
            "body": {"storage": {"representation": "storage", "value": text}},
            "_links": {"webui": f"/spaces/{KEYS[space]}/pages/{number}", "editui": "", "tinyui": ""},
        }  # fmt: skip
        return self.pages[number]

    def server(self) -> VendorServer:
        """The stand-in as a server."""
        handlers = {
            "getPages": self.listed, "getPageById": self.page, "createPage": self.create, "getSpaces": self.spaces,
            "getSearchV1": self.search,
        }  # fmt: skip
        return VendorServer(contract(), {name: _guarded(handler) for name, handler in handlers.items()})

    def listed(self, request: Request) -> Reply:
        rows = [
            row for row in self.pages.values() if row["status"] in request.query.get("status", ["current", "archived"])
        ]
        if "id" in request.query:
            rows = [row for row in rows if row["id"] in request.query["id"]]
        if "space-id" in request.query:
            rows = [row for row in rows if row["spaceId"] in request.query["space-id"]]
        rows.sort(key=lambda row: str(row["version"]["createdAt"]), reverse=request.one("sort") == "-modified-date")
        start, size = int(request.one("cursor", "0")), int(request.one("limit", "25"))
        shown = [row if request.one("body-format") else {**row, "body": {}} for row in rows[start : start + size]]
        links: Row = {"base": f"{request.url}/wiki"}
        if start + size < len(rows):
            links["next"] = f"/wiki/api/v2/pages?limit={size}&cursor={start + size}"
        return Reply({"results": shown, "_links": links})

    def page(self, request: Request) -> Reply:
        row = self.pages.get(request.path["id"])
        draft = request.one("get-draft") == "true"
        if row is None or (row["status"] == "draft") is not draft:
            return _error(404, "Not found")
        return Reply(row)

    def create(self, request: Request) -> Reply:
        body = request.body
        assert (body["status"], body["body"]["representation"]) == ("draft", "storage")
        number = str(max(int(name) for name in self.pages) + 1)
        return Reply(self._add(number, body["title"], body["body"]["value"], body["spaceId"], "2026-03-01", "draft"))

    def spaces(self, request: Request) -> Reply:
        wanted, ids = request.query.get("keys"), request.query.get("ids")
        rows = [
            {"id": number, "key": key, "name": f"{key} space", "type": "global", "status": "current", "authorId": "a1"}
            for number, key in KEYS.items()
            if (wanted is None or key in wanted) and (ids is None or number in ids)
        ]
        return Reply({"results": rows, "_links": {"base": f"{request.url}/wiki"}})

    def search(self, request: Request) -> Reply:
        """CQL as far as it is used here; drafts only where the context asks for them and the index knows them."""
        cql = request.one("cql")
        terms = [term.casefold() for term in re.findall(r'text ~ "([^"]*)"', cql)]
        title = re.search(r'title = "((?:[^"\\]|\\.)*)"', cql)
        spaces = re.findall(r'"([^"]*)"', cql.partition("space ")[2])
        context = json.loads(request.one("cqlcontext", '{"contentStatuses": ["current"]}'))
        known = {"current"} if self.lag else set(context["contentStatuses"])
        scored = []
        for row in self.pages.values():
            held = set(re.findall(r"[^\W_]+", f"{row['title']} {row['body']['storage']['value']}".casefold()))
            score = sum(term in held for term in terms) + (
                title is not None and row["title"] == re.sub(r"\\(.)", r"\1", title[1])
            )
            if score and row["status"] in known and (not spaces or KEYS[row["spaceId"]] in spaces):
                scored.append((score, row))
        scored.sort(key=lambda one: (-one[0], int(one[1]["id"])))
        start, size = int(request.one("cursor", "0")), int(request.one("limit", "25"))
        results = [
            {"content": {"id": row["id"], "type": "page", "status": row["status"], "title": row["title"]},
             "title": row["title"], "excerpt": "", "url": "", "lastModified": row["version"]["createdAt"],
             "entityType": "content", "iconCssClass": "", "breadcrumbs": []}
            for _, row in scored[start : start + size]
        ]  # fmt: skip
        links = {"base": f"{request.url}/wiki", "context": "/wiki"}
        if start + size < len(scored):
            links["next"] = f"/rest/api/search?next=true&cursor={start + size}&limit={size}&cql={quote(cql)}"
        found = {"results": results, "start": start, "limit": size, "size": len(results), "totalSize": len(scored)}
        return Reply({**found, "cqlQuery": cql, "searchDuration": 5, "_links": links})


def _guarded(handler: Any) -> Any:
    known = base64.b64encode(f"{EMAIL}:{TOKEN}".encode()).decode()

    def answer(request: Request) -> Reply:
        if request.headers.get("authorization") != f"Basic {known}":
            return _error(401, "Unauthorized")
        reply: Reply = handler(request)
        return reply

    return answer


def _error(status: int, title: str) -> Reply:
    return Reply({"errors": [{"status": status, "code": title.upper(), "title": title, "detail": None}]}, status)

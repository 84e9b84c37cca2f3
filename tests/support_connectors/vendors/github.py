"""A stand-in of GitHub Issues: two repositories, a pull request, a deleted issue, a hostile text."""

import json
import re
from pathlib import Path
from typing import Any

from tests.support_connectors.vendors.minimal import minimal
from tests.support_connectors.vendors.openapi import Reply, Request, VendorServer

TOKEN = "github-token"
APP, WEB = "acme/app", "acme/web"
DELETED, PULL, HOSTILE = 70, 71, 72
CUSTOMERS = ("Acme Corp", "Globex", "Initech")
HOSTILE_BODY = "Closes #1, cc @everyone <img src=x onerror=alert(1)>\r\n```\ncode\n```"
Row = dict[str, Any]


def contract() -> Row:
    """The cut description."""
    found: Row = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return found


class GitHub:
    """The stand-in's data and handlers."""

    def __init__(self) -> None:
        self._contract = contract()
        self.issues: dict[tuple[str, int], Row] = {}
        self.comments: dict[tuple[str, int], list[Row]] = {}
        for number in range(1, 66):
            who = CUSTOMERS[number % 3]
            labels = ["bug", "p1"] if number % 2 else ["enhancement"]
            self._add(APP, number, f"API returning 500 errors case{number}", f"Seen by {who}.", labels, number % 5 == 0)
        self._add(APP, PULL, "Fix API 500 errors", "A change.", [], closed=False)["pull_request"] = dict.fromkeys(
            ("diff_url", "html_url", "patch_url", "url")
        )
        self._add(APP, HOSTILE, "Odd text", HOSTILE_BODY, ["bug"], closed=False)
        self._add(WEB, 1, "Login page is slow", "Since Monday.", ["bug"], closed=False)
        for text in ("Can reproduce.", "Fix in review."):
            self._say(APP, 65, text)

    def server(self) -> VendorServer:
        """The stand-in as a server."""
        handlers = {
            "search/issues-and-pull-requests": self.search, "issues/get": self.issue, "issues/list-comments": self.talk,
            "issues/create-comment": self.comment, "issues/list-for-repo": self.listed, "issues/create": self.create,
        }  # fmt: skip
        return VendorServer(self._contract, {name: self._guarded(handler) for name, handler in handlers.items()})

    def _guarded(self, handler: Any) -> Any:
        def run(request: Request) -> Reply:
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return Reply({"message": "Bad credentials", "documentation_url": "x", "status": "401"}, 401)
            reply: Reply = handler(request)
            return reply

        return run

    def _user(self, login: str) -> Row:
        user: Row = minimal(self._contract, {"$ref": "#/components/schemas/simple-user"})
        return {**user, "login": login, "id": 1}

    def _add(self, place: str, number: int, title: str, body: str, labels: list[str], closed: bool) -> Row:
        row: Row = minimal(self._contract, {"$ref": "#/components/schemas/issue"})
        at = f"2026-0{1 + number % 9}-{1 + number % 27:02d}T10:{number % 60:02d}:00Z"
        row |= {
            "id": number, "number": number, "title": title, "body": body, "state": "closed" if closed else "open",
            "labels": [{"id": 1, "name": label} for label in labels], "user": self._user("kim"), "created_at": at, "updated_at": at,
            "closed_at": at if closed else None, "comments": 0, "assignees": [], "locked": False,
            "repository_url": f"https://api.github.com/repos/{place}", "html_url": f"https://github.com/{place}/issues/{number}",
        }  # fmt: skip
        self.issues[place, number] = row
        return row

    def _say(self, place: str, number: int, body: str) -> Row:
        row: Row = minimal(self._contract, {"$ref": "#/components/schemas/issue-comment"})
        said = self.comments.setdefault((place, number), [])
        row |= {"id": 9000 + sum(map(len, self.comments.values())), "body": body, "user": self._user("lee")}
        row |= {"created_at": f"2026-09-01T10:00:{len(said) % 60:02d}Z", "updated_at": "2026-09-01T10:00:00Z"}
        said.append(row)
        return row

    def search(self, request: Request) -> Reply:
        query = request.one("q")
        places = re.findall(r"repo:(\S+)", query)
        state = re.search(r"state:(\w+)", query)
        label = re.search(r'label:"([^"]*)"', query)
        created = re.search(r"created:(\S+)\.\.(\S+)", query)
        terms = [term.casefold() for term in re.findall(r'(?<!label:)"([^"]*)"', query)]
        found = []
        for (place, number), row in self.issues.items():
            text = f"{row['title']} {row['body']} {' '.join(one['body'] for one in self.comments.get((place, number), ()))}"
            if place not in places or row.get("pull_request") or (state and row["state"] != state[1]):
                continue
            if label and label[1].casefold() not in {one["name"].casefold() for one in row["labels"]}:
                continue
            if created and not (created[1] == "*" or created[1] <= row["created_at"]):
                continue
            if created and not (created[2] == "*" or row["created_at"] <= created[2]):
                continue
            if all(term in text.casefold() for term in terms):
                found.append(row)
        found.sort(key=lambda row: (row["created_at"], row["id"]), reverse=True)
        size, page = int(request.one("per_page", "30")), int(request.one("page", "1"))
        item: Row = minimal(self._contract, {"$ref": "#/components/schemas/issue-search-result-item"})
        rows = [{**item, **row, "score": 1.0} for row in found[(page - 1) * size : page * size]]
        return Reply({"total_count": len(found), "incomplete_results": False, "search_type": "lexical", "items": rows})

    def _named(self, request: Request) -> tuple[tuple[str, int], Row | None]:
        key = (f"{request.path['owner']}/{request.path['repo']}", int(request.path["issue_number"]))
        return key, self.issues.get(key)

    def issue(self, request: Request) -> Reply:
        key, row = self._named(request)
        if key == (APP, DELETED):
            return Reply({"message": "This issue was deleted", "documentation_url": "x"}, 410)
        return Reply(row) if row else _missing()

    def talk(self, request: Request) -> Reply:
        key, row = self._named(request)
        size, page = int(request.one("per_page", "30")), int(request.one("page", "1"))
        return Reply(self.comments.get(key, [])[(page - 1) * size : page * size]) if row else _missing()

    def comment(self, request: Request) -> Reply:
        key, row = self._named(request)
        return Reply(self._say(*key, request.body["body"]), 201) if row else _missing()

    def listed(self, request: Request) -> Reply:
        place = f"{request.path['owner']}/{request.path['repo']}"
        rows = [row for (home, _), row in self.issues.items() if home == place]
        rows.sort(key=lambda row: str(row["created_at"]), reverse=True)
        return Reply(rows[: int(request.one("per_page", "30"))])

    def create(self, request: Request) -> Reply:
        place = f"{request.path['owner']}/{request.path['repo']}"
        number = 1 + max(known for home, known in self.issues if home == place)
        row = self._add(
            place, number, request.body["title"], request.body["body"], request.body.get("labels", []), closed=False
        )
        row["created_at"] = "2026-12-01T00:00:00Z"
        return Reply(row, 201)


def _missing() -> Reply:
    return Reply({"message": "Not Found", "documentation_url": "x", "status": "404"}, 404)

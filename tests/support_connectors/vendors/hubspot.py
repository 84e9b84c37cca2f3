"""A stand-in of HubSpot's objects: companies with contacts, deals and notes, a deleted company, hostile text."""

import json
from pathlib import Path
from typing import Any

from tests.support_connectors.vendors.openapi import Reply, Request, VendorServer

TOKEN = "hubspot-token"
ACME, DELETED = "1001", "1099"
Row = dict[str, Any]
_SEARCH = "post-/crm/v3/objects/{objectType}/search_doSearch"
_READ = "get-/crm/v3/objects/{objectType}/{objectId}_getById"
_BATCH = "post-/crm/v3/objects/{objectType}/batch/read_read"
_CREATE = "post-/crm/v3/objects/{objectType}_create"


def contract() -> Row:
    """The cut description."""
    found: Row = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return found


class HubSpot:
    """The stand-in's data and handlers."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Row]] = {"companies": {}, "contacts": {}, "deals": {}, "notes": {}}
        self.linked: dict[tuple[str, str], list[str]] = {}
        names = ["Acme Corp", "Globex Inc", "Initech LLC", *(f"Customer {number:02d}" for number in range(60))]
        for index, name in enumerate(names):
            tier = ("Enterprise", "Growth", "Starter")[index % 3]
            renewal = f"2027-{1 + index % 12:02d}-01"
            self._add("companies", str(1001 + index), name=name, domain=f"{name.split()[0].lower()}{index}.example", tier=tier,
                      arr=str(1000 * (index + 1)), renewal=renewal, industry="SOFTWARE")  # fmt: skip
        self._add("companies", DELETED, name="Gone Ltd")["archived"] = True
        dana = {"firstname": "Dana", "lastname": "Reyes", "email": "dana@acme.example", "jobtitle": "CTO"}
        self._link(ACME, "contacts", self._add("contacts", "1", **dana))
        renewal_deal = {"dealname": "Renewal", "amount": "26000.50", "closedate": "2026-12-31T00:00:00Z"}
        self._link(ACME, "deals", self._add("deals", "1", **renewal_deal, hs_is_closed="false"))
        self._link(ACME, "deals", self._add("deals", "2", dealname="Old", amount="1", hs_is_closed="true"))
        foreign = {"dealname": "EU", "amount": "500", "deal_currency_code": "EUR"}
        self._link(ACME, "deals", self._add("deals", "3", **foreign, hs_is_closed="false"))
        note = {"hs_note_body": "<p>Worried about <b>500</b> errors</p>", "hs_timestamp": "2026-11-01T10:00:00Z"}
        self._link(ACME, "notes", self._add("notes", "1", **note))

    def _add(self, kind: str, number: str, /, **properties: str) -> Row:
        row: Row = {
            "id": number, "properties": {**properties, "hs_object_id": number}, "archived": False,
            "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
        }  # fmt: skip
        self.objects[kind][number] = row
        return row

    def _link(self, company: str, kind: str, row: Row) -> None:
        self.linked.setdefault((company, kind), []).append(row["id"])

    def server(self) -> VendorServer:
        """The stand-in as a server."""
        handlers = {_SEARCH: self.search, _READ: self.read, _BATCH: self.batch, _CREATE: self.create}
        return VendorServer(contract(), {name: self._guarded(handler) for name, handler in handlers.items()})

    def _guarded(self, handler: Any) -> Any:
        def run(request: Request) -> Reply:
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return _error(401, "Authentication credentials not found", "INVALID_AUTHENTICATION")
            reply: Reply = handler(request)
            return reply

        return run

    def search(self, request: Request) -> Reply:
        body = request.body
        if len(body["filterGroups"]) > 5 or not 1 <= body["limit"] <= 200:
            return _error(400, "too many filter groups, or a wrong limit", "VALIDATION_ERROR")
        rows = [row for row in self.objects[request.path["objectType"]].values() if not row["archived"]]
        groups = body["filterGroups"]
        found = [
            row
            for row in rows
            if not groups or any(all(_fits(row, one) for one in group["filters"]) for group in groups)
        ]
        found.sort(key=lambda row: str(row["properties"].get("name", "")))
        start = int(body["after"] or 0)
        part = found[start : start + body["limit"]]
        reply: Row = {"total": len(found), "results": [_shown(row, body["properties"]) for row in part]}
        if start + len(part) < len(found):
            reply["paging"] = {"next": {"after": str(start + len(part))}}
        return Reply(reply)

    def read(self, request: Request) -> Reply:
        kind, name = request.path["objectType"], request.path["objectId"]
        row = self.objects[kind].get(name)
        if row is None or row["archived"]:
            return _error(404, "resource not found", "OBJECT_NOT_FOUND")
        shown = _shown(row, request.one("properties").split(","))
        linked = {
            other: {"results": [{"id": one, "type": f"company_to_{other}"} for one in self.linked[name, other]]}
            for other in request.one("associations").split(",") if (name, other) in self.linked
        }  # fmt: skip
        return Reply({**shown, "associations": linked} if linked else shown)

    def batch(self, request: Request) -> Reply:
        if len(request.body["inputs"]) > 100:
            return _error(400, "a batch holds 100 at the most", "VALIDATION_ERROR")
        rows = [self.objects[request.path["objectType"]].get(one["id"]) for one in request.body["inputs"]]
        shown = [_shown(row, request.body["properties"]) for row in rows if row]
        at = "2026-01-01T00:00:00Z"
        return Reply({"status": "COMPLETE", "results": shown, "startedAt": at, "completedAt": at})

    def create(self, request: Request) -> Reply:
        kind = request.path["objectType"]
        row = self._add(kind, str(5000 + len(self.objects[kind])), **request.body["properties"])
        for one in request.body["associations"]:
            if one["to"]["id"] not in self.objects["companies"]:
                return _error(404, "the company does not exist", "OBJECT_NOT_FOUND")
            self._link(one["to"]["id"], kind, row)
        return Reply(row, 201)


def _fits(row: Row, one: Row) -> bool:
    value = str(row["properties"].get(one["propertyName"]) or "").casefold()
    wanted = str(one["value"]).casefold()
    match one["operator"]:
        case "EQ":
            return value == wanted
        case "CONTAINS_TOKEN":
            return wanted in value.replace(".", " ").split() or wanted in value.split()
    from datetime import UTC, datetime

    if not value:
        return False
    moment = datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp() * 1000
    return moment >= int(wanted) if one["operator"] == "GTE" else moment <= int(wanted)


def _shown(row: Row, properties: list[str]) -> Row:
    return {**row, "properties": {key: row["properties"].get(key) for key in properties if key in row["properties"]}}


def _error(status: int, message: str, category: str) -> Reply:
    return Reply(
        {"message": message, "category": category, "correlationId": "aeb5f871-7f07-4993-9211-075dc63e7cbf"}, status
    )

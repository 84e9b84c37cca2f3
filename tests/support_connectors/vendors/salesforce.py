"""A stand-in of Salesforce: accounts with contacts, deals and tasks, sessions that end, and a query language of a few words."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support_connectors.vendors.openapi import Reply, Request, VendorServer

CLIENT, SECRET = "client-id", "client-secret"
ACME, EURO, DELETED = "001000000000001AAA", "001000000000003AAA", "001000000000099AAA"
NAMES = ("Acme Corp", "Globex", "Initech")
FIELDS = frozenset(
    "Id Name Industry Website Description Owner.Name CurrencyIsoCode Tier__c ARR__c Renewal_Date__c WhatId Subject CreatedDate".split()
)
PARTS = {"Contacts": "Contact", "Opportunities": "Opportunity"}
AT_ONCE = 40
"""Records of one answer; a longer one goes on at ``nextRecordsUrl``."""
_QUERY = re.compile(
    r"SELECT (?P<fields>.+) FROM (?P<kind>Account|Task)(?: WHERE (?P<where>.+?))?(?: ORDER BY (?P<order>[\w, ]+?))? LIMIT (?P<limit>\d+)",
    re.DOTALL,
)
_LITERAL = r"'(?:\\.|[^'\\])*'"
_CLAUSE = re.compile(
    rf"(?P<field>\w+) (?P<operator>=|>=|<=|>|IN) (?P<value>{_LITERAL}|\((?:{_LITERAL}(?:, )?)+\)|\d{{4}}-\d\d-\d\d)"
)
Row = dict[str, Any]


def contract() -> Row:
    """What both sides are held to."""
    found: Row = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return found


class Salesforce:
    """The stand-in's data and handlers."""

    def __init__(self) -> None:
        self.accounts: dict[str, Row] = {}
        self.tasks: list[Row] = []
        self.fields = set(FIELDS)
        """Fields that exist, or that our account may see."""
        self.hidden: set[tuple[str, str]] = set()
        """Objects' names with fields that our account may not see."""
        self.session = "session-1"
        self.sessions_asked = 0
        self.waiting: dict[str, list[Row]] = {}
        for number in range(1, 70):
            row_id = f"001{number:012d}AAA"
            name = NAMES[number - 1] if number <= len(NAMES) else f"Customer {number:03d}"
            self.accounts[row_id] = {
                "Id": row_id, "Name": name, "Industry": "Software", "Website": f"https://{number}.example", "Description": None,
                "Owner": {"Name": "Kim Lee", "attributes": {"type": "User", "url": "x"}}, "CurrencyIsoCode": "USD",
                "Tier__c": ("Enterprise", "Business", "Pro")[number % 3], "ARR__c": 1000.0 * number,
                "Renewal_Date__c": f"2027-{1 + number % 12:02d}-01",
            }  # fmt: skip
        self.accounts[EURO]["CurrencyIsoCode"] = "EUR"
        for number in range(3):
            self._task(ACME, f"Call {number}", f"Worried about 500 errors, call {number}")

    def server(self) -> VendorServer:
        """The stand-in as a server."""
        handlers = {
            "token": self.token, "query": self._guarded(self.query), "queryMore": self._guarded(self.more),
            "search": self._guarded(self.search), "create": self._guarded(self.create),
        }  # fmt: skip
        return VendorServer(contract(), handlers)

    def _guarded(self, handler: Any) -> Any:
        def run(request: Request) -> Reply:
            if request.headers.get("authorization") != f"Bearer {self.session}":
                return _error(401, "INVALID_SESSION_ID", "Session expired or invalid")
            reply: Reply = handler(request)
            return reply

        return run

    def _task(self, account: str, subject: str, text: str) -> Row:
        at = datetime(2026, 6, 1, 10, tzinfo=UTC) + timedelta(minutes=len(self.tasks))
        row = {
            "Id": f"00T{len(self.tasks):012d}AAA", "Subject": subject, "Description": text, "WhatId": account,
            "CreatedDate": at.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
            "Owner": {"Name": "Kim Lee", "attributes": {"type": "User", "url": "x"}},
        }  # fmt: skip
        self.tasks.append(row)
        return row

    def token(self, request: Request) -> Reply:
        self.sessions_asked += 1
        if request.body["client_secret"] != SECRET or request.body["client_id"] != CLIENT:
            return Reply({"error": "invalid_client", "error_description": "invalid client credentials"}, 400)
        about = {name: "x" for name in ("instance_url", "id", "issued_at", "signature")}  # noqa: C420
        return Reply({**about, "access_token": self.session})

    def query(self, request: Request) -> Reply:
        asked = _QUERY.fullmatch(request.one("q"))
        if asked is None:
            return _error(400, "MALFORMED_QUERY", f"unexpected token in {request.one('q')}")
        plain = re.sub(r", \(SELECT [^()]+\)", "", asked["fields"])
        wanted = [*plain.split(", "), *(clause["field"] for clause in _CLAUSE.finditer(asked["where"] or ""))]
        columns = [(asked["kind"], field) for field in wanted]
        for fields, relation in re.findall(r"\(SELECT (.+?) FROM (\w+)", asked["fields"]):
            columns += [(PARTS[relation], field) for field in fields.split(", ")]
        for kind, field in columns:
            if (kind, field) in self.hidden or (kind == asked["kind"] and field not in self.fields):
                said = f"\nSELECT\n^\nERROR at Row:1:Column:8\nNo such column '{field}' on entity '{kind}'."
                return _error(400, "INVALID_FIELD", said)
        if re.search(r"Id (?:=|IN) \(?'001(?![0-9]{12})", asked["where"] or ""):
            return _error(400, "INVALID_QUERY_FILTER_OPERATOR", "\nERROR at Row:1:Column:9\ninvalid ID field: 001")
        rows = list(self.accounts.values()) if asked["kind"] == "Account" else self.tasks
        found = [row for row in rows if _holds(row, asked["where"] or "")]
        if asked["kind"] == "Account":
            found.sort(key=lambda row: (row["Name"], row["Id"]))
        elif asked["order"]:
            found.sort(key=lambda row: (row["CreatedDate"], row["Id"]), reverse=True)
        shown = [self._shown(row, asked) for row in found[: int(asked["limit"])]]
        return self._page(shown, len(shown))

    def more(self, request: Request) -> Reply:
        rows = self.waiting.pop(request.path["locator"])
        return self._page(rows, len(rows))

    def search(self, request: Request) -> Reply:
        asked = re.fullmatch(r"FIND \{(.+)\} IN ALL FIELDS RETURNING Account\(Id\) LIMIT (\d+)", request.one("q"))
        if asked is None or not re.fullmatch(r'"[^\W_]+"(?: OR "[^\W_]+")*', asked[1]):
            return _error(400, "MALFORMED_SEARCH", f"unexpected token in {request.one('q')}")
        terms = [term.strip('"') for term in asked[1].casefold().split(" or ")]
        found = [
            row
            for row in self.accounts.values()
            if any(term in f"{row['Name']} {row['Website']}".casefold() for term in terms)
        ]
        found.sort(key=lambda row: -sum(term in row["Name"].casefold() for term in terms))
        records = [{"Id": row["Id"], "attributes": _about("Account", row)} for row in found[: int(asked[2])]]
        return Reply({"searchRecords": records})

    def create(self, request: Request) -> Reply:
        row = self._task(request.body["WhatId"], request.body["Subject"], request.body["Description"])
        return Reply({"id": row["Id"], "success": True, "errors": []}, 201)

    def _page(self, rows: list[Row], total: int) -> Reply:
        page: Row = {"totalSize": total, "done": len(rows) <= AT_ONCE, "records": rows[:AT_ONCE]}
        if len(rows) > AT_ONCE:
            locator = f"01g{len(self.waiting)}"
            self.waiting[locator] = rows[AT_ONCE:]
            page["nextRecordsUrl"] = f"/services/data/v62.0/query/{locator}"
        return Reply(page)

    def _shown(self, row: Row, asked: re.Match[str]) -> Row:
        kept = {
            name: row.get(name.split(".")[0]) for name in re.sub(r"\([^()]*\)", "", asked["fields"]).split(", ") if name
        }
        shown = {name.split(".")[0]: value for name, value in kept.items()}
        shown["attributes"] = _about(asked["kind"], row)
        if "FROM Contacts" in asked["fields"]:
            person = {
                name: value
                for name, value in {"Name": "Dana Reyes", "Title": "CTO", "Email": "dana@acme.example"}.items()
                if ("Contact", name) not in self.hidden
            }
            shown["Contacts"] = (
                _nested([{**person, "attributes": {"type": "Contact", "url": "x"}}]) if row["Id"] == ACME else None
            )
        if "FROM Opportunities" in asked["fields"]:
            deal = {"Name": "Renewal", "Amount": 26000.5, "CloseDate": "2026-12-31", "StageName": "Negotiation",
                    "attributes": {"type": "Opportunity", "url": "x"}}  # fmt: skip
            shown["Opportunities"] = _nested([deal]) if row["Id"] in (ACME, EURO) else None
        return shown


def _nested(rows: list[Row]) -> Row:
    return {"totalSize": len(rows), "done": True, "records": rows}


def _holds(row: Row, where: str) -> bool:
    """Whether a row meets a condition."""

    def truth(clause: re.Match[str]) -> str:
        own, value = row.get(clause["field"]), clause["value"]
        if clause["operator"] == "IN":
            return str(own in [_plain(one) for one in re.findall(_LITERAL, value)])
        given = _plain(value) if value.startswith("'") else value
        if own is None:
            return "False"
        match clause["operator"]:
            case "=":
                return str(str(own).casefold() == given.casefold())
            case ">":
                return str(str(own) > given)
            case ">=":
                return str(str(own) >= given)
            case _:
                return str(str(own) <= given)

    formula = _CLAUSE.sub(truth, where).replace("AND", "and").replace("OR", "or") or "True"
    assert not set(re.findall(r"\w+", formula)) - {"True", "False", "and", "or"}, formula
    return bool(eval(formula))  # truth values, checked the line before


def _plain(literal: str) -> str:
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "r": "\r", "t": "\t"}.get(found[1], found[1]), literal[1:-1])


def _about(kind: str, row: Row) -> Row:
    return {"type": kind, "url": f"/services/data/v62.0/sobjects/{kind}/{row['Id']}"}


def _error(status: int, code: str, message: str) -> Reply:
    return Reply([{"message": message, "errorCode": code}], status)

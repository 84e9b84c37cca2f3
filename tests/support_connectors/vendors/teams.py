"""A stand-in of Microsoft Graph and its log-in: two teams, one closed channel, a thread, deleted messages, a chat between people."""

import itertools
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.support_connectors.vendors.openapi import Reply, Request, VendorServer

TENANT, CLIENT, SECRET, REFRESH = "acme.example", "client-1", "app-secret", "refresh-1"
SUPPORT, PLATFORM = "fbe2bf47-16c8-47cf-b4a5-4b9b187c508b", "11111111-2222-3333-4444-555555555555"
GENERAL, INCIDENTS, OPS, CLOSED = (f"19:{letter * 32}@thread.tacv2" for letter in "abcd")
CHANNELS = {
    SUPPORT: [(GENERAL, "General"), (INCIDENTS, "Incidents"), (CLOSED, "Leads")],
    PLATFORM: [(OPS, "General")],
}
TEAMS = {SUPPORT: "Support", PLATFORM: "Platform"}
CHAT = "19:chat_between_two@unq.gbl.spaces"
FIRST = datetime(2026, 1, 5, 8, tzinfo=UTC)
PEOPLE = ("Maya Ortiz", "Tom Keller", "Priya Nair")
CUSTOMERS = ("Acme Corp", "Globex", "Initech")
THREAD, REPLY, HOSTILE, DELETED, CARD = (
    "1767500000001",
    "1767500000002",
    "1767500000003",
    "1767500000004",
    "1767500000005",
)
Row = dict[str, Any]


def contract() -> Row:
    """The cut description."""
    found: Row = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return found


class Graph:
    """The stand-in's data and handlers."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {GENERAL: [], INCIDENTS: [], OPS: [], CLOSED: [], CHAT: []}
        self.tokens = itertools.count(1)
        self.granted: dict[str, str] = {}
        """Grants by token."""
        self.expires_in = 3_600
        self.made = 0
        for number in range(66):
            place = (GENERAL, INCIDENTS, OPS)[number % 3]
            text = f"<p>{CUSTOMERS[number % 3]}: API returning <b>500 errors</b>, case&nbsp;{number}</p>"
            self.add(
                place, str(1_767_600_000_000 + number), PEOPLE[number % 3], text, FIRST + timedelta(hours=number + 2)
            )
        root = self.add(
            GENERAL, THREAD, PEOPLE[0], "<p>Bulk export stalls for Globex</p>", FIRST + timedelta(minutes=10)
        )
        root["subject"] = "Exports"
        answers = ((REPLY, "Queue depth is 40k"), ("1767500000012", "Fixed by a restart"))
        for minute, (name, text) in enumerate(answers, 11):
            at = FIRST + timedelta(minutes=minute)
            root["replies"].append({**_row(GENERAL, name, PEOPLE[1], f"<p>{text}</p>", at), "replyToId": THREAD})
        hostile = (
            '<p>&lt;script&gt; <at id="0">Maya Ortiz</at> <emoji id="smile" alt="🙂" title="Smile"></emoji>'
            '<attachment id="1"></attachment></p><script>alert(1)</script>'
        )
        row = self.add(GENERAL, HOSTILE, PEOPLE[1], hostile, FIRST + timedelta(minutes=5))
        row["attachments"] = [
            {"id": "1", "contentType": "reference", "name": "trace.log", "contentUrl": "https://a.example"}
        ]
        gone = self.add(GENERAL, DELETED, PEOPLE[1], "", FIRST + timedelta(minutes=6))
        gone["deletedDateTime"] = "2026-01-05T09:00:00Z"
        event = self.add(GENERAL, "1767500000009", PEOPLE[1], "<systemEventMessage/>", FIRST)
        event.update(messageType="unknownFutureValue")
        card = self.add(INCIDENTS, CARD, PEOPLE[1], '<attachment id="c"></attachment>', FIRST + timedelta(minutes=7))
        body = {"type": "AdaptiveCard", "body": [{"type": "TextBlock", "text": "Latency above 2s on eu-1"}]}
        card.update({"from": {"application": {"id": "a1", "displayName": "Pager"}}})
        card["attachments"] = [
            {"id": "c", "contentType": "application/vnd.microsoft.card.adaptive", "content": json.dumps(body)}
        ]
        self.add(CHAT, "1767500000010", PEOPLE[2], "<p>Secret errors between two people</p>", FIRST)

    def add(self, place: str, number: str, person: str, text: str, at: datetime) -> Row:
        row = {**_row(place, number, person, text, at), "replies": []}
        self.rows[place].append(row)
        return row

    def server(self) -> VendorServer:
        """The stand-in as a server."""
        handlers = {
            "getTeam": self.team, "listChannels": self.channels, "listMessages": self.messages, "sendMessage": self.send,
            "getMessage": self.message, "listReplies": self.replies, "getReply": self.reply, "search": self.search,
        }  # fmt: skip
        return VendorServer(
            contract(), {**{name: self._guarded(handler) for name, handler in handlers.items()}, "token": self.token}
        )

    def token(self, request: Request) -> Reply:
        form = request.body
        app = form["grant_type"] == "client_credentials" and form.get("client_secret") == SECRET
        person = form["grant_type"] == "refresh_token" and str(form.get("refresh_token", "")).startswith("refresh-")
        if form["client_id"] != CLIENT or request.path["tenant"] != TENANT or not (app or person):
            return Reply({"error": "invalid_grant", "error_description": "AADSTS7000215: wrong secret"}, 400)
        assert "/.default" in form["scope"]
        token = f"token-{next(self.tokens)}"
        self.granted[token] = "app" if app else "person"
        answer = {"token_type": "Bearer", "expires_in": self.expires_in, "access_token": token}
        return Reply(answer if app else {**answer, "refresh_token": f"refresh-{token}"})

    def _guarded(self, handler: Any) -> Any:
        def answer(request: Request) -> Reply:
            grant = self.granted.get(request.headers.get("authorization", "").removeprefix("Bearer "))
            if grant is None:
                return _error(401, "InvalidAuthenticationToken", "Lifetime validation failed")
            if request.path.get("team_id", SUPPORT) not in TEAMS:
                return _error(404, "NotFound", "No team found")
            if request.path.get("channel_id") == CLOSED:
                return _error(403, "Forbidden", "Not a member")
            reply: Reply = handler(request, grant)
            return reply

        return answer

    def team(self, request: Request, _grant: str) -> Reply:
        return Reply({"id": request.path["team_id"], "displayName": TEAMS[request.path["team_id"]]})

    def channels(self, request: Request, _grant: str) -> Reply:
        """One a page, so that links are followed."""
        rows = [{"id": number, "displayName": name} for number, name in CHANNELS[request.path["team_id"]]]
        return _page(request, rows, 1, f"/v1.0/teams/{request.path['team_id']}/channels?")

    def messages(self, request: Request, _grant: str) -> Reply:
        """By when they were last changed, an answer to them included."""
        rows = sorted(self.rows[request.path["channel_id"]], key=_changed, reverse=True)
        if request.one("$expand") != "replies":
            rows = [{key: value for key, value in row.items() if key != "replies"} for row in rows]
        path = f"/v1.0/teams/{request.path['team_id']}/channels/{quote(request.path['channel_id'])}/messages"
        expand = "$expand=replies&" if request.one("$expand") else ""
        return _page(request, rows, int(request.one("$top", "20")), f"{path}?{expand}$top={request.one('$top', '20')}&")

    def _found(self, request: Request) -> Row | None:
        rows = self.rows[request.path["channel_id"]]
        return next((row for row in rows if row["id"] == request.path["message_id"]), None)

    def message(self, request: Request, _grant: str) -> Reply:
        row = self._found(request)
        if row is None:
            return _error(404, "NotFound", "Message not found")
        return Reply({key: value for key, value in row.items() if key != "replies"})

    def replies(self, request: Request, _grant: str) -> Reply:
        row = self._found(request)
        return Reply({"value": row["replies"]}) if row else _error(404, "NotFound", "Message not found")

    def reply(self, request: Request, _grant: str) -> Reply:
        row = self._found(request)
        found = next((one for one in row["replies"] if one["id"] == request.path["reply_id"]), None) if row else None
        return Reply(found) if found else _error(404, "NotFound", "Message not found")

    def search(self, request: Request, grant: str) -> Reply:
        """All quoted words must stand in a message; the newest first."""
        if grant == "app":
            return _error(403, "Forbidden", "Application permission is not supported")
        asked = request.body["requests"][0]
        wanted = re.findall(r'"([^"]*)"', asked["query"]["queryString"].casefold())
        known = [(place, row) for place, rows in self.rows.items() for top in rows for row in (top, *top["replies"])]
        said = [
            one
            for one in known
            if all(word in re.sub(r"<[^>]*>|&\w+;", " ", one[1]["body"]["content"]).casefold() for word in wanted)
        ]
        said = [one for one in said if not one[1]["deletedDateTime"]]
        said.sort(key=lambda one: str(one[1]["createdDateTime"]), reverse=True)
        start, size = asked["from"], asked["size"]
        hits = [
            {"hitId": row["id"], "rank": rank, "summary": "…", "resource": _hit(place, row)}
            for rank, (place, row) in enumerate(said[start : start + size], start + 1)
        ]
        box = {"hits": hits, "total": len(said), "moreResultsAvailable": start + size < len(said)}
        return Reply({"value": [{"hitsContainers": [box]}]})

    def send(self, request: Request, grant: str) -> Reply:
        if grant == "app":
            return _error(403, "Forbidden", "Only for import")
        body = request.body["body"]
        assert body["contentType"] == "text"
        self.made += 1
        at = FIRST + timedelta(days=30, minutes=self.made)
        row = self.add(request.path["channel_id"], str(1_769_000_000_000 + self.made), PEOPLE[0], body["content"], at)
        row["body"] = body
        return Reply({key: value for key, value in row.items() if key != "replies"}, 201)


def _row(place: str, number: str, person: str, text: str, at: datetime) -> Row:
    time = at.isoformat().replace("+00:00", "Z")
    return {
        "id": number, "replyToId": None, "etag": number, "messageType": "message", "createdDateTime": time,
        "lastModifiedDateTime": time, "lastEditedDateTime": None, "deletedDateTime": None, "subject": None, "importance": "normal",
        "locale": "en-us", "webUrl": f"https://teams.microsoft.com/l/message/{quote(place)}/{number}?groupId=g",
        "from": {"user": {"id": person.casefold(), "displayName": person}}, "body": {"contentType": "html", "content": text},
        "channelIdentity": {"teamId": SUPPORT, "channelId": place}, "attachments": [], "mentions": [],
    }  # fmt: skip


def _changed(row: Row) -> str:
    return max(str(one["lastModifiedDateTime"]) for one in (row, *row["replies"]))


def _hit(place: str, row: Row) -> Row:
    hit = {"@odata.type": "#microsoft.graph.chatMessage", "id": row["id"], "createdDateTime": row["createdDateTime"]}
    if place == CHAT:
        return {**hit, "chatId": place, "webLink": "https://teams.microsoft.com/l/message/19:x@unq.gbl.spaces/1"}
    parent = f"&parentMessageId={row['replyToId']}" if row["replyToId"] else ""
    return {**hit, "channelIdentity": {"channelId": place}, "webLink": f"{row['webUrl']}{parent}"}


def _page(request: Request, rows: list[Row], size: int, link: str) -> Reply:
    start = int(request.one("$skiptoken", "0"))
    found: Row = {"value": rows[start : start + size]}
    if start + size < len(rows):
        found["@odata.nextLink"] = f"{request.url}{link}$skiptoken={start + size}"
    return Reply(found)


def _error(status: int, code: str, message: str) -> Reply:
    return Reply({"error": {"code": code, "message": message}}, status)

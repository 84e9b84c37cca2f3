"""A desk on the real systems: places of its own, people who write there, and everything that stands there.

Nothing here goes through the product's backends: each system is read by its own interface, as its own client would, so what is seen
is what the system holds.
"""

import imaplib
import json
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email import policy as mail_policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any
from urllib.parse import quote

import httpx2
from tests.support_connectors.backends.services import service

CUSTOMER, COMPANY = "dana@acme.example", "Acme Corp"
BYSTANDER = "lee@globex.example"
"""Another customer of the same queue, about something else."""
LONGEST_S = 120.0
"""After which what was sent is taken not to come; no measure of how long it should take."""
Seen = dict[str, str]
"""What stands in the systems: where, and what it says."""


@dataclass
class RealDesk:
    """A queue, a project, rooms and drafts that belong to one test alone."""

    token: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    ticket: str = ""
    other_ticket: str = ""

    def __post_init__(self) -> None:
        """Skips the test where one of the systems is not up."""
        self._services = {name: service(name) for name in ("rt", "redmine", "matrix", "mediawiki", "jmap", "imap")}
        rt, redmine, matrix = (self._services[name] for name in ("rt", "redmine", "matrix"))
        self.queue, self.project, self.channel = f"Desk-{self.token}", f"desk-{self.token}", f"#team-{self.token}"
        self.rt = _http(f"{rt['url']}/REST/2.0", Authorization=f"token {rt['token']}")
        self.redmine = _http(redmine["url"], **{"X-Redmine-API-Key": redmine["api_key"]})
        self._chat = {"url": matrix["url"], "token": _account(matrix["url"], matrix["token"], f"desk-{self.token}")}
        self.matrix = _http(f"{matrix['url']}/_matrix/client/v3", Authorization=f"Bearer {self._chat['token']}")
        self.wiki = _http(self._services["mediawiki"]["url"])

    def close(self) -> None:
        """Let go of the connections; what was written stays in the systems."""
        for client in (self.rt, self.redmine, self.matrix, self.wiki):
            client.close()

    def set_up(self, subject: str, report: str) -> None:
        """Make the places, and let the customer report something by mail; another customer asks something else."""
        _ok(self.rt.post("/queue", json={"Name": self.queue, "CorrespondAddress": "support@support.example"}))
        _ok(self.redmine.post("/projects.json", json={"project": {
            "name": self.project, "identifier": self.project, "enabled_module_names": ["issue_tracking"],
            "tracker_ids": [row["id"] for row in _ok(self.redmine.get("/trackers.json"))["trackers"]],
        }}))  # fmt: skip
        self._rooms = {name: self._room(name) for name in (self.channel, f"#hall-{self.token}")}
        self._log_in()
        self.ticket = self.by_mail(CUSTOMER, subject, report)
        self.other_ticket = self.by_mail(
            BYSTANDER, f"Where do we change our address? ({self.token})", "We moved last week."
        )

    def connectors(self) -> dict[str, dict[str, Any]]:
        """The file of connectors that a person would write."""
        return {
            "desk": {"system": "rt", **self._services["rt"], "queue": self.queue},
            "tracker": {"system": "redmine", **self._services["redmine"], "project": self.project},
            "talk": {"system": "matrix", **self._chat},
            "wiki": {"system": "mediawiki", **self._services["mediawiki"]},
            "mail": {"system": "jmap", **self._services["jmap"]},
        }

    def by_mail(self, sender: str, subject: str, text: str, ticket: str = "") -> str:
        """Somebody writes a mail to the queue: a new ticket, or an answer in one; returns the ticket's id."""
        mail = EmailMessage()
        mail["From"], mail["To"] = sender, "support@support.example"
        mail["Subject"] = f"[support.example #{ticket}] {subject}" if ticket else subject
        mail["Message-ID"] = f"<{uuid.uuid4().hex}@{sender.partition('@')[2]}>"
        mail.set_content(text)
        gateway = f"{self._services['rt']['url']}/REST/1.0/NoAuth/mail-gateway"
        taken = httpx2.post(
            gateway, data={"queue": self.queue, "action": "correspond", "message": mail.as_string()}, timeout=LONGEST_S
        )
        assert taken.text.strip() == "ok" or "Ticket:" in taken.text, taken.text
        return ticket or max((row["id"] for row in self._tickets()), key=int)

    def agent_says(self, text: str, way: str = "correspond") -> None:
        """A colleague writes in the ticket, in the system itself."""
        _ok(self.rt.post(f"/ticket/{self.ticket}/{way}", json={"Content": text, "ContentType": "text/plain"}))

    def engineer_says(self, text: str, status: str) -> None:
        """An engineer comments the one item of the tracker and gives it a status, in the system itself."""
        (issue,) = self.issues()
        known = {row["name"]: row["id"] for row in _ok(self.redmine.get("/issue_statuses.json"))["issue_statuses"]}
        answer = self.redmine.put(f"/issues/{issue}.json", json={"issue": {"notes": text, "status_id": known[status]}})
        assert answer.is_success, answer.text

    def messages(self) -> list[str]:
        """The refs of the ticket's messages, oldest first."""
        rows = self._history(self.ticket)
        return [
            f"support_platform/{self.ticket}-m{row['id']}"
            for row in rows
            if row["Type"] in ("Create", "Correspond", "Comment")
        ]

    def seen(self) -> Seen:
        """Everything that stands in the places of this test, and what of the wiki and the mailboxes names it."""
        return {
            **dict(self._in_tickets()), **dict(self._in_tracker()), **dict(self._in_rooms()), **dict(self._in_wiki()),
            **dict(self._in_mailboxes()),
        }  # fmt: skip

    # Request Tracker

    def _tickets(self) -> list[dict[str, Any]]:
        asked: dict[str, Any] = {"query": f"Queue = '{self.queue}'", "fields": "Subject,Status", "per_page": 100}
        return list(_ok(self.rt.get("/tickets", params=asked))["items"])

    def _history(self, ticket: str) -> list[dict[str, Any]]:
        asked: dict[str, Any] = {"fields": "Type,Creator,Field,NewValue", "per_page": 100}
        return sorted(
            _ok(self.rt.get(f"/ticket/{ticket}/history", params=asked))["items"], key=lambda row: int(row["id"])
        )

    def _in_tickets(self) -> Iterator[tuple[str, str]]:
        for ticket in self._tickets():
            for row in self._history(ticket["id"]):
                said = row["NewValue"] or ""
                if row["Type"] in ("Create", "Correspond", "Comment"):
                    said = self._text_of(row["id"])
                yield (
                    f"rt {ticket['id']} {row['id']}",
                    " ".join([row["Type"], row["Creator"]["id"], row["Field"] or "", said]),
                )

    def _text_of(self, transaction: str) -> str:
        asked = [{"field": "TransactionId", "operator": "=", "value": transaction}]
        rows = _ok(self.rt.post("/attachments", json=asked, params={"fields": "Content,ContentType", "per_page": 20}))
        texts = [
            row["Content"]
            for row in rows["items"]
            if row.get("Content") and row["ContentType"].startswith("text/plain")
        ]
        return "\n".join(texts).replace("\r\n", "\n").strip()

    # Redmine

    def _in_tracker(self) -> Iterator[tuple[str, str]]:
        listed = _ok(
            self.redmine.get("/issues.json", params={"project_id": self.project, "status_id": "*", "limit": 100})
        )
        for one in listed["issues"]:
            issue = _ok(self.redmine.get(f"/issues/{one['id']}.json", params={"include": "journals"}))["issue"]
            description = issue["description"].replace("\r\n", "\n")
            yield f"redmine {one['id']}", f"{issue['tracker']['name']} {issue['subject']}\n\n{description}"
            for journal in issue["journals"]:
                yield (
                    f"redmine {one['id']} {journal['id']}",
                    (journal.get("notes") or "").replace("\r\n", "\n") + str(journal["details"] or ""),
                )

    def issues(self) -> list[str]:
        """The ids of the items in the tracker."""
        return [where.split()[1] for where, _ in self._in_tracker() if len(where.split()) == 2]

    # Matrix

    def _room(self, name: str) -> str:
        made = {"room_alias_name": name.lstrip("#"), "name": name.lstrip("#"), "preset": "private_chat"}
        return str(_ok(self.matrix.post("/createRoom", json=made))["room_id"])

    def _in_rooms(self) -> Iterator[tuple[str, str]]:
        for name, room in self._rooms.items():
            rows = _ok(self.matrix.get(f"/rooms/{quote(room)}/messages", params={"dir": "b", "limit": 200}))["chunk"]
            for row in rows:
                body = row["content"].get("body", "") if row["type"] == "m.room.message" else json.dumps(row["content"])
                yield f"matrix {name} {row['event_id']}", f"{row['type']} {body}"

    # MediaWiki

    def _log_in(self) -> None:
        given = self._services["mediawiki"]
        asked = {"action": "query", "meta": "tokens", "type": "login", "format": "json"}
        token = _ok(self.wiki.get("/api.php", params=asked))["query"]["tokens"]["logintoken"]
        body = {
            "action": "login",
            "lgname": given["user"],
            "lgpassword": given["password"],
            "lgtoken": token,
            "format": "json",
        }
        assert _ok(self.wiki.post("/api.php", data=body))["login"]["result"] == "Success"

    def _in_wiki(self) -> Iterator[tuple[str, str]]:
        """Each of the last 500 changes of the whole wiki whose page names this desk."""
        changes: dict[str, Any] = {
            "action": "query",
            "list": "recentchanges",
            "rcprop": "title|ids",
            "rclimit": 500,
            "format": "json",
        }
        for change in _ok(self.wiki.get("/api.php", params=changes))["query"]["recentchanges"]:
            if not change["revid"]:
                continue
            asked = {"action": "query", "revids": change["revid"], "prop": "revisions", "rvprop": "content", "rvslots": "main",
                     "format": "json", "formatversion": 2}  # fmt: skip
            pages = _ok(self.wiki.get("/api.php", params=asked))["query"].get("pages", [])
            text = pages[0]["revisions"][0]["slots"]["main"]["content"] if pages else ""
            if self.token in change["title"] + text:
                yield f"mediawiki {change['revid']}", f"{change['title']}\n\n{text}"

    # Mail

    def _in_mailboxes(self) -> Iterator[tuple[str, str]]:
        """What came to the customers from the queue's tickets, once all that Request Tracker sent is there, and what of this desk stands
        in any folder of support.
        """
        sent = sum(row["Type"] == "EmailRecord" for ticket in self._tickets() for row in self._history(ticket["id"]))
        deadline, found = time.monotonic() + LONGEST_S, self._mails()
        while sum(not place.startswith("mail support ") for place in found) < sent:
            assert time.monotonic() < deadline, f"{sent} mails were sent, and these came: {found}"
            time.sleep(0.2)
            found = self._mails()
        yield from found.items()

    def _mails(self) -> Seen:
        found: Seen = {}
        for user in ("dana", "lee", "support"):
            given = self._services["imap"]
            with imaplib.IMAP4(given["host"], given["port"]) as box:
                box.login(user, given["password"])
                folders = ["INBOX", "Drafts", "Sent"] if user == "support" else ["INBOX"]
                for folder in folders:
                    box.select(folder, readonly=True)
                    wanted = f'(TEXT "{self.token}")' if user == "support" else f'(HEADER Subject "{self.token}")'
                    numbers = box.search(None, wanted)[1][0].split()
                    for number in numbers:
                        raw = box.fetch(number.decode(), "(BODY.PEEK[])")[1][0]
                        assert isinstance(raw, tuple)
                        mail = BytesParser(policy=mail_policy.default).parsebytes(raw[1])
                        assert isinstance(mail, EmailMessage)
                        body = mail.get_body(("plain",))
                        text = body.get_content() if body is not None else ""
                        found[f"mail {user} {folder} {mail['Message-ID']}"] = (
                            f"{mail['Subject']}\n\n{text.replace(chr(13), '').strip()}"
                        )
        return found


def _account(url: str, token: str, name: str) -> str:
    """The access token of a new account of the homeserver, made by its administrator: nobody else writes in its rooms."""
    with _http(url, Authorization=f"Bearer {token}") as administrator:
        server = _ok(administrator.get("/_matrix/client/v3/account/whoami"))["user_id"].partition(":")[2]
        user = quote(f"@{name}:{server}")
        _ok(administrator.put(f"/_synapse/admin/v2/users/{user}", json={"displayname": "Support desk"}))
        return str(_ok(administrator.post(f"/_synapse/admin/v1/users/{user}/login", json={}))["access_token"])


def _http(url: str, **headers: str) -> httpx2.Client:
    return httpx2.Client(base_url=url, headers=headers, timeout=LONGEST_S)


def _ok(answer: httpx2.Response) -> Any:
    assert answer.is_success, (answer.status_code, answer.text[:500])
    return answer.json()


def added(before: Mapping[str, str], now: Mapping[str, str]) -> Seen:
    """What is new; what stood there before stands there as it did."""
    assert {where: now.get(where) for where in before} == dict(before)
    return {where: text for where, text in now.items() if where not in before}

"""Files and people on records: what each system says of them in the answers that are read anyway."""

import base64
import json
import urllib.request
from typing import Any

from tests.support_connectors.backends.services import service

from support_connectors.backends import redmine, rt
from support_connectors.backends.imap import mails as imap
from support_connectors.backends.jmap import rows as jmap
from support_connectors.systems import connect_system

MIXED = (
    "From: a@b.example\nTo: c@d.example\nSubject: s\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n"
    "--x\nContent-Type: text/plain\n\nSee both.\n"
    "--x\nContent-Type: application/pdf\nContent-Disposition: attachment; filename*=utf-8''%C3%A4.pdf\n"
    f"Content-Transfer-Encoding: base64\n\n{base64.b64encode(b'%PDF-1.7').decode()}\n"
    "--x\nContent-Type: message/rfc822\nContent-Disposition: attachment\n\nSubject: inner\n\nHi.\n"
    "--x\nContent-Type: image/png\nContent-Disposition: attachment; filename=shot.png\n"
    f"Content-Transfer-Encoding: base64\n\n{base64.b64encode(b'12345').decode()}\n--x--\n"
)  # fmt: skip


def facts(attachments: Any) -> list[tuple[str, str | None, int | None]]:
    return [(one.name, one.media_type, one.size_bytes) for one in attachments]


def test_a_mails_files_have_names_types_and_sizes() -> None:
    found = imap._attachments(imap.message_of(MIXED.encode()), "INBOX/1-2", is_whole=True)
    assert facts(found) == [
        ("ä.pdf", "application/pdf", 8),
        ("message/rfc822", "message/rfc822", None),
        ("shot.png", "image/png", 5),
    ]
    assert [one.ref for one in found] == [f"email/INBOX/1-2-a{number}" for number in (1, 2, 3)]


def test_of_a_mail_that_is_cut_the_last_files_size_is_not_known() -> None:
    cut = MIXED[: MIXED.index("--x--") - 5].encode()
    assert facts(imap._attachments(imap.message_of(cut), "INBOX/1-2", is_whole=False)) == [
        ("ä.pdf", "application/pdf", 8),
        ("message/rfc822", "message/rfc822", None),
        ("shot.png", "image/png", None),
    ]


def test_a_mail_without_parts_has_no_files() -> None:
    assert imap._attachments(imap.message_of(b"Subject: s\n\nHello.\n"), "INBOX/1-2", is_whole=True) == ()


def test_jmaps_files_without_a_name_are_called_by_their_type() -> None:
    row = {"id": "M1", "attachments": [
        {"partId": "2", "name": "log.txt", "type": "text/plain", "size": 12},
        {"partId": "3", "name": None, "type": "message/rfc822", "size": 700},
    ]}  # fmt: skip
    assert facts(jmap.attachments_of(row)) == [("log.txt", "text/plain", 12), ("message/rfc822", "message/rfc822", 700)]
    assert [one.id for one in jmap.attachments_of(row)] == ["M1-a1", "M1-a2"]
    assert jmap.attachments_of({"id": "M1"}) == []


def test_redmine_names_author_owner_and_files() -> None:
    row = {
        "id": 7, "subject": "S", "status": {"name": "New", "is_closed": False}, "tracker": {"name": "Bug"},
        "priority": {"name": "High"}, "author": {"name": "Kim Lee"}, "assigned_to": {"name": "Sam Roe"},
        "created_on": "2026-01-01T00:00:00Z", "attachments": [{"id": 3, "filename": "a.log", "filesize": 4, "content_type": ""}],
    }  # fmt: skip
    issue = redmine._issue(row, complete=True)
    assert [(one.relation, one.name) for one in issue.people] == [("author", "Kim Lee"), ("owner", "Sam Roe")]
    assert facts(issue.attachments) == [("a.log", None, 4)]
    assert issue.attachments[0].parent == issue.ref


def test_request_trackers_files_may_lack_a_length() -> None:
    row = {"id": "62", "Filename": "log.txt", "ContentType": "text/plain", "ContentLength": None}
    assert facts([rt._attachment(row, "support_platform/6-m105", "6")]) == [("log.txt", "text/plain", None)]


def test_a_real_request_tracker_shows_files_and_people() -> None:
    _, backend = connect_system("rt", service("rt"))
    assert isinstance(backend, rt.RequestTracker)
    number = backend._rows([], 0, 1)[0][0]["id"]
    files = [
        {"FileName": name, "FileType": kind, "FileContent": base64.b64encode(content).decode()}
        for name, kind, content in (("log.txt", "text/plain", b"hello"), ("dump.bin", "application/octet-stream", b"\0\1\xff"))
    ]  # fmt: skip
    body = {"Content": "With two files.", "ContentType": "text/plain", "Attachments": files}
    backend._api.post(f"/ticket/{number}/comment", body)
    ticket = backend.read_ticket(str(number))
    message = ticket.messages[-1]
    assert message.text == "With two files."
    assert facts(message.attachments) == [("log.txt", "text/plain", 5), ("dump.bin", "application/octet-stream", 3)]
    assert {one.parent for one in message.attachments} == {message.ref}
    assert [one.relation for one in message.people] == ["author"]
    requester = ticket.people[0]
    assert requester.relation == "requester"
    assert requester.name
    assert "@" in (requester.email or "")


def test_a_real_redmine_shows_files_and_people() -> None:
    given = service("redmine")
    _, backend = connect_system("redmine", given)
    assert isinstance(backend, redmine.Redmine)
    sent = urllib.request.Request(
        f"{given['url']}/uploads.json?filename=log.txt", data=b"hello", method="POST",
        headers={"X-Redmine-API-Key": given["api_key"], "Content-Type": "application/octet-stream"},
    )  # fmt: skip
    with urllib.request.urlopen(sent) as answer:
        token = json.load(answer)["upload"]["token"]
    upload = {"token": token, "filename": "log.txt", "content_type": "text/plain"}
    backend._api.put("/issues/1.json", {"issue": {"uploads": [upload]}})
    issue = backend.read_issue("1")
    assert facts(issue.attachments[-1:]) == [("log.txt", "text/plain", 5)]
    assert issue.people[0].relation == "author"

"""Answers in the forms that vendors publish become records of ours: made for these tests after the vendors' own descriptions."""

import json
from typing import Any

import pytest

from customer_escalation.connectors.normalize import adopt
from customer_escalation.decision.figures.tickets import ticket_view
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.people import attachment_of
from customer_escalation.domain.states import state_of
from skill_runtime.ledger import Ledger, Record

SUPPORT, TRACKER, ARTICLES, CHAT, MAIL = "support_platform", "project_tracker", "knowledge_base", "chat", "email"


def read(category: str, *answers: Any, tool: str = "get", **arguments: Any) -> Ledger:
    ledger = Ledger()
    for answer in answers:
        ledger.add(adopt(category, tool, None, json.dumps(answer), arguments))
    return ledger


def of(ledger: Ledger, ref: str) -> dict[str, Any]:
    record = ledger.get(ref)
    assert record is not None, list(ledger.records)
    return record.data


ZENDESK_TICKET = {
    "ticket": {
        "id": 35436, "subject": "Exports fail", "description": "They fail.", "status": "hold", "priority": "urgent",
        "requester_id": 20978392, "assignee_id": 235323, "organization_id": 509974, "created_at": "2026-11-20T22:55:29Z",
        "updated_at": "2026-11-21T10:38:52Z", "via": {"channel": "web"}, "tags": ["enterprise"],
    }
}  # fmt: skip
ZENDESK_COMMENTS = [
    {"id": 1, "author_id": 20978392, "body": "They fail since noon.", "public": True, "created_at": "2026-11-20T22:55:29Z"},
    {"id": 2, "author_id": 235323, "body": "Looks like EXP-7.", "public": False,
     "created_at": "2026-11-20T23:00:00Z"},
    {"id": 3, "author_id": -1, "body": "We got your request.", "public": True, "created_at": "2026-11-20T22:55:30Z",
     "via": {"channel": "rule", "source": {"rel": "trigger"}}},
]  # fmt: skip


def test_zendesk_comments_are_parts_of_the_ticket_that_they_were_asked_for() -> None:
    ledger = read(SUPPORT, ZENDESK_TICKET)
    ledger.add(adopt(SUPPORT, "get_ticket_comments", None, json.dumps(ZENDESK_COMMENTS), {"ticket_id": 35436}))
    assert [record.id for record in Evidence(ledger, frozenset({SUPPORT})).of_kind("ticket")] == ["35436"]
    parts = {part.id: part.data for part in ledger.children("support_platform/35436")}
    assert set(parts) == {"35436-1", "35436-2", "35436-3"}
    assert (parts["35436-2"]["internal"], parts["35436-2"]["role"]) == (True, "agent")
    assert "internal" not in parts["35436-1"]
    assert parts["35436-3"]["automatic"] is True


def test_an_automatic_answer_meets_no_sla() -> None:
    ticket = {**ZENDESK_TICKET["ticket"], "comments": ZENDESK_COMMENTS}
    ledger = read(SUPPORT, {"ticket": ticket})
    record = ledger.get("support_platform/35436")
    assert record is not None
    view = ticket_view(Evidence(ledger, frozenset({SUPPORT})), record)
    roles = {
        message.ref.rpartition("-")[2]: (message.role, message.internal, message.automatic) for message in view.messages
    }
    assert roles == {"1": ("customer", False, False), "2": ("agent", True, False), "3": ("agent", False, True)}


def test_an_intercom_conversation_has_its_opening_text_and_its_notes_are_internal() -> None:
    author = {"type": "user", "id": "6762f0ad", "name": "Dana", "email": "dana@acme.example"}
    part = {"type": "conversation_part", "created_at": 1763629260, "redacted": False}
    ledger = read(SUPPORT, {
        "type": "conversation", "id": "1911", "title": None, "state": "open", "open": True, "created_at": 1763629200,
        "source": {"type": "email", "id": "403918392", "delivered_as": "customer_initiated", "subject": "Exports fail",
                   "body": "<p>They fail <b>since noon</b>.</p>", "author": author},
        "conversation_parts": {"type": "conversation_part.list", "total_count": 3, "conversation_parts": [
            {**part, "id": "1", "part_type": "note", "body": "<p>See EXP-7</p>", "author": {"type": "admin", "name": "Lee"}},
            {**part, "id": "2", "part_type": "comment", "body": "<p>Try this</p>", "author": {"type": "bot", "name": "Fin"}},
            {**part, "id": "3", "part_type": "assignment", "body": None, "author": {"type": "bot", "name": "Operator"}},
        ]},
    })  # fmt: skip
    assert of(ledger, "support_platform/1911")["subject"] == "Exports fail"
    first = of(ledger, "support_platform/1911-403918392")
    assert (first["text"], first["role"], first["author"], first["at"]) == (
        "They fail since noon.", "customer", "Dana", "2025-11-20T09:00:00Z",
    )  # fmt: skip
    assert of(ledger, "support_platform/1911-1")["internal"] is True
    assert of(ledger, "support_platform/1911-2")["automatic"] is True
    assert "support_platform/1911-3" not in ledger.records


def test_a_conversation_that_a_campaign_opened_is_no_persons_message() -> None:
    source = {"id": "9", "delivered_as": "automated", "body": "<p>News</p>", "author": {"type": "admin", "name": "Lee"}}
    ledger = read(SUPPORT, {"id": "5", "title": "News", "created_at": 1763629200, "source": source})
    assert of(ledger, "support_platform/5-9")["automatic"] is True


def test_freshdesk_counts_its_statuses_and_marks_who_wrote() -> None:
    ledger = read(SUPPORT, {
        "id": 20, "subject": "Exports fail", "description_text": "They fail.", "description": "<div>They fail.</div>", "status": 4,
        "priority": 4, "source": 2, "requester_id": 1, "responder_id": 7, "spam": False, "created_at": "2026-11-20T09:00:00Z",
        "conversations": [
            {"id": 1, "body_text": "Since noon.", "incoming": True, "private": False, "user_id": 1,
             "created_at": "2026-11-20T09:01:00Z"},
            {"id": 2, "body_text": "EXP-7", "incoming": False, "private": True, "user_id": 7,
             "created_at": "2026-11-20T09:02:00Z"},
        ],
    })  # fmt: skip
    ticket = ledger.get("support_platform/20")
    assert ticket is not None
    assert (ticket.data["status"], ticket.data["priority"], state_of(ticket)) == ("Resolved", "Urgent", "closed")
    assert of(ledger, "support_platform/20-1")["role"] == "customer"
    assert (of(ledger, "support_platform/20-2")["role"], of(ledger, "support_platform/20-2")["internal"]) == (
        "agent",
        True,
    )


def freshdesk_file(number: int, **other: Any) -> dict[str, Any]:
    return {
        "id": number, "content_type": "image/png", "size": 44_115, "name": f"shot-{number}.png", "created_at": "2026-11-20T09:00:00Z",
        "updated_at": "2026-11-20T09:00:00Z", "attachment_url": "https://files.example/shot.png?signature=s3cr3t", **other,
    }  # fmt: skip


FRESHDESK_TICKET = {
    "id": 20, "subject": "Exports fail", "description": "<div>They fail.</div>", "description_text": "They fail.", "status": 2,
    "priority": 1, "source": 2, "requester_id": 1, "responder_id": 7, "spam": False, "created_at": "2026-11-20T09:00:00Z",
    "attachments": [freshdesk_file(4)],
}  # fmt: skip
FRESHDESK_CONVERSATIONS = [
    {"id": 1, "ticket_id": 20, "body": "<div>Since noon.</div>", "body_text": "Since noon.", "incoming": True, "private": False,
     "user_id": 1, "source": 0, "created_at": "2026-11-20T09:01:00Z", "attachments": [freshdesk_file(5), freshdesk_file(6)]},
    {"id": 2, "ticket_id": 20, "body": "<div>EXP-7</div>", "body_text": "EXP-7", "incoming": False, "private": True, "user_id": 7,
     "source": 2, "created_at": "2026-11-20T09:02:00Z", "attachments": []},
    {"id": 3, "ticket_id": 20, "body": "<div></div>", "body_text": "", "incoming": True, "private": False, "user_id": 1,
     "source": 0, "created_at": "2026-11-20T09:03:00Z", "attachments": [freshdesk_file(7)]},
]  # fmt: skip


@pytest.mark.parametrize("apart", [False, True])
def test_freshdesk_files_hang_on_the_ticket_and_on_the_conversations_that_they_came_with(apart: bool) -> None:
    """Whether a server gives the conversations with the ticket or by a tool of their own."""
    whole = FRESHDESK_TICKET if apart else {**FRESHDESK_TICKET, "conversations": FRESHDESK_CONVERSATIONS}
    ledger = read(SUPPORT, whole)
    if apart:
        ledger.add(
            adopt(SUPPORT, "get_ticket_conversation", None, json.dumps(FRESHDESK_CONVERSATIONS), {"ticket_id": 20})
        )
    files = {record.ref: record.parent for record in ledger.records.values() if attachment_of(record)}
    assert files == {
        "support_platform/20-a4": "support_platform/20",
        "support_platform/20-1-a5": "support_platform/20-1",
        "support_platform/20-1-a6": "support_platform/20-1",
        "support_platform/20-3-a7": "support_platform/20-3",
    }
    shown = ledger.get("support_platform/20-1-a5")
    assert shown is not None
    file = attachment_of(shown)
    assert file is not None
    assert (file.name, file.measure) == ("shot-5.png", "image/png, 44,115 bytes")
    evidence = Evidence(ledger, frozenset({SUPPORT}))
    assert [one.id for one in evidence.of_kind("ticket")] == ["20"]
    [ticket] = evidence.of_kind("ticket")
    assert [(one.id, one.data["role"]) for one in evidence.messages(ticket)] == [
        ("20-1", "customer"), ("20-2", "agent"), ("20-3", "customer"),
    ]  # fmt: skip
    assert "s3cr3t" not in json.dumps(ledger.results), "whoever has the address can fetch the file"


@pytest.mark.parametrize("size", [None, "43 kB", True, -1])
def test_what_freshdesk_does_not_say_of_a_file_is_left_out(size: Any) -> None:
    file = freshdesk_file(4, size=size, name="", content_type=None)
    ledger = read(SUPPORT, {**FRESHDESK_TICKET, "attachments": [file, file]})
    data = of(ledger, "support_platform/20-a4")
    assert data == {
        "ref": "support_platform/20-a4", "kind": "attachment", "id": "20-a4", "name": "file", "parent": "support_platform/20",
    }  # fmt: skip


def test_files_are_records_only_in_a_category_that_has_them_and_only_where_all_are_files() -> None:
    article = read(ARTICLES, {"id": 8, "title": "Pools", "attachments": [freshdesk_file(4)]})
    assert list(article.records) == ["knowledge_base/8"]
    mixed = read(SUPPORT, {**FRESHDESK_TICKET, "attachments": [freshdesk_file(4), {"fallback": "p99"}]})
    assert list(mixed.records) == ["support_platform/20"]
    assert of(mixed, "support_platform/20")["source"]["attachments"][1] == {"fallback": "p99"}


def test_jira_comments_stand_below_its_fields_and_its_own_grouping_tells_what_is_open() -> None:
    def doc(text: str) -> dict[str, Any]:
        return {
            "type": "doc",
            "version": 1,
            "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}],
        }

    ledger = read(TRACKER, {
        "id": "10002", "key": "ENG-7", "self": "https://x.example/rest/api/3/issue/10002", "fields": {
            "summary": "Pool exhausted", "labels": ["exports", "p1"], "created": "2026-11-20T09:00:00.000+0100",
            "status": {"name": "Parked by Ops", "statusCategory": {"id": 4, "key": "indeterminate", "name": "In Progress"}},
            "description": doc("Error 500"), "comment": {"total": 2, "comments": [
                {"id": "100", "author": {"displayName": "Kim", "accountType": "atlassian"}, "body": doc("Seen at Acme"),
                 "created": "2026-11-20T10:00:00.000+0100", "jsdPublic": False},
                {"id": "101", "author": {"displayName": "Automation", "accountType": "app"}, "body": doc("Linked"),
                 "created": "2026-11-20T10:01:00.000+0100"},
            ]},
        },
    })  # fmt: skip
    issue = of(ledger, "project_tracker/ENG-7")
    assert (issue["state"], issue["labels"], issue["text"]) == ("open", ["exports", "p1"], "Error 500")
    comment = ledger.get("project_tracker/ENG-7-100")
    assert comment is not None
    assert (comment.parent, comment.data["text"], comment.data["author"], comment.data["internal"]) == (
        "project_tracker/ENG-7", "Seen at Acme", "Kim", True,
    )  # fmt: skip
    assert of(ledger, "project_tracker/ENG-7-101")["kind"] == "comment"


def test_confluence_bodies_in_each_representation() -> None:
    storage = {"id": "1", "type": "page", "title": "Pools",
               "body": {"storage": {"value": "<p>Raise <b>it</b>.</p>", "representation": "storage"}},
               "version": {"number": 3, "when": "2026-11-20T09:00:00.000Z"}}  # fmt: skip
    adf = json.dumps(
        {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Lower it."}]}]}
    )
    second = {"id": "2", "title": "Limits", "body": {"atlas_doc_format": {"value": adf, "representation": "atlas_doc_format"}},
              "version": {"createdAt": "2026-11-21T09:00:00.000Z"}}  # fmt: skip
    apart = {
        "metadata": {"id": "3", "title": "Queues", "updated": "2026-11-22T09:00:00Z"},
        "content": {"value": "Drain it.", "format": "view"},
    }
    ledger = read(ARTICLES, storage, {"results": [second]}, apart)
    told = {record.id: (record.data["body"], record.data["updated_at"][:10]) for record in ledger.records.values()}
    assert told == {
        "1": ("Raise it.", "2026-11-20"),
        "2": ("Lower it.", "2026-11-21"),
        "3": ("Drain it.", "2026-11-22"),
    }


def test_github_issues_go_by_their_number_with_the_names_of_their_labels() -> None:
    user = {"login": "kim", "id": 1, "type": "User"}
    ledger = read(TRACKER, {"total_count": 1, "incomplete_results": False, "items": [{
        "id": 3066893, "node_id": "I_1", "number": 132, "title": "Pool exhausted", "state": "open", "user": user, "body": "Error 500",
        "labels": [{"id": 4, "name": "bug", "color": "ff0000"}, {"id": 5, "name": "p1"}], "comments": 1,
        "created_at": "2026-11-20T09:00:00Z", "html_url": "https://github.com/acme/api/issues/132",
    }]})  # fmt: skip
    issue = of(ledger, "project_tracker/132")
    assert issue["labels"] == ["bug", "p1"]
    comments = [
        {"id": 99, "user": {"login": "ci", "type": "Bot"}, "body": "Linked", "created_at": "2026-11-20T09:00:00Z"}
    ]
    ledger.add(
        adopt(TRACKER, "issue_read", None, json.dumps(comments), {"owner": "acme", "repo": "api", "issue_number": 132})
    )
    assert [(part.id, part.data["author"]) for part in ledger.children("project_tracker/132")] == [("132-99", "ci")]


def test_issues_of_two_repositories_with_one_number_stay_two() -> None:
    issues = [
        {"id": number, "node_id": f"I_{number}", "number": 132, "title": f"In {number}", "html_url": f"https://github.com/acme/{number}/issues/132"}
        for number in (1, 2)
    ]  # fmt: skip
    assert sorted(record.data["title"] for record in read(TRACKER, {"items": issues}).records.values()) == [
        "In 1",
        "In 2",
    ]
    assert len(read(TRACKER, {"items": [issues[0], issues[0]]}).records) == 1


def test_a_slack_message_says_what_its_attachments_blocks_and_rich_text_say() -> None:
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
        {"type": "text", "text": "Exports fail, see "}, {"type": "link", "url": "https://status.example/7"},
    ]}]}  # fmt: skip
    ledger = read(CHAT, {"ok": True, "messages": [
        {"type": "message", "user": "U1", "text": "", "ts": "1763629200.000100", "channel": "C1", "blocks": [rich]},
        {"type": "message", "subtype": "bot_message", "bot_id": "B1", "username": "pager", "text": "Alert", "ts": "1763629201.000100",
         "attachments": [{"fallback": "p99", "title": "Pool", "text": "p99 is 4 s",
                          "fields": [{"title": "Host", "value": "db-3"}]}]},
    ]})  # fmt: skip
    assert of(ledger, "chat/1763629200.000100")["text"] == "Exports fail, see https://status.example/7"
    alert = of(ledger, "chat/1763629201.000100")
    assert (alert["text"], alert["author"], alert["at"]) == (
        "Alert\nPool\np99 is 4 s\nHost: db-3",
        "pager",
        "2025-11-20T09:00:01.000100Z",
    )
    assert len(ledger.records) == 2


def test_mails_have_senders_and_dates_in_the_forms_of_mail() -> None:
    graph = {"id": "AAMk", "subject": "Down", "from": {"emailAddress": {"name": "Dana", "address": "dana@acme.example"}},
             "receivedDateTime": "2026-11-20T09:00:00Z", "body": {"contentType": "html", "content": "<p>It is down</p>"}}  # fmt: skip
    plain = {
        "message_id": "17",
        "subject": "Down",
        "from": "Dana <dana@acme.example>",
        "date": "Fri, 20 Nov 2026 10:00:00 +0100",
        "body": "It is down",
    }
    ledger = read(MAIL, {"value": [graph]}, plain)
    assert [(mail.data["author"], mail.data["at"]) for mail in ledger.records.values()] == [
        ("Dana", "2026-11-20T09:00:00Z"), ("Dana <dana@acme.example>", "2026-11-20T10:00:00+01:00"),
    ]  # fmt: skip
    assert all("It is down" in mail.text for mail in ledger.records.values())


def test_times_in_milliseconds() -> None:
    ledger = read(SUPPORT, {"id": "7", "properties": {"subject": "Down", "createdate": "1763629200000"}})
    assert of(ledger, "support_platform/7")["created_at"] == "2025-11-20T09:00:00Z"


def test_what_cannot_be_mapped_is_kept_whole_and_citable() -> None:
    graph = {
        "entities": [{"name": "Acme", "entityType": "customer", "observations": ["pins its certificate"]}],
        "relations": [],
    }
    [record] = read(ARTICLES, graph).records.values()
    assert isinstance(record, Record)
    assert "pins its certificate" in record.text

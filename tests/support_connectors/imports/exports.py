"""Small exports of our own making, each after the form that its vendor publishes.

Zendesk: help, "Exporting data to a JSON, CSV, or XML file" (a ticket a line with comments and people inside), and the published
OpenAPI description of ticketing. Jira: description of the REST interface v2 and v3, and help, "Export search results" with
"Import data from a CSV file" for ``date;author;text``. Slack: help, "How to read Slack data exports". HubSpot: help, "Export your
records". Salesforce: help, "Export Data" and "Export a Report". GitHub: description of the REST interface, manual of
``gh issue list``. Intercom: description of its interface 2.11.
"""

import json
import zipfile
from pathlib import Path
from typing import Any

ZENDESK_USERS: list[dict[str, Any]] = [
    {"id": 71, "name": "Ines Balogh", "email": "ines@quill.example", "role": "end-user", "organization_id": 9, "suspended": False},
    {"id": 72, "name": "Tove Lind", "email": "tove@desk.example", "role": "agent", "organization_id": None, "suspended": False},
]  # fmt: skip
ZENDESK_ORGANIZATIONS: list[dict[str, Any]] = [
    {"id": 9, "name": "Quillfeather Press", "domain_names": ["quill.example"]}
]


def zendesk_ticket(number: int = 4711, **fields: Any) -> dict[str, Any]:
    """A ticket as the interface gives it, with its comments as the full export has them."""
    return {
        "id": number, "url": f"https://quill.zendesk.com/api/v2/tickets/{number}.json", "created_at": "2026-03-08T07:00:00Z",
        "updated_at": "2026-03-09T10:00:00Z", "type": "incident", "subject": "Invoices print without the logo",
        "description": "Every invoice prints without our logo.", "priority": "high", "status": "open", "requester_id": 71,
        "submitter_id": 71, "assignee_id": 72, "organization_id": 9, "tags": ["printing"], "via": {"channel": "email"},
        "comments": [
            {
                "id": 1, "type": "Comment", "author_id": 71, "body": "Every invoice prints without our logo.", "public": True,
                "html_body": "<div><p>Every invoice prints <b>without</b> our logo.</p></div>", "created_at": "2026-03-08T07:00:00Z",
                "attachments": [{"id": 8, "file_name": "proof.pdf", "size": 9}], "via": {"channel": "email"},
            },
            {
                "id": 2, "type": "Comment", "author_id": -1, "body": "We have your request.", "public": True,
                "created_at": "2026-03-08T07:00:01Z", "via": {"channel": "rule", "source": {"rel": "trigger"}},
            },
            {
                "id": 3, "type": "Comment", "author_id": 72, "body": "Ask the asset team.", "public": False,
                "created_at": "2026-03-08T08:00:00Z", "via": {"channel": "web"},
            },
        ],
        **fields,
    }  # fmt: skip


def lines(*values: Any) -> str:
    """A document a line."""
    return "".join(f"{json.dumps(value)}\n" for value in values)


JIRA_ISSUE: dict[str, Any] = {
    "id": "10012", "key": "ENG-12", "self": "https://quill.atlassian.net/rest/api/3/issue/10012",
    "fields": {
        "summary": "Letterhead template drops asset links", "issuetype": {"name": "Bug"}, "priority": {"name": "High"},
        "status": {"name": "In Review", "statusCategory": {"key": "indeterminate"}}, "created": "2026-03-08T12:00:00.000+0100",
        "updated": "2026-03-09T12:00:00.000+0100", "labels": ["printing"], "reporter": {"displayName": "Rui"},
        "description": {"type": "doc", "version": 1, "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": "Links are gone since 4.12.0."}]},
        ]},
        "comment": {"total": 1, "comments": [
            {"id": "77", "author": {"displayName": "Ada"}, "created": "2026-03-08T13:00:00.000+0100", "body": "Bisected."},
        ]},
    },
}  # fmt: skip
JIRA_CSV = """\ufeffSummary,Issue key,Issue Type,Status,Status Category,Priority,Reporter,Created,Labels,Labels,Description,Comment,Comment
"Export fails, again",ENG-12,Bug,In Review,In Progress,High,Rui,25/Mar/26 10:12 AM,export,regression,"It fails with
error 502","25/Mar/26 11:00 AM;5b10ac;Seen; twice","26/Mar/26 8:59 AM;5b10ad;Fix is out"
Nothing,ENG-13,Task,Done,Done,Low,Rui,3/4/26,,,,,
"""
GITHUB_ISSUE: dict[str, Any] = {
    "id": 1, "node_id": "I_1", "number": 12, "title": "Logo is missing", "state": "closed", "state_reason": "completed",
    "html_url": "https://github.com/quill/press/issues/12", "repository_url": "https://api.github.com/repos/quill/press",
    "user": {"login": "ines"}, "created_at": "2026-03-08T07:00:00Z", "updated_at": "2026-03-08T09:00:00Z", "closed_at": None,
    "labels": [{"name": "bug"}], "body": "The logo is missing.", "comments": 3, "assignees": [],
}  # fmt: skip
GH_ISSUE: dict[str, Any] = {
    "number": 13, "title": "Font is wrong", "state": "OPEN", "stateReason": "", "url": "https://github.com/quill/press/issues/13",
    "author": {"login": "ines"}, "createdAt": "2026-03-08T07:00:00Z", "updatedAt": "2026-03-08T09:00:00Z", "closedAt": None,
    "labels": [{"name": "bug"}], "body": "The font is wrong.", "assignees": [], "milestone": None,
    "comments": [{
        "id": "IC_kw", "author": {"login": "rui"}, "body": "Which font?", "createdAt": "2026-03-08T08:00:00Z",
        "url": "https://github.com/quill/press/issues/13#issuecomment-99",
    }],
}  # fmt: skip
INTERCOM_CONVERSATION: dict[str, Any] = {
    "type": "conversation", "id": "215", "created_at": 1773000000, "updated_at": 1773000600, "state": "open", "open": True,
    "priority": "priority", "title": None, "tags": {"tags": [{"name": "printing"}]},
    "source": {
        "type": "email", "subject": "<p>No logo</p>", "body": "<p>Our logo is gone.</p>", "attachments": [],
        "author": {"type": "user", "id": "6", "name": "Ines Balogh", "email": "ines@quill.example"},
    },
    "company": {"name": "Quillfeather Press"}, "custom_attributes": {"plan": "gold"},
    "conversation_parts": {"total_count": 2, "conversation_parts": [
        {
            "id": "1", "part_type": "note", "body": "<p>Known bug.</p>", "created_at": 1773000300,
            "author": {"type": "admin", "name": "Tove"},
        },
        {
            "id": "2", "part_type": "comment", "body": "<p>Thanks, we look.</p>", "created_at": 1773000400,
            "author": {"type": "bot", "name": "Fin"},
        },
    ]},
}  # fmt: skip
HUBSPOT_CSV = """"Record ID","Company name","Company Domain Name","Industry","Annual Revenue","Plan","Contract value","Renewal date"
"501","Quillfeather Press","quill.example","Publishing","90000000","Enterprise","120,000","2026-06-30"
"502","Marrow & Pine","marrow.example","","","","n/a",""
"","No id","","","","","",""
"""
SALESFORCE_CSV = """"Id","Name","Industry","AnnualRevenue","OwnerId","CurrencyIsoCode","ARR__c","Renewal_Date__c","Tier__c"
"001Q0000001AbCdEAF","Quillfeather Press","Publishing","90000000","005Q","USD","120000","2026-06-30","Enterprise"
"001Q0000001AbCeEAF","Marrow & Pine","","","005Q","EUR","8000","","Business"
"""


def slack_zip(path: Path, **more: str) -> Path:
    """An export with a channel of four days' messages, some of them no talk, and a talk between two people."""
    days = {
        "printing/2026-03-08.json": [
            {"type": "message", "user": "U1", "text": "Anyone seen <@U2> and a missing logo?", "ts": "1772960000.000100"},
            {"type": "message", "subtype": "channel_join", "user": "U2", "text": "joined", "ts": "1772960001.000100"},
            {"type": "message", "user": "U2", "text": "Yes &amp; twice", "ts": "1772960002.000200", "thread_ts": "1772960000.000100"},
        ],
        "D1/2026-03-08.json": [{"type": "message", "user": "U1", "text": "private", "ts": "1772960003.000100"}],
    }  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("channels.json", json.dumps([{"id": "C024BE91L", "name": "printing", "members": ["U1", "U2"]}]))
        file.writestr("dms.json", json.dumps([{"id": "D1", "members": ["U1", "U2"]}]))
        file.writestr("users.json", json.dumps([
            {"id": "U1", "name": "tove", "real_name": "Tove Lind", "profile": {"display_name": "tove.l"}},
            {"id": "U2", "name": "rui", "real_name": "Rui", "profile": {"display_name": ""}},
        ]))  # fmt: skip
        for name, messages in days.items():
            file.writestr(name, json.dumps(messages))
        for name, text in more.items():
            file.writestr(name, text)
    return path

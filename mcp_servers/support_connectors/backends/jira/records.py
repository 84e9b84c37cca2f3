"""Jira's issues and comments as ours."""

import re
from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import JsonValue

from support_connectors.backends.jira.text import document_text
from support_connectors.remote.guard import readable
from support_connectors.results import Attachment, Comment, Issue, Person
from support_connectors.states import State, state_while_open

CATEGORY: Final = "project_tracker"
TITLE: Final = "Jira"
PEOPLE: Final[Mapping[Literal["requester", "owner"], str]] = {"requester": "reporter", "owner": "assignee"}
"""What people are to an issue, and the fields that name them."""
Row = dict[str, Any]


def issue_of(row: Row, comments: list[Comment], *, complete: bool, site: str = "", hidden: bool = False) -> Issue:
    """An issue as Jira's REST interface gives it. ``hidden``: we may not read its comments; ``site`` is the address of its pages."""
    with readable(TITLE):
        key, fields = str(row["key"]), row["fields"]
        extra: dict[str, JsonValue] = {
            "updated_at": time_of(fields.get("updated")), "resolution": _name(fields.get("resolution")),
            "resolved_at": time_of(fields.get("resolutiondate")), "assigned_to": _person(fields.get("assignee")),
            "reported_by": _person(fields.get("reporter")), "components": _names_of(fields.get("components")),
            "affects_versions": _names_of(fields.get("versions")), "fix_versions": _names_of(fields.get("fixVersions")),
            "due": fields.get("duedate"), "parent": (fields.get("parent") or {}).get("key"),
            "related": [text for link in fields.get("issuelinks") or () if (text := _link(link))],
            "link": f"{site}/browse/{key}" if site else None, "not_readable": "its comments" if hidden else None,
        }  # fmt: skip
        return Issue(
            ref=f"{CATEGORY}/{key}",
            id=key,
            type=_name(fields.get("issuetype")) or "issue",
            title=str(fields["summary"]),
            status=_name(fields.get("status")),
            state=state_of_status(fields.get("status")),
            priority=_name(fields.get("priority")),
            created_at=time_of(fields["created"]),
            labels=[str(label) for label in fields.get("labels") or ()],
            people=[
                Person(relation=relation, name=_person(who), email=who.get("emailAddress") or None)
                for relation, key in PEOPLE.items()
                if _person(who := fields.get(key) or {})
            ],
            attachments=[_attachment(one, key) for one in fields.get("attachment") or ()],
            comments=comments,
            comments_complete=complete,
            extra={name: value for name, value in extra.items() if value},
        )


def opening_of(row: Row) -> list[Comment]:
    """The description as the first comment."""
    with readable(TITLE):
        fields, key = row["fields"], str(row["key"])
        text = document_text(fields.get("description"))
        if not text:
            return []
        return [
            Comment(
                ref=f"{CATEGORY}/{key}-d",
                id=f"{key}-d",
                at=time_of(fields["created"]),
                author=_person(fields.get("reporter")),
                text=text,
                parent=f"{CATEGORY}/{key}",
            )
        ]


def comment_of(row: Row, key: str) -> Comment:
    """A comment of the issue with this key."""
    with readable(TITLE):
        name = f"{key}-c{row['id']}"
        return Comment(
            ref=f"{CATEGORY}/{name}",
            id=name,
            at=time_of(row["created"]),
            author=_person(row.get("author")),
            text=document_text(row.get("body")),
            parent=f"{CATEGORY}/{key}",
        )


def time_of(value: Any) -> str:
    """A time of Jira's (``…+0200``) as RFC 3339; empty where there is none."""
    return re.sub(r"([+-]\d\d)(\d\d)\Z", r"\1:\2", str(value or ""))


def state_of_status(status: Any) -> State | None:
    """What a status means: its category says whether it is closed."""
    category = ((status or {}).get("statusCategory") or {}).get("key")
    if category in ("new", "indeterminate"):
        return state_while_open(_name(status))
    return "closed" if category == "done" else None


def _attachment(row: Row, issue: str) -> Attachment:
    name = f"{issue}-a{row['id']}"
    return Attachment(
        ref=f"{CATEGORY}/{name}",
        id=name,
        name=str(row["filename"]),
        media_type=row.get("mimeType") or None,
        size_bytes=row.get("size"),
        parent=f"{CATEGORY}/{issue}",
    )


def _name(value: Any) -> str:
    return str((value or {}).get("name") or "")


def _names_of(values: Any) -> str:
    return ", ".join(_name(one) for one in values or ())


def _person(value: Any) -> str:
    return str((value or {}).get("displayName") or "")


def _link(link: Row) -> str:
    """A link between issues in words: what it means, the other's key, title and status."""
    side = "outward" if "outwardIssue" in link else "inward"
    other = link.get(f"{side}Issue")
    if not other:
        return ""
    fields = other.get("fields") or {}
    said = f"{link['type'][side]} {other['key']}: {fields.get('summary', '')}"
    return f"{said} ({_name(fields.get('status'))})" if fields.get("status") else said

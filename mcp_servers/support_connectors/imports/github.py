"""GitHub's issues as JSON: answers of its REST interface, and what ``gh issue list --json`` prints.

Forms: GitHub's published description of the REST interface (``number``, ``user``, ``created_at``; comments only counted) and the
manual of ``gh issue list`` (``author``, ``createdAt``; comments inside, where they were asked for).
"""

import re
from typing import Any

from support_connectors.backends.github import CATEGORY, comment_of, issue_of, opening_of
from support_connectors.imports.files import Record
from support_connectors.imports.outcome import Item, Left, Note, Pieces
from support_connectors.workspace.rows import issue_row

NO_COMMENTS = Note(
    "Some issues came without their comments. This gives them: gh issue list --state all --limit 5000 "
    "--json number,title,body,state,stateReason,author,createdAt,updatedAt,closedAt,labels,assignees,milestone,url,comments"
)
_PLACE = re.compile(r"(?:github\.com|/repos)/([\w.-]+/[\w.-]+)(?:/issues/\d+)?(?:[/?#]|\Z)")
_HOST = re.compile(r"https?://[^/]+/([\w.-]+/[\w.-]+)/(?:issues|pull)/\d+")
_COMMENT = re.compile(r"#issuecomment-(\d+)")
_CAMEL = {
    "createdAt": "created_at", "updatedAt": "updated_at", "closedAt": "closed_at", "stateReason": "state_reason", "author": "user",
    "url": "html_url",
}  # fmt: skip
"""What gh calls fields, and the interface."""


def is_own(record: Record) -> bool:
    """Whether a record is one of GitHub's."""
    value = record.value
    return (
        record.listed in ("", "issues")
        and isinstance(value, dict)
        and "number" in value
        and "title" in value
        and ("html_url" in value or "createdAt" in value or "url" in value)
    )


def pieces(record: Record) -> Pieces:
    """The issue that a record is, with its comments. Raises ``BackendError``."""
    if not is_own(record):
        yield Left("a record", "it is no issue of GitHub's")
        return
    row = _as_rest(record.value)
    number = str(row["number"])
    if row.get("pull_request") or "/pull/" in str(row.get("html_url") or ""):
        yield Left(f"#{number}", "it is a pull request")
        return
    place = _place(row)
    if not place:
        yield Left(f"#{number}", "it does not say of which repository it is: export it with its url")
        return
    if not row.get("created_at"):
        yield Left(f"{place}#{number}", "it does not say when it was made: export it with createdAt")
        return
    given = record.value.get("comments")
    if not isinstance(given, list) and given != 0:
        yield NO_COMMENTS
    rows = [_as_comment(one) for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    comments = [comment_of(one, place, number) for one in rows]
    yield Item(CATEGORY, issue_row(issue_of(row, place, [*opening_of(row, place), *comments], complete=True)))


def _as_rest(value: dict[str, Any]) -> dict[str, Any]:
    row = {_CAMEL.get(key, key) if "createdAt" in value else key: inner for key, inner in value.items()}
    row.setdefault("html_url", value.get("url"))
    row["state"] = str(value.get("state") or "open").lower()
    if isinstance(row.get("state_reason"), str):
        row["state_reason"] = row["state_reason"].lower() or None
    return row


def _as_comment(value: dict[str, Any]) -> dict[str, Any]:
    row = {_CAMEL.get(key, key): inner for key, inner in value.items()}
    found = _COMMENT.search(str(value.get("url") or value.get("html_url") or ""))
    return {**row, "id": found[1] if found else row.get("id")}


def _place(row: dict[str, Any]) -> str:
    for key in ("html_url", "repository_url", "url"):
        found = _HOST.match(str(row.get(key) or "")) or _PLACE.search(str(row.get(key) or ""))
        if found:
            return found[1]
    return ""

"""Jira's exports: JSON of its interface (``issues`` with ``key`` and ``fields``) and the CSV of its issue search.

Forms: Atlassian's published description of the REST interface, and of the CSV export ("Export search results", "Import data
from a CSV file"): a column for each value of a field with several, comments as ``date;author;text``.
"""

from collections.abc import Sequence
from typing import Any

from support_connectors.backends.jira.records import CATEGORY, comment_of, issue_of, opening_of
from support_connectors.imports.files import Record
from support_connectors.imports.options import Options
from support_connectors.imports.outcome import Item, Left, Note, Pieces
from support_connectors.workspace.rows import issue_row

FEWER_COMMENTS = Note("Some issues hold fewer comments than Jira has: its answers to a search leave most of them out.")
_GROUPS = {"to do": "new", "in progress": "indeterminate", "done": "done"}
"""The groups of statuses as the CSV calls them."""
_LISTS = (
    "Labels",
    "Comment",
    "Component/s",
    "Affects Version/s",
    "Fix Version/s",
    "Components",
    "Affects versions",
    "Fix versions",
)


def is_own(record: Record) -> bool:
    """Whether a record is one of Jira's."""
    value = record.value
    return (
        record.listed in ("", "issues")
        and isinstance(value, dict)
        and "key" in value
        and isinstance(value.get("fields"), dict)
    )


def is_own_table(header: Sequence[str]) -> bool:
    """Whether a table is Jira's."""
    return {"Issue key", "Summary"} <= set(header)


def pieces(record: Record) -> Pieces:
    """The issue that a record is, with its comments. Raises ``BackendError``."""
    row = record.value
    if not is_own(record):
        yield Left("a record", "it is no issue of Jira's")
        return
    yield from _issue(row, str(row.get("self") or ""))


def pieces_of_row(header: Sequence[str], cells: Sequence[str], options: Options) -> Pieces:
    """The issue that a row of the CSV is. Raises ``BackendError`` and ``ValueError``."""
    first: dict[str, str] = {}
    several: dict[str, list[str]] = {name: [] for name in _LISTS}
    for name, cell in zip(header, cells, strict=False):
        if cell:
            first.setdefault(name, cell)
            if name in several:
                several[name].append(cell)
    key = first.get("Issue key", "")
    if not key:
        yield Left("a row", "it names no issue key")
        return
    comments = [_comment(number, text, options) for number, text in enumerate(several["Comment"], 1)]
    status: dict[str, Any] = {"name": first.get("Status", "")}
    group = _GROUPS.get(first.get("Status Category", "").casefold())
    if group:
        status["statusCategory"] = {"key": group}
    fields: dict[str, Any] = {
        "summary": first.get("Summary", ""), "description": first.get("Description"), "status": status,
        "issuetype": _named(first.get("Issue Type")), "priority": _named(first.get("Priority")),
        "created": options.moment(first.get("Created", "")), "updated": _moment(first.get("Updated"), options),
        "resolution": _named(first.get("Resolution")), "resolutiondate": _moment(first.get("Resolved"), options),
        "labels": several["Labels"], "assignee": _person(first.get("Assignee")),
        "reporter": _person(first.get("Reporter") or first.get("Creator")),
        "components": [_named(one) for one in several["Component/s"] + several["Components"]],
        "versions": [_named(one) for one in several["Affects Version/s"] + several["Affects versions"]],
        "fixVersions": [_named(one) for one in several["Fix Version/s"] + several["Fix versions"]],
        "duedate": first.get("Due Date") or first.get("Due date"), "comment": {"comments": comments, "total": len(comments)},
    }  # fmt: skip
    yield from _issue({"key": key, "fields": fields}, first.get("Project url", ""))


def _issue(row: dict[str, Any], address: str) -> Pieces:
    held = row["fields"].get("comment") or {}
    given = held.get("comments") if isinstance(held, dict) else held
    rows = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    comments = [comment_of(one, str(row["key"])) for one in rows]
    site = address.partition("/rest/")[0] if "/rest/" in address else ""
    issue = issue_of(row, [*opening_of(row), *comments], complete=True, site=site)
    if isinstance(held, dict) and int(held.get("total") or 0) > len(rows):
        yield FEWER_COMMENTS
    yield Item(CATEGORY, issue_row(issue))


def _comment(number: int, cell: str, options: Options) -> dict[str, Any]:
    """A cell ``date;author;text``; one of another form is a text that nobody is known to have written."""
    at, _, rest = cell.partition(";")
    author, split, text = rest.partition(";")
    if not split:
        raise ValueError("has a comment that is not date;author;text")
    return {
        "id": number,
        "created": options.moment(at.strip()),
        "author": _person(author.strip()),
        "body": text.strip(),
    }


def _moment(text: str | None, options: Options) -> str | None:
    return options.moment(text) if text else None


def _named(text: str | None) -> dict[str, str] | None:
    return {"name": text} if text else None


def _person(text: str | None) -> dict[str, str] | None:
    return {"displayName": text} if text else None

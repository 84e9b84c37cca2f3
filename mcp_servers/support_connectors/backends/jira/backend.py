"""Jira Cloud as project tracker, over its REST API v3.

Not through the package ``jira``: it searches by an address that Jira Cloud has switched off for most sites, and waits for answers
of any length.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field, JsonValue, SecretStr, field_validator

from support_connectors.backend import IssueFilter, NewIssue, NotFound, Paging, PermissionDenied, Unavailable, Write
from support_connectors.backends.jira.records import (
    CATEGORY,
    TITLE,
    Row,
    comment_of,
    issue_of,
    opening_of,
    state_of_status,
    time_of,
)
from support_connectors.backends.jira.text import as_document, document_text
from support_connectors.remote.budget import Budget
from support_connectors.remote.guard import ServerSettings, readable, secret
from support_connectors.remote.http import Api
from support_connectors.remote.markers import Marker, find_marked
from support_connectors.remote.paging import empty_page, offset_page, own_id
from support_connectors.remote.ranking import ranked
from support_connectors.remote.snapshot import Snapshot
from support_connectors.remote.texts import has_words, words
from support_connectors.remote.walking import walked
from support_connectors.results import Comment, Issue, Page
from support_connectors.systems import System

AT_ONCE = 100
"""Issues or comments of one request."""
MOST_COMMENTS = 1_000
MOST_MADE = 500
"""Newest issues of a project in which an earlier write is looked for."""
KEEP_NAMES_S = 300.0
MARKED = "customer-escalation.write"
"""The property of issues and comments that holds the marker; Jira shows it nowhere."""
INTERNAL: Final = {"key": "sd.public.comment", "value": {"internal": True}}
"""Keeps a comment from the customers of a service project; others ignore it."""
FIELDS: Final = (
    "summary", "description", "status", "issuetype", "priority", "created", "updated", "resolution", "resolutiondate", "labels",
    "assignee", "reporter", "components", "fixVersions", "versions", "issuelinks", "duedate", "parent",
)  # fmt: skip
_KEY = re.compile(r"(?i)(?:https?://\S+/browse/)?(?P<key>[a-z][a-z0-9_]*-\d{1,10}|\d{1,12})(?:-[acd]\d*)?")
_PROJECT = re.compile(r"[A-Z][A-Z0-9_]*")
_WORD = re.compile(r"[^\W_]+")
_SPARE_TYPES = ("bug", "incident", "task", "story")


class JiraSettings(ServerSettings):
    """Where the site is (``https://acme.atlassian.net``), how it knows us, and which projects."""

    email: str
    """Of the account whose token it is."""
    api_token: SecretStr
    projects: Annotated[tuple[str, ...], Field(min_length=1, max_length=50)]
    """Keys such as ``ENG``; nothing outside them is read, and issues are created in the first one."""

    @field_validator("projects")
    @classmethod
    def _check(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        for key in keys:
            if not _PROJECT.fullmatch(key):
                raise ValueError(f"{key!r} is not the key of a project, such as ENG")
        return keys


class Jira:
    """``ProjectTracker`` on Jira Cloud. An issue's id is its key."""

    def __init__(self, settings: JiraSettings) -> None:
        self._settings = settings
        self._api = Api(
            TITLE, f"{settings.url}/rest/api/3", settings.guard, auth=(settings.email, secret(settings.api_token))
        )
        keys = ", ".join(f'"{key}"' for key in settings.projects)
        self._within = f"project in ({keys})"
        self._statuses = Snapshot(lambda: self._api.get("/status"), KEEP_NAMES_S)
        self._types = Snapshot(lambda: self._names("/issuetype"), KEEP_NAMES_S)
        self._made: dict[str, str] = {}
        self.close = self._api.close

    def search_issues(self, query: str, paging: Paging) -> Page[Issue]:
        """See ``ProjectTracker``. Any word may match, in comments too; issues that hold more of the words come first."""
        terms = list(dict.fromkeys(part for word in words(query) for part in _WORD.findall(word)))
        if not has_words(query) or not terms:
            return empty_page()

        def fetch(offset: int, limit: int) -> tuple[list[Issue], int]:
            found: dict[str, Row] = {}
            for joint in (" AND ", " OR ") if len(terms) > 1 else (" OR ",):
                asked = joint.join(f'text ~ "{term}"' for term in terms)
                rows, _ = self._asked(f"{self._within} AND ({asked})", "", AT_ONCE)
                with readable(TITLE):
                    found |= {str(row["key"]): row for row in rows if str(row["key"]) not in found}
            with readable(TITLE):
                rows = list(found.values())
                best = ranked(query, rows, _searched)
                held = {str(row["key"]) for row in best}
                order = [*best, *(row for row in rows if str(row["key"]) not in held)]
            shown = order[offset : offset + limit]
            return [issue_of(row, opening_of(row), site=self._settings.url, complete=False) for row in shown], len(
                order
            )

        return offset_page(["search_issues", query], paging, fetch)

    def read_issue(self, issue_id: str) -> Issue:
        """See ``ProjectTracker``."""
        row = self._row(issue_id)
        with readable(TITLE):
            key = str(row["key"])
        try:
            comments, hidden = [comment_of(one, key) for one in self._comments(key)], False
        except PermissionDenied:
            comments, hidden = [], True
        return issue_of(row, [*opening_of(row), *comments], site=self._settings.url, complete=not hidden, hidden=hidden)

    def list_issues(self, wanted: IssueFilter, paging: Paging) -> Page[Issue]:
        """See ``ProjectTracker``. Jira reads times in the account's own zone, so days are asked for and cut to the second here."""
        parts = [self._within]
        if wanted.status is not None:
            ids = self._ids_of_statuses(wanted.status)
            if not ids:
                return empty_page()
            parts.append(f"status in ({', '.join(ids)})")
        if wanted.type is not None:
            known = self._types.get().get(wanted.type.casefold())
            if known is None:
                return empty_page()
            parts.append(f'issuetype = "{_quoted(known)}"')
        day = timedelta(days=1)
        if wanted.period.since is not None:
            parts.append(f'created >= "{(wanted.period.since - day).date().isoformat()}"')
        if wanted.period.until is not None:
            parts.append(f'created <= "{(wanted.period.until + 2 * day).date().isoformat()}"')
        jql = f"{' AND '.join(parts)} ORDER BY created DESC, key DESC"
        budget = Budget(TITLE, self._settings.guard)

        def fetch(token: str) -> tuple[list[Row], str | None]:
            return self._asked(jql, token, paging.limit)

        call: list[JsonValue] = ["list_issues", repr(wanted), paging.limit]
        with readable(TITLE):
            rows, cursor = walked(call, paging, wanted.period, fetch, _created, budget)
        return Page(
            items=[issue_of(row, [], site=self._settings.url, complete=False) for row in rows],
            next_cursor=cursor,
            total=None,
        )

    def create_issue(self, issue: NewIssue, write: Write) -> Issue:
        """See ``ProjectTracker``. A type that the project lacks becomes a bug or a task; a priority that it lacks is left out."""
        project = self._settings.projects[0]
        key = write.idempotency_key
        marker = Marker.of(key, issue.title, issue.description, issue.type) if key else None
        if marker and key:
            known = find_marked(marker, self._marked_issues(project, marker), key)
            if known is not None:
                return self.read_issue(known)
            write.go_on(seen_all=False)  # the search learns of new issues late
        kind, allowed = self._form(project, issue.type)
        fields: Row = {
            "project": {"key": project}, "issuetype": {"id": kind}, "summary": " ".join(issue.title.split())[:255],
            "description": as_document(issue.description),
        }  # fmt: skip
        with readable(TITLE):
            levels = {
                str(one["name"]).casefold(): str(one["id"])
                for one in (allowed.get("priority") or {}).get("allowedValues") or ()
            }
        if issue.priority.casefold() in levels:
            fields["priority"] = {"id": levels[issue.priority.casefold()]}
        if issue.labels and "labels" in allowed:
            fields["labels"] = [re.sub(r"\s+", "-", label.strip()) for label in issue.labels]
        properties = [{"key": MARKED, "value": str(marker)}] if marker else []
        made = self._api.post("/issue", {"fields": fields, "properties": properties}, what=f"a new issue in {project}")
        with readable(TITLE):
            name = str(made["key"])
        if marker:
            self._made[marker.key] = name
        try:
            return self.read_issue(name)
        except NotFound as error:
            raise Unavailable(
                f"Jira took the issue as {name}, but does not show it. Look there before you repeat it."
            ) from error

    def comment_on_issue(self, issue_id: str, text: str, write: Write) -> Comment:
        """See ``ProjectTracker``. In a service project the comment is internal: customers do not see it."""
        row = self._row(issue_id)
        with readable(TITLE):
            name = str(row["key"])
        key = write.idempotency_key
        marker = Marker.of(key, name, text) if key else None
        if marker and key:
            comments = list(self._comments(name))
            known = find_marked(marker, [(_marker_of(one), one) for one in comments], key)
            if known is not None:
                return comment_of(known, name)
            write.go_on(seen_all=len(comments) < MOST_COMMENTS)
        properties: list[Row] = [dict(INTERNAL), *([{"key": MARKED, "value": str(marker)}] if marker else [])]
        made = self._api.post(
            f"/issue/{name}/comment", {"body": as_document(text), "properties": properties}, what=f"issue {name}"
        )
        return comment_of(made, name)

    def _row(self, given: str) -> Row:
        """One issue, by its key, its number, an address or the id of one of its parts; moved ones by their old key too."""
        match = _KEY.fullmatch(own_id(CATEGORY, given))
        if match is None:
            raise NotFound(
                f"There is no issue {given!r} in Jira: its ids are keys such as {self._settings.projects[0]}-123."
            )
        name = match["key"].upper()
        row = self._api.get(f"/issue/{name}", {"fields": ",".join((*FIELDS, "attachment"))}, what=f"issue {name}")
        with readable(TITLE):
            if str(row["key"]).rsplit("-", 1)[0] not in self._settings.projects:
                shown = ", ".join(self._settings.projects)
                raise NotFound(f"The issue {given!r} is in none of the configured projects: {shown}.")
            return dict(row)

    def _asked(self, jql: str, token: str, most: int, *, properties: bool = False) -> tuple[list[Row], str | None]:
        """Issues of a query and the token of the next page."""
        body: Row = {"jql": jql, "maxResults": most, "fields": list(FIELDS)}
        if properties:
            body |= {"fields": ["created"], "properties": [MARKED]}
        if token:
            body["nextPageToken"] = token
        answer = self._api.post("/search/jql", body, reads=True)
        with readable(TITLE):
            return [dict(row) for row in answer["issues"]], answer.get("nextPageToken")

    def _comments(self, key: str) -> Iterator[Row]:
        for start in range(0, MOST_COMMENTS, AT_ONCE):
            asked = {"startAt": start, "maxResults": AT_ONCE, "orderBy": "created", "expand": "properties"}
            answer = self._api.get(f"/issue/{key}/comment", asked, what=f"issue {key}")
            with readable(TITLE):
                yield from answer["comments"]
                if start + len(answer["comments"]) >= int(answer["total"]) or not answer["comments"]:
                    return

    def _marked_issues(self, project: str, marker: Marker) -> Iterator[tuple[str, str]]:
        """Markers and keys of issues that an earlier write may have made.

        The search learns of new issues a little late, so what this process wrote is remembered besides.
        """
        if marker.key in self._made:
            name = self._made[marker.key]
            with suppress(NotFound):  # deleted since
                found = self._api.get(
                    f"/issue/{name}", {"fields": "created", "properties": MARKED}, what=f"issue {name}"
                )
                with readable(TITLE):
                    yield str((found.get("properties") or {}).get(MARKED, "")), name
        token = ""
        for _ in range(MOST_MADE // AT_ONCE):
            jql = f'project = "{project}" ORDER BY created DESC, key DESC'
            rows, following = self._asked(jql, token, AT_ONCE, properties=True)
            with readable(TITLE):
                yield from ((str((row.get("properties") or {}).get(MARKED, "")), str(row["key"])) for row in rows)
            if not following:
                return
            token = following

    def _form(self, project: str, wanted: str) -> tuple[str, Row]:
        """The id of an issue type of the project and the fields that it can be created with."""
        listed = self._api.get(
            f"/issue/createmeta/{project}/issuetypes", {"maxResults": AT_ONCE}, what=f"project {project}"
        )
        with readable(TITLE):
            kinds = {
                str(one["name"]).casefold(): str(one["id"]) for one in listed["issueTypes"] if not one.get("subtask")
            }
            kind = next((kinds[name] for name in (wanted.casefold(), *_SPARE_TYPES, *kinds) if name in kinds), None)
        if kind is None:
            raise PermissionDenied(f"Jira shows our account no issue type that it could create in {project}.")
        fields = self._api.get(
            f"/issue/createmeta/{project}/issuetypes/{kind}", {"maxResults": AT_ONCE}, what=f"project {project}"
        )
        with readable(TITLE):
            return kind, {str(one["fieldId"]): one for one in fields["fields"]}

    def _ids_of_statuses(self, wanted: str) -> list[str]:
        """The ids of the statuses of that name or state; projects may have statuses of the same name."""
        name = wanted.strip().casefold()
        with readable(TITLE):
            rows = self._statuses.get()
            found = [str(row["id"]) for row in rows if name in (str(row["name"]).casefold(), state_of_status(row))]
            if not all(one.isdecimal() for one in found):
                raise ValueError("a status's id is no number")
            return found

    def _names(self, path: str) -> dict[str, str]:
        rows = self._api.get(path)
        with readable(TITLE):
            return {str(row["name"]).casefold(): str(row["name"]) for row in rows}


def _searched(row: Row) -> str:
    return f"{row['key']} {row['fields'].get('summary')} {document_text(row['fields'].get('description'))}"


def _created(row: Row) -> str:
    return time_of(row["fields"]["created"])


def _quoted(text: str) -> str:
    """A text inside the quotation marks of a query."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _marker_of(comment: Row) -> str:
    return next((str(one.get("value")) for one in comment.get("properties") or () if one.get("key") == MARKED), "")


SYSTEM = System(
    name="jira",
    title="Jira",
    category=CATEGORY,
    settings=JiraSettings,
    connect=Jira,
    tested="a stand-in made of Atlassian's published description: contract with reads and writes, network faults; not the real service",
    note="A search looks at the 100 issues that hold all words and the 100 that hold any, and ranks them by their titles and "
    "descriptions. Custom fields are not read. Comments in service projects are written as internal ones.",
)

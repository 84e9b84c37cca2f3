"""Roundup as project tracker, over its REST interface, with the schema of its classic template.

That schema knows no types, so each item is an ``issue``. Roundup's REST interface searches no texts: a search ranks the
newest issues by their titles, keywords and the first lines of their messages.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from support_connectors.backend import InvalidInput, IssueFilter, NewIssue, NotFound, Paging, Period, Unavailable, Write
from support_connectors.remote.budget import Budget
from support_connectors.remote.guard import ServerSettings, readable
from support_connectors.remote.http import Api
from support_connectors.remote.markers import Marker, find_marked, marked, unmarked
from support_connectors.remote.paging import empty_page, offset_page, own_id
from support_connectors.remote.ranking import ranked
from support_connectors.remote.snapshot import Snapshot
from support_connectors.remote.texts import has_words
from support_connectors.remote.walking import walked
from support_connectors.results import Comment, Issue, Page
from support_connectors.states import state_of
from support_connectors.systems import System

CATEGORY: Final = "project_tracker"
TITLE = "Roundup"
TYPE = "issue"
PAGE = 50
FIELDS = "title,status.name,priority.name,creation,activity,creator.username,assignedto.username,keyword,messages"
Row = dict[str, Any]


class RoundupSettings(ServerSettings):
    """Where the tracker is and how it knows us."""

    user: str
    """Login name of the account that reads and writes; it needs the permission "Rest Access"."""
    password: SecretStr
    """Its password."""
    searched: Annotated[int, Field(ge=1, le=5000)] = 300
    """How many of the newest issues a search looks through."""


class Roundup:
    """``ProjectTracker`` on Roundup. An issue's number is its id, its messages are the comments."""

    def __init__(self, settings: RoundupSettings) -> None:
        parts = urlsplit(settings.url)
        self._api = Api(
            TITLE,
            settings.url,
            settings.guard,
            auth=(settings.user, settings.password.get_secret_value()),
            # Roundup refuses a write without both: they show that no foreign page sent it.
            headers={"X-Requested-With": "customer-escalation", "Origin": f"{parts.scheme}://{parts.netloc}"},
        )
        self._guard = settings.guard
        self._user = settings.user
        self._searched = settings.searched
        self._newest = Snapshot(self._read_newest)

    def search_issues(self, query: str, paging: Paging) -> Page[Issue]:
        """See ``ProjectTracker``."""
        if not has_words(query):
            return empty_page()
        found = [issue for issue, _ in ranked(query, self._newest.get(), lambda entry: entry[1])]
        return offset_page(
            ["search_issues", query], paging, lambda offset, limit: (found[offset : offset + limit], len(found))
        )

    def read_issue(self, issue_id: str) -> Issue:
        """See ``ProjectTracker``."""
        row = self._row(issue_id)
        return _issue(row, self._messages(_message_ids(row)))

    def list_issues(self, wanted: IssueFilter, paging: Paging) -> Page[Issue]:
        """See ``ProjectTracker``. Status is matched with the tracker's own names; the only type is ``issue``."""
        asked: dict[str, Any] = {"@sort": "-creation,-id", "creation": _around(wanted.period)}
        if wanted.type is not None and wanted.type.casefold() != TYPE:
            return empty_page()
        if wanted.status is not None:
            asked["status"] = self._ids_of_statuses(wanted.status)
            if not asked["status"]:
                return empty_page()

        def fetch(token: str) -> tuple[list[Issue], str | None]:
            number = int(token or 1)
            rows, more = self._page("issue", FIELDS, number, asked)
            return [_issue(row) for row in rows], str(number + 1) if more else None

        budget = Budget(TITLE, self._guard)
        with readable(TITLE):
            issues, following = walked(
                ["list_issues", repr(wanted)], paging, wanted.period, fetch, lambda issue: issue.created_at, budget
            )
        return Page(items=issues, next_cursor=following, total=None)

    def create_issue(self, issue: NewIssue, write: Write) -> Issue:
        """See ``ProjectTracker``. A type, and labels that are no keywords of the tracker, are said in the description."""
        key = write.idempotency_key
        marker = Marker.of(key, issue.title, issue.description, issue.type) if key else None
        if marker and key:
            known = self._created(marker, key)
            if known is not None:
                return self.read_issue(known)
            write.go_on(seen_all=False)
        body: dict[str, Any] = {"title": issue.title}
        if issue.priority:
            priority = self._id_of("priority", issue.priority)
            if priority is None:
                names = ", ".join(self._names("priority"))
                raise InvalidInput(f"Roundup has no priority {issue.priority!r}. It has: {names}.")
            body["priority"] = priority
        keywords = {label: self._id_of("keyword", label) for label in issue.labels}
        body["keyword"] = [number for number in keywords.values() if number]
        others = [label for label, number in keywords.items() if not number]
        said = [issue.description]
        if issue.type and issue.type.casefold() != TYPE:
            said.append(f"Type: {issue.type}")
        if others:
            said.append(f"Labels: {', '.join(others)}")
        body["messages"] = [self._write_message("\n\n".join(said), marker)]
        made = self._api.post("/rest/data/issue", body)
        self._newest.forget()
        with readable(TITLE):
            number = str(made["data"]["id"])
        return self.read_issue(number)

    def comment_on_issue(self, issue_id: str, text: str, write: Write) -> Comment:
        """See ``ProjectTracker``."""
        row = self._row(issue_id)
        with readable(TITLE):
            number = str(row["id"])
        key = write.idempotency_key
        marker = Marker.of(key, text, number) if key else None
        if marker and key:
            known = find_marked(marker, _texts(self._messages(_message_ids(row))), key)
            if known is not None:
                return _comment(known, number)
            write.go_on()
        message = self._write_message(text, marker)
        place, what = f"/rest/data/issue/{number}", f"issue {number}"
        found = self._api.get(place, what=what)
        with readable(TITLE):
            body = {"@op": "add", "messages": [message], "@etag": str(found["data"]["@etag"])}
        self._api.request("PATCH", place, json=body, what=what)
        self._newest.forget()
        for held in self._messages([message]):
            return _comment(held, number)
        raise Unavailable(f"Roundup took the comment on {what}, but does not show it. Look there before you repeat it.")

    def _page(self, kind: str, fields: str, number: int, asked: Row, verbose: int = 2) -> tuple[list[Row], bool]:
        """One page of a class, and whether another follows."""
        paged = {"@page_size": PAGE, "@page_index": number, "@fields": fields, "@verbose": verbose}
        found = self._api.get(f"/rest/data/{kind}", {**asked, **paged})
        with readable(TITLE):
            rows: list[Row] = list(found["data"]["collection"])
            return rows, bool(found["data"].get("@links", {}).get("next"))

    def _row(self, given: str) -> Row:
        name = own_id(CATEGORY, given).removeprefix("#").removeprefix("issue")
        rows = self._page("issue", FIELDS, 1, {"id": name})[0] if name.isdecimal() else []
        if not rows:
            raise NotFound(f"There is no issue {given!r} in Roundup that we may see: its ids are numbers such as 1024.")
        return rows[0]

    def _messages(self, ids: Sequence[str]) -> list[Row]:
        """Messages whole, oldest first."""
        budget = Budget(TITLE, self._guard)
        rows: list[Row] = []
        for start in range(0, len(ids), PAGE):
            if start:
                budget.check()
            asked = {"id": list(ids[start : start + PAGE])}
            rows += self._page("msg", "author.username,creator.username,creation,date,content", 1, asked, verbose=3)[0]
        with readable(TITLE):
            return sorted(rows, key=lambda row: int(row["id"]))

    def _read_newest(self) -> list[tuple[Issue, str]]:
        """The newest issues, each with the text that a search looks through."""
        budget = Budget(TITLE, self._guard)
        rows = list(self._walk("issue", FIELDS, self._searched, budget))
        with readable(TITLE):
            wanted = {name for row in rows for name in _message_ids(row)}
            # The newest issues' messages are among the newest messages, but for those of long threads.
            messages = self._walk("msg", "summary", 5 * self._searched, budget)
            lines = {str(row["id"]): str(row["summary"] or "") for row in messages if str(row["id"]) in wanted}
            found = []
            for row in rows:
                issue = _issue(row)
                told = [lines.get(name, "") for name in _message_ids(row)]
                found.append((issue, "\n".join([issue.id, issue.title, *issue.labels, *told])))
            return found

    def _walk(self, kind: str, fields: str, most: int, budget: Budget) -> Iterator[Row]:
        for number in range(1, -(-most // PAGE) + 1):
            budget.check()
            rows, more = self._page(kind, fields, number, {"@sort": "-creation,-id"})
            yield from rows
            if not more:
                return

    def _created(self, marker: Marker, key: str) -> str | None:
        """The number of the issue whose first message carries the marker, among our newest."""
        rows, _ = self._page("issue", "messages", 1, {"creator": self._own_id(), "@sort": "-creation,-id"})
        first = {ids[0]: str(row["id"]) for row in rows if (ids := _message_ids(row))}
        known = find_marked(marker, _texts(self._messages(list(first))), key)
        return first[str(known["id"])] if known is not None else None

    def _write_message(self, text: str, marker: Marker | None) -> str:
        """Store a message that hangs nowhere yet; its id."""
        body = {"content": marked(text, marker), "author": self._own_id(), "date": "."}  # a dot is this moment
        made = self._api.post("/rest/data/msg", body)
        with readable(TITLE):
            return str(made["data"]["id"])

    def _own_id(self) -> str:
        found = self._api.get("/rest/data/user", {"username:": self._user})
        with readable(TITLE):
            return str(found["data"]["collection"][0]["id"])

    def _names(self, kind: str) -> dict[str, str]:
        """The ids of the tracker's own names for something."""
        found = self._api.get(f"/rest/data/{kind}", {"@fields": "name"})
        with readable(TITLE):
            return {str(row["name"]): str(row["id"]) for row in found["data"]["collection"]}

    def _ids_of_statuses(self, wanted: str) -> list[str]:
        """The ids of the statuses of that name or state."""
        names = self._names("status")
        return [number for name, number in names.items() if wanted.casefold() in (name.casefold(), state_of(name))]

    def _id_of(self, kind: str, wanted: str) -> str | None:
        """The id of a name in any case; None where there is none."""
        return {name.casefold(): number for name, number in self._names(kind).items()}.get(wanted.casefold())


def _issue(row: Row, messages: Sequence[Row] | None = None) -> Issue:
    with readable(TITLE):
        number = str(row["id"])
        extra = {"assigned_to": row.get("assignedto.username"), "updated_at": _time(row.get("activity"))}
        return Issue(
            ref=f"{CATEGORY}/{number}",
            id=number,
            type=TYPE,
            title=str(row["title"] or ""),
            status=str(row.get("status.name") or ""),
            state=state_of(row.get("status.name")),
            priority=str(row.get("priority.name") or ""),
            created_at=_time(row["creation"]),
            labels=[str(word["name"]) for word in row.get("keyword") or ()],
            comments=[_comment(message, number) for message in messages or ()],
            comments_complete=messages is not None,
            extra={
                "reported_by": row.get("creator.username"), **{key: value for key, value in extra.items() if value}
            },
        )  # fmt: skip


def _comment(row: Row, number: str) -> Comment:
    with readable(TITLE):
        name = f"{number}-m{row['id']}"
        return Comment(
            ref=f"{CATEGORY}/{name}",
            id=name,
            at=_time(row.get("date") or row["creation"]),
            author=str(row.get("author.username") or row.get("creator.username") or "unknown"),
            text=unmarked(str(row["content"]).replace("\r\n", "\n")),
            parent=f"{CATEGORY}/{number}",
        )


def _message_ids(row: Row) -> list[str]:
    with readable(TITLE):
        return sorted((str(message["id"]) for message in row.get("messages") or ()), key=int)


def _texts(messages: Sequence[Row]) -> list[tuple[str, Row]]:
    with readable(TITLE):
        return [(str(row["content"]), row) for row in messages]


def _time(value: Any) -> str:
    """``2026-11-23.17:08:27``, which is UTC, as RFC 3339; empty where there is none."""
    return f"{str(value)[:19].replace('.', 'T', 1)}Z" if value else ""


def _around(period: Period) -> str | None:
    """Roundup's filter on a time, a day wider on both sides: it reads times in the zone of the account."""
    if period == Period():
        return None
    day = timedelta(days=1)
    first = f"from {period.since - day:%Y-%m-%d}" if period.since else ""
    last = f"to {period.until + 2 * day:%Y-%m-%d}" if period.until else ""
    return f"{first} {last}".strip()


SYSTEM = System(
    name="roundup",
    title=TITLE,
    category=CATEGORY,
    settings=RoundupSettings,
    connect=Roundup,
    tested="Roundup 2.6, classic template: contract with reads and writes",
    note="A search sees titles, keywords and the first lines of messages of the newest issues. Times are UTC.",
)

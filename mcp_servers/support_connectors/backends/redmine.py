"""Redmine as project tracker, over its REST interface.

Not through python-redmine: it reads answers of any length whole and tries again by rules of its own, so a call would have
neither a bound in bytes nor one in time.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal

from pydantic import SecretStr

from support_connectors.backend import InvalidInput, IssueFilter, NewIssue, NotFound, Paging, Unavailable, Write
from support_connectors.remote.guard import ServerSettings, readable
from support_connectors.remote.http import Api
from support_connectors.remote.markers import Marker, find_marked, marked, reaches_back, unmarked
from support_connectors.remote.paging import empty_page, offset_page, own_id
from support_connectors.remote.texts import has_words, words
from support_connectors.results import Attachment, Comment, Issue, Page, Person
from support_connectors.states import State, state_of, state_while_open
from support_connectors.systems import System

CATEGORY: Final = "project_tracker"
TITLE = "Redmine"
PEOPLE: Final[Mapping[Literal["author", "owner"], str]] = {"author": "author", "owner": "assigned_to"}
"""Under which keys Redmine names them."""
MOST_MARKED = 100
"""Newest issues among which an earlier write is looked for."""
NEWEST_FIRST = "created_on:desc,id:desc"


class RedmineSettings(ServerSettings):
    """Where Redmine is and how it knows us."""

    api_key: SecretStr
    """Of the account that reads and writes: its API access key."""
    project: str | None = None
    """Identifier of the project to read and to create issues in; None reads all that the account sees."""


class Redmine:
    """``ProjectTracker`` on Redmine. Descriptions are the first comment; an issue's own number is its id."""

    def __init__(self, settings: RedmineSettings) -> None:
        self._project = settings.project
        key = settings.api_key.get_secret_value()
        self._api = Api(TITLE, settings.url, settings.guard, headers={"X-Redmine-API-Key": key})

    def search_issues(self, query: str, paging: Paging) -> Page[Issue]:
        """See ``ProjectTracker``. The search gives numbers; the issues of a page are then read with one request."""
        if not has_words(query):
            return empty_page()
        place = f"/projects/{self._project}/search.json" if self._project else "/search.json"
        asked = {"q": " ".join(words(query)), "issues": "1", "all_words": "", "open_issues": ""}

        def fetch(offset: int, limit: int) -> tuple[list[Issue], int]:
            found = self._api.get(place, {**asked, "offset": offset, "limit": limit})
            with readable(TITLE):
                ids = [str(row["id"]) for row in found["results"] if str(row["type"]).startswith("issue")]
                total = int(found["total_count"])
            if not ids:
                return [], total
            listed = self._api.get("/issues.json", {"issue_id": ",".join(ids), "status_id": "*", "limit": len(ids)})
            with readable(TITLE):
                by_id = {str(row["id"]): row for row in listed["issues"]}
                return [_issue(by_id[name], complete=False) for name in ids if name in by_id], total

        return offset_page(["search_issues", query], paging, fetch)

    def read_issue(self, issue_id: str) -> Issue:
        """See ``ProjectTracker``."""
        return _issue(self._row(issue_id), complete=True)

    def list_issues(self, wanted: IssueFilter, paging: Paging) -> Page[Issue]:
        """See ``ProjectTracker``. Status and type are matched with Redmine's own names, a state with what Redmine counts as closed."""
        asked: dict[str, str | None] = {"status_id": "*", "sort": NEWEST_FIRST, "project_id": self._project}
        if wanted.status is not None:
            asked["status_id"] = self._statuses(wanted.status)
        if wanted.type is not None:
            asked["tracker_id"] = self._id_of("/trackers.json", "trackers", wanted.type)
        if "" in (asked["status_id"], asked.get("tracker_id")):
            return empty_page()
        asked["created_on"] = _between(wanted.period.since, wanted.period.until)

        def fetch(offset: int, limit: int) -> tuple[list[Issue], int]:
            listed = self._api.get("/issues.json", {**asked, "offset": offset, "limit": limit})
            with readable(TITLE):
                return [_issue(row, complete=False) for row in listed["issues"]], int(listed["total_count"])

        return offset_page(["list_issues", repr(wanted)], paging, fetch)

    def create_issue(self, issue: NewIssue, write: Write) -> Issue:
        """See ``ProjectTracker``. Labels have no place in Redmine and are said in the description."""
        if self._project is None:
            raise InvalidInput("Creating an issue in Redmine needs the setting project: the identifier of one.")
        key = write.idempotency_key
        marker = Marker.of(key, issue.title, issue.description, issue.type) if key else None
        if marker and key:
            rows = self._newest()
            with readable(TITLE):
                told = [(str(row.get("description") or ""), str(row["id"])) for row in rows]
                times = [str(row["created_on"]) for row in rows]
            known = find_marked(marker, told, key)
            if known is not None:
                return self.read_issue(known)
            write.go_on(seen_all=reaches_back(write, times, MOST_MARKED))
        labels = f"\n\nLabels: {', '.join(issue.labels)}" if issue.labels else ""
        body: dict[str, Any] = {
            "project_id": self._project,
            "subject": issue.title,
            "description": marked(issue.description + labels, marker),
        }
        for field, path, name, word, wanted in (
            ("tracker_id", "/trackers.json", "trackers", "tracker", issue.type),
            ("priority_id", "/enumerations/issue_priorities.json", "issue_priorities", "priority", issue.priority),
        ):
            found = self._id_of(path, name, wanted)
            if not found and wanted:
                raise InvalidInput(f"Redmine has no {word} {wanted!r}. It has: {self._names(path, name)}.")
            if found:
                body[field] = int(found)
        made = self._api.post("/issues.json", {"issue": body})
        with readable(TITLE):
            number = str(made["issue"]["id"])
        return self.read_issue(number)

    def comment_on_issue(self, issue_id: str, text: str, write: Write) -> Comment:
        """See ``ProjectTracker``."""
        row = self._row(issue_id)
        number = str(row["id"])
        key = write.idempotency_key
        marker = Marker.of(key, text, number) if key else None
        if marker and key:
            known = find_marked(marker, _notes(row), key)
            if known is not None:
                return _comment(known, number)
            write.go_on()
        written = marked(text, marker)
        self._api.put(f"/issues/{number}.json", {"issue": {"notes": written}}, what=f"issue {number}")
        for note, journal in reversed(_notes(self._row(number))):
            if note.split() == written.split():
                return _comment(journal, number)
        raise Unavailable(
            f"Redmine took the comment on issue {number}, but does not show it. Look there before you repeat it."
        )

    def _row(self, given: str) -> dict[str, Any]:
        name = own_id(CATEGORY, given).lstrip("#").partition("-")[0]
        if not name.isdecimal():
            raise NotFound(f"There is no issue {given!r} in Redmine: its ids are numbers such as 1024.")
        found = self._api.get(f"/issues/{name}.json", {"include": "journals,attachments"}, what=f"issue {name}")
        with readable(TITLE):
            row: dict[str, Any] = found["issue"]
            return row

    def _newest(self) -> list[dict[str, Any]]:
        """The newest issues of the project, among which an earlier write is looked for."""
        listed = self._api.get(
            "/issues.json", {"project_id": self._project, "status_id": "*", "sort": NEWEST_FIRST, "limit": MOST_MARKED}
        )
        with readable(TITLE):
            return list(listed["issues"])

    def _id_of(self, path: str, name: str, wanted: str) -> str:
        """The id of Redmine's own name for something, in any case; empty where it has none."""
        rows = self._api.get(path)
        with readable(TITLE):
            return next((str(row["id"]) for row in rows[name] if str(row["name"]).casefold() == wanted.casefold()), "")

    def _statuses(self, wanted: str) -> str:
        """The ids of the statuses of that name or state, as a filter takes them; empty where there are none."""
        rows = self._api.get("/issue_statuses.json")
        name = wanted.strip().casefold()
        with readable(TITLE):
            found = [row for row in rows["issue_statuses"] if name in (str(row["name"]).casefold(), _state(row))]
            return "|".join(str(row["id"]) for row in found)

    def _names(self, path: str, name: str) -> str:
        rows = self._api.get(path)
        with readable(TITLE):
            return ", ".join(str(row["name"]) for row in rows[name])


def _issue(row: dict[str, Any], *, complete: bool) -> Issue:
    with readable(TITLE):
        number = str(row["id"])
        extra = {
            "project": row.get("project", {}).get("name"),
            "assigned_to": (row.get("assigned_to") or {}).get("name"),
            "updated_at": row.get("updated_on"),
            "closed_at": row.get("closed_on"),
            "fixed_version": (row.get("fixed_version") or {}).get("name"),
        }
        comments = []
        if row.get("description"):
            comments.append(
                Comment(
                    ref=f"{CATEGORY}/{number}-d",
                    id=f"{number}-d",
                    at=row["created_on"],
                    author=str(row["author"]["name"]),
                    text=unmarked(str(row["description"]).replace("\r\n", "\n")),
                    parent=f"{CATEGORY}/{number}",
                )
            )
        comments += [_comment(journal, number) for _, journal in _notes(row)]
        return Issue(
            ref=f"{CATEGORY}/{number}",
            id=number,
            type=str(row["tracker"]["name"]),
            title=str(row["subject"]),
            status=str(row["status"]["name"]),
            state=_state(row["status"]),
            priority=str(row["priority"]["name"]),
            created_at=row["created_on"],
            labels=[str(row["category"]["name"])] if row.get("category") else [],
            people=[
                Person(relation=relation, name=str(row[key]["name"]))
                for relation, key in PEOPLE.items()
                if row.get(key)
            ],
            attachments=[_attachment(one, number) for one in row.get("attachments") or ()],
            comments=comments,
            comments_complete=complete,
            extra={key: value for key, value in extra.items() if value},
        )


def _attachment(row: dict[str, Any], number: str) -> Attachment:
    name = f"{number}-a{row['id']}"
    return Attachment(
        ref=f"{CATEGORY}/{name}",
        id=name,
        name=str(row["filename"]),
        media_type=row.get("content_type") or None,
        size_bytes=int(row["filesize"]),
        parent=f"{CATEGORY}/{number}",
    )


def _state(status: dict[str, Any]) -> State | None:
    """What a status means. Before version 5, Redmine did not say of an issue's status whether it is closed."""
    name = str(status["name"])
    if "is_closed" not in status:
        return state_of(name)
    return "closed" if status["is_closed"] else state_while_open(name)


def _notes(row: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The journals that hold words, each with its text."""
    with readable(TITLE):
        return [(str(journal["notes"]), journal) for journal in row.get("journals", ()) if journal.get("notes")]


def _comment(journal: dict[str, Any], number: str) -> Comment:
    with readable(TITLE):
        name = f"{number}-c{journal['id']}"
        return Comment(
            ref=f"{CATEGORY}/{name}",
            id=name,
            at=journal["created_on"],
            author=str(journal.get("user", {}).get("name") or "unknown"),
            text=unmarked(str(journal["notes"]).replace("\r\n", "\n")),
            parent=f"{CATEGORY}/{number}",
            extra={"private": True} if journal.get("private_notes") else {},
        )


def _between(since: datetime | None, until: datetime | None) -> str | None:
    """Redmine's filter on a time."""
    first, last = (moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else "" for moment in (since, until))
    if first and last:
        return f"><{first}|{last}"
    return f">={first}" if first else f"<={last}" if last else None


SYSTEM = System(
    name="redmine",
    title=TITLE,
    category="project_tracker",
    settings=RedmineSettings,
    connect=Redmine,
    tested="Redmine 5.0.4, started by CI: contract with reads and writes, network faults, the main job",
    note="Any word of a search may match; the newest issues come first. Times are UTC.",
)

"""GitHub Issues as project tracker, over GitHub's REST interface.

Not through PyGithub: it reads answers of any length whole and asks for further pages and objects behind its attributes, so a call
would have neither a bound in bytes nor one in requests.
"""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import Field, SecretStr, field_validator

from support_connectors.backend import InvalidInput, IssueFilter, NewIssue, NotFound, Paging, Write
from support_connectors.remote.guard import ServerSettings, readable, retry_after
from support_connectors.remote.http import Api
from support_connectors.remote.markers import Marker, find_marked, reaches_back
from support_connectors.remote.paging import empty_page, offset_page, own_id
from support_connectors.remote.texts import has_words, words
from support_connectors.results import Comment, Issue, Page
from support_connectors.states import State
from support_connectors.systems import System

CATEGORY: Final = "project_tracker"
TITLE = "GitHub"
MOST_FOUND = 1_000
"""GitHub's search shows no more."""
MOST_COMMENTS = 1_000
VERSION = "2022-11-28"
STATES: Final[Mapping[str, State]] = {"open": "open", "closed": "closed"}
"""What GitHub's states mean; why an issue was closed makes no difference, and it knows no waiting."""
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_ID = re.compile(r"(?:(?P<place>[\w.-]+/[\w.-]+))?#?(?P<number>\d{1,10})(?:-[cd]\d*)?")
_WRITTEN = re.compile(
    r"\A(?P<fence>`{3,})text\n(?P<text>.*)\n(?P=fence)\n<!-- written by customer-escalation(?P<marker>[^>]*) -->\s*\Z",
    re.DOTALL,
)
_TYPES = ("bug", "feature", "enhancement", "incident", "question", "documentation", "task")
Row = dict[str, Any]


class GitHubSettings(ServerSettings):
    """Which repositories, and how GitHub knows us."""

    url: str = "https://api.github.com"
    """Of GitHub Enterprise: ``https://HOST/api/v3``."""
    token: SecretStr
    """A fine-grained token that may read and write issues."""
    repositories: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)]
    """``owner/name``; issues are created in the first one."""

    @field_validator("repositories")
    @classmethod
    def _check(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not _REPOSITORY.fullmatch(name):
                raise ValueError(f"{name!r} is not owner/name")
        return names


class GitHub:
    """``ProjectTracker`` on GitHub Issues. An issue's id is ``owner/name#12``; pull requests are left out."""

    def __init__(self, settings: GitHubSettings) -> None:
        self._repositories = settings.repositories
        headers = {"X-GitHub-Api-Version": VERSION, "Accept": "application/vnd.github+json"}
        headers["Authorization"] = f"Bearer {settings.token.get_secret_value()}"
        self._api = Api(TITLE, settings.url, settings.guard, headers=headers, wait_of=_wait)
        self.close = self._api.close

    def search_issues(self, query: str, paging: Paging) -> Page[Issue]:
        """See ``ProjectTracker``. All words must match; where no issue holds them all, the longest are looked for."""
        if not has_words(query):
            return empty_page()

        def fetch(offset: int, limit: int) -> tuple[list[Issue], int]:
            asked = next((text for text in _fewer(words(query)) if self._found(text, {}, 0, 1)[1]), "")
            return self._found(asked, {}, offset, limit) if asked else ([], 0)

        return offset_page(["search_issues", query], paging, fetch)

    def read_issue(self, issue_id: str) -> Issue:
        """See ``ProjectTracker``."""
        place, number = self._place(issue_id)
        row = self._api.get(f"/repos/{place}/issues/{number}", what=f"issue {place}#{number}")
        if row.get("pull_request"):
            raise NotFound(f"{place}#{number} is a pull request in GitHub, not an issue.")
        return issue_of(row, place, [*opening_of(row, place), *self._comments(place, number)], complete=True)

    def list_issues(self, wanted: IssueFilter, paging: Paging) -> Page[Issue]:
        """See ``ProjectTracker``. A status is open or closed; a type is an issue type or a label."""
        parts = []
        if wanted.status is not None:
            if wanted.status.casefold() not in STATES:
                return empty_page()
            parts.append(f"state:{wanted.status.casefold()}")
        if wanted.type is not None:
            parts.append(f'label:"{_literal(wanted.type)}"')
        since, until = wanted.period.since, wanted.period.until
        if since or until:
            parts.append(f"created:{_written(since) if since else '*'}..{_written(until) if until else '*'}")
        order = {"sort": "created", "order": "desc"}

        def fetch(offset: int, limit: int) -> tuple[list[Issue], int]:
            return self._found(" ".join(parts), order, offset, limit)

        return offset_page(["list_issues", repr(wanted)], paging, fetch)

    def create_issue(self, issue: NewIssue, write: Write) -> Issue:
        """See ``ProjectTracker``. Type and priority become labels, as far as they are given."""
        place = self._repositories[0]
        key = write.idempotency_key
        marker = Marker.of(key, issue.title, issue.description, issue.type) if key else None
        if marker and key:
            rows = self._api.get(
                f"/repos/{place}/issues", {"state": "all", "sort": "created", "direction": "desc", "per_page": 100}
            )
            with readable(TITLE):
                known = find_marked(marker, [(str(row.get("body") or ""), str(row["number"])) for row in rows], key)
                times = [str(row["created_at"]) for row in rows]
            if known is not None:
                return self.read_issue(f"{place}#{known}")
            write.go_on(seen_all=reaches_back(write, times, 100))
        labels = [label for label in (issue.type, issue.priority, *issue.labels) if label]
        body = {"title": issue.title, "body": _as_written(issue.description, marker), "labels": labels}
        made = self._api.post(f"/repos/{place}/issues", body)
        with readable(TITLE):
            return issue_of(made, place, opening_of(made, place), complete=True)

    def comment_on_issue(self, issue_id: str, text: str, write: Write) -> Comment:
        """See ``ProjectTracker``. The text stands in a block of its own, so that nothing in it becomes a mention or a link."""
        place, number = self._place(issue_id)
        key = write.idempotency_key
        marker = Marker.of(key, place, number, text) if key else None
        if marker and key:
            rows = list(self._rows(place, number))
            with readable(TITLE):
                known = find_marked(marker, [(str(row.get("body") or ""), row) for row in rows], key)
            if known is not None:
                return comment_of(known, place, number)
            write.go_on(seen_all=len(rows) < MOST_COMMENTS)
        body = {"body": _as_written(text, marker)}
        made = self._api.post(f"/repos/{place}/issues/{number}/comments", body, what=f"issue {place}#{number}")
        return comment_of(made, place, number)

    def _place(self, given: str) -> tuple[str, str]:
        """Repository and number of an id. A number alone is one of the only repository."""
        match = _ID.fullmatch(own_id(CATEGORY, given))
        known = {name.casefold(): name for name in self._repositories}
        place = (match["place"] or (self._repositories[0] if len(known) == 1 else "")).casefold() if match else ""
        if match is None or place not in known:
            shown = ", ".join(self._repositories)
            raise NotFound(f"There is no issue {given!r} here. Ids are owner/name#12, of {shown}.")
        return known[place], match["number"]

    def _found(self, query: str, order: Mapping[str, str], offset: int, limit: int) -> tuple[list[Issue], int]:
        """Issues from an offset. GitHub counts pages, so two of them may be needed for one of ours."""
        places = " ".join(f"repo:{name}" for name in self._repositories)
        rows: list[Row] = []
        page, skip = offset // limit + 1, offset % limit
        total = 0
        for number in (page, page + 1):
            asked = {"q": f"{query} is:issue {places}".strip(), "per_page": limit, "page": number, **order}
            answer = self._api.get("/search/issues", asked)
            with readable(TITLE):
                rows += answer["items"]
                total = min(int(answer["total_count"]), MOST_FOUND)
            if len(rows) >= skip + limit or number * limit >= total:
                break
        with readable(TITLE):
            part = rows[skip : skip + limit]
            return [
                issue_of(row, "/".join(str(row["repository_url"]).split("/")[-2:]), [], complete=False) for row in part
            ], total

    def _comments(self, place: str, number: str) -> list[Comment]:
        return [comment_of(row, place, number) for row in self._rows(place, number)]

    def _rows(self, place: str, number: str) -> Iterator[Row]:
        for page in range(1, MOST_COMMENTS // 100 + 1):
            asked = {"per_page": 100, "page": page}
            rows = self._api.get(f"/repos/{place}/issues/{number}/comments", asked, what=f"issue {place}#{number}")
            if not isinstance(rows, list):
                raise InvalidInput("GitHub did not answer with comments.")
            yield from rows
            if len(rows) < 100:
                return


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds until GitHub takes calls again; it says so with or without ``Retry-After``."""
    asked = retry_after(headers.get("retry-after"))
    if asked is not None or headers.get("x-ratelimit-remaining") != "0":
        return asked
    reset = headers.get("x-ratelimit-reset", "")
    return max(0.0, int(reset) - time.time()) if reset.isdecimal() else None


def _fewer(terms: Sequence[str]) -> Iterator[str]:
    """All words, then fewer and fewer of the longest."""
    telling = sorted(dict.fromkeys(terms), key=lambda word: (not any(map(str.isdigit, word)), -len(word)))
    yield " ".join(f'"{_literal(word)}"' for word in terms)
    for count in (3, 2, 1):
        if count < len(telling):
            yield " ".join(f'"{_literal(word)}"' for word in telling[:count])


def _literal(text: str) -> str:
    """A text inside the quotation marks of a search."""
    return re.sub(r'["\\\x00-\x1f]+', " ", text).strip()


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _as_written(text: str, marker: Marker | None) -> str:
    """A text as it is sent: in a code block that nothing in it can end, then a note that pages do not show."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return f"{fence}text\n{text}\n{fence}\n<!-- written by customer-escalation{f' {marker}' if marker else ''} -->"


def _as_read(body: Any) -> str:
    """A body as it is shown: what we wrote without its block, what others wrote as it stands."""
    text = str(body or "").replace("\r\n", "\n")
    ours = _WRITTEN.match(text)
    return ours["text"] if ours else text.strip()


def issue_of(row: Row, place: str, comments: list[Comment], *, complete: bool) -> Issue:
    """An issue of the repository ``place`` as GitHub's REST interface gives it."""
    with readable(TITLE):
        name = f"{place}#{row['number']}"
        labels = [str(label["name"] if isinstance(label, dict) else label) for label in row.get("labels") or ()]
        kind = (row.get("type") or {}).get("name") or next(
            (label for label in labels if label.casefold() in _TYPES), "issue"
        )
        urgent = next((label for label in labels if re.match(r"(?i)p\d\b|prio|sev|urgent|critical", label)), "")
        reason = row.get("state_reason")
        extra = {
            "updated_at": row.get("updated_at"), "closed_at": row.get("closed_at"), "link": row.get("html_url"),
            "assigned_to": ", ".join(str(one["login"]) for one in row.get("assignees") or ()),
            "milestone": (row.get("milestone") or {}).get("title"), "closed_as": reason if reason and row["state"] == "closed" else None,
        }  # fmt: skip
        return Issue(
            ref=f"{CATEGORY}/{name}",
            id=name,
            type=str(kind),
            title=str(row["title"]),
            status=str(row["state"]),
            state=STATES.get(str(row["state"])),
            priority=urgent,
            created_at=row["created_at"],
            labels=labels,
            comments=comments,
            comments_complete=complete,
            extra={key: value for key, value in extra.items() if value},
        )


def opening_of(row: Row, place: str) -> list[Comment]:
    """The issue's own text as its first comment."""
    with readable(TITLE):
        text = _as_read(row.get("body"))
        if not text:
            return []
        home = f"{place}#{row['number']}"
        return [
            Comment(
                ref=f"{CATEGORY}/{home}-d",
                id=f"{home}-d",
                at=row["created_at"],
                author=_person(row),
                text=text,
                parent=f"{CATEGORY}/{home}",
            )
        ]


def comment_of(row: Row, place: str, number: str) -> Comment:
    """A comment on issue ``number`` of a repository."""
    with readable(TITLE):
        name = f"{place}#{number}-c{row['id']}"
        return Comment(
            ref=f"{CATEGORY}/{name}",
            id=name,
            at=row["created_at"],
            author=_person(row),
            text=_as_read(row.get("body")),
            parent=f"{CATEGORY}/{place}#{number}",
        )


def _person(row: Row) -> str:
    return str((row.get("user") or {}).get("login") or "ghost")


SYSTEM = System(
    name="github",
    title="GitHub Issues",
    category=CATEGORY,
    settings=GitHubSettings,
    connect=GitHub,
    tested="a stand-in made of GitHub's published description: contract with reads and writes, network faults; not the real service",
    note="A search wants all words; where no issue holds them all, the longest are looked for. It gives the first 1,000 issues. "
    "Priorities and, without issue types, types are read off labels.",
)

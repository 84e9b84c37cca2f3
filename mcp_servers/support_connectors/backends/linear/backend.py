"""Linear as project tracker, over its GraphQL interface.

Linear has no Python client of its own; its interface is one address that takes documents, which stand in ``queries``.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal
from uuid import NAMESPACE_URL, uuid5

from pydantic import Field, JsonValue, SecretStr, field_validator

from support_connectors.backend import (
    BackendError,
    Conflict,
    InvalidInput,
    IssueFilter,
    NewIssue,
    NotFound,
    Paging,
    PermissionDenied,
    RateLimited,
    Unavailable,
    Write,
)
from support_connectors.backends.linear import queries as ask
from support_connectors.remote.guard import ServerSettings, readable, retry_after, secret
from support_connectors.remote.http import Api
from support_connectors.remote.paging import empty_page, own_id, token_page
from support_connectors.remote.texts import has_words, words
from support_connectors.results import Comment, Issue, Page, Person
from support_connectors.states import State, state_while_open
from support_connectors.systems import System

CATEGORY: Final = "project_tracker"
TITLE = "Linear"
MOST_PAGES = 10
"""Pages of 100 comments read of one issue."""
OPEN_TYPES: Final = ("triage", "backlog", "unstarted", "started")
CLOSED_TYPES: Final = ("completed", "canceled", "duplicate")
PRIORITIES: Final = {
    "urgent": 1,
    "critical": 1,
    "p0": 1,
    "high": 2,
    "p1": 2,
    "medium": 3,
    "normal": 3,
    "p2": 3,
    "low": 4,
    "p3": 4,
}
_ID = re.compile(r"(?i)(?:https?://\S+/issue/)?(?P<key>[a-z][a-z0-9_]*-\d{1,10})(?:-d|-c[0-9a-f-]{36}|/\S*)?")
_TEAM = re.compile(r"[A-Z][A-Z0-9_]*")
PEOPLE: Final[Mapping[Literal["author", "owner"], str]] = {"author": "creator", "owner": "assignee"}
"""Under which keys Linear names them."""
_FENCED = re.compile(r"\A(?P<fence>`{3,})text\n(?P<text>.*)\n(?P=fence)\s*\Z", re.DOTALL)
_MISSING = re.compile(r"(?i)entity not found|could not find")
Row = dict[str, Any]


class LinearSettings(ServerSettings):
    """How Linear knows us, and which teams."""

    url: str = "https://api.linear.app/graphql"
    token: SecretStr
    """A personal API key (``lin_api_…``), or an OAuth access token."""
    teams: Annotated[tuple[str, ...], Field(min_length=1, max_length=50)]
    """Keys such as ``ENG``; nothing outside them is read, and issues are created in the first one."""

    @field_validator("teams")
    @classmethod
    def _check(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        for key in keys:
            if not _TEAM.fullmatch(key):
                raise ValueError(f"{key!r} is not the key of a team, such as ENG")
        return keys


class Linear:
    """``ProjectTracker`` on Linear. An issue's id is what Linear calls its identifier, such as ``ENG-123``."""

    def __init__(self, settings: LinearSettings) -> None:
        self._teams = settings.teams
        token = secret(settings.token)
        sent = token if token.startswith("lin_api_") else f"Bearer {token}"
        self._api = Api(
            TITLE, settings.url, settings.guard, headers={"Authorization": sent}, error_words=_said, wait_of=_wait
        )
        self._url = settings.url
        self._within: Row = {"team": {"key": {"in": list(settings.teams)}}}
        self.close = self._api.close

    def search_issues(self, query: str, paging: Paging) -> Page[Issue]:
        """See ``ProjectTracker``. Linear ranks; where no issue holds all the words, the longest are looked for."""
        if not has_words(query):
            return empty_page()
        terms = list(_fewer(words(query)))

        def fetch(token: str | None, limit: int) -> tuple[list[Issue], str | None, int]:
            place, _, cursor = (token or "0 ").partition(" ")
            for number in range(int(place), len(terms)):
                given = {"term": terms[number], "filter": self._within, "first": limit, "after": cursor or None}
                found = self._asked(ask.SEARCH, given)["searchIssues"]
                with readable(TITLE):
                    if found["nodes"] or token:
                        following = _following(found)
                        issues = [
                            _issue(row, _opening(row), complete=False) for row in found["nodes"] if not row["trashed"]
                        ]
                        return issues, f"{number} {following}" if following else None, int(found["totalCount"])
            return [], None, 0

        return token_page(["search_issues", query], paging, fetch)

    def read_issue(self, issue_id: str) -> Issue:
        """See ``ProjectTracker``."""
        name = self._identifier(issue_id)
        row, comments, complete = self._whole(name)
        return _issue(row, [*_opening(row), *comments], complete=complete)

    def list_issues(self, wanted: IssueFilter, paging: Paging) -> Page[Issue]:
        """See ``ProjectTracker``. A type is a label."""
        wall: Row = dict(self._within)
        if wanted.status is not None:
            ids = self._states(wanted.status)
            if not ids:
                return empty_page()
            wall["state"] = {"id": {"in": ids}}
        if wanted.type is not None:
            wall["labels"] = {"some": {"name": {"eqIgnoreCase": wanted.type}}}
        times = {"gte": wanted.period.since, "lte": wanted.period.until}
        span = {name: moment.isoformat() for name, moment in times.items() if moment is not None}
        if span:
            wall["createdAt"] = span

        def fetch(token: str | None, limit: int) -> tuple[list[Issue], str | None, None]:
            found = self._asked(ask.LIST, {"filter": wall, "first": limit, "after": token})["issues"]
            with readable(TITLE):
                rows = [row for row in found["nodes"] if not row["trashed"]]
                return [_issue(row, [], complete=False) for row in rows], _following(found), None

        return token_page(["list_issues", repr(wanted)], paging, fetch)

    def create_issue(self, issue: NewIssue, write: Write) -> Issue:
        """See ``ProjectTracker``. Type and labels are set as far as the team has labels of these names."""
        key = write.idempotency_key
        given: Row = {"title": issue.title, "description": _as_written(issue.description)}
        if key:
            given["id"] = str(uuid5(NAMESPACE_URL, f"customer-escalation:issue:{key}"))
            known = self._known(given["id"])
            if known is not None:
                _same(key, (known["title"], _as_read(known["description"])), (issue.title, issue.description))
                return self.read_issue(str(known["identifier"]))
            write.go_on(keyed=True)  # an id is taken once
        found = self._asked(ask.TEAM, {"key": self._teams[0]})["teams"]["nodes"]
        if not found:
            raise NotFound(f"There is no team {self._teams[0]!r} in Linear, or our account may not see it.")
        with readable(TITLE):
            labels = {str(label["name"]).casefold(): label["id"] for label in found[0]["labels"]["nodes"]}
            given["teamId"] = found[0]["id"]
        named = [name.casefold() for name in (issue.type, *issue.labels)]
        given["labelIds"] = [labels[name] for name in dict.fromkeys(named) if name in labels]
        if issue.priority.casefold() in PRIORITIES:
            given["priority"] = PRIORITIES[issue.priority.casefold()]
        made = self._asked(ask.CREATE, {"input": given}, reads=False)["issueCreate"]
        with readable(TITLE):
            return self.read_issue(str(made["issue"]["identifier"]))

    def comment_on_issue(self, issue_id: str, text: str, write: Write) -> Comment:
        """See ``ProjectTracker``. The text stands in a block of its own, so that nothing in it becomes a mention or a link."""
        name = self._identifier(issue_id)
        row = self._whole(name)[0]
        given: Row = {"issueId": row["id"], "body": _as_written(text)}
        key = write.idempotency_key
        if key:
            given["id"] = str(uuid5(NAMESPACE_URL, f"customer-escalation:comment:{row['id']}:{key}"))
            try:
                known = self._asked(ask.READ_COMMENT, {"id": given["id"]}, what="that comment")["comment"]
            except NotFound:
                known = None
            if known is not None:
                with readable(TITLE):
                    _same(key, _as_read(known["body"]), text)
                return _comment(known, str(row["identifier"]))
            write.go_on(keyed=True)
        made = self._asked(ask.SAY, {"input": given}, reads=False)["commentCreate"]
        with readable(TITLE):
            return _comment(made["comment"], str(row["identifier"]))

    def _identifier(self, given: str) -> str:
        match = _ID.fullmatch(own_id(CATEGORY, given))
        if match is None:
            raise NotFound(f"There is no issue {given!r} in Linear: its ids are such as {self._teams[0]}-123.")
        return match["key"].upper()

    def _states(self, wanted: str) -> list[str]:
        """The ids of the teams' statuses of that name or state."""
        rows = self._asked(ask.STATES, {"teams": list(self._teams)})["workflowStates"]["nodes"]
        name = wanted.strip().casefold()
        with readable(TITLE):
            return [str(row["id"]) for row in rows if name in (str(row["name"]).casefold(), _state(row))]

    def _known(self, uuid: str) -> Row | None:
        """The issue that an earlier write with this id made."""
        try:
            found = self._asked(ask.READ, {"id": uuid, "after": None}, what="that issue")
        except NotFound:
            return None
        return dict(found["issue"])

    def _whole(self, name: str) -> tuple[Row, list[Comment], bool]:
        """An issue with its comments, oldest first, and whether those are all."""
        comments: list[Comment] = []
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            row = self._asked(ask.READ, {"id": name, "after": cursor}, what=f"issue {name}")["issue"]
            with readable(TITLE):
                if row["trashed"] or row["team"]["key"] not in self._teams:
                    shown = ", ".join(self._teams)
                    raise NotFound(f"The issue {name} was deleted, or is of none of the configured teams: {shown}.")
                comments += [_comment(one, str(row["identifier"])) for one in row["comments"]["nodes"]]
                cursor = _following(row["comments"])
            if cursor is None:
                break
        return row, sorted(comments, key=lambda one: (one.at, one.id)), cursor is None

    def _asked(self, document: str, variables: Row, *, what: str = "", reads: bool = True) -> Row:
        """The data that a document gives; Linear says errors inside answers too."""
        try:
            answer = self._api.post(self._url, {"query": document, "variables": variables}, what=what, reads=reads)
        except InvalidInput as error:  # a limit, too, comes with status 400
            raise _meant(str(error), what) or error from error
        with readable(TITLE):
            if answer.get("errors"):
                said = _said(json.dumps(answer).encode())
                raise _meant(said, what) or InvalidInput(f"Linear does not take this: {said}")
            return dict(answer["data"])


def _meant(said: str, what: str) -> BackendError | None:
    """The error that Linear's words mean."""
    if _MISSING.search(said):
        return NotFound(
            f"Linear has no such item: {what or 'what was asked for'} does not exist, or our account may not see it."
        )
    if "RATELIMITED" in said:
        return RateLimited("Linear wants fewer calls. Ask again in a minute.")
    if "AUTHENTICATION_ERROR" in said:
        return PermissionDenied("Linear refused our credentials: they are wrong, expired or revoked.")
    if "FORBIDDEN" in said:
        return PermissionDenied(f"Linear does not let our account do this{f' for {what}' if what else ''}.")
    if "INTERNAL_SERVER_ERROR" in said:
        return Unavailable("Linear failed. Its facts are unknown for now.")
    return None


def _said(body: bytes) -> str:
    """Messages and codes of the errors in an answer."""
    try:
        errors = json.loads(body).get("errors") or ()
        return "; ".join(
            f"{error.get('message', '')} {(error.get('extensions') or {}).get('code', '')}".strip() for error in errors
        )
    except (ValueError, AttributeError, TypeError, RecursionError):
        return ""


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait: only where Linear says so, since its counters come with every answer."""
    return retry_after(headers.get("retry-after"))


def _following(connection: Row) -> str | None:
    """The cursor of the next page."""
    info = connection["pageInfo"]
    return str(info["endCursor"]) if info["hasNextPage"] else None


def _fewer(terms: Sequence[str]) -> Iterator[str]:
    """All words, then fewer and fewer of the longest."""
    telling = sorted(dict.fromkeys(terms), key=lambda word: (not any(map(str.isdigit, word)), -len(word)))
    yield " ".join(terms)
    for count in (3, 2, 1):
        if count < len(telling):
            yield " ".join(telling[:count])


def _same(key: str, known: object, wanted: object) -> None:
    """Raises ``Conflict`` where a key was used for something else."""
    if known != wanted:
        raise Conflict(f"The idempotency key {key!r} was used for another text here. Use a new key for a new write.")


def _as_written(text: str) -> str:
    """A text in a block that nothing in it can end."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return f"{fence}text\n{text}\n{fence}"


def _as_read(body: Any) -> str:
    """A text as it is shown: what stands in one block without it, anything else as it is."""
    text = str(body or "").replace("\r\n", "\n")
    block = _FENCED.match(text)
    return block["text"] if block else text.strip()


def _issue(row: Row, comments: list[Comment], *, complete: bool) -> Issue:
    with readable(TITLE):
        name = str(row["identifier"])
        labels = [str(label["name"]) for label in row["labels"]["nodes"]]
        extra: dict[str, JsonValue] = {
            "updated_at": row["updatedAt"], "completed_at": row["completedAt"], "canceled_at": row["canceledAt"],
            "status_type": row["state"]["type"], "assigned_to": _name(row["assignee"]), "project": _name(row["project"]),
            "parent": (row["parent"] or {}).get("identifier"), "due": row["dueDate"],
            "earlier_ids": list(row["previousIdentifiers"]), "link": row["url"],
        }  # fmt: skip
        return Issue(
            ref=f"{CATEGORY}/{name}",
            id=name,
            type=labels[0] if labels else "issue",
            title=str(row["title"]),
            status=str(row["state"]["name"]),
            state=_state(row["state"]),
            priority=str(row["priorityLabel"]),
            created_at=str(row["createdAt"]),
            labels=labels,
            people=[
                Person(relation=relation, name=_name(row[key]))
                for relation, key in PEOPLE.items()
                if _name(row.get(key))
            ],
            comments=comments,
            comments_complete=complete,
            extra={key: value for key, value in extra.items() if value},
        )


def _state(status: Row) -> State | None:
    """What a status means: its type says whether it is closed."""
    if status["type"] in OPEN_TYPES:
        return state_while_open(str(status["name"]))
    return "closed" if status["type"] in CLOSED_TYPES else None


def _opening(row: Row) -> list[Comment]:
    """The description as the first comment."""
    with readable(TITLE):
        name, text = str(row["identifier"]), _as_read(row["description"])
        if not text:
            return []
        return [
            Comment(
                ref=f"{CATEGORY}/{name}-d",
                id=f"{name}-d",
                at=str(row["createdAt"]),
                author=_name(row["creator"]),
                text=text,
                parent=f"{CATEGORY}/{name}",
            )
        ]


def _comment(row: Row, name: str) -> Comment:
    with readable(TITLE):
        own = f"{name}-c{row['id']}"
        return Comment(
            ref=f"{CATEGORY}/{own}",
            id=own,
            at=str(row["createdAt"]),
            author=_name(row["user"]),
            text=_as_read(row["body"]),
            parent=f"{CATEGORY}/{name}",
        )


def _name(value: Any) -> str:
    return str((value or {}).get("name") or "")


SYSTEM = System(
    name="linear",
    title=TITLE,
    category=CATEGORY,
    settings=LinearSettings,
    connect=Linear,
    tested="a stand-in that runs Linear's published schema: contract with reads and writes, network faults; not the real service",
    note="Where no issue holds all words of a search, the longest are looked for; Linear ranks. An issue's type is its first label.",
)

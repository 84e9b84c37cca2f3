"""Slack's Web API, guarded: its cursors, its threads, people's names, and its errors, which come with HTTP status 200."""

import time
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from support_connectors.backend import BackendError, InvalidInput, NotFound, PermissionDenied, Unavailable
from support_connectors.remote.budget import Budget
from support_connectors.remote.guard import Guard, failure, readable, retry_after, unreadable
from support_connectors.remote.http import Api, HttpAnswer, Params

TITLE: Final = "Slack"
PAGE = 200
"""Items of one page, as Slack advises."""
MOST_PAGES = 50
MOST_NAMES = 40
"""People whose names one call looks up."""
KEEP_NAMES_S = 3_600.0
Row = dict[str, Any]

_CREDENTIALS = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})
_FORBIDDEN = frozenset(
    "access_denied ekm_access_denied enterprise_is_restricted no_permission not_allowed_token_type org_login_required "
    "restricted_action restricted_action_read_only_channel team_access_not_granted two_factor_setup_required".split()
)
_MISSING = frozenset({"message_not_found", "thread_not_found", "user_not_found", "user_not_visible"})
_LATER = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"})
_NO_TALK = frozenset(
    "channel_archive channel_join channel_leave channel_name channel_posting_permissions channel_purpose channel_topic "
    "channel_unarchive group_archive group_join group_leave group_name group_purpose group_topic pinned_item "
    "reminder_add tombstone".split()
)


class SlackApi:
    """Calls of the Web API with one token."""

    def __init__(self, base_url: str, token: str, guard: Guard) -> None:
        self._guard = guard
        self._api = Api(TITLE, base_url, guard, headers={"Authorization": f"Bearer {token}"})
        self._names: dict[str, tuple[float, str]] = {}

    def get(self, method: str, params: Params, what: str = "") -> Row:
        """Call a method that only looks. ``what`` names the thing asked for in a refusal."""
        return _checked(self._api.request("GET", method, params=params, what=what), what)

    def post(self, method: str, body: Mapping[str, Any], what: str = "") -> Row:
        """Call a method that writes."""
        return _checked(self._api.request("POST", method, json=dict(body), what=what), what)

    def budget(self) -> Budget:
        """The time of one call of ours."""
        return Budget(TITLE, self._guard)

    def pages(self, method: str, params: Params, budget: Budget, size: int = PAGE, what: str = "") -> Iterator[Row]:
        """The answers of a method with cursors, one a page, as they are asked for."""
        cursor = ""
        for _ in range(MOST_PAGES):
            answer = self.get(method, {**params, "limit": size, "cursor": cursor or None}, what)
            yield answer
            with readable(TITLE):
                cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return
            budget.check()

    def history(
        self, channel: str, budget: Budget, *, oldest: str | None = None, latest: str | None = None,
        inclusive: bool = False, size: int = PAGE, metadata: bool = False,
    ) -> Iterator[Row]:  # fmt: skip
        """What people wrote in a channel between two times, newest first, as far as it is asked for; threads left out."""
        params: Params = {
            "channel": channel, "oldest": oldest, "latest": latest,
            "inclusive": inclusive or None, "include_all_metadata": metadata or None,
        }  # fmt: skip
        for answer in self.pages("conversations.history", params, budget, size, f"channel {channel}"):
            with readable(TITLE):
                rows = [row for row in answer["messages"] if is_talk(row)]
                rows.sort(key=lambda row: str(row["ts"]), reverse=True)
            yield from rows

    def following(self, channel: str, ts: str, wanted: int, budget: Budget) -> list[Row]:
        """What was written in a channel next after a message, oldest first.

        Slack gives the newest first, so ever longer stretches of time after the message are asked for.
        """
        start, hours = int(ts.partition(".")[0]), 1
        while True:
            latest = f"{start + hours * 3_600}.000000"
            found = list(islice(self.history(channel, budget, oldest=ts, latest=latest), 5 * PAGE))
            if len(found) >= wanted or start + hours * 3_600 > time.time():
                return found[::-1][:wanted]
            hours *= 6
            budget.check()

    def thread(self, channel: str, ts: str, what: str, budget: Budget) -> list[Row]:
        """The message that begins a thread and those that answer it."""
        params: Params = {"channel": channel, "ts": ts}
        answers = self.pages("conversations.replies", params, budget, what=what)
        with readable(TITLE):
            return [row for answer in answers for row in answer["messages"] if is_talk(row)]

    def message(self, channel: str, ts: str, what: str) -> Row | None:
        """One message, whether it stands in a thread or not; None where it is not there."""
        answer = self.get("conversations.replies", {"channel": channel, "ts": ts, "limit": 1}, what)
        with readable(TITLE):
            return next((row for row in answer["messages"] if row["ts"] == ts and is_talk(row)), None)

    def name(self, person: str) -> str:
        """A person's name, kept for an hour; the id where Slack does not say it."""
        now = time.monotonic()
        known = self._names.get(person)
        if known and now - known[0] < KEEP_NAMES_S:
            return known[1]
        found = person
        try:
            answer = self.get("users.info", {"user": person})
            with readable(TITLE):
                user = answer["user"]
                profile = user.get("profile") or {}
                found = profile.get("display_name") or user.get("real_name") or profile.get("real_name") or user["name"]
        except (NotFound, PermissionDenied):
            pass  # users:read is a scope of its own
        self._names[person] = (now, str(found))
        return str(found)

    def close(self) -> None:
        """Close the connections."""
        self._api.close()


class Names:
    """People's names within one call: at most ``MOST_NAMES`` different ones are looked up, the others stay ids."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self._seen: dict[str, str] = {}

    def __call__(self, person: str) -> str:
        """The name of the person with this id."""
        if person not in self._seen and len(self._seen) < MOST_NAMES:
            self._seen[person] = self._api.name(person)
        return self._seen.get(person, person)


def is_talk(row: Row) -> bool:
    """Whether somebody wrote this message: it tells of no joining, renaming or deletion."""
    return row.get("type", "message") == "message" and row.get("subtype") not in _NO_TALK


def refusal(error: str, needed: str = "", wait: float | None = None, what: str = "") -> BackendError:
    """What an error of Slack's means; ``needed`` is the scope that it misses."""
    about = f" for {what}" if what else ""
    if error in _CREDENTIALS:
        return failure(TITLE, 401, error, what=what)
    if error == "missing_scope":
        return PermissionDenied(
            f"Slack does not let our app do this{about}: its token lacks the scope {needed or 'that this needs'}. Ask an "
            "administrator to add it, or go on without it."
        )
    if error == "not_in_channel":
        return PermissionDenied(f"Slack does not let our app do this{about}: it must be invited to the channel first.")
    if error in _FORBIDDEN:
        return failure(TITLE, 403, error, what=what)
    if error in ("ratelimited", "rate_limited"):
        return failure(TITLE, 429, error, wait, what)
    if error == "channel_not_found":
        return NotFound(f"Slack has no such channel{about}, or our app may not see it.")
    if error in _MISSING:
        return NotFound(f"Slack has no such item{about}: {error}.")
    if error in _LATER:
        return Unavailable(f"Slack failed{about}: {error}. Its facts are unknown for now.")
    return InvalidInput(f"Slack does not take this{about}: {error}.")


def _checked(answer: HttpAnswer, what: str) -> Row:
    found = answer.json()
    if not isinstance(found, dict) or not isinstance(found.get("ok"), bool):
        raise unreadable(TITLE, "an answer without ok")
    if found["ok"]:
        return found
    wait = retry_after(answer.headers.get("retry-after"))
    raise refusal(str(found.get("error")), str(found.get("needed") or ""), wait, what)

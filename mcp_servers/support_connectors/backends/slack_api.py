"""Slack's Web API, guarded: tokens, cursors, and what its errors mean, which come with HTTP status 200."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from support_connectors.backend import BackendError, InvalidInput, NotFound, PermissionDenied, Unavailable
from support_connectors.remote.guard import Guard, failure, readable, retry_after, unreadable
from support_connectors.remote.http import Answer, Api, Params
from support_connectors.remote.scanning import Budget

TITLE: Final = "Slack"
PAGE = 200
"""Items of one page, as Slack advises."""
MOST_PAGES = 50

_CREDENTIALS = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})
_FORBIDDEN = frozenset(
    {
        "access_denied",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "no_permission",
        "not_allowed_token_type",
        "org_login_required",
        "restricted_action",
        "restricted_action_read_only_channel",
        "team_access_not_granted",
        "two_factor_setup_required",
    }
)
_MISSING = frozenset({"message_not_found", "thread_not_found", "user_not_found", "user_not_visible"})
_LATER = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"})


class SlackApi:
    """Calls of the Web API with one token."""

    def __init__(self, base_url: str, token: str, guard: Guard) -> None:
        self._api = Api(TITLE, base_url, guard, headers={"Authorization": f"Bearer {token}"})

    def get(self, method: str, params: Params, what: str = "") -> dict[str, Any]:
        """Call a method that only looks. ``what`` names the thing asked for in a refusal."""
        return _checked(self._api.request("GET", method, params=params, what=what), what)

    def post(self, method: str, body: Mapping[str, Any], what: str = "") -> dict[str, Any]:
        """Call a method that writes."""
        return _checked(self._api.request("POST", method, json=dict(body), what=what), what)

    def pages(
        self, method: str, params: Params, budget: Budget, limit: int = PAGE, what: str = ""
    ) -> Iterator[dict[str, Any]]:
        """The answers of a method with cursors, one a page, as they are asked for."""
        cursor = ""
        for _ in range(MOST_PAGES):
            answer = self.get(method, {**params, "limit": limit, "cursor": cursor or None}, what)
            yield answer
            with readable(TITLE):
                cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return
            budget.check()

    def close(self) -> None:
        """Close the connections."""
        self._api.close()


def _checked(answer: Answer, what: str) -> dict[str, Any]:
    found = answer.json()
    if not isinstance(found, dict) or not isinstance(found.get("ok"), bool):
        raise unreadable(TITLE, "an answer without ok")
    if found["ok"]:
        return found
    raise refusal(
        str(found.get("error") or "unknown_error"),
        str(found.get("needed") or ""),
        retry_after(answer.headers.get("retry-after")),
        what,
    )


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
        return PermissionDenied(f"Slack's app is no member of the channel{about}. Ask somebody there to invite it.")
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



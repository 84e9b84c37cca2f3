"""Zendesk's REST interface, guarded: where it is, how it knows us, what its searches and errors look like."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import Field, SecretStr, model_validator

from support_connectors.backend import InvalidInput, PermissionDenied
from support_connectors.remote.bearer import RenewedBearer
from support_connectors.remote.budget import Budget
from support_connectors.remote.guard import Guard, ServerSettings, readable, secret, words_of
from support_connectors.remote.http import Api

TITLE: Final = "Zendesk"
PAGE: Final = 100
"""Items of one page at most."""
MOST_PAGES: Final = 50
"""Pages of one ticket's comments or audits; a ticket holds 5,000 comments at most."""
Row = dict[str, Any]


class ZendeskSettings(ServerSettings):
    """Where Zendesk is and how it knows us: an API token, an OAuth token, or an OAuth client that fetches its own."""

    url: str = ""
    """The address, where it is not ``https://SUBDOMAIN.zendesk.com``."""
    subdomain: str = Field(default="", pattern=r"^([A-Za-z0-9][A-Za-z0-9-]*)?$")
    email: str = ""
    """Whose API token it is."""
    api_token: SecretStr | None = None
    access_token: SecretStr | None = None
    """An OAuth token."""
    client_id: str = ""
    """The OAuth client's unique identifier: with it and the secret, tokens are renewed when they end."""
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = None
    """Renews the access token of a person; without one the client gets tokens of its own (client credentials). Zendesk
    takes each refresh token once, so what stands here serves until the first start after a renewal."""
    scope: str = "read write"
    """What the client's own tokens may do."""

    @model_validator(mode="before")
    @classmethod
    def _address(cls, values: Any) -> Any:
        if isinstance(values, dict) and not values.get("url"):
            if not values.get("subdomain"):
                raise ValueError("needs subdomain, such as acme for https://acme.zendesk.com, or url")
            return {**values, "url": f"https://{values['subdomain']}.zendesk.com"}
        return values

    @model_validator(mode="after")
    def _credentials(self) -> "ZendeskSettings":
        basic = bool(self.email and self.api_token)
        client = bool(self.client_id and self.client_secret)
        if not (basic or self.access_token or client):
            raise ValueError("needs email and api_token, or access_token, or client_id and client_secret")
        if basic and (self.access_token or client):
            raise ValueError("has both an API token and OAuth: give one of them")
        if self.refresh_token and not client:
            raise ValueError("has a refresh_token, which needs client_id and client_secret")
        return self


@dataclass
class TicketsPage:
    """Tickets of one answer, with the users and organizations that they name."""

    tickets: list[Row]
    count: int = 0
    """All that match, not only these."""
    users: dict[int, Row] = field(default_factory=dict)
    organizations: dict[int, Row] = field(default_factory=dict)


class ZendeskApi:
    """The calls that the backend needs."""

    def __init__(self, settings: ZendeskSettings) -> None:
        self.guard: Guard = settings.guard
        auth: RenewedBearer | tuple[str, str] | None = None
        headers = {}
        if settings.api_token:
            auth = (f"{settings.email}/token", secret(settings.api_token))
        elif settings.client_id:
            tokens = _Tokens(settings)
            auth = RenewedBearer(secret(settings.access_token), tokens.renew)
        else:
            headers = {"Authorization": f"Bearer {secret(settings.access_token)}"}
        self._api = Api(TITLE, settings.url, self.guard, headers=headers, auth=auth, error_words=_words)

    def search(self, terms: Sequence[str], *, page: int, per_page: int, newest_first: bool = False) -> TicketsPage:
        """One page of the tickets that fit all terms, the best or the newest first."""
        asked: dict[str, Any] = {"query": " ".join(["type:ticket", *terms]), "page": page, "per_page": per_page}
        if newest_first:
            asked |= {"sort_by": "created_at", "sort_order": "desc"}
        answer = self._api.get("/api/v2/search", {**asked, "include": "tickets(users,organizations)"})
        with readable(TITLE):
            rows = [row for row in answer["results"] if row.get("result_type", "ticket") == "ticket"]
            tickets = [_ticket(row) for row in rows if row.get("status") != "deleted"]
            return TicketsPage(tickets, int(answer["count"]), _by_id(answer, "users"), _by_id(answer, "organizations"))

    def named(self, kind: str, keyword: str, value: str) -> list[Row]:
        """The users or organizations (``kind``) whose property has this very value, in any case."""
        asked = {"query": f"type:{kind} {keyword}:{quoted(value)}", "per_page": PAGE}
        answer = self._api.get("/api/v2/search", asked)
        with readable(TITLE):
            wanted = value.strip().casefold()
            rows = [row for row in answer["results"] if row.get("result_type", kind) == kind]
            return [row for row in rows if str(row.get(keyword) or "").strip().casefold() == wanted]

    def ticket(self, number: str) -> TicketsPage:
        """One ticket. Raises ``NotFound``, for a deleted one too."""
        asked = {"include": "users,organizations"}
        answer = self._api.get(f"/api/v2/tickets/{number}", asked, what=f"ticket {number}")
        with readable(TITLE):
            return TicketsPage([_ticket(answer["ticket"])], 1, _by_id(answer, "users"), _by_id(answer, "organizations"))

    def comments(self, number: str, budget: Budget) -> Iterator[tuple[list[Row], dict[int, Row]]]:
        """A ticket's comments page by page, oldest first, each page with the users that it names."""
        place = f"/api/v2/tickets/{number}/comments"
        for answer in self._pages(place, {"include": "users"}, f"ticket {number}", budget):
            with readable(TITLE):
                page = [row for row in answer["comments"] if isinstance(row["id"], int)], _by_id(answer, "users")
            yield page

    def audits(self, number: str, budget: Budget) -> Iterator[Row]:
        """A ticket's audits, oldest first: one for each update."""
        for answer in self._pages(f"/api/v2/tickets/{number}/audits", {}, f"ticket {number}", budget):
            with readable(TITLE):
                page = [dict(row) for row in answer["audits"]]
            yield from page

    def update(self, number: str, change: Row) -> Row:
        """Change a ticket; gives the answer with ``ticket`` and ``audit``."""
        answer = self._api.put(f"/api/v2/tickets/{number}", {"ticket": change}, what=f"ticket {number}")
        with readable(TITLE):
            return {"ticket": _ticket(answer["ticket"]), "audit": dict(answer["audit"])}

    def statuses(self) -> list[Row]:
        """The account's own ticket statuses."""
        answer = self._api.get("/api/v2/custom_statuses", {"active": "true"})
        with readable(TITLE):
            return [row for row in answer["custom_statuses"] if row["status_category"]]

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _pages(self, place: str, asked: Row, what: str, budget: Budget) -> Iterator[Any]:
        after: str | None = None
        for number in range(MOST_PAGES):
            if number:
                budget.check()
            answer = self._api.get(place, {**asked, "page[size]": PAGE, "page[after]": after}, what=what)
            yield answer
            with readable(TITLE):
                meta = answer.get("meta") or {}
                after = str(meta["after_cursor"]) if meta.get("has_more") else None
            if after is None:
                return


class _Tokens:
    """Fetches access tokens with the OAuth client of the settings."""

    def __init__(self, settings: ZendeskSettings) -> None:
        self._settings = settings
        self._refresh_token = secret(settings.refresh_token)

    def renew(self) -> str:
        """A new access token. Raises ``PermissionDenied`` where Zendesk refuses it."""
        wanted = {"client_id": self._settings.client_id, "client_secret": secret(self._settings.client_secret)}
        if self._refresh_token:
            wanted |= {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
        else:
            wanted |= {"grant_type": "client_credentials", "scope": self._settings.scope}
        api = Api(TITLE, self._settings.url, self._settings.guard, error_words=_words)
        try:
            answer = api.post("/oauth/tokens", wanted)
        except (InvalidInput, PermissionDenied) as error:
            raise PermissionDenied(
                "Zendesk did not renew our access: the refresh token or the OAuth client is wrong, used up or revoked. "
                "Somebody must log in anew."
            ) from error
        finally:
            api.close()
        with readable(TITLE):
            token = str(answer["access_token"])
            self._refresh_token = str(answer.get("refresh_token") or self._refresh_token)
            return token


def quoted(text: str) -> str:
    """A text as one value in a search."""
    return '"' + text.replace("\\", " ").replace('"', " ").strip() + '"'


def _ticket(row: Row) -> Row:
    """The row, which has what every ticket has. Raises ``TypeError`` or ``KeyError`` where it has not."""
    return {**row, "id": int(row["id"]), "created_at": str(row["created_at"])}


def _by_id(answer: Row, name: str) -> dict[int, Row]:
    return {row["id"]: row for row in answer.get(name) or ()}


def _words(body: bytes) -> str:
    """What an error says, with the reasons of single fields that stand under ``details``."""
    said = words_of(body)
    try:
        details = json.loads(body)["details"].values()
        reasons = [str(one["description"]) for found in details for one in found]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return said
    return "; ".join([*reasons, said])

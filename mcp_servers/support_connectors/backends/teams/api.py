"""Microsoft Graph, guarded: tokens that are renewed before they end, and lists that go on by links."""

import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

import httpx2

from support_connectors.backend import InvalidInput, PermissionDenied
from support_connectors.remote.budget import Budget
from support_connectors.remote.guard import Guard, readable
from support_connectors.remote.http import Api, Params

TITLE: Final = "Microsoft Teams"
MOST_PAGES = 40
EARLY_S = 120.0
"""How long before its end a token is renewed."""
Row = dict[str, Any]


class GraphToken(httpx2.Auth):
    """An access token, renewed before it ends and once after a refusal. Safe to use from several threads at once."""

    def __init__(
        self, login: Api, tenant: str, form: Mapping[str, str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``form`` is what the token's endpoint is asked with: a secret of the app, or somebody's refresh token."""
        self._login = login
        self._path = f"{quote(tenant, safe='')}/oauth2/v2.0/token"
        self._form = dict(form)
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._good_until = 0.0

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """As ``httpx2.Auth``."""
        token = self._current(refused="")
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == 401:
            request.headers["Authorization"] = f"Bearer {self._current(refused=token)}"
            yield request

    def _current(self, refused: str) -> str:
        with self._lock:
            if self._clock() >= self._good_until or (refused and self._token == refused):
                self._renew()
            return self._token

    def _renew(self) -> None:
        try:
            answer = self._login.request("POST", self._path, data=self._form, reads=True, what="a token").json()
        except InvalidInput as error:  # the endpoint calls wrong and ended credentials a bad request
            raise PermissionDenied(
                f"Microsoft gives us no token, so check the settings and the consent: {error}"
            ) from error
        with readable(TITLE):
            token, seconds = str(answer["access_token"]), float(answer["expires_in"])
            if "refresh_token" in self._form and answer.get("refresh_token"):
                self._form["refresh_token"] = str(answer["refresh_token"])
        self._token = token
        self._good_until = self._clock() + seconds - min(EARLY_S, seconds / 2)


class Graph:
    """Requests to Graph with one token."""

    def __init__(self, base_url: str, guard: Guard, token: GraphToken) -> None:
        self._guard = guard
        self._api = Api(TITLE, base_url, guard, auth=token)

    def budget(self) -> Budget:
        """The time of one call of ours."""
        return Budget(TITLE, self._guard)

    def get(self, path: str, params: Params | None = None, what: str = "") -> Row:
        """GET one thing. ``what`` names it in a refusal."""
        found = self._api.get(path, params, what=what)
        with readable(TITLE):
            return dict(found)

    def post(self, path: str, body: Row, what: str = "", *, reads: bool = False) -> Row:
        """POST; ``reads`` marks what only looks."""
        found = self._api.post(path, body, what=what, reads=reads)
        with readable(TITLE):
            return dict(found)

    def rows(self, path: str, params: Params, budget: Budget, what: str = "") -> Iterator[Row]:
        """What a list holds, page by page as it is asked for."""
        found = self.get(path, params, what)
        for _ in range(MOST_PAGES):
            with readable(TITLE):
                rows = [dict(row) for row in found["value"]]
                link = found.get("@odata.nextLink")
            yield from rows
            if not link:
                return
            budget.check()
            found = self.get(str(link), what=what)

    def close(self) -> None:
        """Close the connections."""
        self._api.close()


def path_of(*parts: str) -> str:
    """A path of Graph's from its parts, each quoted."""
    return "/".join(quote(part, safe="") for part in parts)

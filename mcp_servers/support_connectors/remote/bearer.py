"""Bearer tokens that end: renewed once when the system refuses them, by one thread for all."""

import threading
from collections.abc import Callable, Generator

import httpx2


class RenewedBearer(httpx2.Auth):
    """Sends a bearer token, and after an HTTP 401 a new one, once a request. Safe to use from several threads at once."""

    def __init__(self, token: str, renew: Callable[[], str]) -> None:
        """``token`` may be empty: then one is asked for first. ``renew`` gives a new one, and its errors reach the caller."""
        self._token = token
        self._renew = renew
        self._lock = threading.Lock()

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """As ``httpx2.Auth``."""
        token = self._token or self._renewed("")
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == 401:
            request.headers["Authorization"] = f"Bearer {self._renewed(token)}"
            yield request

    def _renewed(self, refused: str) -> str:
        """Another token than the refused one; a thread that comes late takes what another has fetched meanwhile."""
        with self._lock:
            if self._token == refused:
                self._token = self._renew()
            return self._token

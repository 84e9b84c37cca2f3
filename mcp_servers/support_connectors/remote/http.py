"""A guarded HTTP client: bounded in time, bytes and tries; whatever goes wrong is a ``BackendError`` in words.

What only reads is tried again after a dropped connection and after the statuses that mean "later"; what writes is tried
again only where the request surely was not taken: the connection was refused, or the system said 429.
"""

import json
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_random_exponential

from support_connectors.backend import BackendError
from support_connectors.remote.guard import (
    RETRIED_STATUSES,
    Guard,
    failure,
    retry_after,
    too_long,
    too_slow,
    unreachable,
    unreadable,
    words_of,
)

READS = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT", "SEARCH"})
Params = Mapping[str, Any]


@dataclass(frozen=True)
class HttpAnswer:
    """One finished answer with a status below 400."""

    status: int
    headers: httpx2.Headers
    content: bytes
    system: str

    def json(self) -> Any:
        """The body as JSON. Raises ``Unavailable`` where it is not."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError) as error:
            raise unreadable(self.system, f"no JSON: {error}") from error

    @property
    def text(self) -> str:
        """The body as UTF-8 text; what is not UTF-8 is replaced."""
        return self.content.decode(errors="replace")


class _Refused(Exception):
    """An attempt that failed, with what may follow."""

    def __init__(self, error: BackendError, *, again: bool, wait: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.again = again
        self.wait = wait


class Api:
    """Requests to one system below one address. Safe to use from several threads at once."""

    def __init__(
        self,
        system: str,
        base_url: str,
        guard: Guard,
        *,
        headers: Mapping[str, str] | None = None,
        auth: httpx2.Auth | tuple[str, str] | None = None,
        error_words: Callable[[bytes], str] = words_of,
        wait_of: Callable[[Mapping[str, str]], float | None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """``system`` is its title in our sentences.

        ``error_words`` reads the message out of an error's body, ``wait_of`` the seconds to wait out of an error's headers
        where the system says them in another way than ``Retry-After``.
        """
        self.system = system
        self._base = base_url.rstrip("/") + "/"
        self._guard = guard
        self._words = error_words
        self._wait_of = wait_of or (lambda headers: retry_after(headers.get("retry-after")))
        self._sleep = sleep
        self._client = httpx2.Client(
            headers={"User-Agent": "customer-escalation", "Accept": "application/json", **(headers or {})},
            auth=auth,
            timeout=guard.timeout_s,
            follow_redirects=False,
        )
        self.close = weakref.finalize(self, self._client.close)
        """Closes the connections; happens by itself when nobody uses the system any more."""

    def get(self, path: str, params: Params | None = None, *, what: str = "", **options: Any) -> Any:
        """GET and read JSON. ``what`` names the thing asked for in a refusal."""
        return self.request("GET", path, params=params, what=what, **options).json()

    def post(self, path: str, body: Any, *, params: Params | None = None, what: str = "", **options: Any) -> Any:
        """POST JSON and read JSON; None where the answer is empty. ``reads=True`` marks one that only looks."""
        answer = self.request("POST", path, params=params, json=body, what=what, **options)
        return answer.json() if answer.content else None

    def put(self, path: str, body: Any, *, params: Params | None = None, what: str = "", **options: Any) -> Any:
        """PUT JSON and read JSON; None where the answer is empty."""
        answer = self.request("PUT", path, params=params, json=body, what=what, **options)
        return answer.json() if answer.content else None

    def request(
        self, method: str, path: str, *, params: Params | None = None, what: str = "", reads: bool | None = None,
        **options: Any,
    ) -> HttpAnswer:  # fmt: skip
        """Make a request (``options`` as for httpx2) and return the answer, whatever it holds.

        Raises ``BackendError``, always the subclass that fits, for a status of 400 and above, a redirect to elsewhere,
        and whatever else goes wrong.
        """
        url = self._url(path)
        given = {key: value for key, value in (params or {}).items() if value is not None}
        looks = method in READS if reads is None else reads
        deadline = time.monotonic() + self._guard.total_s
        retrying = Retrying(
            stop=stop_after_attempt(self._guard.attempts),
            retry=retry_if_exception(lambda error: isinstance(error, _Refused) and self._may_go_on(error, deadline)),
            wait=_wait,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(self._once, method, url, given, what, looks, deadline, options)
        except _Refused as refusal:
            raise refusal.error from refusal.__cause__

    def _url(self, path: str) -> str:
        """``path`` below the base; a whole address (such as a next link) must be on the same host."""
        url = urljoin(self._base, path if "://" in path else path.lstrip("/"))
        if urlsplit(url)[:2] != urlsplit(self._base)[:2]:
            raise unreadable(self.system, f"it points to another host, {urlsplit(url).netloc}")
        return url

    def _may_go_on(self, refusal: _Refused, deadline: float) -> bool:
        left = deadline - time.monotonic()
        return refusal.again and left > (refusal.wait if refusal.wait is not None else 0.0)

    def _once(
        self, method: str, url: str, params: dict[str, Any], what: str, looks: bool, deadline: float,
        options: dict[str, Any],
    ) -> HttpAnswer:  # fmt: skip
        seconds = min(self._guard.timeout_s, deadline - time.monotonic())
        until = time.monotonic() + seconds
        if seconds <= 0:
            raise _Refused(too_slow(self.system, self._guard.total_s), again=False)
        try:
            with self._client.stream(method, url, params=params or None, timeout=seconds, **options) as response:
                content = self._read(response, until)
        except httpx2.ConnectError as error:
            raise _Refused(unreachable(self.system, error), again=True) from error
        except httpx2.TimeoutException as error:
            raise _Refused(too_slow(self.system, self._guard.timeout_s), again=False) from error
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, ValueError) as error:
            reason = str(error) or type(error).__name__
            raise _Refused(unreachable(self.system, reason), again=looks) from error
        status = response.status_code
        if 300 <= status < 400 and status != 304:
            place = urlsplit(response.headers.get("location", "")).netloc or "another page"
            raise _Refused(unreadable(self.system, f"it sends us on to {place}; check the url"), again=False)
        if status < 400:
            return HttpAnswer(status, response.headers, content, self.system)
        wait = self._wait_of(response.headers)
        if status == 403 and wait is not None:  # some systems refuse so who asks too often
            status = 429
        refusal = failure(self.system, status, self._words(content), wait, what)
        raise _Refused(refusal, again=status == 429 or (looks and status in RETRIED_STATUSES), wait=wait)

    def _read(self, response: httpx2.Response, until: float) -> bytes:
        parts: list[bytes] = []
        size = 0
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > self._guard.max_bytes:
                raise _Refused(too_long(self.system, self._guard.max_bytes), again=False)
            if time.monotonic() > until:
                raise _Refused(too_slow(self.system, self._guard.timeout_s), again=False)
        return b"".join(parts)


_BACK_OFF = wait_random_exponential(multiplier=0.2, max=4)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait if isinstance(error, _Refused) else None
    return asked if asked is not None else float(_BACK_OFF(state))

"""The guard for vendors' clients that stand on ``httpx``: their requests go through ``Api``, with its limits and its errors."""

from collections.abc import Callable

import httpx

from support_connectors.remote.http import Api, HttpAnswer

_OURS = frozenset({"accept-encoding", "connection", "content-length", "host"})
_SPENT = frozenset({"connection", "content-encoding", "content-length", "transfer-encoding"})


class GuardedTransport(httpx.BaseTransport):
    """Carries requests of an ``httpx.Client`` over an ``Api``.

    Every answer has a status below 400 and is read whole; whatever else happens is a ``BackendError``, which passes through
    the client unchanged. The client must not try again by itself.
    """

    def __init__(
        self,
        api: Api,
        only_reads: Callable[[httpx.Request], bool] | None = None,
        check: Callable[[HttpAnswer], None] | None = None,
    ) -> None:
        """``only_reads`` tells which requests may be tried again after a failure; by default those of a reading method.

        ``check`` sees each answer before the client does, and may raise a ``BackendError``: what the client makes of a long
        answer takes time that the guard does not bound.
        """
        self._api = api
        self._only_reads = only_reads
        self._check = check

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """As ``httpx.BaseTransport``."""
        answer = self._api.request(
            request.method,
            str(request.url),
            reads=self._only_reads(request) if self._only_reads else None,
            headers=[(name, value) for name, value in request.headers.multi_items() if name.lower() not in _OURS],
            content=request.read() or None,
        )
        if self._check:
            self._check(answer)
        headers = [(name, value) for name, value in answer.headers.multi_items() if name.lower() not in _SPENT]
        return httpx.Response(answer.status, headers=headers, content=answer.content, request=request)

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

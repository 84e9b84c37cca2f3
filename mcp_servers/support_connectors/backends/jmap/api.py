"""Calling a JMAP server (RFC 8620): its session, several method calls in one request, its errors as ours."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr, model_validator

from support_connectors.backend import BackendError, InvalidInput, NotFound, PermissionDenied, RateLimited, Unavailable
from support_connectors.remote.budget import Budget
from support_connectors.remote.guard import ServerSettings, readable, secret, unreadable
from support_connectors.remote.http import Api

TITLE = "The mailbox"
CORE: Final = "urn:ietf:params:jmap:core"
MAIL: Final = "urn:ietf:params:jmap:mail"
FEWEST_CALLS, FEWEST_OBJECTS = 16, 500
"""What a server must take at least in one request: method calls, and objects in one call."""
_SENT_ON = "sends us on"
"""In the sentence of a redirect."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,255}")
Row = dict[str, Any]
Call = tuple[str, Row]
"""A method and its arguments."""


class JmapSettings(ServerSettings):
    """Where the server is and how it knows us: user and password, or a bearer token."""

    user: str = ""
    password: SecretStr | None = None
    token: SecretStr | None = None
    session_path: str = "/.well-known/jmap"
    """Where the session is described."""
    account: str | None = None
    """The account's id; None for the primary one."""
    sender: str = ""
    """The address that drafts are from; the user, where that is an address, if none is set."""

    @model_validator(mode="after")
    def _check(self) -> "JmapSettings":
        if not self.token and not (self.user and self.password):
            raise ValueError("needs a token, or user and password")
        return self


@dataclass(frozen=True)
class Session:
    """What the server says about itself."""

    url: str
    """Where methods are called."""
    account: str
    sorts: frozenset[str]
    """What it can sort mails by."""
    calls: int
    """Method calls in one request."""
    objects: int
    """Objects in one call that gets them."""


class JmapApi:
    """The method calls of one account. Safe to use from several threads at once."""

    def __init__(self, settings: JmapSettings) -> None:
        self._settings = settings
        headers = {"Authorization": f"Bearer {secret(settings.token)}"} if settings.token else {}
        auth = None if settings.token else (settings.user, secret(settings.password))
        self._api = Api(TITLE, settings.url, settings.guard, headers=headers, auth=auth)
        self._lock = Lock()
        self._session: Session | None = None
        self.close = self._api.close

    def budget(self) -> Budget:
        """The time of one call of ours."""
        return Budget(TITLE, self._settings.guard)

    def call(self, *calls: Call, budget: Budget | None = None) -> list[Row]:
        """Make method calls in one request and give their answers in order; ``#`` arguments may refer to ``c0``, ``c1``, …

        The first error of a method is raised as ours.
        """
        session = self.session()
        if budget:
            budget.check()
        asked = [
            [method, {"accountId": session.account, **given}, f"c{place}"]
            for place, (method, given) in enumerate(calls)
        ]
        reads = not any(method.endswith("/set") for method, _ in calls)
        try:
            answer = self._api.post(session.url, {"using": [CORE, MAIL], "methodCalls": asked}, reads=reads)
        except NotFound:
            self._forget()
            raise
        with readable(TITLE):
            found = {str(name): (str(method), given) for method, given, name in answer["methodResponses"]}
            results: list[Row] = []
            for place in range(len(calls)):
                method, given = found[f"c{place}"]
                if method == "error":
                    self._forget()
                    raise _failure(str(given["type"]), str(given.get("description") or ""))
                results.append(dict(given))
            return results

    def in_parts(self, calls: Sequence[Call], budget: Budget) -> list[Row]:
        """As ``call``, in as many requests as the server's limit makes necessary; the calls do not refer to each other."""
        most = self.session().calls
        return [row for at in range(0, len(calls), most) for row in self.call(*calls[at : at + most], budget=budget)]

    def session(self) -> Session:
        """The session; asked for once."""
        with self._lock:
            if self._session is None:
                self._session = self._read(self._described())
            return self._session

    def _forget(self) -> None:
        with self._lock:
            self._session = None

    def _described(self) -> Row:
        """The session as the server describes it: at the well-known path, or where servers send on to from there."""
        budget = self.budget()
        last: BackendError | None = None
        for path in dict.fromkeys((self._settings.session_path, "/jmap/session", "/jmap/")):
            budget.check()
            try:
                found = self._api.get(path, what="a JMAP session")
            except (NotFound, Unavailable) as error:
                if isinstance(error, Unavailable) and _SENT_ON not in str(error):
                    raise
                last = error
                continue
            if isinstance(found, dict) and "apiUrl" in found:
                return found
        raise last or unreadable(TITLE, "it describes no JMAP session")

    def _read(self, found: Row) -> Session:
        with readable(TITLE):
            account = self._settings.account or str(found["primaryAccounts"][MAIL])
            core = found["capabilities"][CORE]
            able = ((found.get("accounts") or {}).get(account) or {}).get("accountCapabilities", {}).get(MAIL) or {}
            # Only the path counts: credentials go to no other host, and behind a gateway a server may not know its own name.
            place, own = urlsplit(str(found["apiUrl"])), urlsplit(self._settings.url)
            return Session(
                url=urlunsplit((own.scheme, own.netloc, place.path, place.query, "")),
                account=account,
                sorts=frozenset(able.get("emailQuerySortOptions") or able.get("emailsListSortOptions") or ()),
                calls=max(1, int(core.get("maxCallsInRequest") or FEWEST_CALLS)),
                objects=max(1, int(core.get("maxObjectsInGet") or FEWEST_OBJECTS)),
            )


def is_id(text: str) -> bool:
    """Whether a text can be an id of JMAP."""
    return _ID.fullmatch(text) is not None


def _failure(kind: str, detail: str) -> BackendError:
    said = ": ".join(part for part in (kind, " ".join(detail.split())[:200]) if part)
    match kind:
        case "accountNotFound" | "forbidden" | "accountReadOnly" | "accountNotSupportedByMethod":
            return PermissionDenied(f"The mailbox does not let our account do this ({said}).")
        case "serverUnavailable" | "serverFail" | "serverPartialFail":
            return Unavailable(f"The mailbox failed ({said}). Its facts are unknown for now.")
        case "rateLimit" | "limit":
            return RateLimited(f"The mailbox wants fewer calls ({said}).")
        case _:
            return InvalidInput(f"The mailbox does not take this ({said}).")

"""Tokens for MCP servers over HTTP: OAuth in a browser (authorization code with PKCE), client credentials, static tokens.

The client library runs the protocol (discovery, registration, PKCE, refresh); here stands what it leaves to its host: where
tokens are kept, how a person is sent to the browser and comes back, and that a run without a person never waits for one.
"""

import asyncio
import html
import json
import socket
import time
import webbrowser
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider, TokenStorage
from mcp.client.auth.extensions.client_credentials import ClientCredentialsOAuthProvider
from mcp.client.auth.utils import issuers_match
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthMetadata, OAuthToken
from pydantic import AnyUrl, BaseModel, ValidationError

from skill_runtime.errors import ConnectorError
from skill_runtime.secret_store import SecretStore
from skill_runtime.servers import Auth

WAIT_S = 300.0
"""How long a person may take in the browser."""

Show = Callable[[str], None]


class LoginNeeded(ConnectorError):
    """A person has to log in, and this run has none to ask."""


@dataclass(frozen=True)
class Program:
    """The program that people know, as authorization servers and they are told of it."""

    name: str = "skill-runtime"
    login: str = ""
    """The command that logs a person in, with ``{server}`` for the server's label; empty where there is none."""

    def login_words(self, server: str) -> str:
        """What to do about a missing log-in: a sentence's end."""
        return f"run `{self.login.format(server=server)}`" if self.login else "log in, then start again"


_RUNTIME = Program()

T = TypeVar("T", bound=BaseModel)


class KeptTokens:
    """``TokenStorage`` of the client library on a ``SecretStore``: one entry a server, bound to its address.

    Beside tokens and registration it keeps when the tokens expire and where they are refreshed, which the library forgets
    with its process.
    """

    def __init__(self, store: SecretStore, server: str, url: str, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._name = f"oauth:{server}"
        self._url = url
        self._clock = clock
        self.metadata: Callable[[], OAuthMetadata | None] = lambda: None
        """Gives the authorization server's endpoints when tokens are kept."""

    async def get_tokens(self) -> OAuthToken | None:
        """The tokens that were kept; None without any, or where they were given to another address."""
        return self._model("tokens", OAuthToken)

    async def set_tokens(self, tokens: OAuthToken) -> None:
        """Keep these."""
        endpoints = self.metadata()
        self._keep(
            tokens=tokens.model_dump(mode="json", exclude_none=True),
            expires_at=self._clock() + tokens.expires_in if tokens.expires_in else None,
            **({"endpoints": endpoints.model_dump(mode="json", exclude_none=True)} if endpoints else {}),
        )

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        """How we are registered there."""
        return self._model("client", OAuthClientInformationFull)

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        """Keep how we are registered."""
        self._keep(client=client_info.model_dump(mode="json", exclude_none=True))

    @property
    def expires_at(self) -> float | None:
        """When the kept tokens expire, in seconds since 1970; None where that is not known."""
        kept = self._entry().get("expires_at")
        return float(kept) if isinstance(kept, int | float) else None

    @property
    def endpoints(self) -> OAuthMetadata | None:
        """Where the kept tokens are refreshed."""
        return self._model("endpoints", OAuthMetadata)

    def forget(self) -> None:
        """Keep nothing: the next log-in registers and asks anew."""
        self._store.remove(self._name)

    def _entry(self) -> dict[str, Any]:
        try:
            entry = json.loads(self._store.get(self._name) or "{}")
        except ValueError:
            return {}
        return entry if isinstance(entry, dict) and entry.get("url") == self._url else {}

    def _keep(self, **values: Any) -> None:
        self._store.put(self._name, json.dumps({**self._entry(), "url": self._url, **values}))

    def _model(self, key: str, model: type[T]) -> T | None:
        try:
            kept = self._entry().get(key)
            return model.model_validate(kept) if kept else None
        except ValidationError:
            return None


class BearerToken(httpx2.Auth):
    """A static token, sent to the server's own host alone."""

    def __init__(self, token: str, url: str) -> None:
        self._token = token
        self._host = urlsplit(url).netloc

    def auth_flow(self, request: httpx2.Request) -> Any:
        """Add the token."""
        if request.url.netloc.decode() == self._host:
            request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


def auth_for(
    server: str,
    url: str,
    auth: Auth,
    store: SecretStore,
    redirect: "Redirect | None" = None,
    program: Program = _RUNTIME,
) -> httpx2.Auth | None:
    """How requests to ``url`` get their token; None where the server needs none.

    With ``redirect`` a person may log in now; without, a server that wants a log-in raises ``LoginNeeded`` when it is
    connected. Raises ``ConnectorError`` for credentials that are missing.
    """
    match auth.kind:
        case "":
            return None
        case "token":
            token = store.get(f"token:{server}")
            if not token:
                raise LoginNeeded(f"{server} has no token yet: {program.login_words(server)}.")
            return BearerToken(token, url)
        case "client_credentials":
            if not (auth.client_id and auth.client_secret and auth.issuer):
                raise ConnectorError(f"{server}: client credentials need client_id, client_secret and issuer.")
            return ClientCredentialsOAuthProvider(
                url,
                KeptTokens(store, server, url),
                auth.client_id,
                auth.client_secret,
                scope=auth.scopes or None,
                issuer=auth.issuer,
            )
        case "oauth" if auth.client_secret and not auth.issuer:
            raise ConnectorError(
                f"{server}: a client secret needs issuer, the authorization server that it belongs to: it is sent to no other."
            )
        case "oauth":
            return _browser_auth(server, url, auth, store, redirect, program)


def _browser_auth(
    server: str, url: str, auth: Auth, store: SecretStore, redirect: "Redirect | None", program: Program
) -> httpx2.Auth:
    async def nobody(_: str = "") -> Any:
        raise LoginNeeded(f"{server} wants a log-in: {program.login_words(server)}.")

    address = redirect.address if redirect else "http://127.0.0.1/callback"
    metadata = OAuthClientMetadata(
        client_name=program.name,
        redirect_uris=[AnyUrl(address)],
        grant_types=["authorization_code", "refresh_token"],
        response_types=["code"],
        token_endpoint_auth_method="client_secret_post" if auth.client_secret else "none",
        scope=auth.scopes or None,
    )
    tokens = KeptTokens(store, server, url)
    if redirect:
        tokens.forget()  # it may be bound to another address of ours
    return _BrowserAuth(
        server,
        auth.issuer,
        url,
        metadata,
        tokens,
        _Registered(tokens, auth, metadata) if auth.client_id else tokens,
        redirect.open if redirect else nobody,
        redirect.wait if redirect else nobody,
    )


class _BrowserAuth(OAuthClientProvider):
    """The library's provider, which remembers over processes when tokens expire and where they are refreshed, and asks no
    authorization server but the declared one, where one is.
    """

    def __init__(
        self, server: str, issuer: str, url: str, metadata: OAuthClientMetadata, tokens: KeptTokens, storage: TokenStorage,
        redirect: Callable[[str], Awaitable[None]], callback: Callable[[], Awaitable[AuthorizationCodeResult]],
    ) -> None:  # fmt: skip
        super().__init__(url, metadata, storage, redirect, callback)
        self._server, self._issuer = server, issuer
        self._tokens = tokens
        tokens.metadata = lambda: self.context.oauth_metadata

    async def _initialize(self) -> None:
        await super()._initialize()
        if self.context.current_tokens is not None:
            self.context.token_expiry_time = self._tokens.expires_at
            self.context.oauth_metadata = self._tokens.endpoints

    def _expected_issuer(self) -> str:
        named = super()._expected_issuer()
        if self._issuer and not issuers_match(named, self._issuer):
            raise ConnectorError(
                f"{self._server} sends log-ins to {named[:200]}, and {self._issuer} is declared as its issuer: nothing was sent there."
            )
        return named


class _Registered:
    """Token storage for a client that was registered by hand: its id is given, not asked for."""

    def __init__(self, tokens: KeptTokens, auth: Auth, metadata: OAuthClientMetadata) -> None:
        self._tokens = tokens
        self._client = OAuthClientInformationFull(
            client_id=auth.client_id,
            client_secret=auth.client_secret or None,
            redirect_uris=metadata.redirect_uris,
            grant_types=metadata.grant_types,
            token_endpoint_auth_method=metadata.token_endpoint_auth_method,
        )
        self.get_tokens = tokens.get_tokens
        self.set_tokens = tokens.set_tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self._client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        """What the server says of a client that we know changes nothing."""


class Redirect:
    """The way back from the browser: a listener on the loopback interface for one answer.

    Use it with ``async with``. What does not carry the state of the page that was opened, such as a call by another page, is told so and
    ends nothing; the client library checks state and issuer of what comes back once more.
    """

    def __init__(
        self,
        show: Show,
        browse: Callable[[str], bool] = webbrowser.open,
        wait_s: float = WAIT_S,
        title: str = _RUNTIME.name,
    ) -> None:
        """``show`` tells a person what to do; ``browse`` opens the browser and says whether it could; ``title`` heads the page
        that the person comes back to."""
        self._title = html.escape(title)
        self._show = show
        self._browse = browse
        self._wait_s = wait_s
        self._path = (
            "/callback"  # a server that registers addresses may be told it beforehand; `state` keeps others out
        )
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._state = ""
        """Of the page that was opened: answers to another one are none."""
        self._answer: asyncio.Future[AuthorizationCodeResult] | None = None
        self._server: asyncio.Server | None = None

    @property
    def address(self) -> str:
        """Where the browser is sent back to."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}{self._path}"

    async def __aenter__(self) -> "Redirect":
        self._answer = asyncio.get_running_loop().create_future()
        self._server = await asyncio.start_server(self._serve, sock=self._socket)
        return self

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def open(self, url: str) -> None:
        """Send the person to the authorization page."""
        if urlsplit(url).scheme not in ("http", "https"):
            raise ConnectorError("The server's authorization page is no web address; nothing was opened.")
        self._state = parse_qs(urlsplit(url).query).get("state", [""])[0]
        opened = await asyncio.to_thread(self._browse, url)
        said = "Your browser was opened to log in" if opened else "Open this page to log in"
        self._show(f"{said}: {url}")

    async def wait(self) -> AuthorizationCodeResult:
        """What the browser brought back.

        Raises ``ConnectorError`` where nobody came back in time, or the log-in was refused.
        """
        assert self._answer is not None
        try:
            return await asyncio.wait_for(self._answer, self._wait_s)
        except TimeoutError:
            raise ConnectorError(f"Nobody came back from the browser within {self._wait_s:g} s. Try again.") from None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = (await asyncio.wait_for(reader.readline(), 10)).decode(errors="replace").split()
            while (await asyncio.wait_for(reader.readline(), 10)).strip():
                pass
            target = urlsplit(line[1]) if len(line) > 1 else urlsplit("")
            status, said = (
                ("200 OK", self._take(parse_qs(target.query)))
                if target.path == self._path
                else ("404 Not Found", "Not here.")
            )
            body = f"<!doctype html><meta charset=utf-8><title>{self._title}</title><p>{html.escape(said)}</p>".encode()
            head = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close"
            head += f"\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
        except (TimeoutError, ConnectionError, ValueError):
            pass  # whoever this was, the wait goes on
        finally:
            writer.close()

    def _take(self, query: dict[str, list[str]]) -> str:
        first = {name: values[0] for name, values in query.items()}
        if self._answer is None or self._answer.done():
            return "This log-in is over."
        if self._state and first.get("state") != self._state:
            return "This answers another log-in; nothing was done with it."
        if "error" in first:
            reason = first.get("error_description") or first["error"]
            self._answer.set_exception(ConnectorError(f"The log-in was refused: {reason[:200]}."))
            return f"The log-in was refused: {reason[:200]}"
        if "code" not in first:
            return "There is no code in this address."
        self._answer.set_result(
            AuthorizationCodeResult(code=first["code"], state=first.get("state"), iss=first.get("iss"))
        )
        return "You are logged in. You can close this page."

"""A real authorization server and an MCP server behind it, on one loopback address: what OAuth tests talk to."""

import base64
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from mcp.server import MCPServer
from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    AuthorizationParams,
    OAuthAuthorizationServerProvider,
    RefreshToken,
    construct_redirect_uri,
)
from mcp.server.auth.settings import AuthSettings, ClientRegistrationOptions
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


@dataclass
class Grants(OAuthAuthorizationServerProvider[AuthorizationCode, RefreshToken, AccessToken]):
    """Everything that the authorization server remembers. It grants whatever is asked for, without a page to click."""

    expires_in: int = 3600
    refuses: bool = False
    clients: dict[str, OAuthClientInformationFull] = field(default_factory=dict)
    codes: dict[str, AuthorizationCode] = field(default_factory=dict)
    access: dict[str, AccessToken] = field(default_factory=dict)
    refresh: dict[str, RefreshToken] = field(default_factory=dict)
    exchanged: list[str] = field(default_factory=list)
    """``code`` and ``refresh``, as tokens were given."""

    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        return self.clients.get(client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        assert client_info.client_id
        self.clients[client_info.client_id] = client_info

    async def authorize(self, client: OAuthClientInformationFull, params: AuthorizationParams) -> str:
        if self.refuses:
            return construct_redirect_uri(str(params.redirect_uri), error="access_denied", state=params.state)
        code = secrets.token_urlsafe(16)
        assert client.client_id
        self.codes[code] = AuthorizationCode(
            code=code,
            scopes=params.scopes or [],
            expires_at=time.time() + 3600,
            client_id=client.client_id,
            code_challenge=params.code_challenge,
            redirect_uri=params.redirect_uri,
            redirect_uri_provided_explicitly=params.redirect_uri_provided_explicitly,
            resource=params.resource,
        )
        return construct_redirect_uri(str(params.redirect_uri), code=code, state=params.state)

    async def load_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: str
    ) -> AuthorizationCode | None:
        return self.codes.get(authorization_code)

    async def exchange_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: AuthorizationCode
    ) -> OAuthToken:
        del self.codes[authorization_code.code]
        self.exchanged.append("code")
        return self.give(authorization_code.client_id, authorization_code.scopes)

    async def load_refresh_token(self, client: OAuthClientInformationFull, refresh_token: str) -> RefreshToken | None:
        return self.refresh.get(refresh_token)

    async def exchange_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: RefreshToken, scopes: list[str]
    ) -> OAuthToken:
        del self.refresh[refresh_token.token]
        self.exchanged.append("refresh")
        return self.give(refresh_token.client_id, scopes or refresh_token.scopes)

    async def load_access_token(self, token: str) -> AccessToken | None:
        known = self.access.get(token)
        return known if known and (known.expires_at or 0) > time.time() else None

    async def revoke_token(self, token: AccessToken | RefreshToken) -> None:
        self.access.pop(token.token, None)

    def give(self, client_id: str, scopes: list[str]) -> OAuthToken:
        access, refresh = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        until = int(time.time() + self.expires_in)
        self.access[access] = AccessToken(token=access, client_id=client_id, scopes=scopes, expires_at=until)
        self.refresh[refresh] = RefreshToken(token=refresh, client_id=client_id, scopes=scopes)
        return OAuthToken(
            access_token=access, refresh_token=refresh, expires_in=self.expires_in, scope=" ".join(scopes)
        )


@dataclass
class Guarded:
    """The running pair."""

    url: str
    issuer: str
    grants: Grants


@contextmanager
def guarded_server(grants: Grants, *, machine_secret: str = "") -> Iterator[Guarded]:
    """An MCP server that wants a token. With ``machine_secret`` its token endpoint serves client credentials alone."""
    listener = socket.create_server(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = (
        AuthSettings.model_validate(  # as texts: a parsed address would gain a slash, and issuers compare exactly
            {
                "issuer_url": base,
                "resource_server_url": f"{base}/mcp",
                "client_registration_options": ClientRegistrationOptions(enabled=True),
                "validate_token_resource": False,
            }
        )
    )
    if machine_secret:
        server = MCPServer("desk", auth=settings, token_verifier=_Verifier(grants))
        _serve_machines(server, base, grants, machine_secret)
    else:
        server = MCPServer("desk", auth=settings, auth_server_provider=grants)

    @server.tool()
    def read_account(id: str) -> dict[str, Any]:  # noqa: A002
        """Read one account."""
        return {"item": {"ref": f"crm/{id}"}}

    app = server.streamable_http_app()
    uv = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=uv.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Guarded(f"{base}/mcp", base, grants)
    finally:
        uv.should_exit = True
        thread.join()
        listener.close()


class _Verifier:
    def __init__(self, grants: Grants) -> None:
        self._grants = grants

    async def verify_token(self, token: str) -> AccessToken | None:
        return await self._grants.load_access_token(token)


def _serve_machines(server: MCPServer, base: str, grants: Grants, secret: str) -> None:
    async def metadata(request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": base,
                "authorization_endpoint": f"{base}/authorize",
                "token_endpoint": f"{base}/token",
                "response_types_supported": ["code"],
                "grant_types_supported": ["client_credentials"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            }
        )

    async def token(request: Request) -> Response:
        form = parse_qs((await request.body()).decode())
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if form.get("grant_type") != ["client_credentials"] or kind != "Basic":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        name, _, password = base64.b64decode(given).decode().partition(":")
        if password != secret:
            return JSONResponse({"error": "invalid_client"}, 401)
        grants.exchanged.append("machine")
        granted = grants.give(name, []).model_dump(exclude_none=True)
        return JSONResponse({key: value for key, value in granted.items() if key != "refresh_token"})

    server.custom_route("/.well-known/oauth-authorization-server", methods=["GET"])(metadata)
    server.custom_route("/token", methods=["POST"])(token)

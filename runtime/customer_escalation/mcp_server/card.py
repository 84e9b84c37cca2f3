"""The card (MCP Apps): the page that a client shows for ``show_brief``."""

import secrets
from collections.abc import Iterable
from importlib import resources
from typing import Any

from mcp.server.apps import Apps, client_supports_apps
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

URI = "ui://customer-escalation/brief.html"
META = {"ui": {"resourceUri": URI, "visibility": ["model", "app"]}}
"""Of the tool whose result the card shows."""
APP_ONLY = {"ui": {"resourceUri": URI, "visibility": ["app"]}}
"""Of a tool that the card calls and that clients keep from the model."""

MOST_SEALS = 200
"""Cards of one process whose approvals are still taken."""


class Seals:
    """What proves that a card showed an action: a secret that its data holds and that hosts keep from the model.

    A client's word that it shows cards proves nothing: a model could call the card's tool through one that only says so.
    """

    def __init__(self) -> None:
        self._given: dict[str, frozenset[str]] = {}

    def of(self, actions: Iterable[str]) -> str:
        """A seal on these actions, by id, for the card that shows them."""
        seal = secrets.token_urlsafe(24)
        self._given[seal] = frozenset(actions)
        while len(self._given) > MOST_SEALS:
            del self._given[next(iter(self._given))]
        return seal

    def hold(self, seal: str, action: str) -> bool:
        """Was the action shown with this seal?"""
        return action in self._given.get(seal, ())


def card() -> Apps:
    """The extension with the page. It loads nothing from anywhere."""
    apps = Apps()
    page = resources.files("customer_escalation").joinpath("templates", "card.html").read_text(encoding="utf-8")
    apps.add_html_resource(
        URI, page, name="brief", title="Escalation brief", prefers_border=True,
        description="A brief with the records behind each sentence, and approvals.",
    )  # fmt: skip
    return apps


async def keep_from_others(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Middleware: tools that only the card calls are not listed to clients that show no cards."""
    result = await call_next(ctx)
    if ctx.method == "tools/list" and isinstance(result, dict) and not client_supports_apps(ctx):
        return {**result, "tools": [tool for tool in result["tools"] if tool.get("_meta") != APP_ONLY]}
    return result

"""The card (MCP Apps): the page that a client shows for ``show_brief``."""

from importlib import resources
from typing import Any

from mcp.server.apps import Apps, client_supports_apps
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

URI = "ui://customer-escalation/brief.html"
META = {"ui": {"resourceUri": URI, "visibility": ["model", "app"]}}
"""Of the tool whose result the card shows."""
APP_ONLY = {"ui": {"resourceUri": URI, "visibility": ["app"]}}
"""Of a tool that the card calls and that clients keep from the model."""


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

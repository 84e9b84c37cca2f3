"""The card (MCP Apps): the page that a client shows for ``show_brief``."""

from importlib import resources

from mcp.server.apps import Apps

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

"""A recorded result in each form that people read it in."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from customer_escalation.domain.printable import plain_json, printable
from customer_escalation.rendering.adf import render_adf
from customer_escalation.rendering.document import document_of
from customer_escalation.rendering.page import render_html
from customer_escalation.rendering.slack import render_slack

Form = Literal["md", "json", "html", "slack", "adf"]
"""Markdown, JSON, a page, Slack's mrkdwn, Jira's document format."""


def render_result(result: Mapping[str, Any], form: Form) -> str:
    """The brief of a result as ``RecordedResult.to_json`` gives it; what is handed on (the page, Slack, Jira) is without what is its
    author's alone.
    """
    if form == "json":
        return _json(result)
    if form == "md":
        return printable(str(result["markdown"]))
    sent = replace(document_of(result), for_receiver=True)
    if form == "html":
        return render_html(sent)
    return render_slack(sent) if form == "slack" else _json(render_adf(sent))


def _json(value: Mapping[str, Any]) -> str:
    """As it stands, but for characters that a terminal obeys, which are escaped."""
    return plain_json(json.dumps(value, ensure_ascii=False, indent=2)) + "\n"

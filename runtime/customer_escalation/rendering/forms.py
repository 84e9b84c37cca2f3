"""A recorded result in each form that people read it in."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from customer_escalation.rendering.adf import render_adf
from customer_escalation.rendering.document import document_of
from customer_escalation.rendering.page import render_html
from customer_escalation.rendering.slack import render_slack

Form = Literal["md", "json", "html", "slack", "adf"]
"""Markdown, JSON, a page, Slack's mrkdwn, Jira's document format."""


def render_result(result: Mapping[str, Any], form: Form) -> str:
    """The brief of a result as ``RecordedResult.to_json`` gives it; for Slack and Jira without what is its author's alone."""
    if form == "json":
        return json.dumps(result, ensure_ascii=False, indent=2) + "\n"
    if form == "md":
        return str(result["markdown"])
    document = document_of(result)
    if form == "html":
        return render_html(document)
    sent = replace(document, for_receiver=True)
    return render_slack(sent) if form == "slack" else json.dumps(render_adf(sent), ensure_ascii=False, indent=2) + "\n"

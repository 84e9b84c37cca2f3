"""A finished brief in every form that people read it in."""

from customer_escalation.rendering.adf import render_adf
from customer_escalation.rendering.cites import all_cites
from customer_escalation.rendering.document import Document, cited_records, document_of, offers
from customer_escalation.rendering.forms import Form, render_result
from customer_escalation.rendering.inert import inert
from customer_escalation.rendering.markdown import render_markdown
from customer_escalation.rendering.page import page_parts, render_html
from customer_escalation.rendering.slack import render_slack

__all__ = [
    "Document",
    "Form",
    "all_cites",
    "cited_records",
    "document_of",
    "inert",
    "offers",
    "page_parts",
    "render_adf",
    "render_html",
    "render_markdown",
    "render_result",
    "render_slack",
]

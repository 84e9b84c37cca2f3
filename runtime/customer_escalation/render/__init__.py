"""A finished brief in every form that people read it in."""

from customer_escalation.render.adf import render_adf
from customer_escalation.render.cites import all_cites
from customer_escalation.render.document import Document, cited_records, document_of
from customer_escalation.render.forms import Form, render_result
from customer_escalation.render.inert import inert
from customer_escalation.render.markdown import render_markdown
from customer_escalation.render.page import page_parts, render_html
from customer_escalation.render.slack import render_slack

__all__ = [
    "Document",
    "Form",
    "all_cites",
    "cited_records",
    "document_of",
    "inert",
    "page_parts",
    "render_adf",
    "render_html",
    "render_markdown",
    "render_result",
    "render_slack",
]

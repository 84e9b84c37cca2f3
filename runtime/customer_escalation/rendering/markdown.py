"""A brief as markdown, with the headings and labels of the template; one that was written as a document stays as it was written."""

import re
from functools import cache
from typing import TYPE_CHECKING

from customer_escalation.domain.outcomes import Outcome
from customer_escalation.domain.printable import printable
from customer_escalation.rendering.document import Document
from customer_escalation.rendering.inert import inert, sentence
from customer_escalation.rendering.view import BriefView

if TYPE_CHECKING:
    from jinja2 import Environment


def render_markdown(document: Document, view: BriefView | None = None) -> str:
    """The brief as markdown; ``view`` gives the prose where another than the plain one is wanted."""
    view = view or BriefView(document)
    form = "escalation" if document.brief.outcome == Outcome.ESCALATE else "handling"
    template = _environment().get_template(f"{'written' if view.as_written else form}.md.j2")
    text = template.render(**view.names(), findings=list(document.findings), next_steps=list(document.next_steps))
    return re.sub(r"\n{3,}", "\n\n", printable(text)).strip() + "\n"


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # late: a list of runs is shown without it

    environment = Environment(
        loader=PackageLoader("customer_escalation", "templates"),
        autoescape=False,  # noqa: S701 - markdown, not HTML; `inert` guards it
        undefined=StrictUndefined,
    )
    environment.filters["sentence"] = sentence
    environment.filters["inert"] = inert
    return environment

"""A brief as an HTML page that needs nothing else: a click on a sentence shows the records behind it."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from markupsafe import Markup

from customer_escalation.domain.brief import Figure
from customer_escalation.domain.evidence import field, page_of
from customer_escalation.domain.people import attachment_of
from customer_escalation.domain.printable import printable
from customer_escalation.domain.prose import without_marks
from customer_escalation.rendering.document import Document
from customer_escalation.rendering.inert import in_link
from customer_escalation.rendering.markdown import render_markdown
from customer_escalation.rendering.view import BriefView
from skill_runtime.ledger import Record

ABOUT = ("customer", "name", "channel", "title", "subject", "author", "role", "at", "created_at", "status", "tier")
"""Fields that are told of a record beside its text."""


@dataclass(frozen=True)
class ShownRecord:
    """A record as the page shows it."""

    name: str
    """Its id as readers know it."""
    ref: str
    about: str
    """Who, when, what, in a line."""
    text: str
    link: str
    """Its page in its own system; empty where that is not known."""


@dataclass(frozen=True)
class Panel:
    """What stands behind one sentence."""

    id: str
    figures: tuple[Figure, ...]
    sources: tuple[ShownRecord, ...]


class PageView(BriefView):
    """Prose in which every sentence with a citation is a link to its panel."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.panels: list[Panel] = []

    def linked(self, text: str, cites: Sequence[str]) -> str:
        """The sentence as a link; brackets in it are escaped, so that it stays one."""
        figures = tuple(self.figures[cite] for cite in cites if cite in self.figures)
        behind = [*cites, *(ref for figure in figures for ref in figure.inputs)]
        records, _ = self.evidence.resolve(ref for ref in behind if ref not in self.figures)
        if not records and not figures:
            return text
        panel = Panel(f"e{len(self.panels) + 1}", figures, tuple(self.source(record) for record in records))
        self.panels.append(panel)
        return f"[{in_link(text)}](#{panel.id})"

    def source(self, record: Record) -> ShownRecord:
        """The record whole, with who said it and when."""
        about = [field(record, key) for key in ABOUT if field(record, key)]
        text = field(record, "text") or field(record, "body")
        if (file := attachment_of(record)) and file.measure:
            about.append(file.measure)
        if record.category == "crm":
            about += [f"{key}: {record.data[key]}" for key in ("arr_usd", "renewal", "sla") if record.data.get(key)]
        return ShownRecord(
            self.name(record),
            record.ref,
            ", ".join(about),
            text,
            page_of(record) or page_of(self.evidence.item_of(record)),
        )

    def reachable(self, name: str, item: Record) -> str:
        """The name as it stands: the sentence is a link already, and the panel behind it has the one to the system."""
        return name


def render_html(document: Document) -> str:
    """A standalone page: no scripts, no remote content, raw HTML of others disabled."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # late: a list of runs is shown without it

    body, panels = page_parts(document)
    templates = PackageLoader("customer_escalation", "templates")
    page = Environment(loader=templates, autoescape=True, undefined=StrictUndefined).get_template("page.html.j2")
    style = (files("customer_escalation") / "templates" / "page.css").read_text(encoding="utf-8")
    text = page.render(
        title=without_marks(document.title),
        body=body,
        panels=panels,
        style=Markup(style),  # noqa: S704 - ours; the policy of the page names it by its digest and allows no other
        style_digest=b64encode(sha256(style.encode()).digest()).decode(),
    )
    return printable(text) + "\n"


def page_parts(document: Document) -> tuple[Markup, list[Panel]]:
    """The brief's own markup, whose sentences link to panels, and the panels."""
    from markdown_it import MarkdownIt

    view = PageView(document)
    text = render_markdown(document, view)
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    return Markup(body), view.panels  # noqa: S704 - markdown-it escaped it

"""A finished brief as markdown or as an HTML page, with the headings and labels of the template.

Text from records and from the model is data: it is put on one line and what would come alive in markdown is escaped.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from customer_escalation.brief import Brief, EscalationDraft, HandlingDraft, Outcome, RuleNote, Statement
from customer_escalation.derive.words import time_words
from customer_escalation.evidence import Evidence, field, parse_moment
from customer_escalation.finding import Finding
from skill_runtime.ledger import Record

HANDLED = {
    "H1": "documented solution, not yet tried in vain",
    "H2": "configuration that support can resolve",
    "H3": "guidance, not a fix",
    "H4": "known limitation with a documented alternative",
    "E-NONE": "no escalation criterion holds",
}
"""Why support handles it, by rule."""
REPRODUCTION_STATUS = {
    "reproduced": "Reproduced by us.",
    "reported": "As the customer reported; not repeated by us.",
    "not_reproduced": "Not reproduced.",
    "not_applicable": "Not applicable: no defect to reproduce.",
}
BASIS = {
    "customer_given": "given by the customer",
    "sla": "SLA",
    "record": "fixed by a record",
    "proposed": "proposed",
}
REFERENCE_GROUPS = (
    ("support_platform", "Tickets"),
    ("project_tracker", "Tracker"),
    ("chat", "Internal discussion"),
    ("knowledge_base", "Documents"),
    ("crm", "Accounts"),
)
_COMES_ALIVE = re.compile(r"<(?=[A-Za-z/!?])|!\[|\]\(|(?<![\w.])@(?=\w)|(?<=\w)://")
_CODE_SPAN = re.compile(r"(`+[^`]+`+)")


def render_markdown(
    brief: Brief, evidence: Evidence, findings: Sequence[Finding] = (), next_steps: Sequence[str] = ()
) -> str:
    """The brief as markdown; ``findings`` are printed below it, where the writer and the receiver both see them."""
    view = _View(brief, evidence)
    template = _environment().get_template(
        "escalation.md.j2" if brief.outcome == Outcome.ESCALATE else "handling.md.j2"
    )
    text = template.render(**view.names(), findings=list(findings), next_steps=list(next_steps))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def render_html(markdown: str, title: str) -> str:
    """A standalone page from the rendered markdown: no scripts, no remote content, raw HTML disabled."""
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    page = Environment(
        loader=PackageLoader("customer_escalation", "templates"), autoescape=True, undefined=StrictUndefined
    ).get_template("page.html.j2")
    return page.render(title=title, body=Markup(body))  # noqa: S704 - markdown-it escaped it, HTML input is off


def inert(value: str) -> str:
    """One line of text in which no HTML, image, link or mention comes alive; code spans stay as they are."""
    line = " ".join(value.split())
    parts = _CODE_SPAN.split(line)
    return "".join(
        part if index % 2 else _COMES_ALIVE.sub(lambda found: _escape(found.group()), part)
        for index, part in enumerate(parts)
    )


def _escape(found: str) -> str:
    return {"![": "!\\[", "](": "]\\(", "://": ":\u2060//", "@": "@\u2060"}.get(found, "\\" + found)


def deadline_words(by: str) -> str:
    """A deadline as people write it: a plain date as it is, a moment as ``2026-05-08 17:00 UTC``."""
    moment = parse_moment(by)
    return by if moment is None or len(by) == len("2026-05-08") else time_words(moment)


def sentence(value: str) -> str:
    """Inert text that ends as a sentence does."""
    line = inert(value).strip()
    return line if not line or line[-1] in '.!?:”"`)' else line + "."


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("customer_escalation", "templates"),
        autoescape=False,  # noqa: S701 - markdown, not HTML; `inert` guards it
        undefined=StrictUndefined,
    )
    environment.filters["sentence"] = sentence
    return environment


class _View:
    """What the templates need of one brief."""

    def __init__(self, brief: Brief, evidence: Evidence) -> None:
        self.brief = brief
        self.evidence = evidence
        self.figures = {figure.ref: figure for figure in brief.figures}
        self.numbers: dict[str, int] = {}
        self.example: tuple[str, Record] | None = None

    def names(self) -> dict[str, Any]:
        draft = self.brief.draft
        # What gives references is called by the template, so that they are numbered in the order of reading.
        names: dict[str, Any] = {
            "brief": self.brief,
            "draft": draft,
            "computed": self.brief.computed,
            "text": inert,
            "sentence": sentence,
            "bare": lambda value: inert(value).rstrip("."),
            "cell": lambda value: inert(value).replace("|", "\\|"),
            "prose": self.prose,
            "cited": self.cited,
            "marks": self.marks,
            "because": self.because,
            "references": self.references,
            "legend": self.legend,
        }
        if isinstance(draft, EscalationDraft):
            names["repro_status"] = REPRODUCTION_STATUS[draft.reproduction.status]
            names["repro_lines"] = self.reproduction_lines(draft)
            names["several_owners"] = len({ask.owner for ask in draft.asks}) > 1
            names["deadlines"] = lambda: self.deadlines(draft)
        else:
            names["handled_because"] = self.handled_because
            names["article"] = lambda: self.article(draft)
            names["reply_lines"] = [line.rstrip() for line in draft.customer_reply.splitlines()]
        return names

    def prose(self, statements: Sequence[Statement]) -> str:
        """Statements as running text; a citation shared by neighbours is shown once, after the last of them."""
        pieces: list[str] = []
        for index, statement in enumerate(statements):
            following = statements[index + 1] if index + 1 < len(statements) else None
            shared = following is not None and self.shown(following.cites) == self.shown(statement.cites)
            pieces.append(self.cited(statement.text, () if shared else statement.cites))
        return " ".join(pieces)

    def cited(self, text: str, cites: Sequence[str]) -> str:
        """A sentence with its citation marks before the full stop."""
        whole, marks = sentence(text), self.marks(cites)
        if marks and whole.endswith("."):
            return f"{whole[:-1]}{marks}."
        return whole + marks

    def number(self, record: Record) -> str:
        """The short reference of a record: 3 for the third item that the reader meets, 3.2 for its second message."""
        item = self.evidence.item_of(record)
        number = self.numbers.setdefault(item.ref, len(self.numbers) + 1)
        if record.ref == item.ref:
            return str(number)
        part = f"{number}.{self.evidence.parts(item).index(record) + 1}"
        self.example = self.example or (part, record)
        return part

    def legend(self) -> str:
        """How to read a short reference, by one that stands in this brief; empty where none has two parts."""
        if self.example is None:
            return ""
        number, record = self.example
        return f"[{number}] is {record.id} in [{number.partition('.')[0]}]."

    def shown(self, cites: Sequence[str]) -> list[str]:
        """Short references of the records behind citations; a figure stands for the records that it was computed from.

        An item is left out where one of its own messages is named.
        """
        records, _ = self.evidence.resolve(
            ref for cite in cites for ref in (self.figures[cite].inputs if cite in self.figures else (cite,))
        )
        named = {record.parent for record in records if record.parent}
        found = dict.fromkeys(self.number(record) for record in records if record.ref not in named)
        return sorted(found, key=_reference_order)

    def marks(self, cites: Sequence[str]) -> str:
        """Citation marks, such as `` [1.2, 4]``."""
        numbers = self.shown(cites)
        return f" [{', '.join(numbers)}]" if numbers else ""

    def because(self, notes: Sequence[RuleNote]) -> str:
        """The reasons with their records, then the ids of the rules (S10); at most three reasons, each once."""
        reasons = dict.fromkeys(f"{inert(note.because).rstrip('.')}{self.marks(note.cites[:3])}" for note in notes)
        return f"{'; '.join(list(reasons)[:3])}; {', '.join(note.rule for note in notes)}"

    def handled_because(self, notes: Sequence[RuleNote]) -> str:
        """The rules' own names with their records: the prose below gives the reasons."""
        return "; ".join(f"{HANDLED[note.rule]}{self.marks(note.cites[:3])}, {note.rule}" for note in notes)

    def reproduction_lines(self, draft: EscalationDraft) -> list[tuple[str, str]]:
        repro = draft.reproduction
        lines = (
            ("Expected", repro.expected),
            ("Actual", repro.actual),
            ("Environment", repro.environment),
            ("Frequency", re.sub(r"^frequency\s+", "", repro.frequency, flags=re.IGNORECASE)),
            ("Ruled out", re.sub(r"^nothing ruled out", "nothing", repro.ruled_out, flags=re.IGNORECASE)),
        )
        return [(label, value) for label, value in lines if value]

    def deadlines(self, draft: EscalationDraft) -> list[str]:
        """The response window, then the other deadlines by date."""
        window = self.brief.computed.window
        lines = [inert(window.text).rstrip(".") + "."] if window else []
        dated = sorted(
            draft.deadlines, key=lambda item: (parse_moment(item.by) or datetime.max.replace(tzinfo=UTC), item.what)
        )
        return lines + [
            self.cited(f"{deadline_words(item.by)}: {inert(item.what).rstrip('.')} ({BASIS[item.basis]}).", item.cites)
            for item in dated
        ]

    def article(self, draft: HandlingDraft) -> str:
        record = self.evidence.ledger.resolve(draft.article) if draft.article else None
        return self.reference(self.evidence.item_of(record)) if record else ""

    def references(self) -> list[tuple[str, list[str]]]:
        """Every item behind the brief, by category, with the drafter's notes."""
        notes: dict[str, str] = {}
        items: dict[str, Record] = {}
        draft = self.brief.draft
        for related in draft.related:
            record = self.evidence.ledger.resolve(related.ref)
            if record:
                item = self.evidence.item_of(record)
                items[item.ref] = item
                notes[item.ref] = related.note
        for ref in all_cites(self.brief):
            record = self.evidence.ledger.resolve(ref)
            if record and record.category != "figures":
                item = self.evidence.item_of(record)
                items.setdefault(item.ref, item)
        groups: list[tuple[str, list[str]]] = []
        for category, label in REFERENCE_GROUPS:
            members = [item for item in items.values() if item.category == category]
            if members:
                entries = [self.reference(item, notes.get(item.ref, "")) for item in members]
                groups.append((label, entries))
        return groups

    def reference(self, item: Record, note: str = "") -> str:
        """One item in a few words, such as ``SUP-4016 (Acme Corp, open)``."""
        about = [field(item, key) for key in ("name", "customer", "channel", "title", "status") if field(item, key)]
        if item.category == "chat":
            about.append(field(item, "at")[:10])
        number = self.number(item)
        line = f"[{number}] {item.id} ({inert(', '.join(about))})" if about else f"[{number}] {item.id}"
        return f"{line}: {inert(note).rstrip('.')}" if note else line


def _reference_order(number: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in number.split("."))


def all_cites(brief: Brief) -> list[str]:
    """Refs of every record that the brief rests on, in the order of their first appearance; figures by their inputs."""
    figures = {figure.ref: figure.inputs for figure in brief.figures}
    found: dict[str, None] = {}
    for ref in _walk(brief.model_dump(mode="json", exclude={"figures"})):
        for one in figures.get(ref, (ref,)):
            found.setdefault(one)
    return list(found)


def _walk(value: Any) -> Sequence[str]:
    found: list[str] = []
    if isinstance(value, dict):
        for key, item in value.items():
            if key in ("cites", "summary_cites") and isinstance(item, list):
                found.extend(str(ref) for ref in item)
            elif key in ("ref", "article") and isinstance(item, str) and item:
                found.append(item)
            else:
                found.extend(_walk(item))
    elif isinstance(value, list):
        for item in value:
            found.extend(_walk(item))
    return found

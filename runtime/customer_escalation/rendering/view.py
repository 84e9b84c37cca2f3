"""What the templates need of one brief: prose with citation marks, references in the order of reading."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from customer_escalation.domain.brief import EscalationDraft, HandlingDraft, RuleNote, Statement
from customer_escalation.domain.categories import HEADINGS, SOURCES
from customer_escalation.domain.evidence import field, parse_moment
from customer_escalation.domain.formatting import time_words
from customer_escalation.domain.record_ids import shown_id
from customer_escalation.domain.rules import label_of
from customer_escalation.rendering.cites import all_cites
from customer_escalation.rendering.document import Document
from customer_escalation.rendering.inert import inert, sentence
from customer_escalation.rendering.labels import BASIS, REPRODUCTION_STATUS
from skill_runtime.ledger import Record


def deadline_words(by: str) -> str:
    """A deadline as people write it: a plain date as it is, a moment as ``2026-05-08 17:00 UTC``."""
    moment = parse_moment(by)
    return by if moment is None or len(by) == len("2026-05-08") else time_words(moment)


class View:
    """What the templates need of one brief."""

    def __init__(self, document: Document) -> None:
        self.brief = document.brief
        self.evidence = document.evidence
        self.for_receiver = document.for_receiver
        self.figures = {figure.ref: figure for figure in document.brief.figures}
        self.numbers: dict[str, int] = {}
        self.example: tuple[str, Record] | None = None

    def names(self) -> dict[str, Any]:
        draft = self.brief.draft
        # What gives references is called by the template, so that they are numbered in the order of reading.
        names: dict[str, Any] = {
            "brief": self.brief,
            "for_receiver": self.for_receiver,
            "draft": draft,
            "computed": self.brief.computed,
            "text": inert,
            "sentence": sentence,
            "bare": lambda value: inert(value).rstrip("."),
            "cell": lambda value: inert(value).replace("|", "\\|"),
            "prose": self.prose,
            "cited": self.cited,
            "linked": self.linked,
            "marks": self.marks,
            "because": self.because,
            "references": self.references,
            "legend": self.legend,
            "suspect": self.suspect,
            "reply_lines": [line.rstrip() for line in draft.customer_reply.splitlines()],
        }
        if isinstance(draft, EscalationDraft):
            names["repro_status"] = REPRODUCTION_STATUS[draft.reproduction.status]
            names["repro_lines"] = self.reproduction_lines(draft)
            names["several_owners"] = len({ask.owner for ask in draft.asks}) > 1
            names["deadlines"] = lambda: self.deadlines(draft)
        else:
            names["handled_because"] = self.handled_because
            names["article"] = lambda: self.article(draft)
        return names

    def prose(self, statements: Sequence[Statement]) -> str:
        """Statements as running text; a citation shared by neighbours is shown once, after the last of them."""
        pieces: list[str] = []
        for index, statement in enumerate(statements):
            following = statements[index + 1] if index + 1 < len(statements) else None
            shared = following is not None and self.shown(following.cites) == self.shown(statement.cites)
            pieces.append(self.cited(statement.text, statement.cites, marked=not shared))
        return " ".join(pieces)

    def cited(self, text: str, cites: Sequence[str], *, marked: bool = True) -> str:
        """A sentence with its citation marks before the full stop."""
        whole, marks = sentence(text), self.marks(cites) if marked else ""
        if marks and whole.endswith("."):
            return f"{self.linked(whole[:-1], cites)}{marks}."
        return self.linked(whole, cites) + marks

    def linked(self, text: str, cites: Sequence[str]) -> str:
        """The sentence as it stands; a page makes a link of it."""
        return text

    def number(self, record: Record) -> str:
        """The short reference of a record: 3 for the third item that the reader meets, 3.2 for its second message."""
        item = self.evidence.item_of(record)
        number = self.numbers.setdefault(item.ref, len(self.numbers) + 1)
        if record.ref == item.ref:
            return str(number)
        part = f"{number}.{self.evidence.parts(item).index(record) + 1}"
        self.example = self.example or (part, record)
        return part

    def numbered(self, ref: str) -> bool:
        """Was the record met in the text so far?"""
        record = self.evidence.ledger.resolve(ref)
        return record is not None and self.evidence.item_of(record).ref in self.numbers

    def suspect(self, ref: str) -> str:
        """A record that tries to steer, by its own id and place: it is no evidence for anything."""
        record = self.evidence.ledger.resolve(ref)
        if record is None:
            return inert(ref)
        item = self.evidence.item_of(record)
        about = [field(item, key) for key in ("channel", "customer", "title") if field(item, key)]
        about += [field(record, "author")] if field(record, "author") else []
        return _with_about(record, about) or record.id

    def legend(self) -> str:
        """How to read a short reference, by one that stands in this brief; empty where none has two parts."""
        if self.example is None:
            return ""
        number, record = self.example
        return f"[{number}] is {shown_id(record.id) or 'a part'} in [{number.partition('.')[0]}]."

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
        reasons = dict.fromkeys(
            f"{self.linked(inert(note.because).rstrip('.'), note.cites)}{self.marks(note.cites[:3])}" for note in notes
        )
        return f"{'; '.join(list(reasons)[:3])}; {rule_ids(notes)}"

    def handled_because(self, notes: Sequence[RuleNote]) -> str:
        """The rules' own names with their records: the prose below gives the reasons."""
        reasons = "; ".join(f"{label_of(note.rule)}{self.marks(note.cites[:3])}" for note in notes)
        return f"{reasons}; {rule_ids(notes)}"

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
        only_suspicious = {item.ref for item in self.brief.suspicious}
        for ref in all_cites(self.brief):
            if ref in only_suspicious and not self.numbered(ref):
                continue
            record = self.evidence.ledger.resolve(ref)
            if record and record.category != "figures":
                item = self.evidence.item_of(record)
                items.setdefault(item.ref, item)
        groups: list[tuple[str, list[str]]] = []
        named = {category for category, _ in HEADINGS}
        for label, members in (
            *((label, [item for item in items.values() if item.category == category]) for category, label in HEADINGS),
            ("Other records", [item for item in items.values() if item.category not in named]),
        ):
            if members:
                entries = [self.reference(item, notes.get(item.ref, "")) for item in members]
                groups.append((label, entries))
        return groups

    def reference(self, item: Record, note: str = "") -> str:
        """One item in a few words, such as ``SUP-4016 (Acme Corp, open)``."""
        source = SOURCES.get(item.category)
        keys = ("name", "customer", "channel", "title", "status", *(source.told_of if source else ()))
        about = [field(item, key) for key in keys if field(item, key)]
        if source and source.dated:
            about.append(field(item, "at")[:10])
        number = self.number(item)
        line = f"[{number}] {_with_about(item, about) or item.id}"
        return f"{line}: {inert(note).rstrip('.')}" if note else line


def _with_about(record: Record, about: Sequence[str]) -> str:
    """``SUP-4016 (Acme Corp, open)``; what it is about alone where nobody would quote its id."""
    words = inert(", ".join(about))
    name = shown_id(record.id)
    return f"{name} ({words})" if name and words else name or words


def rule_ids(notes: Sequence[RuleNote]) -> str:
    """``rule S5``, ``rules H1, H2``."""
    ids = [note.rule for note in notes]
    return f"{'rule' if len(ids) == 1 else 'rules'} {', '.join(ids)}"


def _reference_order(number: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in number.split("."))

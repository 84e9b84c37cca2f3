"""What the templates need of one brief: its texts as markdown, with the records' own ids as citation marks."""

import re
from collections.abc import Iterable, Iterator, Sequence
from textwrap import indent
from typing import Any

from customer_escalation.domain.brief import RuleNote, Statement
from customer_escalation.domain.categories import ANSWERS, HEADINGS, SOURCES, is_marked
from customer_escalation.domain.draft import ColleagueText, EscalationDraft, HandlingDraft
from customer_escalation.domain.evidence import field, name_key, page_of
from customer_escalation.domain.people import writer_of
from customer_escalation.domain.prose import Sentence, sentences_of, with_code, without_marks, words_begin
from customer_escalation.domain.record_ids import shown_id
from customer_escalation.domain.rules import label_of
from customer_escalation.domain.template import CUSTOMERS, IMPACT, QUEUE, REVENUE, SLA, blocks, is_called
from customer_escalation.domain.texts import PLACED, outgoing, places, with_places
from customer_escalation.rendering.cites import all_cites
from customer_escalation.rendering.document import Document
from customer_escalation.rendering.inert import ENDS, in_link, inert, inert_block, inert_lines, sentence
from customer_escalation.rendering.phrases import Phrases
from skill_runtime.ledger import Record

MOST_MARKS = 3
"""Ids in one mark; the page and the JSON name every record."""
MOST_GROUNDS = 3
SHORTEST_NAME = 4
"""Letters of a name's first word by which people call an account."""
TABLE_FROM = 3
"""So many affected accounts are shown as a table."""
_BOX = re.compile(r"\[[ xX]\] \Z")
"""Whether a point is done, behind its bullet."""
_FENCE = re.compile("`{3,}")
_ITEM = re.compile(r"(?:[-*+]|\d{1,2}[.)])\s+")


class BriefView:
    """What the templates need of one brief."""

    def __init__(self, document: Document) -> None:
        self.brief = document.brief
        self.evidence = document.evidence
        self.for_receiver = document.for_receiver
        self.figures = {figure.ref: figure for figure in document.brief.figures}
        tickets = {
            self.evidence.item_of(record).ref
            for row in document.brief.computed.accounts
            for record in self.evidence.resolve(row.cites)[0]
            if record.data.get("kind") == "ticket"
        }
        self.only_ticket = tickets.pop() if len(tickets) == 1 else ""
        """Where there is one, the reader knows which ticket is meant."""
        self.say = Phrases(document.brief.draft)
        self.places = places(document.brief.draft)
        self.marked: set[str] = set()
        """The ids that the section has marked already."""

    def names(self) -> dict[str, Any]:
        """Everything that the templates use, by name."""
        draft = self.brief.draft
        names: dict[str, Any] = {
            "brief": self.brief, "draft": draft, "computed": self.brief.computed, "for_receiver": self.for_receiver,
            "text": inert, "sentence": sentence, "cell": lambda value: inert(value).replace("|", "\\|"),
            "prose": self.prose, "lines": self.lines, "section": self.section, "say": self.say,
            "line": self.line, "said": self.said, "because": self.because,
            "verdict": self.verdict, "unread": self.unread, "references": self.references, "suspect": self.suspect,
            "untested": self.untested,
            "sender": self.sender, "texts": self.texts_below, "sla": self.sla, "bare": lambda value: self.line(value).rstrip("."),
        }  # fmt: skip
        if isinstance(draft, EscalationDraft):
            names["impact"] = lambda: self.impact(draft)
            names["asks"] = lambda: self.asks(draft)
            names["set_by"] = self.say(f"by_{basis}") if (basis := draft.deadline.basis) != "record" else ""
        else:
            names["article"] = self.article(draft)
        return names

    def verdict(self) -> str:
        """The decision in a few words, for who sends it."""
        if self.brief.target is None or self.brief.severity is None:
            return self.say("verdict_handle")
        return self.say("verdict_escalate", team=self.brief.target.value, severity=self.brief.severity.value)

    def unread(self) -> str:
        """How far nobody but the writer read the statements against their records; empty where all were read."""
        read = self.brief.verification
        if read is None or not read.unread:
            return ""
        if not read.read:
            return self.say("read_by_code")
        return self.say("read_partly", unread=str(read.unread), total=str(read.read + read.unread))

    def prose(self, text: str | Statement, margin: int = 2) -> str:
        """A text as it was written, line by line, the further ones ``margin`` spaces in; an id is marked once in it, and not
        where it stands in the text anyway.
        """
        if isinstance(text, Statement):
            return self.said(text)
        lines = list(self._lines(text, self.marked))
        if len(lines) == 1 and not _structured(lines[0]) and not _ends(text):
            lines[0] += "."
        text = _joined(lines, margin)
        return "\n" + " " * margin + text if margin and lines and lines[0].startswith(("- ", "|", "1. ")) else text

    def lines(self, text: str) -> list[str]:
        """The text line by line, each as prose."""
        return [self.prose(line, 0) for line in text.splitlines() if line.strip()]

    def line(self, text: str) -> str:
        """A text on one line, which need not end as a sentence does; a fence of code in it is none."""
        whole = " ".join(_FENCE.sub("``", text).split())
        return " ".join(line.strip() for line in self._lines(whole, self.marked) if line.strip())

    def section(self) -> str:
        """Begin a section: each id is marked once in it. Nothing is printed."""
        self.marked.clear()
        return ""

    def _lines(self, text: str, seen: set[str]) -> Iterator[str]:
        """Every line of the text with its marks, empty ones among them, and the fenced code between them as blocks of their own."""
        for place, (before, code) in enumerate(with_code(text)):
            words = before.rstrip(" \t") if code else before
            for line in words.removeprefix("\n" if place else "").splitlines():
                if without_marks(line).strip():
                    yield self._line(line, text, seen)
                elif not line.strip():
                    yield ""
            if code:
                yield indent(inert_block(code), before[len(words) :].expandtabs(4), lambda _: True)

    def _line(self, line: str, whole: str, seen: set[str]) -> str:
        begin = words_begin(line)
        if line[begin : begin + 1] == "|":
            cells = without_edges(line[begin:])
            return f"| {' | '.join(self._words(cell, whole, seen).replace('|', chr(92) + '|') for cell in cells)} |"
        found = list(sentences_of(line))
        if not found:
            return line.rstrip()
        return f"{_prefix(line[: found[0].start])}{self._words(line, whole, seen)}"

    def _words(self, line: str, whole: str, seen: set[str]) -> str:
        """The sentences of a line, or of a table's cell, with their marks."""
        pieces = list[str]()
        for one in sentences_of(line):
            apart = bool(pieces) and line[one.start : one.start + 1].isspace()
            pieces.append(" " * apart + self._sentence(one, whole, seen))
        words = "".join(pieces) or inert(line)
        return words.replace("****", "")  # bold that went on around a mark which is not shown

    def said(self, statement: Statement | None) -> str:
        """A line that code wrote."""
        return self.linked(sentence(statement.text), statement.cites) if statement else ""

    def _sentence(self, one: Sentence, whole: str, seen: set[str]) -> str:
        marks = [
            mark for mark in (self.marks(one.cites) if one.own else []) if mark not in seen and not _stands(mark, whole)
        ]
        seen.update(marks)
        shown = f" ({', '.join(marks[:MOST_MARKS])})" if marks else ""
        body = inert(self.named(one.text if one.text.count("**") % 2 == 0 else one.text.replace("**", "")))
        if shown and body.endswith((".", "。", ":")):
            return f"{self.linked(body[:-1], one.cites)}{shown}{body[-1]}"
        return self.linked(body, one.cites) + shown

    def named(self, text: str) -> str:
        """The words with each text of the brief named as a reader finds it."""
        return with_places(text, self.places, lambda place: self.say("text_mention", number=str(place)))

    def linked(self, text: str, cites: Sequence[str]) -> str:
        """The sentence as it stands; a page makes a link of it."""
        return text

    def marks(self, cites: Iterable[str]) -> list[str]:
        """The ids of the items behind citations, as readers know them; a figure speaks for itself."""
        records, _ = self.evidence.resolve(ref for ref in cites if ref not in self.figures)
        return list(dict.fromkeys(mark for record in records if (mark := self.mark(record))))

    def mark(self, record: Record) -> str:
        """What a mark says of the item: its name. An account needs none, nor does the only ticket."""
        item = self.evidence.item_of(record)
        return self.name(record) if is_marked(item.category) and item.ref != self.only_ticket else ""

    def name(self, record: Record) -> str:
        """The item's own id; of one with an id that nobody would quote, where and when it was written."""
        item = self.evidence.item_of(record)
        channel, day = field(item, "channel"), field(item, "at")[:10]
        return inert(shown_id(item.id) or f"{channel} {day}".strip())

    def suspect(self, ref: str) -> str:
        """A record that tries to steer, by its own id and place: it is no evidence for anything."""
        record = self.evidence.ledger.resolve(ref)
        if record is None:
            return inert(ref)
        item = self.evidence.item_of(record)
        about = [field(item, key) for key in ("channel", "customer", "title") if field(item, key)]
        about += [writer] if (writer := writer_of(record)) else []
        return _with_about(record, about) or inert(record.id)

    def because(self, notes: Sequence[RuleNote]) -> str:
        """The grounds in words, each once (S10)."""
        found = dict.fromkeys(
            self.linked(inert(note.because).rstrip("."), note.cites) for note in notes if note.because
        )
        return "; ".join(list(found)[:MOST_GROUNDS])

    def untested(self) -> str:
        """Escalation criteria that could not be tested, in words."""
        return ", ".join(label_of(rule) for rule in self.brief.untested)

    def impact(self, draft: EscalationDraft) -> str:
        """The section as it was written; lines that code computed where it has none of its own, and the accounts as a table where
        there are several and it has no table.
        """
        computed = self.brief.computed
        rows = [(block.label, self.prose(block.text, 0)) for block in blocks(draft.impact)]
        own = {CUSTOMERS: computed.customers, REVENUE: computed.revenue, QUEUE: computed.queue}
        for label in IMPACT:
            place = next((at for at, (name, _) in enumerate(rows) if is_called(name, label)), None)
            lines = [self.said(own[label])] if label in own and place is None else []
            lines += self.sla(_all_under(draft.impact, SLA)) if label == SLA else []
            if lines:
                rows.insert(_place_of(label, rows), (label, _labelled(label, lines, begun=place is not None)))
        if len(computed.accounts) >= TABLE_FROM and "|" not in draft.impact:
            rows.insert(_place_of(CUSTOMERS, rows), (CUSTOMERS, self.accounts()))
        return "\n".join(text for _, text in rows)

    def sla(self, told: str) -> list[str]:
        """Clocks as code words them: late ones of tickets that the text does not name, and all where it tells none."""
        computed = self.brief.computed
        return [
            self.said(line)
            for line in computed.sla
            if not told or (line in computed.late and not self._names(told, line))
        ]

    def _names(self, told: str, line: Statement) -> bool:
        """Does the text name the ticket whose clocks the line tells, or its customer? Where there is one ticket, it is meant."""
        items = [self.evidence.item_of(record) for record in self.evidence.resolve(line.cites)[0]]
        tickets = [item for item in items if item.data.get("kind") == "ticket"]
        customers = [field(item, "customer") for item in tickets]
        names = [*(item.id for item in tickets), *customers, *(_short(name) for name in customers)]
        return bool(self.only_ticket) or any(name_key(name) in name_key(told) for name in names if name)

    def accounts(self) -> str:
        """The affected accounts as a table."""
        head = [
            self.say("account"),
            self.say("tier"),
            "ARR",
            self.say("open_deals"),
            self.say("renewal"),
            self.say("tickets"),
        ]
        rows = [
            [
                inert(row.name),
                inert(row.tier),
                row.arr,
                inert(row.deals),
                inert(row.renewal),
                inert(", ".join(row.tickets)),
            ]
            for row in self.brief.computed.accounts
        ]
        return "\n" + "\n".join(map(_row, [head, ["---"] * len(head), *rows])) + "\n"

    def asks(self, draft: EscalationDraft) -> list[str]:
        """Each ask as it is written, with who acts in front where there are several and it has no lead of its own."""
        several = len({ask.owner for ask in draft.asks}) > 1
        found = []
        for ask in draft.asks:
            named = not several or ask.text.startswith("**")
            found.append(("" if named else f"**{inert(ask.owner)}:** ") + self.prose(ask.text, 3).lstrip())
        return found

    def sender(self) -> str:
        """The sender's page, each text in it that stands alone on a line by its number."""
        pieces: list[str] = []
        texts, lines = self.texts(), list[str]()
        for line in [*self.brief.draft.sender.splitlines(), "[text 0]"]:
            if placed := PLACED.fullmatch(line):
                pieces.append(self.prose("\n".join(lines).strip("\n"), 0))
                pieces += [_as_quotation(*texts[place - 1]) for place in [self.places.get(int(placed[1]))] if place]
                lines = []
            else:
                lines.append(line)
        return "\n\n".join(piece for piece in pieces if piece)

    def texts_below(self) -> list[str]:
        """The texts that the sender's page does not hold, each as a block."""
        lines = self.brief.draft.sender.splitlines()
        above = {self.places.get(int(placed[1])) for line in lines if (placed := PLACED.fullmatch(line))}
        return [
            _as_quotation(heading, lines)
            for number, (heading, lines) in enumerate(self.texts(), 1)
            if number not in above
        ]

    def texts(self) -> list[tuple[str, list[str]]]:
        """Every text that may go out, numbered in the order of use, each as its heading and its lines: to a customer with whose it is,
        on which ticket and when; to a colleague with who it is; the ticket's note last.
        """
        draft, found = self.brief.draft, list[tuple[str, list[str]]]()
        for _, one in outgoing(draft):
            if isinstance(one, ColleagueText):
                found.append((inert(one.to), quoted(self.named(one.text))))
                continue
            record = self.evidence.ledger.resolve(one.ticket)
            item = self.evidence.item_of(record) if record else None
            whose = inert(field(item, "customer")) if item else ""
            name = inert((shown_id(item.id) or item.id) if item else one.ticket)
            when = inert(self.named(one.when)).rstrip(".")
            found.append((", ".join(part for part in (whose or self.say("the_customer"), name) if part)
                          + (f" ({when})" if when else ""), inert_lines(one.text)))  # fmt: skip
        found += [(self.say("ticket_note"), quoted(self.named(draft.ticket_note)))] if draft.ticket_note else []
        return [(self.say("text", number=str(n), to=heading), lines) for n, (heading, lines) in enumerate(found, 1)]

    def article(self, draft: HandlingDraft) -> str:
        """The article or ticket that holds the solution, in a few words."""
        record = self.evidence.ledger.resolve(draft.article) if draft.article else None
        return self.reference(self.evidence.item_of(record)) if record else ""

    def references(self) -> list[tuple[str, list[str]]]:
        """Every item behind the brief, by kind of source."""
        items: dict[str, Record] = {}
        suspicious = {item.ref for item in self.brief.suspicious}
        for ref in all_cites(self.brief):
            record = self.evidence.ledger.resolve(ref)
            if record and record.category not in ("figures", ANSWERS) and ref not in suspicious:
                item = self.evidence.item_of(record)
                items.setdefault(item.ref, item)
        groups: list[tuple[str, list[str]]] = []
        named = {category for category, _ in HEADINGS}
        for heading, members in (
            *((category, [item for item in items.values() if item.category == category])
              for category, _ in HEADINGS if is_marked(category)),
            ("other", [item for item in items.values() if item.category not in named]),
        ):  # fmt: skip
            if members:
                label = self.say(f"heading_{heading}")
                groups.append((label, [self.reference(item) for item in members]))
        return groups

    def reference(self, item: Record) -> str:
        """One item in a few words, such as ``SUP-4016 (Acme Corp, open)``."""
        source = SOURCES.get(item.category)
        keys = ("name", "customer", "channel", "title", "status", *(source.told_of if source else ()))
        about = [field(item, key) for key in keys if field(item, key)]
        if source and source.dated:
            about.append(field(item, "at")[:10])
        name, words = inert(shown_id(item.id)), inert(", ".join(about))
        told = (
            f"{self.reachable(name, item)} ({words})"
            if name and words
            else self.reachable(name or words or inert(item.id), item)
        )
        return self.linked(told, (item.ref,))

    def reachable(self, name: str, item: Record) -> str:
        """The name of an item as a link to its page in its own system, where that is known."""
        page = page_of(item)
        return f"[{in_link(name)}](<{page}>)" if page and name else name


def _all_under(text: str, label: str) -> str:
    return "\n".join(block.content for block in blocks(text) if is_called(block.label, label))


def _place_of(label: str, rows: Sequence[tuple[str, str]]) -> int:
    """Where a row with this label of the template goes: behind the rows of the labels up to it."""
    upto = IMPACT[: IMPACT.index(label) + 1]
    places = [at for at, (name, _) in enumerate(rows) if any(is_called(name, one) for one in upto)]
    return places[-1] + 1 if places else 0


def _labelled(label: str, lines: Sequence[str], *, begun: bool) -> str:
    """Lines of code as a row, or as further points of the one that the writer began."""
    if len(lines) == 1 and not begun:
        return f"- **{label}:** {lines[0]}"
    return "\n".join([*([] if begun else [f"- **{label}:**"]), *(f"  - {line}" for line in lines)])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _short(name: str) -> str:
    """The first word of an account's name, where it is long enough to tell it from others."""
    first = name.split(maxsplit=1)[0] if name else ""
    return first if len(first) >= SHORTEST_NAME else ""


def _as_quotation(heading: str, lines: Sequence[str]) -> str:
    return "\n".join([f"**{heading}**", "", *(f"> {line}" for line in lines)])


def quoted(text: str) -> list[str]:
    """A text to be pasted elsewhere, line by line, without its marks."""
    return inert_lines(without_marks(text))


def _prefix(before: str) -> str:
    """What stands before a line's words: its indentation, a bullet or number, a bold label; a heading is none in a section."""
    space = before[: len(before) - len(before.lstrip())].expandtabs(4)
    rest = re.sub(r"\A#{1,6}\s+", "", before.lstrip())
    box = _BOX.search(rest)
    rest = inert(rest[: box.start()] if box else rest)
    return space + re.sub(r"\A[*+]\s+", "- ", f"{rest} {box[0] if box else ''}" if rest else "")


def _ends(text: str) -> bool:
    """Does the text end as a sentence does, its marks left out?"""
    return without_marks(text).rstrip().rstrip("*")[-1:] in ENDS | {""}


def _structured(line: str) -> bool:
    """Is it a bullet, a row, a quotation or a block rather than running text?"""
    return bool(re.match(r"\s*(?:(?:[-*+]|\d{1,2}[.)])\s|[>|]|`{3})", line))


def _joined(lines: Sequence[str], margin: int) -> str:
    """The lines below each other as the writer has them: what a blank line parts stays apart, and so does a table or a list at the
    margin from what runs on; lines of running text stay lines, and an indented one goes on with the item above it.
    """
    pieces: list[str] = []
    before, parted = "", False
    for line in _nested(lines):
        if line and pieces:
            apart = parted or _is_row(line) != _is_row(before) or (not margin and _parts(before, line))
            breaks = not _structured(line) and not (_structured(before) and not _item_goes_on(before, line))
            pieces.append("\n\n" if apart else "  \n" if breaks else "\n")
            pieces.append(" " * margin)
        if line:
            pieces.append(line.replace("\n", "\n" + " " * margin))
            before = line
        parted = not line
    return "".join(pieces)


def _nested(lines: Sequence[str]) -> Iterator[str]:
    """The lines, those indented below an item far enough in to belong to it."""
    width, shift = 0, -1
    for line in lines:
        space = len(line) - len(line.lstrip())
        if line and not space:
            item = _ITEM.match(line)
            width, shift = (item.end() if item else 0), -1
        elif line and width:
            shift = max(0, width - space) if shift < 0 else shift
        yield indent(line, " " * max(0, shift), lambda _: True) if space else line


def _item_goes_on(before: str, line: str) -> bool:
    """Is it a running line below the words of an item, or below a running line in it?"""
    return line[:1] == " " and not before.lstrip().startswith(("`", "|", ">"))


def _parts(before: str, line: str) -> bool:
    """Does a list begin or end between these lines? What is indented is inside one."""
    if line[:1] == " ":
        return False
    return (before[:1] == " " and not _structured(line)) or _structured(line) != (
        _structured(before) or before[:1] == " "
    )


def _is_row(line: str) -> bool:
    return line.lstrip().startswith("|")


def without_edges(row: str) -> list[str]:
    """The cells of a table's row."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().removeprefix("|").removesuffix("|"))]


def _stands(mark: str, text: str) -> bool:
    """Does the id stand in the text anyway?"""
    return bool(
        re.search(rf"(?<![\w-]){re.escape(mark.removeprefix('#'))}(?![\w-])", re.sub(r"\[\[[^\]]*\]\]", "", text))
    )


def _with_about(record: Record, about: Sequence[str]) -> str:
    """``SUP-4016 (Acme Corp, open)``; what it is about alone where nobody would quote its id."""
    words = inert(", ".join(about))
    name = inert(shown_id(record.id))
    return f"{name} ({words})" if name and words else name or words

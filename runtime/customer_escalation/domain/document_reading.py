"""A document in plain markdown, taken apart into the texts of a draft by its headings, its quotations and its index."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as default
from typing import Any

from customer_escalation.domain.blocks import (
    QUOTED,
    Block,
    Line,
    blocks,
    joined,
    lines_of,
    trimmed,
    unquoted,
    with_code,
)
from customer_escalation.domain.index import DocumentIndex
from customer_escalation.domain.prose import without_marks
from customer_escalation.domain.written import (
    HEADING,
    LEVEL,
    Part,
    Written,
    WrittenEscalation,
    WrittenNote,
    section_of,
    words_of,
)

LONGEST_SUMMARY = 119
FEWEST_WORDS = 4
"""Words of an ask that tell its line wherever they stand in it."""
_TITLE = re.compile(r"#{1,3}\s+\**(?i:ESCALATION)\**\s*[:：]\**\s*")
_TRANSLATED_TITLE = re.compile(r"#{1,3}\s+\**[^\W\d_a-zß-öø-ÿ]{6,}\**\s*[:：]\**\s*")
"""In capitals, above the template's first heading; it is printed as the template's."""
_RULE = re.compile(r"\s{0,3}(?:-{3,}|\*{3,}|_{3,})\s*\Z")
_DEADLINE = re.compile(r"\s*(?:[-*+]\s+)?\*\*Deadline:?\*\*:?\s*(?=\S)", re.IGNORECASE)
_BEGINS_BLOCK = re.compile(r"\s{0,3}(?:#{1,6}\s|[-*+]\s|\d{1,9}[.)]\s|\||```|~~~|(?:[-*_]\s*){3,}\Z)")
"""A line that ends a quotation above it, though nothing stands between."""
_CELL = re.compile(r"(?<!\\)\|")
_BOLD_LEAD = re.compile(r"\s*(?:[-*+]\s+|\d{1,3}[.)]\s+)?\*\*[^*\n]{1,80}\*\*:?\s*")


class UnplacedEntry(ValueError):
    """An index that does not fit its document; the message says where, for the writer."""


def written_draft(document: str, index: DocumentIndex, *, escalates: bool) -> Written:
    """The document as a draft.

    Raises ``UnplacedEntry`` where an entry of the index names no place of it, and ``ValidationError`` for a text that is too long.
    """
    reading = _Reading(document, index, escalates)
    return (WrittenEscalation if escalates else WrittenNote).model_validate(reading.data())


@dataclass
class _Reading:
    """One document on its way to becoming a draft."""

    document: str
    index: DocumentIndex
    escalates: bool
    layout: list[dict[str, Any]] = default(default_factory=list)
    texts: dict[str, str] = default(default_factory=dict)
    lists: dict[str, list[Any]] = default(default_factory=lambda: {
        "asides": [], "further": [], "drafts": [], "messages": [], "asks": [],
    })  # fmt: skip
    deadline: str = ""
    placed: set[int] = default(default_factory=set)
    """The texts of the index that were found."""
    begun: dict[str, str] = default(default_factory=dict)
    """The text that was found by these first words; only one that is the same may begin so too."""
    asked: set[int] = default(default_factory=set)
    next: int = 0
    """The place of the line behind what was laid so far."""

    def data(self) -> dict[str, Any]:
        """The draft as data."""
        lines = lines_of(self.document)
        page, title, brief, after = _parts(lines, self.escalates)
        self._run(page, "page")
        if title is not None:
            self._put("## ESCALATION: ", "summary", _title_words(title), "brief", [title])
        self._brief(brief)
        self._run(after, "after")
        self._all_placed()
        found: dict[str, Any] = {
            **dict.fromkeys(("sender", "summary"), ""), **self.texts, **self.lists, "layout": self.layout,
            "ticket_note": self.texts.get("ticket_note", ""), "reminders": list(self.index.reminders),
        }  # fmt: skip
        if not self.escalates:
            found.pop("asks")
            note = {"note": "", "article": self.index.article, "summary": _summary(self.document)}
            return {**note, **{name: text for name, text in found.items() if name != "summary"}}
        empty = dict.fromkeys(
            ("opening", "impact", "description", "tried", "containment", "reproduction", "communication", "context"), "",
        )  # fmt: skip
        deadline = {"by": self.index.deadline.by, "basis": self.index.deadline.basis, "text": self.deadline}
        return {**empty, **found, "deadline": deadline, "contained": self.index.containment}

    def _brief(self, lines: Sequence[Line]) -> None:
        section, run = "opening", list[Line]()
        for line, coded in with_code(lines):
            heading = None if coded else HEADING.match(line)
            if heading is None or (len(heading[1]) > LEVEL and not section_of(heading[2])):
                run.append(line)  # a heading below the template's stays in its section
                continue
            self._section(section, run)
            section, run = section_of(heading[2]), []
            self._put(line.strip(), "", "", "brief", [line])
        self._section(section, run)

    def _section(self, name: str, lines: Sequence[Line]) -> None:
        whole = trimmed(lines)
        if name == "needed":
            self._needed(whole)
        elif whole:
            self._run(whole, "brief", name if name not in self.texts else "")

    def _run(self, lines: Sequence[Line], part: Part, name: str = "") -> None:
        """Lines of one part: each text of the index by itself, the rest as texts of the draft, the first under ``name``."""
        last: Block | None = None
        for block in joined(blocks(lines), lines, self._place):
            place = self._place(block)
            if place is None:
                self._not_cut_off(last, block)
            last = block if place is not None else None
            if place is None:
                self._prose(block.lines, part, name)
                name = ""
            else:
                self._outgoing(place, block.lines, part)

    def _not_cut_off(self, text: Block | None, behind: Block) -> None:
        """Raises where what is no text stands so close behind one that goes out that a reader takes it for its end, as a line or an empty
        line of a letter that lacks its ``>``: who reads it as one would approve another text than the one that is sent.
        """
        if text is None:
            return
        first, last = behind.lines[0], text.lines[-1]
        if first.at == last.at + 1 and unquoted(last).strip() and not _BEGINS_BLOCK.match(first):
            raise UnplacedEntry(
                f"“{first[:40]}” stands right below a text that goes out: begin it with `>` where it belongs to that text, else leave a "
                "line empty."
            )
        if QUOTED.match(first):
            raise UnplacedEntry(
                f"The quotation “{unquoted(first)[:40]}” stands directly behind a text that goes out: begin the empty line "
                "between them with `>` where it belongs to that text, else put a line of words between them."
            )

    def _prose(self, lines: Sequence[Line], part: Part, name: str) -> None:
        first = "sender" if self.escalates else "note"
        if not name and part == "page" and first not in self.texts:
            name = first
        elif not name:
            name = self._next("further" if part == "brief" or not self.escalates else "asides")
        self._put("", name, "\n".join(lines), part, lines)

    def _next(self, name: str) -> str:
        """The path of a further text in a list."""
        self.lists[name].append("")
        return f"{name}[{len(self.lists[name]) - 1}]"

    def _place(self, block: Block) -> int | None:
        """Which text of the index a quotation is."""
        if not block.quoted:
            return None
        words = words_of("\n".join(map(unquoted, block.lines)))
        found = [place for place, one in enumerate(self.index.texts) if _begins(words, one.begins)]
        if not found:
            return None
        best = max(found, key=lambda place: len(self.index.texts[place].begins))
        begins = words_of(self.index.texts[best].begins)
        alike = [place for place in found if words_of(self.index.texts[place].begins) == begins]
        return next((place for place in alike if place not in self.placed), best)

    def _outgoing(self, place: int, lines: Sequence[Line], part: Part) -> None:
        entry = self.index.texts[place]
        text = without_marks("\n".join(map(unquoted, lines)))
        if place in self.placed or self.begun.setdefault(words_of(entry.begins), text) != text:
            raise UnplacedEntry(f"Two texts begin with “{entry.begins}”: give more of their first words.")
        self.placed.add(place)
        number = len(self.lists["drafts"]) + len(self.lists["messages"]) + 1
        if entry.goes == "ticket_note":
            if "ticket_note" in self.texts:
                raise UnplacedEntry(f"There is one note for the case's tickets, and “{entry.begins}” is a second.")
            self._put("", "ticket_note", text, part, lines, quoted=True)
            return
        if entry.goes == "colleague":
            name, one = "messages", {"number": number, "to": entry.to, "text": text}
        else:
            kind = entry.goes.removeprefix("customer_")
            name, one = "drafts", {"number": number, "ticket": entry.to, "kind": kind, "when": entry.when, "text": text}
        self.lists[name].append(one)
        self._laid("", f"{name}[{len(self.lists[name]) - 1}].text", part, lines, quoted=True)

    def _needed(self, lines: Sequence[Line]) -> None:
        """What is needed: each ask with what is indented below it, the deadline, and the rest."""
        asked = self._asked_at(lines)
        run, at = list[Line](), 0
        while at < len(lines):
            deadline = _DEADLINE.match(lines[at]) if not self.deadline else None
            ask = None if deadline else asked.get(lines[at].at)
            if deadline is None and ask is None:
                run.append(lines[at])
                at += 1
                continue
            self._rest(run)
            run, end = [], at + 1
            while end < len(lines) and lines[end][:1].isspace() and lines[end].strip() and lines[end].at not in asked:
                end += 1
            own = lines[at:end]
            if deadline:
                self.deadline = "\n".join([own[0][deadline.end() :], *own[1:]]).rstrip()
                self._laid(deadline.group(), "deadline.text", "brief", own)
            elif ask is not None:
                entry = self.index.asks[ask]
                self.asked.add(ask)
                text = "\n".join(own).rstrip()
                self.lists["asks"].append({"owner": entry.owner, "kind": entry.kind, "by": entry.by, "text": text})
                self._laid("", f"asks[{len(self.lists['asks']) - 1}].text", "brief", own)
            at = end
        self._rest(run)

    def _rest(self, lines: Sequence[Line]) -> None:
        whole = trimmed(lines)
        if whole:
            self._run(whole, "brief")

    def _asked_at(self, lines: Sequence[Line]) -> dict[int, int]:
        """Which ask stands at which line: those that a line begins with before those that one only holds, and of several the longest."""
        found: dict[int, int] = {}
        for fits in (_line_begins, _holds):
            for line in lines:
                left = [
                    place
                    for place, one in enumerate(self.index.asks)
                    if place not in found.values() and fits(line, one.begins)
                ]
                if left and line.at not in found:
                    found[line.at] = max(left, key=lambda place: len(self.index.asks[place].begins))
        return found

    def _put(
        self, before: str, path: str, text: str, part: Part, lines: Sequence[Line], *, quoted: bool = False
    ) -> None:
        if path.startswith(("asides[", "further[")):
            name, _, number = path.rstrip("]").partition("[")
            self.lists[name][int(number)] = text
        elif path:
            self.texts[path] = text
        self._laid(before, path, part, lines, quoted=quoted)

    def _laid(self, before: str, path: str, part: Part, lines: Sequence[Line], *, quoted: bool = False) -> None:
        """``lines`` are those of the document that it is made of; what indents the first stands before it, as a text has none."""
        indent = "" if quoted or before else lines[0][: len(lines[0]) - len(lines[0].lstrip())]
        before = before or indent
        apart = lines[0].at - self.next
        self.next = lines[-1].at + 1
        self.layout.append({"before": before, "path": path, "part": part, "quoted": quoted, "apart": apart})

    def _all_placed(self) -> None:
        left = []
        if self.escalates and "summary" not in self.texts:
            left.append("no line begins the brief (`## ESCALATION: ...`)")
        left += [f"no quoted text begins with “{one.begins}”"
                for place, one in enumerate(self.index.texts) if place not in self.placed]  # fmt: skip
        if self.escalates:
            left += [f"no line under `### What's Needed` begins with “{one.begins}”"
                     for place, one in enumerate(self.index.asks) if place not in self.asked]  # fmt: skip
            if words_of(self.index.containment) not in words_of(self.document):
                left.append(f"nothing reads “{self.index.containment}”, where the containment is told")
        if left and (self.index.texts or self.index.asks or self.index.containment):
            raise UnplacedEntry(f"The index does not fit the document as it is then: {'; '.join(left)}.")


def _begins(words: str, begins: str) -> bool:
    wanted = words_of(begins)
    return bool(wanted) and (words.startswith(wanted) or words.partition(" ")[2].startswith(wanted))


def _line_begins(line: str, begins: str) -> bool:
    """Does the line begin so, one of the cells of its row, or what follows its bold lead?"""
    lead = _BOLD_LEAD.match(line)
    starts = [
        line,
        *(_CELL.split(line) if line.lstrip().startswith("|") else []),
        *([line[lead.end() :]] if lead else []),
    ]
    return any(_begins(words_of(start), begins) for start in starts)


def _holds(line: str, begins: str) -> bool:
    """Do enough words to tell it stand in the line?"""
    wanted = words_of(begins)
    return len(wanted.split()) >= FEWEST_WORDS and f" {wanted} " in f" {words_of(line)} "


def _title_words(title: str) -> str:
    """What the brief is about, without bold marks that the title's label has opened or left open."""
    heading = _TITLE.match(title) or _TRANSLATED_TITLE.match(title)
    words = (title[heading.end() :] if heading else title).strip()
    return words.removesuffix("**").rstrip() if words.count("**") % 2 else words


def _parts(lines: Sequence[Line], escalates: bool) -> tuple[list[Line], Line | None, list[Line], list[Line]]:
    """What stands before the brief, its title, the brief, and what stands behind it."""
    coded = list(with_code(lines))
    title = next((at for at, (line, code) in enumerate(coded) if not code and _TITLE.match(line)), None)
    if title is None:
        title = _translated(coded)
    if not escalates or title is None:
        return trimmed(lines), None, [], []
    sections = [at for at, (line, code) in enumerate(coded) if at > title and not code and _is_section(line)]
    last = sections[-1] if sections else title  # a line across the brief ends nothing
    end = next(
        (at for at, (line, code) in enumerate(coded) if at > last and not code and _is_end(line)),
        len(lines),
    )
    return trimmed(lines[:title]), lines[title], trimmed(lines[title + 1 : end]), trimmed(lines[end:])


def _translated(coded: Sequence[tuple[Line, bool]]) -> int | None:
    """Where a translation of the title stands: the last one above the template's first heading."""
    headings = [(at, HEADING.match(line)) for at, (line, code) in enumerate(coded) if not code]
    first = next((at for at, heading in headings if heading and section_of(heading[2])), 0)
    return next((at for at, _ in reversed(headings) if at < first and _TRANSLATED_TITLE.match(coded[at][0])), None)


def _is_section(line: str) -> bool:
    heading = HEADING.match(line)
    return bool(heading and len(heading[1]) <= LEVEL and section_of(heading[2]))


def _is_end(line: str) -> bool:
    heading = HEADING.match(line)
    return bool(_RULE.match(line) or (heading and len(heading[1]) < len("###")))


def _summary(document: str) -> str:
    """What a document without a title is about: its first sentence."""
    lines = [line for line in document.splitlines() if line.strip()]
    first = re.sub(r"\A[#>\s]+", "", without_marks(lines[0])).replace("**", "").strip() if lines else ""
    sentence = re.split(r"(?<=[.!?])\s", first, maxsplit=1)[0]
    return sentence if len(sentence) <= LONGEST_SUMMARY else f"{sentence[: LONGEST_SUMMARY - 1].rstrip()}…"

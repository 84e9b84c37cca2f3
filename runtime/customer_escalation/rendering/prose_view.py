"""A writer's texts as markdown: line by line as they had them, each sentence of a draft by rules with the ids of its records."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from textwrap import indent

from customer_escalation.domain.brief import Statement
from customer_escalation.domain.prose import (
    REQUEST,
    Sentence,
    marks_of,
    sentences_of,
    with_code,
    with_marks,
    without_marks,
    words_begin,
)
from customer_escalation.domain.texts import places, with_places
from customer_escalation.domain.written import is_written
from customer_escalation.rendering.citing import Citing
from customer_escalation.rendering.document import Document
from customer_escalation.rendering.inert import CODE_SPAN, inert, inert_block, outside_code, sentence
from customer_escalation.rendering.line_layout import ends, is_structured, joined, prefix, without_edges
from customer_escalation.rendering.phrases import Phrases

MOST_MARKS = 3
"""Ids in one mark; the page and the JSON name every record."""
_FENCE = re.compile("`{3,}")
_ASIDE = re.compile(r"(?<=\S )\([^()]+\)$")
"""A parenthesis at the end of a sentence or of a table's cell."""
_NO_BOLD = re.compile(r"(?:(?<=\()|(?<=, )|(?<=,))\*\*(?=\w)|(?<=[\s,(])\*\*(?=[{\[(])")
"""Stars as a programming language has them, which hold no bold open."""


class ProseView(Citing):
    """Renders the texts of one brief; what was marked already in a section is kept in mind."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.say = Phrases(document.brief.draft)
        self.as_written = is_written(document.brief.draft)
        self.places = places(document.brief.draft)
        self.marked: set[str] = set()
        """The ids that the section has marked already."""

    def prose(self, text: str | Statement, margin: int = 2, highest: int = 0) -> str:
        """A text as it was written, line by line, the further ones ``margin`` spaces in; an id is marked once in it, and not
        where it stands in the text anyway. ``highest``: it is a document of its own, with headings of that level or below; ids are marked
        once under each.
        """
        if isinstance(text, Statement):
            return self.said(text)
        lines = list(self._lines(text, self.marked, highest))
        if len(lines) == 1 and not is_structured(lines[0]) and not ends(text):
            lines[0] += "."
        text = joined(lines, margin)
        return "\n" + " " * margin + text if margin and lines and lines[0].startswith(("- ", "|", "1. ")) else text

    def document_lines(self, text: str, highest: int) -> Iterator[str]:
        """The text line by line, empty lines among them; headings are those of a document."""
        return self._lines(text, self.marked, highest)

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

    def _lines(self, text: str, seen: set[str], highest: int = 0) -> Iterator[str]:
        """Every line of the text with its marks, empty ones among them, and the fenced code between them as blocks of their own."""
        for place, (before, code) in enumerate(with_code(text)):
            words = before.rstrip(" \t") if code else before
            for line in words.removeprefix("\n" if place else "").splitlines():
                if without_marks(line).strip():
                    yield self._line(line, text, seen, highest)
                elif not line.strip():
                    yield ""
            if code:
                yield indent(inert_block(code), before[len(words) :].expandtabs(4), lambda _: True)

    def _line(self, line: str, whole: str, seen: set[str], highest: int) -> str:
        begin = words_begin(line)
        if line[begin : begin + 1] == "|":
            cells = without_edges(line[begin:])
            return f"| {' | '.join(self._cell(cell, whole, seen).replace('|', chr(92) + '|') for cell in cells)} |"
        found = list(sentences_of(line))
        if not found:
            return without_marks(line).rstrip() if self.as_written else line.rstrip()
        before = prefix(self.named(with_marks(line[: found[0].start], self._in_a_lead)), highest)
        if before.startswith("#"):
            seen.clear()
        return f"{before}{self._words(line, whole, seen)}"

    def _cell(self, cell: str, whole: str, seen: set[str]) -> str:
        """A cell of a table: what would be a bullet or a number at the head of a line, or a lead, is part of its words there."""
        found = next(iter(sentences_of(cell)), None)
        lead = inert(self.named(with_marks(cell[: found.start], self._in_a_lead))) if found else ""
        return f"{lead} {self._words(cell, whole, seen)}".strip()

    def _in_a_lead(self, refs: list[str]) -> str:
        """A mark inside a bold lead."""
        marks = self.marks(refs)
        return f" ({', '.join(marks[:MOST_MARKS])})" if marks else ""

    def _words(self, line: str, whole: str, seen: set[str]) -> str:
        """The sentences of a line, or of a table's cell, with their marks."""
        pieces = list[str]()
        for one in _bold_each(sentences_of(line)):
            apart = bool(pieces) and line[one.start : one.start + 1].isspace()
            pieces.append(" " * apart + self._sentence(one, whole, seen))
        words = "".join(pieces) or (
            inert(line) if without_marks(line).strip() else ", ".join(self.marks(marks_of(line)))
        )
        # bold that went on around a mark which is not shown, or over the end of a sentence
        words = outside_code(words, lambda text: re.sub(r"(?<=\S)\*\* \*\*(?=\S)", " ", text.replace("****", "")))
        # of a date or an abbreviation, with a mark before the sentence's own
        return re.sub(r"(?<=\w\.) (?= \()|(?<=\w\.) \.(?=\s|\Z)", "", words)

    def said(self, statement: Statement | None) -> str:
        """A line that code wrote."""
        return self.linked(sentence(statement.text), statement.cites) if statement else ""

    def marks(self, cites: Iterable[str]) -> list[str]:
        """As of every brief, and what was asked by its name: a reader sees that a sentence tells a belief. A document that is printed as
        its writer wrote it names its sources in words.
        """
        if self.as_written:
            return []
        refs = list(cites)
        return [*([self.say("request")] if REQUEST in refs else []), *super().marks(refs)]

    def _sentence(self, one: Sentence, whole: str, seen: set[str]) -> str:
        own = [mark for mark in (self.marks(one.cites) if one.own else []) if not _stands(mark, whole)]
        # All of them or none: of several, the one that is new would look like the source of the whole sentence.
        marks = own if not seen.issuperset(own) else []
        seen.update(marks)
        body = inert(self.named(one.text))
        if _ASIDE.search(body):  # who says it stands there: the ids join it, and it was asked needs no saying
            marks = [mark for mark in marks if mark != self.say("request")]
            if marks:
                return self.linked(f"{body[:-1]}, {', '.join(marks[:MOST_MARKS])}{body[-1]}", one.cites)
        shown = f" ({', '.join(marks[:MOST_MARKS])})" if marks else ""
        if shown and body.endswith((".", "。", ":")):
            return f"{self.linked(body[:-1], one.cites)}{shown}{body[-1]}"
        return self.linked(body, one.cites) + shown

    def named(self, text: str) -> str:
        """The words with each text of the brief named as a reader finds it."""
        return with_places(text, self.places, lambda place: self.say("text_mention", number=str(place)))


def _is_open(text: str) -> bool:
    """Does bold begin in it that does not end in it? Stars in code are none, in a span of code or, where one is left, without."""
    words = CODE_SPAN.sub("", text)
    return words.count("**") % 2 == 1 and _NO_BOLD.sub("", words).count("**") % 2 == 1


def _bold_each(sentences: Iterable[Sentence]) -> Iterator[Sentence]:
    """The sentences, each with marks of bold of its own where they went on over several; a mark without a partner is left out,
    unless it is no bold but code, as in ``f(**{})``.
    """
    found, goes_on = list(sentences), False
    for place, one in enumerate(found):
        text = f"**{one.text}" if goes_on else one.text
        goes_on = _is_open(text)
        if goes_on:
            closes = any(_is_open(other.text) for other in found[place + 1 :])
            text = f"{text.rstrip()}**" if closes else outside_code(text, lambda words: words.replace("**", ""))
            goes_on = closes
        yield replace(one, text=text)


def _stands(mark: str, text: str) -> bool:
    """Does the id stand in the text anyway, or that of a part of it, such as a comment?"""
    words = re.sub(r"\[\[[^\]]*\]\]", "", text)
    return bool(re.search(rf"(?<![\w-]){re.escape(mark.removeprefix('#'))}(?:-[a-z]\d+)?(?![\w-])", words))

"""The edit of a document by a reader who did not write it: the document by lines, what the reader changes, and its index."""

import re
from collections.abc import Mapping, Sequence

from pydantic import Field

from customer_escalation.domain.blocks import lines_of
from customer_escalation.domain.findings import Finding
from customer_escalation.domain.index import DocumentIndex
from customer_escalation.domain.lines import LineEdit, NumberedText
from customer_escalation.domain.prose import Passage, passages
from customer_escalation.domain.written import Written, words_of

_NAMED = re.compile(r"“([^”]+)”")
"""What a finding quotes of the text that it is about."""
MOST_SHOWN = 80
"""Characters of a line by which its reader finds it."""


class DocumentEdit(DocumentIndex):
    """Everything that a reader changes in a document, at once, and its index as it is then; line numbers are those that were shown."""

    edits: list[LineEdit] = Field(description="No line in two of them. [] if nothing changes.")

    def applied(self, document: str) -> str:
        """The document with the edits. Raises ``NoSuchLine`` where a line is not there; its message is for the reader."""
        return NumberedText(document).edited(self.edits)


def in_lines(document: str) -> str:
    """The document line by line with its numbers."""
    return "\n".join(f"{number}\t{line}" for number, line in enumerate(document.split("\n"), 1))


def told_by_line(findings: Sequence[Finding], draft: Written, document: str, *, numbered: bool = True) -> str:
    """The findings in the order of the document, each with its line, or with what that line says where the reader has it without
    numbers; what is the same is said once.
    """
    found = sorted(placed(findings, draft, document), key=lambda one: one[0])
    lines = document.split("\n")

    def place(line: int) -> str:
        return f"line {line}" if numbered else f"In “{lines[line - 1].strip()[:MOST_SHOWN]}”"

    told = (f"- {f'{place(line)}: ' if line else ''}{one.message} ({one.rule}, {one.level})" for line, one in found)
    return "\n".join(dict.fromkeys(told))


def placed(findings: Sequence[Finding], draft: Written, document: str) -> list[tuple[int, Finding]]:
    """The findings, each with the line of the document where its sentence begins; 0 where it is about no line."""
    lines = [words_of(line) for line in lines_of(document)]
    texts = {passage.path: passage for passage in passages(draft)}
    return [(_line(finding, texts, lines), finding) for finding in findings]


def _line(finding: Finding, texts: Mapping[str, Passage], lines: Sequence[str]) -> int:
    passage = texts.get(finding.where)
    if passage is None:
        return 0
    sentences = passage.sentences
    said = (
        sentences[finding.sentence].text if finding.sentence is not None and finding.sentence < len(sentences) else ""
    )
    if said:
        first = words_of(said)
        return next((number for number, line in enumerate(lines, 1) if first and first in line), 0)
    begins, ends = _lines_of(passage.text, lines)
    if not begins:
        return 0
    quoted = [words_of(words) for words in _NAMED.findall(finding.message)]
    near = (number for number in range(begins, ends) if any(words and words in lines[number - 1] for words in quoted))
    return next(near, begins)


def _lines_of(text: str, lines: Sequence[str]) -> tuple[int, int]:
    """The first line of a text and the one behind its last; 0 where it is not there. Letters to one customer begin alike."""
    whole = [words for line in text.split("\n") if (words := words_of(line))]
    said = [(number, words) for number, words in enumerate(lines, 1) if words]
    for at in range(len(said) - len(whole) + 1):
        here = said[at : at + len(whole)]
        if whole and all(words in line for words, (_, line) in zip(whole, here, strict=True)):
            return here[0][0], here[-1][0] + 1
    begins = next((number for number, line in said if whole and whole[0] in line), 0)
    return begins, begins + text.strip().count("\n") + 1


__all__ = ["DocumentEdit", "in_lines", "told_by_line"]

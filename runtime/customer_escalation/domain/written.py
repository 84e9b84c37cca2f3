"""A document as its writer wrote it: the texts of a draft, and their order with what stands before each.

What is printed is the document. Code needs some of it by itself: the sections of the template, each text that goes out, each ask with its
owner, the deadline. So every stretch of the document is a text of the draft, and the layout holds their order. Nothing stands in two
places: a text that changes changes in the document. ``document_reading`` takes one apart.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, TypeGuard

from pydantic import ConfigDict, Field

from customer_escalation.domain.draft import Draft, DraftModel, EscalationDraft, HandlingDraft
from customer_escalation.domain.index import DocumentIndex
from customer_escalation.domain.prose import ForSender, Names, Told, without_marks
from customer_escalation.domain.template import is_called

Part = Literal["page", "brief", "after"]
"""``page``: for the sender, before the brief. ``after``: behind it, for the sender as well."""
SECTIONS = {
    "Impact": "impact", "Issue Description": "description", "What's Been Tried": "tried", "Reproduction Steps": "reproduction",
    "Customer Communication": "communication", "What's Needed": "needed", "Supporting Context": "context",
}  # fmt: skip
"""The template's headings, each with the field that holds its text; what is needed is held by the asks and the deadline."""
HEAD = ("Severity", "Target team", "Reported by", "Date")
"""The template's labels above the first section."""
SOME_WORDS = (4, 8, 16)
"""By which a place is told from others, so that it is found when what follows there changes."""
LONGEST_BEGINS = 280
"""Characters of a text by which its place is found again."""
HEADING = re.compile(r"(#{1,6})\s++(.*\S)\s*\Z")
LEVEL = 3
"""Of the template's headings."""
_LEAD = re.compile(r"\s*(?:[-*+]\s+)?\*\*([^*\n]{1,40}?):?\*\*:?\s")


class Piece(DraftModel):
    """A stretch of a document: what stands before a text of the draft, and which text that is."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)

    before: Annotated[str, Field(max_length=2_000), Names("heading")] = ""
    """Words of the document's own, such as a heading or ``- **Deadline:** ``; alone where no text follows."""
    path: Annotated[str, Field(max_length=60), Names("place")] = ""
    """Which text stands here, such as ``impact`` or ``drafts[0].text``; empty for none."""
    quoted: bool = False
    """It stands as a quotation, as texts that go out do."""
    part: Part = "page"
    apart: int = Field(default=1, ge=0, le=1_000)
    """Empty lines before it."""


class _Written(DraftModel):
    layout: list[Piece]
    """The document in its order."""
    asides: list[ForSender]
    """What the sender is told, beside the page."""


class WrittenEscalation(_Written, EscalationDraft):
    """An escalation brief as its writer wrote it."""

    further: list[Told]
    """What stands in the brief beside the template's sections, such as a section of the writer's own."""
    contained: Annotated[str, Field(max_length=300), Names("place")] = ""
    """Words of the document at which it tells the containment taken, or that none is on record."""


class WrittenNote(_Written, HandlingDraft):
    """A note for an issue that support solves, as its writer wrote it."""

    further: list[Told]
    """What follows a text that goes out."""


Written = WrittenEscalation | WrittenNote


def draft_from(data: Mapping[str, Any], *, escalates: bool) -> Draft:
    """A draft from its data: one with a layout was written as a document."""
    written, filled = (WrittenEscalation, EscalationDraft) if escalates else (WrittenNote, HandlingDraft)
    return (written if "layout" in data else filled).model_validate(data)


def document_of(draft: Written) -> str:
    """The draft as its document, with its marks."""
    lines: list[str] = []
    for piece, text in pieces_of(draft):
        lines += [""] * piece.apart
        whole = "\n".join(f"> {line}".rstrip() for line in text.split("\n")) if piece.quoted else text
        lines += f"{piece.before}{whole}".rstrip().split("\n")
    return "\n".join(lines)


def index_of(draft: Written) -> DocumentIndex:
    """The index that it was made with, each place named by all its words that an index may give."""
    texts: list[dict[str, str]] = []
    all_texts = [text for piece, text in pieces_of(draft) if piece.quoted]
    for piece, text in pieces_of(draft):
        begins, root = _begins_of(text, all_texts), piece.path.partition("[")[0]
        if root == "ticket_note":
            texts.append({"begins": begins, "goes": "ticket_note", "to": "", "when": ""})
        elif root == "messages":
            to = draft.messages[_number(piece.path)].to
            texts.append({"begins": begins, "goes": "colleague", "to": to, "when": ""})
        elif root == "drafts":
            one = draft.drafts[_number(piece.path)]
            texts.append({"begins": begins, "goes": f"customer_{one.kind}", "to": one.ticket, "when": one.when})
    found: dict[str, Any] = {"texts": texts, "reminders": list(draft.reminders)}
    if isinstance(draft, WrittenNote):
        return DocumentIndex.model_validate({**found, "article": draft.article})
    asks = [
        {
            "begins": _begins_of(one.text, [other.text for other in draft.asks]),
            "owner": one.owner,
            "kind": one.kind,
            "by": one.by,
        }
        for one in draft.asks
    ]
    deadline = {"by": draft.deadline.by, "basis": draft.deadline.basis}
    return DocumentIndex.model_validate({**found, "asks": asks, "deadline": deadline, "containment": draft.contained})


def _begins_of(text: str, others: Sequence[str]) -> str:
    """Some first words of its first line that tell it from the others; where those do not, all that an index may give."""
    first, whole = (without_marks(part).split() for part in (text.strip().split("\n")[0], text))
    alike = [words_of(other) for other in others if other != text]
    for count in (*SOME_WORDS, len(first)):
        begins = " ".join(first[:count])
        if len(first) >= count and not any(other.startswith(words_of(begins)) for other in alike):
            return begins[:LONGEST_BEGINS]
    return " ".join(whole)[:LONGEST_BEGINS]


def _number(path: str) -> int:
    return int(path.partition("[")[2].partition("]")[0])


def pieces_of(draft: Written) -> Iterator[tuple[Piece, str]]:
    """Each stretch with its text, without those whose text was taken out."""
    for piece in draft.layout:
        text = _text_at(draft, piece.path) if piece.path else ""
        if text or not piece.path:
            yield piece, text


def _text_at(draft: Written, path: str) -> str:
    found: Any = draft
    for step in re.findall(r"[^.\[\]]+", path):
        if step.isdigit():
            found = found[int(step)] if int(step) < len(found) else ""
        elif found:
            found = getattr(found, step)
    return str(found or "")


def words_of(text: str) -> str:
    """The words of a text in small letters, without marks of any kind, as one text."""
    return " ".join(re.findall(r"\w+", without_marks(text).casefold()))


def section_of(heading: str) -> str:
    """Which field holds the section below a heading of the template; empty for another heading."""
    words = re.sub(r"\A[\W\d_]+|[\W_]+\Z", "", heading.replace("’", "'"))
    return next((name for title, name in SECTIONS.items() if is_called(words, title)), "")


def headings_missing(draft: WrittenEscalation) -> list[str]:
    """The template's headings that the document has not."""
    found = {section_of(heading[2]) for piece in draft.layout if (heading := HEADING.match(piece.before))}
    return [title for title, name in SECTIONS.items() if name not in found]


def head_of(draft: WrittenEscalation) -> dict[str, str]:
    """What the template's labels above the first section say, by label."""
    lines = [(lead, line) for line in draft.opening.splitlines() if (lead := _LEAD.match(line + " "))]
    return {label: line[lead.end() :].strip() for label in HEAD for lead, line in lines if is_called(lead[1], label)}


def is_head_line(line: str) -> bool:
    """Is it one of the template's lines above the first section?"""
    lead = _LEAD.match(line + " ")
    return lead is not None and any(is_called(lead[1], label) for label in HEAD)


def is_written(draft: Draft) -> TypeGuard[Written]:
    """Is it printed as its writer wrote it?"""
    return isinstance(draft, WrittenEscalation | WrittenNote)

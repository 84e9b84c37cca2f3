"""The template's own labels inside its sections, and how a section's text is read by them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

CUSTOMERS, WORKFLOW, REVENUE, QUEUE, SLA = (
    "Customers affected", "Workflow impact", "Revenue at risk", "Time in queue", "SLA",
)  # fmt: skip
IMPACT = (CUSTOMERS, WORKFLOW, REVENUE, QUEUE, SLA)
COMMUNICATION = ("Last update to customer", "Customer expectation", "Escalation risk")
REPRODUCTION = ("Expected", "Actual", "Environment")
ALWAYS = {"impact": (WORKFLOW,), "communication": COMMUNICATION}
"""Labels that only the writer can fill, by section; code has lines of its own for the others."""
_MARKS = r"(?:\s*\[\[[^\[\]\n]*\]\])*"
_ASIDE = r"\s\([^()\n]{1,120}\)"
_LABEL = re.compile(
    rf"(?:[-*+]\s+)?(?:\*\*([^*\n\[]{{1,80}}?){_MARKS}(?::\*\*|\*\*{_MARKS}\s?:|\*\*(?={_ASIDE}{_MARKS}\s?(?:\*\*)?:))|([A-Z][a-z]+){_MARKS}:)"
    r"(?=\s|\Z)"
)
"""A bullet's bold lead, or a word, with its colon; a mark may stand before that, or a parenthesis, which is no part of it."""
_BULLET = re.compile(r"[-*+]\s")
_STEP = re.compile(r"\s*\d{1,2}[.)]\s+(?=\S)")


@dataclass(frozen=True)
class Block:
    """The lines below a label, itself among them."""

    label: str
    """As it is written, without its colon; empty for lines before the first."""
    text: str

    @property
    def content(self) -> str:
        """What stands behind the label."""
        found = _LABEL.match(self.text)
        return self.text[found.end() :].strip() if found else self.text.strip()


def opening_parts(opening: str) -> tuple[str, str]:
    """The first lines of a brief, and what stands below them from the first row of a table on: the options that it has to choose from."""
    lines = opening.splitlines()
    row = next((place for place, line in enumerate(lines) if line.lstrip().startswith("|")), len(lines))
    return "\n".join(lines[:row]).strip(), "\n".join(lines[row:]).strip()


def blocks(text: str) -> Iterator[Block]:
    """The text in pieces that begin with a label at the left edge: a bullet's bold lead, or a word with a colon."""
    label, lines = "", list[str]()
    for line in text.splitlines():
        if found := _LABEL.match(line):
            if any(map(str.strip, lines)):
                yield Block(label, "\n".join(lines).strip("\n"))
            label, lines = (found[1] or found[2]).strip(), []
        lines.append(line)
    if any(map(str.strip, lines)):
        yield Block(label, "\n".join(lines).strip("\n"))


def labelled(rows: Iterable[tuple[str, str]]) -> str:
    """Texts as a section's rows, each below its label; an empty one is left out."""
    return "\n".join(f"- **{label}:** {text}" for label, text in rows if text)


def is_called(name: str, label: str) -> bool:
    """Is ``name`` the template's label, perhaps with more behind it (``SLA, round the clock``)?"""
    return bool(re.match(rf"{re.escape(label)}\b", name, re.IGNORECASE))


def under(text: str, label: str) -> str:
    """What the section says under one of its labels; empty where it is not there."""
    return next((block.content for block in blocks(text) if is_called(block.label, label)), "")


def label_at(text: str, place: int) -> str:
    """The label of the line in which a place of the text lies, or of the line above that it goes on from; empty where there is none.

    A bullet goes on from a label that stands by itself, not from another bullet.
    """
    at, label, in_bullet = 0, "", False
    for line in text.splitlines(keepends=True):
        if at > place:
            break
        bullet = bool(_BULLET.match(line))
        if found := _LABEL.match(line):
            label, in_bullet = (found[1] or found[2]).strip(), bullet
        elif bullet and in_bullet:
            label = ""
        at += len(line)
    return label


@dataclass(frozen=True)
class Reproduction:
    """A reproduction's text in its parts."""

    note: str
    steps: tuple[str, ...]
    expected: str
    actual: str
    environment: str

    @property
    def of_a_defect(self) -> bool:
        """Does it tell how something is seen, rather than that nothing is to be seen?"""
        return bool(self.steps or self.expected or self.actual)


def reproduction_of(text: str) -> Reproduction:
    """The parts by the template's labels; numbered lines elsewhere are the steps."""
    note, steps = list[str](), list[str]()
    others = "\n".join(block.text for block in blocks(text) if not _named(block))
    for line in others.splitlines():
        if _STEP.match(line):
            steps.append(_STEP.sub("", line, count=1))
        elif steps and line[:1].isspace():
            steps[-1] += f"\n{line.strip()}"
        else:
            note.append(line)
    expected, actual, environment = (under(text, label) for label in REPRODUCTION)
    return Reproduction("\n".join(note).strip(), tuple(steps), expected, actual, environment)


def _named(block: Block) -> bool:
    return any(is_called(block.label, label) for label in REPRODUCTION)

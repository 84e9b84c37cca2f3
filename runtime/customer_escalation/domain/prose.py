"""Prose with citations inside it: what a text field of a draft is, its sentences, and what each of them cites.

A writer puts refs in double brackets behind what they show: ``Sign-in fails since 09:10 [[support_platform/T-1-m2]].`` Code
splits the text into sentences; a sentence without a mark of its own stands on those of its line. In a document code sets the marks
(``review.attributing``), and each sentence stands by itself.
Texts are plain markdown: lines, bullets, a small table, bold words, fenced code.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from textwrap import dedent
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, StringConstraints

Role = Literal["states", "proposes", "supposes", "tells"]
"""``states``: what records show. ``proposes``: what is to be done, asked or found out. ``supposes``: the writer's idea. ``tells``:
the first where a sentence or its line cites, the second where nothing is cited.
"""
Audience = Literal["receiver", "sender", "customer"]


@dataclass(frozen=True)
class Says:
    """Marks a text field of a draft: what its sentences do, and who reads them."""

    role: Role
    reader: Audience = "receiver"


@dataclass(frozen=True)
class Names:
    """Marks a text field that holds no prose: the ref of a record, a moment, who acts, what is asked of them, what stands before a text
    of a document, and where a text stands in it.
    """

    what: Literal["ref", "moment", "owner", "verb", "heading", "place"]


REQUEST = "request"
"""The ref by which a sentence cites what the person asked."""
MOST_CHARACTERS = 15_000
"""Of one text of a draft; longer ones are refused before they are looked at."""
_bounded = StringConstraints(strip_whitespace=True, max_length=MOST_CHARACTERS)
Stated = Annotated[str, _bounded, Says("states")]
Proposed = Annotated[str, _bounded, Says("proposes")]
Supposed = Annotated[str, _bounded, Says("supposes")]
Told = Annotated[str, _bounded, Says("tells")]
ForSender = Annotated[str, _bounded, Says("proposes", "sender")]
ForCustomer = Annotated[str, _bounded, Says("states", "customer")]
RefName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300), Names("ref")]
Owner = Annotated[str, StringConstraints(strip_whitespace=True, max_length=600), Names("owner")]
Moment = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60), Names("moment")]
Verb = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=40), Names("verb")]

LONGEST_MARK = 600
"""Characters inside a mark. What begins as a shell's test does, such as ``[[ -f``, is none."""
_MARK = re.compile(rf"(?:(?<!\s)\s+)?\[\[(?!\s+[-!$\"'])([^\[\]\n]{{1,{LONGEST_MARK}}})\]\]")
_BULLET = re.compile(r"\s*(?:>\s*)*(?:(?:[-*+]|\d{1,2}[.)]|#{1,6})\s+)?(?:\[[ xX]\]\s+)?")
"""What stands before a line's words and is none of them."""
_LEAD = re.compile(r"\*\*[^*\n]{1,80}?(?::\*\*|\*\*:|\.\*\*)\s+(?=\S)")
"""A line's bold lead, such as ``**Duration:**``: a label, no statement."""
_STATES = re.compile(r"\d{2}|\d[:.,]\d|[$€£¥%]|\d\s?[h%]")
"""In a lead: a moment, a sum or a count, which is part of what the line states."""
_RULED = re.compile(r"\s*\|?[\s:|-]*-{2,}[\s:|-]*\Z")
"""The line under a table's head."""
_ROW_NUMBER = re.compile(r"\|\s*(\d{1,2})[.)]?\s*(?=\|)")
"""What counts the rows of a table, below its head, and states nothing."""
_BETWEEN_REFS = re.compile(r"[,;]\s+|\s*\|\s*|[,;\s](?=[a-z_]{1,40}/)")
"""A comma or a space inside an id parts nothing: behind one that does comes the next ref's category."""
_END = re.compile(
    r"[.!?](?:[\"”“’»)\]*_`]|\s*\[\[[^\[\]\n]*\]\])*(?=\s|\Z)|[。！？](?:[」』）”])*(?:\s*\[\[[^\[\]\n]*\]\])*|\n"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|Dr|Mr|Ms|St|z\.B|bzw|ca|Std|Sek|Mio|Mrd|usw|p\.ej|Sr|Sra)|\b[A-Z]|(?:^|[\s([„“«»–-])\d{1,2})\.$",
    re.I,
)
_SHORT_DATE = re.compile(r"(?<![\w.])\d{1,2}\.\d{1,2}\.$")
"""A day and a month, as in ``11.5.``, where the next word begins small or with a digit; else a number that ends a sentence."""
_NUMBER_SIGN = re.compile(r"\b(?:no|nr)\.$", re.I)
"""Short for "number" where a digit follows; else a word that ends a sentence."""
_UNIT = re.compile(r"\d\s?[^\W\d_]{1,4}\.$")
"""A number with a short word, as in ``1 h. 47 min.`` or ``5 min. lang``: a unit where the next word begins small or is such a number."""
_NEXT_UNIT = re.compile(r"\s*\d+\s?[^\W\d_]{1,4}\.")
_MARK_THEN_STOP = re.compile(r"(?:\s*\[\[[^\[\]\n]*\]\])+[.!?,;:]")
"""The sentence ends, or goes on, behind the mark: the full stop before it is an abbreviation's."""
_LONGEST_ABBREVIATION = 8
"""Characters, with the full stop and what stands before it."""
_FENCE = re.compile(r"^[ \t]*`{3,}[^`\n]*(?:\n(?:.*?^[ \t]*`{3,}[ \t]*$|.*)|\Z)", re.DOTALL | re.MULTILINE)
_QUOTED = re.compile(
    r"“[^“”\n]{0,2000}”|„[^„“”\n]{0,2000}[“”]|«[^«»\n]{0,2000}»|»[^«»\n]{0,2000}«|「[^「」\n]{0,600}」|『[^『』\n]{0,600}』|(?<!\w)\"[^\"\n]{0,600}\"|"
    r"`[^`\n]{1,600}`"
)
"""What a sentence quotes does not end it."""
_GOES_ON = ".!?,;:)"
"""What stands behind a quotation and its marks where the sentence goes on, or ends only there."""
_AFTER_QUOTE = re.compile(r"(?:(?:\s*\[\[[^\[\]\n]*\]\])+\s*|\s+|(?=\Z))(\S?)")
"""Where a sentence may end with the quotation in it: before a mark or a space, unless the next word begins small, or at the end."""


@dataclass(frozen=True)
class Sentence:
    """A sentence of a passage."""

    text: str
    """Without marks."""
    cites: tuple[str, ...]
    """What it stands on: its own marks, else those of its line."""
    own: bool
    """Whether the marks are its own."""
    start: int
    """Where it stands in the passage's text as written, marks included."""
    end: int


@dataclass(frozen=True)
class Passage:
    """One text of a draft."""

    path: str
    """Such as ``description``, ``asks[2].text`` or ``deadline.text``."""
    written: str
    """As the writer wrote it, with marks."""
    role: Role
    reader: Audience

    @property
    def text(self) -> str:
        """Without marks."""
        return without_marks(self.written)

    @property
    def cites(self) -> tuple[str, ...]:
        """Every ref that it cites, in order."""
        return tuple(dict.fromkeys(marks_of(self.written)))

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Its sentences; a line break ends one, fenced code is none."""
        return tuple(sentences_of(self.written))


def marks_of(written: str) -> list[str]:
    """The refs in the text's marks, in order."""
    return [ref for inside in _MARK.findall(written) for ref in _refs_in(inside)]


def _refs_in(mark: str) -> list[str]:
    return [ref.strip() for ref in _BETWEEN_REFS.split(mark) if ref.strip()]


def with_refs(written: str, renamed: Callable[[str], str]) -> str:
    """The text with each ref in its marks renamed, and without those that become empty; what stands beside the marks stays."""

    def mark(found: re.Match[str]) -> str:
        within = list(_refs_in(found[1]))
        refs = ", ".join(filter(None, map(renamed, within)))
        return f"{found.group().partition('[[')[0]}[[{refs or found[1]}]]" if refs or not within else ""

    return _MARK.sub(mark, written)


def with_marks(written: str, shown: Callable[[list[str]], str]) -> str:
    """The text with ``shown`` of each mark's refs in its place."""
    return _MARK.sub(lambda found: shown(list(_refs_in(found[1]))), written)


def without_marks(written: str) -> str:
    """The text without its marks."""
    return _MARK.sub("", written)


def cite(text: str, refs: Iterable[str]) -> str:
    """``text`` with a mark for ``refs`` before its closing full stop, or in the last cell of its row; as it is where there are none."""
    wanted = [ref for ref in dict.fromkeys(refs) if ref not in marks_of(text)]
    if not wanted:
        return text
    mark = "".join(f" [[{inside}]]" for inside in _fitting(wanted))
    body = text.rstrip()
    if body.endswith("|"):
        return f"{body[:-1].rstrip()}{mark} |"
    if not body.endswith((".", "!", "?")) or body.endswith("..."):
        return body + mark
    words = body[:-1].rstrip()  # French sets a space before a question mark
    return f"{words}{mark}{body[len(words) :]}"


def _fitting(refs: list[str]) -> Iterator[str]:
    """The insides of as many marks as these refs need: a mark that is too long is none."""
    inside = ""
    for ref in refs:
        joined = f"{inside}, {ref}" if inside else ref
        if inside and len(joined) > LONGEST_MARK:
            yield inside
            joined = ref
        inside = joined
    yield inside


def sentences_of(written: str) -> Iterator[Sentence]:
    """The sentences of a text with marks, line by line; linear in its length. A table's row is one sentence, without its number."""
    masked = _QUOTED.sub(_masked, _FENCE.sub(lambda fence: re.sub(r"[^\n]", " ", fence.group()), written))
    at = row = 0
    for line in masked.splitlines(keepends=True):
        whole = written[at : at + len(line)]
        inside = marks_of(whole) if line.strip() else []
        ruled = _RULED.match(line)
        row = row + 1 if line.lstrip().startswith("|") and not ruled else 0
        for begins, end in () if ruled else _spans(line):
            numbered = _ROW_NUMBER.match(line, begins)
            start = numbered.end() if numbered and int(numbered[1]) == row else begins
            piece = whole[start:end]
            own = marks_of(piece)
            text = without_marks(piece).strip()
            if text:
                yield Sentence(text, tuple(dict.fromkeys(own or inside)), bool(own), at + start, at + end)
        at += len(line)


def with_code(written: str) -> Iterator[tuple[str, str]]:
    """The text in pieces, each with the fenced code behind it, which no sentence holds; empty where there is none. The code's own
    indentation is the end of the piece before it.
    """
    at = 0
    for fence in _FENCE.finditer(written):
        lines = fence.group().split("\n")[1:]
        closed = bool(lines) and lines[-1].strip().startswith("```")
        margin = len(fence.group()) - len(fence.group().lstrip(" \t"))
        yield written[at : fence.start() + margin], dedent("\n".join(lines[:-1] if closed else lines)).rstrip()
        at = fence.end()
    yield written[at:], ""


def _masked(quoted: re.Match[str]) -> str:
    """The quotation without its full stops; the last one stays where the sentence ends with it."""
    text = quoted.group()
    after = None if text[0] == "`" else _AFTER_QUOTE.match(quoted.string, quoted.end())
    ends = after is not None and not (after[1].islower() or (after[1] and after[1] in _GOES_ON))
    inside, last = (text[1:-2], text[-2]) if ends and len(text) > len("“”") else (text[1:-1], "")
    return f"{text[0]}{re.sub(r'[.!?。！？]', '_', inside)}{last}{text[-1]}"


def _spans(line: str) -> Iterator[tuple[int, int]]:
    """Where sentences stand in one line, its bullet and its label left out."""
    start = words_begin(line)
    last = len(line.rstrip())
    if line[start : start + 1] == "|":
        yield start, last
        return
    lead = _LEAD.match(line, start)
    if lead and not _STATES.search(lead.group()):
        start = lead.end()
    for end in _END.finditer(line, start):
        if end.end() < last and _abbreviated(line, start, end):
            continue
        if line[start : end.end()].strip():
            yield start, end.end()
        start = end.end()
    if line[start:].strip():
        yield start, len(line)


def words_begin(line: str) -> int:
    """Where the words of a line begin, behind its indentation and its bullet."""
    bullet = _BULLET.match(line)
    return bullet.end() if bullet else 0


def _abbreviated(line: str, start: int, end: re.Match[str]) -> bool:
    """Is it the full stop of an abbreviation?"""
    before = line[max(start, end.start() + 1 - _LONGEST_ABBREVIATION) : end.start() + 1]
    if _MARK_THEN_STOP.match(line, end.end()):
        return True
    after = line[end.end() : end.end() + 2].strip()
    if _UNIT.search(before):
        return after.islower() or bool(_NEXT_UNIT.match(line, end.end()) or _ABBREVIATION.search(before))
    if _SHORT_DATE.search(before):
        word = line[end.end() :].lstrip(" (")[:1]
        return word.islower() or word.isdigit()
    return bool(_ABBREVIATION.search(before) or (after.isdigit() and _NUMBER_SIGN.search(before)))


def passages(draft: BaseModel) -> Iterator[Passage]:
    """Every text of a draft that makes a claim, in the order of its fields: one walk over the schema by its markers.

    Raises ``TypeError`` for a text field without a marker, so that nothing new goes unchecked.
    """
    yield from _of_model(draft, "")


def _of_model(model: BaseModel, prefix: str) -> Iterator[Passage]:
    for name, field in type(model).model_fields.items():
        marker = next((part for part in field.metadata if isinstance(part, Says | Names)), None)
        yield from _of_value(getattr(model, name), field.annotation, marker, f"{prefix}{name}")


def _of_value(value: Any, annotation: Any, marker: Says | Names | None, path: str) -> Iterator[Passage]:
    if isinstance(value, BaseModel):
        yield from _of_model(value, f"{path}.")
    elif isinstance(value, list | tuple):
        inner = (get_args(annotation) or (None,))[0]
        inside = marker or _marker_in(inner)
        for index, item in enumerate(value):
            yield from _of_value(item, inner, inside, f"{path}[{index}]")
    elif isinstance(value, str) and not _is_closed(annotation, value):
        if marker is None:
            raise TypeError(f"The field {path} holds text and no marker says what it is.")
        if isinstance(marker, Says) and value:
            yield Passage(path, value, marker.role, marker.reader)


def _marker_in(annotation: Any) -> Says | Names | None:
    parts = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    return next((part for part in parts if isinstance(part, Says | Names)), None)


def _is_closed(annotation: Any, value: str) -> bool:
    """Is it one of a fixed set of values?"""
    return get_origin(annotation) is Literal or type(value) is not str

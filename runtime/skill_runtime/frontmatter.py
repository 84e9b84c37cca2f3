"""The YAML header of a markdown file: whatever can be read of it, and what is wrong with the rest.

Nothing in a file's content raises. YAML that a parser rejects is read a second time field by field, because skills in
the wild are full of values such as ``description: Use when: ...`` that every other host accepts.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Literal, TypeAlias

import yaml

DiagnosticLevel = Literal["error", "warning", "info"]
HeaderValue: TypeAlias = "str | bool | list[HeaderValue] | dict[str, HeaderValue] | None"

MAX_HEADER = 65_536
"""Characters of a header; a longer one is not read."""
MAX_VALUES = 5_000
"""Values that a header may hold once its aliases are expanded."""
MAX_DEPTH = 20
MAX_SHOWN = 80
"""Characters of a file's content that a message quotes."""
MAX_SUMMED = 10
"""Diagnostics that one line spells out."""

_NULL = "tag:yaml.org,2002:null"
_BOOL = "tag:yaml.org,2002:bool"
_FIELD = re.compile(r"(?P<key>[A-Za-z_][\w.-]*)[ \t]*:(?:[ \t]+(?P<spaced>.*)|(?P<tight>[^ \t].*)?)$")
_BLOCK = re.compile(r"[|>][-+0-9]*$")


@dataclass(frozen=True)
class Diagnostic:
    """One thing that is wrong or noteworthy in a file."""

    level: DiagnosticLevel
    """``error``: unusable; ``warning``: usable, should be mended; ``info``: worth knowing."""
    message: str
    """A sentence for the person who can mend it."""
    where: str = ""
    """The field or line that it is about: ``description``, ``line 4``."""

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


@dataclass(frozen=True)
class Frontmatter:
    """A file cut into its header's fields and the text below."""

    values: Mapping[str, HeaderValue]
    """The fields. A scalar is its text as written (``1.10`` stays ``1.10``), except ``true``, ``false`` and null."""
    body: str
    """Everything after the header, without surrounding empty lines; line ends are ``\\n``."""
    diagnostics: tuple[Diagnostic, ...] = ()


def shown(text: str) -> str:
    """``text`` quoted for a message: short, on one line, and harmless in a terminal."""
    text = text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
    return f'"{one_line(text)}"'


def one_line(text: str) -> str:
    """``text`` with everything escaped that would break a line or steer a terminal."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def summary(notes: Sequence[Diagnostic]) -> str:
    """The notes as one text; of very many, the first ones and how many more there are."""
    more = [f"and {len(notes) - MAX_SUMMED} more"] if len(notes) > MAX_SUMMED else []
    return "; ".join([*map(str, notes[:MAX_SUMMED]), *more])


def parse_frontmatter(text: str) -> Frontmatter:
    """Read the header between two ``---`` lines at the start of ``text``. Never raises on content."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    start = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    if start == len(lines) or lines[start].rstrip() != "---":
        missing = Diagnostic("error", "the file has no YAML header: its first line is to be ---", "line 1")
        return Frontmatter({}, "\n".join(lines).strip("\n"), (missing,))
    notes: list[Diagnostic] = []
    if start:
        notes.append(
            Diagnostic("warning", "empty lines stand before the header; other hosts will not find it", "line 1")
        )
    first = start + 1
    end = next((number for number in range(first, len(lines)) if lines[number].rstrip() == "---"), None)
    if end is None:
        end = _guessed_end(lines, first)
        notes.append(Diagnostic("warning", "the header is never closed: a line --- is missing after it", f"line {end}"))
        body = lines[end:]
    else:
        body = lines[end + 1 :]
    values, found = _read("\n".join(lines[first:end]), first + 1)
    return Frontmatter(values, "\n".join(body).strip("\n"), (*notes, *found))


def _guessed_end(lines: list[str], first: int) -> int:
    """Where a header that nothing closes most likely ends: at the first empty line or markdown heading."""
    for number in range(first, len(lines)):
        if not lines[number].strip() or lines[number].startswith("#"):
            return number
    return len(lines)


def _read(header: str, line: int) -> tuple[Mapping[str, HeaderValue], list[Diagnostic]]:
    """The fields of ``header``, whose first line is the file's line number ``line``."""
    if len(header) > MAX_HEADER:
        return {}, [Diagnostic("error", f"the header is longer than {MAX_HEADER:,} characters", f"line {line}")]
    strict = _Strict(line)
    try:
        value = strict.read(header)
    except _NotYaml as fault:
        values, notes = _read_fields(header, line)
        level: DiagnosticLevel = "warning" if values else "error"
        message = f"the header is not valid YAML ({fault.reason}); its fields were read line by line"
        return values, [Diagnostic(level, message, f"line {fault.line}"), *notes]
    if isinstance(value, dict):
        return value, strict.notes
    values, notes = _read_fields(header, line) if isinstance(value, str) else ({}, [])
    if values:
        return values, [Diagnostic("warning", "a space is missing after a field's colon", f"line {line}"), *notes]
    kind = "empty" if value is None else "a list" if isinstance(value, list) else "plain text"
    return {}, [Diagnostic("error", f"the header is {kind}; it must hold `field: value` lines", f"line {line}")]


class _NotYaml(Exception):
    """A YAML parser rejects the header, or it would expand beyond all reason."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


@dataclass
class _Strict:
    """Reads a header as YAML, without constructing anything but text, booleans, lists and mappings."""

    line: int
    """The file's line number of the header's first line."""
    notes: list[Diagnostic] = field(default_factory=list)
    _left: int = MAX_VALUES

    def read(self, header: str) -> HeaderValue:
        """The header's value. Raises ``_NotYaml``."""
        try:
            node = yaml.compose(header, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            reason = " ".join((error.problem or "it cannot be parsed").split())
            raise _NotYaml(reason, self.line + (mark.line if mark else 0)) from error
        except yaml.reader.ReaderError as error:
            line = self.line + header.count("\n", 0, error.position)
            raise _NotYaml("it holds a control character", line) from error
        except (yaml.YAMLError, ValueError) as error:
            raise _NotYaml("it cannot be parsed", self.line) from error
        except RecursionError as error:
            raise _NotYaml("it is nested too deeply", self.line) from error
        return None if node is None else self._value(node, 0)

    def _value(self, node: yaml.Node, depth: int) -> HeaderValue:
        # An alias is the same node again, so a header of a few lines can stand for billions of values or contain itself.
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            raise _NotYaml("it expands to too many values", self._line(node))
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, depth + 1) for item in node.value]
        values: dict[str, HeaderValue] = {}
        for key_node, item in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._note("a field's name must be text; this one was left out", key_node)
                continue
            key = str(key_node.value)
            if key in values:
                self._note(f"the field {shown(key)} stands here a second time; this one counts", key_node)
            values[key] = self._value(item, depth + 1)
        return values

    def _note(self, message: str, node: yaml.Node) -> None:
        self.notes.append(Diagnostic("warning", message, f"line {self._line(node)}"))

    def _line(self, node: yaml.Node) -> int:
        return self.line + (node.start_mark.line if node.start_mark else 0)


def _scalar(node: yaml.ScalarNode) -> HeaderValue:
    text = str(node.value)
    if node.tag == _NULL:
        return None
    # YAML 1.1 also reads yes, no, on and off as booleans; in a header they are words.
    if node.tag == _BOOL and text.lower() in ("true", "false"):
        return text.lower() == "true"
    return text


def _read_fields(header: str, line: int, depth: int = 0) -> tuple[dict[str, HeaderValue], list[Diagnostic]]:
    """The header's fields read one by one, each as YAML if it is YAML and as plain text if not."""
    values: dict[str, HeaderValue] = {}
    notes: list[Diagnostic] = []
    for number, key, lines in _chunks(header):
        if not key:
            notes.append(
                Diagnostic("warning", "this line belongs to no field and was left out", f"line {line + number}")
            )
            continue
        if key in values:
            message = f"the field {shown(key)} stands here a second time; this one counts"
            notes.append(Diagnostic("warning", message, f"line {line + number}"))
        try:
            read = _Strict(line + number).read("\n".join(lines))
        except _NotYaml:
            read = None
        values[key] = read[key] if isinstance(read, dict) and list(read) == [key] else _plain(lines, depth)
    return values, notes


def _chunks(header: str) -> Iterator[tuple[int, str, list[str]]]:
    """Each field's line number (from 0), key and lines; the key is empty for what stands before the first field."""
    number, key, lines = 0, "", list[str]()
    for at, text in enumerate(header.split("\n")):
        match = _FIELD.match(text)
        if match:
            if key or any(line.strip() for line in lines):
                yield number, key, lines
            number, key, lines = at, match["key"], [text]
        elif not text.startswith("#"):
            lines.append(text)
    if key or any(line.strip() for line in lines):
        yield number, key, lines


def _plain(lines: list[str], depth: int) -> HeaderValue:
    """The value of one field that is not YAML: nested fields, a list, a block or just text."""
    match = _FIELD.match(lines[0])
    value = ((match["spaced"] or match["tight"] or "") if match else "").strip()
    below = [line for line in lines[1:] if line.strip()]
    if _BLOCK.match(value):
        inner = dedent("\n".join(line.expandtabs() for line in lines[1:])).strip("\n")
        return inner if value.startswith("|") else " ".join(inner.split())
    if not value and below:
        inner = dedent("\n".join(line.expandtabs() for line in below))
        if depth < MAX_DEPTH and all(line[:1].isspace() for line in below) and _FIELD.match(inner.split("\n")[0]):
            return _read_fields(inner, 0, depth + 1)[0]
        if all(line.lstrip().startswith("- ") for line in below):
            return [_unquoted(line.lstrip()[2:].strip()) for line in below]
    return _unquoted(" ".join([value, *(line.strip() for line in below)]).strip())


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text

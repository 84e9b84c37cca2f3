"""JSON of any size, read in pieces: the values at the places that are asked for, one after the other, never the whole document.

On the standard library's decoder, which takes a value out of a text faster than event-based readers give its events, says line
and column of a fault, and lets a single value be bounded before it is built.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from json.decoder import JSONDecodeError
from typing import Any, NamedTuple, NoReturn

Path = tuple[str | int, ...]
Entering = Callable[[Path], str]
"""For a place, the container to look into: ``{``, ``[``, both, or empty where its value is taken whole."""

CHUNK = 1 << 20
"""Bytes of one read."""
MAX_VALUE = 32 << 20
"""Characters of one value that is taken whole."""
_NEAR_THE_END = 16
"""Characters before the end of what was read within which a fault may only mean that more is to come."""
_SPACE = re.compile(r"[ \t\n\r]*")
_HALF = ("\\ud", "\\uD")


class JsonFault(Exception):
    """The bytes are no JSON; the message says where and why."""


class NotText(JsonFault):
    """They are no text in UTF-8 either; the message says from which byte on."""


class TooDeep(JsonFault):
    """A value is nested more deeply than can be read."""


class Found(NamedTuple):
    """One value and its place."""

    path: Path
    value: Any
    has_halves: bool
    """Whether an escape in it spells half a character; two of them may still make a whole one."""


def walk(read: Callable[[int], bytes], enters: Entering, *, many: bool = False) -> Iterator[Found]:
    """The values of a document in its order; of each container that ``enters`` names, an empty one of its kind, then what is in it.

    ``read`` gives at most so many of the next bytes, none at the end. ``many`` allows several documents after one another, as
    exports with one a line are.

    Raises ``JsonFault``, and what ``read`` raises.
    """
    window = _Window(read)
    while True:
        yield from _value(window, (), enters)
        window.skip_space()
        if window.at_end():
            return
        if not many:
            window.fault("Extra data")


def _value(window: "_Window", path: Path, enters: Entering) -> Iterator[Found]:
    opening = window.next_character()
    if not opening or opening not in enters(path):
        yield window.take(path)
    elif opening == "[":
        yield from _array(window, path, enters)
    else:
        yield from _object(window, path, enters)


def _array(window: "_Window", path: Path, enters: Entering) -> Iterator[Found]:
    window.position += 1
    yield Found(path, [], has_halves=False)
    if window.next_character() == "]":
        window.position += 1
        return
    whole = not enters((*path, 0))
    index = 0
    while True:
        if whole:
            window.skip_space()
            yield window.take((*path, index))
        else:
            yield from _value(window, (*path, index), enters)
        index += 1
        if window.after_a_value("]"):
            return


def _object(window: "_Window", path: Path, enters: Entering) -> Iterator[Found]:
    window.position += 1
    yield Found(path, {}, has_halves=False)
    if window.next_character() == "}":
        window.position += 1
        return
    while True:
        if window.next_character() != '"':
            window.fault("Expecting property name enclosed in double quotes")
        key = window.take(path).value
        if window.next_character() != ":":
            window.fault("Expecting ':' delimiter")
        window.position += 1
        yield from _value(window, (*path, key), enters)
        if window.after_a_value("}"):
            return


class _Window:
    """The part of the text that was read and not used yet."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._bytes = 0
        self._line, self._column = 1, 1
        self._ended = False
        self._text = ""
        self.position = 0
        self._json = json.JSONDecoder(parse_constant=self._no_constant)

    def take(self, path: Path) -> Found:
        """The value that begins here."""
        while True:
            text, start = self._text, self.position
            try:
                value, end = self._json.raw_decode(text, start)
            except JSONDecodeError as error:
                if self._ended or (
                    error.pos < len(text) - _NEAR_THE_END and not error.msg.startswith("Unterminated string")
                ):
                    self.position = error.pos
                    self.fault(error.msg)
            except RecursionError:
                raise TooDeep("nested too deeply") from None
            else:
                may_go_on = isinstance(value, int | float) and end > len(text) - _NEAR_THE_END
                if self._ended or not may_go_on:
                    self.position = end
                    halves = text.find(_HALF[0], start, end) >= 0 or text.find(_HALF[1], start, end) >= 0
                    return Found(path, value, halves)
            if len(text) - start > MAX_VALUE:
                self.fault(f"one value has more than {MAX_VALUE >> 20} MiB, the most that is read of one")
            self._fill()

    def next_character(self) -> str:
        """The next character that is no space; empty at the end."""
        self.skip_space()
        return self._text[self.position : self.position + 1]

    def skip_space(self) -> None:
        """Go on to the next character that is no space, or to the end."""
        while True:
            found = _SPACE.match(self._text, self.position)
            assert found is not None  # nothing at all matches too
            self.position = found.end()
            if self.position < len(self._text) or self._ended:
                return
            self._fill()

    def at_end(self) -> bool:
        """Whether all was read and used."""
        return self._ended and self.position >= len(self._text)

    def after_a_value(self, closing: str) -> bool:
        """Step over what follows a value; whether it was the container's end."""
        found = self.next_character()
        if found not in (closing, ",") or not found:
            self.fault("Expecting ',' delimiter")
        self.position += 1
        return found == closing

    def fault(self, says: str) -> NoReturn:
        """Raise ``JsonFault`` about this place."""
        lines = self._text.count("\n", 0, self.position)
        before = self.position - (self._text.rfind("\n", 0, self.position) + 1)
        column = before + 1 if lines else self._column + self.position
        raise JsonFault(f"line {self._line + lines} column {column}: {says}")

    def _no_constant(self, name: str) -> NoReturn:
        raise JsonFault(f"{name} is no JSON number")

    def _fill(self) -> None:
        """Forget what was used and read on, the more the more is waiting, so that a long value is not tried too often."""
        used = self._text[: self.position]
        lines = used.count("\n")
        self._line += lines
        self._column = len(used) - used.rfind("\n") if lines else self._column + len(used)
        waiting = self._text[self.position :]
        data = self._read(max(CHUNK, len(waiting)))
        self._ended = not data
        before = self._bytes - len(self._decoder.getstate()[0])
        self._bytes += len(data)
        try:
            self._text = waiting + self._decoder.decode(data, final=self._ended)
        except UnicodeDecodeError as error:
            raise NotText(f"byte {before + error.start}") from None
        self.position = 0

"""How many steps a backtracking matcher takes for a pattern: a count of work that no busy machine changes.

It reads the standard library's own parse of a pattern and walks it as ``re`` does, without ``re``'s shortcuts; so what is linear
here is linear there.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

Then = Callable[[int], int]
"""What has to match behind a place: its end, or -1."""
WHITESPACE = frozenset(" \t\n\r\f\v")


class Counted:
    """A pattern that works as it did and counts the steps of every use."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self.steps = Steps(pattern)

    def sub(self, by: Any, text: str) -> str:
        self.steps.finditer(text)
        return self.pattern.sub(by, text)

    def findall(self, text: str) -> list[Any]:
        self.steps.finditer(text)
        return self.pattern.findall(text)

    def finditer(self, text: str, at: int = 0) -> Iterator[re.Match[str]]:
        self.steps.finditer(text, at)
        return self.pattern.finditer(text, at)

    def split(self, text: str) -> list[Any]:
        self.steps.finditer(text)
        return self.pattern.split(text)

    def search(self, text: str) -> re.Match[str] | None:
        self.steps.search(text)
        return self.pattern.search(text)

    def match(self, text: str, at: int = 0) -> re.Match[str] | None:
        self.steps.match(text, at)
        return self.pattern.match(text, at)


class Steps:
    """Counts the steps of searches with one pattern."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.items = list(_parser.parse(pattern.pattern, pattern.flags))
        self.ignore_case = bool(pattern.flags & re.IGNORECASE)
        self.dot_all = bool(pattern.flags & re.DOTALL)
        self.by_line = bool(pattern.flags & re.MULTILINE)
        self.count = 0

    def search(self, text: str, at: int = 0) -> tuple[int, int] | None:
        """The place of the first match from ``at`` on."""
        for start in range(at, len(text) + 1):
            if (end := self.match(text, start)) >= 0:
                return start, end
        return None

    def finditer(self, text: str, at: int = 0) -> list[tuple[int, int]]:
        """The places of all matches, as ``re.finditer`` finds them."""
        found: list[tuple[int, int]] = []
        while at <= len(text) and (place := self.search(text, at)):
            found.append(place)
            at = place[1] if place[1] > place[0] else place[1] + 1
        return found

    def match(self, text: str, at: int) -> int:
        """The end of the match that starts here, or -1."""
        return self._walk(self.items, 0, text, at, lambda end: end)

    def _walk(self, items: list[Any], index: int, text: str, at: int, then: Then) -> int:
        self.count += 1
        if index == len(items):
            return then(at)
        kind, value = items[index]

        def rest(place: int) -> int:
            return self._walk(items, index + 1, text, place, then)

        if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            low, high, inner = value
            return self._repeat(list(inner), low, high, text, at, rest, greedy=kind is sre.MAX_REPEAT)
        if kind is sre.SUBPATTERN:
            return self._walk(list(value[3]), 0, text, at, rest)
        if kind is sre.BRANCH:
            ends = (self._walk(list(branch), 0, text, at, rest) for branch in value[1])
            return next((end for end in ends if end >= 0), -1)
        if kind in (sre.ASSERT, sre.ASSERT_NOT):
            direction, inner = value
            start = at - inner.getwidth()[0] if direction < 0 else at
            holds = start >= 0 and self._walk(list(inner), 0, text, start, lambda end: end) >= 0
            return rest(at) if holds == (kind is sre.ASSERT) else -1
        if kind is sre.AT:
            return rest(at) if _stands(value, text, at, by_line=self.by_line) else -1
        return rest(at + 1) if at < len(text) and self._fits(kind, value, text[at]) else -1

    def _repeat(self, inner: list[Any], low: int, high: int, text: str, at: int, rest: Then, *, greedy: bool) -> int:
        single = len(inner) == 1 and inner[0][0] in (sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY)
        if not single:
            return self._group(inner, low, high, text, at, rest, greedy=greedy)
        kind, value = inner[0]
        most = at
        while greedy and most < len(text) and most - at < high and self._fits(kind, value, text[most]):
            most += 1
        places: Iterable[int] = (
            range(most, at + low - 1, -1) if greedy else self._growing(kind, value, text, at, low, high)
        )
        return next((end for place in places if (end := rest(place)) >= 0), -1)

    def _growing(self, kind: Any, value: Any, text: str, at: int, low: int, high: int) -> Iterable[int]:
        """Where a lazy repeat may stop, the shortest first."""
        for place in range(at, min(len(text), at + high) + 1):
            if place - at >= low:
                yield place
            if place == len(text) or not self._fits(kind, value, text[place]):
                return

    def _group(self, inner: list[Any], low: int, high: int, text: str, at: int, rest: Then, *, greedy: bool) -> int:
        def again(end: int) -> int:
            return self._group(inner, max(low - 1, 0), high - 1, text, end, rest, greedy=greedy) if end > at else -1

        def more() -> int:
            return self._walk(inner, 0, text, at, again) if high > 0 else -1

        if low > 0:
            return more()
        end = more() if greedy else rest(at)
        if end >= 0:
            return end
        return rest(at) if greedy else more()

    def _fits(self, kind: Any, value: Any, char: str) -> bool:
        self.count += 1
        chars = {char, char.lower(), char.upper()} if self.ignore_case else {char}
        if kind is sre.ANY:
            return self.dot_all or char != "\n"
        if kind is sre.IN:
            negated = value[0][0] is sre.NEGATE
            return any(_in_set(part, one) for one in chars for part in value if part[0] is not sre.NEGATE) != negated
        return any(ord(one) == value for one in chars) == (kind is sre.LITERAL)


def _in_set(part: tuple[Any, Any], char: str) -> bool:
    kind, value = part
    if kind is sre.LITERAL:
        return ord(char) == int(value)
    if kind is sre.RANGE:
        return bool(value[0] <= ord(char) <= value[1])
    return {
        sre.CATEGORY_SPACE: char in WHITESPACE, sre.CATEGORY_NOT_SPACE: char not in WHITESPACE, sre.CATEGORY_DIGIT: char.isdigit(),
        sre.CATEGORY_WORD: char.isalnum() or char == "_", sre.CATEGORY_NOT_WORD: not (char.isalnum() or char == "_"),
    }[value]  # fmt: skip


def _stands(where: Any, text: str, at: int, *, by_line: bool) -> bool:
    def word(place: int) -> bool:
        return 0 <= place < len(text) and (text[place].isalnum() or text[place] == "_")

    if where is sre.AT_BOUNDARY:
        return word(at - 1) != word(at)
    if where in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING):
        return at == 0 or (where is sre.AT_BEGINNING and by_line and text[at - 1] == "\n")
    last = at == len(text)
    return last or (where is sre.AT_END and text[at] == "\n" and (by_line or at == len(text) - 1))

"""The week of opening hours that a text states: days with their spans, or spans with their days, in any language whose words are known.

Hours of a clock that may have twelve hours or twenty-four are not understood, nor are days that have hours twice.
"""

import re
from collections.abc import Mapping
from datetime import time
from typing import Literal, NamedTuple

from customer_escalation.domain.day_names import alternatives, further_opening_days, opening_day, opening_day_names
from customer_escalation.sla.coverage_words import (
    BUSINESS,
    EAST,
    PHRASES,
    ROLES,
    ROUND_THE_CLOCK,
)
from customer_escalation.sla.week import ALWAYS, WHOLE_DAY, Span, Week, day_of

_UNIT = r"(?:uhr|uur|hrs?|hs|h|hours?|horas?|heures?|ore|時)"
_NOON = 12


class _Token(NamedTuple):
    kind: Literal["day", "every", "time", "bare", "whole", "range", "and", "closed"]
    number: int = 0
    """Of a day, Monday 0; of a time, minutes since midnight; of a bare number, the number."""
    exact: bool = True
    """Of a time: can it be of one half of the day only?"""
    half: bool = False
    """Of a time: does it say which?"""


_LEXEMES = re.compile(
    rf"(?P<whole>24\s*{_UNIT}(?![\w/])|24時間)"
    rf"|(?P<h>\d\d?)(?:[:.h時](?P<m>\d\d)分?(?!\d)(?:\s*{_UNIT}(?!\w))?|\s*{_UNIT}(?![^\W{EAST}]))?(?:\s*(?P<half>[ap])\.?\s?m\b\.?)?"
    rf"|(?P<phrase>{alternatives(PHRASES)})(?!\w)"
    rf"|(?P<east>[{EAST}〜・]+)"
    rf"|(?P<word>(?:(?![{EAST}])[^\W\d_])+(?:-feira)?\.?)"
    r"|(?P<sign>[^\w\s])|(?P<space>\s+)"
)


_ALL_OF_IT = re.compile(
    rf"^(?:{alternatives(BUSINESS)})\s*[:,(\u2013-]?\s*(?=[\w{EAST}])|\s*[,(]?\s*(?<!\w)(?:{alternatives(BUSINESS)})\)?$"
)
"""What says of stated hours no more than that they are business hours, before them or behind."""


def says_business(text: str) -> bool:
    """Does the text call the hours that it states business hours?"""
    return bool(_ALL_OF_IT.search(text))


def stated_week(text: str) -> tuple[Week | None] | None:
    """The week of a text that states hours and nothing else, in a tuple; None where it is not understood."""
    if text.replace("_", " ") in BUSINESS:
        return (None,)
    if text in ROUND_THE_CLOCK or re.fullmatch(r"24\s?h?\s?[x×/]\s?7(?:\s?[x×/]\s?365)?", text):
        return (ALWAYS,)
    text = _ALL_OF_IT.sub("", text, count=1)
    readings = {week for named in (None, *further_opening_days()) if (week := _read(text, named))}
    return (readings.pop(),) if len(readings) == 1 else None


def _read(text: str, named: Mapping[str, int] | None) -> Week | None:
    """The week, where the days are called so; where two languages read another one in it, nobody knows which is meant."""
    tokens = _tokens(text, named)
    return _Clauses(tokens).read() if tokens else None


def _tokens(text: str, named: Mapping[str, int] | None) -> list[_Token] | None:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        match = _LEXEMES.match(text, at)
        if match is None:
            return None
        at = match.end()
        tokens = _meant(match, named)
        if tokens is None:
            return None
        found += tokens
    return found


def _meant(match: re.Match[str], named: Mapping[str, int] | None) -> list[_Token] | None:
    """The tokens of one lexeme, none for what fills a sentence; None where it has no place in hours."""
    if match["space"]:
        return []
    if match["whole"]:
        return [_Token("whole")]
    if match["h"]:
        token = _time(match)
        return [token] if token else None
    if match["phrase"]:
        return _role(match["phrase"], PHRASES[match["phrase"]])
    if match["east"]:
        return _eastern(match["east"])
    word = match["word"] or match["sign"]
    role = ROLES.get(word) or ROLES.get(word.strip("."))
    if role and not (role in ("fill", "range") and opening_day(word, named) is not None and word not in ROLES):
        return _role(word, role)
    day = opening_day(word, named)
    return None if day is None else [_Token("day", day)]


def _role(word: str, role: str) -> list[_Token]:
    match role:
        case "range" | "and" | "closed" | "every" as kind:
            return [_Token(kind)]
    return []


def _eastern(text: str) -> list[_Token] | None:
    """Signs that stand without spaces between them: days, and words by what they do."""
    known = [*opening_day_names(), *(word for word in ROLES if not word.isascii())]
    pattern = re.compile(alternatives(known))
    found: list[_Token] = []
    at = 0
    while at < len(text):
        match = pattern.match(text, at)
        if match is None:
            return None
        at = match.end()
        day = opening_day(match[0])
        found += _role(match[0], ROLES[match[0]]) if match[0] in ROLES else [_Token("day", day or 0)]
    return found


def _time(match: re.Match[str]) -> _Token | None:
    hour, minute, half = int(match["h"]), int(match["m"] or 0), match["half"]
    if half:
        if not 1 <= hour <= _NOON or minute > 59:
            return None
        return _Token("time", (hour % _NOON + (_NOON if half == "p" else 0)) * 60 + minute, half=True)
    if match[0].isdecimal():
        return _Token("bare", hour)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    return _Token("time", hour * 60 + minute, hour > _NOON or hour == 0)


class _Clauses:
    """Days with their hours, or hours with their days, one after the other."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._week: dict[int, list[Span]] = {}
        self._closed: set[int] = set()

    def read(self) -> Week | None:
        """The week; None where a token is left over, or days contradict each other."""
        hours_first = self._kind() in ("time", "bare", "whole")
        try:
            while self._at < len(self._tokens):
                self._clause(hours_first=hours_first)
                self._skip("and")
            if self._closed & set(self._week):
                return None
            return tuple(day_of(self._apart(day)) for day in range(7)) if self._week else None
        except (ValueError, IndexError):
            return None

    def _apart(self, day: int) -> list[Span]:
        spans = self._week.get(day, [])
        if len(set(spans)) < len(spans):
            raise ValueError("hours that are stated twice")
        return spans

    def _clause(self, *, hours_first: bool) -> None:
        if hours_first:
            spans = self._spans()
            self._skip("and")
            days = self._days()
        else:
            days = self._days()
            self._skip("and")
            if self._kind() == "closed":
                self._at += 1
                self._closed |= days
                return
            spans = self._spans()
        for day in days:
            self._week.setdefault(day, []).extend(spans)

    def _days(self) -> set[int]:
        found = self._day_range()
        while self._kind(self._skipped("and")) in ("day", "every"):
            self._skip("and")
            found |= self._day_range()
        return found

    def _day_range(self) -> set[int]:
        first = self._take("day", "every")
        if first.kind == "every":
            return set(range(7))
        if self._kind() != "range":
            return {first.number}
        self._at += 1
        last = self._take("day")
        if last.number == first.number:
            raise ValueError("a range of one day")
        return {(first.number + step) % 7 for step in range((last.number - first.number) % 7 + 1)}

    def _spans(self) -> list[Span]:
        found = [self._span()]
        while self._kind(self._skipped("and")) in ("time", "bare", "whole"):
            self._skip("and")
            found.append(self._span())
        return found

    def _span(self) -> Span:
        if self._kind() == "whole":
            self._at += 1
            return WHOLE_DAY
        opens = self._take("time", "bare")
        self._take("range")
        closes = self._take("time", "bare")
        return _span(opens, closes)

    def _take(self, *kinds: str) -> _Token:
        token = self._tokens[self._at]
        if token.kind not in kinds:
            raise ValueError("another word is expected")
        self._at += 1
        return token

    def _skipped(self, kind: str) -> int:
        at = self._at
        while at < len(self._tokens) and self._tokens[at].kind == kind:
            at += 1
        return at

    def _skip(self, kind: str) -> None:
        self._at = self._skipped(kind)

    def _kind(self, at: int | None = None) -> str:
        at = self._at if at is None else at
        return self._tokens[at].kind if at < len(self._tokens) else ""


def _span(opens: _Token, closes: _Token) -> Span:
    """Raises ``ValueError`` where the times may be of either half of the day."""
    begin, end = (one.number * 60 if one.kind == "bare" else one.number for one in (opens, closes))
    if closes.kind == "bare" and not _NOON < closes.number <= 24:
        raise ValueError("hours by a clock of twelve or of twenty-four")
    if begin >= 24 * 60 or begin == end:
        raise ValueError("no span")
    by_halves = closes.half and not opens.half
    if by_halves or (0 < end < begin and (opens.kind == "bare" or not (opens.exact or closes.exact))):
        raise ValueError("a night, or an afternoon told by a clock of twelve hours")
    return Span(time(*divmod(begin, 60)), time(*divmod(end % (24 * 60), 60)))

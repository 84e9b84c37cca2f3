"""The hours that a contract's coverage states, read by code: several spans, different days, nights, half days, in every language that
names of days are known in.

Nothing is guessed: a text that is not understood whole is not read at all. Not understood are hours of a clock that may have twelve
hours or twenty-four, days that have hours twice, places whose holidays nobody lists, and every word without a place in the grammar.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import available_timezones

from customer_escalation.domain.day_names import alternatives, opening_day, opening_day_names
from customer_escalation.policy.holidays import place_code
from customer_escalation.sla.coverage_words import (
    BETWEEN,
    BUSINESS,
    HOLIDAY,
    INCLUDED,
    KINDS,
    NOT,
    OUT,
    PHRASES,
    ROLES,
    ROUND_THE_CLOCK,
)
from customer_escalation.sla.week import ALWAYS, WHOLE_DAY, Span, Week, day_of

LONGEST = 300
"""Characters of a coverage that is read; a longer one is a text for readers."""
_BARE_ZONES = frozenset({"UTC", "GMT", "CET", "EET", "WET", "MET"})
"""Zones without a city that mean one clock; others of the zone table are words of their own, such as Japan."""
_ZONE = re.compile(
    r"\(?(?:\bin\s+)?(?:\b(?:the\s+)?(?P<whose>account|customer|team)(?:'s|s)?\s+time\s?zone\b|(?<![\w/])(?P<zone>[A-Za-z]+(?:/[\w+-]+)*)(?![\w/]))"
    r"(?:\s+time\b)?\)?",
    re.IGNORECASE,
)
_UNIT = r"(?:uhr|uur|hrs?|hs|h|hours?|horas?|heures?|ore|時)"
_EAST = r"\u3000-\u9fff\uac00-\ud7a3"
_MOST_CUTS = 80
_NOON = 12


@dataclass(frozen=True)
class Coverage:
    """What a contract's coverage states."""

    week: Week | None
    """None for business hours that it does not name: the organisation's."""
    zone: str
    """The zone that it names, or ``account`` or ``team`` where it means that of the account or ours; empty where it names none."""
    holidays: Literal["unstated", "worked", "off"]
    place: str
    """Whose public holidays, as a code; empty where it names no place."""
    hours: str
    """The hours in the contract's own words."""
    added: str
    """What it adds to them on holidays, in its own words."""


@lru_cache(256)
def read_coverage(text: str, country: str = "") -> Coverage | None:
    """What a coverage states, where it is understood whole; None otherwise. ``country`` is the account's, by its zone, for the names of
    its parts.
    """
    whole = " ".join(text.split())
    if not whole or len(whole) > LONGEST:
        return None
    for front, back in _cuts(whole):
        zones = [*_zones(front), *_zones(back)]
        if len({name for _, name in zones}) > 1:
            continue
        hours = _hours(_without_zone(front))
        holidays = _holidays(_without_zone(back), country) if hours is not None and back else None
        if hours is None or (back and holidays is None):
            continue
        zone = zones[0][1] if zones else ""
        stated, place = holidays or ("unstated", "")
        return Coverage(hours[0], zone, stated, place, front, _said(back))
    return None


def zone_named(text: str) -> str:
    """The zone that a text names, where it names one; empty otherwise."""
    named = {zone for _, zone in _zones(text)} - {"account", "team"}
    return named.pop() if len(named) == 1 else ""


def _cuts(whole: str) -> Iterator[tuple[str, str]]:
    """The text whole, then in two where it may turn from hours to holidays, the longest hours first."""
    yield whole, ""
    breaks = list(re.finditer(r"\s*[,;(、，；（.]\s*|\s+|(?<=\d)(?=[^\d\s:.,-])", whole))
    for found in breaks[::-1][:_MOST_CUTS]:
        front, back = whole[: found.start()].strip(), whole[found.end() :].strip(" .")
        if front and back:
            yield front, back if "(" in back else back.rstrip(")")


def _zones(text: str) -> Iterator[tuple[str, str]]:
    """Each zone in a text: as it stands there, and its name."""
    for found in _ZONE.finditer(text):
        zone = found["zone"] or ""
        if found["whose"]:
            yield found[0], "team" if found["whose"].casefold() == "team" else "account"
        elif zone in _BARE_ZONES or ("/" in zone and zone in available_timezones()):
            yield found[0], zone


def _said(back: str) -> str:
    """What stands behind the hours, without the zone."""
    found = [words for words, _ in _zones(back)]
    return back.replace(found[0], "").strip(" .)）") if found else back


def _without_zone(text: str) -> str:
    for words, _ in _zones(text):
        text = text.replace(words, " ", 1)
    return unicodedata.normalize("NFKC", text).casefold().strip(" ,;:.()[]").strip()


# Hours


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
    rf"|(?P<h>\d\d?)(?:[:.h時](?P<m>\d\d)分?(?!\d)(?:\s*{_UNIT}(?!\w))?|\s*{_UNIT}(?![^\W{_EAST}]))?(?:\s*(?P<half>[ap])\.?\s?m\b\.?)?"
    rf"|(?P<phrase>{alternatives(PHRASES)})(?!\w)"
    rf"|(?P<east>[{_EAST}〜・]+)"
    rf"|(?P<word>(?:(?![{_EAST}])[^\W\d_])+(?:-feira)?\.?)"
    r"|(?P<sign>[^\w\s])|(?P<space>\s+)"
)


def _hours(text: str) -> tuple[Week | None] | None:
    """The week of a text that states hours and nothing else, in a tuple; None where it is not understood."""
    if text.replace("_", " ") in BUSINESS:
        return (None,)
    if text in ROUND_THE_CLOCK or re.fullmatch(r"24\s?h?\s?[x×/]\s?7(?:\s?[x×/]\s?365)?", text):
        return (ALWAYS,)
    tokens = _tokens(text)
    clauses = _Clauses(tokens).read() if tokens else None
    return (clauses,) if clauses else None


def _tokens(text: str) -> list[_Token] | None:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        match = _LEXEMES.match(text, at)
        if match is None:
            return None
        at = match.end()
        tokens = _meant(match)
        if tokens is None:
            return None
        found += tokens
    return found


def _meant(match: re.Match[str]) -> list[_Token] | None:
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
    if role and not (role in ("fill", "range") and opening_day(word) is not None and word not in ROLES):
        return _role(word, role)
    day = opening_day(word)
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
        closes = self._take("time")
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
    begin = opens.number * 60 if opens.kind == "bare" else opens.number
    end = closes.number
    if begin >= 24 * 60 or begin == end:
        raise ValueError("no span")
    by_halves = closes.half and not opens.half
    if by_halves or (0 < end < begin and (opens.kind == "bare" or not (opens.exact or closes.exact))):
        raise ValueError("a night, or an afternoon told by a clock of twelve hours")
    return Span(time(*divmod(begin, 60)), time(*divmod(end % (24 * 60), 60)))


# Holidays


def _holidays(text: str, country: str) -> tuple[Literal["worked", "off"], str] | None:
    """Whether public holidays are worked or off by a text that says this and nothing else, and the code of the place that it names."""
    for word in (*HOLIDAY, *OUT, *INCLUDED, *NOT, *KINDS, *BETWEEN):
        if not word.isascii() and re.fullmatch(rf"[{_EAST}\u3040-\u30ff]+", word):
            text = text.replace(word, f" {word} ")
    words = re.findall(r"[^\W_]+(?:-[^\W_]+)*|['’]", text)
    said = [word for word in words if word not in KINDS and word not in BETWEEN]
    named = _place(words)
    out, included, not_ = (any(word in table for word in said) for table in (OUT, INCLUDED, NOT))
    if not any(word in HOLIDAY for word in said) or (out and (included or not_)) or not (out or included or not_):
        return None
    place = place_code(country, named) if named else ""
    if named and not place:
        return None
    return ("worked" if included and not not_ else "off"), place


def _place(words: list[str]) -> str:
    """What is left of a sentence on holidays without the words that it is made of, from the first to the last that is."""
    others = [at for at, word in enumerate(words) if word not in HOLIDAY | OUT | INCLUDED | NOT | KINDS | BETWEEN]
    return " ".join(words[others[0] : others[-1] + 1]) if others else ""

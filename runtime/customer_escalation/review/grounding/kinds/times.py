"""Times of day: ``08:10`` in 24 hours, but "half past three" in 12."""

import re

from customer_escalation.review.grounding.atom import Atom
from customer_escalation.review.grounding.figures import NUMBER_WORDS, SMALL, about, worded
from customer_escalation.review.grounding.kind import AtomKind
from customer_escalation.review.grounding.kinds.dates import in_utc, stamps
from customer_escalation.review.grounding.kinds.durations import lengths
from customer_escalation.review.grounding.source import SourceText

_AFTERNOON = ("午後", "下午", "晚上", "오후")
MINUTES = 10
"""How far an approximate time may be off."""
_PATTERN = re.compile(
    r"(?<![\d:.])([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(?!:?\d)(?:\s?(am|pm)\b)?|"
    r"(?<![\w.])(1[0-2]|[1-9])(?:\s?(am|pm)\b(?!\s\d)|\s(o['’]clock|in the (?:morning|afternoon|evening))\b)|"
    r"(?<![\d:.,])(?P<h>[01]?\d|2[0-3]) ?h ?(?P<m>[0-5]\d)(?![\d.,]|\s?(?:min|h\b))|"
    r"(?P<east>(?P<noon>午前|午後|上午|下午|晚上|오전|오후)?\s?(?<![\d:.,])(?P<eh>[01]?\d|2[0-3])\s?(?:[時时點点시]\s?(?:(?P<em>[0-5]?\d)\s?[分분]|(?P<ehalf>[半반]))"
    r"|[時시](?![間间간点点刻代])|(?(noon)[点點时]|(?!))))|"
    rf"\b(?P<part>half|quarter|ten|twenty|five) (?P<side>past|to) (?P<hour>one|{'|'.join(SMALL[:11])})\b",
    re.IGNORECASE,
)


def _read(match: re.Match[str], text: str) -> list[Atom]:
    if match["part"]:
        minute = {"half": 30, "quarter": 15}.get(match["part"].casefold()) or NUMBER_WORDS[match["part"].casefold()]
        total = int(worded(match["hour"])) * 60 + (minute if match["side"].casefold() == "past" else -minute)
        return [Atom("time", match.group(), f"{total // 60 % 12:02d}:{total % 60:02d}", approximate=False)]
    if match["east"]:
        return _eastern(match, text)
    if match["h"]:
        return [Atom("time", match.group(), f"{int(match['h']):02d}:{match['m']}", about(match, text))]
    hour = int(match[1] or match[5])
    half = (match[4] or match[6] or match[7] or "").casefold()
    if half in ("pm", "in the afternoon", "in the evening") and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    return [Atom("time", match.group().strip(), f"{hour:02d}:{match[2] or '00'}", about(match, text))]


def _eastern(match: re.Match[str], text: str) -> list[Atom]:
    """``午後5時30分``, ``17時``, ``下午5点半``, ``오후 5시 30분``; the half of the day stands before it, where it is told."""
    hour, minute = int(match["eh"]), 30 if match["ehalf"] else int(match["em"] or 0)
    if match["noon"] in _AFTERNOON and hour < 12:
        hour += 12
    return [Atom("time", match.group().strip(), f"{hour:02d}:{minute:02d}", about(match, text))]


def _holds(source: SourceText, atom: Atom) -> bool:
    known = source.known(_times)
    if atom.value in known:
        return True
    if not atom.text[0].isdigit():  # in words, so in twelve hours
        hour = int(atom.value[:2])
        return f"{(hour + 12) % 24:02d}{atom.value[2:]}" in known
    if atom.approximate and any(_minutes(atom.value, at) <= MINUTES for at in known):
        return True
    # "3 h 45" is a length of time as well, in the languages that write times so.
    return any(length == _minutes(atom.value, "00:00") * 60 for length, _ in source.known(lengths))


def _times(source: SourceText) -> frozenset[str]:
    stamped = {f"{at:%H:%M}" for moment in source.known(stamps) for at in (moment, in_utc(moment))}
    return frozenset(stamped.union(source.values("time")))


def _minutes(one: str, other: str) -> int:
    """Between two times of one day."""
    first, second = (int(time[:2]) * 60 + int(time[3:5]) for time in (one, other))
    return abs(first - second)


TIME = AtomKind("time", lambda: _PATTERN, _read, _holds)

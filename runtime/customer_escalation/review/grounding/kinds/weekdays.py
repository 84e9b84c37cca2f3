"""Days of the week, by name or as the day of a date."""

import re
from functools import cache

from customer_escalation.domain.day_names import WEEKDAYS, alternatives, short_weekday_names, weekday_names
from customer_escalation.review.grounding.atom import Atom
from customer_escalation.review.grounding.kind import AtomKind
from customer_escalation.review.grounding.kinds.dates import possible_dates
from customer_escalation.review.grounding.source import SourceText


@cache
def _pattern() -> re.Pattern[str]:
    """A range such as Mon-Fri names opening hours, no day."""
    short = alternatives(name.title() for name in short_weekday_names())
    return re.compile(
        rf"\b({alternatives(weekday_names())})s?\b|(?-i:(?<![-–])\b({short})\b(?![-–](?:{short})\b))", re.IGNORECASE
    )


def _read(match: re.Match[str], text: str) -> list[Atom]:
    day = weekday_names()[match[1].casefold()] if match[1] else short_weekday_names()[match[2].casefold()]
    return [Atom("weekday", match.group(), day)]


def _holds(source: SourceText, atom: Atom) -> bool:
    return atom.value in source.known(_weekdays)


def _weekdays(source: SourceText) -> frozenset[str]:
    dated = {WEEKDAYS[day.weekday()] for day in source.known(possible_dates)}
    return frozenset(dated.union(source.values("weekday")))


WEEKDAY = AtomKind("weekday", _pattern, _read, _holds)

"""Opening hours of a week: for each weekday the spans of its day, on the clocks of one place. Pure."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from customer_escalation.domain.day_names import WEEKDAYS

_DAY = timedelta(days=1)
_MIDNIGHT = time()


class Span(NamedTuple):
    """Open from ``opens`` (included) to ``closes`` (excluded), which lies on the next day where it is not later: ``18:00-02:00``.

    Midnight closes a day. From midnight to midnight is the whole day; any other pair of equal times is no span.
    """

    opens: time
    closes: time

    @property
    def overnight(self) -> bool:
        """Does it go on after midnight?"""
        return _MIDNIGHT < self.closes < self.opens

    @property
    def wall(self) -> tuple[timedelta, timedelta]:
        """Both ends as what the clocks show since the midnight that its day begins with."""
        return _wall(self.opens, self.closes)

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{'24:00' if self.closes == _MIDNIGHT else f'{self.closes:%H:%M}'}"


@lru_cache(1024)
def _wall(opens: time, closes: time) -> tuple[timedelta, timedelta]:
    midnight = datetime.combine(date.min, _MIDNIGHT)
    begin, end = datetime.combine(date.min, opens) - midnight, datetime.combine(date.min, closes) - midnight
    return begin, end if end > begin else end + _DAY


Spans = tuple[Span, ...]
"""Of one day, in order, apart from each other; empty where nobody works."""
Week = tuple[Spans, ...]
"""Seven days, Monday first."""
WHOLE_DAY = Span(_MIDNIGHT, _MIDNIGHT)
ALWAYS: Week = ((WHOLE_DAY,),) * 7


def day_of(spans: Iterable[Span]) -> Spans:
    """The spans of one day in order. Raises ``ValueError`` where one has no length or two overlap."""
    found = tuple(sorted(set(spans), key=lambda span: span.wall))
    for span in found:
        if span.opens == span.closes != _MIDNIGHT:
            raise ValueError(f"Hours from {span.opens:%H:%M} to the same time are no business hours.")
    for first, second in pairwise(found):
        if second.wall[0] < first.wall[1]:
            raise ValueError(f"The business hours {first} and {second} overlap.")
    return found


@lru_cache(1024)
def has_nights(week: Week) -> bool:
    """Does a span of the week go on after midnight?"""
    return any(span.overnight for spans in week for span in spans)


def same_hours(days: Collection[int], *spans: Span) -> Week:
    """These spans on each of ``days`` (Monday 0), nothing on the others. Raises ``ValueError`` as ``day_of`` does."""
    if not set(days) <= set(range(7)):
        raise ValueError("The days of a business week are numbered 0 (Monday) to 6.")
    return tuple(day_of(spans) if day in days else () for day in range(7))


def week_words(week: Week) -> str:
    """``Mon-Thu 07:00-16:00, Fri 07:00-12:00``, ``Mon-Sat 09:00-14:00 and 17:00-20:30``, ``round the clock``."""
    if week == ALWAYS:
        return "round the clock"
    groups: list[tuple[Spans, list[int]]] = []
    for day, spans in enumerate(week):
        known = next((days for same, days in groups if same == spans), None)
        if known is not None:
            known.append(day)
        elif spans:
            groups.append((spans, [day]))
    return ", ".join(f"{_days_words(days)} {' and '.join(map(str, spans))}" for spans, days in groups)


def _days_words(days: list[int]) -> str:
    """Runs of three days and more by their ends."""
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names = [WEEKDAYS[day][:3].capitalize() for day in range(7)]
    told = [f"{names[run[0]]}-{names[run[-1]]}" if len(run) > 1 else names[run[0]] for run in runs]
    return ", ".join(told)

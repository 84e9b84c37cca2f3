"""A duration that nobody wrote down and that follows from two moments of the cited records."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import combinations

from customer_escalation.domain.evidence import parse_moment
from customer_escalation.review.grounding import Atom, find_atoms
from customer_escalation.review.grounding.figures import TOLERANCE
from customer_escalation.review.grounding.kinds.durations import UNIT_SECONDS
from skill_runtime.ledger import Record

MOST_MOMENTS = 24
"""Of the cited records together; with more, every duration would follow from two of them."""
HOURS_OF_A_DAY, MINUTES_OF_AN_HOUR = 24, 60
_KEYS = ("at", "created_at", "updated_at", "renewal", "close")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?")
_CLOCK = re.compile(r"(?<![\d:.])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])")


def follows_from_moments(text: str, told: str, cited: Iterable[Record]) -> bool:
    """Is ``told``, a duration as ``text`` gives it, the time between two moments of the records, as nearly as it claims?"""
    atoms = [atom for atom in find_atoms(text) if atom.kind == "duration" and atom.text == told]
    moments = sorted({moment for record in cited for moment in _moments(record)})[:MOST_MOMENTS]
    spans = {Decimal(int((later - earlier).total_seconds())) for earlier, later in combinations(moments, 2)}
    return any(_fits(atom, spans) for atom in atoms)


def _fits(atom: Atom, spans: Iterable[Decimal]) -> bool:
    number, _, measure = atom.value.partition(" ")
    size = UNIT_SECONDS.get(measure)
    if size is None:
        return False
    seconds = Decimal(number) * size
    part = (
        HOURS_OF_A_DAY if size >= UNIT_SECONDS["day"] else MINUTES_OF_AN_HOUR
    )  # days are told to the hour, hours to the minute
    slack = max(seconds * TOLERANCE * 3 if atom.approximate else Decimal(0), size / part)
    return any(abs(span - seconds) <= slack for span in spans)


def _moments(record: Record) -> Iterable[datetime]:
    own = [moment for key in _KEYS if (moment := parse_moment(record.data.get(key)))]
    yield from own
    for stamp in _STAMP.findall(record.text):
        if moment := parse_moment(stamp.replace(" ", "T")):
            yield moment
    if own:
        day = own[0].replace(hour=0, minute=0, second=0, microsecond=0)
        for hour, minute in _CLOCK.findall(_STAMP.sub(" ", record.text)):
            yield day + timedelta(hours=int(hour), minutes=int(minute))

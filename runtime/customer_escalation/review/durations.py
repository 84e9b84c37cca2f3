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
_TWO_UNITS = re.compile(
    r"(?P<first>(?P<hours>\d{1,4}) ?(?:(?P<days>d(?:ays?)?|Tage?|jours?|días?|dias?)|h(?:ours?|rs?)?|Std\.?|Stunden?|heures?|horas?))"
    r"(?: ?(?:,|and|und|et|y|e) ?| )(?P<second>(?P<minutes>\d{1,2})(?: ?(?:h(?:ours?|rs?)?|min(?:utes?|uten|utos)?\.?|Min\.|Std\.?))?)"
)
"""A length such as ``29 h 35 min`` or ``1 day 5 h``."""
MINUTE = Decimal(60)
_CLOCK = re.compile(r"(?<![\d:.])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])")


def follows_from_moments(text: str, told: str, cited: Iterable[Record], now: datetime | None = None) -> bool:
    """Is ``told``, a duration as ``text`` gives it, the time between two moments of the records, or since one of them, as nearly as it
    claims? A length in two units, such as ``29 h 35 min``, is taken whole.
    """
    atoms = [atom for atom in find_atoms(text) if atom.kind == "duration" and atom.text == told]
    found = sorted({moment for record in cited for moment in _moments(record)})[:MOST_MOMENTS]
    pairs = [*combinations(found, 2), *((moment, now) for moment in found if now is not None and moment < now)]
    spans = {Decimal(int((later - earlier).total_seconds())) for earlier, later in pairs}
    return any(_fits(atom, spans) for atom in atoms) or any(
        abs(span - length) <= MINUTE for length in _whole_lengths(text, told) for span in spans
    )


def _whole_lengths(text: str, told: str) -> Iterable[Decimal]:
    """In seconds, the lengths in two units that the text gives with ``told`` as one of them."""
    for found in _TWO_UNITS.finditer(text):
        if told in (found["first"], found["second"]) or told in found.group():
            hours = Decimal(found["hours"]) * (24 if found["days"] else 1)
            minutes = Decimal(found["minutes"]) * (60 if found["days"] else 1)
            yield hours * 3600 + minutes * 60


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

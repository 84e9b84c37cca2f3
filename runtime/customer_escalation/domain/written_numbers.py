"""Numbers as people write them: with a point or a comma before the decimals, and any of the marks between thousands."""

import re
from collections.abc import Iterator
from decimal import Decimal

WRITTEN = re.compile(r"\d+(?:[.,]\d+|['’\u00a0\u202f ]\d{3}(?!\d))*")
"""One number in a text, marks included."""
_SPACES = re.compile(r"['’\u00a0\u202f ]")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")


def readings(written: str) -> tuple[Decimal, ...]:
    """What ``written`` (as ``WRITTEN`` finds it) may mean, the likeliest first: ``1.200`` is 1200, else 1.2. Empty for a chain of numbers
    that is none, such as a version.
    """
    plain = _SPACES.sub("", written)
    return tuple(dict.fromkeys(_readings(plain)))


def _readings(plain: str) -> Iterator[Decimal]:
    marks = [mark for mark in plain if mark in ".,"]
    if not marks:
        yield Decimal(plain)
        return
    if len(set(marks)) == 1 and _THOUSANDS.fullmatch(plain):
        yield Decimal(plain.replace(marks[0], ""))
    if marks.count(marks[-1]) == 1:
        whole, _, decimals = plain.rpartition(marks[-1])
        if len(marks) == 1 or _THOUSANDS.fullmatch(whole):
            yield Decimal(f"{whole.replace(marks[0], '') if len(marks) > 1 else whole}.{decimals}")

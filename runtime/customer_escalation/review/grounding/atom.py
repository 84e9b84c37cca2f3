"""One checkable piece of a sentence."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Atom:
    """It stands in a sentence, and a record may carry it."""

    kind: str
    """quote, code, address, date, time, weekday, money, percent, version, id, duration or number."""
    text: str
    """As it stands in the sentence."""
    value: str
    """What is compared: a canonical form of the kind."""
    approximate: bool = False
    """The sentence says about, nearly, over ...: five per cent either way will do."""
    step: Decimal = Decimal(0)
    """Of a figure rounded to thousands or millions, what its last digit stands for: 1000 for 191k. Otherwise 0."""

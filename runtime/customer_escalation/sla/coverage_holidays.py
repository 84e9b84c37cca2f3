"""What a contract's coverage says of public holidays: worked or off, and whose."""

import re
from typing import Literal

from customer_escalation.policy.holidays import place_code
from customer_escalation.sla.coverage_words import (
    BETWEEN,
    EAST,
    HOLIDAY,
    INCLUDED,
    KINDS,
    NOT,
    OUT,
)


def stated_holidays(text: str, country: str) -> tuple[Literal["worked", "off"], str] | None:
    """Whether public holidays are worked or off by a text that says this and nothing else, and the code of the place that it names."""
    for word in (*HOLIDAY, *OUT, *INCLUDED, *NOT, *KINDS, *BETWEEN):
        if not word.isascii() and re.fullmatch(rf"[{EAST}\u3040-\u30ff]+", word):
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

"""Searching what a system cannot search itself: a bounded set of items, ranked by the words that they share with a query."""

import math
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from support_connectors.remote.texts import words

T = TypeVar("T")
_WORD = re.compile(r"[^\W_]+")
MIN_PREFIX = 3


def ranked(query: str, items: Sequence[T], text_of: Callable[[T], str]) -> list[T]:
    """The items that hold any word of the query (also as the beginning of a word), those with more and rarer words first.

    Equal items keep their order. A query without a letter or digit finds nothing.
    """
    terms = list(dict.fromkeys(part.casefold() for word in words(query) for part in _WORD.findall(word)))
    held = [set(_WORD.findall(text_of(item).casefold())) for item in items]
    scores = [0.0] * len(items)
    for term in terms:
        matching = [index for index, own in enumerate(held) if _holds(own, term)]
        weight = math.log(1 + len(items) / len(matching)) if matching else 0.0
        for index in matching:
            scores[index] += weight
    order = sorted(range(len(items)), key=lambda index: -scores[index])
    return [items[index] for index in order if scores[index] > 0]


def _holds(own: set[str], term: str) -> bool:
    return term in own or (len(term) >= MIN_PREFIX and any(word.startswith(term) for word in own))

"""Is a cause given that no record gives?"""

from collections.abc import Iterator

from customer_escalation.review.meaning.compared import Compared
from customer_escalation.review.meaning.contest import Contest
from customer_escalation.review.meaning.text import Word, as_written

FEWEST = 2
"""Words of the cause, before it can be looked for."""
SHOWN = 8
"""Words of it that a finding quotes, with the conjunction."""
SO = frozenset({"so", "also", "daher", "donc", "así", "então"})
"""Words that give the effect behind the cause."""
SHARE = 0.34
"""Of a cause that has to stand somewhere in the records."""


def look(compared: Compared) -> Iterator[Contest]:
    """What stands behind “because” and its like, and in no cited record."""
    given = any("because" in word.roles or word.lower in SO for one in compared.cited for word in one.text.words)
    words = compared.text.words
    for place, word in enumerate(words):
        if "because" not in word.roles or word.quoted:
            continue
        cause = _matter(words[place + 1 :], compared)
        if len(cause) < FEWEST:
            continue
        known = cause & compared.stems
        if len(known) < SHARE * len(cause) or not given:
            ref = compared.cited[0].record.ref
            certain = not known or (not given and len(known) <= len(cause) / 2)
            yield Contest(
                "cause",
                certain,
                f"No cited record gives “{as_written(words[place : place + SHOWN])}” as the cause.",
                ref,
            )
        return


def _matter(words: tuple[Word, ...], compared: Compared) -> frozenset[str]:
    own = (word for word in words if word.telling and not word.roles.intersection(("says", "asks", "perhaps")))
    return frozenset(word.stem for word in own if word.lower not in compared.known.names)

"""Does a preposition, a particle or a degree stand before the same word as its opposite in the record?"""

from collections.abc import Iterator

from customer_escalation.review.meaning.compared import Compared
from customer_escalation.review.meaning.contest import Contest
from customer_escalation.review.meaning.text import Text, Word

REACH = 3
"""Words to the next one that tells something."""
BACK = 2
"""Words back to one, as in "switched it on"."""


def look(compared: Compared) -> Iterator[Contest]:
    """Words whose opposite stands before the same thing in the records, and they themselves do not."""
    opposite = compared.grammar.opposite
    said = _pairs(compared.text, opposite.keys())
    shown = {(word, thing): one for one in compared.cited for word, thing in _pairs(one.text, opposite.keys())}
    for word, thing in sorted(said):
        others = [(other, thing) for other in sorted(opposite[word]) if (other, thing) in shown]
        if others and (word, thing) not in shown:
            one = shown[others[0]]
            yield Contest(
                "scope", thing.endswith("behind"), f"It says “{word}” of “{thing.split()[0]}”, and {one.record.ref} says “{others[0][0]}”.",
                one.record.ref,
            )  # fmt: skip


def _pairs(text: Text, wanted: object) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for clause in text.clauses:
        for place, word in enumerate(clause.words):
            if word.lower in wanted and not word.quoted:  # type: ignore[operator]
                thing = next((one for one in clause.words[place + 1 : place + 1 + REACH] if _tells(one)), None)
                before = next(
                    (one for one in reversed(clause.words[max(0, place - BACK) : place]) if _tells(one)), None
                )
                found.update(
                    (word.lower, f"{one.stem} {side}") for one, side in ((thing, "behind"), (before, "before")) if one
                )
    return found


def _tells(word: Word) -> bool:
    return word.telling

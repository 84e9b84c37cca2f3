"""Does a preposition, a particle or a degree stand before the same word as its opposite in the record?"""

from collections.abc import Collection, Iterator, Mapping

from customer_escalation.review.meaning.compared import Compared
from customer_escalation.review.meaning.contest import Contest
from customer_escalation.review.meaning.text import Text, Word

REACH = 3
"""Words to the next one that tells something."""
SOURCES = frozenset({("out", "of")})
"""Two words that say where something comes from, and not where it isn't."""
BACK = 2
"""Words back to one, as in "switched it on"."""


def look(compared: Compared) -> Iterator[Contest]:
    """Words whose opposite stands before the same thing in the records, and they themselves do not."""
    opposite = compared.grammar.opposite
    said = _pairs(compared.text, opposite)
    shown = {(word, thing): one for one in compared.cited for word, thing in _pairs(one.text, opposite)}
    for word, thing in sorted(said):
        others = [(other, thing) for other in sorted(opposite[word]) if (other, thing) in shown]
        if others and (word, thing) not in shown and not _contrasted(compared.text, word, opposite[word]):
            one = shown[others[0]]
            yield Contest(
                "scope", thing.endswith("behind"), f"It says “{word}” of “{thing.split()[0]}”, and {one.record.ref} says “{others[0][0]}”.",
                one.record.ref,
            )  # fmt: skip


def _contrasted(text: Text, word: str, others: Collection[str]) -> bool:
    """Does one sentence tell both sides, as in "empty without the index and complete with it"?"""
    sides = [
        {one.lower for clause in text.sentence(number) for one in clause.words if not one.quoted}
        for number in {clause.sentence for clause in text.clauses}
    ]
    return any(word in side and not side.isdisjoint(others) for side in sides)


def _pairs(text: Text, opposite: Mapping[str, frozenset[str]]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for clause in text.clauses:
        for place, word in enumerate(clause.words):
            if word.lower not in opposite or word.quoted:
                continue
            behind = clause.words[place + 1 : place + 1 + REACH]
            if behind and (word.lower, behind[0].lower) in SOURCES:
                continue
            thing = next((one for one in behind if _tells(one) and not one.is_number), None)  # "on 9 March" is when
            before = next((one for one in reversed(clause.words[max(0, place - BACK) : place]) if _tells(one)), None)
            denied = any("not" in one.roles for one in behind[: behind.index(thing) if thing else REACH])
            words = opposite[word.lower] if denied else (word.lower,)  # "with no delay" is without one
            found.update(
                (said, f"{one.stem} {side}")
                for said in words
                for one, side in ((thing, "behind"), (before, "before"))
                if one
            )
    return found


def _tells(word: Word) -> bool:
    return word.telling

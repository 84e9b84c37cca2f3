"""Does a clause deny what the record says, or say what it denies?"""

from collections.abc import Iterator

from customer_escalation.review.meaning.compared import Compared, Match, denies
from customer_escalation.review.meaning.contest import Contest
from customer_escalation.review.meaning.grammar import Grammar, Role
from customer_escalation.review.meaning.text import Clause, Word

CERTAIN_SHARE = 0.75


MOST_GOING_ON = 5
"""Words of a clause that says nothing by itself."""
STANDING_ALONE = frozenset({"none", "neither", "nor"})
"""Denials that point back to what another clause says."""


def look(compared: Compared) -> Iterator[Contest]:
    """Clauses of which every best match has the other polarity."""
    for clause in compared.text.clauses:
        matches = [match for match in compared.matches if match.said is clause]
        if (
            not matches
            or clause.has("turns", "whether", "asks")
            or _goes_on(clause, compared.text.sentence(clause.sentence))
            or not all(_differ(match, compared) for match in matches)
        ):
            continue
        match = matches[0]
        denied_words = _denied(match.said) | _denied(match.shown)
        if any(denied_words <= other.shared and _agree(other, compared.grammar) for other in compared.others(match)):
            continue
        denied = denies_it(match.said, match.shown, match.shared, compared.grammar)
        what, other = ("denies", "says") if denied else ("says", "denies")
        yield Contest(
            "negation", match.share >= CERTAIN_SHARE,
            f"“{clause.text}” {what} what {match.cited.record.ref} {other}: “{match.shown.text}”.",
            match.cited.record.ref, match.shown.text,
        )  # fmt: skip


def _goes_on(clause: Clause, sentence: tuple[Clause, ...]) -> bool:
    """Does it go on with what the clause before it denies, as in "without a lock or an allocation log"?"""
    before = sentence[clause.place - 1] if clause.place else None
    first = clause.words[0]
    begins = len(clause.words) <= MOST_GOING_ON and not (first.telling or first.roles)
    return begins and before is not None and before.has("not", "turns")


def _denied(clause: Clause) -> frozenset[str]:
    """The stems of what the denials of a clause deny."""
    places = [place for place, word in enumerate(clause.words) if "not" in word.roles]
    return frozenset(word.stem for place in places if (word := _governed(clause.words, place)))


def _agree(match: Match, grammar: Grammar) -> bool:
    said = denies_it(match.said, match.shown, match.shared, grammar)
    return said is not None and said == denies_it(match.shown, match.said, match.shared, grammar)


def _differ(match: Match, compared: Compared) -> bool:
    if match.shown.asks or match.shown.has("turns", "whether", "says") or not _alike(match, compared):
        return False
    said = denies_it(match.said, match.shown, match.shared, compared.grammar)
    shown = denies_it(match.shown, match.said, match.shared, compared.grammar)
    return None not in (said, shown) and said != shown


def _alike(match: Match, compared: Compared) -> bool:
    """Are both told as facts, or both as open, and both as still to come or not? Else the one does not deny the other."""
    said = _open(match.said, compared.text.sentence(match.said.sentence))
    shown = _open(match.shown, match.cited.text.sentence(match.shown.sentence))
    return said == shown and match.said.has("will") == match.shown.has("will")


def _open(clause: Clause, sentence: tuple[Clause, ...]) -> bool:
    """Is the clause, or one beside it, a supposition or a condition?"""
    return any(
        one.has("perhaps", "would", "if", "unless") for one in sentence[max(0, clause.place - 1) : clause.place + 2]
    )


def denies_it(clause: Clause, other: Clause, shared: frozenset[str], grammar: Grammar) -> bool | None:
    """Does the clause deny what it shares with the other one? None where it denies something else.

    A word that begins with a denial counts where the other clause has it without.
    """
    times = sum(any(denies(stem, theirs, grammar) for theirs in other.stems) for stem in clause.stems)
    words = 0
    for place, word in enumerate(clause.words):
        if "not" in word.roles:
            governed = _governed(clause.words, place)
            if governed is None or not (
                governed.stem in shared or any(denies(one, governed.stem, grammar) for one in other.stems)
            ):
                return None
            words += 1
    return (times + (min(words, 1) if grammar.concord else words)) % 2 == 1


def _governed(words: tuple[Word, ...], place: int) -> Word | None:
    """What a denial denies: the next word that tells something, else the last one before it."""
    following = words[place + 1] if place + 1 < len(words) else None
    begins = not any(word.telling or word.roles for word in words[:place])
    if words[place].lower in STANDING_ALONE or (
        begins and following and not following.telling and words[place].lower == "not"
    ):
        return None
    after = next((word for word in words[place + 1 :] if word.telling and not word.roles & _OF_TELLING), None)
    longer = following is not None and following.lower == "longer"
    if after or (words[place].lower in ("not", "n't", "no") and not longer):
        return after
    return next((word for word in reversed(words[:place]) if word.telling), None)


_OF_TELLING: frozenset[Role] = frozenset({"perhaps", "would", "says"})

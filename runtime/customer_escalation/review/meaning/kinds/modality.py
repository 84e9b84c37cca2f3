"""Is it told as surer, or less sure, than the record says it: a question, a condition, a supposition?"""

import re
from collections.abc import Iterator

from customer_escalation.review.meaning.compared import FEWEST_SHARED, Compared, Match, denies
from customer_escalation.review.meaning.contest import Contest
from customer_escalation.review.meaning.grammar import Role
from customer_escalation.review.meaning.text import Clause

CERTAIN_SHARE = 0.75
SHORTEST_NAME = 3
LONGEST_LABEL = 4
"""Words of what stands before somebody's claim: their name, and how they put it."""
MAY: tuple[Role, ...] = ("perhaps", "would")
POSSIBLE = "is told as possible and is a fact"
"""Which takes nothing away from the record: it counts where the two clauses differ in nothing else."""


def look(compared: Compared) -> Iterator[Contest]:
    """Clauses of which every best match says it with another certainty."""
    for clause in compared.text.clauses:
        matches = [match for match in compared.matches if match.said is clause]
        if not matches:
            continue
        found = [_difference(match, compared) for match in matches]
        if not all(found):
            continue
        what, match = found[0], matches[0]
        yield Contest(
            "certainty", _sure(what, match) and not clause.has("turns") and not _told(match, compared),
            f"“{clause.text}” {what} in {match.cited.record.ref}: “{match.shown.text}”.",
            match.cited.record.ref, match.shown.text,
        )  # fmt: skip
    yield from _surer(compared)


def _difference(match: Match, compared: Compared) -> str:
    """How they differ, in words; empty where they do not."""
    said = compared.text.sentence(match.said.sentence)
    shown = match.cited.text.sentence(match.shown.sentence)
    near = _near(match.shown, shown)
    own = _near(match.said, said)
    if match.shown.asks:
        open_too = match.said.asks or _has(said, "whether", "if", "asks", *MAY) or _answered(match, compared)
        return "" if open_too else "is told as a fact and is a question"
    if _has(near, "whether") and not _has(said, "whether", "if", "not", *MAY):
        return "is told as a fact and is left open"
    if _has(near, "perhaps") and not _has(own, "whether", "if", "turns", "asks", *MAY) and not match.said.asks:
        return "is told as a fact and is only supposed"
    if (
        _has((match.said,), "perhaps")
        and not _has(said, "if", "unless")
        and not _has(shown, "whether", "if", "unless", *MAY)
    ):
        return POSSIBLE
    return ""


def _surer(compared: Compared) -> Iterator[Contest]:
    """Something is called proved or known that no cited record calls so."""
    shown = [word for one in compared.cited for word in one.text.words]
    stems = {word.stem for word in shown if "surely" in word.roles}
    for clause in compared.text.clauses:
        sure = next((word for word in clause.words if "surely" in word.roles and not word.quoted), None)
        if (
            sure is None
            or clause.has("not", "turns")
            or _has(compared.text.sentence(clause.sentence), "whether", "asks", *MAY)
        ):
            continue
        if sure.stem in stems or not compared.exact:
            continue
        one = compared.exact[0]
        wanted = compared.matter(clause)
        near = (part for part in one.text.clauses if part.asks or part.has("whether", *MAY))
        open_ones = any(len(wanted & part.stems) >= FEWEST_SHARED for part in near)
        open_ones |= any(denies(word.stem, sure.stem, compared.grammar) for word in shown)
        yield Contest("certainty", open_ones and not stems, f"“{sure.text}” stands in no cited record.", one.record.ref)


def _answered(match: Match, compared: Compared) -> bool:
    """Did somebody else write one of the cited records after the question?"""
    asked = match.cited
    return any(
        one.author and one.author != asked.author and one.at and asked.at and one.at >= asked.at
        for one in compared.cited
    )


def _sure(what: str, match: Match) -> bool:
    return match.alone if what == POSSIBLE else match.share >= CERTAIN_SHARE and len(match.shared) >= FEWEST_SHARED


def _told(match: Match, compared: Compared) -> bool:
    """Is it put as the word of whoever wrote the record, as in "According to Ann" or "Ann:" before it?"""
    own = compared.text.sentence(match.said.sentence)
    names = {part for part in re.split(r"[\W_\d]+", match.cited.author.casefold()) if len(part) >= SHORTEST_NAME}
    before = own[max(0, match.said.place - 1) : match.said.place]
    said = any(
        len(clause.words) <= LONGEST_LABEL and any(word.lower in names for word in clause.words) for clause in before
    )
    return said or any(clause.words[0].lower == "according" for clause in own)


def _near(clause: Clause, sentence: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """The clause and the one before it, on which it may hang."""
    place = clause.place
    return sentence[max(0, place - 1) : place + 1]


def _has(clauses: tuple[Clause, ...], *roles: Role) -> bool:
    return any(clause.has(*roles) for clause in clauses)

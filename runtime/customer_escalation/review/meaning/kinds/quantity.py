"""Does it say all where the record says some, or some where it says all?"""

from collections.abc import Iterator, Sequence

from customer_escalation.review.grounding.figures import NUMBER_WORDS
from customer_escalation.review.grounding.kinds.durations import unit
from customer_escalation.review.meaning.compared import FEWEST_SHARED, Compared, Match
from customer_escalation.review.meaning.contest import Contest
from customer_escalation.review.meaning.grammar import Role
from customer_escalation.review.meaning.text import Clause, Text, Word, as_written

REACH = 3
"""Words between a quantifier and what it counts."""
PART = ("some", "few", "most")
OUTSIDE = frozenset({"log", "time", "case", "day"})


def look(compared: Compared) -> Iterator[Contest]:
    """Things that the statement counts otherwise than every record that counts them at all."""
    shown = {one.record.ref: _counted(one.text) for one in compared.cited}
    for stem, said in _counted(compared.text).items():
        theirs = {ref: counts[stem] for ref, counts in shown.items() if stem in counts}
        if not theirs:
            continue
        kinds = {kind for counts in theirs.values() for kind in counts}
        for kind in said:
            if kind in ("all", "none", "part") and not kinds & _fits(kind):
                ref, counts = next(iter(theirs.items()))
                shown_as = " and ".join(f"“{words}”" for words in sorted(counts.values()))
                yield Contest("quantifier", True, f"“{said[kind]}” is {shown_as} in {ref}.", ref)
    yield from _clauses(compared)


def _clauses(compared: Compared) -> Iterator[Contest]:
    """Clauses that say always, everything or all of what their match says in part, or the other way round."""
    for clause in compared.text.clauses:
        matches = [match for match in compared.matches if match.said is clause]
        if not matches:
            continue
        said = _quantifiers(clause)
        shown = [_quantifiers(match.shown) for match in matches]
        match = matches[0]
        more = "all" in said and all("all" not in one and one & {*PART, "only"} for one in shown)
        less = bool(said & {*PART}) and all("all" in one and not one & {*PART} for one in shown)
        denied = "not" in said and all("not" not in one and one & {*PART} for one in shown)
        if (
            (more or less or denied)
            and len(match.shared) >= FEWEST_SHARED
            and not (denied and _as_few(compared, match))
        ):
            yield Contest(
                "quantifier", True, f"“{clause.text}” says it of more or fewer than {match.cited.record.ref}: “{match.shown.text}”.",
                match.cited.record.ref, match.shown.text,
            )  # fmt: skip
        elif "all" in said and all("all" not in one for one in shown) and match.share >= REACH / 4:
            yield Contest(
                "quantifier", False, f"“{clause.text}” says it of all, which {match.cited.record.ref} does not say.",
                match.cited.record.ref, match.shown.text,
            )  # fmt: skip


def _quantifiers(clause: Clause) -> set[Role]:
    """The roles of its words, those of spans of time left out: "a few days" is no part of anything."""
    pairs = zip(clause.words, [*clause.words[1:], None], strict=True)
    return {role for word, following in pairs for role in word.roles if not (following and _is_time(following.lower))}


def _is_time(word: str) -> bool:
    try:
        return bool(unit(word))
    except ValueError:
        return False


def _as_few(compared: Compared, match: Match) -> bool:
    """Does another clause deny it as well?"""
    return any(other.shown.has("not") for other in compared.others(match))


def _fits(kind: str) -> set[str]:
    return {"all": {"all"}, "none": {"none"}, "part": {"part", "number"}}[kind]


def _counted(text: Text) -> dict[str, dict[str, str]]:
    """Of each thing that is counted, how, with its words: all, none, part, number."""
    found: dict[str, dict[str, str]] = {}
    for clause in text.clauses:
        for place, _word in enumerate(clause.words):
            kind = _kind(clause.words, place)
            if kind:
                behind = range(place + 1, min(place + 1 + REACH, len(clause.words)))
                last = next((one for one in behind if _countable(clause.words[one])), None)
                if last is not None and (stem := clause.words[last].stem) not in OUTSIDE:
                    words = as_written(clause.words[place : last + 1])
                    found.setdefault(stem, {}).setdefault(kind, words)
    return found


def _kind(words: Sequence[Word], place: int) -> str:
    word = words[place]
    if "all" in word.roles:
        following = words[place + 1 : place + 2]
        return "" if following and (following[0].is_number or following[0].lower in NUMBER_WORDS) else "all"
    if word.roles.intersection(PART):
        return "part"
    if word.lower in ("no", "none", "kein", "keine", "ningún", "aucun", "nenhum"):
        return "none"
    return "number" if word.is_number or word.lower in NUMBER_WORDS else ""


def _countable(word: Word) -> bool:
    return (
        word.telling
        and not word.roles
        and not word.is_number
        and word.lower.endswith("s")
        and word.lower not in NUMBER_WORDS
    )

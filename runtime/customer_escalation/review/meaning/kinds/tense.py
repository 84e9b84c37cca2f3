"""Is it told as done what the record says is still to come or only asked for, or the other way round?"""

from collections.abc import Iterator

from customer_escalation.review.meaning.compared import Cited, Compared, Match
from customer_escalation.review.meaning.contest import Contest
from customer_escalation.review.meaning.grammar import Grammar
from customer_escalation.review.meaning.text import Clause

CERTAIN_SHARE = 0.6


def look(compared: Compared) -> Iterator[Contest]:
    """Clauses of which every best match lies on the other side of now."""
    for clause in compared.text.clauses:
        matches = [match for match in compared.matches if match.said is clause]
        if not matches or not all(_differ(match, compared) for match in matches):
            continue
        match = matches[0]
        yield Contest(
            "tense", match.share >= CERTAIN_SHARE,
            f"“{clause.text}” and {match.cited.record.ref} differ in whether it has happened: “{match.shown.text}”.",
            match.cited.record.ref, match.shown.text,
        )  # fmt: skip
    yield from _telling_ahead(compared)


def _telling_ahead(compared: Compared) -> Iterator[Contest]:
    """“X will ask” of what X has asked."""
    for clause in compared.text.clauses:
        if not clause.has("will") or not clause.has("says", "asks"):
            continue
        shown = " ".join(word.text for word in clause.words)
        by = [one for one in compared.exact if one.author and shown.startswith((one.author, *_first_of(one)))]
        if by and not any(one.text.clauses and any(part.has("will") for part in one.text.clauses) for one in by):
            yield Contest(
                "tense", True, f"“{clause.text}”: {by[0].record.ref} is written already.", by[0].record.ref
            )  # fmt: skip
            return


def _first_of(one: Cited) -> tuple[str, ...]:
    return (one.customer,) if one.customer and one.customers else ()


def _differ(match: Match, compared: Compared) -> bool:
    said, shown = _time(match.said, match.shared, compared.grammar), _time(match.shown, match.shared, compared.grammar)
    if (said == "done" and match.said.has("says")) or match.said.has("not") or match.shown.has("if"):
        return False  # the past is that of telling, or what is to come has not come yet
    if said == "done" and _orders(match, compared.grammar):
        return True
    if said == "open" and shown == "" and match.alone:
        return not _bare(match, compared.grammar)
    return {said, shown} == {"done", "open"}


def _time(clause: Clause, shared: frozenset[str], grammar: Grammar) -> str:
    """``open``: still to come, or asked for; ``done``: past; empty where the clause does not say."""
    if clause.has("will", "please"):
        return "open"
    own = [word for word in clause.words if word.telling and word.stem in shared]
    return "done" if clause.has("past") or any(_past(word.lower, grammar) for word in own) else ""


def _past(word: str, grammar: Grammar) -> bool:
    strong = grammar.strong.get(word)
    return (strong is not None and strong != word) or (word.endswith("ed") and len(word) > len("need"))


def _orders(match: Match, grammar: Grammar) -> bool:
    """Does the record's sentence begin with the bare verb that the statement tells as done?"""
    first = match.cited.text.sentence(match.shown.sentence)[0].words[0]
    return _bare(match, grammar) and any(
        word.stem == first.stem and _past(word.lower, grammar) for word in match.said.words
    )


def _bare(match: Match, grammar: Grammar) -> bool:
    """Does the record's sentence begin with a bare word that the statement has too, as an order begins with its verb?"""
    words = match.cited.text.sentence(match.shown.sentence)[0].words
    first = words[0]
    return (
        len(words) > 1
        and (words[1].telling or bool(words[1].roles & {"the", "all", "we"}))
        and first.telling
        and first.stem in match.shared
        and first.lower[-1] not in "sdg"
        and not _past(first.lower, grammar)
    )

"""Is what somebody said, saw or did told of somebody else, or of us?"""

import re
from collections.abc import Iterator

from customer_escalation.domain.evidence import name_key
from customer_escalation.review.meaning.compared import Cited, Compared
from customer_escalation.review.meaning.contest import Contest
from customer_escalation.review.meaning.text import Clause

FEWEST_SHARED = 2
"""Words of the statement in a record that is not cited itself, before its author counts."""


def look(compared: Compared) -> Iterator[Contest]:
    """Subjects who did not write what is cited, and of whom it is not."""
    written = [one for one in compared.exact if one.author]
    if written and len(written) == len(compared.exact):
        yield from _ours(compared, written)
    yield from _authors(compared)
    yield from _customers(compared)
    yield from _as_customers(compared)


def _ours(compared: Compared, written: list[Cited]) -> Iterator[Contest]:
    """“We found” of what only customers say. What we did not do or do not have, no customer's message shows either way."""
    if not all(one.customers for one in written):
        return
    for number in sorted({clause.sentence for clause in compared.text.clauses}):
        clauses = compared.text.sentence(number)
        for clause in clauses:
            subject = clause.words[0] if clause.words else None
            told = subject is not None and not subject.quoted and len(clause.words) > 1
            if told and _is_we(clause) and not clause.has("not"):
                yield Contest(
                    "attribution", True, f"“{clause.text}” is told as our own, and {written[0].record.ref} is a customer's.",
                    written[0].record.ref,
                )  # fmt: skip
                return


def _is_we(clause: Clause) -> bool:
    words = [
        word for word in clause.words[:3] if not ("because" in word.roles or word.lower in ("and", "but", "that", "as"))
    ]
    return bool(words) and "we" in words[0].roles


def _authors(compared: Compared) -> Iterator[Contest]:
    """A person who is the subject of a clause, where another one wrote what is cited."""
    written = [one for one in compared.cited if one.author]
    weights = compared.weights
    best = max(written, key=lambda one: (weights[one.record.ref], one.exact), default=None)
    if best is None or not (best.exact or weights[best.record.ref] >= FEWEST_SHARED):
        return
    for clause in compared.text.clauses:
        person = next((one for one in compared.known.people if _acts(clause, one)), "")
        own = max((weights[one.record.ref] for one in written if one.author == person), default=-1)
        stands = name_key(person) in name_key(" ".join(one.text.text for one in compared.cited if one.exact))
        if (
            not person
            or stands
            or own * 2 >= max(1, weights[best.record.ref])
            or (own == 0 and weights[best.record.ref] == 0)
        ):
            continue
        yield Contest(
            "author", True, f"“{clause.text}” names {person}, and {best.record.ref} is by {best.author}.", best.record.ref
        )  # fmt: skip


def _acts(clause: Clause, person: str) -> bool:
    """Does the person stand where a subject stands: first in a clause with a verb behind it, or behind “according to” or “by”?"""
    shown = " ".join(word.text for word in clause.words if not word.quoted)
    begins = re.match(
        rf"(?:(?:and|but|as|that|while|und|aber|dass|wie) )*{re.escape(person)}(?:(?: 's|'s|’s)?)(?= |$)", shown
    )
    behind = re.search(rf"(?:according to|by the \w+ of|by|laut|según|segundo|selon) {re.escape(person)}(?!\w)", shown)
    ends = re.search(rf"(?:^|(?<= )){re.escape(person)}$", shown)
    says = any("says" in word.roles for word in clause.words)
    return bool(
        (begins and len(clause.words) > len(person.split())) or behind or (ends and says and len(clause.words) <= SHORT)
    )


SHORT = 5


def _customers(compared: Compared) -> Iterator[Contest]:
    """A customer as the subject, of whom none of the cited records is and in none of which they stand."""
    owners = {name_key(one.customer) for one in compared.cited if one.customer}
    if not owners or not all(one.customer for one in compared.exact):
        return
    known = compared.known.customers
    texts = " ".join(name_key(f"{one.record.text} {one.customer}") for one in compared.cited)
    named = {name: words for name, words in known.items() if _named(words, compared.claim.text)}
    if not named or any(name in owners for name in named):
        return
    strangers = [name for name, words in named.items() if not any(name_key(word) in texts for word in words)]
    if strangers:
        ref = compared.exact[0].record.ref
        yield Contest(
            "subject", True, f"It is told of {strangers[0]}, and {ref} is about {compared.exact[0].customer}.", ref
        )  # fmt: skip


def _as_customers(compared: Compared) -> Iterator[Contest]:
    """A customer who says what one of us wrote."""
    named = {name: words for name, words in compared.known.customers.items() if _named(words, compared.claim.text)}
    written = [one for one in compared.exact if one.author]
    if len(written) != len(compared.exact) or any(one.customers for one in written):
        return
    for clause in compared.text.clauses:
        says = [place for place, word in enumerate(clause.words) if "says" in word.roles and not word.quoted]
        for words in named.values():
            begins = [place for place, word in enumerate(clause.words) if word.text == words[-1].split()[0]]
            spoken = bool(says and begins) and begins[0] == 0 and begins[0] < says[0] <= begins[0] + 3
            if spoken and all(word.telling for word in clause.words[1 : says[0]]):  # not "X is told"
                yield Contest(
                    "author", True, f"“{clause.text}” makes it the customer's word, and {written[0].record.ref} is ours.",
                    written[0].record.ref,
                )  # fmt: skip
                return


def _named(words: tuple[str, ...], text: str) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for word in words)

"""Does a quotation leave out what its record says around or inside it: a “not”, an “if”, an “only”?"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from customer_escalation.review.grounding.quotations import quotations
from customer_escalation.review.meaning.compared import Cited, Compared
from customer_escalation.review.meaning.contest import Contest
from customer_escalation.review.meaning.grammar import Role
from customer_escalation.review.meaning.text import Word, read_text

NEAR = 6
"""Words before a quotation in which a denial of it can stand."""
CLOSE = 3
"""Words before it in which an “only” or a “may” belongs to it."""
TURNS: tuple[Role, ...] = ("not", "if", "unless", "whether")
"""What changes a quotation's sense when it is left out."""
MOST_QUOTATIONS = 20
"""Of one statement."""
MOST_PLACES = 10
"""At which a quotation is looked at in one record."""
AROUND = 60
"""Words of its sentence on either side that are looked at."""
LONGEST_NAME = 6
"""Words of what a record itself puts in quotation marks as a name: a button, a message."""
_GAP = re.compile(r"\[[^\]]*\]|…|\.\.\.")


def look(compared: Compared) -> Iterator[Contest]:
    """Quotations whose context in every cited record that holds them turns their sense, while the statement says nothing of it."""
    said = {role for word in compared.text.words if not word.quoted for role in word.roles}
    quoted = (atom for atom in quotations(compared.claim.text) if atom.kind == "quote")
    for atom in islice(quoted, MOST_QUOTATIONS):
        parts = [_plain(read_text(part, compared.grammar).words) for part in _GAP.split(atom.value)]
        parts = [part for part in parts if part]
        found = [
            (one, role, words) for one in compared.cited for role, words in islice(_contexts(parts, one), MOST_PLACES)
        ]
        if not found or any(role is None for _, role, _ in found):
            continue
        one, role, words = found[0]
        own = {role for word in read_text(atom.value, compared.grammar).words for role in word.roles}
        if role is not None and not said & {role} and role not in own:
            yield Contest(
                "clipped", True, f"The quotation {atom.text} leaves out what turns its sense in {one.record.ref}: “{words}”.",
                one.record.ref, words,
            )  # fmt: skip


def _contexts(parts: Sequence[list[str]], one: Cited) -> Iterator[tuple[Role | None, str]]:
    """For each place where the parts stand in the record: what around or between them turns their sense, and the record's words."""
    words = one.text.words
    lowers = [word.lower for word in words]
    if not parts:
        return
    first = parts[0]
    for start in range(len(words) - len(first) + 1):
        if lowers[start : start + len(first)] != first:
            continue
        end = start + len(first)
        inside: list[Word] = []
        for part in parts[1:]:
            following = next((at for at in range(end, len(words)) if lowers[at : at + len(part)] == part), None)
            if following is None:
                break
            inside += words[end:following]
            end = following + len(part)
        else:
            named = not inside and end - start <= LONGEST_NAME and all(word.quoted for word in words[start:end])
            role, shown = _turn(one, start, end, inside)
            yield (None if named else role), shown


def _turn(one: Cited, start: int, end: int, inside: Sequence[Word]) -> tuple[Role | None, str]:
    words = one.text.words
    sentence = one.text.clause_at(words[start].start).sentence
    before = [
        word for word in words[max(0, start - AROUND) : start] if one.text.clause_at(word.start).sentence == sentence
    ]
    after = [word for word in words[end : end + AROUND] if one.text.clause_at(word.start).sentence == sentence]
    near = [word for word in before[-NEAR:] if not _parted(one.text.text, word, words[start])]
    shown = one.text.text[(before or words[start:end])[0].start : (after or words[start:end])[-1].end]
    for word in (*near, *inside):
        for role in TURNS:
            if role in word.roles:
                return role, shown
    for role in ("only", "perhaps", "would"):
        close = [
            word
            for word, next_ in zip(before, [*before[1:], None][: len(before)], strict=True)
            if not (next_ and "says" in next_.roles)
        ]
        if any(role in word.roles for word in (*close[-CLOSE:], *inside)):
            return role, shown  # in "the log only says", it is of the saying
    text = one.text.text
    beside = [word for word in before if ";" not in text[word.end : words[start].start]]
    beside += [word for word in after if ";" not in text[words[end - 1].end : word.start]]
    for word in beside:
        for role in ("if", "unless", "whether"):
            if role in word.roles:
                return role, shown
    return None, shown


def _parted(text: str, word: Word, other: Word) -> bool:
    return bool(re.search(r"[,;:.!?—–]", text[word.end : other.start]))


def _plain(words: Sequence[Word]) -> list[str]:
    return [word.lower for word in words]

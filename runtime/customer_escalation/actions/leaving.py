"""What is taken out of a text before it leaves the house, and what a person is told of it.

Secrets leave in no text. Personal data goes to a team as far as the policy lets it (``[leaving]``). What a person approves is the text
as it comes out of here, so nothing is taken out afterwards.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from pydantic import BaseModel, ConfigDict

from customer_escalation.actions.detectors.personal import Known, personal
from customer_escalation.actions.detectors.secrets import secrets
from customer_escalation.actions.detectors.span import WORDS, Kind, Span
from customer_escalation.domain.outcomes import Target
from customer_escalation.policy import Policy
from customer_escalation.policy.sections import PERSONAL, Personal

__all__ = ["Known", "Left", "Removed", "kept_for", "leaving", "told"]
_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
"""Characters that nobody sees, between which a secret is one all the same."""
_ESCAPED = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


class Removed(BaseModel):
    """Something that was taken out."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    line: int
    """Of the text, from 1."""


class Left(BaseModel):
    """A text as it leaves."""

    model_config = ConfigDict(frozen=True)

    text: str
    removed: tuple[Removed, ...] = ()


def leaving(text: str, keeps: Iterable[Personal], known: Sequence[Known] = (), regions: Sequence[str] = ()) -> Left:
    """The text without secrets, and without the personal data that ``keeps`` does not name.

    ``known`` is what records type as somebody's; ``regions`` are the countries (ISO 3166) of the customers. Taken out of its own result,
    nothing is left to take.
    """
    kept = frozenset(keeps)
    bare, places = _bare(text)
    found = [*secrets(bare)]
    if not kept.issuperset(PERSONAL):
        found += [one for one in personal(bare, known, regions) if one.kind not in kept]
    pieces: list[str] = []
    removed: list[Removed] = []
    end, line = 0, 1
    for span in _apart(found):
        start, stop = places[span.start], places[span.end - 1] + 1
        pieces += [text[end:start], f"[{WORDS[span.kind][0]} removed]"]
        line += text.count("\n", end, start)
        removed.append(Removed(kind=span.kind, line=line))
        line += text.count("\n", start, stop)
        end = stop
    return Left(text="".join([*pieces, text[end:]]), removed=tuple(removed))


def kept_for(team: Target | None, policy: Policy) -> tuple[Personal, ...]:
    """What may go to a team. Where none receives it, as with a text to a customer or a note in the customer's own ticket, personal data is
    not reduced here: whose it is, is a matter of P2.
    """
    return PERSONAL if team is None else policy.leaving.keeps.of(team)


def told(removed: Sequence[Removed]) -> str:
    """What was taken out, for a person: ``2 secrets (lines 3 and 8), 1 phone number (line 4)``; empty where nothing was."""
    counts = Counter(one.kind for one in removed)
    return ", ".join(
        f"{count} {WORDS[kind][count > 1]} ({_lines(one.line for one in removed if one.kind == kind)})"
        for kind, count in counts.items()
    )


def _lines(numbers: Iterable[int]) -> str:
    *most, last = sorted(set(numbers))
    return f"lines {', '.join(map(str, most))} and {last}" if most else f"line {last}"


def _apart(spans: Iterable[Span]) -> Iterator[Span]:
    """The places in their order, what overlaps as one; a secret in it makes it one."""
    current: Span | None = None
    for span in sorted(spans):
        if current is None or span.start >= current.end:
            if current:
                yield current
            current = span
            continue
        first = min(current, span, key=lambda one: one.kind not in ("secret", "card_number"))
        current = Span(current.start, max(current.end, span.end), first.kind)
    if current:
        yield current


def _bare(text: str) -> tuple[str, list[int]]:
    """The text as its reader sees it, without the strokes by which markdown escapes and without what nobody sees, and the place of each
    of its characters.
    """
    places = [
        place
        for place, char in enumerate(text)
        if char not in _UNSEEN and not (char == "\\" and text[place + 1 : place + 2] in _ESCAPED)
    ]
    return "".join(text[place] for place in places), places

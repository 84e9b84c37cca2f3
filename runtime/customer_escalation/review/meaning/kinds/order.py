"""Are two numbers or times of the record exchanged, or two dated events told in the wrong order?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, pairwise

from customer_escalation.domain.evidence import name_key, parse_moment
from customer_escalation.review.grounding import find_atoms
from customer_escalation.review.meaning.compared import Cited, Compared
from customer_escalation.review.meaning.contest import Contest
from customer_escalation.review.meaning.text import Clause, Text, Word

LINKS = frozenset("of to until till from und von bis auf sur de à sobre a até - –".split())
"""Words that make two numbers one expression."""
MARGIN = 2
"""Words by which the exchanged reading has to fit better."""
MOST_NUMBERS = 12
MOST_PLACES = 8
"""At which one number is looked at in the records."""
_OF_TIME = re.compile(r" ?(?:h|hours?|min|minutes?|days?)\b")
_CLOCK = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d")


def look(compared: Compared) -> Iterator[Contest]:
    """Reversed pairs, exchanged numbers, and events that came the other way round."""
    found = [*_pairs(compared), *_exchanged(compared), *_events(compared)]
    yield from found[:1]


def _pairs(compared: Compared) -> Iterator[Contest]:
    """“X of Y” and “X to Y” that the records have as “Y of X”, and more of something than there is."""
    said = _linked(compared.text)
    shown = {pair: one for one in compared.cited for pair in _linked(one.text)}
    for first, last in said:
        if (last, first) in shown and (first, last) not in shown:
            ref = shown[last, first].record.ref
            yield Contest(
                "order", True, f"{ref} has {last} before {first}, and the statement has {first} before {last}.", ref
            )
    for part, whole in _ratios(compared.text):
        if part > whole > 1:
            ref = compared.cited[0].record.ref
            yield Contest("order", True, f"{part:g} of {whole:g} is more than there is.", ref)


def _linked(text: Text) -> list[tuple[str, str]]:
    """Numbers, times and versions with nothing but a link and the thing counted between them."""
    found: list[tuple[str, str]] = []
    for clause in text.clauses:
        places = [
            place for place, word in enumerate(clause.words) if word.text[:1].isdigit() or re.match(r"v\d", word.lower)
        ]
        for one, other in pairwise(places):
            between = clause.words[one + 1 : other]
            if (
                len(between) <= 4
                and any(word.lower in LINKS for word in between)
                and clause.words[other - 1].lower in LINKS | {"the"}
            ):
                found.append((clause.words[one].stem.lstrip("v"), clause.words[other].stem.lstrip("v")))
    return found


def _ratios(text: Text) -> Iterator[tuple[float, float]]:
    for found in re.finditer(
        r"(?<![\w.:])(\d[\d,]*) (?:(?!instead )[^\W\d]+ ){0,2}of (?:the )?(\d[\d,]*)(?![\w.:%]*\d)", text.text
    ):
        if _OF_TIME.match(text.text, found.end(1)):
            continue  # "1 h 47 min of 4"
        yield float(found[1].replace(",", "")), float(found[2].replace(",", ""))


@dataclass(frozen=True)
class _Number:
    """A number in its surroundings."""

    value: str
    before: frozenset[str]
    """Stems of the words between it and the number before."""
    after: frozenset[str]

    def fits(self, others: "list[_Number]") -> int:
        """How many words stand on the same side of it as of the best of these."""
        return max((len(self.before & one.before) + len(self.after & one.after) for one in others), default=0)


def _exchanged(compared: Compared) -> Iterator[Contest]:
    """Two numbers of which each fits the other's surroundings in the records better than its own."""
    said = _numbers(compared.text)[:MOST_NUMBERS]
    shown: dict[str, list[_Number]] = {}
    for one in compared.cited:
        for number in _shown(one):
            places = shown.setdefault(number.value, [])
            if len(places) < MOST_PLACES:
                places.append(number)
    for first, last in combinations(said, 2):
        if first.value == last.value or not {first.value, last.value} <= shown.keys():
            continue
        kept = first.fits(shown[first.value]) + last.fits(shown[last.value])
        turned = first.fits(shown[last.value]), last.fits(shown[first.value])
        if min(turned) > 0 and sum(turned) - kept >= MARGIN and kept <= sum(turned) / 2:
            ref = compared.cited[0].record.ref
            yield Contest("order", True, f"{first.value} and {last.value} stand exchanged: see {ref}.", ref)
            return


def _shown(one: Cited) -> list[_Number]:
    """The numbers of a record's texts, the moment that it was written at with all that it says, and its fields with their labels."""
    found = _numbers(one.text)
    if one.at is not None and one.exact:
        stems = one.text.stems if one.author else frozenset({"open", "creat"})
        found.append(_Number(f"{one.at:%H:%M}", stems, stems))
    return found


def _numbers(text: Text) -> list[_Number]:
    found: list[_Number] = []
    for clause in text.clauses:
        places = [place for place, word in enumerate(clause.words) if word.is_number]
        for number, place in enumerate(places):
            following = places[number + 1] if number + 1 < len(places) else len(clause.words)
            previous = places[number - 1] + 1 if number else 0
            before, after = _stems(clause.words[previous:place]), _stems(clause.words[place + 1 : following])
            found.append(_Number(clause.words[place].stem, before, after))
    return found


def _stems(words: tuple[Word, ...]) -> frozenset[str]:
    return frozenset(word.stem for word in words if word.telling)


def _events(compared: Compared) -> Iterator[Contest]:
    """“A after B”, where the records of A and B were written the other way round."""
    dated = [one for one in compared.cited if one.exact and one.at]
    for clause in _sentences(compared.text):
        place = next(
            (
                at
                for at, word in enumerate(clause.words)
                if word.lower in ("after", "before", "nach", "vor") and not word.quoted
            ),
            None,
        )
        if place is None:
            continue
        left, right = clause.words[:place], clause.words[place + 1 :]
        word = clause.words[place].lower
        first, last = _when(compared, left, dated), _when(compared, right, dated)
        if first is None or last is None:
            first, last = _date_in(left, compared), _date_in(right, compared)
        if first is None or last is None or first == last:
            continue
        later = word in ("after", "nach")
        if (first > last) != later:
            ref = dated[0].record.ref if dated else compared.cited[0].record.ref
            yield Contest("order", True, f"By the records it was {'before' if later else 'after'}, not “{word}”.", ref)


def _when(compared: Compared, words: tuple[Word, ...], dated: list[Cited]) -> datetime | None:
    """When what these words tell was written: by whom they name, if that is one record alone."""
    shown = name_key(" ".join(word.text for word in words))
    by = [one for one in dated if (one.author and name_key(one.author) in shown) or _names_customer(one, shown)]
    moments = {one.at for one in by}
    return moments.pop() if len(moments) == 1 else None


def _date_in(words: tuple[Word, ...], compared: Compared) -> datetime | None:
    """The one whole date that these words give."""
    if not words:
        return None
    shown = compared.text.text[words[0].start : words[-1].end]
    days = {atom.value for atom in find_atoms(shown) if atom.kind == "date"}
    return parse_moment(days.pop()) if len(days) == 1 else None


def _names_customer(one: Cited, shown: str) -> bool:
    first = name_key(one.customer).split()[0] if one.customer else ""
    return bool(first) and one.customers and bool(re.search(rf"(?<!\w){re.escape(first)}(?!\w)", shown))


def _sentences(text: Text) -> list[Clause]:
    """Each sentence as one clause."""
    numbers = sorted({clause.sentence for clause in text.clauses})
    return [
        Clause(tuple(word for clause in text.sentence(number) for word in clause.words), number, asks=False)
        for number in numbers
    ]

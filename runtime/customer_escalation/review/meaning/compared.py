"""A statement beside the records that it cites: whose words each of them is, its clauses, its fields, and which clauses match."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any

from customer_escalation.domain.evidence import field
from customer_escalation.domain.language import language_of
from customer_escalation.domain.people import writer_of
from customer_escalation.review.meaning.grammar import GRAMMARS, Grammar, Role
from customer_escalation.review.meaning.known import Known
from customer_escalation.review.meaning.text import Clause, Text, read_text
from customer_escalation.review.passages import Claim
from customer_escalation.review.sources import Sources
from skill_runtime.ledger import Record

FEWEST_SHARED = 2
"""Stems that two clauses about the same thing share at least."""
MOST_CLAUSES = 40
"""Of a statement; a longer one is compared by its beginning."""
MOST_NEAR = 200
"""Clauses of one record that are compared with one of a statement."""
MOST_CITED = 40
"""Records that a statement is compared with."""
SHARE = 0.6
"""Of the statement's clause that stands in the record's."""
PROSE = ("text", "body", "description", "subject", "title")
"""Fields that hold sentences; the others of a record are its row."""
_UNPROSED = frozenset({"ref", "id", "kind", "parent", "extra", "link", *PROSE})


@dataclass(frozen=True)
class Cell:
    """One field of a record: what its key calls it, and its value."""

    label: tuple[str, ...]
    """The words of the key, its unit left out: ``first``, ``response`` for ``first_response_h``."""
    value: str
    number: bool
    unit: str
    """As the key ends: ``h``, ``usd``; empty where it names none."""
    ref: str
    key: str


@dataclass(frozen=True)
class Cited:
    """A cited record as the comparison sees it."""

    record: Record
    ours: bool
    customers: bool
    author: str
    customer: str
    at: datetime | None
    text: Text
    exact: bool
    """The statement cites it itself, and not only what it is part of."""

    @cached_property
    def _by_stem(self) -> Mapping[str, tuple[int, ...]]:
        found: dict[str, list[int]] = {}
        for place, clause in enumerate(self.text.clauses):
            for stem in clause.stems:
                found.setdefault(stem, []).append(place)
        return {stem: tuple(places) for stem, places in found.items()}

    def near(self, wanted: Iterable[str], grammar: Grammar) -> Iterator[Clause]:
        """The clauses of its text that hold one of these stems, or one that denies it or that it denies; not too many of them."""
        forms = [form for stem in wanted for form in (stem, *_denied_forms(stem, grammar))]
        places = sorted({place for form in forms for place in self._by_stem.get(form, ())})
        yield from (self.text.clauses[place] for place in places[:MOST_NEAR])

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The row that it is."""
        return tuple(_cells(self.record.data, self.record.ref, ()))


@dataclass(frozen=True)
class Match:
    """A clause of the statement and the one of a record that says most of the same."""

    said: Clause
    shown: Clause
    cited: Cited
    shared: frozenset[str]
    share: float
    """Of the statement's clause that the record's holds."""
    alone: bool
    """The two are about the very same, and nothing else."""


@dataclass(frozen=True)
class Compared:
    """A statement and its records."""

    claim: Claim
    sources: Sources
    grammar: Grammar
    text: Text
    cited: tuple[Cited, ...]
    known: Known

    @property
    def exact(self) -> tuple[Cited, ...]:
        """The records that it cites itself."""
        return tuple(one for one in self.cited if one.exact)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Of everything that is cited: texts, and the words and values of the fields."""
        found = {stem for one in self.cited for stem in one.text.stems}
        cells = (cell for one in self.cited for cell in one.cells)
        for cell in cells:
            found.update(read_text(" ".join([*cell.label, cell.value]), self.grammar).stems)
        return frozenset(found)

    def matter(self, clause: Clause) -> frozenset[str]:
        """What a clause of the statement is about, names left out."""
        return frozenset(
            word.stem
            for word in clause.words
            if word.telling and word.lower not in self.known.names and not word.roles & _OF_TELLING
        )

    @cached_property
    def weights(self) -> dict[str, int]:
        """How many of the statement's telling words, names left out, each cited record's text holds."""
        wanted = frozenset().union(*(self.matter(clause) for clause in self.text.clauses))
        return {one.record.ref: len(wanted & one.text.stems) for one in self.cited}

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        """Of each clause of the statement, the clauses of the records that share most with it, where it is enough."""
        return tuple(match for clause in self.text.clauses[:MOST_CLAUSES] for match in self._matches(clause))

    def _matches(self, clause: Clause) -> Iterator[Match]:
        wanted = self.matter(clause)
        if not wanted:
            return
        found: list[Match] = []
        for one in self.cited:
            for shown in one.near(wanted, self.grammar):
                shared = shared_stems(wanted, shown, self.grammar)
                enough = len(shared) >= FEWEST_SHARED and len(shared) >= SHARE * len(wanted)
                if enough or (len(wanted) == len(shared) == len(self.matter(shown))):
                    alone = len(shared) == len(wanted) == len(self.matter(shown))
                    found.append(Match(clause, shown, one, shared, len(shared) / len(wanted), alone))
        most = max((len(match.shared) for match in found), default=0)
        yield from (match for match in found if len(match.shared) == most)

    def others(self, best: "Match") -> Iterator["Match"]:
        """Further clauses of the records that share nearly as much, and speak against a difference where they have none."""
        wanted = self.matter(best.said)
        for one in self.cited:
            for shown in one.near(wanted, self.grammar):
                shared = shared_stems(wanted, shown, self.grammar)
                if len(shared) >= max(1, len(best.shared) - 1):
                    yield Match(best.said, shown, one, shared, len(shared) / len(wanted), False)


def shared_stems(wanted: frozenset[str], shown: Clause, grammar: Grammar) -> frozenset[str]:
    """The stems of both; a word and the same word with a beginning that denies it are one."""
    found = wanted & shown.stems
    rest = wanted - found
    if rest:
        found |= {
            one for one in rest for other in shown.stems if denies(one, other, grammar) or denies(other, one, grammar)
        }
    return found


def _denied_forms(stem: str, grammar: Grammar) -> Iterator[str]:
    for beginning in grammar.denying:
        yield beginning + stem
        if stem.startswith(beginning):
            yield stem.removeprefix(beginning)


def denies(one: str, other: str, grammar: Grammar) -> bool:
    """Is ``one`` the word ``other`` with a beginning that denies it, as ``unanswered`` is of ``answered``?"""
    return len(other) >= _SHORTEST_DENIED and any(one == beginning + other for beginning in grammar.denying)


_SHORTEST_DENIED = 4
_OF_TELLING: frozenset[Role] = frozenset({"says", "asks", "perhaps", "would", "please"})
"""How a thing is told is no part of what is told."""


def compare(claim: Claim, sources: Sources, known: Known) -> Compared | None:
    """The statement beside what it cites; None where its language is not covered, or it cites nothing that is known."""
    grammar = grammar_of(claim.text, sources.language) or _grammar_of_cited(claim, sources)
    if grammar is None:
        return None
    cited = tuple(islice(_cited(claim.cites, sources, grammar), MOST_CITED))
    if not cited:
        return None
    return Compared(claim, sources, grammar, read_text(claim.text, grammar), cited, known)


def grammar_of(text: str, language: str | None) -> Grammar | None:
    """The grammar of the language that the text is in; ``language`` is that of what it stands in, for a text too short to tell."""
    told = language_of(text) or language or _by_grammar(text)
    return GRAMMARS.get(told or "")


def _grammar_of_cited(claim: Claim, sources: Sources) -> Grammar | None:
    """For a statement too short to tell, in letters that the records share with it."""
    if not re.sub(r"[“”‘’„«»–—…]", "", claim.text).isascii():
        return None
    records, _ = sources.evidence.resolve([ref for ref in claim.cites if ref not in sources.figures])
    told = {language for record in records if (language := language_of(record.text))}
    return GRAMMARS.get(told.pop()) if len(told) == 1 else None


def _by_grammar(text: str) -> str | None:
    """The language with the most grammatical words in a short text; None where none has any or two have as many."""
    words = re.findall(r"[^\W\d_]{2,}", text.casefold())
    counts = sorted(
        ((sum(word in one.function_words for word in words), name) for name, one in GRAMMARS.items()), reverse=True
    )
    return counts[0][1] if counts[0][0] > counts[1][0] else None


def _cited(cites: Sequence[str], sources: Sources, grammar: Grammar) -> Iterator[Cited]:
    records, _ = sources.evidence.resolve([ref for ref in cites if ref not in sources.figures])
    seen: set[str] = set()
    for record in records:
        seen.add(record.ref)
        yield _as_cited(record, sources, grammar, exact=True)
    for record in records:
        for part in [*sources.evidence.parts(record), sources.evidence.item_of(record)]:
            if part.ref not in seen:
                seen.add(part.ref)
                yield _as_cited(part, sources, grammar, exact=False)
    for ref in cites:
        if ref in sources.figures:
            yield _as_cited(sources.figure_record(sources.figures[ref]), sources, grammar, exact=True)


def _as_cited(record: Record, sources: Sources, grammar: Grammar, *, exact: bool) -> Cited:
    evidence = sources.evidence
    prose = "\n".join(text for key in PROSE if (text := field(record, key)))
    text = prose if language_of(prose) in (grammar.language, None) else ""
    return Cited(
        record, evidence.by_us(record), evidence.by_customer(record), writer_of(record), evidence.customer_of(record),
        evidence.at(record), read_text(text, grammar), exact,
    )  # fmt: skip


def plain_number(value: float) -> str:
    """A number as statements and fields are compared by."""
    return f"{float(value):.12g}"


_UNITS = frozenset("h hours min minutes s seconds ms days usd eur gbp percent".split())


def _cells(data: Any, ref: str, path: tuple[str, ...]) -> Iterator[Cell]:
    if isinstance(data, dict):
        for key, value in data.items():
            if not (path == () and key in _UNPROSED):
                yield from _cells(value, ref, (*path, str(key)))
    elif isinstance(data, list):
        for value in data:
            yield from _cells(value, ref, path)
    elif data is not None and path:
        key = path[-1]
        words = [word.casefold() for word in re.split(r"[_\W]+", key) if word]
        unit = words.pop() if len(words) > 1 and words[-1] in _UNITS else ""
        number = isinstance(data, int | float) and not isinstance(data, bool)
        yield Cell(tuple(words), plain_number(data) if number else str(data), number, unit, ref, key)

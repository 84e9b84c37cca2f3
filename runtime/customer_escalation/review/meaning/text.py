"""A text taken apart for comparing: words with their stems, clauses, and how each clause says what it says.

Everything is linear in the length of the text.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from customer_escalation.review.meaning.grammar import Grammar, Role

MOST_CHARACTERS = 20_000
"""Of one text that is looked at: what goes beyond is left out of the comparison."""
_TOKEN = re.compile(
    r"(?P<number>\d[\d.,:]*\d|\d)(?=[^\w]|[a-zA-Z%]|$)|(?P<word>[^\W\d_]\w*(?:[’'.\-/@]\w+)*)|"
    r"(?P<mark>[.,;:!?()\[\]–—…“”„«»\"`|‘]|['’](?!\w)|\n)"
)
_SPLIT = {
    "n't": re.compile(r"(.+)n['’]t$"), "'": re.compile(r"(.+)['’](s|ll|re|ve|d|m)$"),
}  # fmt: skip
_ENDS = frozenset(".!?\n")
_PARTS = frozenset(",;:()–—|")
_JOINS = frozenset(
    "and but or while whereas although though because since so that which who if unless until when where "
    "und oder aber während obwohl weil da dass ob wenn falls sofern sondern et ou mais car que qui si quand "
    "y o pero porque si cuando e ou mas".split()
)
"""Conjunctions and relative pronouns: a clause begins with one."""


@dataclass(frozen=True)
class Word:
    """One word or number of a text."""

    text: str
    lower: str
    stem: str
    start: int
    end: int
    roles: frozenset[Role]
    """What it says by its grammar; empty for most words."""
    telling: bool
    """It says something of the matter: no word of grammar."""
    quoted: bool = False

    @property
    def is_number(self) -> bool:
        """Is it one in digits?"""
        return self.text[0].isdigit()


@dataclass(frozen=True, eq=False)
class Clause:
    """A piece of a sentence between punctuation and conjunctions."""

    words: tuple[Word, ...]
    sentence: int
    asks: bool
    """Its sentence ends with a question mark."""
    place: int = 0
    """Among the clauses of its sentence."""

    @cached_property
    def stems(self) -> frozenset[str]:
        """Of its telling words."""
        return frozenset(word.stem for word in self.words if word.telling)

    def has(self, *roles: Role) -> bool:
        """Does a word of it have one of these roles?"""
        return any(word.roles.intersection(roles) for word in self.words)

    def count(self, role: Role) -> int:
        """How many of its words have the role."""
        return sum(role in word.roles for word in self.words)

    @property
    def text(self) -> str:
        """Its words."""
        return as_written(self.words)


def as_written(words: Iterable[Word]) -> str:
    """Words that follow each other, with a blank only where the text parts them: "can't", "12GB"."""
    shown, end = "", -1
    for word in words:
        shown += word.text if word.start == end or not shown else f" {word.text}"
        end = word.end
    return shown


@dataclass(frozen=True)
class Text:
    """A text with its words and clauses."""

    text: str
    words: tuple[Word, ...]
    clauses: tuple[Clause, ...]

    @cached_property
    def stems(self) -> frozenset[str]:
        """Of all telling words."""
        return frozenset(word.stem for word in self.words if word.telling)

    def sentence(self, number: int) -> tuple[Clause, ...]:
        """The clauses of one sentence."""
        return self._sentences[number]

    @cached_property
    def _sentences(self) -> Mapping[int, tuple[Clause, ...]]:
        found: dict[int, list[Clause]] = {}
        for clause in self.clauses:
            found.setdefault(clause.sentence, []).append(clause)
        return {number: tuple(clauses) for number, clauses in found.items()}

    def clause_at(self, start: int) -> Clause:
        """The clause of the word that starts there."""
        return self._by_start[start]

    @cached_property
    def _by_start(self) -> Mapping[int, Clause]:
        return {word.start: clause for clause in self.clauses for word in clause.words}


@lru_cache(maxsize=256)
def read_text(text: str, grammar: Grammar) -> Text:
    """The text by the grammar of its language."""
    text = text[:MOST_CHARACTERS]
    tokens = list(_tokens(text))
    words = _with_roles(tokens, grammar)
    return Text(text, tuple(word for word, _ in words if word is not None), tuple(_clauses(words)))


def _tokens(text: str) -> Iterator[tuple[str, int, int, bool]]:
    """Words, numbers and marks with their places; contractions apart; whether they stand in quotation marks or code."""
    quoted, close = False, ""
    for match in _TOKEN.finditer(text):
        shown = match.group()
        if match["mark"]:
            if quoted and shown in close:
                quoted = False
            elif not quoted and (closing := _CLOSING.get(shown)):
                quoted, close = True, closing
            yield shown, match.start(), match.end(), quoted
            continue
        yield from _apart(shown, match.start(), quoted)


_CLOSING = {"“": "”", "„": "“”", "«": "»", '"': '"', "`": "`", "‘": "’'"}


def _apart(shown: str, start: int, quoted: bool) -> Iterator[tuple[str, int, int, bool]]:
    lower = shown.casefold()
    if lower == "cannot":
        yield from ((shown[:3], start, start + 3, quoted), (shown[3:], start + 3, start + 6, quoted))
    elif found := _SPLIT["n't"].match(shown):
        cut = found.end(1)
        yield from ((shown[:cut], start, start + cut, quoted), ("n't", start + cut, start + len(shown), quoted))
    elif found := _SPLIT["'"].match(shown):
        cut = found.end(1)
        yield shown[:cut], start, start + cut, quoted
        yield f"'{shown[cut + 1 :]}", start + cut, start + len(shown), quoted
    else:
        yield shown, start, start + len(shown), quoted


def _with_roles(tokens: Sequence[tuple[str, int, int, bool]], grammar: Grammar) -> list[tuple[Word | None, str]]:
    """Each token as a word with its roles, or as a mark."""
    lowers = [token[0].casefold() for token in tokens]
    roles: list[frozenset[Role]] = [frozenset()] * len(tokens)
    at = 0
    while at < len(tokens):
        for phrase, given in grammar.phrases.get(lowers[at], ()):
            if tuple(lowers[at : at + len(phrase)]) == phrase:
                for place in range(at, at + len(phrase)):
                    roles[place] = roles[place] | (given if place == at else _KEPT)
                at += len(phrase) - 1
                break
        at += 1
    made: list[tuple[Word | None, str]] = []
    for (shown, start, end, quoted), lower, given in zip(tokens, lowers, roles, strict=True):
        if not (shown[0].isalnum() or shown in ("n't",) or shown.startswith("'")) or shown in ("'", "’"):
            made.append((None, shown))
            continue
        function = lower in grammar.function_words or given >= _KEPT or shown.startswith("'") or shown == "n't"
        known = stem(grammar.strong.get(lower, lower), grammar.language)
        made.append((Word(shown, lower, known, start, end, given - _KEPT, not function, quoted), ""))
    return made


_KEPT: frozenset[Role] = frozenset({"kept"})  # type: ignore[arg-type]
"""Marks the later words of a phrase: they are grammar and have no role of their own."""


def _clauses(words: Sequence[tuple[Word | None, str]]) -> Iterator[Clause]:
    sentence, current = 0, list[Word]()
    done: list[tuple[tuple[Word, ...], int]] = []
    asks: set[int] = set()

    def close() -> None:
        if current:
            done.append((tuple(current), sentence))
            current.clear()

    for word, mark in words:
        if word is None:
            if mark in _ENDS:
                if mark == "?":
                    asks.add(sentence)
                close()
                sentence += 1
            elif mark in _PARTS:
                close()
            continue
        if word.lower in _JOINS and any(one.telling for one in current):
            close()
        current.append(word)
    close()
    places = Counter[int]()
    for own, number in done:
        yield Clause(own, number, number in asks, places[number])
        places[number] += 1


@lru_cache(maxsize=16384)
def stem(word: str, language: str) -> str:
    """The stem that forms of a word share; numbers and names with digits as they are."""
    import snowballstemmer  # type: ignore[import-untyped]  # loaded with the first draft that is checked

    plain = unicodedata.normalize("NFC", word)
    if not plain.isalpha():
        return plain.replace(",", "") if plain[:1].isdigit() else plain
    return str(snowballstemmer.stemmer(language.lower()).stemWord(plain))


def telling(words: Iterable[Word]) -> list[Word]:
    """Those that say something of the matter."""
    return [word for word in words if word.telling]

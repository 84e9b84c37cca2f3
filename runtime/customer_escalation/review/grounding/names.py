"""Names in a sentence that the cited records do not hold: accounts, people, products."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from customer_escalation.domain.day_names import english_day_words
from customer_escalation.domain.people import NAME_FIELDS
from customer_escalation.review.grounding.quotations import plain, unquoted
from skill_runtime.ledger import Record

_WORD = re.compile(r"[^\W\d_][\w’'-]*(?:\.\w+)*")
_ACRONYM = re.compile(r"[A-Z0-9]+s?")
_ADDRESS = re.compile(
    r"(?<!\S)\S*(?:@|/|\w\.\w)\S*"
)  # from the beginning of a word alone, which keeps a long one cheap
_CONTRACTION = re.compile(r"(\w+)[’'](?:ll|m|ve|d|re)")
_SENTENCE = re.compile(r"(?<=[.!?:;])\s+|\n")
ORDINARY = frozenset(
    """
    i a an the this that these those it its we our us you your they their he she his her and or but if as at by for from in
    of on to with without within no not yes all any each every some none both either neither when where while who whom whose
    what which why how after before since until once then than there here also only even still yet so such
    support engineering product security leadership finance legal sales billing marketing operations customer customers
    account accounts team teams enterprise strategic business pro professional community prospect standard premium basic free
    critical high medium low urgent normal open closed resolved solved pending reopened backlog done fixed
    utc api sla crm arr sso ui cli http https url id ids tier plan web mail email chat internet e.g i.e
    ticket tickets tracker incident knowledge base article english german french spanish
    new year day christmas easter thanksgiving
    hello hi dear mr mrs ms dr thank thanks kind regards best sincerely yours
    sie ihnen ihr ihre ihrem ihren ihrer ihres vielen dank guten tag morgen abend hallo liebe lieber geehrte geehrter herr frau
    freundlichen freundliche grüßen grüße
    """.split()
)
"""Words that are capitalised for other reasons than being a name, as are greetings; so are months and weekdays."""


SHORTEST_GENITIVE = 3
"""Letters of a name whose genitive is known by its s, at least."""


@dataclass(frozen=True)
class _Capital:
    """A capitalised word of a sentence, or a handle such as ``agent.kim``."""

    word: str
    opens: bool
    """Nothing but its place, at the start of a sentence, may be why it is capitalised."""
    first: bool
    """It stands there."""


def missing_names(
    text: str,
    cited: Sequence[Record],
    everything: Sequence[Record],
    vocabulary: frozenset[str],
    nouns_capitalised: bool = False,
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each name that the evidence knows and the cited records lack, and each run of capitalised words that nobody knows.

    A single capitalised word that occurs nowhere is let pass, and so is one that some record writes in small letters: too
    many honest words look like that. Where the language capitalises every noun, only names of accounts and people that the
    evidence knows are looked for.

    Yields:
        The name as the sentence has it, and the refs of the records that hold it.
    """
    prose = plain(unquoted(text))
    held = frozenset[str]().union(*(_words(record.text) for record in cited)) if cited else frozenset[str]()
    passing = (
        held | ORDINARY | english_day_words() | {_key(word) for phrase in vocabulary for word in _WORD.findall(phrase)}
    )
    runs = [[capital for capital in run if not _passes(capital.word, passing, held)] for run in _runs(prose)]
    if not any(runs):
        return
    names = {name for record in everything for name in _names(record.data)}
    reported: set[str] = set()
    for shown in sorted((name for name in names if _occurs(name, prose)), key=len, reverse=True):
        if any(_key(word) not in passing for word in _WORD.findall(shown)) and not _within(shown, reported):
            reported.add(shown)
            yield shown, _places(shown, everything)
    named = {_key(word) for name in names for word in _WORD.findall(name)}
    for run in [] if nouns_capitalised else runs:
        shown = " ".join(_unsupported(run, everything, named))
        if shown and not _within(shown, reported):
            reported.add(shown)
            yield shown, _places(shown, everything)


def _passes(word: str, passing: frozenset[str], held: frozenset[str]) -> bool:
    """Is the word known, or the genitive of a cited name, as German, Dutch and the Nordic languages write it, or a contraction?"""
    key = _key(word)
    contracted = _CONTRACTION.fullmatch(key)
    return (
        key in passing
        or (len(key) > SHORTEST_GENITIVE and key.endswith("s") and key[:-1] in held)
        or bool(contracted and contracted[1] in ORDINARY)
    )


def _unsupported(run: list[_Capital], everything: Sequence[Record], named: set[str]) -> list[str]:
    """The words of a run that are names of somebody else's, or all of it if it is two new names or more."""
    texts = [record.text for record in everything]
    own = [
        capital
        for capital in run
        if not (_ACRONYM.fullmatch(capital.word) or re.search(r"\d", capital.word))
        and not any(_key(capital.word) in _small(text) for text in texts)
    ]
    known: list[str] = []
    for capital in own:
        marked = not (capital.opens or _dotted(capital.word))
        if _key(capital.word) in named or (marked and any(_key(capital.word) in _capitals(text) for text in texts)):
            known.append(capital.word)
    new = [capital for capital in own if not _dotted(capital.word)]
    if len(new) > 2 and new[0].first:  # "Ask Jane Doe": the first word need not belong to the name
        new = new[1:]
    return known or ([capital.word for capital in new] if len(new) > 1 else [])


def _names(value: Any, key: str = "") -> Iterator[str]:
    """The texts in the name fields of a record."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _names(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _names(item, key)
    elif key in NAME_FIELDS and isinstance(value, str) and value:
        yield value


def _occurs(name: str, prose: str) -> bool:
    return name in prose and bool(re.search(rf"(?<![\w.@]){re.escape(name)}(?!\w)", prose))


def _within(shown: str, reported: Iterable[str]) -> bool:
    words = {_key(word) for word in shown.split()}
    return any(words <= {_key(word) for word in name.split()} for name in reported)


def _places(shown: str, everything: Sequence[Record]) -> tuple[str, ...]:
    words = {_key(word) for word in _WORD.findall(shown)}
    return tuple(record.ref for record in everything if words <= _words(record.text))


def _runs(text: str) -> Iterator[list[_Capital]]:
    """Capitalised words that follow each other, with no more than an ampersand between them."""
    for sentence in _SENTENCE.split(text):
        run: list[_Capital] = []
        words = list(_WORD.finditer(sentence))
        for position, match in enumerate(words):
            word = match.group()
            opens = position == 0 and not _odd(word) and not _next_is_capital(words, position, sentence)
            gap = sentence[words[position - 1].end() : match.start()] if position else ""
            if run and (not word[0].isupper() or gap.strip(" &")):
                yield run
                run = []
            if word[0].isupper() or _dotted(word):
                run.append(_Capital(word, opens, position == 0))
        if run:
            yield run


def _next_is_capital(words: list[re.Match[str]], position: int, sentence: str) -> bool:
    if position + 1 >= len(words):
        return False
    following = words[position + 1]
    return following.group()[0].isupper() and sentence[words[position].end() : following.start()] == " "


def _odd(word: str) -> bool:
    """CamelCase or a dot inside: no ordinary word even at the start of a sentence."""
    return bool(re.search(r"[a-z][A-Z]", word)) or _dotted(word)


def _dotted(word: str) -> bool:
    """A handle such as ``agent.kim``."""
    return bool(re.fullmatch(r"[a-z]+\.[a-z]+", word))


def _key(word: str) -> str:
    return re.sub(r"[’']s$|[’']$", "", word.casefold())


@lru_cache(maxsize=8192)
def _words(text: str) -> frozenset[str]:
    words = {_key(word) for word in _WORD.findall(text)}
    return frozenset(words | {part for word in words for part in re.split(r"[-.]", word) if part})


@lru_cache(maxsize=8192)
def _small(text: str) -> frozenset[str]:
    """The words that a text writes in small letters, those in addresses and handles left out."""
    return frozenset(_key(word) for word in _WORD.findall(_ADDRESS.sub(" ", text)) if word[0].islower())


@lru_cache(maxsize=8192)
def _capitals(text: str) -> frozenset[str]:
    """The words that a text capitalises for another reason than that a sentence starts with them."""
    return frozenset(_key(capital.word) for run in _runs(text) for capital in run if not capital.opens)

"""Names in a sentence that the cited records do not hold: accounts, people, products."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from skill_runtime.ledger import Record

NAME_FIELDS = ("customer", "name", "author", "account")
_WORD = re.compile(r"[^\W\d_][\w’'-]*(?:\.[\w]+)*")
_CAPITAL = re.compile(r"[A-Z][\w’'-]*")
_ACRONYM = re.compile(r"[A-Z0-9]{1,6}s?")
ORDINARY = frozenset(
    """
    i a an the this that these those it its we our us you your they their he she his her and or but if as at by for from in
    of on to with without within no not yes all any each every some none both either neither when where while who whom whose
    what which why how after before since until once then than there here also only even still yet so such
    support engineering product security leadership finance legal sales billing marketing operations customer customers
    account accounts team teams enterprise strategic business pro professional community prospect standard premium basic free
    critical high medium low urgent normal open closed resolved solved pending reopened backlog done fixed
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday
    utc api sla crm arr sso ui cli http https url id ids tier plan web mail email chat internet
    ticket tickets tracker incident knowledge base article english german french spanish
    """.split()
)
"""Words that are capitalised for other reasons than being a name."""


def missing_names(
    text: str, cited: Sequence[Record], everything: Sequence[Record], vocabulary: frozenset[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each name that the evidence knows and the cited records lack, and each run of capitalised words that nobody knows.

    A single capitalised word that occurs nowhere is let pass: too many honest words look like that.
    """
    plain = _unquoted(text)
    named = _name_words(everything)
    held = frozenset[str]().union(*(_words(record.text) for record in cited)) if cited else frozenset[str]()
    free = ORDINARY | {word.casefold() for phrase in vocabulary for word in _WORD.findall(phrase)}
    reported: set[str] = set()
    for run in _runs(plain, named):
        unknown = [word for word in run if _key(word) not in held and _key(word) not in free]
        unknown = [word for word in unknown if not _ACRONYM.fullmatch(word)]
        if not unknown:
            continue
        places = tuple(
            record.ref for record in everything if all(_key(word) in _words(record.text) for word in unknown)
        )
        shown = " ".join(unknown)
        new_name = len(unknown) >= 2 and not any(_known(word, everything) for word in unknown)
        if shown not in reported and (places or new_name):
            reported.add(shown)
            yield shown, places


def _unquoted(text: str) -> str:
    return re.sub(r"`[^`]*`|“[^”]*”|\"[^\"]*\"", " ", text)


def _name_words(records: Sequence[Record]) -> frozenset[str]:
    """The words of every customer's, account's and author's name."""
    names = {str(record.data.get(key) or "") for record in records for key in NAME_FIELDS}
    return frozenset(_key(word) for name in names for word in _WORD.findall(name) if _CAPITAL.match(word))


def _runs(text: str, named: frozenset[str]) -> Iterator[list[str]]:
    """Capitalised words that follow each other.

    The first word of a sentence counts where it is part of a known name (``named``) or cannot be an ordinary word.
    """
    for sentence in re.split(r"(?<=[.!?:;])\s+|\n", text):
        run: list[str] = []
        words = list(_WORD.finditer(sentence))
        for position, match in enumerate(words):
            word = match.group()
            capital = bool(_CAPITAL.match(word)) and (
                position > 0 or _odd(word) or _key(word) in named or _next_is_capital(words, position, sentence)
            )
            gap = sentence[words[position - 1].end() : match.start()] if position else ""
            if capital and run and gap.strip(" &") == "":
                run.append(word)
                continue
            if run:
                yield run
            run = [word] if capital or _dotted(word) else []
        if run:
            yield run


def _next_is_capital(words: list[re.Match[str]], position: int, sentence: str) -> bool:
    if position + 1 >= len(words):
        return False
    following = words[position + 1]
    return bool(_CAPITAL.match(following.group())) and sentence[words[position].end() : following.start()] == " "


def _odd(word: str) -> bool:
    """CamelCase or a dot inside: no ordinary word even at the start of a sentence."""
    return bool(re.search(r"[a-z][A-Z]", word)) or _dotted(word)


def _dotted(word: str) -> bool:
    """A handle such as ``agent.kim``."""
    return bool(re.fullmatch(r"[a-z]+\.[a-z]+", word))


def _key(word: str) -> str:
    return re.sub(r"[’']s$|[’']$", "", word.casefold())


def _known(word: str, everything: Sequence[Record]) -> bool:
    return any(_key(word) in _words(record.text) for record in everything)


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    words = {_key(word) for word in _WORD.findall(text)}
    return frozenset(words | {part for word in words for part in re.split(r"[-.]", word) if part})

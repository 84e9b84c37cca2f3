"""From a sentence that a person or a model wrote to an FTS5 query that any text can match and none can break."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

MAX_TERMS = 64
"""Terms of one query; a pasted log keeps its first ones."""
MAX_TERM_LENGTH = 80
MIN_PREFIX = 3
"""Letters that a word needs before its beginning alone may match."""

_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")
_VERSION = re.compile(r"(?<!\w)v?(\d+(?:\.\w+)+)", re.IGNORECASE)
# Chinese, Japanese and Korean write without spaces, so each character is indexed as a word of its own.
_IDEOGRAPH = re.compile(r"([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff])")

_STOP_WORDS = """
    a about after all an and any are as at be been but by can could did do does for from had has have how i if in
    into is it its just me my no not of on or our out should so some than that the their them then there these
    they this to up us was we were what when where which while who why will with would you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""English words that say nothing about what is searched; they count only in a query that has no others."""


def indexed(text: str) -> str:
    """Prepare ``text`` for the index, the same way as a query is prepared."""
    if not text.isascii():
        text = _IDEOGRAPH.sub(r" \1 ", unicodedata.normalize("NFC", text))
    return text.replace("\0", " ")


def match_expression(query: str) -> str | None:
    """An FTS5 expression that matches what holds any word of ``query``; None where it has no letter or digit.

    A whole word counts more than one that only begins so. An id, a version or a hyphenated word counts as a phrase and,
    where they say enough by themselves, by its pieces.
    """
    chunks = [chunk for chunk in indexed(query).split() if _WORD.search(chunk)]
    telling = [chunk for chunk in chunks if _bare(chunk) not in STOP_WORDS] or chunks
    terms = list(dict.fromkeys(term for chunk in _with_pairs(telling) for term in _terms(chunk)))[:MAX_TERMS]
    return " OR ".join(terms) or None


def _bare(chunk: str) -> str:
    return "".join(_WORD.findall(chunk)).casefold()


def _with_pairs(chunks: Iterable[str]) -> Iterator[str]:
    """Join neighbouring ideographs to pairs, the nearest thing to a word there is without a dictionary."""
    previous = ""
    for chunk in chunks:
        ideograph = _IDEOGRAPH.fullmatch(chunk)
        if ideograph and previous:
            yield f"{previous} {chunk}"
        yield chunk
        previous = chunk if ideograph else ""


def _terms(chunk: str) -> Iterator[str]:
    words = _WORD.findall(chunk)
    yield _phrase(chunk)
    version = _VERSION.search(chunk)
    if version:
        # Releases are written with and without their v; the index holds "v0 60 12" or "0 60 12".
        yield _phrase(version[1])
        yield _phrase(f"v{version[1]}")
        return
    if len(words) > 1:
        # Of an id such as ABC-1234 the letters stand in every id of its system.
        words = [word for word in words if not _DIGIT.search(chunk) or _DIGIT.search(word)]
        words = [word for word in words if len(word) >= MIN_PREFIX and word.casefold() not in STOP_WORDS]
        yield from map(_phrase, words)
    for word in words:
        if len(word) >= MIN_PREFIX and not word.isdigit() and word.casefold() not in STOP_WORDS:
            yield f"{_phrase(word)} *"


def _phrase(text: str) -> str:
    cleaned = " ".join(text.replace('"', " ").split())
    return f'"{cleaned[:MAX_TERM_LENGTH]}"'

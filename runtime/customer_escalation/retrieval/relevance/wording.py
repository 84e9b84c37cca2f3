"""Text taken apart into words to compare, in every script."""

import re
import unicodedata
from functools import lru_cache

from customer_escalation.domain.language import COMMON

_STOP = frozenset(
    """
    a an the and or but if of in on at to for from with without by as is are was were be been it its this that these those we
    our us you your they their he she i me my not no yes do does did have has had can could will would should may might must
    there here when where what which who how why all any some most than then so just also only very since after before own
    during about into over under again please thanks thank hello hi dear regards team customer customers account accounts issue
    issues problem problems ticket tickets case cases says say said get gets got one two three new now today still more every
    cannot can't don't doesn't didn't won't isn't aren't wasn't i'm we're it's that's im up out off down want wants need needs
    engineer engineers engineering escalate escalated escalation
    report reported reports urgent user users affect affecting affected anybody somebody nobody someone everything thing
    der die das und oder ein eine ist sind nicht wir uns bei von mit für auf den dem des im zu nach seit
    el la los las un una de que y en con por para no es le les des et est pas pour dans une du sur
    """.split()
)
_CONCEPTS = {
    "short": "missing miss short incomplete fewer truncated truncate cut-off lost lose loses losing dropped drops drop gap gaps "
    "shortfall fehlen fehlt fehlende",
    "export": "export exports exported exporting extract extracts download downloads dump",
    "import": "import imports imported importing importe importen upload uploads uploaded ingest ingestion",
    "row": "row rows line lines record records count counts entries zeilen datensätze",
    "login": "login logins log-in logon signin sign-in signon sign-on logged sso anmeldung anmelden saml",
    "slow": "slow slower slowly latency lag laggy performance langsam",
    "stuck": "stuck stall stalls stalled stalling hang hangs hanging hung waiting freeze freezes frozen queued",
    "fail": "fail fails failed failing failure failures error errors fehler broken breaks",
    "charge": "charge charges charged charging bill bills billed billing invoice invoices invoiced pay pays paid paying payment payments",
    "cancel": "cancel cancels cancelled canceled cancelling cancellation cancellations unsubscribe kündigen kündigung",
    "refund": "refund refunds refunded reimburse chargeback",
    "answer": "answer answers answered unanswered reply replies replied response responses respond",
    "loop": "loop loops looping redirect redirects redirected endless schleife bounced bounce",
    "build": "build builds run runs job jobs pipeline",
    "duplicate": "duplicate duplicates duplicated twice double doubled",
    "sep": "sep sept september", "jan": "jan january", "feb": "feb february", "aug": "aug august", "oct": "oct october",
    "nov": "nov november", "dec": "dec december",
}  # fmt: skip
_CONCEPT = {word: concept for concept, listed in _CONCEPTS.items() for word in listed.split()}


_SIGNS = r"\u0900-\u0963\u0970-\u0dff"
"""Letters of Indic scripts with their vowel signs, which are part of a word and no letters of their own to ``\\w``."""
SHORTEST_PART = 3
"""Letters of a word that hyphens join to others."""
_TERM = re.compile(rf"\d[\d:,.]*\d|[^\W_][\w{_SIGNS}.-]*[^\W_]|[^\W_][\w{_SIGNS}.-]*[{_SIGNS}]|[^\W\d_]")
_UNWRITTEN = re.compile(
    r"[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
    r"\u200b-\u200f\u2066-\u2069]"
)
"""Vowel points of Arabic and Hebrew, which most people leave out, and joiners that nobody sees."""
_UNSPACED = re.compile(
    r"(?P<han>[\u3400-\u4dbf\u4e00-\u9fff]+)|(?P<katakana>[\u30a1-\u30fa\u30fc]+)|"
    r"(?P<thai>[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff]+)|[\u3041-\u309f]+"
)
"""Scripts that put no space between words. Hiragana alone is endings and particles, a run of katakana a word."""
_PIECE = {"han": 2, "thai": 3}
"""Characters that make up for a word there: two overlapping ones are the usual way to search Chinese."""


@lru_cache(maxsize=8192)
def words(text: str, language: str = "English") -> tuple[str, ...]:
    """The telling words of a text; words for the same thing, plurals and tenses come out as one, accents do not count.

    ``language`` is one of ``domain.language``; two texts are comparable by the words of the same language only.
    """
    composed = unicodedata.normalize("NFC", text).casefold().replace("’", "'")
    plain = re.sub(r"\bre-(?=[a-z])", "re", _UNWRITTEN.sub("", composed))
    common = COMMON[language].split()
    found = [piece for run in _UNSPACED.finditer(plain) for piece in _pieces(run)]
    for term in _TERM.findall(_UNSPACED.sub(" ", plain)):
        for word in _parts(term):
            if word not in _STOP and word not in common:
                found.append(_CONCEPT.get(word) or _unaccented(_stem(word, language)))
    return tuple(found)


def _parts(term: str) -> list[str]:
    """The words that hyphens join, as in ``DATEV-Export``; codes, ids and words for one thing stay whole."""
    parts = term.split("-")
    joined = (
        len(parts) > 1 and term not in _CONCEPT and all(len(part) >= SHORTEST_PART and part.isalpha() for part in parts)
    )
    return parts if joined else [term]


def _pieces(run: re.Match[str]) -> list[str]:
    """What stands for words in a run without spaces."""
    text, script = run.group(), run.lastgroup or ""
    if script in _PIECE:
        size = _PIECE[script]
        return [text[start : start + size] for start in range(max(1, len(text) - size + 1))]
    return [text] if script else []


_DOER = re.compile(r"(?<=\w{3})er?$")
"""The algorithm keeps a miner apart from mining and mines; about one matter they are one."""


_OF_SCRIPT = (
    (re.compile(r"[\u0400-\u04ff]+"), "russian"),
    (re.compile(r"[\u0620-\u06ff]+"), "arabic"),
    (re.compile(r"[\u0900-\u097f]+"), "hindi"),
    (re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]+"), "greek"),
    (re.compile(r"[\u0b80-\u0bff]+"), "tamil"),
)
"""A word of another script has that script's own endings and articles, whatever language the text around it is in."""


@lru_cache(maxsize=8192)
def _stem(word: str, language: str) -> str:
    import snowballstemmer  # type: ignore[import-untyped]  # loaded with the first text that is searched

    own = next((name for script, name in _OF_SCRIPT if script.fullmatch(word)), None)
    if own:
        return str(snowballstemmer.stemmer(own).stemWord(word))
    if not word.isalpha():
        return word
    stem = str(snowballstemmer.stemmer(language.lower()).stemWord(word))  # a stemmer of its own: it keeps state
    return _DOER.sub("", stem) if language == "English" else stem


def _unaccented(word: str) -> str:
    """Without the accents of Latin, Greek and Cyrillic letters; other scripts' marks are part of their letters."""
    return unicodedata.normalize("NFC", _ACCENT.sub("", unicodedata.normalize("NFD", word)))


_ACCENT = re.compile(r"[\u0300-\u036f]")
_ENGLISH = frozenset("the and is we our to since not in for it this that are have with you of on be please".split())


def english(text: str) -> bool:
    """Is it written in English, as far as the commonest words tell?"""
    found = re.findall(r"[^\W\d_]+", text.casefold())
    hits = sum(word in _ENGLISH for word in found)
    return hits >= 2 and hits * 8 >= len(found)

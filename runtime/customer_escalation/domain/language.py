"""Which language a text is in: by its commonest words, unless a model that knows many more languages is sure of another one.

``language_of`` tells the languages whose words are known, on which checks rest; ``code_of`` tells more, for what is printed in fixed words.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from tempfile import gettempdir

COMMON = {
    "English": "the and is are we our you your to of in for not that this with have has be it on as will please was",
    "German": "der die das und ist sind wir unsere sie ihr ihre zu von nicht dass mit haben hat ein eine auf wird bitte ich es",
    "French": "le la les et est sont nous notre vous votre de des du pas que avec une dans pour sur sera merci ce il",
    "Spanish": "el la los las y es son nuestro usted su de del no que con una en para por ha se lo gracias al",
    "Portuguese": "o a os as e é são nosso você seu de do da não que com uma em para por foi se obrigado ao",
    "Italian": "il lo la gli e è sono noi nostro voi vostro di del non che con una in per ha si grazie al",
    "Dutch": "de het en is zijn wij onze u uw van niet dat met hebben heeft een op wordt graag ik er voor",
}
NOUNS_CAPITALISED = frozenset({"German"})
"""Where a capital letter says nothing about a word being a name."""
CODES = {
    "English": "en", "German": "de", "French": "fr", "Spanish": "es", "Portuguese": "pt", "Italian": "it", "Dutch": "nl",
}  # fmt: skip
"""ISO 639-1, by the language's English name."""
_WORDS = {name: frozenset(words.split()) for name, words in COMMON.items()}
OTHER = "other"
"""A language that is none of them: nothing is known of its words."""
LETTERS_THAT_TELL = 240
"""Letters of a text whose language would be known if it were one of them."""
FEWEST = 4
"""Common words that a text needs to be told by."""
LETTERS_READ = 4_000
"""Characters of a text by which its language is told."""
SURE = 0.8
"""From this probability on another language counts."""
MARGIN = 1.5
"""How much more of them than of the next language."""
FURTHER = ("sv", "da", "nb", "fi", "pl", "cs", "tr", "ru", "uk")
"""Languages whose fixed words are known though nothing else of them is: a model that knows a hundred tells them."""
_SAME = {"no": "nb", "nn": "nb"}
"""What the model calls Norwegian; who writes Nynorsk reads Bokmål."""
FEWEST_LETTERS = 60
"""Letters that the model needs: from here on it named no wrong language where it was sure (the fixed words of all these languages, with
names and English terms in between).
"""
ENGLISH_SHARE = 0.2
"""Of the words of an English text more are common ones. Where fewer are, the English may be quoted in a text of another language."""
FOREIGN_SHARE = 0.01
"""Of the letters of an English text at most so many are outside its alphabet."""
_KANA, _HANGUL, _HAN = (re.compile(signs) for signs in (r"[\u3040-\u30ff]", r"[\uac00-\ud7a3]", r"[\u4e00-\u9fff]"))
FEWEST_SIGNS = 10
"""Signs of a script that one language alone is written in."""
KANA_SHARE = 0.2
"""Their share of the letters; names and messages of software in between are in English."""
SIGN_SHARE = 0.3
"""The same of signs that each stand for more letters, with no others between them."""
SIMPLIFIED_SHARE = 0.95
"""Of the signs of a text in simplified Chinese so many stand in GB 2312, which holds no traditional ones."""
TOLD = (*CODES.values(), *FURTHER, "ja", "ko", "zh")
"""Every code that ``code_of`` may give."""


def code_of(text: str) -> str:
    """The language's ISO 639-1 code, one of ``TOLD``; empty where nobody can tell. Chinese is simplified Chinese."""
    written = _by_script(text)
    if written:
        return written
    told = language_of(text)
    if told is None or (told == "English" and _common_share(text, told) < ENGLISH_SHARE and _has_accents(text)):
        return _further(text) or CODES.get(told or "", "")
    return CODES[told]


def checked_code(text: str) -> str:
    """The code where checks know the language's words, or Japanese; empty for all others. ``FURTHER`` languages have only fixed words."""
    return "ja" if _by_script(text) == "ja" else CODES.get(language_of(text) or "", "")


def _by_script(text: str) -> str:
    """Japanese, Korean or Chinese, whose scripts tell them."""
    letters = sum(map(str.isalpha, text))
    kana, hangul, han = (signs.findall(text) for signs in (_KANA, _HANGUL, _HAN))
    if len(kana) >= max(FEWEST_SIGNS, KANA_SHARE * letters):
        return "ja"
    if len(hangul) >= max(FEWEST_SIGNS, SIGN_SHARE * letters):
        return "ko"
    plain = not kana and len(han) >= max(FEWEST_SIGNS, SIGN_SHARE * letters)
    return "zh" if plain and _simplified(han) >= SIMPLIFIED_SHARE else ""


def _simplified(signs: Sequence[str]) -> float:
    return sum(bool(sign.encode("gb2312", "ignore")) for sign in signs) / len(signs)


def _common_share(text: str, language: str) -> float:
    """How many of the words are common ones of the language."""
    words = _words_of(text)
    return sum(word in _WORDS[language] for word in words) / len(words)


def _further(text: str) -> str:
    """The one of ``FURTHER`` that the model is sure of; empty for any other language and a short text."""
    if sum(map(str.isalpha, text)) < FEWEST_LETTERS:
        return ""
    shares = dict[str, float]()
    for code, share in _identifier()(text[:LETTERS_READ]):
        name = _SAME.get(code, code)
        shares[name] = shares.get(name, 0.0) + share
    code = max(shares, key=lambda name: shares[name])
    return code if code in FURTHER and shares[code] >= SURE else ""


def language_or_other(text: str) -> str | None:
    """``language_of``, or ``OTHER`` for a text that is long enough to tell and in none of these languages."""
    long = sum(map(str.isalpha, text)) >= LETTERS_THAT_TELL
    return language_of(text) or (OTHER if long else None)


def language_of(text: str) -> str | None:
    """The language's English name; None where the text is too short or could be either of two."""
    words = _words_of(text)
    counts = Counter({name: sum(word in common for word in words) for name, common in _WORDS.items()})
    (first, most), (_, next_most) = counts.most_common(2)
    if most < FEWEST or most < MARGIN * next_most:
        return None
    # Its neighbours share a language's short words: Polish those of Portuguese, Danish those of Dutch, and Finnish says "on" for "is".
    sure = first == "English" and (_common_share(text, first) >= ENGLISH_SHARE or not _has_accents(text))
    return first if sure or not _is_another(text, CODES[first]) else None


def _words_of(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.casefold())


def _has_accents(text: str) -> bool:
    """Does it have letters that English has not, more than a name or two?"""
    letters = [sign for sign in text if sign.isalpha()]
    return sum(not sign.isascii() for sign in letters) > FOREIGN_SHARE * len(letters)


def _is_another(text: str, code: str) -> bool:
    found, share = _identifier()(text[:LETTERS_READ])[0]
    return found not in (code, "en") and share >= SURE  # names and messages of software are English in every language


@cache
def _identifier() -> Callable[[str], Sequence[tuple[str, float]]]:
    """ISO 639-1 codes and probabilities of a text's language, among a hundred, the likeliest first. Loading takes most of a second.

    Raises:
        OSError: The model is unpacked into a temporary file, and the folder that it names has no room for it.
    """
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    try:
        found: Callable[[str], Sequence[tuple[str, float]]] = LanguageIdentifier.from_model_file(
            MODEL_FILE, norm_probs=True
        ).rank
    except OSError as error:
        raise OSError(error.errno, error.strerror, error.filename or gettempdir()) from error
    return found

"""Which language a text is in: by its commonest words, unless a model that knows many more languages is sure of another one."""

import re
from collections import Counter
from collections.abc import Callable
from functools import cache

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


_KANA = re.compile(r"[\u3040-\u30ff]")
FEWEST_KANA = 10
"""Characters of the syllabaries that only Japanese is written in."""
KANA_SHARE = 0.2
"""Their share of the letters; names and messages of software in between are in English."""


def code_of(text: str) -> str:
    """The language's ISO 639-1 code, Japanese among them; empty where nobody can tell."""
    kana = len(_KANA.findall(text))
    if kana >= max(FEWEST_KANA, KANA_SHARE * sum(map(str.isalpha, text))):
        return "ja"
    return CODES.get(language_of(text) or "", "")


def language_or_other(text: str) -> str | None:
    """``language_of``, or ``OTHER`` for a text that is long enough to tell and in none of these languages."""
    long = sum(map(str.isalpha, text)) >= LETTERS_THAT_TELL
    return language_of(text) or (OTHER if long else None)


def language_of(text: str) -> str | None:
    """The language's English name; None where the text is too short or could be either of two."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    counts = Counter({name: sum(word in common for word in words) for name, common in _WORDS.items()})
    (first, most), (_, next_most) = counts.most_common(2)
    if most < FEWEST or most < MARGIN * next_most:
        return None
    # Its neighbours share a language's short words: Polish those of Portuguese, Danish those of Dutch. English has none that is near.
    return first if first == "English" or not _is_another(text, CODES[first]) else None


def _is_another(text: str, code: str) -> bool:
    found, share = _identifier()(text[:LETTERS_READ])
    return found not in (code, "en") and share >= SURE  # names and messages of software are English in every language


@cache
def _identifier() -> Callable[[str], tuple[str, float]]:
    """ISO 639-1 code and probability of a text's language, among a hundred. Loading takes most of a second."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    found: Callable[[str], tuple[str, float]] = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True).classify
    return found

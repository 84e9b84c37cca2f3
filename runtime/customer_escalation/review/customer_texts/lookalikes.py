"""Names as a reader's eye takes them: look-alike letters of other scripts and digits in the place of letters are one with the letters.

Which characters look alike is Unicode's table of confusables.
"""

import re
import unicodedata
from functools import cache

_TOKEN = re.compile(r"[^\W_]+")
_PAIRS = (("rn", "m"), ("vv", "w"), ("i", "l"))
"""Two letters that look like one, and the capital of one that looks like the small one of the other."""


def skeleton(text: str) -> str:
    """The text in small Latin letters where it can be read so; two texts that look alike have one skeleton."""
    decomposed = unicodedata.normalize("NFKD", text)
    letters = "".join(_alike(char) for char in decomposed if not unicodedata.combining(char))
    shown = unicodedata.normalize("NFKC", letters).casefold()
    for pair, one in _PAIRS:
        shown = shown.replace(pair, one)
    return shown


def tokens(text: str) -> list[str]:
    """The words of a text, each as its skeleton."""
    return [skeleton(word) for word in _TOKEN.findall(text)]


@cache
def _alike(char: str) -> str:
    """The Latin letter that a character looks like; itself where it looks like none."""
    if (char.isascii() and not char.isdigit()) or not char.isalnum():
        return char
    from confusable_homoglyphs.confusables import confusables_data

    alike = [one["c"] for one in confusables_data.get(char, ())]
    return next((one for one in alike if len(one) == 1 and one.isascii() and one.isalpha()), char)

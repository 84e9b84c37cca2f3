"""Other customers in a text for one: by their full name, spelled apart, in look-alike letters, or by a part of it."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property

from customer_escalation.domain.evidence import name_key
from customer_escalation.domain.findings import Level
from customer_escalation.domain.language import NOUNS_CAPITALISED, language_of
from customer_escalation.review.customer_texts.lookalikes import skeleton, tokens
from customer_escalation.review.customer_texts.subject import CustomerText, Said, names_of_customers

SHORTEST = 4
"""Letters of a part of a name that stands for it."""
_WORD = re.compile(r"[^\W_]+")


def others(text: CustomerText) -> Iterator[Said]:
    """Everybody but the customer of the ticket that it goes to."""
    own = name_key(text.customer)
    seen = _Seen(text)
    for name in sorted(
        {name for name in names_of_customers(text.evidence) if name.strip()}, key=lambda one: (-len(one), one)
    ):
        if name_key(name) != own and (level := seen.level(name)):
            yield Said(f"It names another customer ({name}); take it out.", level)


class _Seen:
    """The words of a text, for looking names up."""

    def __init__(self, text: CustomerText) -> None:
        self._text = text
        self._words = [found.group() for found in _WORD.finditer(text.spaced)]
        self._read = [skeleton(word) for word in self._words]
        self._joined = "".join(self._read)
        ends = [0]
        for word in self._read:
            ends.append(ends[-1] + len(word))
        self._edges = frozenset(ends)

    @cached_property
    def _own(self) -> frozenset[str]:
        """Words of the customer's own name and of all that they know."""
        return frozenset(tokens(self._text.customer)) | frozenset(tokens(self._text.theirs))

    @cached_property
    def _small(self) -> frozenset[str]:
        """Words that some record or the text itself writes in small letters: they are no name by themselves."""
        texts = [self._text.spaced, *(record.text for record in self._text.evidence.ledger.records.values())]
        return frozenset(skeleton(word) for one in texts for word in _WORD.findall(one) if word.islower())

    def level(self, name: str) -> Level | None:
        """How sure it is that the text names this customer; None where it does not."""
        words = tokens(name)
        whole = "".join(words)
        if whole and whole not in self._text_of_own() and self._stands(whole, unspaced=_is_unspaced(name)):
            return "H" if len(words) > 1 or len(whole) >= SHORTEST or _is_unspaced(name) else "W"
        levels = {self._part(word, first=number == 0) for number, word in enumerate(words) if len(words) > 1}
        return "H" if "H" in levels else "W" if "W" in levels else None

    def _text_of_own(self) -> str:
        return "".join(tokens(self._text.theirs))

    def _stands(self, whole: str, *, unspaced: bool) -> bool:
        """Do whole words of the text make this up together?"""
        start = self._joined.find(whole)
        while start >= 0:
            if unspaced or {start, start + len(whole)} <= self._edges:
                return True
            start = self._joined.find(whole, start + 1)
        return False

    def _part(self, word: str, *, first: bool) -> Level | None:
        """A word of a name, capitalised as a name is: sure for the first word, which names are called by, a doubt for the others."""
        if len(word) < SHORTEST or word in self._own or word in self._small:
            return None
        places = [place for place, read in enumerate(self._read) if read == word and self._words[place][:1].isupper()]
        if not places:
            return None
        language = language_of(self._text.text)
        inside = any(place > 0 for place in places)
        return "H" if first and inside and language not in NOUNS_CAPITALISED else "W"


def _is_unspaced(name: str) -> bool:
    """Is it in a script that sets no spaces between words?"""
    return any(unicodedata.category(char) == "Lo" and ord(char) >= 0x0E00 for char in name)

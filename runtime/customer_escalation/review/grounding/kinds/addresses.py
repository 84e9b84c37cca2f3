"""Addresses: URLs, mail addresses, paths, hosts and file names."""

import re

from customer_escalation.review.grounding.atom import Atom
from customer_escalation.review.grounding.kind import AtomKind
from customer_escalation.review.grounding.kinds.tokens import tokens
from customer_escalation.review.grounding.source import SourceText

_CJK = "\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uff65"
"""Signs that end an address, since such text has no spaces around it."""
_PATTERN = re.compile(
    rf"\bhttps?://[a-z0-9][^\s<>()\[\]{_CJK}]*(?:[^\W{_CJK}]|/)|"
    r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w/.<])(?:~|\.{1,2})?/\w[\w./{}-]*[\w}]|"
    r"(?<![\w/.])(?!\d{1,2}/\d{1,2}/(?:19|20)\d\d(?![\w/]))(?:[\w.-]+/){2,}[\w.-]*\w|"
    r"(?<![\w/])(?:[\w.-]+/)*[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|dev|example|py|js|ts|json|ya?ml|toml|csv|log|txt|conf|xml|"
    r"sql|go|rs)\b(?:/[\w./-]*\w)?",
    re.IGNORECASE,
)


def _read(match: re.Match[str], text: str) -> list[Atom]:
    shown = match.group().strip()
    return [Atom("address", shown, shown.casefold())]


def _holds(source: SourceText, atom: Atom) -> bool:
    if re.search(rf"(?<!\w){re.escape(atom.value)}(?!\w)", source.lower):
        return True
    # "names/emails" of a sentence may be two words of a record
    words = re.fullmatch(r"[^\W\d_]+(?:/[^\W\d_]+)+", atom.value)
    return bool(words) and set(atom.value.split("/")) <= source.known(tokens)


ADDRESS = AtomKind("address", lambda: _PATTERN, _read, _holds)

"""Quotations and code spans: what stands in one is that atom only, and must stand in the record in this order."""

import re
from collections.abc import Iterator

from customer_escalation.review.grounding.atom import Atom
from customer_escalation.review.grounding.source import SourceText, normalise

SCRIPTS = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Of a class of characters: Thai, Lao, Burmese, Khmer, kana, Han, Hangul, where words stand together or hang endings on what is quoted."""
_UNSPACED = re.compile(f"[{SCRIPTS}]")
_QUOTED = re.compile(
    r"(?P<code>(?P<ticks>`+)(?P<inner>.+?)(?P=ticks)(?!`))|"
    r"“(?P<curly>(?:[^“”]|“[^“”]*”)+)”|„(?P<low>[^„“”]+)[“”]|«(?P<angle>[^«»]+)»|»(?P<inward>[^«»]+)«|\"(?P<straight>[^\"]+)\"|"
    rf"(?<![\w’'])[‘'](?P<single>[^‘’'\s](?:[^‘’']|['’](?=(?![{SCRIPTS}])\w))*)[’'](?!(?![{SCRIPTS}])\w)",
    re.DOTALL,
)
"""Code spans and quotations in one pattern, so that whichever opens first holds the other."""

_EMPHASIS = re.compile(
    r"(?P<code>(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))|"
    r"\*\*|(?<!\w)\*|\*(?!\w)|(?<!\w)(?P<low>_{1,2})(?=(?:\S[^_\n]*)(?P=low)(?!\w))|(?<=[^\W_])_+(?!\w)",
    re.DOTALL,
)


def quotations(text: str) -> Iterator[Atom]:
    """The quotations and code spans of ``text``."""
    for match in _QUOTED.finditer(text):
        if match["code"]:
            yield Atom("code", match.group(), match["inner"])
        else:
            inner = (
                match["curly"]
                or match["low"]
                or match["angle"]
                or match["inward"]
                or match["straight"]
                or match["single"]
            )
            yield Atom("quote", match.group(), inner)


def unquoted(text: str, filler: str = " ") -> str:
    """The text with a filler in the place of each character of quotations and code."""
    return _QUOTED.sub(lambda match: filler * len(match.group()), text)


def plain(text: str) -> str:
    """The text without marks of emphasis and numbers of list items, code as it is; its characters keep their order."""
    text = re.sub(r"(?m)^\s*(?:\d{1,2}[.)]|[-*+])\s+(?=\S)", " ", text)
    return _EMPHASIS.sub(lambda match: match["code"] or " ", text)


def holds_quote(source: SourceText, atom: Atom) -> bool:
    """Do the parts between omissions and insertions stand in the text, in this order?"""
    if atom.kind == "code" and atom.value.strip() in source.text:
        return True
    text = source.known(_quotable_text)
    whole = _quotable(atom.value).strip(" .,;:!?")
    if _find(whole, text):
        return True
    position = found_parts = 0
    for part in re.split(r"\[[^\]]*\]|…|\.\.\.", atom.value):
        words = _quotable(part).strip(" .,;:!?")
        if words:
            found = _find(words, text[position:])
            if found is None:
                return False
            position += found.end()
            found_parts += 1
    return found_parts > 0


def is_scare_quote(atom: Atom) -> bool:
    """One ordinary word in quotation marks need not be anybody's words."""
    return atom.kind == "quote" and bool(re.fullmatch(r"[a-z]+[.,]?", atom.value.strip()))


def quotes(source: SourceText, atom: Atom) -> bool:
    """Does the record itself put these words in quotation marks?"""
    return _quotable(atom.value).strip(".,") in source.known(_quoted)


def _find(words: str, text: str) -> re.Match[str] | None:
    """Where the words stand as words; in a script without spaces between words, or that hangs endings on them, anywhere."""
    begins = "" if _UNSPACED.match(words[:1]) else r"(?<!\w)"
    ends = "" if _UNSPACED.match(words[-1:]) else r"(?!\w)"
    return re.search(f"{begins}{re.escape(words)}{ends}", text)


def _quotable(text: str) -> str:
    """Text as quotations are compared: no quote marks, backticks and emphasis, which a quotation may change."""
    return " ".join(re.sub(r"[\"'«»]|\*\*|(?<!\w)\*|\*(?!\w)", "", normalise(text)).split())


def _quotable_text(source: SourceText) -> str:
    return _quotable(source.text)


def _quoted(source: SourceText) -> frozenset[str]:
    return frozenset(_quotable(atom.value).strip(".,") for atom in quotations(source.text))

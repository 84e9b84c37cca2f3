"""Texts of systems as plain text, and plain text as theirs: nothing that people wrote comes alive on the way."""

import html
import re
from html.parser import HTMLParser

_BLOCKS = frozenset(
    "address article aside blockquote br dd div dl dt figure footer h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre "
    "section table tbody td tfoot th thead tr ul".split()
)
_HIDDEN = frozenset({"script", "style", "head", "title", "template", "noscript"})


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0
        self._pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        if tag == "pre":
            self._pre += 1
        if tag in _BLOCKS:
            self.parts.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN and self._hidden:
            self._hidden -= 1
        if tag == "pre" and self._pre:
            self._pre -= 1
        if tag in _BLOCKS and tag != "br":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data if self._pre else re.sub(r"\s+", " ", data))


def plain_text(markup: str) -> str:
    """HTML as plain text: blocks on lines of their own, at most one empty line between them, hidden parts left out."""
    reader = _Text()
    reader.feed(markup)
    reader.close()
    lines = [line.rstrip() for line in "".join(reader.parts).replace("\xa0", " ").split("\n")]
    text = "\n".join(line.lstrip() if not line.startswith("  ") else line for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def as_html(text: str) -> str:
    """Plain text as HTML that shows exactly it: everything escaped, lines kept."""
    paragraphs = html.escape(text, quote=True).replace("\r\n", "\n").split("\n\n")
    return "".join(f"<p>{paragraph.replace(chr(10), '<br>')}</p>" for paragraph in paragraphs)


def has_words(query: str) -> bool:
    """Whether a query holds a letter or digit at all; one without finds nothing."""
    return any(character.isalnum() for character in query)


def words(query: str, most: int = 12) -> list[str]:
    """The words of a query, in order, each once, without punctuation around them: what a plain search box takes."""
    found = (match.strip("._-") for match in re.findall(r"[\w.@#/-]+", query))
    return list(dict.fromkeys(word for word in found if has_words(word)))[:most]

"""Texts of systems as plain text, and plain text as theirs: nothing that people wrote comes alive on the way."""

import html
import re


def plain_text(markup: str) -> str:
    """HTML as plain text: blocks on lines of their own, at most one empty line between them, hidden parts left out."""
    from support_connectors.remote.markup import html_text  # a parser and a renderer, for whom there is markup to read

    return html_text(markup)


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

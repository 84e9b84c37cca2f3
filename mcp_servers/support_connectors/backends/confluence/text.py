"""Confluence's storage format, both ways: its markup as plain text, and plain text as markup in which nothing comes alive."""

import html
import re

from support_connectors.remote.texts import plain_text

_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_PARAMETER = re.compile(r"<ac:parameter\b[^>]*?(?:/>|>.*?</ac:parameter>)", re.DOTALL)
_LINK = re.compile(r"<ac:link\b[^>]*>(?P<inner>.*?)</ac:link>", re.DOTALL)
_TITLE = re.compile(r'ri:(?:content-title|filename)="(?P<title>[^"]*)"')
_TASK_PLUMBING = re.compile(r"<ac:task-(?:id|uuid|status)>.*?</ac:task-(?:id|uuid|status)>", re.DOTALL)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold, whatever its escapes."""


def storage_text(markup: str) -> str:
    """A page's body as plain text: code kept as it is, macros by their content, links by their words."""
    text = _PARAMETER.sub("", _TASK_PLUMBING.sub("", markup))
    text = _CDATA.sub(lambda found: html.escape(found[1]), text)
    text = _LINK.sub(_link, text)
    text = text.replace("<ac:plain-text-body>", "<pre>").replace("</ac:plain-text-body>", "</pre>")
    text = re.sub(r"<(/?)ac:task-body>", r"<\1p>", text)
    return plain_text(text)


def as_storage(text: str) -> str:
    """Plain text as a body that shows exactly it: everything escaped, lines and paragraphs kept."""
    clean = _NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    paragraphs = html.escape(clean, quote=False).split("\n\n")
    return "".join(f"<p>{paragraph.replace(chr(10), '<br />')}</p>" for paragraph in paragraphs)


def _link(found: re.Match[str]) -> str:
    """A link's own words; the title of what it leads to where it has none."""
    if plain_text(found["inner"]):
        return found["inner"]
    title = _TITLE.search(found["inner"])
    return title["title"] if title else ""

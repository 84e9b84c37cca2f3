"""Text of others as data: on one line, with everything escaped that would come alive in markdown."""

import re

_COMES_ALIVE = re.compile(r"<(?=[A-Za-z/!?])|!\[|\]\(|(?<![\w.])@(?=\w)|(?<=\w)://")
_CODE_SPAN = re.compile(r"(`+[^`]+`+)")


def inert(value: str) -> str:
    """One line of text in which no HTML, image, link or mention comes alive; code spans stay as they are."""
    line = " ".join(value.split())
    parts = _CODE_SPAN.split(line)
    return "".join(
        part if index % 2 else _COMES_ALIVE.sub(lambda found: _escape(found.group()), part)
        for index, part in enumerate(parts)
    )


def _escape(found: str) -> str:
    return {"![": "!\\[", "](": "]\\(", "://": ":\u2060//", "@": "@\u2060"}.get(found, "\\" + found)


def sentence(value: str) -> str:
    """Inert text that ends as a sentence does."""
    line = inert(value).strip()
    return line if not line or line[-1] in '.!?:”"`)' else line + "."

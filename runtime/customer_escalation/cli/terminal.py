"""A brief as a terminal shows it: headings, tables and quotations drawn, in the width of the window."""

from typing import TYPE_CHECKING

from customer_escalation.domain.printable import printable

if TYPE_CHECKING:
    from markdown_it.token import Token


def draw(markdown: str) -> None:
    """Print markdown to standard output as it is meant to look; without colours where ``NO_COLOR`` is set.

    An address stands behind its text, where terminals make a link of it and a reader sees where it leads.
    """
    from rich.console import Console  # late: only a brief on a terminal needs it
    from rich.markdown import Markdown
    from rich.padding import Padding

    drawn = Markdown(markdown, hyperlinks=False)
    _clean(drawn.parsed)
    Console(highlight=False).print(Padding(drawn, (0, 1)))


def _clean(tokens: "list[Token]") -> None:
    """Take from the texts what a terminal would obey: markdown has names for characters, such as ``&#27;``."""
    for token in tokens:
        token.content = printable(token.content)
        _clean(token.children or [])
